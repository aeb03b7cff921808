"""Files that nobody ordered: made when somebody asks for one, kept for a day, and made by one process at a time."""

import hashlib
import logging

from django.core.cache import cache
from django.utils.translation import gettext as _

from liaisons.documents import renderer
from liaisons.documents.rendered import sheet_to_json
from liaisons.documents.tables import Table
from liaisons.letter import Sheet

logger = logging.getLogger(__name__)

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600  # seconds


# What may be otherwise when it is tried again: it is not told to others.
PASSING = ("busy", "time")


class NotMade(Exception):
    """There is no file; the sentence says why and what to do. of what `waits`, waiting is the cure."""

    def __init__(self, sentence: str, *, waits: bool) -> None:
        super().__init__(sentence)
        self.waits = waits


def file(sheet: Sheet, kind: renderer.Kind) -> bytes:
    """The file of a sheet. One that could not be made is tried again after an hour. Raises NotMade."""
    key = f"paper-{kind}-{hashlib.sha256(sheet_to_json(sheet)).hexdigest()}"
    known: bytes | str | None = cache.get(key)  # the file, or in one word why there is none
    if isinstance(known, bytes):
        return known
    if known is not None:
        raise NotMade(renderer.sentence(known, sheet.letter), waits=False)
    if not cache.add(f"{key}-begun", "", MINUTE):
        raise NotMade(_("It is being made. Try again in a minute."), waits=True)
    try:
        content = renderer.render(sheet, kind).content
    except renderer.RenderError as error:
        if error.reason not in PASSING:
            cache.set(key, error.reason, HOUR)
        raise NotMade(str(error), waits=error.reason == "busy") from error
    cache.set(key, content, DAY)
    return content


def word_table(table: Table) -> bytes:
    """A table as a Word file, kept for a day: whoever has a link may ask again and again. Raises NotMade."""
    key = f"table-{hashlib.sha256(table.to_json()).hexdigest()}"
    known: bytes | None = cache.get(key)
    if known is not None:
        return known
    try:
        _answer, content = renderer.ask({"kind": "table"}, table.to_json(), timeout=MINUTE / 3)
    except renderer.Failed as failed:
        if failed.detail:
            logger.error("The renderer failed on the table of %s:\n%s", table.number, failed.detail)
        if failed.reason == "busy":
            raise NotMade(_("Other documents are being made. Try again in a minute."), waits=True) from failed
        sentence = _("The table could not be made as Word. Filter it, or take the sheet.")
        raise NotMade(sentence, waits=False) from failed
    cache.set(key, content, DAY)
    return content
