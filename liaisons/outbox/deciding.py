"""What only a person of the secretariat decides about a message."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.actor import Actor
from liaisons import renditions
from liaisons.models import Circulation, Event, Message, Statement
from liaisons.rules import SECRETARIAT, Refused

from .arriving import left
from .waking import wake_on_commit


def send_again(message: Message, by: Actor, now: datetime) -> None:
    """Let a message that did not surely arrive leave once more under the same Message-ID.

    Raises Refused, also where what it is about no longer stands.
    """
    with transaction.atomic():
        _hold_what_it_is_about(message)
        if Message.objects.void().filter(pk=message.pk).exists():
            raise Refused([_("What this mail is about no longer stands, so it does not leave again. Give it up.")])
        _decide(
            message, "send_again", by, now,
            from_=(Message.State.IN_DOUBT, Message.State.FAILED, Message.State.BOUNCED, Message.State.GIVEN_UP),
            state=Message.State.QUEUED, not_before=now, tries=0, claimed_by="", claimed_at=None, handed_over_at=None,
        )  # fmt: skip
        renditions.try_again(message.files.filter(rendition__isnull=False).values_list("rendition", flat=True))
        wake_on_commit()


def mark_arrived(message: Message, by: Actor, now: datetime, reason: str = "") -> None:
    """Say of a message in doubt, or of one that came back, that its recipient has it. Raises Refused."""
    with transaction.atomic():
        at = message.handed_over_at or now
        _decide(
            message,
            "mark_arrived",
            by,
            now,
            reason,
            from_=(Message.State.IN_DOUBT, Message.State.BOUNCED),
            state=Message.State.SENT,
            sent_at=at,
        )
        left(message, at)


def give_up(message: Message, by: Actor, now: datetime, reason: str) -> None:
    """Say of a message that failed, came back, is in doubt or put off by the server, to leave it at that.

    Raises Refused.
    """
    with transaction.atomic():
        _decide(
            message, "give_up", by, now, reason,
            from_=(Message.State.FAILED, Message.State.IN_DOUBT, Message.State.BOUNCED, Message.State.QUEUED),
            state=Message.State.GIVEN_UP,
        )  # fmt: skip


def _hold_what_it_is_about(message: Message) -> None:
    """Lock the statement and the circulation, so that neither ends while it is decided that a mail may leave."""
    if message.statement_id is not None:
        Statement.objects.select_for_update(of=("self",)).get(pk=message.statement_id)
    if message.circulation_id is not None:
        Circulation.objects.select_for_update(of=("self",)).get(pk=message.circulation_id)


def _decide(
    message: Message, verb: str, by: Actor, now: datetime, reason: str = "", *, from_: tuple[str, ...], **fields: object
) -> None:
    """What only a person of the secretariat decides about a message, and the Event of it."""
    desk = message.desk
    if not by.roles_at(desk.group, desk.today(now)) & SECRETARIAT:
        raise Refused([_("The outbox belongs to the secretariat of the desk.")])
    if not Message.objects.filter(pk=message.pk, state__in=from_).update(**fields):
        now_in = Message.objects.get(pk=message.pk).get_state_display()
        raise Refused([_("The message is %(state)s by now. Look at it again.") % {"state": now_in}])
    Event.objects.record(
        verb, by=by, at=now, desk=desk, statement=message.statement, addressee=message.addressee,
        circulation=message.circulation, reason=reason.strip(), data={"message": message.pk}, private=True,
    )  # fmt: skip
