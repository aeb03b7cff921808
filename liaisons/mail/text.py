"""The words of a mail: templates filled, folded to 72 columns, and the parts that several mails share."""

import re
import unicodedata
from collections.abc import Iterable
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
from liaisons.letter import Letter
from liaisons.models import Addressee, Blob, Circulation, DocumentFile, Link, Revision, Statement

COLUMNS = 72
# What a continued line stands under: the text after a mark, or the first letter.
_MARK = re.compile(r"\s*(?:(?:[–•*>-]|\d+[.)])\s+)?")


def text(verb: str, words: dict[str, Any], *, link: Link | None = None) -> str:
    """Fill templates/liaisons/mail/<verb>.txt; `link` becomes its placeholder where the template says {{ link }}."""
    # People's words must not hold placeholders: the real one is put in after theirs have been broken.
    stand_in = uuid4().hex
    filled: str = render_to_string(f"liaisons/mail/{verb}.txt", {**words, "link": stand_in})
    filled = links.defuse(sanitize.printable(filled.replace("\r\n", "\n").replace("\r", "\n")))
    folded = fold(filled)
    return folded.replace(stand_in, links.placeholder(link)) if link else folded


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
        lines += _hang(begin, line[len(begin) :])
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"


def columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line)


def facts(rows: Iterable[tuple[str, str]]) -> str:
    """Labels and what stands beside them, in two columns; rows without a value are left out."""
    told = [(f"{label}:", value) for label, value in rows if value]
    width = max((columns(label) for label, _value in told), default=0) + 1
    lines = []
    for label, value in told:
        lines += _hang(label + " " * (width - columns(label)), " ".join(value.split()))
    return "\n".join(lines)


def numbered(items: Iterable[str]) -> str:
    lines = []
    for number, item in enumerate(items, start=1):
        lines += _hang(f"{number}) ", " ".join(item.split()))
    return "\n".join(lines)


def listed(items: Iterable[str]) -> str:
    lines = []
    for item in items:
        lines += _hang("– ", " ".join(item.split()))
    return "\n".join(lines)


def quoted(said: str) -> str:
    """What somebody else wrote, marked as such."""
    folded = sanitize.wrap(said.replace("\r\n", "\n").strip(), COLUMNS - 2)
    return "\n".join(f"> {line}".rstrip() for line in folded.split("\n"))


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


def purposes(addressees: Iterable[Addressee]) -> str:
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


def letter_text(letter: Letter) -> dict[str, str]:
    """The parts of a letter as a mail shows them."""
    return {
        "abstract": sanitize.wrap(" ".join(letter.abstract.split()), COLUMNS),
        "body": sanitize.plain(letter.body, COLUMNS),
        "annexes": numbered(
            f"{annex.title} ({annex.document})" if annex.document else annex.title for annex in letter.annexes
        ),
        "attachments": listed(file.title or file.name for file in letter.attachments),
        "contacts": listed(
            ", ".join(part for part in (who.name, who.organization, who.country, who.phone, who.email) if part)
            for who in letter.contacts
        ),
    }


def travelling(revision: Revision) -> tuple[tuple[Blob, str], ...]:
    """The stored files that go with a letter: those of annexed documents, then its attachments."""
    annexed = DocumentFile.objects.filter(document__annexed_in__revision=revision).select_related("blob")
    attached = revision.attachments.select_related("blob")
    return (
        *((file.blob, file.name) for file in annexed.order_by("document", "pk").distinct()),
        *((file.blob, file.name) for file in attached.order_by("position", "pk")),
    )


def _hang(begin: str, rest: str) -> list[str]:
    """Lines of which the first begins with `begin` and the others stand under its end."""
    indent = columns(begin)
    lines = sanitize.wrap(rest, max(COLUMNS - indent, 20)).split("\n")
    return [(begin + lines[0]).rstrip(), *(" " * indent + line for line in lines[1:])]
