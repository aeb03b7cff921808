"""The form that a rapporteur hands in: the same rows without block and number, filled as far as the letter goes.

The secretariat puts its own block in the place of the first rows. With a letter of nothing it is the empty form.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from docx.oxml.xmlchemy import BaseOxmlElement

from liaisons.documents.comparison import page_of
from liaisons.documents.page import NONE, ContactLines, Row
from liaisons.documents.word import PageWriter, finished, head_pages
from liaisons.documents.word_file import empty_file, fill
from liaisons.documents.wordml import change_of
from liaisons.letter import Letter, Sheet

# Columns in twips; a label has one of them, or two before purposes and in the middle.
_GRID = [1544, 661, 1818, 1433, 330, 3853]
_HEIGHT = 357
_RULE = 12  # eighths of a point
_CONTACTS = 2  # rows for them in an empty form
_STUDY_GROUP = re.compile(r"\b(?:SG|Study Group)\s*(\d+)", re.IGNORECASE)


def write_unformatted(sheet: Sheet) -> bytes:
    document = empty_file()
    page = page_of(sheet)
    fill(document, _Form(document, page).elements())
    head_pages(document, page)
    return finished(document, page)


class _Form(PageWriter):
    def elements(self) -> Iterator[BaseOxmlElement]:
        yield self.table(_GRID, list(self._rows()))
        yield from self.text_and_annexes(to_fill=not self._letter.body)

    @property
    def _letter(self) -> Letter:
        return self.page.sheet.letter

    def _rows(self) -> Iterator[BaseOxmlElement]:
        page, labels = self.page, self.page.labels
        questions = page.questions
        yield self._halves(
            (questions.label, "TSBHeaderQuestion", questions.value if self._letter.questions else ""),
            (labels.meeting, "TSBHeaderQuestion", page.venue_date),
        )
        yield self._halves(
            (labels.study_group, "TSBHeaderQuestion", _study_group(self._letter.source)),
            (labels.working_party, "TSBHeaderQuestion", ""),
        )
        for line in page.origin:
            yield self._labelled(line, 1)
        title = self.text("LSTitle", labels.statement)
        yield self.row(_GRID, ([title], 6), above=_RULE, height=_HEIGHT)
        for line in self._destination():
            yield self._labelled(line, 2, below=_RULE if line.key == "deadline" else 0)
        for contact in page.contacts or [ContactLines((), "", "")] * _CONTACTS:
            yield self.contact_row(contact, (1, 3, 2), _GRID, height=_HEIGHT, to_fill=not page.contacts)

    def _destination(self) -> Iterator[Row]:
        """An empty form has every row: nobody knows yet which of them it needs."""
        for line in self.page.destination:
            if line.key == "information" and not self._letter.addressees:
                yield Row("comment", self.page.labels.comment, ())
            yield line

    def _halves(self, left: tuple[str, str, str], right: tuple[str, str, str]) -> BaseOxmlElement:
        """A row of two labels and what belongs to them; each half is (label, style, value)."""
        spans = (1, 2, 2, 1)
        cells = []
        for label, style, value in (left, right):
            cells += [self.text("TSBHeaderLabel", label), self.text(style, value)]
        return self.row(_GRID, *(([cell], span) for cell, span in zip(cells, spans, strict=True)), height=_HEIGHT)

    def _labelled(self, line: Row, columns: int, below: int = 0) -> BaseOxmlElement:
        blank = replace(line, parts=()) if line.value == NONE else line
        return self.row(
            _GRID,
            ([self.text("TSBHeaderLabel", line.label)], columns),
            (self.value(blank), 6 - columns),
            below=below,
            height=_HEIGHT,
            flush=True,
            change=change_of(line.label, line.value),
        )


def _study_group(source: str) -> str:
    """The number of a study group of ITU-T, or the source as it stands."""
    found = _STUDY_GROUP.search(source)
    return found[1] if found else source
