"""The template for input to the roadmap as a Word file: bodies fill it in and send it back with their answer.

The table to fill is known by its caption, which is not printed; examples stand in a table of their own before it.
"""

from collections.abc import Iterable, Iterator, Sequence

from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _
from docx.oxml.xmlchemy import BaseOxmlElement

from liaisons.documents.word_file import (
    BULLETS,
    describe,
    empty_file,
    fill,
    packed,
    set_headers,
    set_language,
)
from liaisons.documents.wordml import Cell, Choice, field, paragraph, row, runs, table

Row = tuple[str, ...]  # the cells in the order of the columns

CAPTION = "Roadmap input"
EXAMPLES_CAPTION = "Roadmap examples"
# Not in the language of the reader: by these heads a filled template is known when it comes back.
COLUMNS = ("SDO / Org.", "Reference", "Type", "Title", "Status", "Category", "Summary")
STATUS, CATEGORY = COLUMNS.index("Status"), COLUMNS.index("Category")
CATEGORIES = ("General", "Application/Service", "Enabling Technology", "Interoperability & Infrastructure")
STATUSES = ("Planned", "Under development", "Published", "Withdrawn")
EXAMPLES: tuple[Row, ...] = (
    (
        "ISO/IEC JTC 1",
        "ISO/IEC 18026",
        "Standard",
        "Spatial Reference Model",
        "Published",
        "Enabling Technology",
        "A common way to say where things are in three dimensions.",
    ),
    (
        "W3C",
        "WebXR",
        "Draft Standard",
        "WebXR Device API",
        "Under development",
        "Enabling Technology, Interoperability & Infrastructure",
        "How web pages reach headsets and controllers.",
    ),
)
_EMPTY_ROWS = 16
_WIDTHS = (1700, 1800, 1800, 2900, 1600, 1900, 2872)  # twips
_HEIGHT = 454  # twips, 8 mm
_BLANK = "\u2002" * 6  # wide enough to be clicked at; read as nothing


def write_template(
    categories: Sequence[str] = CATEGORIES, examples: Sequence[Row] = EXAMPLES, *, desk: str = ""
) -> bytes:
    """The empty template of a desk, in the language of the reader."""
    title = _("Input to the roadmap of %(desk)s") % {"desk": desk} if desk else _("Input to the roadmap")
    document = empty_file(landscape=True)
    writer = _Writer(right_to_left=get_language_bidi())
    fill(document, writer.elements(title, categories or CATEGORIES, examples))
    set_headers(document, writer.text("Header", runs("- ") + field("PAGE", "2") + runs(" -")), writer.text("Header"))
    language = get_language() or "en"
    describe(document, title=title, author=desk, language=language)
    set_language(document, language, "rtl" if get_language_bidi() else "ltr")
    return packed(document)


class _Writer:
    def __init__(self, *, right_to_left: bool) -> None:
        self._right_to_left = right_to_left
        self._choices = 0

    def elements(self, title: str, categories: Sequence[str], examples: Sequence[Row]) -> Iterator[BaseOxmlElement]:
        yield self.text("Title", runs(title))
        yield self.text(
            "Normal",
            runs(
                _(
                    "Please give each document, published or being written, a row of the last table, and add rows as "
                    "you need them. What you do not know may stay empty. Return the file with your answer."
                )
            ),
        )
        yield self.text("Normal", runs(_("The categories are the following; where several fit, write them all:")))
        for category in categories:
            yield self.text("enumlev1", runs(category), numbering=(BULLETS, 0))
        if examples:
            yield self.text("Tabletitle", runs(_("Examples")))
            rows = [self._row(map(runs, cells), "Tableexample") for cells in examples]
            yield self._table(rows, EXAMPLES_CAPTION, _("Rows that show how the table below is filled in"))
        yield self.text("Tabletitle", runs(_("Your input")))
        rows = [self._empty_row(categories) for _number in range(_EMPTY_ROWS)]
        yield self._table(rows, CAPTION, _("The table to fill in: one row for each document"))
        yield self.text("Normal")

    def text(
        self, style: str, content: Iterable[BaseOxmlElement] = (), numbering: tuple[int, int] | None = None
    ) -> BaseOxmlElement:
        return paragraph(style, content, numbering=numbering, right_to_left=self._right_to_left)

    def _table(self, rows: list[BaseOxmlElement], caption: str, description: str) -> BaseOxmlElement:
        head = self._row(map(runs, COLUMNS), "Tablehead", head=True)
        return table(
            list(_WIDTHS),
            [head, *rows],
            style="TableGrid",
            right_to_left=self._right_to_left,
            caption=caption,
            description=description,
        )

    def _row(self, cells: Iterable[list[BaseOxmlElement]], style: str, *, head: bool = False) -> BaseOxmlElement:
        placed = (Cell([self.text(style, content)], width) for content, width in zip(cells, _WIDTHS, strict=True))
        return row(placed, head=head, whole=True, height=0 if head else _HEIGHT)

    def _empty_row(self, categories: Sequence[str]) -> BaseOxmlElement:
        cells: list[list[BaseOxmlElement]] = [[] for _column in COLUMNS]
        cells[STATUS] = [self._choice("Status", STATUSES)]
        cells[CATEGORY] = [self._choice("Category", categories)]
        return self._row(cells, "Tabletext")

    def _choice(self, name: str, options: Sequence[str]) -> BaseOxmlElement:
        self._choices += 1
        return Choice(name, tuple(options)).element(self._choices, _BLANK)
