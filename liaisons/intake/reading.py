"""What was read from a Word file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from liaisons.letter import Letter

# The formatted header of the ITU, the one a rapporteur fills in, or a text without either.
Form = Literal["formatted", "unformatted", "plain"]


@dataclass(frozen=True)
class Reading:
    """A letter as a file says it.

    `read_from` holds for each field the words it was read from, `carried` the fields the file speaks of, if only
    by leaving a row out; the others it says nothing about. `sentences` tell what could not be read or was left out.
    `pictures` are the bytes of the figures by their SHA-256, not stored yet.
    """

    form: Form
    letter: Letter
    read_from: Mapping[str, str] = field(default_factory=dict)
    carried: frozenset[str] = frozenset()
    sentences: tuple[str, ...] = ()
    pictures: Mapping[str, bytes] = field(default_factory=dict)
