"""Comments on a text in circulation: made, confirmed, withdrawn, disposed; and the window they are made in."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.actor import Actor
from contacts.models import Appointment, Group, Person
from liaisons import mail, outbox
from liaisons.models import Blob, Circulation, Comment, CommentFile, Event, Link, ReceivedMail, Statement
from liaisons.rules import CHAIRS, SECRETARIAT, Moved, Refused

# Of one address in one circulation: a link to a list is in many hands, and nobody's mailbox is to be filled by it.
MOST_UNCONFIRMED = 3


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
    if kind != Comment.Kind.SUPPORT and not text.strip():
        raise Refused([_("Write what you want to say.")])
    if by.person is None and not email:
        raise Refused([_("Give your e-mail: your comment counts once you have confirmed it.")])
    with transaction.atomic():
        circulation = _locked(circulation)
        if circulation.ended_at is not None:
            raise Refused(
                [_("This circulation has ended. Write to the secretariat: %(mailbox)s.") % _mailbox(circulation)]
            )
        if by.person is None and _waiting(circulation, email) >= MOST_UNCONFIRMED:
            raise Refused([_("Comments from this address wait to be confirmed. Look into your mailbox first.")])
        row = Comment.objects.create(
            circulation=circulation,
            revision=circulation.statement.revision if circulation.statement else None,
            author=by.person,
            name=name or str(by.person or ""),
            email=email or (by.person.email if by.person else ""),
            group=_represented(circulation, by.person, now),
            group_text=group_text,
            kind=kind,
            clause=clause,
            text=text.strip(),
            quoted=quoted.strip(),
            proposed=proposed.strip(),
            way=way,
            mail=came_by,
            late=circulation.is_over(now),
            made_at=now,
            confirmed_at=now if by.person else None,
        )
        CommentFile.objects.bulk_create(CommentFile(comment=row, blob=blob, name=file) for blob, file in files)
        _record("comment", row, by, now)
        if by.person is None:
            outbox.queue([mail.confirm_comment(row, now)])
    return row


def confirm(row: Comment, *, by: Actor, now: datetime) -> Comment:
    """The person at the other end of the address says that the comment is theirs; if we know them, it is by them."""
    with transaction.atomic():
        row = _locked_comment(row)
        if row.confirmed_at is None:
            row.confirmed_at = now
            row.late = row.circulation.is_over(row.made_at)
            row.author = Person.objects.filter(email__iexact=row.email).first()
            row.group = _represented(row.circulation, row.author, now)
            row.save(update_fields=["confirmed_at", "late", "author", "group"])
            # From now on it is the way to take the comment back.
            row.links.filter(purpose=Link.Purpose.CONFIRM).update(expires_at=None)
            _record("confirm", row, by, now)
    return row


def may_withdraw(row: Comment, by: Actor) -> bool:
    """Whether the actor is its author, or came by the link that has confirmed it."""
    if row.confirmed_at is None:
        return False
    is_author = by.person is not None and by.person == row.author
    return is_author or row.links.filter(purpose=Link.Purpose.CONFIRM, pk=by.link_id or 0).exists()


def withdraw(row: Comment, *, by: Actor, now: datetime) -> Comment:
    """The author takes the comment back. Raises Refused for anybody else."""
    with transaction.atomic():
        row = _locked_comment(row)
        if not may_withdraw(row, by):
            raise Refused([_("A comment is withdrawn by the person who made it.")])
        if row.withdrawn_at is None:
            row.withdrawn_at = now
            row.save(update_fields=["withdrawn_at"])
            _record("withdraw_comment", row, by, now)
    return row


def dispose(row: Comment, disposition: str, *, seen: str, text: str, by: Actor, now: datetime) -> Comment:
    """Say what was done about a comment, and tell the commenter. Only a chair overrules an objection, with a reason.

    `seen` is how the comment stood (Comment.standing) when the person looked at it. Raises Refused, or Moved when
    somebody has decided or withdrawn it since.
    """
    desk = row.circulation.desk
    roles = by.roles_at(desk.group, desk.today(now))
    if not roles & (SECRETARIAT | CHAIRS):
        raise Refused([_("Comments are disposed of by the secretariat and the chairs.")])
    if disposition == Comment.Disposition.OVERRULED and (not roles & CHAIRS or not text.strip()):
        raise Refused([_("An objection is overruled by a chair, with a reason.")])
    with transaction.atomic():
        row = _locked_comment(row)
        if row.standing != seen:
            raise Moved([_how_it_stands(row)])
        if row.kind == Comment.Kind.OBJECTION and disposition != Comment.Disposition.NOTED and not text.strip():
            raise Refused([_("Say in a sentence what is done about the objection: whoever made it gets it by mail.")])
        row.disposition = disposition
        row.disposition_text = text.strip()
        row.disposed_by = by.person
        row.disposed_at = now
        row.save(update_fields=["disposition", "disposition_text", "disposed_by", "disposed_at"])
        _record("dispose", row, by, now)
        if row.email:
            outbox.queue([mail.disposed(row, now)])
    return row


def move_window(
    circulation: Circulation, closes_on: date | None, *, reason: str, by: Actor, now: datetime
) -> Circulation:
    """Let the window close with another day, or at once where no day is given; the list is told why. Raises Refused."""
    desk = circulation.desk
    if not by.roles_at(desk.group, desk.today(now)) & (SECRETARIAT | CHAIRS):
        raise Refused([_("The window is moved by the secretariat and the chairs.")])
    if not reason.strip():
        raise Refused([_("Give a reason: it is kept with the decision.")])
    with transaction.atomic():
        circulation = _locked(circulation)
        if circulation.distributed_at is None or circulation.is_over(now):
            raise Refused([_("Only a window that is open can be moved.")])
        before, today = circulation.closes_on, desk.today(now)
        if closes_on is not None and closes_on < today:
            raise Refused([_("That day is over. Choose a later one, or let the window close at once.")])
        if closes_on is not None and closes_on == before:
            raise Refused([_("The window closes on that day already.")])
        if before and (closes_on or today) <= before:
            circulation.shortened_because = reason.strip()
        circulation.close_on(closes_on or today)
        if closes_on is None:
            circulation.closes_at = now
        outbox.queue(mail.window_moved(circulation, reason.strip(), now))
        circulation.save(update_fields=["closes_on", "closes_at", "shortened_because"])
        Event.objects.record(
            "move_window",
            by=by,
            at=now,
            desk=desk,
            statement=circulation.statement,
            circulation=circulation,
            reason=reason.strip(),
            data={"from": before.isoformat() if before else None, "to": (closes_on or today).isoformat()},
        )
    return circulation


def _locked(circulation: Circulation) -> Circulation:
    """The circulation as it is now; its statement is locked first, as every step does."""
    if circulation.statement_id is not None:
        Statement.objects.select_for_update().get(pk=circulation.statement_id)
    Circulation.objects.select_for_update().get(pk=circulation.pk)
    rows = Circulation.objects.select_related("desk__group", "document", "statement__revision", "statement__desk")
    return rows.get(pk=circulation.pk)


def _locked_comment(row: Comment) -> Comment:
    circulation = _locked(row.circulation)
    Comment.objects.select_for_update().get(pk=row.pk)
    row = Comment.objects.select_related("author", "group", "revision", "disposed_by").get(pk=row.pk)
    row.circulation = circulation
    return row


def _how_it_stands(row: Comment) -> str:
    if row.withdrawn_at is not None:
        return _("%(name)s has withdrawn the comment meanwhile. Nothing was changed.") % {"name": row.name}
    return _("%(who)s has decided meanwhile: %(disposition)s. Look at it again.") % {
        "who": row.disposed_by or _("Somebody"),
        "disposition": row.get_disposition_display(),
    }


def _waiting(circulation: Circulation, email: str) -> int:
    return circulation.comments.filter(email__iexact=email, confirmed_at__isnull=True).count()


def _represented(circulation: Circulation, person: Person | None, now: datetime) -> Group | None:
    """The body the person represents in the group that circulates, if one."""
    desk = circulation.desk
    speaking = Appointment.objects.in_force(desk.today(now)).filter(
        person=person, group=desk.group, represents__isnull=False
    )
    appointment = speaking.select_related("represents").first() if person else None
    return appointment.represents if appointment else None


def _mailbox(circulation: Circulation) -> dict[str, str]:
    return {"mailbox": circulation.desk.mailbox}


def _record(verb: str, row: Comment, by: Actor, now: datetime) -> None:
    Event.objects.record(
        verb,
        by=by,
        at=now,
        desk=row.circulation.desk,
        statement=row.circulation.statement,
        circulation=row.circulation,
        revision=row.revision,
        data={"comment": row.pk, "kind": row.kind, "disposition": row.disposition},
    )
