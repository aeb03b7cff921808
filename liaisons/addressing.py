"""Addressees as an author writes them: shorthand into rows of the letter, and back.

Behind a body stands its own deadline where it has one: "ITU-T SG21 (by 2026-02-01), IETF".
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

from django.utils.translation import gettext as _

from contacts.designations import Directory, Mention, read, write
from contacts.models import Channel
from liaisons.letter import Addressed, Letter, Purpose
from liaisons.rules import day_text

LONGEST = 300  # characters of one addressee
MOST_DAYS = 100  # in one line: each is found by reading the line up to it

_BY = re.compile(r"\s*[(（]\s*by\s+(?P<day>[^()（）]*?)\s*[)）]", re.IGNORECASE)


@dataclass(frozen=True)
class Resolved:
    """What a piece of shorthand was read as. `name` is the group, "" when nobody knows it; `notes` want to be read."""

    text: str
    name: str
    notes: tuple[str, ...]


def resolve(text: str, directory: Directory) -> list[Resolved]:
    """Read shorthand for the author's eyes: whom it names, whom nobody knows, and who cannot be reached by mail."""
    found = _with_days(text, directory)
    channels = _channels([mention for mention, _day in found])
    return [
        Resolved(
            mention.text,
            mention.group.designation if mention.group else "",
            tuple(note for note in (mention.note, _until(day), _how(mention, channels)) if note),
        )
        for mention, day in found
    ]


def written(addressees: Iterable[Addressed]) -> str:
    """The addressees on one line, for a form."""
    return write([one.text + (f" (by {one.deadline:%Y-%m-%d})" if one.deadline else "") for one in addressees])


def problems(text: str, directory: Directory) -> list[str]:
    """What is wrong with the days that stand behind bodies."""
    days = list(_BY.finditer(text))
    if len(days) > MOST_DAYS:
        return [_("More than %(count)d bodies have a day of their own here. Write fewer.") % {"count": MOST_DAYS}]
    sentences = [
        _("“%(day)s” is no day. Write it as 2026-02-01.") % {"day": found["day"]}
        for found in days
        if _day(found["day"]) is None
    ]
    if days and not read(_BY.sub("", text[: days[0].start()]), directory):
        sentences.append(_("The day stands before all bodies. Write it behind the body that it is for."))
    return sentences


def addressed(text: str, purpose: Purpose, directory: Directory, before: Letter | None) -> tuple[Addressed, ...]:
    """Read shorthand into the letter. Requests of their own stay with those who had them before."""
    earlier = before.to(purpose) if before else ()
    if earlier and " ".join(text.split()) == " ".join(written(earlier).split()):
        # Not touched: what an import wrote may not read back as the same bodies. Who is known by now gets its name.
        return tuple(_named(one, directory) for one in earlier)
    own = {key: one for one in earlier for key in (one.text, one.designation) if key}
    rows = []
    for mention, day in _with_days(text, directory):
        designation = mention.group.designation if mention.group else ""
        row = Addressed(mention.text[:LONGEST], purpose, designation, _day(day))
        kept = own.get(row.text) or own.get(row.designation)
        rows.append(replace(row, requests=kept.requests) if kept else row)
    return tuple(rows)


def doubles(addressees: Iterable[Addressed]) -> list[str]:
    """Bodies that stand twice, be it in two spellings."""
    seen: set[str] = set()
    twice = []
    for one in addressees:
        if one.name in seen:
            twice.append(one.name)
        seen.add(one.name)
    return twice


def _with_days(text: str, directory: Directory) -> list[tuple[Mention, str]]:
    """The bodies with what stands in brackets as the day of each; the line is read as if those were not there."""
    said: dict[int, str] = {}
    for found in islice(_BY.finditer(text), MOST_DAYS):
        place = len(read(_BY.sub("", text[: found.start()]), directory)) - 1
        said[place] = found["day"]
    return [(mention, said.get(place, "")) for place, mention in enumerate(read(_BY.sub("", text), directory))]


def _day(written_: str) -> date | None:
    try:
        return date.fromisoformat(written_)
    except ValueError:
        return None


def _until(written_: str) -> str:
    """Say how the day behind a body was read."""
    if not written_:
        return ""
    day = _day(written_)
    return _("by %(day)s") % {"day": day_text(day)} if day else _("“%(day)s” is no day") % {"day": written_}


def _named(one: Addressed, directory: Directory) -> Addressed:
    if one.designation:
        return one
    group = directory.find(one.text)
    return replace(one, designation=group.designation) if group else one


def _channels(mentions: Iterable[Mention]) -> dict[int, set[str]]:
    channels: dict[int, set[str]] = {mention.group.pk: set() for mention in mentions if mention.group}
    for group, kind in Channel.objects.filter(group__in=channels).values_list("group", "kind"):
        channels[group].add(kind)
    return channels


def _how(mention: Mention, channels: dict[int, set[str]]) -> str:
    """Say what the author should know about reaching the body; "" when mail does it."""
    if mention.group is None:
        return _("looks like a person") if mention.person else _("not known here: kept as written, not sent by mail")
    kinds = channels[mention.group.pk]
    if Channel.Kind.MAIL in kinds:
        return ""
    if not kinds:
        return _("no channel known")
    labels = dict(Channel.Kind.choices)
    return ", ".join(str(labels[Channel.Kind(kind)]) for kind in sorted(kinds))
