"""The few elements of WordprocessingML that a letter needs, built in the order its schema asks for."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Literal, cast

from docx.oxml.ns import nsmap, qn
from docx.oxml.parser import oxml_parser
from docx.oxml.xmlchemy import BaseOxmlElement

from liaisons.documents.marks import DELETED, END_DELETED, END_INSERTED, INSERTED, SIGNS

# A tracked change, by the name of its element; "" where nothing changed.
Change = Literal["", "ins", "del"]

TEXT_WIDTH = 9640  # twips between the margins, the width of the ITU's tables
NUMBER_INDENT = 794  # twips, 14 mm
LINK = "Hyperlink"  # the style of links
PARAGRAPH_NUMBER = "ParagraphNumber"  # the style of numbers in copies for comment
MARGIN_TABS = (("right", -170), ("left", 0))  # a number ends 3 mm before the text
MARGIN_HANG = 850
_FRAME = 964  # twips from the edge of the page to the same place
_LOWER = 76  # twips by which small figures stand lower to share the line of large ones

# Letters written from right to left, with what stands between two of them.
_RIGHT_TO_LEFT = re.compile(
    "([\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc](?:[^A-Za-z]*[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc])*)"
)
_SIGN = re.compile(f"([{SIGNS}])")
_BEGUN: dict[str, Change] = {INSERTED: "ins", DELETED: "del", END_INSERTED: "", END_DELETED: ""}


# python-docx's own makes a map of namespaces for each element; a letter has thousands.
_make_element = oxml_parser.makeelement
_W = {"w": nsmap["w"]}
_clark = cache(qn)


def w(tag: str, *children: BaseOxmlElement | None, **attributes: object) -> BaseOxmlElement:
    """An element of the w: namespace; children that are None are left out."""
    element = cast("BaseOxmlElement", _make_element(_clark(f"w:{tag}"), None, _W))
    for name, value in attributes.items():
        element.set(_clark(f"w:{name}"), str(value))
    element.extend(child for child in children if child is not None)
    return element


@dataclass(frozen=True)
class Marks:
    """How a piece of text is set."""

    bold: bool = False
    italic: bool = False
    underlined: bool = False
    raised: str = ""  # "superscript" or "subscript"
    style: str = ""  # of characters
    size: int = 0  # half-points; 0: that of the paragraph's style
    change: Change = ""

    def properties(self, *, right_to_left: bool = False) -> BaseOxmlElement:
        return w(
            "rPr",
            w("rStyle", val=self.style) if self.style else None,
            *self._weight(),
            w("i") if self.italic else None,
            w("iCs") if self.italic else None,
            w("sz", val=self.size) if self.size else None,
            w("szCs", val=self.size) if self.size else None,
            w("u", val="single") if self.underlined and self.style != LINK else None,
            w("vertAlign", val=self.raised) if self.raised else None,
            w("rtl") if right_to_left else None,
        )

    def _weight(self) -> Iterator[BaseOxmlElement]:
        """Of styles that make bold Word takes two for none: in a heading only the text itself can say no."""
        if self.bold or self.style == PARAGRAPH_NUMBER:
            said = {} if self.bold else {"val": 0}
            yield from (w("b", **said), w("bCs", **said))


PLAIN = Marks()


def runs(text: str, marks: Marks = PLAIN) -> list[BaseOxmlElement]:
    """A run for each stretch of one direction; what signs of a comparison enclose is a tracked change."""
    if not _SIGN.search(text):
        return _stretches(text, marks)
    return [
        found
        for change, part in pieces(text)
        for found in _stretches(part, replace(marks, change=change or marks.change))
    ]


def _stretches(text: str, marks: Marks) -> list[BaseOxmlElement]:
    return [
        run(_text(part, deleted=marks.change == "del"), marks, right_to_left=bool(at % 2))
        for at, part in enumerate(_RIGHT_TO_LEFT.split(text))
        if part
    ]


def pieces(text: str) -> Iterator[tuple[Change, str]]:
    """A text cut where the signs of a comparison stand."""
    change: Change = ""
    for part in _SIGN.split(text):
        if part in _BEGUN:
            change = _BEGUN[part]
        elif part:
            yield change, part


def change_of(*texts: str) -> Change:
    """The change that all of the texts are part of, as a whole; empty texts have no say."""
    changes = {change for text in texts for change, part in pieces(text) if part.strip()}
    return changes.pop() if len(changes) == 1 else ""


def run(content: BaseOxmlElement, marks: Marks = PLAIN, *, right_to_left: bool = False) -> BaseOxmlElement:
    properties = marks.properties(right_to_left=right_to_left)
    element = w("r", properties if len(properties) else None, content)
    return w(marks.change, element) if marks.change else element


def line_break(change: Change = "") -> BaseOxmlElement:
    return run(w("br"), Marks(change=change))


def tab(change: Change = "") -> BaseOxmlElement:
    return run(w("tab"), Marks(change=change))


def field(instruction: str, shown: str) -> list[BaseOxmlElement]:
    """A field that Word and LibreOffice fill in; `shown` stands there until they do."""
    code = w("instrText")
    code.text = f" {instruction} "
    code.set(qn("xml:space"), "preserve")
    return [
        run(w("fldChar", fldCharType="begin")),
        run(code),
        run(w("fldChar", fldCharType="separate")),
        *runs(shown),
        run(w("fldChar", fldCharType="end")),
    ]


def stamp_changes(root: BaseOxmlElement, author: str, moment: datetime) -> None:
    """Say of each tracked change whose it is and when it was made."""
    for number, element in enumerate(root.iter(qn("w:ins"), qn("w:del")), start=1):
        element.set(qn("w:id"), str(number))
        element.set(qn("w:author"), author)
        element.set(qn("w:date"), f"{moment:%Y-%m-%dT%H:%M:%SZ}")


def paragraph(
    style: str,
    content: Iterable[BaseOxmlElement] = (),
    *,
    numbering: tuple[int, int] | None = None,
    indent: tuple[int, int] | None = None,
    tabs: Iterable[tuple[str, int]] = (),
    right_to_left: bool = False,
    change: Change = "",
) -> BaseOxmlElement:
    """`numbering` is (number of the list, level), `indent` (left, hanging) in twips, `tabs` (kind, position).

    `change` is that of the paragraph as a whole: whoever rejects or accepts it is rid of the line as well.
    """
    numbers = w("numPr", w("ilvl", val=numbering[1]), w("numId", val=numbering[0])) if numbering else None
    stops = [w("tab", val=kind, pos=position) for kind, position in tabs]
    properties = w(
        "pPr",
        w("pStyle", val=style),
        numbers,
        w("tabs", *stops) if stops else None,
        w("bidi") if right_to_left else None,
        w("ind", left=indent[0], hanging=indent[1]) if indent else None,
        w("rPr", w(change)) if change else None,
    )
    return w("p", properties, *content)


def number_in_margin(number: str, change: Change = "") -> list[BaseOxmlElement]:
    """The number of a paragraph whose tabs are MARGIN_TABS and whose first line hangs by MARGIN_HANG more."""
    shown = w("r", Marks(style=PARAGRAPH_NUMBER).properties(), w("tab"), _text(number), w("tab"))
    return [w(change, shown) if change else shown]


def number_in_frame(number: str, above: int, *, right_to_left: bool = False) -> BaseOxmlElement:
    """The number of the paragraph that follows, in a frame beside it; `above` is that paragraph's space in twips.

    For marks of lists and for what is centred: with a tab the number would stand behind or move them.
    """
    # Placed by the side of the page: LibreOffice turns a distance round where the text runs from right to left,
    # Word does not. For the same reason the frame itself never runs so.
    side, turned = ("right", "left") if right_to_left else ("left", "right")
    properties = w(
        "pPr",
        w("pStyle", val="ParagraphNumberFrame"),
        w("framePr", w=_FRAME, wrap="around", vAnchor="text", hAnchor="page", xAlign=side, y=above + _LOWER),
        w("jc", val=turned),
    )
    return w("p", properties, *runs(number, Marks(style=PARAGRAPH_NUMBER)))


@dataclass(frozen=True)
class Choice:
    """A place in a form where one picks from a list or writes something else; answers come back by its name."""

    name: str
    options: tuple[str, ...]

    def element(self, number: int, shown: str) -> BaseOxmlElement:
        """`number` is its own in the file; `shown` stands there until somebody picks."""
        properties = w(
            "sdtPr",
            w("alias", val=self.name),
            w("tag", val=self.name.lower()),
            w("id", val=number),
            w("comboBox", *(w("listItem", displayText=option, value=option) for option in self.options)),
        )
        return w("sdt", properties, w("sdtContent", *runs(shown)))


@dataclass(frozen=True)
class Cell:
    """`merge` is "restart" in the first row of a cell that spans rows, "continue" in the others.

    What a cell that is `flush` holds reaches to the next one.
    """

    content: list[BaseOxmlElement]
    width: int
    columns: int = 1
    merge: str = ""
    centred: bool = False
    flush: bool = False

    def element(self) -> BaseOxmlElement:
        properties = w(
            "tcPr",
            w("tcW", w=self.width, type="dxa"),
            w("gridSpan", val=self.columns) if self.columns > 1 else None,
            w("vMerge", val=self.merge) if self.merge else None,
            w("tcMar", w("right", w=0, type="dxa")) if self.flush else None,
            w("vAlign", val="center") if self.centred else None,
        )
        return w("tc", properties, *self.content)


def row(
    cells: Iterable[Cell],
    *,
    above: int = 0,
    below: int = 0,
    height: int = 0,
    head: bool = False,
    whole: bool = False,
    change: Change = "",
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
        w(change) if change else None,
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
    widths: list[int],
    rows: Iterable[BaseOxmlElement],
    *,
    style: str = "TableNormal",
    indent: int = 0,
    right_to_left: bool = False,
    caption: str = "",
    description: str = "",
) -> BaseOxmlElement:
    """`caption` and `description` are not printed: they say what the table is to those who do not see it."""
    properties = w(
        "tblPr",
        w("tblStyle", val=style),
        w("bidiVisual") if right_to_left else None,
        w("tblW", w=sum(widths), type="dxa"),
        w("tblInd", w=indent, type="dxa") if indent else None,
        w("tblLayout", type="fixed"),
        w("tblCaption", val=caption) if caption else None,
        w("tblDescription", val=description) if description else None,
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


def _text(text: str, *, deleted: bool = False) -> BaseOxmlElement:
    element = w("delText" if deleted else "t")
    element.text = text
    element.set(qn("xml:space"), "preserve")
    return element
