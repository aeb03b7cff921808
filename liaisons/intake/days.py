"""Days as people write them in the six languages."""

import re
import unicodedata
from datetime import date

from liaisons.documents.labels import LABELS

_ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS: dict[str, int] = {
    **{name: number for number, name in enumerate(_ENGLISH, start=1)},
    "sept": 9,
    **{
        unicodedata.normalize("NFC", month).casefold(): number
        for labels in LABELS.values()
        for number, month in enumerate(labels.months, start=1)
    },
}
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})",
        r"(?P<year>\d{4})\s*年\s*(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*日",
        r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})",
        (
            r"(?:le |el |the )?(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|\.)?[\s-]+(?:de |of )?(?P<name>[^\W\d_]+)\.?,?[\s-]+"
            r"(?:de |del )?(?P<year>\d{4})(?:\s*(?:года|г)\.?)?"
        ),
        r"(?P<name>[^\W\d_]+)\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})",
    )
)


def read_day(text: str) -> date | None:
    """The day a text names and nothing else; None for "mid-May 2007", and for 03/04/2023, which may be two days."""
    text = " ".join(unicodedata.normalize("NFC", text).split()).strip(" .;,\u200e\u200f")
    for form in _FORMS:
        if found := form.fullmatch(text):
            parts = found.groupdict()
            month = int(parts["month"]) if parts.get("month") else _MONTHS.get(parts["name"].casefold(), 0)
            try:
                return date(int(parts["year"]), month, int(parts["day"]))
            except ValueError:
                return None
    return None
