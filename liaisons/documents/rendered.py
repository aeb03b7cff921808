"""What comes out of a writer, and how a sheet and its rendering pass between a process and its renderer."""

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Self

from liaisons.letter import Letter, Masthead, Sheet


@dataclass(frozen=True)
class Rendered:
    """A finished file, and what its author should know of it: liaisons.printed.page_warnings() says it in words.

    `missing` are the characters for which no font has a shape, `refused` what was not fetched; of the figures,
    `without_text` are those that nobody described, `broken` those of which no picture could be made.
    """

    content: bytes
    missing: str = ""
    refused: tuple[str, ...] = ()
    without_text: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()

    def notes(self) -> dict[str, Any]:
        """All but the file, as JSON types."""
        return {
            "missing": self.missing,
            "refused": self.refused,
            "without_text": self.without_text,
            "broken": self.broken,
        }

    @classmethod
    def noted(cls, content: bytes, notes: Mapping[str, Any]) -> Self:
        return cls(
            content,
            notes["missing"],
            tuple(notes["refused"]),
            tuple(notes["without_text"]),
            tuple(notes["broken"]),
        )


def sheet_to_json(sheet: Sheet) -> bytes:
    """Canonical: the same sheet gives the same bytes, so their hash can stand for it."""
    plain = {
        "letter": sheet.letter.to_dict(),
        "masthead": asdict(sheet.masthead),
        "pictures": {sha256: base64.b64encode(content).decode() for sha256, content in sheet.pictures.items()},
        "before": sheet.before.to_dict() if sheet.before else None,
        "before_number": sheet.before_number,
    }
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=date.isoformat).encode()


def sheet_from_json(content: bytes) -> Sheet:
    plain = json.loads(content)
    return Sheet(
        Letter.from_dict(plain["letter"]),
        masthead_from_dict(plain["masthead"]),
        {sha256: base64.b64decode(picture) for sha256, picture in plain["pictures"].items()},
        Letter.from_dict(plain["before"]) if plain["before"] else None,
        plain["before_number"],
    )


def masthead_to_dict(masthead: Masthead) -> dict[str, Any]:
    """The masthead as JSON types only."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(masthead), default=date.isoformat))
    return plain


def masthead_from_dict(plain: Mapping[str, Any]) -> Masthead:
    return Masthead(
        **{
            **plain,
            "comments_until": _date(plain["comments_until"]),
            "dated": _date(plain["dated"]),
            "organization": tuple(plain["organization"]),
        }
    )


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
