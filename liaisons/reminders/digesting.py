"""Rows that have come become mails: one a day to each of our own people, whatever their desks; else one each."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from liaisons import links, mail, outbox
from liaisons.mail.ways import by_mail
from liaisons.models import Addressee, Circulation, Link, Message, Reminder, Statement
from liaisons.models.revision import long_texts

from .cancelling import bring_in_line
from .hours import APART, addressee_at_work, at_work
from .people import InOffice

logger = logging.getLogger(__name__)

AT_ONCE = 200

# What a digest says nothing of.
_LONG = [
    name
    for thing in ("addressee", "circulation", "registration")
    for name in long_texts(f"{thing}__statement__revision")
]

T = TypeVar("T")


def digest(now: datetime) -> int:
    """Make mails of the rows whose readers are at work now; returns how many were queued.

    They are made as late as that, so that they say what is true when they are read.
    """
    bring_in_line(now)
    waiting = Reminder.objects.waiting()
    if not waiting.exists():
        return 0
    to_bodies = waiting.filter(addressee_at_work(now), outsider=True)
    to_lists = waiting.filter(at_work("desk__zone", now), person__isnull=True, outsider=False)
    made, working = 0, at_work("person__zone", now)
    if readers := list(_readers(working, now)):
        made = _by_the_batch(readers, partial(_digests, working=working, in_office=InOffice.load(now), now=now))
    for rows, make in ((to_bodies, _to_addressees), (to_lists, _to_lists)):
        made += _by_the_batch(list(rows.order_by("pk").values_list("pk", flat=True)), partial(make, now=now))
    return made


def _by_the_batch(items: list[T], make: Callable[[list[T]], int]) -> int:
    return sum(_make(items[start : start + AT_ONCE], make) for start in range(0, len(items), AT_ONCE))


def _make(items: list[T], make: Callable[[list[T]], int]) -> int:
    """Make the mails of these together; where one of them cannot be made each by itself, so that the others leave."""
    try:
        return make(items)
    except DatabaseError:
        raise
    except Exception:
        if len(items) > 1:
            return sum(_make([item], make) for item in items)
        # Whatever it is, it is about this one; the next run tries it again.
        logger.exception("A reminder could not be made: %s", items[0])
        return 0


# To our own people


def _readers(working: Q, now: datetime) -> Iterator[int]:
    """Those who have had no digest today from any desk, or for whom something cannot wait."""
    had = _of_today(now).filter(person=OuterRef("person"))
    rows = Reminder.objects.waiting().filter(Q(~Exists(had)) | _pressing(now), working).order_by()
    yield from rows.exclude(person__email="").values_list("person", flat=True).distinct()


def _of_today(now: datetime) -> QuerySet[Message]:
    of_today = Message.objects.filter(kind=Message.Kind.REMIND, queued_at__range=_around(now))
    return of_today.exclude(state=Message.State.CANCELLED)


def _around(now: datetime) -> tuple[datetime, datetime]:
    """What counts as today; a mail from a day when the clock was weeks ahead must not keep others back until then."""
    return now - APART, now + APART


def _pressing(now: datetime) -> Q:
    """What may be due today or tomorrow wherever a desk is."""
    return Q(due_on__gte=(now - timedelta(days=1)).date(), due_on__lte=(now + timedelta(days=2)).date())


@transaction.atomic
def _digests(readers: list[int], working: Q, in_office: InOffice, now: datetime) -> int:
    """Make a mail for each of these readers of all that waits for them; a second one today only of what is urgent.

    A desk that has a holiday where its reader is keeps its part for another day. What has become somebody else's since
    it came is told to that one.
    """
    waiting = Reminder.objects.waiting().filter(working, person__in=readers)
    rows = _kept(_locked(waiting.defer(*_LONG)), in_office.concerns, now)  # one of them may have thousands
    told = _told_today(readers, now)
    by_reader: dict[int, list[Reminder]] = defaultdict(list)
    for row in rows:
        reader = row.person_id or 0
        if not _repeats(row, told.get(reader), now):
            by_reader[reader].append(row)
    due = {reader: by_reader[reader] for reader in readers if reader in by_reader}
    doors = _ways_out(due, now)
    return _queue(
        [
            (mail.reminder_digest(theirs, doors[reader], now, again=reader in told), theirs)
            for reader, theirs in due.items()
        ]
    )


def _told_today(readers: list[int], now: datetime) -> dict[int, set[tuple[str, int | None]]]:
    """By person what the digests of today told of, of whichever desk; no entry for whom there was none."""
    today = _of_today(now).filter(person__in=readers)
    told: dict[int, set[tuple[str, int | None]]] = {
        person or 0: set() for person in today.values_list("person", flat=True)
    }
    for row in Reminder.objects.filter(message__in=today):
        if row.person_id in told:
            told[row.person_id].add(_thing(row))
    return told


def _thing(row: Reminder) -> tuple[str, int | None]:
    return row.kind, row.addressee_id or row.circulation_id or row.registration_id or row.action_id


def _repeats(row: Reminder, told: set[tuple[str, int | None]] | None, now: datetime) -> bool:
    """Whether a reader who had a digest today can wait for this one until tomorrow: it is not urgent, or was in it."""
    if told is None:
        return False
    is_urgent = 0 <= (row.due_on - row.desk.today(now)).days <= 1
    return not is_urgent or _thing(row) in told


def _ways_out(due: dict[int, list[Reminder]], now: datetime) -> dict[int, dict[int, Link]]:
    """By reader and desk the link by which they say what they do not want to be reminded of there."""
    doors: dict[int, dict[int, Link]] = {reader: {} for reader in due}
    for link in Link.objects.valid(now).filter(purpose=Link.Purpose.MUTE, person__in=due):
        doors[link.person_id or 0][link.desk_id or 0] = link
    new = []
    for reader, rows in due.items():
        for desk in sorted({row.desk_id for row in rows} - doors[reader].keys()):
            doors[reader][desk] = Link(purpose=Link.Purpose.MUTE, desk_id=desk, person_id=reader, created_at=now)
            new.append(doors[reader][desk])
    Link.objects.bulk_create(new)
    return doors


# To addressees and lists


@transaction.atomic
def _to_addressees(waiting: list[int], now: datetime) -> int:
    """Make mails of these rows that go to addressees, each with its link, in the thread of the letter.

    A row for a mailbox that the body has left makes none: fill() has entered one for where it is now.
    """
    of_body = ("addressee__requests", "addressee__group__channels__via__channels")
    found = _locked(Reminder.objects.waiting().filter(pk__in=waiting), *of_body)
    ways = {row: way for row in found if (way := by_mail(row.owing.group)) and way.email == row.recipient}
    rows = _kept(found, ways.__contains__, now)
    had = Message.objects.filter(
        addressee__in=[row.addressee_id for row in rows], kind=Message.Kind.SEND, state=Message.State.SENT
    )
    earlier = dict(had.order_by("pk").values_list("addressee", "message_id"))
    doors = _doors(rows, now)
    return _queue(
        [
            (mail.remind_addressee(row, ways[row], door, earlier.get(row.owing.pk, ""), now), [row])
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


def _kept(rows: list[Reminder], holds: Callable[[Reminder], bool], now: datetime) -> list[Reminder]:
    """Those that still hold; the others will not leave."""
    moot = {row for row in rows if not holds(row)}
    Reminder.objects.filter(pk__in=[row.pk for row in moot]).update(cancelled_at=now)
    return [row for row in rows if row not in moot]


def _locked(rows: QuerySet[Reminder], *also: str) -> list[Reminder]:
    """The rows of these of which something is due still, with what their mails tell of, and what `also` names.

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
        .prefetch_related("addressee__statement__desk__group", "person__appointments", *also)
        .order_by("pk")
    )
    # One that came in between is for the next run.
    return [row for row in due if row.addressee is None or row.addressee.pk in addressees]


def _hold(rows: QuerySet[Statement] | QuerySet[Addressee] | QuerySet[Circulation]) -> set[int]:
    return set(rows.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))


def _queue(written: list[tuple[outbox.Draft, list[Reminder]]]) -> int:
    new = {message.key: message for message in outbox.queue(draft for draft, _rows in written)}
    for draft, rows in written:
        told = Reminder.objects.filter(pk__in=[row.pk for row in rows])
        told.update(message=new.get(draft.message.key))
    return len(new)
