"""Tables of a Word file: which cells there are now, and how far they reach."""

from collections.abc import Iterator
from dataclasses import dataclass

from lxml.etree import _Element

from liaisons.intake.found import Found
from liaisons.intake.package import W
from liaisons.intake.styles import is_on, value, whole

MOST_COLUMNS = 63
_WRAPPERS = {f"{W}{name}" for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag")}


@dataclass(frozen=True)
class Cell:
    """A cell at its place in a row. `goes_on`: the cell above reaches down to here."""

    element: _Element
    column: int
    columns: int
    goes_on: bool


@dataclass(frozen=True)
class Row:
    cells: list[Cell]
    is_head: bool


def cells_of(table: _Element, found: Found) -> list[Row]:
    """The rows that are not deleted."""
    rows = []
    for row in _inside(table, f"{W}tr"):
        properties = row.find(f"{W}trPr")
        if properties is not None and properties.find(f"{W}del") is not None:
            continue
        rows.append(Row(list(_cells(row)), bool(is_on(properties, "tblHeader"))))
    if rows and not rows[0].is_head and len(rows) > 1 and _looks_like_head(rows[0], found):
        rows[0] = Row(rows[0].cells, is_head=True)
    return [row for row in rows if row.cells]


def spans_of(rows: list[Row]) -> tuple[int, list[list[tuple[_Element, int, int]]]]:
    """How many rows are the head, and of each row its cells with the columns and rows they take."""
    head = next((at for at, row in enumerate(rows) if not row.is_head), len(rows))
    head = head if head < len(rows) else min(head, 1)
    begun: dict[int, list[int]] = {}  # column → place of the cell that reaches down: row, place in the row
    lines: list[list[tuple[_Element, int, int]]] = []
    for at, row in enumerate(rows):
        line: list[tuple[_Element, int, int]] = []
        if at == head:
            begun = {}
        for cell in row.cells:
            above = begun.get(cell.column)
            if cell.goes_on and above is not None:
                element, columns, reach = lines[above[0]][above[1]] if above[0] < at else line[above[1]]
                lines[above[0]][above[1]] = (element, columns, reach + 1)
                continue
            begun[cell.column] = [at, len(line)]
            line.append((cell.element, cell.columns, 1))
        lines.append(line)
    return head, lines


def _cells(row: _Element) -> Iterator[Cell]:
    properties = row.find(f"{W}trPr")
    before = None if properties is None else properties.find(f"{W}gridBefore")
    column = 0 if before is None else min(whole(before), MOST_COLUMNS)
    for element in _inside(row, f"{W}tc"):
        said = element.find(f"{W}tcPr/{W}gridSpan")
        columns = max(1, min(whole(said), MOST_COLUMNS)) if said is not None else 1
        merge = element.find(f"{W}tcPr/{W}vMerge")
        goes_on = merge is not None and merge.get(f"{W}val", "continue") != "restart"
        yield Cell(element, column, columns, goes_on)
        column += columns


def _inside(container: _Element, tag: str) -> Iterator[_Element]:
    """The rows of a table or the cells of a row, also those in content controls; not those of tables inside it."""
    for child in container:
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _inside(child, tag)


def _looks_like_head(row: Row, found: Found) -> bool:
    """No row says that it is the head: the first one is, when all its words are set as those of a head are."""
    paragraphs = [one for cell in row.cells for one in cell.element.iter(f"{W}p") if _words(one)]
    return bool(paragraphs) and all(_is_head_line(one, found) for one in paragraphs)


def _is_head_line(paragraph: _Element, found: Found) -> bool:
    if found.styles.name(value(paragraph, "pPr/pStyle")) == "tablehead":
        return True
    runs = [run for run in paragraph.iter(f"{W}r") if (run.findtext(f"{W}t") or "").strip()]
    return bool(runs) and all(is_on(run.find(f"{W}rPr"), "b") for run in runs)


def _words(paragraph: _Element) -> bool:
    return any((text.text or "").strip() for text in paragraph.iter(f"{W}t"))
