"""What people say of a text in circulation: kept, confirmed by who is not known, taken back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.actor import Actor
from contacts.models import Appointment, Group, Person
from liaisons import mail, outbox
from liaisons.mail.commenting import CONFIRM_WITHIN
from liaisons.models import Blob, Circulation, Comment, CommentFile, Link, ReceivedMail
from liaisons.rules import Refused

from .holding import locked, locked_comment, record

# Times that one address may begin to comment on one text: a link to a list is in many hands, and nobody's mailbox is
# to be filled by it.
MOST_UNCONFIRMED = 3
# And that mails ask for one text within an hour, whomever: a script can make up any number of addresses.
MOST_ASKED_AN_HOUR = 30
HOUR = timedelta(hours=1)


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
    """Keep what came in one go: one mail confirms all of it, and the first holds the files. Raises Refused.

    Sent a second time within the hour it is what was kept the first time.
    """
    if not said:
        raise Refused([_("There is nothing to keep. Choose at least one comment.")])
    if any(_is_empty(one) for one in said):
        raise Refused([_("Write what you want to say.")])
    if by.person is None and not email:
        raise Refused([_("Give your e-mail: your comment counts once you have confirmed it.")])
    files = list(files)
    with transaction.atomic():
        circulation = locked(circulation)
        if rows := _said_already(circulation, said, files, by, email, now):
            return rows
        _require_open(circulation, by, email, now)
        group = _represented(circulation, by.person, now)
        first: Comment | None = None
        for one in said:
            row = Comment.objects.create(
                circulation=circulation,
                revision=circulation.statement.revision if circulation.statement else None,
                author=by.person,
                name=name or str(by.person or ""),
                email=email or (by.person.email if by.person else ""),
                group=group,
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
        else:
            _tell_of_what_came_late(rows[0], now)
    return rows


def confirm(row: Comment, *, by: Actor, now: datetime) -> Comment:
    """The person at the other end of the address says that it is theirs, with all that came with it.

    If we know them, it is by them.
    """
    with transaction.atomic():
        row = locked_comment(row)
        author = Person.objects.filter(email__iexact=row.email).first()
        group = _represented(row.circulation, author, now)
        for one in came_together(row):
            if one.confirmed_at is None:
                one.confirmed_at = now
                one.late = _was_late(one, row.circulation)
                one.author = author
                one.group = group
                one.save(update_fields=["confirmed_at", "late", "author", "group"])
                record("confirm", one, by, now)
        # From now on it is the way to take the comment back.
        row.links.filter(purpose=Link.Purpose.CONFIRM).update(expires_at=None)
        _tell_of_what_came_late(row, now)
    return row


def _tell_of_what_came_late(row: Comment, now: datetime) -> None:
    """Whoever sends the statement hears of what counts since its approval; the mail has a key and leaves once."""
    if row.circulation.ended_at is not None and row.circulation.takes_comments:
        outbox.queue([mail.after_approval(row, now)])


def _was_late(row: Comment, circulation: Circulation) -> bool:
    """By the window as it is now, which may have been moved since; not by when the text left circulation."""
    return circulation.closes_at is not None and row.made_at >= circulation.closes_at


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


def _said_already(
    circulation: Circulation,
    said: Sequence[Said],
    files: Sequence[tuple[Blob, str]],
    by: Actor,
    email: str,
    now: datetime,
) -> list[Comment]:
    """The same from the same hand a moment ago: a button was pressed twice, a page was sent again."""
    lately = circulation.comments.filter(made_at__gt=now - HOUR, came_with__isnull=True)
    theirs = lately.filter(author=by.person) if by.person else lately.filter(email__iexact=email)
    words = [(one.kind, one.text.strip(), one.clause, one.quoted.strip(), one.proposed.strip()) for one in said]
    for first in theirs.filter(kind=said[0].kind, text=said[0].text.strip()):
        rows = came_together(first)
        known = [(row.kind, row.text, row.clause, row.quoted, row.proposed) for row in rows]
        same_files = set(first.files.values_list("pk", flat=True)) == {blob.pk for blob, _name in files}
        if known == words and same_files and not any(row.withdrawn_at for row in rows):
            return rows
    return []


def _require_open(circulation: Circulation, by: Actor, email: str, now: datetime) -> None:
    mailbox = {"mailbox": circulation.desk.mailbox}
    if not circulation.takes_comments:
        raise Refused([_("This circulation has ended. Write to the secretariat: %(mailbox)s.") % mailbox])
    if by.person is not None:
        return
    # How many mails ask somebody to confirm something: what came in one go is one.
    asked = circulation.comments.filter(confirmed_at__isnull=True, came_with__isnull=True)
    in_time = asked.filter(email__iexact=email, made_at__gt=now - CONFIRM_WITHIN)
    if in_time.count() >= MOST_UNCONFIRMED:
        raise Refused([_("Comments from this address wait to be confirmed. Look into your mailbox first.")])
    if asked.filter(made_at__gt=now - HOUR).count() >= MOST_ASKED_AN_HOUR:
        told = _("Many people comment at this moment. Try again in an hour, or write to %(mailbox)s.")
        raise Refused([told % mailbox])


def _represented(circulation: Circulation, person: Person | None, now: datetime) -> Group | None:
    """The body the person represents in the group that circulates, if one."""
    desk = circulation.desk
    speaking = Appointment.objects.in_force(desk.today(now)).filter(
        person=person, group=desk.group, represents__isnull=False
    )
    appointment = speaking.select_related("represents").first() if person else None
    return appointment.represents if appointment else None
