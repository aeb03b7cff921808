"""Mails about what came back: to the desk, and a receipt to whoever answered."""

from datetime import datetime

from django.utils.translation import gettext as _

from contacts.actor import Actor
from contacts.models import Channel, Desk
from liaisons import links
from liaisons.mail import letterhead, text
from liaisons.mail.blocks import Block
from liaisons.mail.letterhead import Recipient
from liaisons.models import Addressee, Message, Reply, Request
from liaisons.outbox import Draft


def answer_received(reply: Reply, now: datetime) -> Draft:
    """The desk is told what came from whom, and what that addressee still owes."""
    addressee = reply.addressee
    statement = addressee.statement
    desk = _desk(reply)
    settled = reply.settlements.select_related("request").order_by("request__key")
    recipient = Recipient.desk(desk)
    with recipient.reading():
        words = {
            "desk": desk,
            "facts": text.facts(
                [
                    (_("From"), str(addressee)),
                    (_("Written by"), _writer(reply)),
                    (_("In answer to"), statement.reference),
                    (_("Title"), statement.title),
                    (_("Kind"), reply.get_kind_display()),
                    (_("Their reference"), reply.reference),
                    (_("In our register"), _document(reply)),
                    (_("For which body"), reply.for_whom),
                    (_("Needs time until"), text.day_text(reply.until) if reply.until else ""),
                ]
            ),
            "settled": text.listed(f"{str(row.request).rstrip('.')}: {row.get_outcome_display()}" for row in settled),
            "open": text.listed(str(request) for request in addressee.requests.still_open()),
            "said": text.quoted(reply.text) if reply.text else "",
            "files": text.listed(file.name for file in reply.reply_files.all()),
            "address": text.address_of(statement),
        }
        message = letterhead.message(
            desk,
            recipient,
            now,
            kind=Message.Kind.NOTIFY,
            key=f"reply:{reply.pk}",
            statement=statement,
            addressee=addressee,
            subject=_("%(kind)s from %(body)s to %(number)s")
            % {"kind": reply.get_kind_display().capitalize(), "body": addressee, "number": statement.reference},
            text=text.text("answer", words),
            headers={**letterhead.AUTOMATIC, **letterhead.thread(statement)},
        )
    return Draft(message)


def receipt(reply: Reply, now: datetime) -> Draft:
    """Whoever answered gets in writing what the desk has understood."""
    addressee = reply.addressee
    statement = addressee.statement
    desk = _desk(reply)
    outcomes = {row.request_id: row.outcome for row in reply.settlements.all()}
    requests = list(addressee.requests.all())
    recipient = Recipient(reply.name, reply.email)
    with recipient.reading():
        words = {
            "desk": desk,
            "facts": text.facts(
                [
                    (_("To"), _writer(reply)),
                    (_("For"), str(addressee)),
                    (_("Number"), statement.reference),
                    (_("Title"), statement.title),
                    (_("Received"), text.day_text(desk.today(reply.received_at))),
                    (_("As"), reply.get_kind_display()),
                    (_("In our register"), _document(reply)),
                ]
            ),
            "settled": _requests(requests, outcomes, Request.Outcome.SETTLED),
            "declined": _requests(requests, outcomes, Request.Outcome.DECLINED),
            "open": text.listed(str(request) for request in requests if not request.outcome),
            "deadline": text.deadline_text(desk, addressee.due_on, zone=addressee.due_zone),
            "files": text.listed(file.name for file in reply.reply_files.all()),
            "address": text.address_of(statement),
        }
        message = letterhead.message(
            desk,
            recipient,
            now,
            kind=Message.Kind.RECEIPT,
            key=f"receipt:{reply.pk}",
            statement=statement,
            addressee=addressee,
            subject=_("Received: your answer to %(number)s") % {"number": statement.reference},
            text=text.text("receipt", words),
            headers={**letterhead.AUTOMATIC_ANSWER, **letterhead.thread(statement)},
        )
    return Draft(message)


def time_decided(reply: Reply, now: datetime) -> list[Draft]:
    """Whoever asked for more time is told until when, or why not; nobody where no address of theirs is known."""
    addressee = reply.addressee
    statement = addressee.statement
    desk = _desk(reply)
    email = reply.email or _mail_channel(addressee)
    if not email:
        return []
    link = links.answer(addressee, email, now)
    link.save()
    recipient = Recipient(reply.name or str(addressee), email)
    with recipient.reading():
        deadline = text.deadline_text(desk, addressee.due_on, zone=addressee.due_zone)
        words = {
            "desk": desk,
            "facts": text.facts(
                [
                    (_("From"), text.group_text(desk.group)),
                    (_("To"), str(addressee)),
                    (_("Number"), statement.reference),
                    (_("Title"), statement.title),
                    (_("You asked for"), text.day_text(reply.until) if reply.until else ""),
                    (_("Deadline"), deadline),
                ]
            ),
            "granted": deadline if reply.granted_until else "",
            "said": text.quoted(reply.decision_text) if reply.decision_text else "",
            "open": text.listed(str(request) for request in addressee.requests.still_open()),
            "address": text.address_of(statement),
        }
        said = _("More time for %(number)s until %(day)s") if reply.granted_until else _("No more time for %(number)s")
        day = text.day_text(reply.granted_until) if reply.granted_until else ""
        message = letterhead.message(
            desk,
            recipient,
            now,
            kind=Message.Kind.NOTIFY,
            key=f"time:{reply.pk}",
            statement=statement,
            addressee=addressee,
            subject=said % {"number": statement.reference, "day": day},
            text=text.text("time", words, link=link),
            headers=letterhead.thread(statement),
        )
    return [Draft(message)]


def passed_on(reply: Reply, now: datetime) -> list[Draft]:
    """Whoever said that it is for another body is told who is asked now; nobody where no address of theirs is known."""
    addressee = reply.addressee
    statement = addressee.statement
    desk = _desk(reply)
    email = reply.email or _mail_channel(addressee)
    if not email:
        return []
    recipient = Recipient(reply.name or str(addressee), email)
    with recipient.reading():
        words = {
            "desk": desk,
            "facts": text.facts(
                [
                    (_("From"), text.group_text(desk.group)),
                    (_("To"), str(addressee)),
                    (_("Number"), statement.reference),
                    (_("Title"), statement.title),
                ]
            ),
            "for_whom": reply.for_whom,
            "to": text.group_text(reply.forwarded_to.group) if reply.forwarded_to else "",
            "open": text.listed(str(request) for request in addressee.requests.still_open()),
            "address": text.address_of(statement),
        }
        message = letterhead.message(
            desk,
            recipient,
            now,
            kind=Message.Kind.NOTIFY,
            key=f"forward:{reply.pk}",
            statement=statement,
            addressee=addressee,
            subject=_("%(number)s is passed on to %(body)s")
            % {"number": statement.reference, "body": reply.forwarded_to},
            text=text.text("forward", words),
            headers={**letterhead.AUTOMATIC, **letterhead.thread(statement)},
        )
    return [Draft(message)]


def reminders_wanted(addressee: Addressee, by: Actor, now: datetime) -> Draft:
    """The desk is told that an addressee wants no reminders of a letter any more, or wants them again."""
    statement, desk = addressee.statement, addressee.statement.desk
    if desk is None:
        raise ValueError("only of what a desk has sent anybody is reminded")
    wanted = addressee.unreminded_since is None
    recipient = Recipient.desk(desk)
    with recipient.reading():
        says = _("%(number)s: %(body)s wants to be reminded again")
        if not wanted:
            says = _("%(number)s: %(body)s wants no reminders")
        words = {
            "desk": desk,
            "facts": text.facts(
                [
                    (_("From"), str(addressee)),
                    (_("Said by"), str(by)),
                    (_("Number"), statement.reference),
                    (_("Title"), statement.title),
                    (_("Deadline"), text.deadline_text(desk, addressee.due_on, zone=addressee.due_zone)),
                ]
            ),
            "wanted": wanted,
            "open": text.listed(str(request) for request in addressee.requests.still_open()),
            "address": text.address_of(statement),
        }
        message = letterhead.message(
            desk,
            recipient,
            now,
            kind=Message.Kind.NOTIFY,
            # Whoever has the link may change their mind all day: the desk hears of it once.
            key=f"reminders:{addressee.pk}:{wanted}:{desk.today(now)}",
            statement=statement,
            addressee=addressee,
            subject=says % {"number": statement.reference, "body": addressee},
            text=text.text("reminders", words),
            headers={**letterhead.AUTOMATIC, **letterhead.thread(statement)},
        )
    return Draft(message)


def _mail_channel(addressee: Addressee) -> str:
    channels = addressee.group.channels.filter(kind=Channel.Kind.MAIL) if addressee.group else Channel.objects.none()
    channel = channels.order_by("pk").first()
    return channel.email if channel else ""


def _document(reply: Reply) -> str:
    """The number that the desk gave to the letter that the reply is; "" where it is none."""
    rows = reply.statement.registrations.filter(desk=_desk(reply)) if reply.statement else ()
    return ", ".join(str(row) for row in rows)


def _requests(requests: list[Request], outcomes: dict[int, str], outcome: str) -> Block:
    return text.listed(str(request) for request in requests if outcomes.get(request.pk) == outcome)


def _writer(reply: Reply) -> str:
    name = reply.name or str(reply.person or "")
    return f"{name} <{reply.email}>" if name and reply.email else name or reply.email


def _desk(reply: Reply) -> Desk:
    desk = reply.addressee.statement.desk
    if desk is None:
        raise ValueError("only statements of a desk are answered to it")
    return desk
