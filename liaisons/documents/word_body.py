"""A tidied body as paragraphs and tables of a Word file, with its real styles and lists that Word goes on numbering.

Written by hand rather than through a converter of any HTML: the body knows twenty elements only, and heads that repeat,
lists that begin anew, numbers of headings and both directions of writing have to come out right.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.parts.document import DocumentPart
from lxml.html import HtmlElement

from liaisons.documents.body import HEADINGS, TABLE_SIZES, column_shares, grid, rows_of, span
from liaisons.documents.wordml import (
    NUMBER_INDENT,
    PLAIN,
    TEXT_WIDTH,
    Cell,
    Marks,
    line_break,
    paragraph,
    row,
    runs,
    tab,
    table,
    w,
)

DASHED, NUMBERED = 0, 1  # how lists look: the abstract lists of the file
BULLETS = 1  # the list of every bullet
_CELL_INDENT = 284  # twips
_DEEPEST_LEVEL = 8  # Word numbers nine levels
_HEADING_STYLES = dict(zip(HEADINGS, ("Heading1", "Heading2", "Heading3"), strict=True))


class BodyWriter:
    """Writes bodies into one file: links and lists are counted per file."""

    def __init__(self, part: DocumentPart, *, right_to_left: bool) -> None:
        self._part = part
        self._right_to_left = right_to_left

    def blocks(
        self, blocks: Iterable[HtmlElement], style: str = "Normal", marks: Marks = PLAIN, width: int = TEXT_WIDTH
    ) -> Iterator[BaseOxmlElement]:
        for block in blocks:
            if block.tag in ("ul", "ol"):
                yield from self._items(block, marks, width)
            elif block.tag == "table":
                yield from self._table(block, width)
            elif block.tag == "blockquote":
                yield from self.blocks(block, "Quote", marks, width)
            elif block.tag in HEADINGS:
                yield self._heading(block)
            else:
                yield self._paragraph(style, block, marks)

    def numbered(self, texts: list[str]) -> Iterator[BaseOxmlElement]:
        """A numbered list of plain texts."""
        number = self._new_list()
        for text in texts:
            yield paragraph("TSBHeaderSummary", runs(text), numbering=(number, 0), right_to_left=self._right_to_left)

    def mail(self, address: str) -> BaseOxmlElement:
        return self._link(f"mailto:{address}", runs(address, Marks(link=True)))

    def _link(self, address: str, content: list[BaseOxmlElement]) -> BaseOxmlElement:
        hyperlink = w("hyperlink", *content)
        hyperlink.set(qn("r:id"), self._part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
        return hyperlink

    def _paragraph(self, style: str, block: HtmlElement, marks: Marks = PLAIN) -> BaseOxmlElement:
        return paragraph(style, self._inline(block, marks), right_to_left=self._right_to_left)

    def _heading(self, block: HtmlElement) -> BaseOxmlElement:
        return paragraph(
            _HEADING_STYLES[str(block.tag)],
            self._inline(block),
            indent=None if block.get("class") == "numbered" else (0, 0),
            right_to_left=self._right_to_left,
        )

    def _inline(self, element: HtmlElement, marks: Marks = PLAIN) -> Iterator[BaseOxmlElement]:
        yield from runs(_words(element.text), marks)
        for child in element:
            if child.tag == "br":
                yield line_break()
            elif child.tag == "a" and (address := child.get("href")):
                yield self._link(address, list(self._inline(child, replace(marks, link=True))))
            else:
                yield from self._inline(child, _marked(marks, str(child.tag)))
                if child.get("class") == "number":
                    yield tab()
            yield from runs(_words(child.tail), marks)

    def _items(self, items: HtmlElement, marks: Marks, width: int, level: int = 0) -> Iterator[BaseOxmlElement]:
        number = BULLETS if items.tag == "ul" else self._new_list(int(items.get("start", "1")), level)
        for item in items:
            mark: tuple[int, int] | None = (number, level)
            for block in item:
                if block.tag in ("ul", "ol"):
                    yield from self._items(block, marks, width, min(level + 1, _DEEPEST_LEVEL))
                elif block.tag == "p":
                    yield paragraph(
                        f"enumlev{min(level + 1, 3)}",
                        self._inline(block, marks),
                        numbering=mark,
                        indent=_item_indent(level, hanging=mark is not None, narrow=width < TEXT_WIDTH),
                        right_to_left=self._right_to_left,
                    )
                    mark = None
                else:
                    yield from self.blocks([block], marks=marks, width=width)

    def _new_list(self, start: int = 1, level: int = 0) -> int:
        """A list of its own that begins to count anew; returns its number."""
        numbering = self._part.numbering_part.element
        number = len(numbering.findall(qn("w:num"))) + 1
        override = w("lvlOverride", w("startOverride", val=start), ilvl=level)
        numbering.append(w("num", w("abstractNumId", val=NUMBERED), override, numId=number))
        return number

    def _table(self, element: HtmlElement, width: int) -> Iterator[BaseOxmlElement]:
        for caption in element.iterchildren("caption"):
            yield self._paragraph("Tabletitle", caption)
        widths = [round(share * width / 100) for share in column_shares(element)]
        if not widths:
            return
        size = next(2 * points for points, name in TABLE_SIZES.items() if name == element.get("class", ""))
        marks = replace(PLAIN, size=0 if size == 2 * max(TABLE_SIZES) else size)
        rows = rows_of(element)
        head = [line for line in rows if (part := line.getparent()) is not None and part.tag == "thead"]
        yield table(
            widths,
            [
                *self._rows(head, widths, marks, head=True),
                *self._rows(rows[len(head) :], widths, marks, head=False),
            ],
            style="TableGrid",
            right_to_left=self._right_to_left,
        )

    def _rows(
        self, rows: list[HtmlElement], widths: list[int], marks: Marks, *, head: bool
    ) -> Iterator[BaseOxmlElement]:
        for line in grid(rows):
            cells, column = [], 0
            for slot in line:
                if not slot.first_column:
                    continue
                columns = min(span(slot.cell, "colspan"), len(widths) - column)
                width = sum(widths[column : column + columns])
                merge = "" if span(slot.cell, "rowspan") == 1 else "restart" if slot.first_row else "continue"
                content = self._cell(slot.cell, marks, width, head=head) if slot.first_row else []
                cells.append(Cell(content or [paragraph("Tabletext")], width, columns, merge))
                column += columns
            cells.extend(Cell([paragraph("Tabletext")], width) for width in widths[column:])
            yield row(cells, head=head)

    def _cell(self, cell: HtmlElement, marks: Marks, width: int, *, head: bool) -> list[BaseOxmlElement]:
        if cell.tag == "th" and not head:
            marks = replace(marks, bold=True)
        content = list(self.blocks(cell, "Tablehead" if head else "Tabletext", marks, width))
        if content and content[-1].tag == qn("w:tbl"):
            content.append(paragraph("Tabletext"))  # Word wants a paragraph at the end of each cell
        return content


def _item_indent(level: int, *, hanging: bool, narrow: bool) -> tuple[int, int] | None:
    """None: as the list itself says."""
    if narrow:
        return ((level + 1) * _CELL_INDENT, _CELL_INDENT if hanging else 0)
    return None if hanging else (NUMBER_INDENT + level * NUMBER_INDENT // 2, 0)


def _marked(marks: Marks, tag: str) -> Marks:
    match tag:
        case "strong":
            return replace(marks, bold=True)
        case "em":
            return replace(marks, italic=True)
        case "u":
            return replace(marks, underlined=True)
        case "sub":
            return replace(marks, raised="subscript")
        case "sup":
            return replace(marks, raised="superscript")
    return marks


def _words(text: str | None) -> str:
    return re.sub(r"[ \t\r\n]+", " ", text or "")
