"""The page as a Word file, in the table and the styles of the ITU template; a sheet always gives the same bytes."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time

from docx.document import Document as WordDocument
from docx.oxml.xmlchemy import BaseOxmlElement

from liaisons.documents.comparison import page_of
from liaisons.documents.marks import accepted
from liaisons.documents.page import END_RULE, ContactLines, Page, Row, Section
from liaisons.documents.word_body import BodyWriter
from liaisons.documents.word_file import (
    BULLETS,
    UNDATED,
    describe,
    empty_file,
    fill,
    packed,
    set_custom_properties,
    set_headers,
    set_language,
)
from liaisons.documents.word_pictures import Pictures, placeholder, usable
from liaisons.documents.wordml import (
    Cell,
    Change,
    Marks,
    change_of,
    field,
    line_break,
    paragraph,
    row,
    run,
    runs,
    stamp_changes,
    tab,
    table,
)
from liaisons.letter import Sheet

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
# The property that the ITU's templates bind to the running header.
_NUMBER = "ShortName"


def write_word(sheet: Sheet) -> bytes:
    document = empty_file()
    page = page_of(sheet)
    fill(document, _Writer(document, page).elements())
    head_pages(document, page)
    return finished(document, page)


class PageWriter:
    """The parts of a page that the formatted and the unformatted form have in common."""

    def __init__(self, document: WordDocument, page: Page) -> None:
        self.page = page
        self.right_to_left = page.direction == "rtl"
        self.pictures = Pictures(document.part)
        self.body = BodyWriter(
            document.part,
            right_to_left=self.right_to_left,
            # LibreOffice forgets the changes of a paragraph beside which a frame stands.
            frames=page.sheet.before is None,
            pictures=self.pictures,
            stored=page.sheet.pictures,
        )

    def text_and_annexes(self, *, to_fill: bool = False) -> Iterator[BaseOxmlElement]:
        """What stands below the rows: abstract, body, what is enclosed, annexes, end rule.

        In a form to fill, there is a place for abstract and body where the letter has none.
        """
        page = self.page
        if page.abstract or page.requested or to_fill:
            yield self.text("Space", "")  # without a paragraph between them Word makes one table of two
            yield self.table(_ABSTRACT_GRID, list(self._abstract_rows(to_fill=to_fill)))
        yield self.text("Space", "")
        yield from self.body.blocks(page.body.body)
        if to_fill:
            yield self.text("Normal", "")
        yield from self._enclosed()
        for annex in page.annexes:
            yield from self._annex(annex)
        yield self.text("Endrule", "_" * END_RULE)

    def contact_row(
        self,
        contact: ContactLines,
        spans: tuple[int, int, int],
        grid: list[int],
        *,
        height: int = 0,
        to_fill: bool = False,
    ) -> BaseOxmlElement:
        labels = self.page.labels
        ways = [
            [*runs(label, Marks(change=change_of(way))), tab(change_of(way)), *shown]
            for label, way, shown in (
                (labels.phone, contact.phone, runs(contact.phone)),
                (labels.email, contact.email, self.body.mail(contact.email)),
            )
            if way or to_fill
        ]
        change = change_of(*contact.who, contact.phone, contact.email)
        return self.row(
            grid,
            ([self.paragraph("TSBHeaderLabel", runs(labels.contact, Marks(change=change)), change=change)], spans[0]),
            ([self.paragraph("LSContact", _lines(contact.who), change=change)], spans[1]),
            ([self.paragraph("LSContact", _broken(ways), change=change)], spans[2]),
            below=_THIN_RULE,
            height=height,
            change=change,
        )

    def row(
        self,
        grid: list[int],
        *cells: tuple[list[BaseOxmlElement], int],
        above: int = 0,
        below: int = 0,
        height: int = 0,
        centred: bool = False,
        flush: bool = False,
        change: Change = "",
    ) -> BaseOxmlElement:
        """A row that is never split; cells are (content, number of columns of the grid).

        With `flush` the label takes all of its cell: the longest of some languages need it.
        """
        placed: list[Cell] = []
        column = 0
        flush = flush and not self.right_to_left  # where LibreOffice takes the padding from the wrong side
        for content, columns in cells:
            width = sum(grid[column : column + columns])
            placed.append(Cell(content, width, columns, centred=centred, flush=flush and not placed))
            column += columns
        return row(placed, above=above, below=below, height=height, whole=True, change=change)

    def table(self, grid: list[int], rows: list[BaseOxmlElement]) -> BaseOxmlElement:
        return table(grid, rows, right_to_left=self.right_to_left)

    def value(self, line: Row) -> list[BaseOxmlElement]:
        return [self.text(_ROW_STYLES[line.key], line.value)]

    def text(self, style: str, text: str) -> BaseOxmlElement:
        return self.paragraph(style, runs(text), change=change_of(text))

    def paragraph(
        self,
        style: str,
        content: Iterable[BaseOxmlElement],
        numbering: tuple[int, int] | None = None,
        change: Change = "",
    ) -> BaseOxmlElement:
        return paragraph(style, content, numbering=numbering, right_to_left=self.right_to_left, change=change)

    def _annex(self, annex: Section) -> Iterator[BaseOxmlElement]:
        yield self.text("AnnexNotitle", annex.heading)
        if annex.abstract:
            yield self.table(_ABSTRACT_GRID, [self._abstract_row(self.page.labels.abstract, annex.abstract)])
            yield self.text("Space", "")
            yield from self.body.blocks(annex.body)
        else:
            yield from self.body.annex(annex.body)

    def _abstract_rows(self, *, to_fill: bool) -> Iterator[BaseOxmlElement]:
        page = self.page
        if page.abstract or to_fill:
            yield self._abstract_row(page.labels.abstract, page.abstract or [""])
        if page.requested:
            width, rest = _ABSTRACT_GRID
            content = list(self.body.numbered(page.requested))
            yield row([Cell([self.text("TSBHeaderLabel", page.labels.requested)], width), Cell(content, rest)])

    def _abstract_row(self, label: str, lines: list[str]) -> BaseOxmlElement:
        width, rest = _ABSTRACT_GRID
        content = [self.text("TSBHeaderSummary", line) for line in lines]
        return row([Cell([self.text("TSBHeaderLabel", label)], width), Cell(content, rest)], change=change_of(*lines))

    def _enclosed(self) -> Iterator[BaseOxmlElement]:
        page = self.page
        if page.annexes:
            yield self.text("Space", "")
        for annex in page.annexes:
            yield self.text("Normal", annex.heading)
        if page.attachments:
            yield self.text("Space", "")
            yield self.text("Attachments", page.attachments_heading)
            for line in page.attachments:
                yield self.paragraph("enumlev1", runs(line), numbering=(BULLETS, 0), change=change_of(line))


class _Writer(PageWriter):
    """The formatted page: block and rows, then the rest."""

    def elements(self) -> Iterator[BaseOxmlElement]:
        yield self.table(_GRID, [self._block(), *self._letter_rows()])
        yield from self.text_and_annexes()

    def _block(self) -> BaseOxmlElement:
        page = self.page
        left = [
            self.text("TSBHeaderSector" if at else "TSBHeaderUnion", line) for at, line in enumerate(page.organization)
        ]
        if page.study_period:
            left.append(self.text("TSBHeaderPeriod", page.study_period))
        right = [
            self.text("Docnumber", page.number),
            self.text("TSBHeaderRight14", page.group),
            self.text("TSBHeaderRight14", page.labels.original),
        ]
        return self.row(
            _GRID, ([self._emblem()], 1), (left, 4), (right, 1), below=_RULE, height=_BLOCK_HEIGHT, centred=True
        )

    def _letter_rows(self) -> Iterator[BaseOxmlElement]:
        page = self.page
        yield self.row(
            _GRID,
            (self._label(page.questions), 2),
            ([self.text("TSBHeaderQuestion", page.questions.value)], 2),
            ([self.text("VenueDate", page.venue_date)], 2),
        )
        for line in page.origin:
            yield self.row(
                _GRID, (self._label(line), 2), (self.value(line), 4), change=change_of(line.label, line.value)
            )
        yield self.row(_GRID, ([self.text("LSTitle", page.labels.statement)], 6), above=_RULE)
        for line in page.destination:
            yield self.row(
                _GRID,
                (self._label(line), 3),
                (self.value(line), 3),
                below=_RULE if line.key == "deadline" else 0,
                flush=True,
                change=change_of(line.label, line.value),
            )
        for contact in page.contacts:
            yield self.contact_row(contact, (2, 2, 2), _GRID)

    def _label(self, line: Row) -> list[BaseOxmlElement]:
        return [self.text("TSBHeaderLabel", line.label)]

    def _emblem(self) -> BaseOxmlElement:
        sheet = self.page.sheet
        picture = usable(sheet.pictures.get(sheet.masthead.emblem)) or placeholder()
        drawing = self.pictures.drawing(picture, self.page.labels.emblem, _EMBLEM, grow=True)
        return self.paragraph("Header", [run(drawing)])


def head_pages(document: WordDocument, page: Page) -> None:
    """Page 1 has none but the word DRAFT; later ones show their number, that of the document and DRAFT."""
    content = [*runs("- "), *field("PAGE", "2"), *runs(" -")]
    if page.number:
        content += [line_break(), *field(f"DOCPROPERTY {_NUMBER}", page.number)]
    if page.draft:
        content += [line_break(), *runs(page.draft)]
    right_to_left = page.direction == "rtl"
    set_headers(
        document,
        paragraph("Header", content, right_to_left=right_to_left),
        paragraph("Draftline", runs(page.draft), right_to_left=right_to_left),
    )


def finished(document: WordDocument, page: Page) -> bytes:
    """The file with its properties; in a comparison each change is the group's, of the day of the letter."""
    dated = page.sheet.masthead.dated
    moment = datetime.combine(dated, time(), UTC) if dated else UNDATED
    if page.sheet.before:
        stamp_changes(document.element, page.group, moment)
    fingerprint = page.sheet.letter.sha256()
    describe(
        document,
        title=accepted(page.title) or page.labels.statement,
        author=page.group,
        language=page.language,
        subject=f"{page.labels.statement} {page.number}".strip(),
        keywords=", ".join([*page.keywords, f"sha256:{fingerprint}"]),
        moment=moment,
    )
    set_language(document, page.language, page.direction)
    before = page.sheet.before_number
    named = {_NUMBER: page.number, "Group": page.group, "SHA256": fingerprint, "Compared with": before}
    set_custom_properties(document, named)
    return packed(document)


def _lines(lines: Iterable[str]) -> Iterator[BaseOxmlElement]:
    """The lines of one paragraph."""
    for at, line in enumerate(lines):
        if at:
            yield line_break(change_of(line))
        yield from runs(line)


def _broken(lines: Iterable[Iterable[BaseOxmlElement]]) -> Iterator[BaseOxmlElement]:
    for at, line in enumerate(lines):
        if at:
            yield line_break()
        yield from line
