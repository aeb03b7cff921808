"""The page as a tagged PDF, by WeasyPrint; nothing is fetched for it, and the same sheet gives the same bytes.

Import it only where a PDF is made: loading WeasyPrint takes half a second. Everyone else asks `renderer.render()`.
One process makes one PDF at a time: WeasyPrint's fonts crash when threads share them.
"""

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.template import Context, Engine, Template
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from liaisons.documents.comparison import page_of
from liaisons.documents.fetcher import STORED, RefusingFetcher
from liaisons.documents.rendered import Rendered, sheet_to_json
from liaisons.documents.tagging import finish
from liaisons.letter import PICTURES, Sheet

_HERE = Path(__file__).resolve().parent
_TEMPLATES = _HERE.parents[1] / "templates"
_LOGGER = logging.getLogger("weasyprint")


@dataclass(frozen=True)
class _Tools:
    """What every document shares: reading fonts and styles again for each costs more than a page."""

    template: Template
    fonts: FontConfiguration
    styles: CSS


@cache
def _tools() -> _Tools:
    fonts = FontConfiguration()
    return _Tools(
        # An engine of its own needs no settings, so the renderer's process can do without Django's.
        template=Engine(dirs=[str(_TEMPLATES)]).get_template("liaisons/documents/statement.html"),
        fonts=fonts,
        styles=CSS(
            string=(_HERE / "statement.css").read_text(encoding="utf-8"),
            url_fetcher=RefusingFetcher(),
            font_config=fonts,
        ),
    )


def write_pdf(sheet: Sheet) -> Rendered:
    tools = _tools()
    fetcher = RefusingFetcher(sheet.pictures)
    with _missing_characters() as missing:
        content = HTML(string=_source(sheet), base_url=STORED, url_fetcher=fetcher).write_pdf(
            stylesheets=[tools.styles],
            font_config=tools.fonts,
            pdf_variant="pdf/ua-1",
            finisher=finish,
            pdf_identifier=hashlib.sha256(sheet_to_json(sheet)).hexdigest()[:32].encode(),
        )
    assert content is not None  # it is None only when a target file is given
    return Rendered(content, "".join(dict.fromkeys(missing)), tuple(dict.fromkeys(fetcher.refused)))


def _source(sheet: Sheet) -> str:
    page = page_of(sheet)
    dated = sheet.masthead.dated
    return _tools().template.render(
        Context(
            {
                "page": page,
                "emblem": PICTURES + sheet.masthead.emblem if sheet.masthead.emblem else "",
                "dated": dated.isoformat() if dated else "",
                "fingerprint": sheet.letter.sha256(),
            }
        )
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
