"""Reminders as mails: one to an addressee that owes an answer, one a day to each of our own people."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.models import Desk
from liaisons.mail import letterhead, text
from liaisons.mail.letterhead import Recipient
from liaisons.models import Addressee, Link, Message, Reminder, Statement
from liaisons.outbox import Draft


def remind_addressee(reminder: Reminder, link: Link, earlier: str, now: datetime) -> Draft:
    """To a body that owes an answer: what is open, until when, and its own link; in the thread of the mail it had."""
    addressee = reminder.owing
    statement = addressee.statement
    desk, revision = _desk(statement), statement.revision
    language = revision.language if revision else settings.LANGUAGE_CODE
    recipient = Recipient(str(addressee), reminder.recipient, language)
    with recipient.reading():
        left = days_left(desk, reminder.due_on, now)
        words = {
            "desk": desk,
            "facts": text.facts(
                [
                    (_("From"), text.group_text(desk.group)),
                    (_("To"), str(addressee)),
                    (_("Number"), statement.reference),
                    (_("Title"), text.title_of(revision.letter) if revision else ""),
                    (_("Purpose"), addressee.get_purpose_display()),
                    (_("Deadline"), text.deadline_text(desk, reminder.due_on, zone=reminder.owing.due_zone)),
                ]
            ),
            "left": left,
            "late": _is_late(desk, reminder.due_on, now),
            "acknowledged": addressee.reply == Addressee.ReplyState.ACKNOWLEDGED,
            "open": text.numbered(request.text for request in addressee.requests.all() if not request.outcome),
            "address": text.address_of(statement),
        }
        message = letterhead.message(
            desk,
            recipient,
            now,
            kind=Message.Kind.REMIND,
            key=f"remind:{reminder.pk}",
            statement=statement,
            revision=revision,
            addressee=addressee,
            subject=_("Reminder, %(left)s: %(number)s, %(title)s")
            % {"left": left, "number": statement.reference, "title": statement.title},
            text=text.text("remind", words, link=link),
            headers={**letterhead.AUTOMATIC, **letterhead.thread(statement, earlier=earlier)},
            repeatable=True,
        )
    return Draft(message)


def reminder_digest(reminders: Sequence[Reminder], now: datetime) -> Draft:
    """To one of our own people, from one desk: every answer that is due, the most urgent statement first."""
    person, desk = reminders[0].person, _desk(reminders[0].owing.statement)
    if person is None:
        raise ValueError("a digest goes to one of our own people")
    latest = {reminder.addressee_id: reminder for reminder in sorted(reminders, key=lambda row: -row.stage)}
    rows = sorted(latest.values(), key=lambda row: (row.due_on, row.owing.statement_id, row.owing.position))
    recipient = Recipient(person.name, reminders[0].recipient, person.language, person)
    with recipient.reading():
        late = sum(_is_late(desk, row.due_on, now) for row in rows)
        words = {
            "desk": desk,
            "person": person,
            "awaited": len(rows),
            "late": late,
            "statements": [
                _of_statement(desk, list(group), now)
                for _key, group in groupby(rows, key=lambda row: (row.due_on, row.owing.statement_id))
            ],
        }
        subject = ngettext("%(desk)s: %(count)d answer awaited", "%(desk)s: %(count)d answers awaited", len(rows))
        overdue = ngettext(", %(count)d overdue", ", %(count)d overdue", late) % {"count": late} if late else ""
        message = letterhead.message(
            desk,
            recipient,
            now,
            kind=Message.Kind.REMIND,
            key=f"remind:{desk.pk}:{person.pk}:{now.astimezone(ZoneInfo(person.zone)).date()}",
            subject=subject % {"desk": desk, "count": len(rows)} + overdue,
            text=text.text("digest", words),
            headers=letterhead.AUTOMATIC,
            repeatable=True,
        )
    return Draft(message)


def days_left(desk: Desk, due_on: date, now: datetime) -> str:
    """Say how far a deadline is from today at the desk's seat."""
    days = (due_on - desk.today(now)).days
    if days == 0:
        return _("due today")
    if days > 0:
        return ngettext("due in %(days)d day", "due in %(days)d days", days) % {"days": days}
    return ngettext("%(days)d day overdue", "%(days)d days overdue", -days) % {"days": -days}


def _of_statement(desk: Desk, rows: list[Reminder], now: datetime) -> dict[str, str]:
    statement = rows[0].owing.statement
    due_on = rows[0].due_on
    return {
        "facts": text.facts(
            [
                (_("Number"), statement.reference),
                (_("Title"), statement.title),
                (_("Deadline"), f"{text.deadline_text(desk, due_on)}: {days_left(desk, due_on, now)}"),
            ]
        ),
        "addressees": text.listed(_awaited(row.owing) for row in rows),
        "address": text.address_of(statement),
    }


def _awaited(addressee: Addressee) -> str:
    if addressee.reply == Addressee.ReplyState.ACKNOWLEDGED:
        return f"{addressee} ({addressee.get_reply_display()})"
    return str(addressee)


def _is_late(desk: Desk, due_on: date, now: datetime) -> bool:
    return due_on < desk.today(now)


def _desk(statement: Statement) -> Desk:
    if statement.desk is None:
        raise ValueError("nothing is owed to a statement issued elsewhere")
    return statement.desk
