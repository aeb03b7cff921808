"""What people say of a text in circulation: kept, confirmed by who is not known, taken back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.actor import Actor
from contacts.models import Appointment, Group, Person
from liaisons import mail, outbox
from liaisons.models import Blob, Circulation, Comment, CommentFile, Link, ReceivedMail
from liaisons.rules import Refused

from .holding import locked, locked_comment, record

# Times that one address may begin to comment on one text: a link to a list is in many hands, and nobody's mailbox is
# to be filled by it.
MOST_UNCONFIRMED = 3
# And that mails ask for one text within an hour, whomever: a script can make up any number of addresses.
MOST_ASKED_AN_HOUR = 30


@dataclass(frozen=True)
class Said:
    """One thing that somebody says: of what kind, where, about which words."""

    kind: str
    text: str = ""
    clause: str = ""
    quoted: str = ""
    proposed: str = ""


def comment(
    circulation: Circulation,
    *,
    by: Actor,
    kind: str,
    now: datetime,
    text: str = "",
    clause: str = "",
    quoted: str = "",
    proposed: str = "",
    name: str = "",
    email: str = "",
    group_text: str = "",
    way: str = Comment.Way.PAGE,
    came_by: ReceivedMail | None = None,
    files: Iterable[tuple[Blob, str]] = (),
) -> Comment:
    """Keep a comment. One from an address nobody knows counts after a mail to it is confirmed. Raises Refused."""
    [row] = comment_together(
        circulation,
        [Said(kind, text, clause, quoted, proposed)],
        by=by,
        now=now,
        name=name,
        email=email,
        group_text=group_text,
        way=way,
        came_by=came_by,
        files=files,
    )
    return row


def comment_together(
    circulation: Circulation,
    said: Sequence[Said],
    *,
    by: Actor,
    now: datetime,
    name: str = "",
    email: str = "",
    group_text: str = "",
    way: str = Comment.Way.PAGE,
    came_by: ReceivedMail | None = None,
    files: Iterable[tuple[Blob, str]] = (),
) -> list[Comment]:
    """Keep what came in one go: one mail confirms all of it, and the first holds the files. Raises Refused."""
    if not said:
        raise Refused([_("There is nothing to keep. Choose at least one comment.")])
    if any(_is_empty(one) for one in said):
        raise Refused([_("Write what you want to say.")])
    if by.person is None and not email:
        raise Refused([_("Give your e-mail: your comment counts once you have confirmed it.")])
    with transaction.atomic():
        circulation = locked(circulation)
        _require_open(circulation, by, email, now)
        first: Comment | None = None
        rows = []
        for one in said:
            row = Comment.objects.create(
                circulation=circulation,
                revision=circulation.statement.revision if circulation.statement else None,
                author=by.person,
                name=name or str(by.person or ""),
                email=email or (by.person.email if by.person else ""),
                group=_represented(circulation, by.person, now),
                group_text=group_text,
                kind=one.kind,
                clause=one.clause,
                text=one.text.strip(),
                quoted=one.quoted.strip(),
                proposed=one.proposed.strip(),
                way=way,
                came_with=first,
                mail=came_by,
                late=circulation.is_over(now),
                made_at=now,
                confirmed_at=now if by.person else None,
            )
            record("comment", row, by, now)
            first = first or row
            rows.append(row)
        CommentFile.objects.bulk_create(CommentFile(comment=rows[0], blob=blob, name=file) for blob, file in files)
        if by.person is None:
            outbox.queue([mail.confirm_comment(rows[0], now)])
    return rows


def confirm(row: Comment, *, by: Actor, now: datetime) -> Comment:
    """The person at the other end of the address says that it is theirs, with all that came with it.

    If we know them, it is by them.
    """
    with transaction.atomic():
        row = locked_comment(row)
        author = Person.objects.filter(email__iexact=row.email).first()
        for one in came_together(row):
            if one.confirmed_at is None:
                one.confirmed_at = now
                one.late = row.circulation.is_over(one.made_at)
                one.author = author
                one.group = _represented(row.circulation, author, now)
                one.save(update_fields=["confirmed_at", "late", "author", "group"])
                record("confirm", one, by, now)
        # From now on it is the way to take the comment back.
        row.links.filter(purpose=Link.Purpose.CONFIRM).update(expires_at=None)
    return row


def came_together(row: Comment) -> list[Comment]:
    """The first of what came in one go, with the others of it."""
    return [row, *row.others.order_by("pk").select_related("circulation__desk__group", "revision")]


def may_withdraw(row: Comment, by: Actor) -> bool:
    """Whether the actor is its author, or came by the link that has confirmed it."""
    if row.confirmed_at is None:
        return False
    if by.person is not None and by.person == row.author:
        return True
    confirmed_by = Link.objects.filter(purpose=Link.Purpose.CONFIRM, comment__in=[row.pk, row.came_with_id or row.pk])
    return confirmed_by.filter(pk=by.link_id or 0).exists()


def withdraw(row: Comment, *, by: Actor, now: datetime) -> Comment:
    """The author takes the comment back. Raises Refused for anybody else."""
    with transaction.atomic():
        row = locked_comment(row)
        if not may_withdraw(row, by):
            raise Refused([_("A comment is withdrawn by the person who made it.")])
        if row.withdrawn_at is None:
            row.withdrawn_at = now
            row.save(update_fields=["withdrawn_at"])
            record("withdraw_comment", row, by, now)
    return row


def _is_empty(said: Said) -> bool:
    """Support says all by itself, and so does a text proposed in place of another, unless it is to stop an approval."""
    speaks = said.text.strip() or (said.proposed.strip() and said.kind != Comment.Kind.OBJECTION)
    return said.kind != Comment.Kind.SUPPORT and not speaks


def _require_open(circulation: Circulation, by: Actor, email: str, now: datetime) -> None:
    mailbox = {"mailbox": circulation.desk.mailbox}
    if circulation.ended_at is not None:
        raise Refused([_("This circulation has ended. Write to the secretariat: %(mailbox)s.") % mailbox])
    if by.person is None and _waiting(circulation, email) >= MOST_UNCONFIRMED:
        raise Refused([_("Comments from this address wait to be confirmed. Look into your mailbox first.")])
    if by.person is None and _asked_lately(circulation, now) >= MOST_ASKED_AN_HOUR:
        told = _("Many people comment at this moment. Try again in an hour, or write to %(mailbox)s.")
        raise Refused([told % mailbox])


def _waiting(circulation: Circulation, email: str) -> int:
    """How many mails ask that address to confirm something: what came in one go is one."""
    waiting = circulation.comments.filter(email__iexact=email, confirmed_at__isnull=True, came_with__isnull=True)
    return waiting.count()


def _asked_lately(circulation: Circulation, now: datetime) -> int:
    """How many mails of the last hour ask somebody to confirm something, and wait for that."""
    waiting = circulation.comments.filter(confirmed_at__isnull=True, came_with__isnull=True)
    return waiting.filter(made_at__gt=now - timedelta(hours=1)).count()


def _represented(circulation: Circulation, person: Person | None, now: datetime) -> Group | None:
    """The body the person represents in the group that circulates, if one."""
    desk = circulation.desk
    speaking = Appointment.objects.in_force(desk.today(now)).filter(
        person=person, group=desk.group, represents__isnull=False
    )
    appointment = speaking.select_related("represents").first() if person else None
    return appointment.represents if appointment else None
