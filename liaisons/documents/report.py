"""The report of a meeting as a Word file, for the secretary to go on writing in.

Clauses as the agenda has them, with what was said and the documents of each; then decisions, actions, and the
statements that came and went since the meeting before.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _
from docx.oxml.xmlchemy import BaseOxmlElement

from liaisons.documents.page import END_RULE
from liaisons.documents.sanitize import printable
from liaisons.documents.word_file import describe, empty_file, fill, packed, set_headers, set_language
from liaisons.documents.wordml import TEXT_WIDTH, Cell, field, line_break, paragraph, row, runs, table

_LABELS = (1588, TEXT_WIDTH - 1588)  # twips
_RULE = 12  # eighths of a point


@dataclass(frozen=True)
class Paper:
    """A document at an item, and what the meeting did with it."""

    reference: str
    title: str
    source: str
    presenter: str = ""
    disposition: str = ""


@dataclass(frozen=True)
class Item:
    clause: str
    title: str
    text: str = ""
    papers: tuple[Paper, ...] = ()
    decisions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Undertaken:
    """What somebody undertook; `due` as it is to be read."""

    text: str
    owner: str
    due: str


@dataclass(frozen=True)
class Exchanged:
    """A statement that came or went: `body` is from whom, or to whom; `day` as it is to be read.

    `state` is how it stands; of one that is listed as noted the clause.
    """

    reference: str
    body: str
    title: str
    day: str
    state: str


@dataclass(frozen=True)
class Heard:
    """A comment that was referred to the meeting: whose and on what, its words, and what was decided."""

    title: str
    text: str
    decided: str


@dataclass(frozen=True)
class Report:
    """All that the file says. `since` is the meeting before, "" for the first one."""

    number: str
    group: str
    study_period: str
    source: str
    title: str
    contact: str
    opening: str
    items: tuple[Item, ...]
    decisions: tuple[str, ...]
    actions: tuple[Undertaken, ...]
    received: tuple[Exchanged, ...]
    sent: tuple[Exchanged, ...]
    referred: tuple[Heard, ...] = ()  # comments that no item names
    noted: tuple[Exchanged, ...] = ()  # letters that no item names
    since: str = ""


def write_report(report: Report) -> bytes:
    """The Word file, in the language of the reader."""
    document = empty_file()
    writer = _Writer(report, right_to_left=get_language_bidi())
    fill(document, writer.elements())
    later = [*runs("- "), *field("PAGE", "2"), *runs(" -"), line_break(), *_runs(report.number)]
    set_headers(document, writer.text("Header", later), writer.text("Header"))
    language = get_language() or "en"
    describe(document, title=printable(report.title), author=report.group, language=language, subject=report.number)
    set_language(document, language, "rtl" if get_language_bidi() else "ltr")
    return packed(document)


def _runs(text: str) -> list[BaseOxmlElement]:
    """Without the characters that XML cannot hold, which come along when somebody pastes."""
    return runs(printable(text))


class _Writer:
    def __init__(self, report: Report, *, right_to_left: bool) -> None:
        self._report = report
        self._right_to_left = right_to_left

    def elements(self) -> Iterator[BaseOxmlElement]:
        report = self._report
        yield self._table(_LABELS, list(self._head()), style="TableNormal")
        yield self.text("Space")
        yield from self._lines(report.opening)
        for item in report.items:
            yield from self._item(item)
        yield from self._decisions()
        yield from self._actions()
        yield from self._referred()
        yield from self._noted()
        yield from self._exchanged(_("Statements received"), _("From"), report.received)
        yield from self._exchanged(_("Statements sent"), _("To"), report.sent)
        yield self.text("Endrule", runs("_" * END_RULE))

    def _head(self) -> Iterator[BaseOxmlElement]:
        report = self._report
        facts = [
            (_("Group"), report.group),
            (_("Study period"), report.study_period),
            (_("Document"), report.number),
            (_("Source"), report.source),
            (_("Title"), report.title),
            (_("Contact"), report.contact),
        ]
        filled = [(label, value) for label, value in facts if value]
        for at, (label, value) in enumerate(filled):
            cells = [
                Cell([self.text("TSBHeaderLabel", _runs(f"{label}:"))], _LABELS[0]),
                Cell([self.text("TSBHeaderTitle", _runs(value))], _LABELS[1]),
            ]
            last = at == len(filled) - 1
            yield row(cells, above=0 if at else _RULE, below=_RULE if last else 0, whole=True)

    def _item(self, item: Item) -> Iterator[BaseOxmlElement]:
        level = min(item.clause.strip(".").count(".") + 1, 3)
        yield self.text(f"Heading{level}", _runs(f"{item.clause} {item.title}"))
        yield from self._lines(item.text)
        if item.papers:
            heads = (_("Document"), _("Title"), _("Source"), _("Presented by"), _("Disposition"))
            widths = (1900, 3440, 1600, 1400, 1300)
            rows = [
                (paper.reference, paper.title, paper.source, paper.presenter, paper.disposition)
                for paper in item.papers
            ]
            yield self._grid(widths, heads, rows)
            yield self.text("Tablespace")
        for decision in item.decisions:
            yield from self._lines(decision)

    def _decisions(self) -> Iterator[BaseOxmlElement]:
        if not self._report.decisions:
            return
        yield self.text("Heading1", _runs(_("Decisions")))
        for number, decision in enumerate(self._report.decisions, start=1):
            yield from self._lines(f"{number}) {decision}")

    def _actions(self) -> Iterator[BaseOxmlElement]:
        if not self._report.actions:
            return
        yield self.text("Heading1", _runs(_("Actions")))
        rows = [(str(at), one.text, one.owner, one.due) for at, one in enumerate(self._report.actions, start=1)]
        yield self._grid((700, 5340, 2100, 1500), (_("No."), _("Action"), _("Owner"), _("Due")), rows)
        yield self.text("Tablespace")

    def _referred(self) -> Iterator[BaseOxmlElement]:
        if not self._report.referred:
            return
        yield self.text("Heading1", _runs(_("Comments referred to this meeting")))
        heads = (_("Comment"), _("Text"), _("Decided"))
        cells = [(one.title, one.text, one.decided) for one in self._report.referred]
        yield self._grid((3040, 3600, 3000), heads, cells)
        yield self.text("Tablespace")

    def _noted(self) -> Iterator[BaseOxmlElement]:
        if not self._report.noted:
            return
        yield self.text("Heading1", _runs(_("Statements noted")))
        yield self._statements(self._report.noted, _("From"), _("Clause"))
        yield self.text("Tablespace")

    def _exchanged(self, heading: str, party: str, rows: Sequence[Exchanged]) -> Iterator[BaseOxmlElement]:
        since = self._report.since
        yield self.text("Heading1", _runs(heading))
        when = _("Since %(meeting)s:") % {"meeting": since} if since else _("Until the end of this first meeting:")
        if not rows:
            yield self.text("Normal", _runs(f"{when} {_('none.')}"))
            return
        yield self.text("Normal", _runs(when))
        yield self._statements(rows, party, _("State"))
        yield self.text("Tablespace")

    def _statements(self, rows: Sequence[Exchanged], party: str, state: str) -> BaseOxmlElement:
        heads = (_("Number"), party, _("Title"), _("Date"), state)
        cells = [(one.reference, one.body, one.title, one.day, one.state) for one in rows]
        return self._grid((1700, 2040, 3300, 1300, 1300), heads, cells)

    def _grid(self, widths: Sequence[int], heads: Sequence[str], rows: Iterable[Sequence[str]]) -> BaseOxmlElement:
        made = [self._row(widths, heads, "Tablehead", head=True)]
        made += [self._row(widths, cells, "Tabletext") for cells in rows]
        return self._table(widths, made, style="TableGrid")

    def _row(self, widths: Sequence[int], cells: Sequence[str], style: str, *, head: bool = False) -> BaseOxmlElement:
        placed = (Cell([self.text(style, _runs(text))], width) for text, width in zip(cells, widths, strict=True))
        return row(placed, head=head, whole=True)

    def _table(self, widths: Sequence[int], rows: list[BaseOxmlElement], *, style: str) -> BaseOxmlElement:
        return table(list(widths), rows, style=style, right_to_left=self._right_to_left)

    def _lines(self, text: str) -> Iterator[BaseOxmlElement]:
        for line in text.splitlines():
            if line.strip():
                yield self.text("Normal", _runs(line.strip()))

    def text(self, style: str, content: Iterable[BaseOxmlElement] = ()) -> BaseOxmlElement:
        return paragraph(style, content, right_to_left=self._right_to_left)
