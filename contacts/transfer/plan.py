"""What a table would change, line by line."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _


class Verdict(StrEnum):
    """What becomes of a line."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True)
class Changed:
    """A field and its value before and after."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """What becomes of one line of the file, and of a refused one why."""

    number: int
    name: str
    verdict: Verdict
    changes: tuple[Changed, ...] = ()
    sentence: str = ""


@dataclass(frozen=True)
class Plan:
    """All lines of a file, in its order."""

    lines: tuple[Line, ...]

    def fingerprint(self) -> str:
        """Two plans that do the same have the same one."""
        return hashlib.sha256(repr(self.lines).encode()).hexdigest()

    def counts(self) -> dict[str, int]:
        counted = Counter(line.verdict.value for line in self.lines)
        return {verdict.value: counted[verdict.value] for verdict in Verdict}

    @property
    def effective(self) -> int:
        """How many lines do something."""
        return sum(line.verdict in (Verdict.NEW, Verdict.CHANGED) for line in self.lines)

    @property
    def to_show(self) -> list[Line]:
        return [line for line in self.lines if line.verdict != Verdict.UNCHANGED]

    @property
    def unchanged(self) -> str:
        """The numbers of the lines that change nothing, as ranges."""
        numbers = [line.number for line in self.lines if line.verdict == Verdict.UNCHANGED]
        ranges: list[list[int]] = []
        for number in numbers:
            if ranges and number == ranges[-1][1] + 1:
                ranges[-1][1] = number
            else:
                ranges.append([number, number])
        return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in ranges)


class NotTaken(Exception):
    """A line that cannot be taken; the sentence says why and what to do."""

    @property
    def sentence(self) -> str:
        return str(self.args[0])


def day_of(text: str) -> date | None:
    """Raises NotTaken for what is no day."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NotTaken(_("“%(text)s” is not a day. Write it as 2025-10-09.") % {"text": text}) from error


def put(thing: Model, field: str, value: object, changes: list[Changed], show: Callable[[object], str] = str) -> None:
    """Set a field and remember what it was, unless it is that already."""
    before = getattr(thing, field)
    if _same(before, value):
        return
    setattr(thing, field, value)
    changes.append(Changed(field, "" if before is None else show(before), "" if value is None else show(value)))


def _same(before: object, after: object) -> bool:
    if isinstance(before, str) and isinstance(after, str):
        return "\n".join(before.strip().splitlines()) == "\n".join(after.strip().splitlines())
    return before == after


def check_fields(thing: Model, exclude: Iterable[str] = ()) -> None:
    """Ask the fields' own validators. Raises NotTaken."""
    relations = {field.name for field in thing._meta.fields if field.is_relation}
    try:
        thing.clean_fields(exclude=relations | set(exclude))
    except ValidationError as error:
        field, sentences = next(iter(error.message_dict.items()))
        raise NotTaken(f"{field}: {' '.join(sentences)}") from error


def check_days(begins: date | None, ends: date | None) -> None:
    if begins and ends and ends < begins:
        raise NotTaken(_("It would end before it begins. Look at the two dates."))
