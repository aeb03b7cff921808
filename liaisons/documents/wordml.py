"""The few elements of WordprocessingML that a letter needs, built in the order its schema asks for."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement

TEXT_WIDTH = 9640  # twips between the margins, the width of the ITU's tables
NUMBER_INDENT = 794  # twips, 14 mm

# Letters written from right to left, with what stands between two of them.
_RIGHT_TO_LEFT = re.compile(
    "([\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc](?:[^A-Za-z]*[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc])*)"
)


def w(tag: str, *children: BaseOxmlElement | None, **attributes: object) -> BaseOxmlElement:
    """An element of the w: namespace; children that are None are left out."""
    element = cast("BaseOxmlElement", OxmlElement(f"w:{tag}"))
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), str(value))
    element.extend(child for child in children if child is not None)
    return element


@dataclass(frozen=True)
class Marks:
    """How a piece of text is set."""

    bold: bool = False
    italic: bool = False
    underlined: bool = False
    raised: str = ""  # "superscript" or "subscript"
    link: bool = False
    size: int = 0  # half-points; 0: that of the style

    def properties(self, *, right_to_left: bool = False) -> BaseOxmlElement:
        return w(
            "rPr",
            w("rStyle", val="Hyperlink") if self.link else None,
            w("b") if self.bold else None,
            w("bCs") if self.bold else None,
            w("i") if self.italic else None,
            w("iCs") if self.italic else None,
            w("sz", val=self.size) if self.size else None,
            w("szCs", val=self.size) if self.size else None,
            w("u", val="single") if self.underlined and not self.link else None,
            w("vertAlign", val=self.raised) if self.raised else None,
            w("rtl") if right_to_left else None,
        )


PLAIN = Marks()


def runs(text: str, marks: Marks = PLAIN) -> list[BaseOxmlElement]:
    """A run for each stretch of one direction."""
    return [
        run(_text(part), marks, right_to_left=bool(at % 2))
        for at, part in enumerate(_RIGHT_TO_LEFT.split(text))
        if part
    ]


def run(content: BaseOxmlElement, marks: Marks = PLAIN, *, right_to_left: bool = False) -> BaseOxmlElement:
    properties = marks.properties(right_to_left=right_to_left)
    return w("r", properties if len(properties) else None, content)


def line_break() -> BaseOxmlElement:
    return run(w("br"))


def tab() -> BaseOxmlElement:
    return run(w("tab"))


def field(instruction: str) -> list[BaseOxmlElement]:
    """A field that Word and LibreOffice fill in; "1" stands there until they do."""
    code = w("instrText")
    code.text = f" {instruction} "
    code.set(qn("xml:space"), "preserve")
    return [
        run(w("fldChar", fldCharType="begin")),
        run(code),
        run(w("fldChar", fldCharType="separate")),
        run(_text("1")),
        run(w("fldChar", fldCharType="end")),
    ]


def paragraph(
    style: str,
    content: Iterable[BaseOxmlElement] = (),
    *,
    numbering: tuple[int, int] | None = None,
    indent: tuple[int, int] | None = None,
    right_to_left: bool = False,
) -> BaseOxmlElement:
    """`numbering` is (number of the list, level), `indent` (left, hanging) in twips."""
    numbers = w("numPr", w("ilvl", val=numbering[1]), w("numId", val=numbering[0])) if numbering else None
    properties = w(
        "pPr",
        w("pStyle", val=style),
        numbers,
        w("bidi") if right_to_left else None,
        w("ind", left=indent[0], hanging=indent[1]) if indent else None,
    )
    return w("p", properties, *content)


@dataclass(frozen=True)
class Cell:
    """`merge` is "restart" in the first row of a cell that spans rows, "continue" in the others."""

    content: list[BaseOxmlElement]
    width: int
    columns: int = 1
    merge: str = ""
    centred: bool = False

    def element(self) -> BaseOxmlElement:
        properties = w(
            "tcPr",
            w("tcW", w=self.width, type="dxa"),
            w("gridSpan", val=self.columns) if self.columns > 1 else None,
            w("vMerge", val=self.merge) if self.merge else None,
            w("vAlign", val="center") if self.centred else None,
        )
        return w("tc", properties, *self.content)


def row(
    cells: Iterable[Cell], *, above: int = 0, below: int = 0, height: int = 0, head: bool = False, whole: bool = False
) -> BaseOxmlElement:
    """`above` and `below` are rules in eighths of a point, `height` the least one in twips.

    A head is repeated on each page; a whole row is not split between two.
    """
    element = w("tr")
    properties = w(
        "trPr",
        w("cantSplit") if whole else None,
        w("trHeight", val=height, hRule="atLeast") if height else None,
        w("tblHeader") if head else None,
    )
    if len(properties):
        element.append(properties)
    for cell in cells:
        cell_element = cell.element()
        if above or below:
            _rule(cell_element, above, below)
        element.append(cell_element)
    return element


def table(
    widths: list[int], rows: Iterable[BaseOxmlElement], *, style: str = "TableNormal", right_to_left: bool = False
) -> BaseOxmlElement:
    properties = w(
        "tblPr",
        w("tblStyle", val=style),
        w("bidiVisual") if right_to_left else None,
        w("tblW", w=sum(widths), type="dxa"),
        w("tblLayout", type="fixed"),
    )
    return w("tbl", properties, w("tblGrid", *(w("gridCol", w=width) for width in widths)), *rows)


def _rule(cell: BaseOxmlElement, above: int, below: int) -> None:
    borders = w(
        "tcBorders",
        w("top", val="single", sz=above, space=0, color="auto") if above else None,
        w("bottom", val="single", sz=below, space=0, color="auto") if below else None,
    )
    properties = cell[0]
    before = [child for child in properties if child.tag in (qn("w:tcW"), qn("w:gridSpan"), qn("w:vMerge"))]
    before[-1].addnext(borders)


def _text(text: str) -> BaseOxmlElement:
    element = w("t")
    element.text = text
    element.set(qn("xml:space"), "preserve")
    return element
