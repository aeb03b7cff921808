"""The rows of a header as the parts of a letter."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from liaisons.documents.labels import LABELS
from liaisons.intake.days import read_day
from liaisons.intake.found import Found
from liaisons.intake.styles import key
from liaisons.letter import PURPOSES, Addressed, Contact, Purpose

_PHONES = {key(labels.phone) for labels in LABELS.values()} | {"tel", "telephone", "phone", "mobile", "mob"}
_EMAILS = {key(labels.email) for labels in LABELS.values()} | {"email", "mail"}
_LABELLED = re.compile(r"\s*([^:：@\d]{1,30}?)\s*[:：]\s*(.*)")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:]+@[^\s<>()\[\],;]+[^\s<>()\[\],;.]")
LONGEST_ADDRESSEE = 300
_LONGEST_LINE = 500
_LONGEST_ROW = 10_000
_NONE = re.compile(r"[-–—\s]*")
_PLACEHOLDER = re.compile(r"\+?x[x\s]*|a@b\.com|\[.*\]|<.*>", re.IGNORECASE)
_MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202b\u202c"))
_REPLIES = tuple(
    re.compile(re.escape(labels.reply).replace(r"\{references\}", "(?P<references>.+?)") + r"\s*\Z", re.IGNORECASE)
    for labels in LABELS.values()
)


def bounded(text: str, most: int, label: str, found: Found) -> str:
    """One line of at most so many characters."""
    text = " ".join(text.split())
    if len(text) > most:
        found.say(_("%(label)s: only the first %(count)d characters were taken.") % {"label": label, "count": most})
    return text[:most].rstrip()


def value_or_none(text: str) -> str:
    """The ITU prints a dash where there is nothing."""
    return "" if _NONE.fullmatch(text) else text


def title_and_replies(text: str) -> tuple[str, tuple[str, ...]]:
    """The title, and the statements it says it answers: "… (reply to SG20-LS9)"."""
    for form in _REPLIES:
        if (found := form.search(text)) and text[: found.start()].strip():
            references = tuple(one for part in re.split(r"[,、،]", found["references"]) if (one := part.strip()))
            return text[: found.start()].rstrip(), references
    return text, ()


def contact_of(cells: list[list[str]], found: Found) -> Contact | None:
    """Name, organization and country on lines of their own; telephone and e-mail by label or looks."""
    who: list[str] = []
    phone = email = ""
    for line in (line[:_LONGEST_LINE].translate(_MARKS) for cell in cells for line in cell):
        label, text = (found_label[1], found_label[2]) if (found_label := _LABELLED.match(line)) else ("", line)
        address = _ADDRESS.search(text)
        if key(label) in _PHONES:
            phone = phone or ("" if _PLACEHOLDER.fullmatch(text) else text)
        elif address:
            email = email or ("" if _PLACEHOLDER.fullmatch(address[0]) else address[0])
        elif key(label) in _EMAILS:
            continue
        elif key(label) in ("fax", "téléfax", "telefax"):
            found.say(_("Fax numbers of contacts were left out."))
        else:
            who.append(line)
    if email and not _is_address(email):
        found.say(_("“%(email)s” is no e-mail address and was left out.") % {"email": email})
        email = ""
    who = [line for line in who if not _PLACEHOLDER.fullmatch(line)]
    if not who and not email:
        return None
    name, *rest = who or [email]
    organization, country = (", ".join(rest[:-1]), rest[-1]) if len(rest) > 1 else ("".join(rest), "")
    label = _("Contact")
    return Contact(
        name=bounded(name, 200, label, found),
        organization=bounded(organization, 200, label, found),
        country=bounded(country, 100, label, found),
        phone=bounded(phone, 50, label, found),
        email=email,
    )


def deadlines(text: str) -> tuple[date | None, str, dict[str, date]]:
    """The day for all, the words beside or in place of it, and the days of those who have one of their own."""
    day: date | None = None
    words: list[str] = []
    own: dict[str, date] = {}
    for part in (piece.strip() for piece in re.split("[;；]", text[:_LONGEST_LINE])):
        names, _colon, rest = part.replace("：", ":").rpartition(":")
        if (read := read_day(part)) and day is None:
            day = read
        elif names and (read := read_day(rest)):
            own[" ".join(names.split())] = read
        elif value_or_none(part):
            words.append(part)
    return day, "; ".join(words), own


def addressees(rows: Mapping[Purpose, str], own_deadlines: Mapping[str, date]) -> tuple[Addressed, ...]:
    """Whom the three rows name, in the order of the page, word for word and each once.

    What the words mean at a desk is read in liaisons.intake.addressees.
    """
    named = (
        Addressed(name, purpose)
        for purpose in PURPOSES
        for part in re.split(r"\s*[,;]\s*", rows.get(purpose, ""))
        if (name := part.strip()[:LONGEST_ADDRESSEE])
    )
    return dated({(one.text, one.purpose): one for one in named}.values(), own_deadlines)


def dated(addressed: Iterable[Addressed], own_deadlines: Mapping[str, date]) -> tuple[Addressed, ...]:
    """Each with the day that the row of the deadline gives to it."""
    days = {name: day for text, day in own_deadlines.items() for name in (text, *re.split(r"\s*[,、،]\s*", text))}
    return tuple(
        replace(one, deadline=days.get(one.text) or days.get(one.designation) or one.deadline) for one in addressed
    )


def names(text: str) -> str:
    """A row of addressees with commas between them, in whichever script they stand there."""
    return value_or_none(text[:_LONGEST_ROW]).replace("、", ", ").replace("،", ",")


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= 254
