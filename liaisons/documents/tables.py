"""A table as a Word file on its side and as a sheet: what a desk hands out of its records."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Self

from liaisons.documents.sanitize import printable

if TYPE_CHECKING:
    from docx.oxml.xmlchemy import BaseOxmlElement

MOST_IN_A_CELL = 32_767  # characters, in a sheet


@dataclass(frozen=True)
class Column:
    """`width` in twips."""

    head: str
    width: int


@dataclass(frozen=True)
class Table:
    """`notes` are sentences above it. A cell may hold several lines."""

    title: str
    number: str
    author: str
    notes: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    language: str = "en"
    right_to_left: bool = False

    def to_json(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=False).encode()

    @classmethod
    def from_json(cls, content: bytes) -> Self:
        plain = json.loads(content)
        lists = {
            "notes": tuple(plain["notes"]),
            "columns": tuple(Column(**column) for column in plain["columns"]),
            "rows": tuple(tuple(row) for row in plain["rows"]),
        }
        return cls(**{**plain, **lists})


def write_word(table: Table) -> bytes:
    """A4 on its side, the head of the table on each page. For the renderer's process."""
    from liaisons.documents import word_file, wordml

    small = wordml.Marks(size=18)

    def text(style: str, content: str, marks: wordml.Marks = wordml.PLAIN) -> "BaseOxmlElement":
        return wordml.paragraph(style, wordml.runs(printable(content), marks), right_to_left=table.right_to_left)

    def row(cells: Sequence[str], style: str, *, head: bool = False) -> "BaseOxmlElement":
        placed = (
            wordml.Cell([text(style, line, small) for line in cell.split("\n")], column.width)
            for cell, column in zip(cells, table.columns, strict=True)
        )
        return wordml.row(placed, head=head)

    document = word_file.empty_file(landscape=True)
    head = row([column.head for column in table.columns], "Tablehead", head=True)
    elements = [
        text("Title", table.title),
        *(text("Normal", note) for note in table.notes),
        wordml.table(
            [column.width for column in table.columns],
            [head, *(row(cells, "Tabletext") for cells in table.rows)],
            style="TableGrid",
            right_to_left=table.right_to_left,
            caption=table.title,
        ),
        text("Tablespace", ""),  # a file must not end with a table
    ]
    word_file.fill(document, elements)
    running = wordml.runs(f"{printable(table.number)} – ")
    word_file.set_headers(
        document,
        wordml.paragraph("Header", [*running, *wordml.field("PAGE", "2")]),
        wordml.paragraph("Header", []),
    )
    word_file.describe(document, title=printable(table.title), author=printable(table.author), language=table.language)
    word_file.set_language(document, table.language, "rtl" if table.right_to_left else "ltr")
    return word_file.packed(document)


def write_sheet(table: Table) -> bytes:
    """An .xlsx in which every cell is text: what begins with "=" is no formula, an address no link."""
    import xlsxwriter

    target = BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    book.set_properties({"title": printable(table.title), "author": printable(table.author)})
    sheet = book.add_worksheet()
    plain = {"text_wrap": True, "valign": "top", "num_format": "@", "quote_prefix": True}
    head, cell = book.add_format({**plain, "bold": True, "bottom": 1}), book.add_format(plain)
    if table.right_to_left:
        sheet.right_to_left()
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    bold = book.add_format({"bold": True})
    for at, note in enumerate((table.title, *table.notes)):
        sheet.write_string(at, 0, printable(note)[:MOST_IN_A_CELL], bold if at == 0 else None)
    first = len(table.notes) + 2
    for at, column in enumerate(table.columns):
        sheet.set_column(at, at, column.width / 110)  # characters, about
        sheet.write_string(first, at, printable(column.head), head)
    for at, row in enumerate(table.rows, start=first + 1):
        for number, content in enumerate(row):
            sheet.write_string(at, number, printable(content)[:MOST_IN_A_CELL], cell)
    sheet.freeze_panes(first + 1, 0)
    sheet.repeat_rows(first)
    sheet.autofilter(first, 0, first + len(table.rows), len(table.columns) - 1)
    book.close()
    return target.getvalue()
