"""Letters that do not go by mail: the text to paste, the files to take, and what is still to be handed over."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from contacts.http import AtDesk, at_desk
from liaisons import handover, mail
from liaisons.forms.dispatch import HandoverForm
from liaisons.models import Addressee, Statement

SHOWN = 500


@require_safe
@at_desk("secretariat")
def addressee_letter(request: AtDesk, pk: int) -> HttpResponse:
    """The letter to one addressee, ready for the form of its body or to be carried."""
    rows = Addressee.objects.filter(statement__in=Statement.objects.issued_by(request.desk))
    addressee = get_object_or_404(rows.select_related("group", "statement__desk__group", "statement__revision"), pk=pk)
    statement, now = addressee.statement, timezone.now()
    subject, text = mail.to_paste(addressee, now)
    context = {
        "addressee": addressee,
        "statement": statement,
        "at": request.desk,
        "ways": addressee.group.channels.select_related("via") if addressee.group else [],
        "fields": [("subject", subject), ("text", text)],
        "attachments": statement.revision.attachments.all() if statement.revision else [],
        "is_out": statement.state in handover.OUT,
        "form": HandoverForm(
            addressee=addressee, initial={"on": request.desk.today(now), "note": addressee.posted_note}
        ),
    }
    return render(request, "liaisons/addressee_letter.html", context)


@require_safe
@at_desk("secretariat")
def to_hand_over(request: AtDesk) -> HttpResponse:
    """Every letter of the desk that somebody still has to hand over, the oldest first."""
    rows = list(handover.waiting(request.desk).prefetch_related("group__channels__via")[: SHOWN + 1])
    context = {
        "rows": [(row, list(row.group.channels.all()) if row.group else []) for row in rows[:SHOWN]],
        "more": len(rows) > SHOWN,
        "at": request.desk,
    }
    return render(request, "liaisons/to_hand_over.html", context)
