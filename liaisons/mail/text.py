"""The words of a mail: templates filled, folded to 72 columns, and the parts that several mails share."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.models import Desk, Group
from liaisons import links
from liaisons.documents import sanitize
from liaisons.documents.sanitize import columns
from liaisons.letter import Letter
from liaisons.mail import page
from liaisons.mail.blocks import (
    COLUMNS,
    Block,
    facts,
    hang,
    in_language,
    listed,
    numbered,
    paragraph,
    quoted,
    rich,
    unseal,
)
from liaisons.models import Addressee, Blob, Circulation, DocumentFile, Link, Revision, Statement
from liaisons.outbox import enclosures, reserved

__all__ = [
    "COLUMNS",
    "Written",
    "address_of",
    "columns",
    "day_text",
    "deadline_text",
    "facts",
    "fold",
    "group_text",
    "harmless",
    "letter_text",
    "listed",
    "numbered",
    "purposes",
    "quoted",
    "text",
    "title_of",
    "travelling",
]

# What a continued line stands under: the text after a mark, or the first letter.
_MARK = re.compile(r"\s*(?:(?:[–•*>-]|\d+[.)])\s+)?")


@dataclass(frozen=True)
class Written:
    """The words of a mail in both of its forms: `html` without the page around it."""

    plain: str
    html: str

    def __add__(self, after: "Written") -> "Written":
        return Written(f"{self.plain}\n{after.plain}", self.html + after.html)


def text(verb: str, words: dict[str, Any], *, link: Link | None = None, parts: Written | None = None) -> Written:
    """Fill templates/liaisons/mail/<verb>.txt and write it as text and as HTML.

    `link` becomes its placeholder where the template says {{ link }}, and `parts`, written before, stand where it says
    {{ parts }}. What the template says between files_begin and files_end stands only in a mail whose files are to be
    fetched.
    """
    # People's words must not hold what is filled in later: it is put in after theirs have been broken.
    link_here, parts_here, begin, end = (uuid4().hex for _ in range(4))
    size = uuid4().hex[:9]  # as long as what comes there
    blocks = {"parts": parts_here, "files_begin": begin, "files_end": end}
    marks = {"size": size, **{name: Block(mark, mark) for name, mark in blocks.items()}}
    filled: str = render_to_string(f"liaisons/mail/{verb}.txt", {**words, **marks, "link": link_here})
    filled = filled.replace("\r\n", "\n").replace("\r", "\n")
    later = {size: enclosures.SIZE, begin: enclosures.BEGIN, end: enclosures.END}
    if link:
        later[link_here] = links.placeholder(link)
    plain = fold(harmless(unseal(filled, lambda block: block.plain)))
    html = harmless(page.inside(filled, link_here))
    inside = parts or Written("", "")
    return Written(
        _filled_in(plain, {**later, parts_here: inside.plain.rstrip("\n")}),
        _filled_in(html, {**later, parts_here: inside.html.rstrip("\n")}),
    )


def harmless(written: str) -> str:
    """Words that people wrote, without what would be filled in or taken out when the mail leaves."""
    return reserved.defuse(enclosures.defuse(links.defuse(sanitize.printable(written))))


def _filled_in(written: str, later: dict[str, str]) -> str:
    for stand_in, mark in later.items():
        written = written.replace(stand_in, mark)
    return written


def fold(written: str) -> str:
    """Break lines that are too long, under the place where they began; at most one empty line in a row."""
    lines: list[str] = []
    for line in written.split("\n"):
        if columns(line) <= COLUMNS:
            # The one line that keeps its blank: mail programs know the signature by it.
            lines.append(line if line == "-- " else line.rstrip())
            continue
        mark = _MARK.match(line)
        begin = mark[0] if mark else ""
        lines += hang(begin, line[len(begin) :])
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"


def day_text(day: date) -> str:
    return date_format(day, "j F Y")


def deadline_text(desk: Desk, day: date | None, otherwise: str = "", *, zone: str = "") -> str:
    """A deadline with the place at which its day ends; `otherwise` is what the author wrote in place of a date.

    `zone` is the one the deadline was set in, where that is kept beside it.
    """
    if day is None:
        return otherwise
    return _("%(day)s, end of day in %(place)s (%(zone)s)") % {
        "day": day_text(day),
        "place": desk.locality,
        "zone": zone or desk.zone,
    }


def group_text(group: Group | None, otherwise: str = "") -> str:
    """The designation of a group and, where it has one, its name."""
    if group is None:
        return otherwise
    return f"{group.designation}, {group.name}" if group.name and group.name != group.designation else group.designation


def address_of(thing: Statement | Circulation) -> str:
    """The permanent address of a statement; of a circulation that of its document."""
    page = thing if isinstance(thing, Statement) else thing.document
    return f"{settings.SITE_URL}{page.get_absolute_url()}"


def purposes(addressees: Iterable[Addressee]) -> Block:
    """Everybody addressed, for action before for comment before for information."""
    by_purpose: dict[str, list[str]] = {}
    for addressee in addressees:
        by_purpose.setdefault(addressee.purpose, []).append(str(addressee))
    return listed(
        f"{Addressee.Purpose(purpose).label}: {', '.join(by_purpose[purpose])}"
        for purpose in Addressee.Purpose.values
        if purpose in by_purpose
    )


def title_of(letter: Letter) -> str:
    """The title; a reply says so in it, whether or not its author wrote it there (A.1, 1.5.1)."""
    unsaid = [reference for reference in letter.in_reply_to if reference not in letter.title]
    if not unsaid:
        return letter.title
    return _("%(title)s (reply to %(references)s)") % {"title": letter.title, "references": ", ".join(unsaid)}


def letter_text(letter: Letter) -> dict[str, Block]:
    """The parts of a letter as a mail shows them."""
    parts = {
        "abstract": paragraph(letter.abstract),
        "body": rich(letter.body),
        "annexes": numbered(
            f"{annex.title} ({annex.document})" if annex.document else annex.title for annex in letter.annexes
        ),
        "attachments": listed(file.title or file.name for file in letter.attachments),
        "contacts": listed(
            ", ".join(part for part in (who.name, who.organization, who.country, who.phone, who.email) if part)
            for who in letter.contacts
        ),
    }
    return {name: in_language(block, letter.language) for name, block in parts.items()}


def travelling(revision: Revision) -> tuple[tuple[Blob, str], ...]:
    """The stored files that go with a letter: those of annexed documents, then its attachments."""
    annexed = DocumentFile.objects.filter(document__annexed_in__revision=revision).select_related("blob")
    attached = revision.attachments.select_related("blob")
    return (
        *((file.blob, file.name) for file in annexed.order_by("document", "pk").distinct()),
        *((file.blob, file.name) for file in attached.order_by("position", "pk")),
    )
