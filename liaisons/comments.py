"""Comments on a text in circulation: made, confirmed, withdrawn, disposed; and the window they are made in."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.actor import Actor
from contacts.models import Appointment, Group
from liaisons import mail, outbox
from liaisons.models import Circulation, Comment, Event
from liaisons.rules import CHAIRS, SECRETARIAT, Refused

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
    proposed: str = "",
    name: str = "",
    email: str = "",
    group_text: str = "",
) -> Comment:
    """Keep a comment. One from an address nobody knows counts after a mail to it is confirmed. Raises Refused."""
    if circulation.ended_at is not None:
        raise Refused([_("This circulation has ended. Write to the secretariat: %(mailbox)s.") % _mailbox(circulation)])
    if kind != Comment.Kind.SUPPORT and not text.strip():
        raise Refused([_("Write what you want to say.")])
    if by.person is None and not email:
        raise Refused([_("Give your e-mail: your comment counts once you have confirmed it.")])
    if by.person is None and _waiting(circulation, email) >= MOST_UNCONFIRMED:
        raise Refused([_("Comments from this address wait to be confirmed. Look into your mailbox first.")])
    with transaction.atomic():
        row = Comment.objects.create(
            circulation=circulation,
            revision=circulation.statement.revision if circulation.statement else None,
            author=by.person,
            name=name or str(by.person or ""),
            email=email or (by.person.email if by.person else ""),
            group=_represented(circulation, by, now),
            group_text=group_text,
            kind=kind,
            clause=clause,
            text=text.strip(),
            proposed=proposed.strip(),
            late=circulation.is_over(now),
            made_at=now,
            confirmed_at=now if by.person else None,
        )
        _record("comment", row, by, now)
        if by.person is None:
            outbox.queue([mail.confirm_comment(row, now)])
    return row


def confirm(row: Comment, *, by: Actor, now: datetime) -> None:
    """The person at the other end of the address says that the comment is theirs."""
    if row.confirmed_at is None:
        row.confirmed_at = now
        row.late = row.circulation.is_over(row.made_at)
        row.save(update_fields=["confirmed_at", "late"])
        _record("confirm", row, by, now)


def withdraw(row: Comment, *, by: Actor, now: datetime) -> None:
    """The author takes the comment back. Raises Refused for anybody else."""
    if by.person is None or by.person != row.author:
        raise Refused([_("A comment is withdrawn by the person who made it.")])
    if row.withdrawn_at is not None:
        return
    row.withdrawn_at = now
    row.save(update_fields=["withdrawn_at"])
    _record("withdraw_comment", row, by, now)


def dispose(row: Comment, disposition: str, *, text: str, by: Actor, now: datetime) -> None:
    """Say what was done about a comment, and tell the commenter. Only a chair overrules an objection, with a reason."""
    desk = row.circulation.desk
    roles = by.roles_at(desk.group, desk.today(now))
    if not roles & (SECRETARIAT | CHAIRS):
        raise Refused([_("Comments are disposed of by the secretariat and the chairs.")])
    if disposition == Comment.Disposition.OVERRULED and (not roles & CHAIRS or not text.strip()):
        raise Refused([_("An objection is overruled by a chair, with a reason.")])
    row.disposition = disposition
    row.disposition_text = text.strip()
    row.disposed_by = by.person
    row.disposed_at = now
    with transaction.atomic():
        row.save(update_fields=["disposition", "disposition_text", "disposed_by", "disposed_at"])
        _record("dispose", row, by, now)
        if row.email:
            outbox.queue([mail.disposed(row, now)])


def move_window(circulation: Circulation, closes_on: date, *, reason: str, by: Actor, now: datetime) -> None:
    """Let the window close on another day, with a reason; a day before today closes it at once. Raises Refused."""
    desk = circulation.desk
    if not by.roles_at(desk.group, desk.today(now)) & (SECRETARIAT | CHAIRS):
        raise Refused([_("The window is moved by the secretariat and the chairs.")])
    if not reason.strip():
        raise Refused([_("Give a reason: it is kept with the decision.")])
    if circulation.distributed_at is None or circulation.is_over(now):
        raise Refused([_("Only a window that is open can be moved.")])
    before = circulation.closes_on
    if before and closes_on < before:
        circulation.shortened_because = reason.strip()
    circulation.close_on(closes_on)
    with transaction.atomic():
        circulation.save(update_fields=["closes_on", "closes_at", "shortened_because"])
        Event.objects.record(
            "move_window",
            by=by,
            at=now,
            desk=desk,
            statement=circulation.statement,
            circulation=circulation,
            reason=reason.strip(),
            data={"from": before.isoformat() if before else None, "to": closes_on.isoformat()},
        )


def _waiting(circulation: Circulation, email: str) -> int:
    return circulation.comments.filter(email__iexact=email, confirmed_at__isnull=True).count()


def _represented(circulation: Circulation, by: Actor, now: datetime) -> Group | None:
    """The body the person represents in the group that circulates, if one."""
    desk = circulation.desk
    speaking = Appointment.objects.in_force(desk.today(now)).filter(
        person=by.person, group=desk.group, represents__isnull=False
    )
    appointment = speaking.select_related("represents").first() if by.person else None
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
