"""A day on which a sent statement comes back to the desk."""

from datetime import date

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from contacts.forms import DayField
from contacts.http import AtDesk, at_desk
from liaisons import looking_again
from liaisons.rules import AUTHORS, Refused
from liaisons.views.drafting import issued_at


class LookAgainForm(forms.Form):
    prefix = "again"

    on = DayField(label=gettext_lazy("Look at it again on"), required=False)
    reason = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=500)


@at_desk(*AUTHORS)
@require_POST
def statement_look_again(request: AtDesk, pk: int) -> HttpResponse:
    statement = issued_at(request.desk, pk)
    form = LookAgainForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write the day as in 2026-03-01."))
        return redirect(f"{statement.get_absolute_url()}#look-again")
    given = form.cleaned_data
    try:
        looking_again.look_again(statement, given["on"], reason=given["reason"], by=request.actor, now=timezone.now())
    except Refused as refused:
        messages.error(request, " ".join(refused.sentences))
    else:
        messages.success(request, _said(given["on"]))
    return redirect(f"{statement.get_absolute_url()}#look-again")


def _said(on: date | None) -> str:
    if on is None:
        return _("No day is set any more.")
    return _("It comes back to the desk on %(day)s.") % {"day": date_format(on, "j F Y")}
