"""What is due for one of our own people at all of their desks, as one mail a day: with each thing, why they get it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from itertools import groupby
from operator import add
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.models import Appointment, Desk
from liaisons.mail import letterhead, text
from liaisons.mail.blocks import Block, heading
from liaisons.mail.letterhead import Recipient
from liaisons.mail.reminding import days_left, is_late
from liaisons.models import Addressee, Link, Message, Reminder
from liaisons.outbox import Draft, reserved

Kind = Reminder.Kind
# Things of one kind that a mail tells of at one desk; nobody reads further.
MOST = 50
# The longest line that a header should have (RFC 5322, 2.1.1).
SUBJECT_COLUMNS = 78


@dataclass(frozen=True)
class Entry:
    """One thing that is due; `listed` names the bodies it is awaited from."""

    facts: Block
    why: str
    address: str
    listed: Block | None = None


@dataclass(frozen=True)
class Section:
    """Things of one kind under a heading, the most urgent first; `hint` says what to do about them.

    `more` of them are on the reader's own page only.
    """

    heading: str
    hint: str
    entries: list[Entry]
    more: int


def reminder_digest(
    reminders: Sequence[Reminder], doors: Mapping[int, Link], now: datetime, *, again: bool = False
) -> Draft:
    """To one of our own people: all that is due, what only they can do first; `again` on the same day.

    It belongs to the desk of the most urgent thing; what it tells of other desks is reserved to its reader. `doors`
    has for each desk the link that leads to what they are reminded of there, and is where mail programs unsubscribe
    (RFC 8058).
    """
    person = reminders[0].person
    if person is None:
        raise ValueError("a digest goes to one of our own people")
    parts = _by_desk(latest(reminders))
    desk = parts[0][0].desk
    recipient = Recipient.of(person)
    with recipient.reading():
        rows = [row for part in parts for row in part]
        late = sum(_counts_late(row, now) for row in rows)
        words = {"desk": desk, "person": person, "late": late, "again": again, "desks": len(parts)}
        day = now.astimezone(ZoneInfo(person.zone)).date()
        message = letterhead.message(
            desk,
            recipient,
            now,
            kind=Message.Kind.REMIND,
            key=f"remind:{person.pk}:{day}" + (f":{max(row.pk for row in reminders)}" if again else ""),
            subject=_subject(desk, rows, late, others=len(parts) - 1),
            text=text.text("digest", words, parts=_written(parts, doors, now)),
            why=_why_it_goes(person.name, desk, others=len(parts) - 1)[:200],
            headers={**letterhead.AUTOMATIC, **letterhead.unsubscribe(doors[desk.pk])},
            repeatable=True,
        )
        if len(parts) > 1:
            message.headers |= letterhead.unsubscribe(doors[desk.pk], all_of=message.message_id)
    return Draft(message)


def _by_desk(rows: list[Reminder]) -> list[list[Reminder]]:
    """The rows of each desk; the one of the most urgent thing comes first."""
    parts: dict[int, list[Reminder]] = {}
    for row in rows:
        parts.setdefault(row.desk_id, []).append(row)
    return sorted(parts.values(), key=lambda part: (part[0].due_on, part[0].desk_id))


def _subject(desk: Desk, rows: list[Reminder], late: int, others: int) -> str:
    """Counts over all of the desks. Others than the mail's are not named: whoever works there is theirs to show."""
    overdue = ngettext("%(count)d overdue", "%(count)d overdue", late) % {"count": late} if late else ""
    counted = ", ".join(part for part in (*_counted(rows), overdue) if part)
    if not others:
        return f"{desk}: {counted}"
    words = {"desk": desk, "count": others}
    subject = ngettext("%(desk)s and %(count)d other desk", "%(desk)s and %(count)d other desks", others) % words
    if text.columns(f"{subject}: {counted}") > SUBJECT_COLUMNS:
        subject = _("%(count)d desks") % {"count": others + 1}
    return f"{subject}: {counted}"


def _why_it_goes(person: str, desk: Desk, others: int) -> str:
    words = {"person": person, "desk": desk}
    if others:
        return _("what is due for %(person)s at the desk of %(desk)s and at others") % words
    return _("what is due for %(person)s at the desk of %(desk)s") % words


def _written(parts: list[list[Reminder]], doors: Mapping[int, Link], now: datetime) -> text.Written:
    """What is due at each desk; a heading says which it is where there are several."""
    several = len(parts) > 1
    own, *others = (_part(part, doors[part[0].desk_id], now, named=several) for part in parts)
    if not others:
        return own
    elsewhere = reduce(add, others)
    return own + text.Written(reserved.reserve(elsewhere.plain), reserved.reserve(elsewhere.html))


def _part(rows: list[Reminder], link: Link, now: datetime, *, named: bool) -> text.Written:
    desk = rows[0].desk
    words = {
        "desk": desk,
        "heading": heading(str(desk)) if named else "",
        "all": f"{settings.SITE_URL}{reverse('reminders')}",
        "sections": [section for kind in _SECTIONS if (section := _section(kind, rows, now)).entries],
    }
    return text.text("digest_part", words, link=link)


def why(row: Reminder) -> str:
    """Why its reader gets a reminder, as a sentence."""
    words: dict[str, object] = {"desk": row.desk, "thing": _name(row)}
    if row.kind in (Kind.ANSWER, Kind.PROMPT):
        return _why_answer(row, words)
    if row.kind == Kind.WINDOW:
        return _("You get this because you are appointed to %(desk)s and have not commented on %(thing)s yet.") % words
    if row.kind == Kind.APPROVAL:
        if _holds(row, Appointment.Role.CHAIR, Appointment.Role.COCHAIR):
            return _("You get this because you chair %(desk)s and have not decided about %(thing)s yet.") % words
        return (
            _("You get this because you stand in for a chair of %(desk)s who has not decided about %(thing)s.") % words
        )
    if row.kind == Kind.ACTION:
        words["meeting"] = row.action.meeting if row.action else ""
        if row.action and row.action.owner_id == row.person_id:
            return _("You get this because you undertook it: %(meeting)s.") % words
        return _("You get this as secretariat: whoever undertook it has no address (%(meeting)s).") % words
    return _why_assignment(row, words)


def _why_answer(row: Reminder, words: dict[str, object]) -> str:
    if row.owing.statement.responsible_id != row.person_id:
        return _("You get this as secretariat of %(desk)s: nobody else is responsible for %(thing)s.") % words
    if _holds(row, Appointment.Role.RAPPORTEUR):
        return _("You get this because you are the rapporteur responsible for %(thing)s.") % words
    return _("You get this because you are responsible for %(thing)s.") % words


def _why_assignment(row: Reminder, words: dict[str, object]) -> str:
    registration = row.registration
    if registration is None:
        raise ValueError("an assignment is one of a registration")
    words |= {"assignee": registration.assignee, "questions": registration.questions or registration.informed_questions}
    if registration.assignee_id == row.person_id:
        return _("You get this because %(thing)s was assigned to you.") % words
    if registration.deputy_id == row.person_id and registration.assignee:
        return _("You get this because you are the deputy of %(assignee)s for %(thing)s.") % words
    if registration.deputy_id == row.person_id:
        return _("You get this because %(thing)s was assigned to %(questions)s and you are the deputy.") % words
    if _holds(row, Appointment.Role.SECRETARIAT):
        return _("You get this as secretariat of %(desk)s: nobody else can be reminded of %(thing)s.") % words
    return _("You get this because %(thing)s was assigned to %(questions)s, of which you are rapporteur.") % words


def _holds(row: Reminder, *roles: str) -> bool:
    today = row.came_at.date()
    held = row.person.appointments.all() if row.person else []
    return any(
        one.role in roles
        and one.group_id == row.desk.group_id
        and (one.valid_from or today) <= today <= (one.valid_to or today)
        for one in held
    )


def latest(reminders: Sequence[Reminder]) -> list[Reminder]:
    """Of several stages of one thing the latest; the most urgent thing first."""
    by_thing = {
        (row.kind, row.addressee_id, row.circulation_id, row.registration_id, row.action_id): row
        for row in sorted(reminders, key=lambda row: -row.stage)
    }
    # Whom a prompt is about is not told of twice.
    prompted = {row.addressee_id for row in by_thing.values() if row.kind == Kind.PROMPT}
    kept = (row for row in by_thing.values() if row.kind != Kind.ANSWER or row.addressee_id not in prompted)
    return sorted(kept, key=_urgency)


def _urgency(row: Reminder) -> tuple[object, ...]:
    if row.addressee:
        return row.due_on, row.addressee.statement_id, row.addressee.position
    # In the order in which the things were made: a database enters reminders in any order.
    return row.due_on, row.circulation_id or row.registration_id or row.action_id, 0


def _counts_late(row: Reminder, now: datetime) -> bool:
    """An approval has no date by which it is late."""
    return row.kind != Kind.APPROVAL and is_late(row.desk, row.due_on, now)


def _counted(rows: list[Reminder]) -> list[str]:
    numbers = {kind: sum(row.kind == kind for row in rows) for kind in Kind}
    answers = numbers[Kind.ANSWER] + numbers[Kind.PROMPT]
    told = [
        (
            numbers[Kind.APPROVAL],
            ngettext("%(count)d text to approve", "%(count)d texts to approve", numbers[Kind.APPROVAL]),
        ),
        (
            numbers[Kind.WINDOW],
            ngettext("%(count)d text to comment", "%(count)d texts to comment", numbers[Kind.WINDOW]),
        ),
        (
            numbers[Kind.ASSIGNMENT],
            ngettext("%(count)d letter to answer", "%(count)d letters to answer", numbers[Kind.ASSIGNMENT]),
        ),
        (numbers[Kind.ACTION], ngettext("%(count)d action due", "%(count)d actions due", numbers[Kind.ACTION])),
        (answers, ngettext("%(count)d answer awaited", "%(count)d answers awaited", answers)),
    ]
    return [words % {"count": count} for count, words in told if count]


def _section(kind: str, rows: list[Reminder], now: datetime) -> Section:
    heading, hint, entry = _SECTIONS[kind]
    groups = groupby((row for row in rows if row.kind == kind), key=_together)
    things = [list(group) for _key, group in groups]
    return Section(heading(), hint(), [entry(thing, now) for thing in things[:MOST]], max(len(things) - MOST, 0))


def _together(row: Reminder) -> tuple[object, ...]:
    """Answers are told of by the statement they are awaited to."""
    return (row.due_on, row.addressee.statement_id) if row.addressee else (row.pk,)


def _of_statement(rows: list[Reminder], now: datetime) -> Entry:
    first = rows[0]
    statement = first.owing.statement
    facts = [
        (_("Number"), statement.reference),
        (_("Title"), statement.title),
        (_("Deadline"), _due(first, now, zone=first.owing.due_zone)),
    ]
    awaited = text.listed(_awaited(row.owing) for row in rows)
    return Entry(text.facts(facts), why(first), text.address_of(statement), awaited)


def _of_another(rows: list[Reminder], now: datetime) -> Entry:
    [row] = rows
    return Entry(text.facts(_facts(row, now)), why(row), _address(row))


def _facts(row: Reminder, now: datetime) -> list[tuple[str, str]]:
    if row.circulation:
        title = row.circulation.statement.title if row.circulation.statement else row.circulation.document.title
        if row.kind == Kind.APPROVAL:
            when = (_("Asked"), text.day_text(row.due_on))
        else:
            when = (_("Comments until"), _due(row, now, zone=row.circulation.zone))
        return [(_("Document"), row.circulation.document.reference), (_("Title"), title), when]
    if row.registration:
        statement = row.registration.statement
        return [
            (_("Letter"), str(row.registration)),
            (_("From"), statement.source_text),
            (_("Number"), statement.reference),
            (_("Title"), statement.title),
            (_("Answer due"), _due(row, now, zone=row.registration.due_zone)),
        ]
    return [
        (_("Action"), row.action.text if row.action else ""),
        (_("Meeting"), str(row.action.meeting) if row.action else ""),
        (_("Due"), _due(row, now)),
    ]


def _due(row: Reminder, now: datetime, zone: str = "") -> str:
    left = days_left(row.desk, row.due_on, now, row.person.zone if row.person else "")
    return f"{text.deadline_text(row.desk, row.due_on, zone=zone)}: {left}"


def _address(row: Reminder) -> str:
    if row.circulation:
        return text.address_of(row.circulation)
    page = row.registration or (row.action.meeting if row.action else None)
    return f"{settings.SITE_URL}{page.get_absolute_url()}" if page else ""


def _name(row: Reminder) -> str:
    if row.addressee:
        return str(row.addressee.statement)
    return str(row.circulation or row.registration or row.action)


def _awaited(addressee: Addressee) -> str:
    if addressee.reply == Addressee.ReplyState.ACKNOWLEDGED:
        return f"{addressee} ({addressee.get_reply_display()})"
    return str(addressee)


def _nothing() -> str:
    return ""


# In the order in which they stand: what only the reader can do comes before what others owe.
_SECTIONS: dict[str, tuple[Callable[[], str], Callable[[], str], Callable[[list[Reminder], datetime], Entry]]] = {
    Kind.APPROVAL: (
        lambda: _("Your approval is awaited"),
        lambda: _("The link to decide is in the mail that asked you; if it is lost, ask the secretariat for it."),
        _of_another,
    ),
    Kind.WINDOW: (
        lambda: _("Comments close soon"),
        lambda: _("Say that you support it, comment, or object. Silence counts as consent."),
        _of_another,
    ),
    Kind.ASSIGNMENT: (lambda: _("Letters to be answered"), _nothing, _of_another),
    Kind.ACTION: (lambda: _("Actions of meetings"), _nothing, _of_another),
    Kind.PROMPT: (
        lambda: _("No answer to the last reminder"),
        lambda: _("They are not reminded again. Write, call, give more time, or close the statement."),
        _of_statement,
    ),
    Kind.ANSWER: (lambda: _("Answers awaited"), _nothing, _of_statement),
}
