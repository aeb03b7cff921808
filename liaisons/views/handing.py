"""Letters that do not go by mail: the text to paste, the files to take, and what is still to be handed over."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from contacts.http import AtDesk, at_desk
from liaisons import handover, links, mail
from liaisons.forms.dispatch import HandoverForm, ReasonForm
from liaisons.models import Addressee, Statement
from liaisons.rules import Refused

SHOWN = 500


@require_safe
@at_desk("secretariat")
def addressee_letter(request: AtDesk, pk: int) -> HttpResponse:
    """The letter to one addressee, ready for the form of its body or to be carried."""
    return _letter(request, _addressee(request, pk))


def _letter(
    request: AtDesk, addressee: Addressee, giving_up: ReasonForm | None = None, status: int = 200
) -> HttpResponse:
    statement, now = addressee.statement, timezone.now()
    door = handover.answer_link(addressee, now)
    subject, text = mail.to_paste(addressee, now, links.url(door) if door else "")
    context = {
        "addressee": addressee,
        "statement": statement,
        "at": request.desk,
        "ways": addressee.group.channels.select_related("via") if addressee.group else [],
        "fields": [("subject", subject), ("text", text)],
        "attachments": statement.revision.attachments.all() if statement.revision else [],
        "is_out": statement.state in handover.OUT,
        "door": door,
        "form": HandoverForm(
            addressee=addressee, initial={"on": request.desk.today(now), "note": addressee.posted_note}
        ),
        "waits": handover.of_statement(statement).filter(pk=addressee.pk).exists(),
        "give_up_form": giving_up or ReasonForm(),
        "giving_up": giving_up is not None,
    }
    return render(request, "liaisons/addressee_letter.html", context, status=status)


@require_POST
@at_desk("secretariat")
def addressee_link(request: AtDesk, pk: int) -> HttpResponse:
    """Put a link to answer by into the text to paste."""
    addressee = _addressee(request, pk)
    try:
        handover.make_answer_link(addressee, by=request.actor, now=timezone.now())
    except Refused as refused:
        for sentence in refused.sentences:
            messages.error(request, sentence)
    else:
        messages.success(request, _("The text has a link to answer by now."))
    return redirect("addressee-letter", pk)


@require_POST
@at_desk("secretariat")
def addressee_give_up(request: AtDesk, pk: int) -> HttpResponse:
    """Take it off the list of letters to hand over, with a reason."""
    addressee = _addressee(request, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _letter(request, addressee, form, status=400)
    try:
        handover.give_up(addressee, form.cleaned_data["reason"], by=request.actor, now=timezone.now())
    except Refused as refused:
        for sentence in refused.sentences:
            messages.error(request, sentence)
        return _letter(request, addressee, status=400)
    messages.success(request, _("Noted: %(name)s is not handed the letter any more.") % {"name": addressee})
    return redirect("to-hand-over")


def _addressee(request: AtDesk, pk: int) -> Addressee:
    rows = Addressee.objects.filter(statement__in=Statement.objects.issued_by(request.desk))
    return get_object_or_404(rows.select_related("group", "statement__desk__group", "statement__revision"), pk=pk)


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
