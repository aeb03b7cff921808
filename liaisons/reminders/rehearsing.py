"""What would be told to whom on a day: the weeks before it are played through, and nothing of it stays."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from liaisons.mail import digests
from liaisons.models import Message, Reminder

from .digesting import digest
from .filling import fill
from .hours import WORKING_HOURS, zones
from .stages import STALE_AFTER_DAYS

# What came before these weeks is caught up with on the first of their mornings, and what follows from a reminder comes
# within them. Nobody can take a step meanwhile: a year would take minutes.
PLAYED = timedelta(days=STALE_AFTER_DAYS)


@dataclass(frozen=True)
class Told:
    """A thing that `mail` would tell of, which is not kept; `at` is in the zone of its reader."""

    at: datetime
    recipient: str
    kind: str
    thing: str
    stage: int
    due_on: date
    why: str
    mail: Message


def rehearse(on: date, now: datetime) -> list[Told]:
    """What readers would get on that day of theirs, if nothing else happened until then."""
    with transaction.atomic():
        try:
            told = _play_through(on, now)
        finally:
            transaction.set_rollback(True)
    return sorted((one for one in told if one.at.date() == on), key=lambda one: (one.at, one.recipient))


def _play_through(on: date, now: datetime) -> list[Told]:
    last = Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    for at in _mornings(on, now):
        fill(at)
        digest(at)
        leaving = Message.objects.filter(kind=Message.Kind.REMIND, state=Message.State.QUEUED)
        leaving.update(state=Message.State.SENT, sent_at=at)
    rows = Reminder.objects.filter(message__pk__gt=last).select_related(
        "message",
        "person",
        "desk__group",
        "addressee__statement__revision",
        "addressee__group",
        "circulation__document",
        "registration__document",
        "registration__statement",
        "registration__assignee",
        "action__meeting",
    )
    by_mail: dict[int | None, list[Reminder]] = defaultdict(list)
    for row in rows.prefetch_related("person__appointments"):
        by_mail[row.message_id].append(row)
    # A digest says a thing once, though several of its stages have come.
    return [_told(row) for of_one in by_mail.values() for row in digests.latest(of_one)]


def earliest_day(now: datetime) -> date:
    """The first day that is not over for every reader."""
    return min((now.astimezone(ZoneInfo(zone)).date() for zone in zones()), default=now.date())


def _mornings(on: date, now: datetime) -> list[datetime]:
    """When a working day begins in any of the zones, until the end of that day; at the earliest now."""
    found = set()
    for zone in map(ZoneInfo, zones()):
        day = max(now.astimezone(zone).date(), on - PLAYED)
        while day <= on:
            begins = datetime.combine(day, time(WORKING_HOURS.start), tzinfo=zone).astimezone(now.tzinfo)
            found.add(max(begins, now))
            day += timedelta(days=1)
    return sorted(found)


def _told(row: Reminder) -> Told:
    assert row.message is not None  # asked for above
    body = row.addressee.group if row.addressee and row.outsider else None
    zone = ZoneInfo(row.person.zone if row.person else (body and body.zone) or row.desk.zone)
    return Told(
        at=row.message.queued_at.astimezone(zone),
        recipient=row.recipient,
        kind=row.get_kind_display(),
        thing=", ".join(_names(row)),
        stage=row.stage,
        due_on=row.due_on,
        why=digests.why(row) if row.person else row.message.why,
        mail=row.message,
    )


def _names(row: Reminder) -> Iterator[str]:
    if row.addressee:
        yield str(row.addressee.statement)
        yield str(row.addressee)
    else:
        yield str(row.circulation or row.registration or row.action)
