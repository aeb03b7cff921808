"""A paragraph of a Word file as it reads now: insertions taken, deletions left out, fields by what they show."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from types import MappingProxyType

from django.utils.translation import gettext as _
from lxml.etree import _Element

from liaisons.documents.sanitize import printable
from liaisons.intake.found import Found
from liaisons.intake.package import Part, R, W
from liaisons.intake.pieces import Line, Piece
from liaisons.intake.styles import is_on, key, value
from liaisons.letter import PICTURES

_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_V = "{urn:schemas-microsoft-com:vml}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"

TRANSPARENT = {
    *(
        f"{W}{name}"
        for name in ("ins", "moveTo", "smartTag", "customXml", "sdtContent", "bdo", "dir", "ruby", "rubyBase")
    ),
    f"{MC}Choice",
    f"{MC}Fallback",
}
INSERTED = {f"{W}ins", f"{W}moveTo"}
DELETED = {f"{W}del", f"{W}moveFrom"}
_SIGNS: Mapping[str, str] = MappingProxyType(
    {f"{W}tab": "\t", f"{W}ptab": "\t", f"{W}cr": "\n", f"{W}noBreakHyphen": "\u2011", f"{W}softHyphen": ""}
)
# What fonts of signs show for their own codes: bullets, dashes, arrows.
_SYMBOLS = {
    0xB7: "•",
    0xA7: "▪",
    0xD8: "➢",
    0xFC: "✓",
    0xE0: "→",
    0x2D: "–",
    0xB3: "≥",
    0xA3: "≤",
    0xB1: "±",
    0xB4: "×",
}
_FIELD_CODES = {f"{W}fldChar", f"{W}instrText"}
_LINK = re.compile(r'\s*HYPERLINK\s+(?!\\)"?([^"\s]+)"?', re.IGNORECASE)
_MERGE_FIELD = re.compile(r'\s*MERGEFIELD\s+("[^"]*"|[^\s\\]+)', re.IGNORECASE)
_SHOWN_UNFILLED = re.compile(r"\s*(?:«[^»]*»)?\s*")
_NUMBERED = re.compile(r"\s*((?:A[0-9]{1,3}\.)?[0-9]{1,5})\s*")
_LONGEST_CODE = 4_000
_ORDER = ("strong", "em", "u", "sub", "sup")


class LineReader:
    """Reads the paragraphs of one part of the file; `words_only` leaves pictures and notes where they are."""

    def __init__(self, found: Found, part: Part, *, words_only: bool = False) -> None:
        self._found = found
        self._part = part
        self._words_only = words_only

    def read(self, paragraph: _Element) -> Line:
        line = Line()
        style = value(paragraph, "pPr/pStyle")
        styles = self._found.styles
        base = tuple(tag for tag, name in (("strong", "b"), ("em", "i")) if style and styles.switch(style, name))
        line.breaks_before = bool(is_on(paragraph.find(f"{W}pPr"), "pageBreakBefore"))
        line.breaks_after = paragraph.find(f"{W}pPr/{W}sectPr") is not None
        _Walk(self._found, self._part, line, base, words_only=self._words_only).inside(paragraph, "")
        return line


@dataclass
class _Field:
    """An open field: the address it leads to, or the one around it does, and what it says of itself.

    What it shows begins at that piece of the line.
    """

    address: str
    code: str = ""
    begins: int = 0


class _Walk:
    """Through one paragraph."""

    def __init__(self, found: Found, part: Part, line: Line, base: tuple[str, ...], *, words_only: bool) -> None:
        self._found, self._part, self._line, self._base = found, part, line, base
        self._words_only = words_only
        self._fields: list[_Field] = []  # those that are open

    def inside(self, element: _Element, href: str) -> None:
        for child in element:
            self._child(child, href)

    def _child(self, child: _Element, href: str) -> None:
        tag = str(child.tag)
        if tag in TRANSPARENT:
            if tag in INSERTED:
                self._found.say(_tracked())
            self.inside(child, href)
        elif tag in DELETED:
            self._found.say(_tracked())
        elif reads := _CHILDREN.get(tag):
            reads(self, child, href)

    def _hyperlink(self, link: _Element, href: str) -> None:
        relation = self._part.relations.get(link.get(f"{R}id", ""))
        self.inside(link, relation.target if relation and relation.external else href)

    def _simple_field(self, element: _Element, href: str) -> None:
        code, begins = element.get(f"{W}instr", ""), len(self._line.pieces)
        self.inside(element, _address(code) or href)
        self._name_unfilled(code, begins)

    def _control(self, control: _Element, href: str) -> None:
        if not is_placeholder(control):
            self.inside(control, href)

    def _alternatives(self, alternatives: _Element, href: str) -> None:
        for way in chosen(alternatives):
            self.inside(way, href)

    def _run(self, run: _Element, href: str) -> None:
        properties = run.find(f"{W}rPr")
        style = "" if properties is None else value(properties, "rStyle")
        if style and self._found.styles.name(style) == "paragraphnumber":
            self._line.number, words = number_and_words(run, self._line.number)
            self._say(words, self._tags(None, ""), href)
            return
        if is_on(properties, "vanish"):
            if run.findtext(f"{W}t"):
                self._found.say(_("Hidden text was left out."))
            return
        tags = self._tags(properties, style)
        for child in run:
            self._content(child, tags, href)

    def _tags(self, properties: _Element | None, style: str) -> tuple[str, ...]:
        on = {tag: tag in self._base for tag in _ORDER}
        styles = self._found.styles
        for tag, name in (("strong", "b"), ("em", "i")):
            said = is_on(properties, name)
            on[tag] = said if said is not None else on[tag] or styles.switch(style, name)
        if properties is not None:
            underlined = properties.find(f"{W}u")
            on["u"] = underlined is not None and underlined.get(f"{W}val", "single") != "none"
            raised = value(properties, "vertAlign")
            on["sub"], on["sup"] = raised == "subscript", raised == "superscript"
        return tuple(tag for tag in _ORDER if on[tag])

    def _content(self, child: _Element, tags: tuple[str, ...], href: str) -> None:
        tag = str(child.tag)
        if (text := characters(child)) is not None:
            self._say(text, tags, href)
        elif tag == f"{W}br":
            self._break(child, tags, href)
        elif tag == f"{MC}AlternateContent":
            for way in chosen(child):
                for one in way:
                    self._content(one, tags, href)
        elif tag in TRANSPARENT:
            self.inside(child, href)
        elif tag in _FIELD_CODES:
            self._field(child)
        elif not self._words_only and (reads := _CONTENTS.get(tag)):
            reads(self, child)

    def _comment(self, _reference: _Element) -> None:
        self._found.comments += 1

    def _say(self, text: str, tags: tuple[str, ...], href: str) -> None:
        if text := printable(text):
            link = self._fields[-1].address if self._fields and self._fields[-1].address else href
            if link:
                tags = tuple(one for one in tags if one != "u")
            self._line.say([Piece(text, tags, link)])

    def _break(self, element: _Element, tags: tuple[str, ...], href: str) -> None:
        if element.get(f"{W}type", "textWrapping") == "textWrapping":
            self._say("\n", tags, href)
        elif element.get(f"{W}type") == "page":
            if self._line.has_words:
                self._line.breaks_after = True
            else:
                self._line.breaks_before = True

    def _field(self, element: _Element) -> None:
        kind = element.get(f"{W}fldCharType")
        if kind == "begin":
            address = self._fields[-1].address if self._fields else ""
            self._fields.append(_Field(address, begins=len(self._line.pieces)))
        elif not self._fields:
            return
        elif kind == "separate":
            self._fields[-1].address = _address(self._fields[-1].code) or self._fields[-1].address
        elif kind == "end":
            ended = self._fields.pop()
            self._name_unfilled(ended.code, ended.begins)
        elif kind is None:
            field = self._fields[-1]
            field.code += (element.text or "")[: _LONGEST_CODE - len(field.code)]

    def _name_unfilled(self, code: str, begins: int) -> None:
        """A merge field that shows its own name, or nothing, has to be filled: it is written as none can quote."""
        merge = _MERGE_FIELD.match(code)
        shown = "".join(piece.text for piece in self._line.pieces[begins:])
        if merge is None or not _SHOWN_UNFILLED.fullmatch(shown):
            return
        del self._line.pieces[begins:]
        name = merge[1].strip('"')
        self._say(f"{{{{{name}}}}}", (), "")
        self._found.say(_("The file has merge fields that nobody filled. Write what belongs there: {{…}}."))

    def _note(self, reference: _Element) -> None:
        kind = str(reference.tag).rpartition("}")[2].removesuffix("Reference")
        name = f"{kind} {reference.get(f'{W}id', '')}"
        if name not in self._found.notes:
            return
        number = self._found.cited.get(name)
        if number is None:
            number = self._found.cited[name] = len(self._found.cited) + 1
            self._line.notes.append((number, name))
        self._say(f"[note {number}]", (), "")

    def _formula(self, formula: _Element, href: str) -> None:
        self._found.say(_("Formulas were taken as plain text. Read them again, or insert them as pictures."))
        self._say("".join(text.text or "" for text in formula.iter(f"{M}t")), (), href)

    def _drawing(self, drawing: _Element) -> None:
        boxes = [box for box in drawing.iter(f"{W}txbxContent") if outermost(box, drawing)]
        if boxes:
            self._line.boxes += boxes
            return
        described = next(drawing.iter(f"{_WP}docPr"), None)
        alt = "" if described is None else described.get("descr") or described.get("title") or ""
        keys = [(one.get(f"{R}embed") or one.get(f"{R}link") or "", alt) for one in drawing.iter(f"{_A}blip")]
        keys += [
            (one.get(f"{R}id", ""), shape.get("alt", "") if (shape := one.getparent()) is not None else "")
            for one in drawing.iter(f"{_V}imagedata")
        ]
        for name, text in keys:
            if sha256 := self._found.picture(self._part, name):
                text = " ".join(printable(text).split())
                self._line.figures.append(f'<figure><img src="{PICTURES}{sha256}" alt="{escape(text)}"></figure>')
        if not keys and _shows_something(drawing):
            self._found.say(_("A chart or drawing was left out. Insert it as a picture (PNG or JPEG)."))


_CHILDREN: Mapping[str, Callable[[_Walk, _Element, str], None]] = MappingProxyType(
    {
        f"{W}r": _Walk._run,
        f"{W}hyperlink": _Walk._hyperlink,
        f"{W}fldSimple": _Walk._simple_field,
        f"{W}sdt": _Walk._control,
        f"{MC}AlternateContent": _Walk._alternatives,
        f"{M}oMath": _Walk._formula,
        f"{M}oMathPara": _Walk._formula,
    }
)
_CONTENTS: Mapping[str, Callable[[_Walk, _Element], None]] = MappingProxyType(
    {
        f"{W}footnoteReference": _Walk._note,
        f"{W}endnoteReference": _Walk._note,
        f"{W}commentReference": _Walk._comment,
        f"{W}drawing": _Walk._drawing,
        f"{W}pict": _Walk._drawing,
        f"{W}object": _Walk._drawing,
    }
)


def chosen(alternatives: _Element) -> list[_Element]:
    """Of several ways of saying the same the first that says anything."""
    return [way for way in alternatives if way.tag in TRANSPARENT and len(way)][:1]


def number_and_words(run: _Element, known: str) -> tuple[str, str]:
    """The number of a paragraph in a copy for comment, and what somebody typed behind it, which is set like it.

    `known` is the number that a run before this one has told; that of a paragraph joined to this one says nothing.
    """
    text = "".join((one.text or "") if one.tag == f"{W}delText" else characters(one) or "" for one in run)
    found = _NUMBERED.fullmatch(text) if known else _NUMBERED.match(text)
    words = text[found.end() :] if found else text
    return known or (found[1] if found else ""), words if words.strip() else ""


def is_number(text: str) -> bool:
    """Whether a text could be the number of a paragraph and nothing else."""
    return _NUMBERED.fullmatch(text) is not None


def is_placeholder(control: _Element) -> bool:
    """Whether a content control shows only what should be put there."""
    return bool(is_on(control.find(f"{W}sdtPr"), "showingPlcHdr"))


def _tracked() -> str:
    return _("The file has tracked changes: insertions were taken, deletions left out.")


def outermost(box: _Element, drawing: _Element) -> bool:
    """Not inside another text box, and not the older way of saying the same one."""
    for above in box.iterancestors():
        if above is drawing:
            return True
        if above.tag in (f"{W}txbxContent", f"{MC}Fallback"):
            return False
    return True


def _shows_something(drawing: _Element) -> bool:
    return any(
        str(one.tag).rpartition("}")[2] in ("chart", "relIds", "wgp", "wsp", "OLEObject", "shape", "group", "line")
        for one in drawing.iter("*")
    )


def _address(instruction: str) -> str:
    found = _LINK.match(instruction)
    return found[1] if found else ""


def characters(element: _Element) -> str | None:
    """The characters an element stands for; None for one that holds something else."""
    if element.tag == f"{W}t":
        return (element.text or "").replace("\n", " ").replace("\t", " ")
    if element.tag == f"{W}sym":
        return _symbol(element.get(f"{W}char", ""))
    return _SIGNS.get(str(element.tag))


def _symbol(code: str) -> str:
    number = int(code, 16) if re.fullmatch("[0-9A-Fa-f]{1,4}", code) else 0
    if 0xF000 <= number <= 0xF0FF:
        return _SYMBOLS.get(number & 0xFF, "")
    is_half_a_sign = 0xD800 <= number <= 0xDFFF  # which no file can be written with
    return "" if number < 0x20 or is_half_a_sign else chr(number)


def paragraphs(container: _Element, found: Found) -> Iterator[_Element]:
    """The paragraphs and tables that stand in a container now, in their order."""
    for child in container:
        tag = str(child.tag)
        if tag in (f"{W}p", f"{W}tbl"):
            yield child
        elif tag == f"{W}sdt":
            gallery = value(child, "sdtPr/docPartObj/docPartGallery")
            if key(gallery) == "tableofcontents":
                found.say(contents_left_out())
            elif not is_placeholder(child):
                yield from paragraphs(child, found)
        elif tag in TRANSPARENT:
            yield from paragraphs(child, found)
        elif tag == f"{MC}AlternateContent":
            for way in chosen(child):
                yield from paragraphs(way, found)
        elif tag == f"{W}altChunk":
            found.say(_("A document inserted as a whole was left out. Open the file in Word, save it, try again."))


def contents_left_out() -> str:
    return _("The table of contents was left out: it is not part of a letter.")
