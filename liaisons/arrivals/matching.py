"""Which mail of ours, or which letter, a mail answers: by its token, its thread or a number in its subject.

Never by its sender alone: anybody can write any name there.
"""

import re
from dataclasses import dataclass, replace
from typing import TypeVar

from django.db.models import F, Model, QuerySet, Value

from contacts.models import Desk
from liaisons import reply_tokens
from liaisons.arrivals.parsing import Arrival
from liaisons.mail import letterhead
from liaisons.models import (
    Addressee,
    Circulation,
    Document,
    Message,
    ReceivedMail,
    Registration,
    Reminder,
    Statement,
)

FoundBy = ReceivedMail.FoundBy
M = TypeVar("M", bound=Model)

# Where servers write for whom they took a mail, the surest first; a list or an alias leaves To as it was.
DELIVERED_TO = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
ADDRESSED = (*DELIVERED_TO, "To", "Cc", "Resent-To")


@dataclass(frozen=True)
class Found:
    """What a mail belongs to. Without `ours` it is only a guess that a person has to look at."""

    desk: Desk
    found_by: str = ""
    ours: Message | None = None
    statement: Statement | None = None
    addressee: Addressee | None = None
    circulation: Circulation | None = None


def find(arrival: Arrival, desk: Desk | None = None) -> list[Found]:
    """What the mail answers at each desk that it is for, that of the mail it answers first.

    `desk` is the one whose mailbox it was taken from, if that is said. What names no desk is for all of them, or for
    those that know its number. Raises Desk.DoesNotExist where there is none at all.
    """
    answers = _answers(arrival)
    named = desks_written_to(arrival)
    if desk is not None:
        # What came to the mailbox of one desk has come to those of the others as well.
        desks = [desk] if not answers or desk in named else []
    else:
        desks = named or ([] if answers else list(_desks().order_by("pk")))
    found = [find_at(arrival, one) for one in desks if not answers or one != answers[0].desk]
    if desk is None and not named:
        found = [one for one in found if one.found_by] or found
    if not answers + found:
        raise Desk.DoesNotExist
    return answers + found


def find_at(arrival: Arrival, desk: Desk) -> Found:
    """What of one desk it may be about: nothing in it proves that it is."""
    statement = _by_root(arrival, desk)
    if statement is not None:
        return _about(desk, statement, FoundBy.THREAD, arrival)
    return _by_number(arrival, desk)


def of(ours: Message, found_by: str) -> Found:
    """What a mail belongs to that answers this one of ours."""
    return Found(ours.desk, found_by, ours, ours.statement, ours.addressee, ours.circulation)


def texts_to_comment(ours: Message) -> list[Circulation]:
    """What of all that a reminder to one person told of was a text to be commented, at whichever desk."""
    told = Reminder.objects.filter(message=ours, kind=Reminder.Kind.WINDOW)
    return list(Circulation.objects.filter(pk__in=told.values("circulation")).select_related("statement"))


def returned(arrival: Arrival) -> Message | None:
    """The mail of ours that a bounce sends back: its Message-ID stands somewhere in it."""
    if ours := _by_token(arrival) or _by_message_id(arrival):
        return ours
    own = re.compile(rb"<[0-9a-f-]{36}@" + re.escape(letterhead.host().encode()) + rb">")
    named = {found.decode() for found in own.findall(arrival.raw)[:50]}
    return _messages().filter(message_id__in=named).first() if named else None


def has_token(arrival: Arrival) -> bool:
    """Whether it came to an address that only a mail of ours has had."""
    return _by_token(arrival) is not None


def is_ours(arrival: Arrival) -> bool:
    """Whether we wrote it ourselves: it went out, round a list, and came back."""
    return bool(arrival.message_id) and Message.objects.filter(message_id=arrival.message_id).exists()


def desks_written_to(arrival: Arrival) -> list[Desk]:
    """The desks whose mailboxes it names, the surest first."""
    by_mailbox = {desk.mailbox.lower(): desk for desk in _desks().order_by("-pk")}
    named = (_plain(address) for header in ADDRESSED for address in arrival.addresses(header))
    return list(dict.fromkeys(by_mailbox[mailbox] for mailbox in named if mailbox in by_mailbox))


def _plain(address: str) -> str:
    """The mailbox without its subaddress (RFC 5233)."""
    local, _at, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _desks() -> QuerySet[Desk]:
    return Desk.objects.select_related("group")


def _messages() -> QuerySet[Message]:
    return Message.objects.select_related("desk__group", "statement", "addressee", "circulation", "person")


def _answers(arrival: Arrival) -> list[Found]:
    """The mail of ours that it answers, if that is certain."""
    if ours := _by_token(arrival):
        return [_with_its_text(of(ours, FoundBy.TOKEN), ours)]
    ours = _by_message_id(arrival)
    return [_with_its_text(of(ours, FoundBy.THREAD), ours)] if ours else []


def _with_its_text(found: Found, ours: Message) -> Found:
    """Where it answers a digest: with the one text of that desk on which the digest asked for comments."""
    if ours.circulation is not None:
        return found
    texts = texts_to_comment(ours)
    if len(texts) != 1 or texts[0].desk_id != ours.desk_id:
        return found
    return replace(found, circulation=texts[0], statement=texts[0].statement)


def _by_token(arrival: Arrival) -> Message | None:
    for value in arrival.headers(*ADDRESSED, "Reply-To"):
        if key := reply_tokens.read(value):
            return _messages().filter(pk=key).first()
    return None


def _by_message_id(arrival: Arrival) -> Message | None:
    thread = arrival.thread
    known = {message.message_id: message for message in _messages().filter(message_id__in=thread)} if thread else {}
    return next((known[one] for one in thread if one in known), None)


def _by_root(arrival: Arrival, desk: Desk) -> Statement | None:
    """The statement whose thread it stands in; anybody can write that name, so it is only a guess."""
    root = re.compile(rf"<statement-(\d{{1,18}})@{re.escape(letterhead.host())}>")
    keys = [int(found[1]) for one in arrival.thread if (found := root.fullmatch(one))]
    return Statement.objects.of_desk(desk).filter(pk__in=keys).first() if keys else None


def _by_number(arrival: Arrival, desk: Desk) -> Found:
    """What has a number of the desk's register or statements in the subject; the longest of several."""
    found = Found(desk)
    if not arrival.subject:
        return found
    document = _named_in(arrival.subject, Document.objects.of_desk(desk).order_by("-revision", "-pk"))
    statement = _named_in(arrival.subject, Statement.objects.issued_by(desk).exclude(reference="").order_by("-pk"))
    if document is not None and len(document.reference) >= len(statement.reference if statement else ""):
        circulation = Circulation.objects.filter(document=document).select_related("statement").first()
        about = circulation.statement if circulation else _registered_as(document)
        found = Found(desk, FoundBy.SUBJECT, statement=about, circulation=circulation)
    elif statement is not None:
        found = _about(desk, statement, FoundBy.SUBJECT, arrival)
    return found


def _named_in(subject: str, rows: QuerySet[M]) -> M | None:
    """The row whose whole reference stands in the subject: JCA-MV-LS1 is not in JCA-MV-LS12."""
    named = rows.annotate(_subject=Value(subject)).filter(_subject__icontains=F("reference"))
    fitting = [row for row in named[:100] if _stands_in(subject, str(getattr(row, "reference", "")))]
    return max(fitting, key=lambda row: len(str(getattr(row, "reference", ""))), default=None)


def _stands_in(subject: str, reference: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(reference)}(?!\w|-[A-Z]*\d)", subject, re.IGNORECASE) is not None


def _registered_as(document: Document) -> Statement | None:
    registration = Registration.objects.filed_as(document).select_related("statement").first()
    return registration.statement if registration else None


def _about(desk: Desk, statement: Statement, found_by: str, arrival: Arrival) -> Found:
    """A statement, with its text in circulation or the addressee whose address wrote: for a person to look at."""
    found = Found(desk, found_by, statement=statement)
    if statement.state == Statement.State.CIRCULATED:
        return replace(found, circulation=statement.circulations.filter(ended_at__isnull=True).first())
    written_to = Message.objects.of_dispatch(statement).filter(recipient__iexact=arrival.sender)
    message = written_to.select_related("addressee").first() if arrival.sender else None
    return replace(found, addressee=message.addressee if message else None)
