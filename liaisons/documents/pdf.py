"""The page as a tagged PDF, by WeasyPrint; nothing is fetched for it, and the same sheet gives the same bytes.

Import it only where a PDF is made: loading WeasyPrint takes half a second. Everyone else asks `renderer.render()`.
One process makes one PDF at a time: WeasyPrint's fonts crash when threads share them.
"""

import hashlib
import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from xml.etree.ElementTree import ParseError, fromstring

from cssselect2 import ElementWrapper  # type: ignore[import-untyped] # it ships no types
from django.template import Context, Engine, Template
from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration

from liaisons.documents import shortcuts, tagging
from liaisons.documents.comparison import page_of
from liaisons.documents.fetcher import STORED, RefusingFetcher
from liaisons.documents.figures import caption_of
from liaisons.documents.marks import as_elements
from liaisons.documents.naming import stem
from liaisons.documents.page import Page
from liaisons.documents.rendered import Rendered, sheet_to_json
from liaisons.letter import PICTURES, Sheet

_HERE = Path(__file__).resolve().parent
_TEMPLATES = _HERE.parents[1] / "templates"
_LOGGER = logging.getLogger("weasyprint")
_UNDATED = date(2000, 1, 1)  # a file inside must have a date, and the same sheet gives the same bytes


@dataclass(frozen=True)
class _Tools:
    """What every document shares: reading fonts and styles again for each costs more than a page."""

    template: Template
    fonts: FontConfiguration
    elements: CSS
    styles: CSS


@cache
def _tools() -> _Tools:
    shortcuts.take()
    fonts = FontConfiguration()
    return _Tools(
        # An engine of its own needs no settings, so the renderer's process can do without Django's.
        template=Engine(dirs=[str(_TEMPLATES)]).get_template("liaisons/documents/statement.html"),
        fonts=fonts,
        elements=_sheet_of_styles("elements.css", fonts),
        styles=_sheet_of_styles("statement.css", fonts),
    )


def _sheet_of_styles(name: str, fonts: FontConfiguration) -> CSS:
    return CSS(string=(_HERE / name).read_text(encoding="utf-8"), url_fetcher=RefusingFetcher(), font_config=fonts)


class _Statement(HTML):  # type: ignore[misc] # WeasyPrint has no types
    """HTML with no elements but those of a letter.

    It is read as XML, which takes a tenth of the time. A page that is none, since the marks of a comparison or a
    character that XML does not know came in its way, is read as HTML like any other.
    """

    def __init__(self, source: str, fetcher: RefusingFetcher) -> None:
        try:
            root = fromstring(source)  # noqa: S314 – our own template, with no entity of an author in it
        except ParseError:
            super().__init__(string=source, base_url=STORED, url_fetcher=fetcher)
            return
        self.base_url, self.url_fetcher, self.media_type = STORED, fetcher, "print"
        self.wrapper_element = ElementWrapper.from_html_root(root, content_language=None)
        self.etree_element = root

    def _ua_stylesheets(self, *forms: object) -> list[CSS]:
        return [_tools().elements]


def write_pdf(sheet: Sheet) -> Rendered:
    return _with_room(_write_pdf, sheet)


def _with_room(write: Callable[[Sheet], Rendered], sheet: Sheet) -> Rendered:
    return write(sheet)


# CPython keeps the frames of calls in pieces of 16 kB, and at the edge of one it takes a piece from the machine and
# returns it with every call: a tenth of the time of WeasyPrint's deep ones. A call that says it needs more than a piece
# gets one so large that all calls below it find their place in the rest.
_with_room.__code__ = _with_room.__code__.replace(co_stacksize=50_000)


def _write_pdf(sheet: Sheet) -> Rendered:
    """PDF/UA-1; with the Word file inside, PDF/A-3a as well."""
    tools, page = _tools(), page_of(sheet)
    fetcher = RefusingFetcher(sheet.pictures)
    figures, without_text = _described(page)
    inside = [_word_file(sheet, page, fetcher)] if sheet.masthead.word_inside else []
    with _missing_characters() as missing, warnings.catch_warnings():
        # WeasyPrint leaves the file of the colour profile, which PDF/A wants, to the garbage collector.
        warnings.filterwarnings("ignore", "unclosed file", ResourceWarning)
        content = tagging.write(
            _Statement(_source(sheet, page), fetcher).render(stylesheets=[tools.styles], font_config=tools.fonts),
            pdf_variant="pdf/a-3a" if inside else "pdf/ua-1",
            attachments=inside,
            pdf_identifier=hashlib.sha256(sheet_to_json(sheet)).hexdigest()[:32].encode(),
        )
    return Rendered(
        content,
        missing="".join(dict.fromkeys(missing)),
        refused=tuple(dict.fromkeys(fetcher.refused)),
        without_text=without_text,
        broken=tuple(dict.fromkeys(figures.get(sha256, page.labels.emblem) for sha256 in fetcher.broken)),
    )


def _source(sheet: Sheet, page: Page) -> str:
    dated = sheet.masthead.dated
    source = _tools().template.render(
        Context(
            {
                "page": page,
                "emblem": PICTURES + sheet.masthead.emblem if sheet.masthead.emblem else "",
                "dated": dated.isoformat() if dated else "",
                "fingerprint": sheet.letter.sha256(),
            }
        )
    )
    return as_elements(source) if sheet.before else source


def _described(page: Page) -> tuple[dict[str, str], tuple[str, ...]]:
    """What each picture is called, by its hash; and what those are called that came without a text.

    These get their names for a text: a PDF must have one for every picture.
    """
    names, without_text, number = {}, [], 0
    for section in (page.body, *page.annexes):
        for figure in section.body.iter("figure"):
            number += 1
            for image in figure.iter("img"):
                text = image.get("alt", "")
                name = text or caption_of(figure) or page.labels.figure.format(number=number)
                names[image.get("src", "").removeprefix(PICTURES)] = name
                if not text:
                    without_text.append(name)
                    image.set("alt", name)
    return names, tuple(dict.fromkeys(without_text))


def _word_file(sheet: Sheet, page: Page, fetcher: RefusingFetcher) -> Attachment:
    from liaisons.documents.word import write_word  # most desks send it beside the PDF, not inside

    day = datetime.combine(sheet.masthead.dated or _UNDATED, time(), UTC)
    return Attachment(
        string=write_word(sheet),
        url_fetcher=fetcher,
        name=f"{stem(page.number) or 'draft'}.docx",
        description=f"{page.labels.statement} {page.number} (Word)",
        created=day,
        modified=day,
        relationship="Source",
    )


@contextmanager
def _missing_characters() -> Iterator[list[str]]:
    """The characters without a shape in any font: WeasyPrint prints nothing and only logs it."""
    missing: list[str] = []

    def note(record: logging.LogRecord) -> bool:
        if record.msg.startswith(".notdef") and isinstance(record.args, tuple):
            missing.append(str(record.args[0]))
            return False
        return True

    _LOGGER.addFilter(note)
    try:
        yield missing
    finally:
        _LOGGER.removeFilter(note)
