"""The text of a Word file as HTML: headings, lists, tables, figures, with the annexes on pages of their own."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape

from django.utils.translation import gettext as _
from lxml.etree import _Element

from liaisons.documents.labels import LABELS
from liaisons.intake.found import Found
from liaisons.intake.lines import LineReader, contents_left_out, is_number, paragraphs
from liaisons.intake.numbering import Mark
from liaisons.intake.outline import Block, Outline
from liaisons.intake.package import Part, W
from liaisons.intake.pieces import Line
from liaisons.intake.styles import is_on, value
from liaisons.intake.tables import cells_of, spans_of

MOST_BOXES_INSIDE = 5  # tables and text boxes inside one another
_BULLET = re.compile(r"\s*[–—•·▪‣●○◦➢-]\s*\t\s*")
_LISTED_BULLET = re.compile(r"\s*[–—•·▪‣●○◦➢-]\s+")
_NUMBER = re.compile(r"\s*\(?([0-9]{1,4})[.)]\t\s*")
_RULE = re.compile(r"[_\s]{10,}")
_CAPTIONS = {"tabletitle", "tablenotitle", "tableno", "caption"}
_FIGURE_TITLES = {"figuretitle", "figurenotitle", "figureno", "caption"}
_ANNEX_STYLES = {"annexnotitle", "annexno", "annextitle", "appendixnotitle", "appendixno", "annex"}
_GOES_ON = ("enumlev", "listcontinue", "listparagraph")
_ANNEX_WORDS = "|".join({*(re.escape(one.annex.partition("{")[0].strip()) for one in LABELS.values()), "Appendix"})
_ANNEX = rf"(?:{_ANNEX_WORDS})\s*(\d{{1,3}}|[A-Z]|[IVX]{{1,5}})(?![^\W_])\s*"
ANNEX = re.compile(rf"{_ANNEX}[-:：–—.)]*\s*", re.IGNORECASE)
_LISTED_ANNEX = re.compile(rf"{_ANNEX}(?:[-:：–—].*)?", re.IGNORECASE | re.DOTALL)
_ATTACHMENTS = re.compile(
    "|".join(re.escape(one.attachments).replace(r"\{number\}", r"\s*\d+\s*") for one in LABELS.values()), re.IGNORECASE
)


@dataclass
class Section:
    """The text before the annexes, or an annex: `heading` is what stands above it."""

    heading: str = ""
    blocks: list[Block] = field(default_factory=list)

    @property
    def html(self) -> str:
        return "".join(block.html for block in self.blocks)


class BodyReader:
    """Reads what stands below the header of a file, or in one cell of it."""

    def __init__(self, found: Found, part: Part, depth: int = 0) -> None:
        self._found = found
        self._part = part
        self._lines = LineReader(found, part)
        self._depth = depth
        self._outline = Outline()
        self._sections = [Section()]
        self._captions: list[str] = []
        self._carried: Line | None = None  # a paragraph whose end was deleted goes on in the next one
        self._at_page_top = False
        self._wants_title = False  # an annex has its number, its title is to follow
        self._notes: list[tuple[int, str]] = []

    def sections(self, elements: Iterable[_Element]) -> list[Section]:
        for element in elements:
            if element.tag == f"{W}tbl":
                self._table(element)
            else:
                self._paragraph(element)
        if self._carried is not None:
            self._line(self._carried, "", 0, None)
            self._carried = None
        self._close()
        return self._sections

    def blocks(self, elements: Iterable[_Element]) -> str:
        """The same without looking for annexes: what stands in a cell or a box."""
        self._sections = [Section()]
        return "".join(section.html for section in self.sections(elements))

    def _paragraph(self, element: _Element) -> None:
        found = self._found
        style_id = value(element, "pPr/pStyle")
        style = found.styles.name(style_id)
        mark = found.numbering.mark(element)
        line = self._lines.read(element)
        if style == "paragraphnumberframe" and (not line.text or is_number(line.text)):
            return  # the number of a paragraph in a copy for comment, in the margin
        if self._carried is not None:
            self._carried.go_on(line)
            line, self._carried = self._carried, None
        if is_on(element.find(f"{W}pPr/{W}rPr"), "del") is not None:
            self._carried = line
            return
        if re.fullmatch(r"toc\d|tableoffigures", style):
            found.say(contents_left_out())
            return
        self._at_page_top |= line.breaks_before
        self._line(line, style, found.styles.heading(style_id), mark)
        self._at_page_top = line.breaks_after or (self._at_page_top and not line.text)

    def _line(self, line: Line, style: str, heading: int, mark: Mark | None) -> None:
        text = line.text
        if _RULE.fullmatch(text):
            text, line.pieces = "", []
        if text and not self._depth and self._is_annex(line, style, heading):
            self._begin_annex(line)
        elif text and self._wants_title and (heading or style in _ANNEX_STYLES or style == "title"):
            self._wants_title = False
            self._sections[-1].heading = f"{self._sections[-1].heading}: {text}"
        elif text:
            self._wants_title = False
            self._words(line, style, heading, mark)
        self._notes += line.notes
        for figure in line.figures:
            self._flush_captions()
            self._outline.block("figure", figure, style=style)
        for box in line.boxes:
            self._box(box)

    def _words(self, line: Line, style: str, heading: int, mark: Mark | None) -> None:
        outline = self._outline
        if style in _FIGURE_TITLES and outline.caption_figure(line.html(without=("strong",))):
            return
        if style in _CAPTIONS:
            number = f"{mark.text} " if mark and mark.text else ""
            self._captions.append(escape(number) + line.html(without=("strong",)))
            return
        self._flush_captions()
        if heading:
            number = f"{mark.text} " if mark and mark.text else ""
            tag = f"h{min(heading, 3) + 1}"
            words = escape(number, quote=False) + line.html(without=("strong",))
            outline.block("heading", f"<{tag}>{words}</{tag}>", text=number + line.text, style=style)
        elif mark is not None:
            self._item(line, mark)
        elif not self._typed_item(line, style):
            self._plain(line, style)

    def _item(self, line: Line, mark: Mark) -> None:
        if mark.ordered and not mark.figures:
            self._found.say(
                _("Lists with letters or Roman numerals are counted with figures here. Check what refers to them.")
            )
        self._outline.item(mark.level, line.html(), line.text, mark.count if mark.ordered else None)

    def _typed_item(self, line: Line, style: str) -> bool:
        """An item whose dash or number somebody typed, with a tabulator behind it."""
        in_list = style.startswith("enumlev")
        level = int(style[7:]) - 1 if in_list and style[7:].isdecimal() else 0
        level = max(0, min(level, 8))
        if found := (_LISTED_BULLET if in_list else _BULLET).match(line.raw):
            line.cut(found.end())
            self._outline.item(level, line.html(), line.text, None)
        elif found := _NUMBER.match(line.raw):
            line.cut(found.end())
            self._outline.item(level, line.html(), line.text, int(found[1]))
        elif style.startswith(_GOES_ON):
            return self._outline.go_on(level, line.html(), line.text)
        else:
            return False
        return True

    def _plain(self, line: Line, style: str) -> None:
        words = f"<p>{line.html()}</p>"
        if style in ("quote", "intensequote", "blocktext", "quotations"):
            self._outline.quote(words, line.text)
        else:
            self._outline.block("p", words, text=line.text, style=style)

    def _table(self, table: _Element) -> None:
        caption, self._captions = " – ".join(self._captions), []
        self._wants_title = self._at_page_top = False
        self._outline.block("table", self._table_html(table, caption), element=table)

    def _table_html(self, table: _Element, caption: str) -> str:
        if self._depth >= MOST_BOXES_INSIDE:
            inner = BodyReader(self._found, self._part, self._depth + 1)
            return inner.blocks(p for p in table.iter(f"{W}p")) if self._depth == MOST_BOXES_INSIDE else ""
        head, rows = spans_of(cells_of(table, self._found))
        html = [f"<table>{f'<caption>{caption}</caption>' if caption else ''}"]
        for name, tag, lines in (("thead", "th", rows[:head]), ("tbody", "td", rows[head:])):
            if lines:
                html += [f"<{name}>", *(self._row(line, tag) for line in lines), f"</{name}>"]
        return "".join([*html, "</table>"])

    def _row(self, cells: list[tuple[_Element, int, int]], tag: str) -> str:
        html = ["<tr>"]
        inner = BodyReader(self._found, self._part, self._depth + 1)
        for cell, columns, rows in cells:
            spans = (f' colspan="{columns}"' if columns > 1 else "") + (f' rowspan="{rows}"' if rows > 1 else "")
            content = inner.blocks(paragraphs(cell, self._found))
            html.append(f"<{tag}{spans}>{_bare(content, head=tag == 'th')}</{tag}>")
        self._notes += inner._notes
        return "".join([*html, "</tr>"])

    def _box(self, box: _Element) -> None:
        if self._depth > MOST_BOXES_INSIDE:
            return
        self._flush_captions()
        inner = BodyReader(self._found, self._part, self._depth + 1)
        if html := inner.blocks(paragraphs(box, self._found)):
            self._found.say(_("Text in a box was taken as paragraphs after the one it hangs on."))
            self._outline.block("box", html)
        self._notes += inner._notes

    def _is_annex(self, line: Line, style: str, heading: int) -> bool:
        if style in _ANNEX_STYLES:
            return not self._wants_title
        if ANNEX.match(line.text) is None or len(line.text) > 300:
            return False
        return heading > 0 or style == "title" or (self._at_page_top and not line.text.endswith("."))

    def _begin_annex(self, line: Line) -> None:
        self._close()
        self._sections.append(Section(line.text))
        found = ANNEX.match(line.text)
        self._wants_title = found is not None and found.end() == len(line.text)

    def _close(self) -> None:
        """End the section: what was held back is written down, and the footnotes follow."""
        self._flush_captions()
        blocks = self._outline.finish()
        if not self._depth:
            blocks += [Block("p", f"<p>[note {number}] {self._note(name)}</p>") for number, name in self._notes]
            self._notes = []
        self._sections[-1].blocks += blocks

    def _note(self, name: str) -> str:
        element, part = self._found.notes[name], self._found.note_parts[name.partition(" ")[0]]
        reader = LineReader(self._found, part, words_only=True)
        lines = [reader.read(one) for one in element.iter(f"{W}p")]
        return "<br>".join(html for line in lines if (html := line.html()))

    def _flush_captions(self) -> None:
        """Captions that no table followed are paragraphs."""
        for caption in self._captions:
            self._outline.block("p", f"<p>{caption}</p>")
        self._captions = []


def without_lists_of_parts(blocks: list[Block], annexes: int) -> list[Block]:
    """The text without what stands at its end about the parts that follow: annexes and attachments."""
    for at in range(len(blocks) - 1, -1, -1):
        if blocks[at].kind == "p" and _ATTACHMENTS.fullmatch(blocks[at].text):
            if all(block.kind in ("list", "p") for block in blocks[at + 1 :]):
                blocks = blocks[:at]
            break
        if blocks[at].kind not in ("list", "p"):
            break
    while annexes and blocks and blocks[-1].kind == "p" and _LISTED_ANNEX.fullmatch(blocks[-1].text):
        blocks = blocks[:-1]
    return blocks


def _bare(html: str, *, head: bool) -> str:
    """A cell with one paragraph holds its words alone; that a head is bold goes without saying."""
    if html.startswith("<p>") and html.endswith("</p>") and html.count("<p>") == 1:
        html = html[3:-4]
        if head and html.startswith("<strong>") and html.find("</strong>") == len(html) - 9:
            html = html[8:-9]
    return html


def words_of(elements: Iterable[_Element], lines: LineReader) -> Iterator[Line]:
    """The paragraphs that say anything, as plain lines."""
    for element in elements:
        for paragraph in [element] if element.tag == f"{W}p" else element.iter(f"{W}p"):
            line = lines.read(paragraph)
            if line.text:
                yield line
