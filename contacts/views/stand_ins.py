"""Who stands in for a chair who is away, on which days."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.forms import DayField
from contacts.http import AtDesk, at_desk, posted
from contacts.models import Appointment, Group, Person, StandIn
from contacts.rights import CHAIRS, NAMING


class StandInForm(forms.ModelForm[StandIn]):
    """`instance` has its group and its vice-chair; the chairs to choose from are those in office `today`."""

    chair = forms.ModelChoiceField(queryset=Person.objects.none(), label=gettext_lazy("In place of"))
    valid_from = DayField(label=gettext_lazy("From"))
    valid_to = DayField(label=gettext_lazy("Until"), help_text=gettext_lazy("To end it early, give its last day."))

    class Meta:
        model = StandIn
        fields = ["chair", "valid_from", "valid_to"]

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chairs = Appointment.objects.in_force(today).filter(group=self.instance.group, role__in=CHAIRS)
        field = self.fields["chair"]
        assert isinstance(field, forms.ModelChoiceField)  # made above
        field.queryset = Person.objects.filter(pk__in=chairs.values("person")).exclude(pk=self.instance.person_id)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not self.errors and given["valid_to"] >= given["valid_from"]:
            wanted = StandIn(**given, pk=self.instance.pk, group=self.instance.group, person=self.instance.person)
            other = StandIn.objects.meeting(wanted).select_related("person", "chair").first()
            if other is not None:
                raise forms.ValidationError(
                    _("%(person)s stands in for %(chair)s until %(day)s already. Choose other days, or change those.")
                    % {"person": other.person, "chair": other.chair, "day": date_format(other.valid_to, "j F Y")}
                )
        return given


@at_desk(*NAMING)
def stand_in(request: AtDesk, pk: int) -> HttpResponse:
    """Let a vice-chair of the desk's group stand in for one of its chairs."""
    found = get_object_or_404(Person.objects.known_at(request.desk.group), pk=pk)
    if not is_vice_chair(request, found):
        sentence = _("Only a vice-chair stands in for a chair. Give %(person)s that role first.")
        raise PermissionDenied(sentence % {"person": found})
    return _form(request, StandIn(group=request.desk.group, person=found))


@at_desk(*NAMING)
def stand_in_edit(request: AtDesk, pk: int, row: int) -> HttpResponse:
    """Change the days; what was decided on them keeps both names."""
    rows = StandIn.objects.filter(group=request.desk.group).select_related("person")
    return _form(request, get_object_or_404(rows, pk=row, person=pk))


def may_name(request: AtDesk) -> bool:
    return bool(request.roles & NAMING)


def is_vice_chair(request: AtDesk, found: Person) -> bool:
    today = request.desk.today(timezone.now())
    held = found.appointments.in_force(today).filter(group=request.desk.group)
    return held.filter(role=Appointment.Role.VICE_CHAIR).exists()


def vice_chairs(request: AtDesk, found: Person) -> QuerySet[Person] | None:
    """Who can be named to stand in for this person; None where they are no chair, or the reader names nobody."""
    in_force = request.desk.group.appointments.in_force(request.desk.today(timezone.now()))
    if not may_name(request) or not in_force.filter(person=found, role__in=CHAIRS).exists():
        return None
    return Person.objects.filter(appointments__in=in_force.filter(role=Appointment.Role.VICE_CHAIR)).order_by("name")


def _form(request: AtDesk, row: StandIn) -> HttpResponse:
    is_new = row.pk is None
    form = StandInForm(posted(request), instance=row, today=request.desk.today(timezone.now()))
    saved = _saved(form) if request.method == "POST" else None
    if saved is not None:
        messages.success(
            request,
            _("%(person)s stands in for %(chair)s from %(first)s until %(last)s.")
            % {
                "person": saved.person,
                "chair": saved.chair,
                "first": date_format(saved.valid_from, "j F Y"),
                "last": date_format(saved.valid_to, "j F Y"),
            },
        )
        return redirect(saved.person)
    context = {"form": form, "person": row.person, "is_new": is_new}
    return render(request, "contacts/stand_in_form.html", context, status=400 if form.errors else 200)


def _saved(form: StandInForm) -> StandIn | None:
    """One after the other in a group: two that are sent at once must not meet on a day."""
    with transaction.atomic():
        Group.objects.select_for_update(of=("self",)).get(pk=form.instance.group_id)
        return form.save() if form.is_valid() else None
