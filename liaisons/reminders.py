"""Which reminders are due: one set-based statement fills the rows; they become mails in their readers' mornings."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from contacts.models import Appointment, Desk, Person
from liaisons import links, mail, outbox
from liaisons.calendar import end_of_day
from liaisons.models import Addressee, Link, Message, Reminder, Statement

# After the deadline our own people are reminded each week; after a year of that they have decided to let it be.
WEEKS = 52
# How long after its day the last stage may still be sent: longer than a scheduler stays dead, shorter than what
# is imported lies back.
STALE_AFTER_DAYS = 35
WORKING_HOURS = range(9, 18)
# A digest follows the one before by more than the rest of a working day, so that there is one a day.
APART = timedelta(hours=14)
AT_ONCE = 200


def remind(now: datetime) -> int:
    """Fill in what has come and write the mails that are due; returns the number of mails queued."""
    fill(now)
    return digest(now)


# Rows

# All that is calendar is worked out before: for each deadline a desk may have, the stage that is the latest to have
# come, and when the day of that stage ends. What is left are comparisons, the same on SQLite and PostgreSQL.
_FILL = """
INSERT INTO liaisons_reminder (kind, addressee_id, stage, due_on, recipient, person_id, outsider, came_at)
WITH
stages (desk_id, due_on, outsider, stage, ends_at) AS (VALUES {stages}),
secretaries (desk_id, person_id, email) AS (VALUES {secretaries}),
come AS MATERIALIZED (
    SELECT a.id, a.due_on, a.group_id, a.posted_at, s.desk_id, s.responsible_id, s.dispatch_round, t.outsider, t.stage
    FROM liaisons_addressee a
    JOIN liaisons_statement s ON s.id = a.statement_id AND s.state = 'sent'
    JOIN stages t ON t.desk_id = s.desk_id AND t.due_on = a.due_on AND s.sent_at < t.ends_at
    WHERE a.reply IN ('awaiting', 'acknowledged') AND NOT a.dropped AND a.due_at < %s
        AND EXISTS (SELECT 1 FROM liaisons_request r WHERE r.addressee_id = a.id AND r.outcome = '')
)
SELECT 'answer', come.id, come.stage, come.due_on, c.email, NULL, come.outsider, %s
FROM come
JOIN contacts_channel c ON c.id = (
    SELECT MIN(m.id) FROM contacts_channel m WHERE m.group_id = come.group_id AND m.kind = 'mail')
WHERE come.outsider AND (come.dispatch_round = 0 OR come.posted_at IS NOT NULL OR EXISTS (
    SELECT 1 FROM liaisons_message m
    WHERE m.addressee_id = come.id AND m.kind = 'send' AND m.round = come.dispatch_round AND m.state = 'sent'))
UNION ALL
SELECT 'answer', come.id, come.stage, come.due_on, p.email, p.id, come.outsider, %s
FROM come JOIN contacts_person p ON p.id = come.responsible_id
WHERE NOT come.outsider AND p.email <> ''
UNION ALL
SELECT 'answer', come.id, come.stage, come.due_on, y.email, y.person_id, come.outsider, %s
FROM come JOIN secretaries y ON y.desk_id = come.desk_id
LEFT JOIN contacts_person p ON p.id = come.responsible_id AND p.email <> ''
WHERE NOT come.outsider AND p.id IS NULL
ON CONFLICT DO NOTHING
"""


def fill(now: datetime) -> int:
    """Enter a row for every stage that has come for an addressee that owes an answer; returns how many are new.

    Of several stages that were missed the latest counts, and none from before the dispatch. To addressees that have
    not surely got the letter nothing is due; our own people hear of those too. Letters of round 0 were sent before
    Liaise: what was recorded of them is believed.
    """
    desks = list(Desk.objects.select_related("group"))
    stages = [row for desk in desks for row in _stages(desk, now)]
    if not stages:
        return 0
    # Never empty: a VALUES without rows is no SQL.
    secretaries = [(0, 0, ""), *_secretaries(desks, now)]
    at = connection.ops.adapt_datetimefield_value(now)
    horizon = connection.ops.adapt_datetimefield_value(now + timedelta(days=_furthest(desks) + 2))
    values = [value for row in [*stages, *secretaries] for value in row]
    with connection.cursor() as cursor:
        cursor.execute(
            _FILL.format(stages=_places(stages), secretaries=_places(secretaries)), [*values, horizon, at, at, at]
        )
        return int(cursor.rowcount)


def _stages(desk: Desk, now: datetime) -> Iterator[tuple[Any, ...]]:
    """For every deadline around today: the latest stage that has come, and the end of that stage's day at the seat."""
    today = desk.today(now)
    weekly = {-7 * week for week in range(1, WEEKS + 1)} if desk.remind_weekly else set()
    for outsider, days in ((True, set(desk.remind_outsiders)), (False, set(desk.remind_insiders) | weekly)):
        for stage, following in pairwise([*sorted(days, reverse=True), None]):
            least_left = stage - STALE_AFTER_DAYS if following is None else following + 1
            for left in range(least_left, stage + 1):
                due_on = today + timedelta(days=left)
                yield (
                    desk.pk,
                    connection.ops.adapt_datefield_value(due_on),
                    outsider,
                    stage,
                    connection.ops.adapt_datetimefield_value(end_of_day(due_on - timedelta(days=stage), desk.zoneinfo)),
                )


def _furthest(desks: list[Desk]) -> int:
    """The greatest number of days before a deadline at which any desk reminds."""
    return max((day for desk in desks for day in [*desk.remind_outsiders, *desk.remind_insiders]), default=0)


def _secretaries(desks: list[Desk], now: datetime) -> Iterator[tuple[int, int, str]]:
    todays = {desk.group_id: (desk.pk, desk.today(now)) for desk in desks}
    held = Appointment.objects.filter(role=Appointment.Role.SECRETARIAT, group__in=todays).exclude(person__email="")
    for appointment in held.select_related("person"):
        desk_id, today = todays[appointment.group_id]
        if (appointment.valid_from or today) <= today <= (appointment.valid_to or today):
            yield desk_id, appointment.person_id, appointment.person.email


def _places(rows: list[tuple[Any, ...]]) -> str:
    return ", ".join(f"({', '.join(['%s'] * len(row))})" for row in rows)


# Mails


def digest(now: datetime) -> int:
    """Make mails of the rows whose readers are at work now; returns how many were queued.

    They are made as late as that, so that they say what is true when they are read.
    """
    _drop_what_is_settled(now)
    zones = [zone for zone in _zones() if _at_work(zone, now)]
    made = 0
    readers = list(_readers(zones, now))
    for start in range(0, len(readers), AT_ONCE):
        made += _digests(readers[start : start + AT_ONCE], now)
    waiting = list(_to_outsiders(zones).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(waiting), AT_ONCE):
        made += _to_addressees(waiting[start : start + AT_ONCE], now)
    return made


def cancel_for(whom: Addressee | Statement, now: datetime) -> int:
    """Take back every reminder about an addressee, or all of a statement, that has not left; returns how many rows.

    A digest that told of others too is taken back as well, and made anew without this one.
    """
    about = Q(addressee=whom) if isinstance(whom, Addressee) else Q(addressee__statement=whom)
    open_ = Reminder.objects.filter(about, cancelled_at__isnull=True)
    with transaction.atomic():
        held = list(open_.filter(message__state=Message.State.QUEUED).values_list("message__pk", flat=True).distinct())
        taken_back = _take_back(held)
        cancelled = open_.filter(Q(message__isnull=True) | Q(message__in=taken_back)).update(cancelled_at=now)
        Reminder.objects.filter(message__in=taken_back, cancelled_at__isnull=True).update(message=None)
    return cancelled


def _take_back(messages: list[int]) -> list[int]:
    """Cancel those that have not begun to leave, and free their keys for the ones that take their place."""
    held = Message.objects.filter(pk__in=messages)
    outbox.cancel(held)
    cancelled = held.filter(state=Message.State.CANCELLED)
    cancelled.update(key=Concat("key", Value(":"), Cast("pk", CharField())))
    return list(cancelled.values_list("pk", flat=True))


def _waiting() -> QuerySet[Reminder]:
    return Reminder.objects.filter(message__isnull=True, cancelled_at__isnull=True)


def _owed() -> Exists:
    """Whether what a row is about is owed still, and on that day."""
    return Exists(Addressee.objects.owing().filter(pk=OuterRef("addressee"), due_on=OuterRef("due_on")))


def _drop_what_is_settled(now: datetime) -> None:
    """Rows that nobody cancelled although nothing is owed any more, or on another day, never become mails."""
    _waiting().filter(~_owed()).update(cancelled_at=now)


def _zones() -> set[str]:
    return {*Person.objects.values_list("zone", flat=True).distinct(), *Desk.objects.values_list("zone", flat=True)}


def _at_work(zone: str, now: datetime) -> bool:
    local = now.astimezone(ZoneInfo(zone))
    return local.weekday() < 5 and local.hour in WORKING_HOURS


def _readers(zones: list[str], now: datetime) -> QuerySet[Reminder, tuple[int, int, str]]:
    """Desk, person and address of those of our own people who are at work and have had no digest today."""
    had = Message.objects.filter(
        desk=OuterRef("addressee__statement__desk"),
        person=OuterRef("person"),
        kind=Message.Kind.REMIND,
        queued_at__gt=now - APART,
    ).exclude(state=Message.State.CANCELLED)
    rows = _waiting().filter(~Exists(had), outsider=False, person__zone__in=zones).order_by()
    return rows.values_list("addressee__statement__desk", "person", "recipient").distinct()


@transaction.atomic
def _digests(readers: list[tuple[int, int, str]], now: datetime) -> int:
    """Make a mail for each of these readers of all that waits for them."""
    people = {person for _desk, person, _email in readers}
    rows = [row for row in _locked(_waiting().filter(outsider=False, person__in=people)) if _day_has_come(row, now)]
    by_reader: dict[tuple[int, int, str], list[Reminder]] = {}
    for row in rows:
        by_reader.setdefault((row.owing.statement.desk_id or 0, row.person_id or 0, row.recipient), []).append(row)
    written = [
        (mail.reminder_digest(by_reader[reader], now), by_reader[reader]) for reader in readers if reader in by_reader
    ]
    return _queue(written)


def _day_has_come(row: Reminder, now: datetime) -> bool:
    """A stage's day is a calendar day at the desk; a reader to the west of it waits until it is that day there."""
    zone = ZoneInfo(row.person.zone) if row.person else None
    return zone is None or now.astimezone(zone).date() >= row.due_on - timedelta(days=row.stage)


def _to_outsiders(zones: list[str]) -> QuerySet[Reminder]:
    return _waiting().filter(outsider=True, addressee__statement__desk__zone__in=zones)


@transaction.atomic
def _to_addressees(waiting: list[int], now: datetime) -> int:
    """Make mails of these rows that go to addressees, each with its link."""
    rows = _locked(_waiting().filter(pk__in=waiting))
    had = Message.objects.filter(
        addressee__in=[row.addressee_id for row in rows], kind=Message.Kind.SEND, state=Message.State.SENT
    )
    earlier = dict(had.order_by("pk").values_list("addressee", "message_id"))
    doors = _doors(rows, now)
    return _queue(
        [
            (mail.remind_addressee(row, door, earlier.get(row.owing.pk, ""), now), [row])
            for row, door in zip(rows, doors, strict=True)
        ]
    )


def _locked(rows: QuerySet[Reminder]) -> list[Reminder]:
    """The rows of these about answers that are owed still, with all that their mails tell of.

    Locked in the order of workflow.advance(), statements before addressees: whoever settles one of them waits for
    the mail and takes it back, or has settled it before and no mail is made.
    """
    about = rows.order_by()
    statements = Statement.objects.filter(pk__in=about.values("addressee__statement")).order_by("pk")
    held = set(statements.select_for_update(of=("self",)).values_list("pk", flat=True))
    addressees = Addressee.everyone.filter(pk__in=about.values("addressee"), statement__in=held)
    held = set(addressees.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    owed = (
        rows.filter(_owed())
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("person", "addressee__statement__desk__group", "addressee__statement__revision")
        .prefetch_related("addressee__requests")
        .order_by("pk")
    )
    return [row for row in owed if row.addressee_id in held]  # one that came in between is for the next run


def _doors(rows: list[Reminder], now: datetime) -> list[Link]:
    """The answer link of each addressee: the one it had, or a new one when that no longer opens."""
    valid = Link.objects.valid(now).filter(
        purpose=Link.Purpose.ANSWER, addressee__in=[row.addressee_id for row in rows]
    )
    doors: dict[tuple[int | None, str], Link] = {(link.addressee_id, link.email): link for link in valid}
    new: dict[tuple[int | None, str], Link] = {
        (row.addressee_id, row.recipient): links.answer(row.owing, row.recipient, now)
        for row in rows
        if (row.addressee_id, row.recipient) not in doors
    }
    Link.objects.bulk_create(new.values())
    doors |= new
    return [doors[row.addressee_id, row.recipient] for row in rows]


def _queue(written: list[tuple[outbox.Draft, list[Reminder]]]) -> int:
    new = {message.key: message for message in outbox.queue(draft for draft, _rows in written)}
    told = []
    for draft, rows in written:
        for row in rows:
            row.message = new.get(draft.message.key)
        told += rows
    Reminder.objects.bulk_update(told, ["message"], batch_size=500)
    return len(new)
