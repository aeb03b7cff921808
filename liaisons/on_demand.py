"""Files that nobody ordered: made when somebody asks for one, kept for a day, and made by one process at a time."""

import hashlib

from django.core.cache import cache
from django.utils.translation import gettext as _

from liaisons.documents import renderer
from liaisons.documents.rendered import sheet_to_json
from liaisons.letter import Sheet

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
