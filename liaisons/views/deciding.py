"""Many mails decided about at once, each as if it were alone."""

import time
from collections import Counter
from typing import Any

from django.contrib import messages
from django.utils import timezone
from django.utils.translation import ngettext, ngettext_lazy

from contacts.http import AtDesk
from liaisons import outbox, resending
from liaisons.forms.deciding import DECISIONS, POSSIBLE, DecisionForm
from liaisons.models import Message
from liaisons.rules import Refused

_DONE = {
    "arrived": ngettext_lazy("%(count)d mail: noted, it has arrived.", "%(count)d mails: noted, they have arrived."),
    "send-again": ngettext_lazy("%(count)d mail leaves once more.", "%(count)d mails leave once more."),
    "give-up": ngettext_lazy("%(count)d mail is not sent.", "%(count)d mails are not sent."),
}
# A page is not kept waiting for longer: what is left is told, and decided with the next press.
WITHIN_SECONDS = 15.0


def offered(state: str, form: DecisionForm | None) -> dict[str, Any]:
    """What the page of a state needs, where many of its mails can be decided about at once."""
    if state not in POSSIBLE:
        return {}
    several = form or DecisionForm(initial={"state": state})
    return {"several": several, "decisions": [(name, DECISIONS[name]) for name in POSSIBLE[state]]}


def decide(request: AtDesk, form: DecisionForm) -> None:
    """Decide about each of them as long as there is time, and tell the person what was done and what was not."""
    given = form.cleaned_data
    rows = Message.objects.of_desk(request.desk).filter(state=given["state"]).order_by("pk")
    if not given["every"]:
        rows = rows.filter(pk__in=given["ticked"])
    until = time.monotonic() + WITHIN_SECONDS
    done, refused, left = 0, Counter[str](), rows.count()
    for row in rows.select_related("desk__group", "statement", "addressee", "circulation"):
        if time.monotonic() > until:
            break
        left -= 1
        try:
            _decide(request, row, given["decision"], given["reason"])
            done += 1
        except Refused as refusal:
            refused.update(refusal.sentences)
    _tell(request, given["decision"], done, refused, left)


def _decide(request: AtDesk, row: Message, decision: str, reason: str) -> None:
    by, now = request.actor, timezone.now()
    if decision == "arrived":
        outbox.mark_arrived(row, by, now, reason)
    elif decision == "send-again":
        resending.send_again(row, by, now)
    else:
        outbox.give_up(row, by, now, reason)


def _tell(request: AtDesk, decision: str, done: int, refused: Counter[str], left: int) -> None:
    if done:
        messages.success(request, _DONE[decision] % {"count": done})
    for sentence, count in refused.items():
        of = ngettext("%(count)d mail: %(why)s", "%(count)d mails: %(why)s", count)
        messages.error(request, of % {"count": count, "why": sentence})
    if left:
        more = ngettext("%(count)d mail is left. Press once more.", "%(count)d mails are left. Press once more.", left)
        messages.warning(request, more % {"count": left})
