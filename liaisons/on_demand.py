"""Files that nobody ordered: made when somebody asks for one, kept for a day, and made by one process at a time."""

import hashlib

from django.core.cache import cache
from django.utils.translation import gettext as _

from liaisons.documents import renderer
from liaisons.documents.rendered import sheet_to_json
from liaisons.letter import Sheet

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600  # seconds


class NotMade(Exception):
    """There is no file; the sentence says why and what to do."""


def file(sheet: Sheet, kind: renderer.Kind) -> bytes:
    """The file of a sheet. One that could not be made is tried again after an hour. Raises NotMade."""
    key = f"paper-{kind}-{hashlib.sha256(sheet_to_json(sheet)).hexdigest()}"
    known: bytes | str | None = cache.get(key)  # the file, or why there is none
    if known is None:
        if not cache.add(f"{key}-begun", "", MINUTE):
            raise NotMade(_("It is being made. Try again in a minute."))
        try:
            known = renderer.render(sheet, kind).content
        except renderer.RenderError as error:
            known = str(error)
        cache.set(key, known, HOUR if isinstance(known, str) else DAY)
    if isinstance(known, str):
        raise NotMade(known)
    return known
