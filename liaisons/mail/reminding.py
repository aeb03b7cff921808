"""Reminders as mails: one to an addressee that owes an answer, one to a list before comments close.

What our own people get in one mail a day is in liaisons.mail.digests.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from contacts.models import Desk
from liaisons.mail import letterhead, text
from liaisons.mail.letterhead import Recipient
from liaisons.mail.ways import Way
from liaisons.models import Addressee, Link, Message, Reminder
from liaisons.outbox import Draft


def remind_addressee(reminder: Reminder, way: Way, link: Link, earlier: str, now: datetime) -> Draft:
    """To a body that owes an answer: what is open, until when, and its own link; in the thread of the mail it had."""
    addressee = reminder.owing
    statement, desk = addressee.statement, reminder.desk
    revision = statement.revision
    language = revision.language if revision else settings.LANGUAGE_CODE
    with override(language):
        recipient = Recipient(way.name(addressee), way.email, language)
        left = days_left(desk, reminder.due_on, now, addressee.group.zone if addressee.group else "")
        why = _("%(group)s was asked by %(number)s, and this is its address at our desk.") % {
            "group": addressee,
            "number": statement.reference,
        }
        facts = [
            (_("From"), text.group_text(desk.group)),
            (_("To"), str(addressee)),
            (_("Number"), statement.reference),
            (_("Title"), text.title_of(revision.letter) if revision else ""),
            (_("Purpose"), addressee.get_purpose_display()),
            (_("Deadline"), text.deadline_text(desk, reminder.due_on, zone=addressee.due_zone)),
        ]
        words = {
            "facts": text.facts(facts),
            "via": way.via,
            "to": addressee,
            "left": left,
            "late": is_late(desk, reminder.due_on, now),
            "acknowledged": addressee.reply == Addressee.ReplyState.ACKNOWLEDGED,
            "open": text.numbered(request.text for request in addressee.requests.all() if not request.outcome),
            "address": text.address_of(statement),
            "why": why,
        }
        named = {"left": left, "number": statement.reference, "title": statement.title}
        return letterhead.notice(
            desk,
            recipient,
            now,
            "remind",
            words,
            about=statement,
            revision=revision,
            addressee=addressee,
            link=link,
            earlier=earlier,
            kind=Message.Kind.REMIND,
            key=f"remind:{reminder.pk}",
            subject=_("Reminder, %(left)s: %(number)s, %(title)s") % named,
            why=why[:200],
            headers={**letterhead.AUTOMATIC, **letterhead.unsubscribe(link)},
            repeatable=True,
        )


def remind_list(reminder: Reminder, link: Link | None, now: datetime) -> Draft:
    """To the desk's list, before the window closes: until when, and where to say something."""
    circulation, desk = reminder.circulation, reminder.desk
    if circulation is None:
        raise ValueError("a list is reminded of a text in circulation")
    recipient = Recipient(_("%(desk)s mailing list") % {"desk": desk}, reminder.recipient)
    with recipient.reading():
        title = circulation.statement.title if circulation.statement else circulation.document.title
        why = _("The list got %(document)s for comment.") % {"document": circulation.document.reference}
        facts = [
            (_("From"), letterhead.secretariat(desk)),
            (_("To"), recipient.name),
            (_("Document"), circulation.document.reference),
            (_("Title"), title),
            (_("Comments until"), text.deadline_text(desk, reminder.due_on, zone=circulation.zone)),
        ]
        words = {
            "facts": text.facts(facts),
            "left": days_left(desk, reminder.due_on, now),
            "said": circulation.comments.counted().count(),
            "is_statement": circulation.statement is not None,
            "has_link": link is not None,
            "address": text.address_of(circulation),
            "why": why,
        }
        named = {"number": circulation.document.reference, "day": text.day_text(reminder.due_on)}
        return letterhead.notice(
            desk,
            recipient,
            now,
            "closing",
            words,
            about=circulation,
            link=link,
            kind=Message.Kind.REMIND,
            key=f"remind:{reminder.pk}",
            subject=_("Reminder: comments on %(number)s until %(day)s") % named,
            why=why[:200],
            headers={**letterhead.AUTOMATIC, **letterhead.list_id(desk)},
            repeatable=True,
        )


def days_left(desk: Desk, due_on: date, now: datetime, zone: str = "") -> str:
    """Say how far a deadline is from today where it is read, in that zone; late is what is over at the desk's seat."""
    days = (due_on - desk.today(now)).days
    if zone and days >= 0:
        days = max((due_on - now.astimezone(ZoneInfo(zone)).date()).days, 0)
    if days == 0:
        return _("due today")
    if days > 0:
        return ngettext("due in %(days)d day", "due in %(days)d days", days) % {"days": days}
    return ngettext("%(days)d day overdue", "%(days)d days overdue", -days) % {"days": -days}


def is_late(desk: Desk, due_on: date, now: datetime) -> bool:
    return due_on < desk.today(now)
