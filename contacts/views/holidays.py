"""The holidays in the calendar of a desk: one by one, pasted, or from a calendar file."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from contacts import holidays as reading
from contacts.forms import DayField
from contacts.http import AtDesk, at_desk
from contacts.models import Holiday
from contacts.rights import SECRETARIES


class HolidayForm(forms.Form):
    """One day; with more of them in the other fields of the page."""

    day = DayField(label=gettext_lazy("Day"))
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)


class HolidayListForm(forms.Form):
    """Many days at once, as text or as a file; `zone` is that of the desk's seat."""

    text = forms.CharField(
        label=gettext_lazy("Days, one on each line"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6, "placeholder": "2026-12-25 Christmas"}),
    )
    file = forms.FileField(
        label=gettext_lazy("Or a calendar file"),
        required=False,
        help_text=gettext_lazy("A file that ends in .ics, as calendar programs export it."),
        widget=forms.FileInput(attrs={"accept": ".ics,text/calendar"}),
    )

    def __init__(self, *args: Any, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not given.get("text") and not given.get("file") and not self.errors:
            raise ValidationError(_("Paste days or choose a file."))
        try:
            self.read = reading.from_lines(given.get("text") or "")
            if file := given.get("file"):
                of_file = reading.from_calendar(file.read(reading.MAX_BYTES + 1), self.zone)
                self.read.repeating, self.read.long = of_file.repeating, of_file.long
                for day, name in of_file.days.items():
                    self.read.add(day, name)
        except reading.Unreadable as unreadable:
            raise ValidationError(str(unreadable)) from unreadable
        return given


@at_desk(*SECRETARIES)
def holidays(request: AtDesk) -> HttpResponse:
    """The list; posting adds one day."""
    form = HolidayForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        _add(request, {form.cleaned_data["day"]: form.cleaned_data["name"]})
        return redirect("holidays")
    return _page(request, form=form)


@require_POST
@at_desk(*SECRETARIES)
def holidays_list(request: AtDesk) -> HttpResponse:
    """Add what was pasted and what stands in a calendar file; a day that is there keeps its name."""
    form = HolidayListForm(request.POST, request.FILES, zone=request.desk.zoneinfo)
    if not form.is_valid():
        return _page(request, list_form=form)
    _add(request, form.read.days)
    if form.read.repeating:
        messages.warning(
            request,
            ngettext(
                "%(count)d entry repeats by a rule and was left out. Add its days one by one.",
                "%(count)d entries repeat by a rule and were left out. Add their days one by one.",
                form.read.repeating,
            )
            % {"count": form.read.repeating},
        )
    if form.read.long:
        messages.warning(
            request,
            ngettext(
                "%(count)d entry goes on for more than %(most)d days and was left out.",
                "%(count)d entries go on for more than %(most)d days and were left out.",
                form.read.long,
            )
            % {"count": form.read.long, "most": reading.MOST_DAYS},
        )
    return redirect("holidays")


@require_POST
@at_desk(*SECRETARIES)
def holiday_remove(request: AtDesk, pk: int) -> HttpResponse:
    row = get_object_or_404(Holiday, pk=pk, desk=request.desk)
    row.delete()
    messages.success(request, _("%(holiday)s is a working day now.") % {"holiday": row})
    return redirect("holidays")


def _add(request: AtDesk, days: Mapping[date, str]) -> None:
    known = set(Holiday.objects.filter(desk=request.desk, day__in=days).values_list("day", flat=True))
    new = [Holiday(desk=request.desk, day=day, name=name) for day, name in days.items() if day not in known]
    Holiday.objects.bulk_create(new, ignore_conflicts=True)
    said = ngettext("%(count)d holiday is added.", "%(count)d holidays are added.", len(new)) % {"count": len(new)}
    if known:
        said += " " + ngettext("%(count)d was there already.", "%(count)d were there already.", len(known)) % {
            "count": len(known)
        }
    messages.success(request, said)


def _page(request: AtDesk, **given: forms.Form) -> HttpResponse:
    today = request.desk.today(timezone.now())
    rows = Holiday.objects.filter(desk=request.desk)
    context = {
        "coming": rows.filter(day__gte=today),
        "gone": rows.filter(day__lt=today).order_by("-day"),
        "form": HolidayForm(),
        "list_form": HolidayListForm(zone=request.desk.zoneinfo),
        **given,
    }
    bad = any(form.errors for form in given.values())
    return render(request, "contacts/holidays.html", context, status=400 if bad else 200)
