"""Addressees as an author writes them: shorthand into rows of the letter, and back."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from contacts.designations import Directory, Mention, read, write
from contacts.models import Channel
from liaisons.letter import Addressed, Letter, Purpose

LONGEST = 300  # characters of one addressee


@dataclass(frozen=True)
class Resolved:
    """What a piece of shorthand was read as. `name` is the group, "" when nobody knows it; `notes` want to be read."""

    text: str
    name: str
    notes: tuple[str, ...]


def resolve(text: str, directory: Directory) -> list[Resolved]:
    """Read shorthand for the author's eyes: whom it names, whom nobody knows, and who cannot be reached by mail."""
    mentions = read(text, directory)
    channels = _channels(mentions)
    return [
        Resolved(
            mention.text,
            mention.group.designation if mention.group else "",
            tuple(note for note in (mention.note, _how(mention, channels)) if note),
        )
        for mention in mentions
    ]


def written(addressees: Iterable[Addressed]) -> str:
    """The addressees on one line, for a form."""
    return write([addressed.text for addressed in addressees])


def addressed(text: str, purpose: Purpose, directory: Directory, before: Letter | None) -> tuple[Addressed, ...]:
    """Read shorthand into the letter. Deadlines and requests of their own stay with those who had them before."""
    earlier = before.to(purpose) if before else ()
    if earlier and " ".join(text.split()) == " ".join(written(earlier).split()):
        # Not touched: what an import wrote may not read back as the same bodies. Who is known by now gets its name.
        return tuple(_named(one, directory) for one in earlier)
    own = {key: one for one in earlier for key in (one.text, one.designation) if key}
    rows = []
    for mention in read(text, directory):
        designation = mention.group.designation if mention.group else ""
        row = Addressed(mention.text[:LONGEST], purpose, designation)
        kept = own.get(row.text) or own.get(row.designation)
        rows.append(replace(row, deadline=kept.deadline, requests=kept.requests) if kept else row)
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
