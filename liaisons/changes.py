"""What differs between two letters, part by part, with what came in and what went out marked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from liaisons.documents.sanitize import plain
from liaisons.letter import PURPOSES, Letter, Purpose
from liaisons.models import Addressee, Request
from liaisons.rules import day_text

LONGEST = 3_000  # words compared one by one; a longer paragraph is shown as a whole, old and new


@dataclass(frozen=True)
class Change:
    """A part of the letter that is not the same, as HTML with <ins> and <del>."""

    label: str
    html: SafeString


def between(before: Letter, after: Letter) -> list[Change]:
    old, new = dict(_parts(before)), dict(_parts(after))
    labels = [*new, *(label for label in old if label not in new)]
    return [
        Change(label, _marked(old.get(label, ""), new.get(label, "")))
        for label in labels
        if old.get(label, "") != new.get(label, "")
    ]


def _parts(letter: Letter) -> Iterator[tuple[str, str]]:
    """The letter as texts under labels; a blank line stands between paragraphs."""
    yield _("Title"), letter.title
    yield _("Questions"), letter.questions
    yield _("Place and date"), letter.venue_date
    yield _("Ref."), letter.ref
    yield _("Source"), letter.source
    yield _("Language"), letter.language
    for purpose in PURPOSES:
        yield str(Addressee.Purpose(purpose).label).capitalize(), _addressed(letter, purpose)
    yield _("Deadline"), str(day_text(letter.deadline)) if letter.deadline else letter.deadline_text
    yield (
        _("Contacts"),
        "\n\n".join(
            ", ".join(filter(None, (one.name, one.organization, one.country, one.phone, one.email)))
            for one in letter.contacts
        ),
    )
    yield _("Abstract"), letter.abstract
    yield _("Requests"), "\n\n".join(f"{Request.Kind(asked.kind).label}: {asked.text}" for asked in letter.requests)
    yield _("Body"), plain(letter.body, 10_000)
    for number, annex in enumerate(letter.annexes, start=1):
        text = "\n\n".join(filter(None, (annex.title, annex.document, plain(annex.body, 10_000))))
        yield _("Annex %(number)s") % {"number": number}, text
    yield (
        _("Attachments"),
        "\n\n".join(
            f"{file.reference} {file.title} ({file.name}, {file.sha256[:8]})".strip() for file in letter.attachments
        ),
    )


def _addressed(letter: Letter, purpose: Purpose) -> str:
    return ", ".join(
        f"{one.name} ({day_text(one.deadline)})" if one.deadline else one.name for one in letter.to(purpose)
    )


def _marked(old: str, new: str) -> SafeString:
    """The paragraphs that changed, each with its words compared; those between them are left out."""
    before, after = _paragraphs(old), _paragraphs(new)
    shown: list[SafeString] = []
    for kind, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        shown += [_words(was, now) for was, now in zip_longest(before[i:j], after[k:m], fillvalue="")]
    return format_html_join("\n", "<p>{}</p>", ((paragraph,) for paragraph in shown))


def _paragraphs(text: str) -> list[str]:
    return [paragraph for paragraph in text.split("\n\n") if paragraph.strip()]


def _words(old: str, new: str) -> SafeString:
    before, after = re.findall(r"\s+|\S+", old), re.findall(r"\s+|\S+", new)
    if len(before) + len(after) > LONGEST:
        return format_html("<del>{}</del> <ins>{}</ins>", old, new)
    pieces: list[SafeString] = []
    for kind, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        was, now = "".join(before[i:j]), "".join(after[k:m])
        if kind == "equal":
            pieces.append(format_html("{}", was))
            continue
        if was:
            pieces.append(format_html("<del>{}</del>", was))
        if now:
            pieces.append(format_html("<ins>{}</ins>", now))
    return format_html_join("", "{}", ((piece,) for piece in pieces))
