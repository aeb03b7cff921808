"""Mail that came back: the message is marked with the reason, and no reminder follows where the letter never was."""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from contacts.actor import Actor
from liaisons import outbox
from liaisons.arrivals.parsing import Arrival
from liaisons.arrivals.recognising import failures
from liaisons.models import Event, Message, ReceivedMail, Reminder

State = ReceivedMail.State


def record(row: ReceivedMail, arrival: Arrival, now: datetime) -> tuple[State, str]:
    """Mark the mail of ours that came back; returns what becomes of the bounce, and a sentence about it."""
    ours = row.ours
    if ours is None:
        return State.WAITING, _("A mail did not arrive. Which one cannot be told; look at the text.")
    said = failures(arrival)
    if not said:
        told = _("A mail server sends back the mail to %(to)s and does not say clearly why. Read what it says.")
        return State.WAITING, told % {"to": ours.recipient}
    about_it = [one for one in said if ours.recipient.lower() in one.recipients]
    lost = next((one for one in about_it if not one.delayed), None)
    if lost is not None:
        return State.TAKEN, _mark(ours, row, lost.reason, now)
    others = sorted(set().union(*(one.recipients for one in said if not one.delayed)))
    if about_it or not others:
        return State.TAKEN, _("The mail to %(to)s is delayed on its way; a server still tries.") % {
            "to": ours.recipient
        }
    told = _("It did not reach %(who)s, to whom %(to)s seems to pass its mail on.")
    return State.WAITING, told % {"who": ", ".join(others)[:150], "to": ours.recipient}


def _mark(ours: Message, row: ReceivedMail, reason: str, now: datetime) -> str:
    """Only what has left can come back; one that is in doubt has left, then."""
    states = Message.State
    # A server may be quicker with its bounce than our sender is with its record.
    has_left = Q(state__in=[states.SENT, states.IN_DOUBT]) | Q(state=states.SENDING, handed_over_at__isnull=False)
    came_back = Message.objects.filter(has_left, pk=ours.pk).update(
        state=states.BOUNCED, answer=reason[:500], claimed_by="", claimed_at=None
    )
    if not came_back:
        state = Message.objects.get(pk=ours.pk).get_state_display()
        return _("The mail to %(to)s is %(state)s; nothing was changed.") % {"to": ours.recipient, "state": state}
    _remind_no_more(ours, now)
    Event.objects.record(
        "bounce",
        by=Actor("mail"),
        at=now,
        desk=ours.desk,
        statement=ours.statement,
        addressee=ours.addressee,
        circulation=ours.circulation,
        reason=reason[:500],
        data={"message": ours.pk, "mail": row.pk},
        private=True,
    )
    return _("The mail to %(to)s is marked as come back.") % {"to": ours.recipient}


def _remind_no_more(ours: Message, now: datetime) -> None:
    """Take back what would still remind that address; our own people are reminded as before."""
    if ours.addressee_id is None:
        return
    waiting = Reminder.objects.filter(
        addressee=ours.addressee_id, recipient__iexact=ours.recipient, outsider=True, cancelled_at__isnull=True
    )
    messages = list(waiting.filter(message__state=Message.State.QUEUED).values_list("message", flat=True))
    outbox.cancel(Message.objects.filter(pk__in=messages))
    gone = Q(message__isnull=True) | Q(message__in=messages, message__state=Message.State.CANCELLED)
    Reminder.objects.filter(pk__in=list(waiting.filter(gone).values_list("pk", flat=True))).update(cancelled_at=now)
