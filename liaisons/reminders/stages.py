"""Stages of a deadline: which one is the latest to have come, for every deadline there may be around today.

All that is calendar is worked out here and handed to the database as tables of values: what is left there are
comparisons, the same on SQLite and PostgreSQL.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db import connection

from contacts.models import Desk
from liaisons.calendar import end_of_day

# After the deadline our own people are reminded each week; after a year of that they have decided to let it be.
WEEKS = 52
# How long after its day the last stage may still be sent: longer than a scheduler stays dead, shorter than what
# is imported lies back.
STALE_AFTER_DAYS = 35


@dataclass(frozen=True)
class Stage:
    """The latest stage to have come of deadlines on a day; its own day begins and ends as at the desk's seat."""

    desk: Desk
    due_on: date
    stage: int

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

    def _end(self, days_before: int) -> Any:  # noqa: ANN401 – as the database takes it
        day = self.due_on - timedelta(days=days_before)
        return connection.ops.adapt_datetimefield_value(end_of_day(day, self.desk.zoneinfo))


def latest(desk: Desk, days: Iterable[int], now: datetime) -> Iterator[Stage]:
    """For every deadline around today the latest of these stages that has come."""
    today = desk.today(now)
    for stage, following in pairwise([*sorted(set(days), reverse=True), None]):
        assert stage is not None  # None is the last one only
        least_left = stage - STALE_AFTER_DAYS if following is None else following + 1
        for left in range(least_left, stage + 1):
            yield Stage(desk, today + timedelta(days=left), stage)


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
