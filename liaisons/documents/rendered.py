"""What comes out of a writer, and how a sheet and its rendering pass between a process and its renderer."""

import base64
import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from liaisons.letter import Letter, Masthead, Sheet


@dataclass(frozen=True)
class Rendered:
    """A finished file. `missing` are the characters for which no font has a shape, `refused` what was not fetched."""

    content: bytes
    missing: str = ""
    refused: tuple[str, ...] = ()

    @property
    def warnings(self) -> list[str]:
        """What the author should know before it leaves, in the reader's language."""
        warnings = []
        if self.missing:
            shown = ", ".join(f"“{character}” (U+{ord(character):04X})" for character in self.missing)
            warnings.append(
                _("No font here can print %(characters)s: replace them, or they come out as empty boxes.")
                % {"characters": shown}
            )
        warnings.extend(
            _("“%(address)s” was left out: a document shows only what is stored with it. Attach it as a file.")
            % {"address": address}
            for address in self.refused
        )
        return warnings


def sheet_to_json(sheet: Sheet) -> bytes:
    """Canonical: the same sheet gives the same bytes, so their hash can stand for it."""
    masthead: dict[str, Any] = asdict(sheet.masthead)
    masthead["emblem"] = base64.b64encode(sheet.masthead.emblem).decode()
    plain = {"letter": sheet.letter.to_dict(), "masthead": masthead}
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=date.isoformat).encode()


def sheet_from_json(content: bytes) -> Sheet:
    plain = json.loads(content)
    masthead = plain["masthead"]
    return Sheet(
        Letter.from_dict(plain["letter"]),
        Masthead(
            **{
                **masthead,
                "comments_until": _date(masthead["comments_until"]),
                "dated": _date(masthead["dated"]),
                "emblem": base64.b64decode(masthead["emblem"]),
                "organization": tuple(masthead["organization"]),
            }
        ),
    )


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
