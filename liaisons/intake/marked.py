"""A Word file line by line as somebody sent it back: its words, who put them in or took them out, and when.

Every other reader here takes the text as it reads now. This one keeps apart what was there before, so that a line is
a paragraph as it was: the end of one that was put in is a sign in the line that it was cut from.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from django.utils.translation import gettext as _
from lxml.etree import _Element

from liaisons.documents.difference import bag
from liaisons.documents.sanitize import printable
from liaisons.intake.lines import (
    DELETED,
    INSERTED,
    MC,
    TRANSPARENT,
    M,
    characters,
    chosen,
    is_number,
    is_placeholder,
    number_and_words,
    outermost,
)
from liaisons.intake.package import Part, W
from liaisons.intake.pieces import MOST_PIECES, too_many_pieces
from liaisons.intake.styles import Styles, is_on, value

LONGEST_NAME = 200
_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_IN_PARAGRAPHS = TRANSPARENT | {f"{W}hyperlink", f"{W}fldSimple"}
_MOVES = {f"{W}moveFromRangeStart", f"{W}moveToRangeStart"}
_DRAWINGS = {f"{W}drawing", f"{W}pict", f"{W}object"}
# A table bears the number of the line above it, a picture's caption that of the picture.
_ABOVE_TABLES = {"tabletitle", "tablespace"}
# As we set the numbers of paragraphs, in as many pieces as Word and others make of it.
_BETWEEN_TABS = re.compile(r"\t((?:A[0-9]{1,3}\.)?[0-9]{1,5})\t")
_STRETCHES_OF_NUMBER = 5
_FIGURE, _CAPTION = "figure", "figuretitle"


@dataclass(frozen=True)
class Change:
    """Who put words in or took them out. `at` is by the clock of their machine, whose zone no file tells.

    Of words that were moved, `move` is the name that both places share.
    """

    author: str
    at: datetime | None = None
    move: str = ""


@dataclass(frozen=True)
class Stretch:
    """Words that came, went, both or neither. The end of a paragraph that came or went is "\\n"."""

    text: str
    came: Change | None = None
    went: Change | None = None

    def stands_for(self, author: str) -> bool:
        """Whether it is there when the changes of that author are taken and those of others are not."""
        came = self.came is None or self.came.author == author
        return came and not (self.went is not None and self.went.author == author)


@dataclass(frozen=True)
class WholeRow:
    """The cell that a line stands in, when the whole row of the table came or went."""

    table: int
    row: int
    cell: int
    change: Change
    came: bool


@dataclass(eq=False)
class Line:
    """A paragraph as it was. `typed` is the number that stands before it in copies for comment.

    `number` is that of what it belongs to as well: a table, a picture. `beside` is the first line of its table row.
    """

    stretches: list[Stretch] = field(default_factory=list)
    style: str = ""
    typed: str = ""
    number: str = ""
    beside: "Line | None" = None
    row: WholeRow | None = None

    @cached_property
    def before(self) -> str:
        return "".join(one.text for one in self.stretches if one.came is None)

    @cached_property
    def bag(self) -> Counter[str]:
        return bag(self.before)

    @cached_property
    def key(self) -> str:
        """The words before any tracked change, whatever the spaces between them."""
        return " ".join(self.before.split())

    def after(self, author: str) -> str:
        return "".join(one.text for one in self.stretches if one.stands_for(author))


class MarkedReader:
    """Reads one part of the file; changes by `settled` count as accepted."""

    def __init__(self, part: Part, styles: Styles, notes: dict[str, str] | None = None, settled: str = "") -> None:
        self._part = part
        self._styles = styles
        self._notes = notes or {}  # "footnote 2" → its words
        self._settled = settled
        self.lines: list[Line] = []
        self.ranges: dict[str, list[tuple[int, int]]] = {}  # comment → where it begins and ends: line, stretch in it
        self._open: Line | None = None  # the end of a paragraph was put into this line, which goes on
        self._above = Line()
        self._frame = ""
        self._move = ""
        self._tables = 0
        self._boxes: list[tuple[_Element, Stretch]] = []  # that hang on the open line

    def read(self, container: _Element) -> "MarkedReader":
        self._blocks(container, Stretch(""), Line())
        return self

    def _blocks(self, container: _Element, base: Stretch, place: Line) -> None:
        """`base` holds the change of all that stands in the container, `place` what all of its lines have."""
        for child in container:
            tag = str(child.tag)
            if tag == f"{W}p":
                self._paragraph(child, base, place)
            elif tag == f"{W}tbl":
                self._table(child, base, place)
            elif tag == f"{W}sdt":
                if not is_placeholder(child):
                    self._blocks(child, base, place)
            elif tag in TRANSPARENT | DELETED:
                self._blocks(child, self._changed(child, base), place)
            elif tag == f"{MC}AlternateContent":
                for way in chosen(child):
                    self._blocks(way, base, place)
            else:
                self._sign(child)

    def _paragraph(self, paragraph: _Element, base: Stretch, place: Line) -> None:
        style = self._styles.name(value(paragraph, "pPr/pStyle"))
        if style == "paragraphnumberframe":
            self._number_in_frame(paragraph, base, place)
            return
        line = self._open
        if line is None:
            line = replace(place, stretches=[])
            self.lines.append(line)
        line.style = style
        self._open = line
        self._inside(paragraph, base)
        line.typed = line.typed or self._frame or _number_without_style(line)
        self._frame = ""
        line.number = line.typed or line.number or self._of_what_is_above(line)
        self._above = line
        goes_on = self._end(paragraph, line, base)
        boxes, self._boxes = self._boxes, []
        for box, change in boxes:
            self._apart(box, change, replace(place, number=line.number))
        self._go_on(goes_on)

    def _number_in_frame(self, paragraph: _Element, base: Stretch, place: Line) -> None:
        """The number of the next paragraph; what somebody wrote beside it is a line of its own."""
        goes_on, self._open = self._open, replace(place, stretches=[])
        self.lines.append(self._open)
        self._inside(paragraph, base)
        line = self._open
        if not line.typed and is_number(line.before):
            line.typed, line.stretches = line.before.strip(), []
        self._frame, line.typed = line.typed, ""
        if not line.stretches:
            self.lines.pop()
        self._go_on(goes_on)

    def _go_on(self, line: Line | None) -> None:
        """With the line before, unless others have come in between."""
        self._open = line if self.lines and self.lines[-1] is line else None

    def _of_what_is_above(self, line: Line) -> str:
        """The number of a picture, for its caption and for what else stands in the figure."""
        in_figure = line.style in (_FIGURE, _CAPTION) and self._above.style == _FIGURE
        return self._above.number if in_figure else ""

    def _end(self, paragraph: _Element, line: Line, base: Stretch) -> Line | None:
        """The end of the paragraph; the line goes on after one that was put in."""
        mark = base
        for sign in paragraph.findall(f"{W}pPr/{W}rPr/*"):
            mark = self._changed(sign, mark)
        if (mark.came is None and mark.went is None) or self._is_settled(mark.went):
            return None
        line.stretches.append(replace(mark, text="\n"))
        return line if mark.came is not None else None

    def _table(self, table: _Element, base: Stretch, place: Line) -> None:
        self._open = None
        self._tables += 1
        number = self._above.number if self._above.style in _ABOVE_TABLES else ""
        here, this = replace(place, number=place.number or number), self._tables
        for at, row in enumerate(_inside(table, "tr")):
            change = base
            for sign in row.findall(f"{W}trPr/*"):
                change = self._changed(sign, change)
            first = len(self.lines)
            for column, cell in enumerate(_inside(row, "tc")):
                inside = change
                for sign in cell.findall(f"{W}tcPr/*"):
                    inside = self._changed(sign, inside)
                said = change.came or change.went
                whole = WholeRow(this, at, column, said, came=change.came is not None) if said else place.row
                self._apart(cell, inside, replace(here, row=whole))
            for line in self.lines[first:]:
                line.beside = place.beside or self.lines[first]
        self._above = Line()

    def _apart(self, container: _Element, base: Stretch, place: Line) -> None:
        """A cell or a box: no paragraph goes on from outside into it, or from it to outside."""
        self._open = None
        self._blocks(container, base, place)
        self._open = None

    def _inside(self, element: _Element, base: Stretch) -> None:
        for child in element:
            tag = str(child.tag)
            if tag == f"{W}r":
                self._run(child, base)
            elif tag in _IN_PARAGRAPHS | DELETED:
                self._inside(child, self._changed(child, base))
            elif tag == f"{W}sdt":
                if not is_placeholder(child):
                    self._inside(child, base)
            elif tag == f"{MC}AlternateContent":
                for way in chosen(child):
                    self._inside(way, base)
            elif tag in (f"{M}oMath", f"{M}oMathPara"):
                self._say("".join(text.text or "" for text in child.iter(f"{M}t")), base)
            else:
                self._sign(child)

    def _run(self, run: _Element, base: Stretch) -> None:
        properties = run.find(f"{W}rPr")
        style = "" if properties is None else value(properties, "rStyle")
        if style and self._styles.name(style) == "paragraphnumber" and base.came is None and self._open is not None:
            self._open.typed, words = number_and_words(run, self._open.typed)
            self._say(words.replace("\n", " "), base)
        elif not is_on(properties, "vanish"):
            for child in run:
                self._content(child, base)

    def _content(self, child: _Element, base: Stretch) -> None:
        tag = str(child.tag)
        if (text := characters(child)) is not None:
            self._say(text, base)
        elif tag == f"{W}delText":
            self._say((child.text or "").replace("\n", " ").replace("\t", " "), base)
        elif tag == f"{W}br":
            self._say(" " if child.get(f"{W}type", "textWrapping") == "textWrapping" else "", base)
        elif tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
            note = f"{tag.rpartition('}')[2].removesuffix('Reference')} {child.get(f'{W}id', '')}"
            self._say(f" [{_('note')}: {self._notes[note]}]" if note in self._notes else "", base)
        elif tag in _DRAWINGS:
            boxes = [(box, base) for box in child.iter(f"{W}txbxContent") if outermost(box, child)]
            self._boxes += boxes
            self._say("" if boxes else _picture(child), base)
        elif tag == f"{MC}AlternateContent":
            for way in chosen(child):
                for one in way:
                    self._content(one, base)
        else:
            self._sign(child)

    def _say(self, text: str, base: Stretch) -> None:
        text = printable(text).replace("\n", " ")
        if not text or self._open is None or self._is_settled(base.went):
            return
        self._open.stretches.append(replace(base, text=text))
        if len(self._open.stretches) > MOST_PIECES:
            too_many_pieces()

    def _sign(self, sign: _Element) -> None:
        """What is between the words: where a comment begins and ends, and where a move does."""
        tag = str(sign.tag)
        if tag in (f"{W}commentRangeStart", f"{W}commentRangeEnd", f"{W}commentReference"):
            here = (len(self.lines), 0)
            if self._open is not None:
                here = (len(self.lines) - 1, len(self._open.stretches))
            places = self.ranges.setdefault(sign.get(f"{W}id", ""), [])
            if len(places) < 2:
                places.append(here)
        elif tag in _MOVES:
            self._move = sign.get(f"{W}name", "")[:LONGEST_NAME]

    def _changed(self, sign: _Element, base: Stretch) -> Stretch:
        """The change that an element says, on top of that around it."""
        name = str(sign.tag).rpartition("}")[2]
        came = f"{W}{name}" in INSERTED or name == "cellIns"
        if not came and f"{W}{name}" not in DELETED and name != "cellDel":
            return base
        change = Change(author_of(sign), moment_of(sign), self._move if name.startswith("move") else "")
        if came:
            return base if self._is_settled(change) else replace(base, came=change)
        return replace(base, went=change)

    def _is_settled(self, change: Change | None) -> bool:
        return change is not None and bool(self._settled) and change.author == self._settled


def author_of(sign: _Element) -> str:
    return " ".join(printable(sign.get(f"{W}author", "")).split())[:LONGEST_NAME]


def moment_of(sign: _Element) -> datetime | None:
    """By the clock of the author's machine: Word writes a Z behind it that means nothing."""
    try:
        return datetime.fromisoformat(sign.get(f"{W}date", "")).replace(tzinfo=None)
    except ValueError:
        return None


def _inside(container: _Element, name: str) -> Iterator[_Element]:
    """The rows of a table or the cells of a row, deleted ones too; not those of tables inside it."""
    for child in container:
        if child.tag == f"{W}{name}":
            yield child
        elif child.tag in TRANSPARENT | DELETED | {f"{W}sdt"}:
            yield from _inside(child, name)


def _number_without_style(line: Line) -> str:
    """Take the number out of a line that some other program has taken its styles from."""
    if not (found := _BETWEEN_TABS.match("".join(one.text for one in line.stretches[:_STRETCHES_OF_NUMBER]))):
        return ""
    left = found.end()
    while left:
        first = line.stretches.pop(0)
        if len(first.text) > left:
            line.stretches.insert(0, replace(first, text=first.text[left:]))
        left = max(left - len(first.text), 0)
    return found[1]


def _picture(drawing: _Element) -> str:
    described = next(drawing.iter(f"{_WP}docPr"), None)
    words = "" if described is None else described.get("descr") or ""
    return f"[{_('picture')}: {words}]" if words else f"[{_('picture')}]"
