"""How the statements of a load stand on its day, and when each was begun."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from liaisons.models import Statement

_State = Statement.State

# Of a thousand statements so many are in a state, begun between so many days before the load's day.
SHARES = (
    (_State.DRAFT, 10, 0, 60),
    (_State.CIRCULATED, 10, 3, 15),
    (_State.APPROVED, 10, 20, 40),
    (_State.SENT, 240, 75, 400),
    (_State.REPLIED, 300, 150, 3000),
    (_State.CLOSED, 80, 150, 3000),
    (_State.WITHDRAWN, 50, 40, 3000),
    (_State.ELSEWHERE, 300, 3, 3000),
)
# Days from the beginning to each step; the same for all, so that numbers follow the days.
CIRCULATED, APPROVED, SENT = timedelta(days=2), timedelta(days=17), timedelta(days=18)


@dataclass(frozen=True)
class Life:
    state: str
    begun_at: datetime
    deadline_in: timedelta  # from the beginning
    ended_in: timedelta


def lives(statements: int, now: datetime, chance: Random) -> list[Life]:
    """In the order in which they began."""
    return sorted(_lives(statements, now, chance), key=lambda life: life.begun_at)


def _lives(statements: int, now: datetime, chance: Random) -> Iterator[Life]:
    begun = 0
    for state, until, least, most in _shares():
        upto = round(statements * until / 1000)
        for _ in range(begun, upto):
            ago = timedelta(seconds=chance.randint(least * 86_400, most * 86_400))
            yield Life(state, now - ago, *_ends(state, ago, chance))
        begun = upto


def _shares() -> Iterator[tuple[_State, int, int, int]]:
    until = 0
    for state, share, least, most in SHARES:
        until += share
        yield state, until, least, most


def _ends(state: str, ago: timedelta, chance: Random) -> tuple[timedelta, timedelta]:
    """Deadline and end. What is out now is due around the load's day, some of it late."""
    if state == _State.SENT:
        return ago + timedelta(days=chance.randint(-35, 45)), timedelta()
    deadline = SENT + timedelta(days=chance.randint(60, 90))
    if state == _State.REPLIED:
        return deadline, SENT + timedelta(days=chance.randint(30, 100))
    return deadline, timedelta(days=25) if state == _State.WITHDRAWN else deadline + timedelta(days=10)
