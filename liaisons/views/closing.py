"""The mails that leave by themselves when a window closes, seen while it is open."""

from django.db.models import Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from contacts.http import AtDesk, at_desk
from liaisons import housekeeping, outbox
from liaisons.rules import CHAIRS, SECRETARIAT
from liaisons.views.circulation import of_desk
from liaisons.views.rehearsing import Step, show


@require_safe
@xframe_options_sameorigin
@at_desk(*SECRETARIAT, *CHAIRS)
def circulation_close_mails(request: AtDesk, pk: int) -> HttpResponse:
    """The chairs are asked for their approval, or told what stops it, with what has been said until now."""
    row = of_desk(request.desk, pk)
    label, back, closes = _("The window closes"), reverse("circulation", args=[pk]), row.closes_at
    if closes is None or row.is_over(timezone.now()):
        against = _("Its days for comments have not begun, or they are over. What has left is in the outbox.")
        return show(request, Step(label, back), [], [against])
    comes = _(
        "It closes by itself at the end of %(day)s in %(place)s. "
        "What is said until then, and who is chair then, may still change them."
    ) % {"day": date_format(row.expected_close(), "j F Y"), "place": row.desk.locality}
    drafts = outbox.rehearse(lambda: housekeeping.tell_of_windows(closes, Q(pk=pk)))
    return show(request, Step(label, back, comes=comes), drafts, [])
