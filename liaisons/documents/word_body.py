"""A tidied body as paragraphs and tables of a Word file, with its real styles and lists that Word goes on numbering.

Written by hand rather than through a converter of any HTML: the body knows twenty elements only, and heads that repeat,
lists that begin anew, numbers of headings and both directions of writing have to come out right.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.parts.document import DocumentPart
from lxml.html import HtmlElement

from liaisons.documents.body import HEADINGS, TABLE_SIZES, column_shares, grid, rows_of, span, text_of
from liaisons.documents.marks import CAME, WENT
from liaisons.documents.paragraphs import NUMBER
from liaisons.documents.word_file import BULLETS, NUMBERED
from liaisons.documents.word_pictures import Pictures, usable
from liaisons.documents.wordml import (
    LINK,
    MARGIN_HANG,
    MARGIN_TABS,
    NUMBER_INDENT,
    PARAGRAPH_NUMBER,
    PLAIN,
    TEXT_WIDTH,
    Cell,
    Change,
    Marks,
    line_break,
    number_in_frame,
    number_in_margin,
    paragraph,
    pieces,
    row,
    run,
    runs,
    tab,
    table,
    w,
)
from liaisons.letter import PICTURES

_HIGHEST_FIGURE = 7200000  # EMU: 200 mm
_EMU_PER_TWIP = 635
_CELL_PADDING = 114  # twips, of both sides
_CELL_INDENT = 284  # twips
_DEEPEST_LEVEL = 8  # Word numbers nine levels
_HEADING_STYLES = dict(zip(HEADINGS, ("Heading1", "Heading2", "Heading3"), strict=True))

# Numbers of paragraphs hang in the margin. In twips: where such a paragraph's first line and its others begin, …
_FIRST_LINE = {**dict.fromkeys(("Normal", *_HEADING_STYLES.values()), 0), "Quote": 794}
_LEFT = dict.fromkeys(("Quote", *_HEADING_STYLES.values()), 794)
# … and where a list or a centred line leaves no place for a tab, the space above, which the frame beside has to know.
SPACE_ABOVE = {"enumlev1": 80, "enumlev2": 80, "enumlev3": 80, "Tabletitle": 360, "Tablespace": 0, "Figure": 240}
# What these leave below takes the place of the space above the next paragraph: the larger one counts.
SPACE_BELOW = {"AnnexNotitle": 240, "Figuretitle": 240}
_CHANGES: dict[str, Change] = {"ins": "ins", "del": "del"}
_ROW_CHANGES: dict[str | None, Change] = {CAME: "ins", WENT: "del"}


@dataclass(frozen=True)
class _Room:
    """Where blocks stand: on the page or in a cell, and how far from its side. In twips."""

    width: int = TEXT_WIDTH
    left: int = 0
    in_cell: bool = False

    @property
    def free(self) -> int:
        return max(self.width - self.left - (_CELL_PADDING if self.in_cell else 0), _CELL_PADDING)


_PAGE = _Room()


class BodyWriter:
    """Writes bodies into one file: links, lists and pictures are counted per file."""

    def __init__(
        self,
        part: DocumentPart,
        *,
        right_to_left: bool,
        frames: bool,
        pictures: Pictures,
        stored: Mapping[str, bytes],
    ) -> None:
        self._part = part
        self._right_to_left = right_to_left
        self._frames = frames
        self._pictures = pictures
        self._stored = stored
        self._links: dict[str, str] = {}
        self._lists = BULLETS
        self._below = 0

    def annex(self, blocks: Iterable[HtmlElement]) -> Iterator[BaseOxmlElement]:
        """The blocks of an annex, right below its title."""
        self._below = SPACE_BELOW["AnnexNotitle"]
        yield from self.blocks(blocks)

    def blocks(
        self, blocks: Iterable[HtmlElement], style: str = "Normal", marks: Marks = PLAIN, room: _Room = _PAGE
    ) -> Iterator[BaseOxmlElement]:
        for block, inside, mark in _flat(blocks, marks):
            yield from self._block(block, style, inside, room, mark)

    def _block(self, block: HtmlElement, style: str, marks: Marks, room: _Room, mark: str) -> Iterator[BaseOxmlElement]:
        match block.tag:
            case "ul" | "ol":
                yield from self._items(block, marks, room)
            case "table":
                yield from self._table(block, marks, room, mark)
            case "figure":
                yield from self._figure(block, marks, room, mark)
            case "blockquote":
                yield from self.blocks(block, "Quote", marks, room)
            case "h2" | "h3" | "h4":
                yield from self._heading(block, marks)
            case _:
                yield from self._paragraph(style, block, marks)

    def numbered(self, texts: list[str]) -> Iterator[BaseOxmlElement]:
        """A numbered list of plain texts."""
        number = self._new_list()
        for text in texts:
            yield paragraph("TSBHeaderSummary", runs(text), numbering=(number, 0), right_to_left=self._right_to_left)

    def mail(self, address: str) -> list[BaseOxmlElement]:
        """A link; in a comparison one to the address that went and one to that which came."""
        return [
            self._link(f"mailto:{part}", runs(part, Marks(style=LINK, change=change)))
            for change, part in pieces(address)
        ]

    def _link(self, address: str, content: list[BaseOxmlElement]) -> BaseOxmlElement:
        # python-docx would look through all links for the same one, and for a number that is free.
        if address not in self._links:
            self._links[address] = f"link{len(self._links) + 1}"
            self._part.rels.add_relationship(
                RELATIONSHIP_TYPE.HYPERLINK, address, self._links[address], is_external=True
            )
        hyperlink = w("hyperlink", *content)
        hyperlink.set(qn("r:id"), self._links[address])
        return hyperlink

    def _paragraph(
        self,
        style: str,
        block: HtmlElement,
        marks: Marks = PLAIN,
        *,
        numbering: tuple[int, int] | None = None,
        indent: tuple[int, int] | None = None,
    ) -> Iterator[BaseOxmlElement]:
        numbered = len(block) and block[0].get("class") == NUMBER
        yield from self._with_number(
            text_of(block[0]) if numbered else "",
            style,
            self._inline(block, marks),
            numbering=numbering,
            indent=indent,
            change=marks.change or _whole_change(block),
        )

    def _with_number(
        self,
        number: str,
        style: str,
        content: Iterable[BaseOxmlElement] = (),
        *,
        numbering: tuple[int, int] | None = None,
        indent: tuple[int, int] | None = None,
        change: Change = "",
    ) -> Iterator[BaseOxmlElement]:
        """A paragraph and its number in copies for comment."""
        tabs: tuple[tuple[str, int], ...] = ()
        if number and style in _FIRST_LINE:
            left = indent[0] if indent else _LEFT.get(style, 0)
            indent = (left, left + MARGIN_HANG)
            tabs = (MARGIN_TABS[0], ("left", _FIRST_LINE[style]))
            content = [*number_in_margin(number, change), *content]
        elif number and self._frames:
            above = max(SPACE_ABOVE[style] - self._below, 0)
            yield number_in_frame(number, above, right_to_left=self._right_to_left)
        elif number:
            content = [*runs(f"{number}\u2002", Marks(style=PARAGRAPH_NUMBER, change=change)), *content]
        self._below = SPACE_BELOW.get(style, 0)
        yield paragraph(
            style,
            content,
            numbering=numbering,
            indent=indent,
            tabs=tabs,
            right_to_left=self._right_to_left,
            change=change,
        )

    def _heading(self, block: HtmlElement, marks: Marks) -> Iterator[BaseOxmlElement]:
        style = _HEADING_STYLES[str(block.tag)]
        numbered = any(child.get("class") == "number" for child in block.iter("span"))
        yield from self._paragraph(style, block, marks, indent=None if numbered else (0, 0))

    def _inline(self, element: HtmlElement, marks: Marks = PLAIN) -> Iterator[BaseOxmlElement]:
        yield from runs(_words(element.text), marks)
        for child in element:
            if child.tag == "br":
                yield line_break(marks.change)
            elif child.tag == "a" and (address := child.get("href")):
                yield self._link(address, list(self._inline(child, replace(marks, style=LINK))))
            elif child.get("class") != NUMBER:
                yield from self._inline(child, _marked(marks, str(child.tag)))
                if child.get("class") == "number":
                    yield tab(marks.change)
            yield from runs(_words(child.tail), marks)

    def _figure(self, figure: HtmlElement, marks: Marks, room: _Room, mark: str) -> Iterator[BaseOxmlElement]:
        within = (room.free * _EMU_PER_TWIP, _HIGHEST_FIGURE)
        indent = (room.left, 0) if room.left else None
        for image in figure.iter("img"):
            alternative = image.get("alt", "")
            picture = usable(self._stored.get(image.get("src", "").removeprefix(PICTURES)))
            shown = (
                [run(self._pictures.drawing(picture, alternative, within), Marks(change=marks.change))]
                if picture
                else runs(alternative, marks)
            )
            yield from self._with_number(mark, "Figure", shown, indent=indent, change=marks.change)
            mark = ""
        for caption in figure.iter("figcaption"):
            yield from self._paragraph("Figuretitle", caption, marks, indent=indent)

    def _items(self, items: HtmlElement, marks: Marks, room: _Room, level: int = 0) -> Iterator[BaseOxmlElement]:
        number = BULLETS if items.tag == "ul" else self._new_list(int(items.get("start", "1")), level)
        left = (level + 1) * _CELL_INDENT if room.in_cell else NUMBER_INDENT + level * NUMBER_INDENT // 2
        for item in items:
            numbering: tuple[int, int] | None = (number, level)
            for block, inside, mark in _flat(item, marks):
                if block.tag in ("ul", "ol"):
                    yield from self._items(block, inside, room, min(level + 1, _DEEPEST_LEVEL))
                elif block.tag == "p":
                    yield from self._paragraph(
                        f"enumlev{min(level + 1, 3)}",
                        block,
                        inside,
                        numbering=numbering,
                        indent=_item_indent(level, hanging=numbering is not None, narrow=room.in_cell),
                    )
                    numbering = None
                else:
                    yield from self._block(block, "Normal", inside, replace(room, left=left), mark)

    def _new_list(self, start: int = 1, level: int = 0) -> int:
        """A list of its own that begins to count anew; returns its number."""
        self._lists += 1
        override = w("lvlOverride", w("startOverride", val=start), ilvl=level)
        number = w("num", w("abstractNumId", val=NUMBERED), override, numId=self._lists)
        self._part.numbering_part.element.append(number)
        return self._lists

    def _table(self, element: HtmlElement, marks: Marks, room: _Room, mark: str) -> Iterator[BaseOxmlElement]:
        caption = next(element.iterchildren("caption"), None)
        if caption is None:
            # Between two tables without a paragraph Word makes one of them.
            yield from self._with_number(mark, "Tablespace", change=marks.change)
        else:
            change = marks.change or _whole_change(caption)
            yield from self._with_number(mark, "Tabletitle", self._inline(caption, marks), change=change)
        widths = [round(share * room.free / 100) for share in column_shares(element)]
        if not widths:
            return
        size = next(2 * points for points, name in TABLE_SIZES.items() if name == element.get("class", ""))
        marks = replace(PLAIN, size=0 if size == 2 * max(TABLE_SIZES) else size, change=marks.change)
        rows = rows_of(element)
        head = [line for line in rows if (part := line.getparent()) is not None and part.tag == "thead"]
        self._below = 0
        yield table(
            widths,
            [
                *self._rows(head, widths, marks, head=True),
                *self._rows(rows[len(head) :], widths, marks, head=False),
            ],
            style="TableGrid",
            indent=room.left,
            right_to_left=self._right_to_left,
        )

    def _rows(
        self, rows: list[HtmlElement], widths: list[int], marks: Marks, *, head: bool
    ) -> Iterator[BaseOxmlElement]:
        for element, line in zip(rows, grid(rows), strict=True):
            inside = replace(marks, change=marks.change or _ROW_CHANGES.get(element.get("class"), ""))
            cells, column = [], 0
            for slot in line:
                if not slot.first_column:
                    continue
                columns = min(span(slot.cell, "colspan"), len(widths) - column)
                width = sum(widths[column : column + columns])
                merge = "" if span(slot.cell, "rowspan") == 1 else "restart" if slot.first_row else "continue"
                content = self._cell(slot.cell, inside, width, head=head) if slot.first_row else []
                cells.append(Cell(content or [paragraph("Tabletext")], width, columns, merge))
                column += columns
            cells.extend(Cell([paragraph("Tabletext")], width) for width in widths[column:])
            yield row(cells, head=head, whole=element.get("class") != "high", change=inside.change)

    def _cell(self, cell: HtmlElement, marks: Marks, width: int, *, head: bool) -> list[BaseOxmlElement]:
        if cell.tag == "th" and not head:
            marks = replace(marks, bold=True)
        content = list(self.blocks(cell, "Tablehead" if head else "Tabletext", marks, _Room(width, in_cell=True)))
        if content and content[-1].tag == qn("w:tbl"):
            content.append(paragraph("Tabletext"))  # Word wants a paragraph at the end of each cell
        return content


def _flat(blocks: Iterable[HtmlElement], marks: Marks) -> Iterator[tuple[HtmlElement, Marks, str]]:
    """Blocks, those that came or went as a whole too, with the number that stands in a line before one."""
    mark = ""
    for block in blocks:
        if block.tag in ("ins", "del"):
            yield from _flat(block, _marked(marks, block.tag))
        elif block.get("class") == "mark":
            mark = text_of(block)
        else:
            yield block, marks, mark
            mark = ""


def _whole_change(block: HtmlElement) -> Change:
    """The change of a paragraph of which every word came or went."""
    parts = [child for child in block if child.get("class") != NUMBER]
    loose = [block.text, *(child.tail for child in block)]
    if any((text or "").strip() for text in loose) or len({part.tag for part in parts}) != 1:
        return ""
    return _CHANGES.get(str(parts[0].tag), "")


def _item_indent(level: int, *, hanging: bool, narrow: bool) -> tuple[int, int] | None:
    """None: as the list itself says."""
    if narrow:
        return ((level + 1) * _CELL_INDENT, _CELL_INDENT if hanging else 0)
    return None if hanging else (NUMBER_INDENT + level * NUMBER_INDENT // 2, 0)


def _marked(marks: Marks, tag: str) -> Marks:
    match tag:
        case "ins" | "del":
            return replace(marks, change=_CHANGES[tag])
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
