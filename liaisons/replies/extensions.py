"""More time: an addressee asks for it, the secretariat grants it or not, and the deadline moves with its reminders."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.actor import Actor
from contacts.models import Desk
from liaisons import mail, outbox, reminders
from liaisons.calendar import end_of_day
from liaisons.models import Addressee, Event, Reply, Statement
from liaisons.rules import SECRETARIAT, Refused, day_text


def decide(reply: Reply, until: date | None, *, text: str, by: Actor, now: datetime) -> Reply:
    """Grant time until a day in the zone of the deadline, or none at all; whoever asked is told. Raises Refused.

    A request is decided once, and not at all where a later one took its place. The day that was asked for, the one
    that was granted and every earlier deadline stay in the replies and events of the addressee.
    """
    with transaction.atomic():
        reply, desk = _to_decide(reply, by, now)
        addressee = reply.addressee
        before = addressee.due_on
        if until is None:
            _require_reason(text)
        else:
            _move(addressee, until, desk, now)
        reply.granted_until = until
        reply.decided_at = now
        reply.decided_by = by.person
        reply.decision_text = text.strip()
        reply.save(update_fields=["granted_until", "decided_at", "decided_by", "decision_text"])
        Event.objects.record(
            "decide_time",
            by=by,
            at=now,
            desk=desk,
            statement=addressee.statement,
            addressee=addressee,
            reason=reply.decision_text[:500],
            data={"reply": reply.pk, "from": _iso(before), "asked": _iso(reply.until), "granted": _iso(until)},
        )
        outbox.queue(mail.time_decided(reply, now))
    return reply


def asks_for_nothing(addressee: Addressee, until: date) -> str:
    """Why nobody need grant time until that day, as a sentence for whoever asks; "" for a day after the deadline."""
    if addressee.due_on is None or until > addressee.due_on:
        return ""
    return _("The answer is awaited until %(day)s anyway. Choose a later day.") % {"day": day_text(addressee.due_on)}


def _move(addressee: Addressee, until: date, desk: Desk, now: datetime) -> None:
    if until < desk.today(now):
        raise Refused([_("That day is over. Grant time until a later one.")])
    if addressee.due_on and until <= addressee.due_on:
        raise Refused([_("The answer is due on that day or later already. Grant time until a later day.")])
    addressee.due_on = until
    addressee.due_at = end_of_day(until, ZoneInfo(addressee.due_zone))
    addressee.save(update_fields=["due_on", "due_at"])
    reminders.cancel_for(addressee, now)


def _require_reason(text: str) -> None:
    if not text.strip():
        raise Refused([_("Say in a sentence why no more time can be given: whoever asked gets it by mail.")])


def _to_decide(reply: Reply, by: Actor, now: datetime) -> tuple[Reply, Desk]:
    """The reply as it is now, its addressee locked, for the secretariat of the desk that asked."""
    # In the order of every step: the statement first, then its addressee.
    statement = Statement.objects.select_for_update(of=("self",)).get(addressees=reply.addressee_id)
    Addressee.everyone.select_for_update(of=("self",)).get(pk=reply.addressee_id)
    reply = Reply.objects.select_related("addressee__statement__desk__group", "decided_by").get(pk=reply.pk)
    desk = statement.desk
    if desk is None or not by.roles_at(desk.group, desk.today(now)) & SECRETARIAT:
        raise Refused([_("More time is granted by the secretariat of the desk that asked.")])
    if reply.kind != Reply.Kind.MORE_TIME:
        raise Refused([_("Nobody asked for more time with this reply.")])
    if reply.decided_at is not None:
        raise Refused([_("%(who)s has decided about it already.") % {"who": reply.decided_by or _("Somebody")}])
    if statement.state != Statement.State.SENT:
        state = statement.get_state_display()
        raise Refused([_("The statement is %(state)s: nothing is waited for.") % {"state": state}])
    if not reply.addressee.is_awaited:
        raise Refused([_("%(body)s owes nothing any more: no time is needed.") % {"body": reply.addressee}])
    if reply.moot:
        raise Refused([reply.moot])
    return reply, desk


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
