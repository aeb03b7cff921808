"""Rows that have come become mails: one a day to each of our own people, one to each addressee, one to a list."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from liaisons import links, mail, outbox
from liaisons.models import Addressee, Circulation, Link, Message, Reminder, Statement

from .cancelling import bring_in_line
from .hours import at_work

# A digest follows the one before by more than the rest of a working day, so that there is one a day.
APART = timedelta(hours=14)
AT_ONCE = 200

T = TypeVar("T")
Reader = tuple[int, int, str]


def digest(now: datetime, on: date | None = None) -> int:
    """Make mails of the rows whose readers are at work now; returns how many were queued.

    They are made as late as that, so that they say what is true when they are read. With `on` only those are made
    that are read on that day.
    """
    bring_in_line(now)
    waiting = Reminder.objects.waiting()
    if not waiting.exists():
        return 0
    at_desks = waiting.filter(at_work("desk__zone", now, on), person__isnull=True)
    made = sum(
        _digests(readers, now) for readers in _by_the_batch(list(_readers(at_work("person__zone", now, on), now)))
    )
    for rows, make in ((at_desks.filter(outsider=True), _to_addressees), (at_desks.filter(outsider=False), _to_lists)):
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        made += sum(make(batch, now) for batch in _by_the_batch(keys))
    return made


# To our own people


def _readers(working: Q, now: datetime) -> Iterator[Reader]:
    """Desk, person and address of those who have had no digest today, or for whom something cannot wait."""
    rows = Reminder.objects.waiting().filter(Q(~Exists(_had(now))) | _pressing(now), working).order_by()
    yield from rows.values_list("desk", "person", "recipient").distinct()


def _had(now: datetime) -> QuerySet[Message]:
    had = Message.objects.filter(
        desk=OuterRef("desk"), person=OuterRef("person"), kind=Message.Kind.REMIND, queued_at__range=_around(now)
    )
    return had.exclude(state=Message.State.CANCELLED)


def _around(now: datetime) -> tuple[datetime, datetime]:
    """What counts as today; a mail from a day when the clock was weeks ahead must not keep others back until then."""
    return now - APART, now + APART


def _pressing(now: datetime) -> Q:
    """What may be due today or tomorrow wherever a desk is."""
    return Q(due_on__gte=(now - timedelta(days=1)).date(), due_on__lte=(now + timedelta(days=2)).date())


@transaction.atomic
def _digests(readers: list[Reader], now: datetime) -> int:
    """Make a mail for each of these readers of all that waits for them; a second one today only of what is urgent."""
    rows = _locked(Reminder.objects.waiting().filter(person__in={person for _desk, person, _email in readers}))
    told = _told_today(rows, now)
    by_reader: dict[Reader, list[Reminder]] = defaultdict(list)
    for row in rows:
        if _day_has_come(row, now) and not _repeats(row, told.get((row.desk_id, row.person_id or 0)), now):
            by_reader[row.desk_id, row.person_id or 0, row.recipient].append(row)
    doors = _ways_out([reader for reader in readers if reader in by_reader], now)
    written = []
    for reader in readers:
        if reader in by_reader:
            again = (reader[0], reader[1]) in told
            written.append(
                (mail.reminder_digest(by_reader[reader], doors[reader[:2]], now, again=again), by_reader[reader])
            )
    return _queue(written)


def _told_today(rows: list[Reminder], now: datetime) -> dict[tuple[int, int], set[tuple[str, int | None]]]:
    """By desk and person what the digests of today told of; no entry for whom there was none."""
    today = Message.objects.filter(
        kind=Message.Kind.REMIND, person__in={row.person_id for row in rows}, queued_at__range=_around(now)
    ).exclude(state=Message.State.CANCELLED)
    told: dict[tuple[int, int], set[tuple[str, int | None]]] = {
        (desk, person or 0): set() for desk, person in today.values_list("desk", "person")
    }
    for row in Reminder.objects.filter(message__in=today):
        if (row.desk_id, row.person_id or 0) in told:
            told[row.desk_id, row.person_id or 0].add(_thing(row))
    return told


def _thing(row: Reminder) -> tuple[str, int | None]:
    return row.kind, row.addressee_id or row.circulation_id or row.registration_id or row.action_id


def _repeats(row: Reminder, told: set[tuple[str, int | None]] | None, now: datetime) -> bool:
    """Whether a reader who had a digest today can wait for this one until tomorrow: it is not urgent, or was in it."""
    if told is None:
        return False
    is_urgent = 0 <= (row.due_on - row.desk.today(now)).days <= 1
    return not is_urgent or _thing(row) in told


def _day_has_come(row: Reminder, now: datetime) -> bool:
    """A stage's day is a calendar day at the desk; a reader to the west of it waits until it is that day there."""
    zone = ZoneInfo(row.person.zone) if row.person else row.desk.zoneinfo
    return now.astimezone(zone).date() >= row.due_on - timedelta(days=row.stage)


def _ways_out(readers: list[Reader], now: datetime) -> dict[tuple[int, int], Link]:
    """The link by which each reader says what they do not want to be reminded of: one for each desk and person."""
    people = {person for _desk, person, _email in readers}
    valid = Link.objects.valid(now).filter(purpose=Link.Purpose.MUTE, person__in=people)
    doors = {(link.desk_id or 0, link.person_id or 0): link for link in valid}
    new = {
        (desk, person): Link(purpose=Link.Purpose.MUTE, desk_id=desk, person_id=person, created_at=now)
        for desk, person, _email in readers
        if (desk, person) not in doors
    }
    Link.objects.bulk_create(new.values())
    return doors | new


# To addressees and lists


@transaction.atomic
def _to_addressees(waiting: list[int], now: datetime) -> int:
    """Make mails of these rows that go to addressees, each with its link."""
    rows = _locked(Reminder.objects.waiting().filter(pk__in=waiting))
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


@transaction.atomic
def _to_lists(waiting: list[int], now: datetime) -> int:
    """Make mails of these rows that tell a list that its comments close, with the list's own link."""
    rows = _locked(Reminder.objects.waiting().filter(pk__in=waiting))
    circulations = {row.circulation_id for row in rows}
    valid = Link.objects.valid(now).filter(purpose=Link.Purpose.COMMENT, circulation__in=circulations, person=None)
    doors = {link.circulation_id: link for link in valid}
    return _queue([(mail.remind_list(row, doors.get(row.circulation_id), now), [row]) for row in rows])


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


# What they share


def _by_the_batch(items: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(items), AT_ONCE):
        yield items[start : start + AT_ONCE]


def _locked(rows: QuerySet[Reminder]) -> list[Reminder]:
    """The rows of these of which something is due still, with all that their mails tell of.

    Locked in the order of workflow.advance(), statements before what hangs on them: whoever settles one of them waits
    for the mail and takes it back, or has settled it before and no mail is made.
    """
    about = rows.order_by()
    named = ("addressee__statement", "circulation__statement", "registration__statement")
    statements = [Q(pk__in=about.exclude(**{name: None}).values(name)) for name in named]
    held = _hold(Statement.objects.filter(statements[0] | statements[1] | statements[2]))
    owing = Addressee.everyone.filter(pk__in=about.exclude(addressee=None).values("addressee"), statement__in=held)
    addressees = _hold(owing)
    _hold(Circulation.objects.filter(pk__in=about.exclude(circulation=None).values("circulation")))
    due = (
        rows.filter(Exists(Reminder.objects.standing().filter(pk=OuterRef("pk"))))
        .select_for_update(of=("self",), skip_locked=True)
        .select_related(
            "person",
            "desk__group",
            "addressee__statement__revision",
            "circulation__document",
            "circulation__statement__revision",
            "registration__statement__revision",
            "registration__document",
            "registration__assignee",
            "action__meeting",
        )
        .prefetch_related("addressee__requests", "addressee__statement__desk__group", "person__appointments")
        .order_by("pk")
    )
    # One that came in between is for the next run.
    return [row for row in due if row.addressee is None or row.addressee.pk in addressees]


def _hold(rows: QuerySet[Statement] | QuerySet[Addressee] | QuerySet[Circulation]) -> set[int]:
    return set(rows.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))


def _queue(written: list[tuple[outbox.Draft, list[Reminder]]]) -> int:
    new = {message.key: message for message in outbox.queue(draft for draft, _rows in written)}
    told = []
    for draft, rows in written:
        for row in rows:
            row.message = new.get(draft.message.key)
        told += rows
    Reminder.objects.bulk_update(told, ["message"], batch_size=500)
    return len(new)
