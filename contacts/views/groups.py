"""The list of groups, and the form in which one is added or changed; its page is in liaisons.views.groups."""

from datetime import date

from django import forms
from django.contrib import messages
from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from contacts.designations import Directory, key
from contacts.forms import GroupForm, designations
from contacts.http import AtDesk, at_desk, posted
from contacts.models import Alias, Group, GroupQuerySet
from contacts.paging import page_of
from contacts.rights import SECRETARIES

MOST_WORDS = 12


class GroupFilter(forms.Form):
    """Any of the filters may be empty; a value that does not exist is left out."""

    q = forms.CharField(label=gettext_lazy("Search"), required=False, max_length=200, widget=forms.SearchInput)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), required=False, choices=[("", gettext_lazy("any")), *Group.Kind.choices]
    )
    exists = forms.ChoiceField(
        label=gettext_lazy("Exists"),
        required=False,
        choices=[
            ("", gettext_lazy("today")),
            ("ended", gettext_lazy("no longer")),
            ("all", gettext_lazy("now or ever")),
        ],
    )

    def narrow(self, groups: GroupQuerySet, today: date) -> GroupQuerySet:
        self.is_valid()
        chosen = self.cleaned_data
        if chosen.get("kind"):
            groups = groups.filter(kind=chosen["kind"])
        if chosen.get("exists") == "ended":
            groups = groups.filter(valid_to__lt=today)
        elif not chosen.get("exists"):
            groups = groups.in_force(today)
        return found(groups, chosen.get("q", ""))


def found(groups: GroupQuerySet, typed: str) -> GroupQuerySet:
    """Keep the groups in which every word occurs, and those of which the whole is a spelling."""
    words = Q()
    for word in typed.replace("\0", "").split()[:MOST_WORDS]:
        spelled = Exists(Alias.objects.filter(group=OuterRef("pk"), text__icontains=word))
        words &= Q(designation__icontains=word) | Q(name__icontains=word) | Q(spelled)
    folded = key(typed)
    if folded:
        words |= Q(Exists(Alias.objects.filter(group=OuterRef("pk"), key=folded)))
    return groups.filter(words)


@require_safe
@at_desk()
def groups(request: AtDesk) -> HttpResponse:
    today = request.desk.today(timezone.now())
    chosen = GroupFilter(request.GET)
    rows = chosen.narrow(Group.objects.all(), today).select_related("parent").prefetch_related("channels")
    context = {
        "page": page_of(rows, "designation", request.GET),
        "filter": chosen,
        "narrowed": any(request.GET.get(name) for name in ("q", "kind", "exists")),
        "today": today,
        "secretary": bool(request.roles & SECRETARIES),
    }
    return render(request, "contacts/groups.html", context)


@at_desk(*SECRETARIES)
def group_new(request: AtDesk) -> HttpResponse:
    form = GroupForm(
        posted(request), directory=_directory(request), initial={"designation": request.GET.get("designation", "")}
    )
    if request.method == "POST" and form.is_valid():
        group = form.save()
        messages.success(request, _("%(group)s is known now. Give it spellings and a channel.") % {"group": group})
        return redirect(group)
    context = {"form": form, "group": None, "designations": designations()}
    return render(request, "contacts/group_form.html", context, status=400 if form.errors else 200)


@at_desk(*SECRETARIES)
def group_edit(request: AtDesk, pk: int) -> HttpResponse:
    group = get_object_or_404(Group, pk=pk)
    form = GroupForm(posted(request), instance=group, directory=_directory(request))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("%(group)s is changed. Letters that left keep the old name.") % {"group": group})
        return redirect(group)
    context = {"form": form, "group": Group.objects.get(pk=pk), "designations": designations()}
    return render(request, "contacts/group_form.html", context, status=400 if form.errors else 200)


def _directory(request: AtDesk) -> Directory:
    return Directory.load(request.desk.today(timezone.now()), within=request.desk.group)
