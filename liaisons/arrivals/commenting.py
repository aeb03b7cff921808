"""An answer to a mail about a text in circulation is a comment on it, as soon as its author is sure."""

import re
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from contacts.actor import Actor
from contacts.models import Desk
from liaisons import comments
from liaisons.models import Comment, Message, ReceivedMail
from liaisons.rules import Refused

# Mails that ask for comments; an answer to another one, to a disposition for instance, is for a person to read.
ASKING = (Message.Kind.CIRCULATE, Message.Kind.REMIND)
_KIND = re.compile(
    r"\s*(support|editorial|technical|question|objection)(?: comment)?[ \t]*(?:[:.!–—]|$)", re.IGNORECASE | re.MULTILINE
)


def asks_for_comments(row: ReceivedMail) -> bool:
    """Whether the mail surely answers one that asked for comments: a number in a subject anybody can write."""
    certain = row.found_by in (ReceivedMail.FoundBy.TOKEN, ReceivedMail.FoundBy.THREAD)
    return certain and row.ours is not None and row.ours.kind in ASKING and row.circulation_id is not None


def kind_of(text: str) -> str:
    """The kind that its first word names ("Objection: …", "Support."); without one it is a technical comment."""
    named = _KIND.match(text)
    return named[1].lower() if named else Comment.Kind.TECHNICAL


def take(row: ReceivedMail, now: datetime) -> Comment:
    """Make a comment of the mail. It counts once the address in From has confirmed it. Raises Refused.

    Only where a token that was mailed to one person comes back from that person's address it counts at once: it
    has been to that mailbox and back.
    """
    if row.circulation is None:
        raise Refused([_("It does not say on which document it comments. Choose the document first.")])
    _refuse_senders_that_cannot_confirm(row)
    ours = row.ours
    person = ours.person if ours and row.found_by == ReceivedMail.FoundBy.TOKEN and _is_back(row, ours) else None
    return comments.comment(
        row.circulation,
        by=Actor("mail", person=person, email=row.sender),
        kind=kind_of(row.text),
        text=row.text,
        name=(row.sender_name or row.sender)[:200],
        email=row.sender,
        way=Comment.Way.MAIL,
        came_by=row,
        files=[(file.blob, file.name) for file in row.received_files.select_related("blob")],
        now=now,
    )


def _is_back(row: ReceivedMail, ours: Message) -> bool:
    return ours.person is not None and row.sender == ours.recipient.lower() == ours.person.email.lower()


def _refuse_senders_that_cannot_confirm(row: ReceivedMail) -> None:
    """A mail to a list would ask all of it to confirm, one to a mailbox of ours ourselves."""
    own = Desk.objects.annotate(box=Lower("mailbox"), everybody=Lower("mailing_list"))
    if own.filter(Q(box=row.sender) | Q(everybody=row.sender)).exists():
        raise Refused([_("It comes from an address of the desk, not of a person: nobody there can confirm it.")])
    try:
        validate_email(row.sender)
        MaxLengthValidator(254)(row.sender)  # longer ones no server takes (RFC 5321, 4.5.3.1.3), nor a row here
    except ValidationError as error:
        raise Refused([_("It has no address to which a confirmation could go.")]) from error
