"""Sending a mail again, or a letter to those who did not get it and to nobody who has it or may have it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.actor import Actor
from liaisons import handover, mail, outbox
from liaisons.models import Addressee, Message, Statement
from liaisons.rules import SECRETARIAT, Refused

State = Message.State


def send_again(message: Message, by: Actor, now: datetime) -> None:
    """Let a mail leave once more. Raises Refused.

    One to a list goes to the list as it is now, and says until when comments are open then.
    """
    if message.kind == Message.Kind.CIRCULATE and not message.desk.mailing_list:
        raise Refused([_("The desk has no mailing list. An administrator sets it in the settings of the desk.")])
    outbox.send_again(message, by, now, lambda circulation: mail.to_list(circulation, now)[0])


@dataclass(frozen=True)
class Missed:
    """Somebody who did not get the letter and has an address now; `last` is the mail that did not arrive."""

    name: str
    email: str
    last: Message | None
    addressee: Addressee | None

    @property
    def key(self) -> str:
        return f"a{self.addressee.pk}" if self.addressee else f"m{self.last.pk if self.last else 0}"

    @property
    def moved(self) -> bool:
        """Whether the address is another one than that which failed."""
        return self.last is not None and self.last.recipient.lower() != self.email.lower()


def missed(statement: Statement) -> list[Missed]:
    """Everybody to whom the letter of a statement that is out, or has ended since, can be sent again.

    Who has answered has it, and whom somebody has given up on is left alone.
    """
    corrected = statement.outcome == Statement.Outcome.CORRECTED
    if statement.state not in handover.OUT or corrected or not statement.dispatch_round:
        return []
    mails = list(Message.objects.of_dispatch(statement).order_by("pk"))
    had = {row.addressee_id for row in mails if row.state not in Message.LOST}
    reached = {row.recipient.lower() for row in mails if row.state not in Message.LOST}
    had |= set(statement.addressees.filter(replies__isnull=False).values_list("pk", flat=True))
    last = {row.addressee_id: row for row in mails if row.addressee_id}
    found = [
        Missed(str(addressee), email, last.get(addressee.pk), addressee)
        for addressee, email in mail.addresses(statement)
        if addressee.pk not in had and addressee.posted_at is None and addressee.given_up_at is None
    ]
    copies = [row for row in mails if row.addressee_id is None and row.recipient.lower() not in reached]
    return found + [Missed(row.recipient, row.recipient, row, None) for row in copies]


def send_to_missed(statement: Statement, chosen: Collection[str], by: Actor, now: datetime) -> int:
    """Send it again to those of missed() whose keys are chosen; returns how many mails that are. Raises Refused.

    To the same address it is the same mail once more; to a new one it is a new mail, and the old one is given up.
    """
    with transaction.atomic():
        statement = Statement.objects.select_for_update(of=("self",)).get(pk=statement.pk)
        desk = statement.desk
        if desk is None or not by.roles_at(desk.group, desk.today(now)) & SECRETARIAT:
            raise Refused([_("Letters are sent by the secretariat of the desk.")])
        rows = [row for row in missed(statement) if row.key in chosen]
        if not rows:
            raise Refused([_("Choose at least one who has not got it. Those who have it are not on the list.")])
        return sum(_send(row, by, now) for row in rows)


def _send(row: Missed, by: Actor, now: datetime) -> int:
    if row.last is not None and not row.moved:
        outbox.send_again(row.last, by, now)
        return 1
    if row.last is not None and row.last.state in (State.FAILED, State.BOUNCED):
        outbox.give_up(row.last, by, now, _("Sent to another address: %(email)s") % {"email": row.email})
    assert row.addressee is not None  # a copy goes to where it went before
    return len(outbox.queue(mail.again(row.addressee, now)))
