"""An answer to a mail about a text in circulation is a comment on it, as soon as its author is sure."""

import re
import time
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from contacts.actor import Actor
from contacts.models import Desk
from liaisons import comments, enclosed
from liaisons.arrivals.matching import Found, texts_to_comment
from liaisons.comments import Said
from liaisons.comments.word import proposed
from liaisons.intake import reader
from liaisons.models import Circulation, Comment, Message, ReceivedMail, Reminder
from liaisons.rules import Refused

# Mails that ask for comments; an answer to another one, to a disposition for instance, is for a person to read.
ASKING = (Message.Kind.CIRCULATE, Message.Kind.REMIND)
MOVED_WINDOW = "window:"  # begins the key of the notice that tells until when they are taken now
# No other Word file is begun after so much: one may take twenty, and Celery ends what fetches mail after fifty.
SECONDS_FOR_THE_NEXT = 5.0
_KIND = re.compile(
    r"\s*(support|editorial|technical|question|objection)(?: comment)?[ \t]*(?:[:.!–—]|$)", re.IGNORECASE | re.MULTILINE
)


def is_comment(mail: ReceivedMail | Found, text: str) -> bool:
    """Whether the mail surely answers one that asked for comments: a number in a subject anybody can write.

    A digest may have told of other things too: then only what says in its first word that it comments does so.
    """
    ours = mail.ours
    if ours is None or mail.circulation is None or not _is_certain(mail):
        return False
    if ours.circulation is None:
        return _asked_for_nothing_else(ours) or _KIND.match(text) is not None
    return ours.kind in ASKING or ours.key.startswith(MOVED_WINDOW)


def why_it_waits(row: ReceivedMail) -> str:
    """What keeps an answer to a digest with texts to comment from being a comment by itself; "" for other mails."""
    ours = row.ours
    if ours is None or ours.circulation is not None or not _is_certain(row) or not texts_to_comment(ours):
        return ""
    return _(
        "It answers a reminder that told of several things, so nothing says surely on which text it comments, or that "
        "it does. Read it. If it is a comment, say what it belongs to, then take it as one."
    )


def kind_of(text: str) -> str:
    """The kind that its first word names ("Objection: …", "Support."); without one it is a technical comment."""
    named = _KIND.match(text)
    return named[1].lower() if named else Comment.Kind.TECHNICAL


def in_word(circulation: Circulation | None, files: Iterable[tuple[str, bytes]], author: str) -> list[Said]:
    """What is changed and noted in the text that went out, in the first of the Word files that is it.

    A process of its own reads them, which takes its time: not to be waited for in a transaction.
    """
    sent = enclosed.word_of(circulation) if circulation else None
    begin_until = time.monotonic() + SECONDS_FOR_THE_NEXT
    for name, content in files:
        if sent is None or time.monotonic() > begin_until:
            break
        if not name.lower().endswith(".docx"):
            continue
        try:
            found = reader.remarks(content, sent.read())
        except (Refused, FileNotFoundError):
            continue  # it goes along as a file
        rows = [proposed(remark) for remark in found.rows]
        if said := [row.said(row.kind, author) for row in rows if row.kind]:
            return said
    return []


def take(row: ReceivedMail, now: datetime, in_its_word: Sequence[Said] = ()) -> list[Comment]:
    """Make comments of the mail. They count once the address in From has confirmed them. Raises Refused.

    Only where a token that was mailed to one person comes back from that person's address it counts at once: it
    has been to that mailbox and back. But a copy of the mail has it too: what would stop an approval is confirmed.
    """
    if row.circulation is None:
        raise Refused([_("It does not say on which document it comments. Choose the document first.")])
    if not row.circulation.takes_comments:
        raise Refused([_after_the_end(row.circulation)])
    _refuse_senders_that_cannot_confirm(row)
    said = [*([Said(kind_of(row.text), row.text)] if row.text else []), *in_its_word]
    if not said:
        raise Refused([_("It holds no text that could be a comment. Look at its files.")])
    objects = any(one.kind == Comment.Kind.OBJECTION for one in said)
    person = row.ours.person if row.ours and not objects and _is_back(row, row.ours) else None
    try:
        return comments.comment_together(
            row.circulation,
            said,
            by=Actor("mail", person=person, email=row.sender),
            name=(row.sender_name or row.sender)[:200],
            email=row.sender,
            way=Comment.Way.WORD if in_its_word else Comment.Way.MAIL,
            came_by=row,
            files=[(file.blob, file.name) for file in row.received_files.select_related("blob")],
            now=now,
        )
    except Refused as refused:
        # That is said to whoever comments; here it is the secretary who reads it.
        told = _("It was not taken as a comment. On the page its author would have read: “%(said)s”")
        raise Refused([told % {"said": refused}]) from refused


def _after_the_end(circulation: Circulation) -> str:
    return _(
        "It came after the circulation of %(document)s had ended, so it is no comment on it any more. Read it; if it "
        "matters still, answer its author or bring it up with the chairs, then set it aside."
    ) % {"document": circulation.document}


def told(made: list[Comment]) -> str:
    """What the mail has become, in a sentence or two."""
    first = made[0]
    if len(made) == 1:
        sentence = _("Taken as a comment: %(kind)s.") % {"kind": first.get_kind_display()}
        condition = _("It counts once %(who)s has confirmed it.")
    else:
        sentence = _("Taken as %(count)d comments.") % {"count": len(made)}
        condition = _("They count once %(who)s has confirmed them.")
    return sentence if first.confirmed_at else f"{sentence} {condition % {'who': first.email[:150]}}"


def _is_certain(mail: ReceivedMail | Found) -> bool:
    return mail.found_by in (ReceivedMail.FoundBy.TOKEN, ReceivedMail.FoundBy.THREAD)


def _asked_for_nothing_else(digest: Message) -> bool:
    return not Reminder.objects.filter(message=digest).exclude(kind=Reminder.Kind.WINDOW).exists()


def _is_back(row: ReceivedMail, ours: Message) -> bool:
    by_token = row.found_by == ReceivedMail.FoundBy.TOKEN
    return by_token and ours.person is not None and row.sender == ours.recipient.lower() == ours.person.email.lower()


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
