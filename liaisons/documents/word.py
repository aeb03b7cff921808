"""The page as a Word file, in the table and the styles of the ITU template; a sheet always gives the same bytes."""

import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, time
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import cast

from docx import Document
from docx.document import Document as WordDocument
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.oxml.text.paragraph import CT_P
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Twips
from docx.text.paragraph import Paragraph
from PIL import Image, ImageDraw

from liaisons.documents.comparison import page_of
from liaisons.documents.page import END_RULE, ContactLines, Page, Row
from liaisons.documents.word_body import BULLETS, DASHED, NUMBERED, BodyWriter
from liaisons.documents.wordml import NUMBER_INDENT, Cell, field, line_break, paragraph, row, runs, tab, table, w
from liaisons.letter import Sheet

_STYLES = Path(__file__).with_name("word_styles.xml")
# Columns in twips. Block: logo, organization (1 to 4), document. Rows: label (0 to 1, of the purposes 0 to 2), value.
_GRID = [1134, 284, 787, 3040, 284, 4111]
_BLOCK_HEIGHT = 1304  # 23 mm
_ABSTRACT_GRID = [1588, 8052]
_EMBLEM = (647700, 704850)  # EMU: 18 × 19.6 mm, as wide as its cell
_RULE, _THIN_RULE = 12, 8  # eighths of a point: 1.5 pt and 1 pt
_ROW_STYLES = {
    "ref": "TSBHeaderRef",
    "source": "TSBHeaderSource",
    "title": "TSBHeaderTitle",
    "action": "LSForAction",
    "comment": "LSForComment",
    "information": "LSForInfo",
    "approval": "LSApproval",
    "deadline": "LSDeadline",
}
_NEEDLESS = ("/stylesWithEffects", "/thumbnail", "/customXml")
_UNDATED = datetime(1980, 1, 1, tzinfo=UTC)  # the first day a zip file knows


def write_word(sheet: Sheet) -> bytes:
    document = Document(BytesIO(_empty()))
    page = page_of(sheet)
    writer = _Writer(document, page)
    end = document.element.body.sectPr
    for element in writer.elements():
        end.addprevious(element)
    writer.set_headers()
    _describe(document, page)
    return _packed(document)


class _Writer:
    """The parts of the page in their order."""

    def __init__(self, document: WordDocument, page: Page) -> None:
        self._document = document
        self._page = page
        self._right_to_left = page.direction == "rtl"
        self._body = BodyWriter(document.part, right_to_left=self._right_to_left)

    def elements(self) -> Iterator[BaseOxmlElement]:
        page = self._page
        yield self._table(_GRID, [self._block(), *self._letter_rows()])
        if page.abstract or page.requested:
            yield self._text("Space", "")  # without a paragraph between them Word makes one table of two
            yield self._table(_ABSTRACT_GRID, list(self._abstract_rows()))
        yield self._text("Space", "")
        yield from self._body.blocks(page.body.body)
        yield from self._enclosed()
        for annex in page.annexes:
            yield self._text("AnnexNotitle", annex.heading)
            yield from self._body.blocks(annex.body)
        yield self._text("Endrule", "_" * END_RULE)

    def set_headers(self) -> None:
        """Page 1 has none but the word DRAFT; later ones show their number, that of the document and DRAFT."""
        page, section = self._page, self._document.sections[0]
        section.different_first_page_header_footer = True
        content = [*runs("- "), *field("PAGE"), *runs(" -"), line_break(), *runs(page.number)]
        if page.draft:
            content += [line_break(), *runs(page.draft)]
        _refill(section.header._element, self._paragraph("Header", content))
        _refill(section.first_page_header._element, self._text("Draftline", page.draft))

    def _block(self) -> BaseOxmlElement:
        page = self._page
        left = [
            self._text("TSBHeaderSector" if at else "TSBHeaderUnion", line) for at, line in enumerate(page.organization)
        ]
        if page.study_period:
            left.append(self._text("TSBHeaderPeriod", page.study_period))
        right = [
            self._text("Docnumber", page.number),
            self._text("TSBHeaderRight14", page.group),
            self._text("TSBHeaderRight14", page.labels.original),
        ]
        return self._row(([self._emblem()], 1), (left, 4), (right, 1), below=_RULE, height=_BLOCK_HEIGHT)

    def _letter_rows(self) -> Iterator[BaseOxmlElement]:
        page = self._page
        yield self._row(
            (self._label(page.questions), 2),
            ([self._text("TSBHeaderQuestion", page.questions.value)], 2),
            ([self._text("VenueDate", page.venue_date)], 2),
        )
        for line in page.origin:
            yield self._row((self._label(line), 2), (self._value(line), 4))
        yield self._row(([self._text("LSTitle", page.labels.statement)], 6), above=_RULE)
        for line in page.destination:
            yield self._row(
                (self._label(line), 3), (self._value(line), 3), below=_RULE if line.key == "deadline" else 0
            )
        for contact in page.contacts:
            yield self._contact(contact)

    def _contact(self, contact: ContactLines) -> BaseOxmlElement:
        labels = self._page.labels
        ways = []
        if contact.phone:
            ways.append([*runs(labels.phone), tab(), *runs(contact.phone)])
        if contact.email:
            ways.append([*runs(labels.email), tab(), self._body.mail(contact.email)])
        return self._row(
            ([self._text("TSBHeaderLabel", labels.contact)], 2),
            ([self._paragraph("LSContact", _lines(runs(line) for line in contact.who))], 2),
            ([self._paragraph("LSContact", _lines(ways))], 2),
            below=_THIN_RULE,
        )

    def _abstract_rows(self) -> Iterator[BaseOxmlElement]:
        page = self._page
        if page.abstract:
            content = [self._text("TSBHeaderSummary", line) for line in page.abstract]
            yield self._abstract_row(page.labels.abstract, content)
        if page.requested:
            yield self._abstract_row(page.labels.requested, list(self._body.numbered(page.requested)))

    def _abstract_row(self, label: str, content: list[BaseOxmlElement]) -> BaseOxmlElement:
        width, rest = _ABSTRACT_GRID
        return row([Cell([self._text("TSBHeaderLabel", label)], width), Cell(content, rest)])

    def _enclosed(self) -> Iterator[BaseOxmlElement]:
        page = self._page
        if page.annexes or page.attachments:
            yield self._text("Space", "")
        for annex in page.annexes:
            yield self._text("Normal", annex.heading)
        if page.attachments:
            yield self._text("Attachments", page.attachments_heading)
            for line in page.attachments:
                yield self._paragraph("enumlev1", runs(line), numbering=(BULLETS, 0))

    def _row(
        self,
        *cells: tuple[list[BaseOxmlElement], int],
        above: int = 0,
        below: int = 0,
        height: int = 0,
    ) -> BaseOxmlElement:
        """Cells are (content, number of columns of the grid); with a height their content stands in the middle."""
        placed, column = [], 0
        for content, columns in cells:
            width = sum(_GRID[column : column + columns])
            placed.append(Cell(content, width, columns, centred=bool(height)))
            column += columns
        return row(placed, above=above, below=below, height=height, whole=True)

    def _table(self, grid: list[int], rows: list[BaseOxmlElement]) -> BaseOxmlElement:
        return table(grid, rows, right_to_left=self._right_to_left)

    def _label(self, line: Row) -> list[BaseOxmlElement]:
        return [self._text("TSBHeaderLabel", line.label)]

    def _value(self, line: Row) -> list[BaseOxmlElement]:
        return [self._text(_ROW_STYLES[line.key], line.value)]

    def _text(self, style: str, text: str) -> BaseOxmlElement:
        return self._paragraph(style, runs(text))

    def _paragraph(
        self, style: str, content: Iterable[BaseOxmlElement], numbering: tuple[int, int] | None = None
    ) -> BaseOxmlElement:
        return paragraph(style, content, numbering=numbering, right_to_left=self._right_to_left)

    def _emblem(self) -> BaseOxmlElement:
        element = self._text("Header", "")
        sheet = self._page.sheet
        picture = BytesIO(sheet.pictures.get(sheet.masthead.emblem) or _placeholder())
        shape = Paragraph(cast("CT_P", element), self._document).add_run().add_picture(picture)
        scale = min(_EMBLEM[0] / shape.width, _EMBLEM[1] / shape.height)
        shape.width, shape.height = round(shape.width * scale), round(shape.height * scale)
        shape._inline.docPr.set("descr", self._page.labels.emblem)
        for side in "TBLR":  # left unsaid, LibreOffice takes 3 mm
            shape._inline.set(f"dist{side}", "0")
        return element


def _lines(lines: Iterable[Iterable[BaseOxmlElement]]) -> Iterator[BaseOxmlElement]:
    """The lines of one paragraph."""
    for at, line in enumerate(lines):
        if at:
            yield line_break()
        yield from line


def _refill(element: BaseOxmlElement, *children: BaseOxmlElement) -> None:
    for child in list(element):
        element.remove(child)
    element.extend(children)


@cache
def _empty() -> bytes:
    """A file with our page, styles and lists and nothing on it."""
    document = Document()
    _refill(document.styles.element, *parse_xml(_STYLES.read_bytes()))
    _refill(
        document.part.numbering_part.element,
        _list_look(DASHED, "bullet", lambda level: "–"),
        _list_look(NUMBERED, "decimal", lambda level: f"%{level + 1})"),
        w("num", w("abstractNumId", val=DASHED), numId=BULLETS),
    )
    section = document.sections[0]
    section.page_width, section.page_height = Twips(11907), Twips(16840)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Twips(1134)
    section.header_distance, section.footer_distance = Twips(425), Twips(709)
    for setting in document.settings.element.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")  # or Word opens the file as one of an older Word
    for relations in (document.part.rels, document.part.package.rels):
        # The template of python-docx carries a preview of another page and styles nobody reads.
        for key in [key for key, relation in relations.items() if relation.reltype.endswith(_NEEDLESS)]:
            del relations[key]
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def _list_look(number: int, kind: str, text: Callable[[int], str]) -> BaseOxmlElement:
    levels = [
        w(
            "lvl",
            w("start", val=1),
            w("numFmt", val=kind),
            w("lvlText", val=text(level)),
            w("lvlJc", val="left"),
            w(
                "pPr",
                w(
                    "ind",
                    left=NUMBER_INDENT + level * NUMBER_INDENT // 2,
                    hanging=NUMBER_INDENT // 2 if level else NUMBER_INDENT,
                ),
            ),
            ilvl=level,
        )
        for level in range(9)
    ]
    return w("abstractNum", w("multiLevelType", val="hybridMultilevel"), *levels, abstractNumId=number)


def _describe(document: WordDocument, page: Page) -> None:
    dated = page.sheet.masthead.dated
    moment = datetime.combine(dated, time(), UTC) if dated else _UNDATED
    properties = document.core_properties
    properties.title = page.title
    properties.author = properties.last_modified_by = page.group
    properties.subject = f"{page.labels.statement} {page.number}"
    properties.keywords = ", ".join([*page.keywords, f"sha256:{page.sheet.letter.sha256()}"])[:255]
    properties.language = page.language
    properties.comments = ""
    properties.created = properties.modified = moment
    if not page.language.startswith("en"):
        script = "bidi" if page.direction == "rtl" else "eastAsia" if page.language.startswith("zh") else "val"
        for language in document.styles.element.iter(qn("w:lang")):
            language.set(qn(f"w:{script}"), page.language)


def _packed(document: WordDocument) -> bytes:
    """The file without the moment at which it was packed."""
    loose, packed = BytesIO(), BytesIO()
    document.save(loose)
    with zipfile.ZipFile(loose) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name, _UNDATED.timetuple()[:6]), source.read(name), zipfile.ZIP_DEFLATED)
    return packed.getvalue()


@cache
def _placeholder() -> bytes:
    """Two grey circles where a desk has no emblem of its own: that of the ITU is protected."""
    scale = 4
    image = Image.new("RGB", (180 * scale, 196 * scale), "white")
    draw = ImageDraw.Draw(image)
    for radius, line, width, fill in ((86, "#8a9199", 4, "#f1f3f5"), (70, "#b7bdc4", 2, None)):
        box = [scale * value for value in (90 - radius, 98 - radius, 90 + radius, 98 + radius)]
        draw.ellipse(box, fill=fill, outline=line, width=width * scale)
    file = BytesIO()
    image.resize((360, 392), Image.Resampling.LANCZOS).quantize(32).save(file, "PNG", optimize=True)
    return file.getvalue()
