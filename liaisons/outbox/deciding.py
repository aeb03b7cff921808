"""What only a person of the secretariat decides about a message."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.actor import Actor
from liaisons import renditions
from liaisons.models import Circulation, Event, Link, Message, Statement
from liaisons.rules import SECRETARIAT, Refused

from . import reserved
from .arriving import left
from .queueing import Draft, rehearsing, rewrite, stored
from .waking import wake_on_commit


def send_again(
    message: Message, by: Actor, now: datetime, rewritten: Callable[[Circulation], Draft] | None = None
) -> None:
    """Let a message that did not surely arrive leave once more under the same Message-ID.

    A text for comment gets its days anew, from when the list's server takes it; `rewritten` makes its words with the
    day on which they end then. Raises Refused, also where what it is about no longer stands.
    """
    with transaction.atomic():
        _hold_what_it_is_about(message)
        if Message.objects.void().filter(pk=message.pk).exists():
            raise Refused([_("What this mail is about no longer stands, so it does not leave again. Give it up.")])
        _decide(
            message, "send_again", by, now,
            from_=(
                Message.State.IN_DOUBT, Message.State.FAILED, Message.State.BOUNCED, Message.State.GIVEN_UP,
                # Taken back alone: one letter of a dispatch that stands, or the text of a circulation that does.
                *([Message.State.CANCELLED] if message.kind in (Message.Kind.SEND, Message.Kind.CIRCULATE) else []),
            ),
            state=Message.State.QUEUED, not_before=now, tries=0, claimed_by="", claimed_at=None, handed_over_at=None,
        )  # fmt: skip
        if message.kind == Message.Kind.CIRCULATE and message.circulation_id is not None:
            circulation = Circulation.objects.select_related("desk__group", "document").get(pk=message.circulation_id)
            circulation.begin_anew(now)
            if rewritten is not None:
                rewrite(message, rewritten(circulation))
        renditions.try_again(message.files.filter(rendition__isnull=False).values_list("rendition", flat=True))
        rehearsing([stored(message)])
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


def take_back(message: Message, by: Actor, now: datetime, reason: str = "") -> None:
    """Take one mail back that is still held; the others of the dispatch leave. Raises Refused."""
    with transaction.atomic():
        _require_held(message, now)
        _decide(message, "take_back", by, now, reason, from_=(Message.State.QUEUED,), state=Message.State.CANCELLED)


def readdress(message: Message, email: str, by: Actor, now: datetime) -> None:
    """Put a mail that is still held to another address, with the link in it. Raises Refused."""
    with transaction.atomic():
        _require_held(message, now)
        if reserved.BEGIN in message.text:
            raise Refused([_("It tells of other desks, which only its reader may know: it goes to no other address.")])
        alike = Message.objects.filter(
            statement=message.statement, kind=message.kind, round=message.round, recipient__iexact=email
        ).exclude(pk=message.pk)
        if message.statement_id and alike.exclude(state=Message.State.CANCELLED).exists():
            raise Refused([_("%(email)s gets this letter already.") % {"email": email}])
        _decide(
            message, "readdress", by, now, f"{message.recipient} → {email}", from_=(Message.State.QUEUED,),
            recipient=email, to=message.to.replace(message.recipient, email),
        )  # fmt: skip
        Link.objects.filter(addressee=message.addressee, email=message.recipient).exclude(addressee=None).update(
            email=email
        )


def _require_held(message: Message, now: datetime) -> None:
    if not message.is_held(now):
        raise Refused([_("It has begun to leave, or somebody has decided about it. Look at it again.")])


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
