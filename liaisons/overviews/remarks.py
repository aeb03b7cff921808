"""The table of comments on a text and what was done about each: for the page, the Word file and the sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, get_language_bidi, gettext_lazy
from django.utils.translation import gettext as _

from liaisons.documents.paragraphs import place
from liaisons.documents.tables import Column, Table
from liaisons.models import Circulation, Comment
from liaisons.silence import Outcome

SORTS = {
    "paragraph": gettext_lazy("by paragraph"),
    "author": gettext_lazy("by author"),
    "time": gettext_lazy("as they came"),
}
OPEN, WITHDRAWN = "open", "withdrawn"
FATES = {
    OPEN: gettext_lazy("nothing said yet"),
    **dict(Comment.Disposition.choices),
    WITHDRAWN: gettext_lazy("withdrawn"),
}


@dataclass(frozen=True)
class Line:
    """A comment under its number, which is that of its coming, however the table is sorted."""

    number: int
    comment: Comment

    @property
    def fate(self) -> str:
        """One of FATES, or "" for support, to which nothing is said."""
        if self.comment.withdrawn_at is not None:
            return WITHDRAWN
        if self.comment.disposition or self.comment.kind == Comment.Kind.SUPPORT:
            return self.comment.disposition
        return OPEN

    @property
    def fate_label(self) -> str:
        return str(FATES[self.fate]) if self.fate else ""


def lines(
    circulation: Circulation, paragraphs: Sequence[str], *, sort: str = "", kind: str = "", fate: str = ""
) -> list[Line]:
    """What counts, sorted by a key of SORTS, of one kind or fate where they are named."""
    said = circulation.comments.counted().select_related("author", "group", "disposed_by")
    rows = said.prefetch_related("comment_files").order_by("made_at", "pk")
    found = [Line(number, comment) for number, comment in enumerate(rows, start=1)]
    found = [line for line in found if kind in ("", line.comment.kind) and fate in ("", line.fate)]
    if sort == "author":
        return sorted(found, key=lambda line: (line.comment.who.casefold(), line.number))
    if sort == "time":
        return found
    return sorted(found, key=lambda line: (place(line.comment.clause, paragraphs), line.number))


def table(circulation: Circulation, rows: Sequence[Line]) -> Table:
    """The same as a file, in the language of the reader; times are those of the window's zone."""
    document = circulation.document
    return Table(
        title=_("Comments on %(number)s and what was done about them") % {"number": document.reference},
        number=document.reference,
        author=str(circulation.desk),
        notes=(document.title, Outcome.of(circulation).sentence),
        columns=(
            Column(_("No."), 600),
            Column(_("From"), 1900),
            Column(_("Paragraph"), 1100),
            Column(_("Kind"), 1300),
            Column(_("Comment"), 3800),
            Column(_("Proposed text"), 2400),
            Column(_("Disposition"), 1372),
            Column(_("Reason"), 2100),
        ),
        rows=tuple(_cells(line, ZoneInfo(circulation.zone)) for line in rows),
        language=get_language() or "en",
        right_to_left=get_language_bidi(),
    )


def _cells(line: Line, zone: ZoneInfo) -> tuple[str, ...]:
    comment = line.comment
    made = date_format(timezone.localtime(comment.made_at, zone), "j M Y, H:i")
    quoted = _("“%(words)s”") % {"words": comment.quoted} if comment.quoted else ""
    files = ", ".join(file.name for file in comment.comment_files.all())
    return (
        str(line.number),
        _lines(comment.who, comment.speaks_for, made, comment.lateness),
        comment.clause,
        comment.get_kind_display(),
        _lines(quoted, comment.text, _("Files: %(names)s") % {"names": files} if files else ""),
        _lines(comment.proposed),
        _lines(line.fate_label, str(comment.disposed_by or "")),
        _lines(comment.disposition_text),
    )


def _lines(*parts: str) -> str:
    return "\n".join(part.replace("\r\n", "\n") for part in parts if part)
