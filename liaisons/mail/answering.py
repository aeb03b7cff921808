"""Mails about what came back: to the desk, and a receipt to whoever answered."""

from datetime import datetime

from django.utils.translation import gettext as _

from contacts.models import Desk
from liaisons.mail import letterhead, text
from liaisons.mail.letterhead import Recipient
from liaisons.models import Message, Reply, Request
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


def _requests(requests: list[Request], outcomes: dict[int, str], outcome: str) -> str:
    return text.listed(str(request) for request in requests if outcomes.get(request.pk) == outcome)


def _writer(reply: Reply) -> str:
    name = reply.name or str(reply.person or "")
    return f"{name} <{reply.email}>" if name and reply.email else name or reply.email


def _desk(reply: Reply) -> Desk:
    desk = reply.addressee.statement.desk
    if desk is None:
        raise ValueError("only statements of a desk are answered to it")
    return desk
