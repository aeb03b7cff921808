"""Stages of a deadline: which one is the latest to have come, for every deadline there may be around today.

All that is calendar is worked out here and handed to the database as tables of values: what is left there are
comparisons, the same on SQLite and PostgreSQL.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from contacts.models import Desk
from liaisons.calendar import end_of_day

# After the deadline our own people are reminded each week; after a year of that they have decided to let it be.
WEEKS = 52
# How long after its day the last stage may still be sent: longer than a scheduler stays dead, shorter than what
# is imported lies back.
STALE_AFTER_DAYS = 35
# By how many days it may be later, or earlier, where readers are than at a desk's seat.
AHEAD = (-1, 0, 1)


@dataclass(frozen=True)
class Stage:
    """The latest stage to have come of deadlines on a day; its own day begins and ends as at the desk's seat.

    `ahead`: for readers where it is so many days later than at the seat; -1, 0 or 1.
    """

    desk: Desk
    due_on: date
    stage: int
    ahead: int

    @property
    def begins_at(self) -> Any:  # noqa: ANN401 – as the database takes it
        return self._end(self.stage + 1)

    @property
    def ends_at(self) -> Any:  # noqa: ANN401 – as the database takes it
        return self._end(self.stage)

    @property
    def day(self) -> Any:  # noqa: ANN401 – as the database takes it
        return connection.ops.adapt_datefield_value(self.due_on - timedelta(days=self.stage))

    @property
    def due(self) -> Any:  # noqa: ANN401 – as the database takes it
        return connection.ops.adapt_datefield_value(self.due_on)

    @property
    def due_from(self) -> Any:  # noqa: ANN401 – as the database takes it
        return self._end(1)

    @property
    def due_until(self) -> Any:  # noqa: ANN401 – as the database takes it
        return self._end(0)

    def _end(self, days_before: int) -> Any:  # noqa: ANN401 – as the database takes it
        return _end_of(self.due_on - timedelta(days=days_before), self.desk.zoneinfo)


@lru_cache(maxsize=10_000)
def _end_of(day: date, zone: ZoneInfo) -> Any:  # noqa: ANN401 – as the database takes it
    """The same few hundred days are asked for at each tick, several times each."""
    return connection.ops.adapt_datetimefield_value(end_of_day(day, zone))


def latest(desk: Desk, days: Iterable[int], now: datetime, *, ahead: int = 0) -> Iterator[Stage]:
    """For every deadline around today the latest of these stages that has come where it is read.

    There it is `ahead` days later than at the desk's seat. A deadline that is not over at the seat is over nowhere.
    """
    stages = sorted(set(days))
    if not stages:
        return
    seat, today = desk.today(now), desk.today(now) + timedelta(days=ahead)
    for far in range(stages[0] - STALE_AFTER_DAYS, stages[-1] + 1):
        due_on = today + timedelta(days=far)
        left = max(far, 0) if due_on >= seat else far
        place = bisect_left(stages, left)
        if place < len(stages):
            yield Stage(desk, due_on, stages[place], ahead)


def weekly(desk: Desk) -> set[int]:
    """The weeks after a deadline, where the desk reminds in them."""
    return {-7 * week for week in range(1, WEEKS + 1)} if desk.remind_weekly else set()


class Values:
    """The common table expressions of one statement that hold values, and their parameters in the same order."""

    def __init__(self) -> None:
        self.parameters: list[Any] = []
        self._tables: list[str] = []

    def add(self, heading: str, rows: list[tuple[Any, ...]]) -> None:
        """Add a table with a heading as in SQL. Raises ValueError for one without rows, which is no SQL."""
        if not rows:
            raise ValueError(f"a table of values needs rows: {heading}")
        places = ", ".join(f"({', '.join(['%s'] * len(row))})" for row in rows)
        self._tables.append(f"{heading} AS (VALUES {places})")
        self.parameters += [value for row in rows for value in row]

    def __str__(self) -> str:
        return ",\n".join(self._tables)
