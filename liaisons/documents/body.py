"""Sanitized HTML of a body as a tree in one shape, which the PDF prints, Word is written from and mails are read from.

After tidy() every container (the root, list items, cells, quotations) holds only blocks, a figure holds pictures and
the caption below them, tables have a head, a caption where the author wrote one above, bounded spans and the width of
each column, and numbers of headings stand apart.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree, html
from lxml.html import HtmlElement

from liaisons.documents.figures import set_figures_apart, take_captions_below

BLOCKS = {"p", "h2", "h3", "h4", "ul", "ol", "table", "blockquote", "figure"}
HEADINGS = ("h2", "h3", "h4")
_OF_WORDS = {"p", *HEADINGS}  # they are nothing without any
_VOID = {"br", "col", "img"}

MAX_COLUMNS = 63  # Word refuses tables with more
_TEXT_WIDTH = 482.0  # points between the margins
_CELL_PADDING = 6.5  # points, with the rules
TABLE_SIZES = {11: "", 10: "smaller", 9: "smallest"}  # points → the class of a table that needs them

_EM_OF_TEXT = 0.45  # a character of running text, in ems
_MANY_LINES = 25  # half a page

_HEADING_NUMBER = re.compile(r"\s*(\d+(?:\.\d+)*\.?|[A-Z]\.\d+(?:\.\d+)*)\s+(?=\S)")
# Widths of Times-like faces in ems; the other small letters and the digits have 0.5.
_EMS = {
    character: width
    for width, characters in {
        0.25: ".,",
        0.278: "ijlt/;:",
        0.333: "fr-()I[]!'",
        0.389: "sJ",
        0.444: "acez?",
        0.556: "FPS",
        0.611: "ELTZ",
        0.667: "BCR",
        0.722: "ADGHKNOQUVXYw",
        0.778: "m",
        0.889: "M",
        0.944: "W",
    }.items()
    for character in characters
}
# The editor has no captions: authors write them as the paragraph above the table.
_CAPTION = re.compile(r"\s*(Table|Tableau|Tabla|Cuadro|Таблица|表|الجدول)\s*[\w.]{0,8}\s*[-–—:：]")


@dataclass(frozen=True)
class Slot:
    """A place in the grid of a table: the cell that covers it, and whether the cell begins in this row and column."""

    cell: HtmlElement
    first_row: bool
    first_column: bool


def tidy(sanitized: str) -> HtmlElement:
    root = html.fragment_fromstring(sanitized, create_parent="div", parser=html.HTMLParser(huge_tree=True))
    set_figures_apart(root)
    _wrap(root)
    take_captions_below(root)
    for items in root.iter("ol"):
        if start := items.get("start"):
            items.set("style", f"counter-reset: list-item {int(start) - 1}")  # the PDF does not know the attribute
    for heading in root.iter(*HEADINGS):
        _set_number_apart(heading)
    for table in list(root.iter("table")):
        _tidy_table(table)
    return root


def markup(root: HtmlElement) -> str:
    """The blocks of a tidied body as HTML."""
    return "".join(html.tostring(block, encoding="unicode") for block in root)


def well_formed(root: HtmlElement) -> str:
    """The same, so that readers of HTML and of XML find the same elements in it."""
    for element in root.iter():
        if not len(element) and not element.text and element.tag not in _VOID:
            element.text = ""  # written as <td></td>, since <td/> would stay open in HTML
    return "".join(etree.tostring(block, encoding="unicode") for block in root)


def text_of(element: HtmlElement) -> str:
    return " ".join(str(element.text_content()).split())


def span(cell: HtmlElement, name: str) -> int:
    value = cell.get(name, "1")
    return max(int(value), 1) if value.isdecimal() else 1


def rows_of(table: HtmlElement) -> list[HtmlElement]:
    """The rows of this table, not those of tables inside it."""
    return [row for part in table for row in ([part] if part.tag == "tr" else part) if row.tag == "tr"]


def grid(rows: list[HtmlElement]) -> list[list[Slot]]:
    """Which cell covers which place, the rows one below the other; spans must be bounded already."""
    covered: dict[tuple[int, int], Slot] = {}
    for at, row in enumerate(rows):
        column = 0
        for cell in row:
            while (at, column) in covered:
                column += 1
            for down in range(span(cell, "rowspan")):
                for across in range(span(cell, "colspan")):
                    covered[at + down, column + across] = Slot(cell, down == 0, across == 0)
    lines: list[list[Slot]] = [[] for _ in rows]
    for at, column in sorted(covered):
        lines[at].append(covered[at, column])
    return lines


def column_shares(table: HtmlElement) -> list[float]:
    """The widths of the columns in per cent, as tidy() set them."""
    return [
        float(column.get("style", "").removeprefix("width:").removesuffix("%"))
        for group in table.iterchildren("colgroup")
        for column in group
    ]


def _wrap(container: HtmlElement) -> None:
    """Put loose text and inline elements into paragraphs; drop empty paragraphs."""
    blocks: list[HtmlElement] = []
    paragraph: HtmlElement | None = None
    for piece in _pieces(container):
        if not isinstance(piece, str) and piece.tag in BLOCKS:
            paragraph = None
            blocks.append(piece)
            continue
        if paragraph is None:
            if isinstance(piece, str) and not piece.strip():
                continue
            paragraph = html.Element("p")
            blocks.append(paragraph)
        _append(paragraph, piece)
    for block in blocks:
        if block.tag in _OF_WORDS and not text_of(block):
            continue
        container.append(block)
        _wrap_inside(block)


def _wrap_inside(block: HtmlElement) -> None:
    if block.tag == "blockquote":
        _wrap(block)
    elif block.tag in ("ul", "ol"):
        block.text = None
        for item in list(block):
            item.tail = None
            if item.tag == "li":
                _wrap(item)
            else:
                block.remove(item)
    elif block.tag == "table":
        for row in rows_of(block):
            for cell in row:
                _wrap(cell)


def _pieces(container: HtmlElement) -> Iterator[HtmlElement | str]:
    """Empty the container and yield its text and children in order."""
    text, children = container.text, list(container)
    container.text = None
    for child in children:
        container.remove(child)
    if text:
        yield text
    for child in children:
        tail, child.tail = child.tail, None
        yield child
        if tail:
            yield tail


def _append(paragraph: HtmlElement, piece: HtmlElement | str) -> None:
    if not isinstance(piece, str):
        paragraph.append(piece)
    elif len(paragraph):
        paragraph[-1].tail = (paragraph[-1].tail or "") + piece
    else:
        paragraph.text = (paragraph.text or "") + piece


def _set_number_apart(heading: HtmlElement) -> None:
    found = _HEADING_NUMBER.match(heading.text or "")
    if not found:
        return
    number = html.Element("span")
    number.set("class", "number")
    number.text, number.tail = found[1], (heading.text or "")[found.end() :]
    heading.text = None
    heading.insert(0, number)
    heading.set("class", "numbered")


def _tidy_table(table: HtmlElement) -> None:
    rows = rows_of(table)
    caption = next((part for part in table if part.tag == "caption"), None)
    if caption is None:
        caption = _caption_above(table)
    head, rest = _head_and_rest(rows)
    for part in list(table):
        table.remove(part)
    table.text = None
    if caption is not None:
        caption.tail = None
        table.append(caption)
    last_column = max(_bound_spans(head), _bound_spans(rest))
    _bound_spans(head, last_column)
    _bound_spans(rest, last_column)
    _set_columns(table, head + rest)
    for name, part_rows in (("thead", head), ("tbody", rest)):
        if part_rows:
            part = html.Element(name)
            part.extend(part_rows)
            table.append(part)
    for row in head:
        for cell in row:
            cell.tag = "th"
            cell.set("scope", "col")
    for row in rest:
        for cell in row.iterchildren("th"):
            cell.set("scope", "row")


def _caption_above(table: HtmlElement) -> HtmlElement | None:
    above = table.getprevious()
    if above is None or above.tag != "p":
        return None
    text = text_of(above)
    if len(text) > 300 or not _CAPTION.match(text):
        return None
    above.tag = "caption"
    parent = above.getparent()
    assert parent is not None
    parent.remove(above)
    return above


def _head_and_rest(rows: list[HtmlElement]) -> tuple[list[HtmlElement], list[HtmlElement]]:
    """Rows of the head (the editor marks only their cells), and the others; rows without cells are dropped."""
    rows = [row for row in rows if len(row)]
    for row in rows:
        row.text = row.tail = None
        for cell in row:
            cell.tail = None
    for at, row in enumerate(rows):
        parent = row.getparent()
        in_head = parent is not None and parent.tag == "thead"
        if not in_head and any(cell.tag != "th" for cell in row):
            return rows[:at], rows[at:]
    return rows[:1], rows[1:]


def _bound_spans(rows: list[HtmlElement], last_column: int = MAX_COLUMNS - 1) -> int:
    """No cell reaches below the last row or beyond the last column in which a cell begins; returns that column.

    Nor does one span more columns than the fullest row has cells: that says nothing but a number too large.
    """
    widest = max((len(row) for row in rows), default=1)
    free_from: dict[int, int] = {}  # column → the first row in which nothing from above covers it
    last_begun = 0
    for at, row in enumerate(rows):
        column = 0
        for cell in list(row):
            while free_from.get(column, 0) > at:
                column += 1
            if column > last_column:
                _move_into_neighbour(cell)
                continue
            last_begun = max(last_begun, column)
            across = min(span(cell, "colspan"), widest, last_column + 1 - column)
            across = next((free for free in range(1, across) if free_from.get(column + free, 0) > at), across)
            down = min(span(cell, "rowspan"), len(rows) - at)
            _set_span(cell, "colspan", across)
            _set_span(cell, "rowspan", down)
            for covered in range(column, column + across):
                free_from[covered] = at + down
            column += across
    return last_begun


def _set_span(cell: HtmlElement, name: str, value: int) -> None:
    cell.attrib.pop(name, None)
    if value > 1:
        cell.set(name, str(value))


def _move_into_neighbour(cell: HtmlElement) -> None:
    """Keep the words of a cell for which the table has no column left."""
    row = cell.getparent()
    assert row is not None
    neighbour = cell.getprevious()
    if neighbour is None:
        # Rows above may have lost all their cells in the same way.
        neighbour = next((above[-1] for above in row.itersiblings("tr", preceding=True) if len(above)), None)
    if neighbour is not None:
        neighbour.extend(cell)
        row.remove(cell)


def _set_columns(table: HtmlElement, rows: list[HtmlElement]) -> None:
    """Share the text width among the columns: at least the longest word, and else by what the fullest cell holds.

    Laying out with fixed widths is many times faster than letting the renderer measure, and Word gets the same ones.
    """
    longest, fullest = _measure(rows)
    for size in TABLE_SIZES:
        least = [width * size + _CELL_PADDING for width in longest]
        if sum(least) < 0.85 * _TEXT_WIDTH:
            break
    if TABLE_SIZES[size]:
        table.set("class", TABLE_SIZES[size])
    widths = _fill(least, fullest)
    whole = sum(widths)
    group = html.Element("colgroup")
    for width in widths:
        column = html.Element("col")
        column.set("style", f"width:{100 * width / whole:.2f}%")
        group.append(column)
    table.append(group)
    _let_high_rows_break(rows, [width * _TEXT_WIDTH / whole / size for width in widths])


def _let_high_rows_break(rows: list[HtmlElement], widths: list[float]) -> None:
    """Rows are kept whole, but one that fills most of a page must break, or WeasyPrint drops the head above it."""
    for row, line in zip(rows, grid(rows), strict=True):
        lines = (
            len(slot.cell.text_content()) * _EM_OF_TEXT / widths[column] + 2 * len(slot.cell)
            for column, slot in enumerate(line)
            if slot.first_row and slot.first_column
        )
        if max(lines, default=0) > _MANY_LINES:
            row.set("class", "high")


def _fill(least: list[float], fullest: list[float]) -> list[float]:
    """Widths in proportion to what the columns hold, but none under its least; found by halving."""
    low, high = 0.0, _TEXT_WIDTH / (sum(fullest) or 1.0)
    for _ in range(20):
        middle = (low + high) / 2
        if sum(max(width, full * middle) for width, full in zip(least, fullest, strict=True)) > _TEXT_WIDTH:
            high = middle
        else:
            low = middle
    return [max(width, full * low) for width, full in zip(least, fullest, strict=True)]


def _measure(rows: list[HtmlElement]) -> tuple[list[float], list[float]]:
    """For each column, in ems, its longest word and the whole text of its fullest cell."""
    lines = grid(rows)
    count = max((len(line) for line in lines), default=0)
    longest, fullest = [0.0] * count, [0.0] * count
    for line in lines:
        for column, slot in enumerate(line):
            if not (slot.first_row and slot.first_column) or span(slot.cell, "colspan") > 1:
                continue
            bold = 1.08 if slot.cell.tag == "th" else 1.0
            words = [_ems(word) * bold for word in text_of(slot.cell).split()]
            longest[column] = max(longest[column], max(words, default=0.0))
            # Less than in proportion: a cell of a whole page should not squeeze its neighbours to their longest words.
            fullest[column] = max(fullest[column], sum(words) ** 0.75)
    return longest, fullest


def _ems(word: str) -> float:
    """Roughly how wide a word is in a Times-like face; a longer one than ten ems may be broken.

    Chinese breaks anywhere, so only its widest character counts as a word.
    """
    if any(unicodedata.east_asian_width(character) == "W" for character in word):
        return 2.0
    return min(sum(_em(character) for character in word), 10.0)


def _em(character: str) -> float:
    return _EMS.get(character, 0.7 if character.isupper() else 0.5)
