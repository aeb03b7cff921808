"""What was read from a Word file, and how it passes from the process that read it to the one that asked."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from liaisons.letter import Letter, Purpose

# The formatted header of the ITU, the one a rapporteur fills in, or a text without either.
Form = Literal["formatted", "unformatted", "plain"]


@dataclass(frozen=True)
class Reading:
    """A letter as a file says it.

    `read_from` holds for each field the words it was read from, `carried` the fields the file speaks of, if only
    by leaving a row out; the others it says nothing about. `sentences` tell what could not be read or was left out.
    `pictures` are the bytes of the figures by their SHA-256, not stored yet. `named` are the rows of addressees in
    the file's own words, `own_deadlines` the days that it gives to some of them.
    """

    form: Form
    letter: Letter
    read_from: Mapping[str, str] = field(default_factory=dict)
    carried: frozenset[str] = frozenset()
    sentences: tuple[str, ...] = ()
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    named: Mapping[Purpose, str] = field(default_factory=dict)
    own_deadlines: Mapping[str, date] = field(default_factory=dict)


def reading_to_json(reading: Reading) -> bytes:
    plain = {
        **{name: value for name, value in vars(reading).items() if name not in ("letter", "pictures")},
        "letter": reading.letter.to_dict(),
        "carried": sorted(reading.carried),
        "own_deadlines": {name: day.isoformat() for name, day in reading.own_deadlines.items()},
        "pictures": {sha256: base64.b64encode(content).decode() for sha256, content in reading.pictures.items()},
    }
    return json.dumps(plain, ensure_ascii=False).encode()


def reading_from_json(content: bytes) -> Reading:
    plain = json.loads(content)
    return Reading(
        **{
            **plain,
            "letter": Letter.from_dict(plain["letter"]),
            "carried": frozenset(plain["carried"]),
            "sentences": tuple(plain["sentences"]),
            "own_deadlines": {name: date.fromisoformat(day) for name, day in plain["own_deadlines"].items()},
            "pictures": {sha256: base64.b64decode(picture) for sha256, picture in plain["pictures"].items()},
        }
    )
