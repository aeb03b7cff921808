"""An addressee asked for more time: the secretariat grants it or not."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.forms import DayField
from contacts.http import AtDesk, at_desk, posted
from liaisons.models import Reply
from liaisons.replies import extensions
from liaisons.rules import SECRETARIAT, Refused
from liaisons.views.rehearsing import mails_of


class TimeForm(forms.Form):
    """The day is asked for only where time is granted."""

    until = DayField(label=gettext_lazy("Until"), required=False)
    text = forms.CharField(
        label=gettext_lazy("What you say to them"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("It goes into the mail that tells them. Without more time, say why."),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if "refuse" in self.data:
            given["until"] = None
        elif "until" not in self.errors and given.get("until") is None:
            self.add_error("until", _("Say until which day."))
        return given


@at_desk(*SECRETARIAT)
def reply_time(request: AtDesk, pk: int, reply_pk: int) -> HttpResponse:
    rows = Reply.objects.filter(addressee__statement=pk, addressee__statement__desk=request.desk, until__isnull=False)
    reply = get_object_or_404(rows.select_related("addressee__statement__desk", "decided_by"), pk=reply_pk)
    statement = reply.addressee.statement
    form = TimeForm(posted(request), initial={"until": reply.until})
    against: list[str] = []
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            decided = extensions.decide(reply, given["until"], text=given["text"], by=request.actor, now=timezone.now())
        except Refused as refused:
            against = refused.sentences
        else:
            messages.success(request, _said(decided))
            return redirect(f"{statement.get_absolute_url()}#addressees")
    context = {"form": form, "reply": reply, "statement": statement, "obstacles": against}
    status = 400 if form.errors or against else 200
    return render(request, "liaisons/reply_time.html", context, status=status)


def _pressed(given: QueryDict) -> str:
    return _("Do not grant more time") if "refuse" in given else _("Grant time until that day")


reply_time_mails = mails_of(reply_time, _pressed, back="reply-time")


def _said(reply: Reply) -> str:
    if reply.granted_until is None:
        return _("%(body)s is told that the deadline stays.") % {"body": reply.addressee}
    return _("%(body)s has time until %(day)s and is told so. Reminders follow the new day.") % {
        "body": reply.addressee,
        "day": date_format(reply.granted_until, "j F Y"),
    }
