"""Merge fields that nobody filled: a real letter of nomination once went out with one.

Word shows such a field as «Name», and so do many languages quote. What stands in a Word file as a field is found when
it is read (liaisons.intake.lines) and becomes {{Name}}; of words that were typed or pasted only those that can be
nothing else stop a letter.
"""

import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from liaisons import printed

if TYPE_CHECKING:
    from liaisons.models import Revision

MERGE_FIELD = re.compile(
    r"\{\{[^{}]{0,80}\}\}|\{\{|\}\}|\{\s*\}|\[\[|<<(?!\s)[^<>]{0,80}(?<!\s)>>|\bto {2,}for\b|\bMERGEFIELD\b"
    r"|«\w*_\w*»|«(?:AddressBlock|GreetingLine)»",
    re.IGNORECASE,
)
# One word of Latin letters without the spaces of French: a field, or a quotation in Spanish, Italian or Norwegian.
_PERHAPS = re.compile(r"«[A-Za-z][A-Za-z0-9]{0,39}»")


def merge_fields(revision: "Revision") -> list[str]:
    """Name what can only be a merge field: each has to be filled."""
    told = _("The %(place)s holds a merge field that nobody filled (“%(field)s”). Write what belongs there.")
    return _each(revision, MERGE_FIELD, told)


def doubtful(revision: "Revision") -> list[str]:
    """Name what may be a merge field or a quotation: its author knows."""
    told = _("%(field)s in the %(place)s looks like a merge field of Word. If it is a quotation, leave it as it is.")
    return _each(revision, _PERHAPS, told)


def _each(revision: "Revision", pattern: re.Pattern[str], told: str) -> list[str]:
    return [
        told % {"place": place, "field": found[0]}
        for place, text in printed.places_of(revision.letter).items()
        if (found := pattern.search(text))
    ]
