"""Mails that failed, came back or are in doubt, and dispatches on their way."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from liaisons.models import Message, ReceivedMail

from .desktop import MOST, Desktop, Heap, Row


def troubled(here: Desktop) -> list[Heap]:
    """Mails that failed, came back or are in doubt, dispatches on their way, statement by statement; what came in."""
    if not (here.is_secretary or "administrator" in here.roles):
        return []
    open_ = [Message.State.QUEUED, Message.State.SENDING]
    mails = Message.objects.of_desk(here.desk)
    shown = mails.troubled() | mails.filter(state__in=open_, kind=Message.Kind.SEND)
    counted = shown.values("statement", "statement__reference", "statement__revision__title").annotate(
        failed=Count("pk", filter=Q(state=Message.State.FAILED)),
        in_doubt=Count("pk", filter=Q(state=Message.State.IN_DOUBT)),
        bounced=Count("pk", filter=Q(state=Message.State.BOUNCED)),
        waiting=Count("pk", filter=Q(state__in=open_)),
        leaves=Min("not_before", filter=Q(state__in=open_)),
    )
    rows = [_mails(here, group) for group in counted.order_by("statement")[:MOST]]
    return [
        Heap("trouble", _("Mails that need you"), [row for row in rows if row.state != "sending"]),
        Heap("dispatches", _("Dispatches under way"), [row for row in rows if row.state == "sending"]),
        _came_in(here),
    ]


def _came_in(here: Desktop) -> Heap:
    """Mail that waits for somebody to say what it is, the longest waiting first."""
    waiting = ReceivedMail.objects.of_desk(here.desk).waiting()
    joined = waiting.select_related("statement", "addressee", "circulation__document").defer("text")
    rows = [
        Row(
            reference=str(mail.circulation or "") or (mail.statement.reference if mail.statement else ""),
            title=mail.subject or _("(no subject)"),
            url=mail.get_absolute_url(),
            state=mail.state,
            label=mail.get_kind_display(),
            on=here.desk.today(mail.received_at),
            what=_("came in"),
            note=str(mail.addressee or mail.sender_name or mail.sender),
        )
        for mail in joined.order_by("received_at", "pk")[: MOST + 1]
    ]
    more = reverse("received-mails") if len(rows) > MOST else ""
    return Heap("arrivals", _("Mail received, to be read"), rows[:MOST], more)


def _mails(here: Desktop, group: Mapping[str, Any]) -> Row:
    failed, in_doubt, bounced, waiting = group["failed"], group["in_doubt"], group["bounced"], group["waiting"]
    notes = []
    if in_doubt:
        notes.append(ngettext("%(n)d in doubt", "%(n)d in doubt", in_doubt) % {"n": in_doubt})
    if failed:
        notes.append(ngettext("%(n)d failed", "%(n)d failed", failed) % {"n": failed})
    if bounced:
        notes.append(ngettext("%(n)d came back", "%(n)d came back", bounced) % {"n": bounced})
    if waiting:
        notes.append(ngettext("%(n)d still to leave", "%(n)d still to leave", waiting) % {"n": waiting})
    states = Message.State
    numbers = {states.IN_DOUBT: in_doubt, states.FAILED: failed, states.BOUNCED: bounced}
    state = next((state for state, number in numbers.items() if number), states.SENDING)
    leaves = group["leaves"]
    return Row(
        reference=group["statement__reference"] or "",
        title=group["statement__revision__title"] or _("Other mails"),
        url=reverse("statement-dispatch", args=[group["statement"]]) if group["statement"] else reverse("outbox"),
        state=state,
        label=str(state.label),
        on=here.desk.today(leaves) if leaves else here.today,
        what=_("leaves") if waiting else _("look at it"),
        note=", ".join(notes),
    )
