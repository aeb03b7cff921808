"""The people a desk knows, their roles in its group, and the forms in which both are changed."""

from datetime import date

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from contacts.designations import Directory
from contacts.forms import AppointmentForm, NewPersonForm, PersonForm, designations
from contacts.http import AtDesk, at_desk, posted
from contacts.models import Appointment, Group, Person, PersonQuerySet, StandIn
from contacts.paging import page_of
from contacts.rights import SECRETARIES, may_give, sees_addresses
from contacts.views import stand_ins

MOST_WORDS = 12


class PeopleFilter(forms.Form):
    """Any of the filters may be empty; a value that does not exist is left out."""

    q = forms.CharField(label=gettext_lazy("Search"), required=False, max_length=200, widget=forms.SearchInput)
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), required=False, choices=[("", gettext_lazy("any")), *Appointment.Role.choices]
    )
    held = forms.ChoiceField(
        label=gettext_lazy("Held"),
        required=False,
        choices=[("", gettext_lazy("today")), ("all", gettext_lazy("now or ever"))],
    )

    def narrow(self, group: Group, today: date, *, addresses: bool) -> PersonQuerySet:
        """The people of the group; only who sees addresses can search by them."""
        self.is_valid()
        chosen = self.cleaned_data
        roles = Appointment.objects.filter(group=group)
        if not chosen.get("held"):
            roles = roles.in_force(today)
        if chosen.get("role"):
            roles = roles.filter(role=chosen["role"])
        people = Person.objects.filter(pk__in=roles.values("person"))
        for word in chosen.get("q", "").replace("\0", "").split()[:MOST_WORDS]:
            said = Q(name__icontains=word) | Q(organization__icontains=word) | Q(country__icontains=word)
            people = people.filter(said | Q(email__icontains=word) if addresses else said)
        return people


@require_safe
@at_desk()
def people(request: AtDesk) -> HttpResponse:
    today = request.desk.today(timezone.now())
    chosen = PeopleFilter(request.GET)
    addresses = sees_addresses(request.roles)
    here = Appointment.objects.filter(group=request.desk.group).select_related("represents")
    rows = chosen.narrow(request.desk.group, today, addresses=addresses).prefetch_related(
        Prefetch("appointments", here.order_by("valid_from", "pk"), to_attr="here")
    )
    context = {
        "page": page_of(rows, "name", request.GET),
        "filter": chosen,
        "narrowed": any(request.GET.get(name) for name in ("q", "role", "held")),
        "today": today,
        "sees_addresses": addresses,
        "secretary": bool(request.roles & SECRETARIES),
    }
    return render(request, "contacts/people.html", context)


@require_safe
@at_desk()
def person(request: AtDesk, pk: int) -> HttpResponse:
    return _page(request, _known(request, pk))


@at_desk(*SECRETARIES)
def person_new(request: AtDesk) -> HttpResponse:
    """Somebody with a first role; whose address is known already gets the role and keeps their own data."""
    form = NewPersonForm(posted(request))
    role = AppointmentForm(
        posted(request),
        instance=Appointment(group=request.desk.group),
        directory=_directory(request),
        roles=request.roles,
        prefix="role",
        initial={"role": "member"},
    )
    if request.method == "POST" and form.is_valid() and role.is_valid():
        with transaction.atomic():
            found = form.known or form.save()
            if not role.refuse_double(found):
                role.instance.person = found
                role.save()
                _say_added(request, found, known=form.known is not None)
                return redirect(found)
    context = {"form": form, "role": role, "person": None, "designations": designations()}
    return render(request, "contacts/person_form.html", context, status=400 if form.errors or role.errors else 200)


@at_desk(*SECRETARIES)
def person_edit(request: AtDesk, pk: int) -> HttpResponse:
    found = _known(request, pk)
    if _is_shared(request, found):
        raise PermissionDenied(
            _("Another desk knows %(person)s too. An administrator changes their data under Administration.")
            % {"person": found}
        )
    form = PersonForm(posted(request), instance=found)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("What is known of %(person)s is changed.") % {"person": found})
        return redirect(found)
    context = {"form": form, "role": None, "person": Person.objects.get(pk=pk)}
    return render(request, "contacts/person_form.html", context, status=400 if form.errors else 200)


@at_desk(*SECRETARIES)
def person_role(request: AtDesk, pk: int) -> HttpResponse:
    """Give the person another role in the group of this desk."""
    found = _known(request, pk)
    return _role_form(request, found, Appointment(group=request.desk.group, person=found))


@at_desk(*SECRETARIES)
def person_role_edit(request: AtDesk, pk: int, role: int) -> HttpResponse:
    """Change a role in the group of this desk, or give it its last day."""
    found = _known(request, pk)
    appointment = get_object_or_404(found.appointments.filter(group=request.desk.group), pk=role)
    if not may_give(appointment.role, request.roles):
        raise PermissionDenied(_("Administrators are released by an administrator."))
    return _role_form(request, found, appointment)


def _role_form(request: AtDesk, found: Person, appointment: Appointment) -> HttpResponse:
    form = AppointmentForm(posted(request), instance=appointment, directory=_directory(request), roles=request.roles)
    if request.method == "POST" and form.is_valid() and not form.refuse_double(found):
        form.save()
        messages.success(request, _("The roles of %(person)s are changed.") % {"person": found})
        return redirect(found)
    context = {"form": form, "person": found, "is_new": appointment.pk is None, "designations": designations()}
    return render(request, "contacts/role_form.html", context, status=400 if form.errors else 200)


def _page(request: AtDesk, found: Person) -> HttpResponse:
    today = request.desk.today(timezone.now())
    secretary = bool(request.roles & SECRETARIES)
    context = {
        "person": found,
        "roles_here": found.appointments.filter(group=request.desk.group).select_related("represents"),
        "roles_elsewhere": _elsewhere(request, found),
        "stand_ins": StandIn.objects.filter(group=request.desk.group)
        .filter(Q(person=found) | Q(chair=found))
        .select_related("person", "chair"),
        "may_stand_in": stand_ins.may_name(request) and stand_ins.is_vice_chair(request, found),
        "vice_chairs": stand_ins.vice_chairs(request, found),
        "may_name": stand_ins.may_name(request),
        "today": today,
        "sees_addresses": sees_addresses(request.roles),
        "secretary": secretary,
        "may_edit": secretary and not _is_shared(request, found),
        "has_account": hasattr(found, "user"),
    }
    return render(request, "contacts/person.html", context)


def _known(request: AtDesk, pk: int) -> Person:
    return get_object_or_404(Person.objects.known_at(request.desk.group), pk=pk)


def _elsewhere(request: AtDesk, found: Person) -> QuerySet[Appointment]:
    """Roles in groups without a desk of their own; those at other desks are theirs to show."""
    others = found.appointments.exclude(group=request.desk.group).filter(group__desk__isnull=True)
    return others.select_related("group", "represents").order_by("group__designation", "role")


def _is_shared(request: AtDesk, found: Person) -> bool:
    """Whether another desk knows the person: its letters and links go to the same address."""
    return found.appointments.filter(group__desk__isnull=False).exclude(group=request.desk.group).exists()


def _say_added(request: AtDesk, found: Person, *, known: bool) -> None:
    if known:
        messages.info(
            request,
            _("%(person)s was known by this address already and has the role now. Their own data stay as they were.")
            % {"person": found},
        )
    else:
        messages.success(request, _("%(person)s is known at this desk now.") % {"person": found})


def _directory(request: AtDesk) -> Directory:
    return Directory.load(request.desk.today(timezone.now()), within=request.desk.group)
