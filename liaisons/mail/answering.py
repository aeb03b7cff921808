"""Mails about what came back: to the desk, and a receipt to whoever answered."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from contacts.actor import Actor
from contacts.models import Desk
from liaisons import links
from liaisons.mail import letterhead, text
from liaisons.mail.blocks import Block
from liaisons.mail.letterhead import Recipient
from liaisons.mail.ways import by_mail
from liaisons.models import Addressee, Document, Message, Reply, Request, Statement
from liaisons.outbox import Draft

_QUOTED = 2_000  # characters; a mail to an address that somebody typed carries no more of their words


def answer_received(reply: Reply, now: datetime, *, replaces: Document | None = None) -> Draft:
    """The desk is told what came from whom, what that addressee still owes, and what there is to decide.

    `replaces` is the document whose place it has taken in the register.
    """
    addressee = reply.addressee
    statement, desk = addressee.statement, _desk(addressee)
    settled = reply.settlements.select_related("request").order_by("request__key")
    recipient = Recipient.desk(desk)
    with recipient.reading():
        facts = [
            (_("From"), str(addressee)),
            (_("Written by"), _writer(reply)),
            (_("In answer to"), statement.reference),
            (_("Title"), statement.title),
            (_("Kind"), reply.get_kind_display()),
            (_("Their reference"), reply.reference),
            (_("In our register"), _document(reply)),
            (_("In place of"), _replaced(replaces, desk)),
            (_("For which body"), reply.for_whom),
            (_("Needs time until"), text.day_text(reply.until) if reply.until else ""),
            (_("Asked before"), _asked_before(reply)),
        ]
        words = {
            "facts": text.facts(facts),
            "decide": _to_decide(reply),
            "settled": text.listed(f"{str(row.request).rstrip('.')}: {row.get_outcome_display()}" for row in settled),
            "open": _still_open(addressee),
            "said": text.quoted(reply.text) if reply.text else "",
            "files": text.listed(file.name for file in reply.reply_files.all()),
            "address": text.address_of(statement),
        }
        named = {
            "number": statement.reference,
            "body": addressee,
            "kind": reply.get_kind_display(),
            "document": replaces,
        }
        says = _("%(number)s, %(body)s: %(kind)s, in place of %(document)s")
        return letterhead.notice(
            desk,
            recipient,
            now,
            "answer",
            words,
            about=statement,
            addressee=addressee,
            key=f"reply:{reply.pk}",
            subject=(says if replaces else _("%(number)s, %(body)s: %(kind)s")) % named,
        )


def receipt(reply: Reply, now: datetime, *, replaces: Document | None = None) -> Draft:
    """Whoever answered gets in writing what the desk has understood, and whose place it has taken."""
    addressee = reply.addressee
    statement, desk = addressee.statement, _desk(addressee)
    outcomes = {row.request_id: row.outcome for row in reply.settlements.all()}
    requests = list(addressee.requests.all())
    recipient = Recipient(reply.name, reply.email)
    with recipient.reading():
        facts = [
            (_("From"), text.group_text(desk.group)),
            (_("To"), _writer(reply)),
            (_("For"), str(addressee)),
            (_("Number"), statement.reference),
            (_("Title"), statement.title),
            (_("Received"), text.day_text(desk.today(reply.received_at))),
            (_("As"), reply.get_kind_display()),
            (_("In our register"), _document(reply)),
            (_("In place of"), _replaced(replaces, desk)),
            (_("You ask for time"), _until(reply) if reply.kind == Reply.Kind.MORE_TIME else ""),
            (_("You asked before"), _asked_before(reply)),
        ]
        words = {
            "facts": text.facts(facts),
            "undecided": reply.is_undecided,
            "said": text.quoted(Truncator(reply.text).chars(_QUOTED)) if reply.until and reply.text else "",
            "settled": _requests(requests, outcomes, Request.Outcome.SETTLED),
            "declined": _requests(requests, outcomes, Request.Outcome.DECLINED),
            "open": text.listed(str(request) for request in requests if not request.outcome),
            "deadline": text.deadline_text(desk, addressee.due_on, zone=addressee.due_zone),
            "files": text.listed(file.name for file in reply.reply_files.all()),
            "address": text.address_of(statement),
        }
        return letterhead.notice(
            desk,
            recipient,
            now,
            "receipt",
            words,
            about=statement,
            addressee=addressee,
            kind=Message.Kind.RECEIPT,
            key=f"receipt:{reply.pk}",
            subject=_("Received: your answer to %(number)s") % {"number": statement.reference},
            headers=letterhead.AUTOMATIC_ANSWER,
        )


def time_decided(reply: Reply, now: datetime) -> list[Draft]:
    """Whoever asked for more time is told until when, or why not; nobody where no address of theirs is known."""
    addressee = reply.addressee
    statement, desk = addressee.statement, _desk(addressee)
    recipient = _whoever_wrote(reply)
    if recipient is None:
        return []
    link = links.answer(addressee, recipient.email, now)
    link.save()
    with recipient.reading():
        deadline = text.deadline_text(desk, addressee.due_on, zone=addressee.due_zone)
        facts = [
            *_letter(addressee, statement, desk),
            (_("You asked for"), text.day_text(reply.until) if reply.until else ""),
            (_("Deadline"), deadline),
        ]
        words = {
            "facts": text.facts(facts),
            "granted": deadline if reply.granted_until else "",
            "said": text.quoted(reply.decision_text) if reply.decision_text else "",
            "open": _still_open(addressee),
            "address": text.address_of(statement),
        }
        said = _("More time for %(number)s until %(day)s") if reply.granted_until else _("No more time for %(number)s")
        day = text.day_text(reply.granted_until) if reply.granted_until else ""
        draft = letterhead.notice(
            desk,
            recipient,
            now,
            "time",
            words,
            about=statement,
            addressee=addressee,
            link=link,
            key=f"time:{reply.pk}",
            subject=said % {"number": statement.reference, "day": day},
            headers={},
        )
    return [draft]


def passed_on(reply: Reply, now: datetime) -> list[Draft]:
    """Whoever said that it is for another body is told who is asked now; nobody where no address of theirs is known."""
    addressee = reply.addressee
    statement, desk = addressee.statement, _desk(addressee)
    recipient = _whoever_wrote(reply)
    if recipient is None:
        return []
    with recipient.reading():
        words = {
            "facts": text.facts(_letter(addressee, statement, desk)),
            "for_whom": reply.for_whom,
            "to": text.group_text(reply.forwarded_to.group) if reply.forwarded_to else "",
            "open": _still_open(addressee),
            "address": text.address_of(statement),
        }
        named = {"number": statement.reference, "body": reply.forwarded_to}
        draft = letterhead.notice(
            desk,
            recipient,
            now,
            "forward",
            words,
            about=statement,
            addressee=addressee,
            key=f"forward:{reply.pk}",
            subject=_("%(number)s is passed on to %(body)s") % named,
        )
    return [draft]


def reminders_wanted(addressee: Addressee, by: Actor, now: datetime) -> Draft:
    """The desk is told that an addressee wants no reminders of a letter any more, or wants them again."""
    statement, desk = addressee.statement, _desk(addressee)
    wanted = addressee.unreminded_since is None
    recipient = Recipient.desk(desk)
    with recipient.reading():
        says = _("%(number)s: %(body)s wants no reminders")
        if wanted:
            says = _("%(number)s: %(body)s wants to be reminded again")
        facts = [
            (_("From"), str(addressee)),
            (_("Said by"), str(by)),
            (_("Number"), statement.reference),
            (_("Title"), statement.title),
            (_("Deadline"), text.deadline_text(desk, addressee.due_on, zone=addressee.due_zone)),
        ]
        words = {
            "facts": text.facts(facts),
            "wanted": wanted,
            "open": _still_open(addressee),
            "address": text.address_of(statement),
        }
        return letterhead.notice(
            desk,
            recipient,
            now,
            "reminders",
            words,
            about=statement,
            addressee=addressee,
            # Whoever has the link may change their mind all day: the desk hears of it once.
            key=f"reminders:{addressee.pk}:{wanted}:{desk.today(now)}",
            subject=says % {"number": statement.reference, "body": addressee},
        )


def _letter(addressee: Addressee, statement: Statement, desk: Desk) -> list[tuple[str, str]]:
    return [
        (_("From"), text.group_text(desk.group)),
        (_("To"), str(addressee)),
        (_("Number"), statement.reference),
        (_("Title"), statement.title),
    ]


def _to_decide(reply: Reply) -> str:
    """The page on which the secretariat says something to it; "" where there is nothing to say."""
    page = "reply-time" if reply.is_undecided else "reply-forward" if reply.is_to_pass_on else ""
    return f"{settings.SITE_URL}{reverse(page, args=[reply.addressee.statement_id, reply.pk])}" if page else ""


def _whoever_wrote(reply: Reply) -> Recipient | None:
    """Who wrote it, else the mailbox of the body, or of the one through which it takes letters."""
    way = by_mail(reply.addressee.group)
    email = reply.email or (way.email if way else "")
    return Recipient(reply.name or str(reply.addressee), email) if email else None


def _document(reply: Reply) -> str:
    """The number that the desk gave to the letter that the reply is; "" where it is none."""
    rows = reply.statement.registrations.filter(desk=_desk(reply.addressee)) if reply.statement else ()
    return ", ".join(str(row) for row in rows)


def _until(reply: Reply) -> str:
    return _("until %(day)s") % {"day": text.day_text(reply.until)} if reply.until else ""


def _asked_before(reply: Reply) -> str:
    """The request for more time that nobody has decided about and whose place this one takes."""
    if not reply.is_undecided:
        return ""
    waiting = reply.addressee.replies.filter(kind=reply.kind, until__isnull=False, decided_at__isnull=True)
    before = waiting.exclude(pk=reply.pk).order_by("received_at", "pk").last()
    return _("%(until)s; this takes its place") % {"until": _until(before)} if before else ""


def _replaced(document: Document | None, desk: Desk) -> str:
    if document is None:
        return ""
    day = text.day_text(desk.today(document.registered_at))
    return _("%(document)s of %(day)s") % {"document": document, "day": day}


def _still_open(addressee: Addressee) -> Block:
    return text.listed(str(request) for request in addressee.requests.still_open())


def _requests(requests: list[Request], outcomes: dict[int, str], outcome: str) -> Block:
    return text.listed(str(request) for request in requests if outcomes.get(request.pk) == outcome)


def _writer(reply: Reply) -> str:
    name = reply.name or str(reply.person or "")
    return f"{name} <{reply.email}>" if name and reply.email else name or reply.email


def _desk(addressee: Addressee) -> Desk:
    desk = addressee.statement.desk
    if desk is None:
        raise ValueError("only statements of a desk are answered to it")
    return desk
