"""Reminders as one writes them first: for each addressee that owes an answer its stages, and a row for each."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from contacts.models import Desk
from liaisons.calendar import end_of_day
from liaisons.models import Addressee, Reminder
from liaisons.reminders.stages import STALE_AFTER_DAYS, weekly


def remind_by_loop(addressees: Iterable[int], now: datetime) -> None:
    owing = Addressee.objects.owing().filter(pk__in=addressees)
    for addressee in owing.select_related("statement__desk", "statement__responsible", "group"):
        remind_of(addressee, addressee.statement.desk, now)


def remind_of(addressee: Addressee, desk: Desk, now: datetime) -> None:
    stage = latest(addressee, desk, desk.remind_outsiders, now, outsider=True)
    channel = addressee.group.channels.filter(kind="mail").order_by("pk").first()
    if stage is not None and channel is not None:
        enter(addressee, desk, stage, now, recipient=channel.email, outsider=True)
    stage = latest(addressee, desk, {*desk.remind_insiders, *weekly(desk)}, now)
    person = addressee.statement.responsible
    if stage is not None:
        enter(addressee, desk, stage, now, recipient=person.email, person=person)


def latest(
    addressee: Addressee, desk: Desk, days: Iterable[int], now: datetime, *, outsider: bool = False
) -> int | None:
    """The latest stage that has come, unless it came before the letter left or is long over.

    An addressee is not reminded on the day of its letter.
    """
    left = (addressee.due_on - desk.today(now)).days
    come = [day for day in days if day >= left]
    if not come or (min(come) == min(days) and left < min(days) - STALE_AFTER_DAYS):
        return None
    day: date = addressee.due_on - timedelta(days=min(come) + outsider)
    return min(come) if addressee.statement.sent_at < end_of_day(day, desk.zoneinfo) else None


def enter(addressee: Addressee, desk: Desk, stage: int, now: datetime, **whom: object) -> None:
    Reminder.objects.get_or_create(
        kind=Reminder.Kind.ANSWER,
        addressee=addressee,
        stage=stage,
        due_on=addressee.due_on,
        recipient=whom.pop("recipient"),
        defaults={"desk": desk, "came_at": now, **whom},
    )
