"""What stands on the desk of one person: heaps of rows, each row with its next date."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property

from django.db.models import Count, QuerySet, Subquery
from django.db.models.functions import Coalesce

from contacts.actor import Actor
from contacts.models import Desk, Person
from liaisons.models import (
    Addressee,
    Approval,
    Comment,
    Reply,
)
from liaisons.rules import CHAIRS, SECRETARIAT, absent_chair

SOON = timedelta(days=14)
SHORTLY = timedelta(days=7)
MOST = 25  # rows of one heap; what is beyond them is in the register


@dataclass(frozen=True)
class Row:
    """One thing that waits, with its next date; `on` is a day in the desk's zone, `what` says what happens then.

    `tone` is "over" when the day has passed and it matters, "soon" within a week, else "".
    """

    reference: str
    title: str
    url: str
    state: str
    label: str
    on: date | None = None
    what: str = ""
    tone: str = ""
    note: str = ""
    mine: bool = False


@dataclass(frozen=True)
class Heap:
    """Things of one kind that wait. `more` is the address of a page that has all of them, shown or not."""

    key: str
    title: str
    rows: list[Row]
    more: str = ""


@dataclass
class Desktop:
    """Whose desk it is, where and when; what everything below is asked with."""

    desk: Desk
    actor: Actor
    roles: frozenset[str]
    now: datetime
    today: date = field(init=False)

    def __post_init__(self) -> None:
        self.today = self.desk.today(self.now)

    @property
    def is_secretary(self) -> bool:
        return bool(self.roles & SECRETARIAT)

    @property
    def is_chair(self) -> bool:
        return bool(self.roles & CHAIRS)

    @cached_property
    def chair(self) -> int:
        """The key of the chair whose word the reader gives: their own, or that of the one they stand in for."""
        own = self.actor.person.pk if self.actor.person else 0
        return absent_chair(self.desk, self.actor, self.now) or own

    @cached_property
    def chairs_are_reached(self) -> bool:
        """Whether anybody can be asked by mail for an approval."""
        deciding = Person.objects.holding(*CHAIRS, group=self.desk.group, on=self.today)
        return deciding.exclude(email="").exists()

    def tone(self, on: date | None) -> str:
        if on is None or on > self.today + SHORTLY:
            return ""
        return "over" if on < self.today else "soon"


def counted(rows: QuerySet[Addressee] | QuerySet[Approval] | QuerySet[Comment] | QuerySet[Reply], of: str) -> Coalesce:
    """How many rows belong to the outer one, as a subquery: joins of several would multiply one another."""
    numbers = rows.order_by().values(of).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(numbers), 0)
