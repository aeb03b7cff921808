"""What is due at a desk, as one of its people may see it: the same days for pages, tables and calendars."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from django.conf import settings
from django.db.models import Count, Exists, Max, Min, OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from contacts.actor import Actor
from contacts.models import Desk, Person
from liaisons.models import (
    Action,
    Addressee,
    Approval,
    Circulation,
    Comment,
    Document,
    Event,
    Meeting,
    Message,
    Registration,
    Statement,
)
from liaisons.models.revision import long_texts
from liaisons.overviews import allocated
from liaisons.rules import CHAIRS, SECRETARIAT, absent_chair

History = dict[int, tuple[datetime, int]]


@dataclass(frozen=True)
class Deadline:
    """A day on which something is due, or from which on for several days something is.

    `uid` stays the same when the day moves; `edition` grows with all that is recorded about the thing, and
    `changed_at` is when that was last.
    """

    uid: str
    day: date
    title: str
    text: str
    address: str
    changed_at: datetime
    edition: int = 0
    last_day: date | None = None


def of(person: Person, desk: Desk, now: datetime, *, statements: int | None = None) -> list[Deadline]:
    """All that is due, and the meetings; nothing for somebody who has no role at the desk any more.

    Of our statements that wait for answers only so many, those due first, where `statements` says so.
    """
    actor = Actor("account", person=person)
    roles = actor.roles_at(desk.group, desk.today(now))
    if not roles:
        return []
    everything = bool(roles & SECRETARIAT)
    found = [
        *_answers(desk, actor, now, statements),
        *_windows(desk, now),
        *(_approvals(desk, actor, now) if roles & CHAIRS else ()),
        *_assignments(desk, person, now, everything=everything),
        *_actions(desk, person, everything=everything),
        *_meetings(desk),
    ]
    return sorted(found, key=lambda one: (one.day, one.uid))


def _answers(desk: Desk, actor: Actor, now: datetime, most: int | None) -> Iterator[Deadline]:
    """One day for all bodies that have the deadline of the statement, and one for each that has its own."""
    visible = Statement.objects.visible_to(actor, desk.today(now)).filter(desk=desk)
    owing = Addressee.objects.owing().filter(statement__in=visible, due_on__isnull=False)
    if most is not None:
        first = owing.order_by().values("statement").annotate(first=Min("due_on")).order_by("first", "statement")
        owing = owing.filter(statement__in=list(first.values_list("statement", flat=True)[:most]))
    together: dict[tuple[int, int], list[Addressee]] = {}
    short = owing.select_related("statement__revision").defer(*long_texts("statement__revision"))
    for row in short.order_by("statement", "position", "pk").iterator(2000):
        revision = row.statement.revision
        own = 0 if revision is not None and row.due_on == revision.deadline else row.pk
        together.setdefault((row.statement_id, own), []).append(row)
    history = _history("statement", {statement for statement, _own in together})
    for (key, own), rows in together.items():
        statement, day = rows[0].statement, rows[0].due_on
        assert day is not None  # asked for above
        awaited = _("Awaited from: %(bodies)s") % {"bodies": ", ".join(str(row) for row in rows)}
        yield Deadline(
            f"addressee-{own}" if own else f"statement-{key}",
            day,
            _("%(number)s: answers due") % {"number": statement.reference},
            "\n".join([statement.title, awaited, _end(desk, rows[0].due_zone)]),
            _page(statement),
            *history.get(key, (statement.created_at, 0)),
        )


def _windows(desk: Desk, now: datetime) -> Iterator[Deadline]:
    running = Circulation.objects.of_desk(desk).running(now).filter(closes_on__isnull=False)
    rows = list(running.select_related("document", "statement__revision"))
    history = _history("circulation", {row.pk for row in rows})
    for row in rows:
        assert row.closes_on is not None  # asked for above
        yield Deadline(
            f"circulation-{row.pk}",
            row.closes_on,
            _("%(number)s: comments close") % {"number": row.document.reference},
            f"{row.statement.title if row.statement else row.document.title}\n{_end(desk, row.zone)}",
            _page(row.document),
            *history.get(row.pk, (row.distributed_at or row.opened_at, 0)),
        )


def _approvals(desk: Desk, actor: Actor, now: datetime) -> Iterator[Deadline]:
    """Texts and reports that wait, since their window closed, for the chair: the reader, or whom they stand in for."""
    chair = absent_chair(desk, actor, now) or (actor.person.pk if actor.person else 0)
    mine = Approval.objects.word_of(chair).filter(revision=OuterRef("statement__revision"))
    objections = Comment.objects.standing_objections().filter(circulation=OuterRef("pk"))
    waiting = Circulation.objects.of_desk(desk).filter(
        Q(statement__state=Statement.State.CIRCULATED) | Q(statement__isnull=True),
        ~Exists(mine),
        ~Exists(objections),
        ~Message.objects.lost_to_the_list_of("pk"),
        closes_at__lte=now,
        ended_at__isnull=True,
    )
    of_text = Q(revision=OuterRef("statement__revision")) | Q(circulation__statement__isnull=True)
    asked = Message.objects.filter(of_text, circulation=OuterRef("pk"), kind=Message.Kind.APPROVE)
    asked = asked.filter(queued_at__gte=OuterRef("closes_at"))
    first = asked.order_by("queued_at").values("queued_at")[:1]
    rows = list(waiting.annotate(asked_at=Subquery(first)).select_related("document", "statement__revision"))
    history = _history("circulation", {row.pk for row in rows})
    # The sweep that asks for an approval, and so sets the day, records nothing but its mails.
    asking = Message.objects.filter(circulation__in=history, kind=Message.Kind.APPROVE).order_by().values("circulation")
    counted = asking.annotate(last=Max("queued_at"), count=Count("pk")).values_list("circulation", "last", "count")
    for pk, last, count in counted:
        at, edition = history[pk]
        history[pk] = (max(at, last), edition + count)
    for row in rows:
        if row.closes_at is not None:
            yield Deadline(
                f"approval-{row.pk}",
                # As the reminders count: from the day on which the first of the chairs was asked.
                desk.today(getattr(row, "asked_at", None) or row.closes_at),
                _("%(number)s: your approval is awaited") % {"number": row.document.reference},
                row.statement.title if row.statement else row.document.title,
                _page(row.document),
                *history.get(row.pk, (row.opened_at, 0)),
            )


def _assignments(desk: Desk, person: Person, now: datetime, *, everything: bool) -> Iterator[Deadline]:
    """Letters of others that the reader took on, is deputy for, or sees to for Questions; to the secretariat all."""
    assigned = Registration.objects.of_desk(desk).filter(
        state=Registration.State.ASSIGNED, watched=False, due_on__isnull=False
    )
    theirs = assigned if everything else assigned.filter(allocated.to(person, desk, desk.today(now)))
    rows = list(theirs.select_related("statement__revision", "document", "assignee"))
    history = _history("registration", {row.pk for row in rows})
    for row in rows:
        assert row.due_on is not None  # asked for above
        who = _("Assigned to: %(who)s") % {"who": row.assignee or row.questions}
        yield Deadline(
            f"registration-{row.pk}",
            row.due_on,
            _("%(letter)s: our answer is due") % {"letter": row.statement.reference or row},
            "\n".join([row.statement.title, who, _end(desk, row.due_zone)]),
            _page(row),
            *history.get(row.pk, (row.created_at, 0)),
        )


def _actions(desk: Desk, person: Person, *, everything: bool) -> Iterator[Deadline]:
    undone = Action.objects.filter(meeting__group=desk.group, done_on__isnull=True, due_on__isnull=False)
    theirs = undone if everything else undone.filter(owner=person)
    history = _recorded(desk, "action")
    for row in theirs.select_related("meeting", "owner"):
        assert row.due_on is not None  # asked for above
        who = _("To be done by: %(who)s") % {"who": row.owner or row.owner_text}
        yield Deadline(
            f"action-{row.pk}",
            row.due_on,
            _("Action: %(text)s") % {"text": row.text},
            f"{row.meeting}\n{who}",
            _page(row.meeting),
            *history.get(row.pk, (_noon(row.meeting.ends_on), 0)),
        )


def _meetings(desk: Desk) -> Iterator[Deadline]:
    history = _recorded(desk, "meeting")
    for row in Meeting.objects.filter(group=desk.group):
        yield Deadline(
            f"meeting-{row.pk}",
            row.starts_on,
            row.name,
            "\n".join(part for part in (row.place, row.times) if part),
            _page(row),
            # Who entered it before that was recorded, nobody knows when.
            *history.get(row.pk, (_noon(row.starts_on), 0)),
            last_day=row.ends_on,
        )


def _history(field: str, keys: Iterable[int]) -> History:
    """When something was last recorded of each, and how often."""
    about = Event.objects.filter(**{f"{field}__in": keys}).order_by().values(field)
    return {row[field]: (row["last"], row["count"]) for row in about.annotate(last=Max("at"), count=Count("pk"))}


def _recorded(desk: Desk, verb: str) -> History:
    """The same of the meetings of a desk, or of their actions: events name these in their data, under their verb."""
    recorded = Event.objects.filter(desk=desk, verb=verb).order_by("at", "pk")
    history: History = {}
    for pk, at in recorded.values_list(f"data__{verb}", "at"):
        history[pk] = (at, history.get(pk, (at, 0))[1] + 1)
    return history


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)


def _end(desk: Desk, zone: str) -> str:
    return _("Until the end of the day in %(place)s (%(zone)s).") % {"place": desk.locality, "zone": zone}


def _page(thing: Statement | Document | Registration | Meeting) -> str:
    return f"{settings.SITE_URL}{thing.get_absolute_url()}"
