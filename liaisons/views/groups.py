"""The page of a group: who it is, how it wants letters, and what it and the desk have written to each other.

It stands here and not with the other pages of groups because contacts knows nothing of letters.
"""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from contacts.designations import Directory
from contacts.forms import AliasForm, ChannelForm, SuccessionForm, designations
from contacts.http import AtDesk, at_desk, posted
from contacts.models import Alias, Appointment, Channel, Group, Succession
from contacts.rights import SECRETARIES, sees_addresses
from liaisons.overviews.exchange import with_group
from liaisons.recognition import recognize


@require_safe
@at_desk()
def group(request: AtDesk, pk: int) -> HttpResponse:
    return _page(request, _found(pk))


@require_POST
@at_desk(*SECRETARIES)
def group_alias(request: AtDesk, pk: int) -> HttpResponse:
    """Add a spelling; what waited in drafts and letters for somebody to know it is named."""
    found = _found(pk)
    form = AliasForm(request.POST, instance=Alias(group=found), directory=_directory(request), prefix="alias")
    if not form.is_valid():
        return _page(request, found, alias_form=form)
    with transaction.atomic():
        alias = form.save()
        named = recognize(timezone.now())
    said = _("%(spelling)s now stands for %(group)s.") % {"spelling": alias, "group": found}
    if named:
        said += " " + ngettext(
            "%(count)d name that nobody knew has its group now.",
            "%(count)d names that nobody knew have their group now.",
            named,
        ) % {"count": named}
    messages.success(request, said)
    return redirect(f"{found.get_absolute_url()}#spellings")


@require_POST
@at_desk(*SECRETARIES)
def group_alias_remove(request: AtDesk, pk: int, alias: int) -> HttpResponse:
    found = _found(pk)
    row = get_object_or_404(found.aliases, pk=alias)
    row.delete()
    messages.success(request, _("%(spelling)s is no spelling of it any more.") % {"spelling": row})
    return redirect(f"{found.get_absolute_url()}#spellings")


@require_POST
@at_desk(*SECRETARIES)
def group_channel(request: AtDesk, pk: int) -> HttpResponse:
    found = _found(pk)
    form = ChannelForm(request.POST, instance=Channel(group=found), directory=_directory(request), prefix="channel")
    if not form.is_valid():
        return _page(request, found, channel_form=form)
    form.save()
    messages.success(request, _("The channel is known now: the next letters take it."))
    return redirect(f"{found.get_absolute_url()}#channels")


@at_desk(*SECRETARIES)
def group_channel_edit(request: AtDesk, pk: int, channel: int) -> HttpResponse:
    found = _found(pk)
    row = get_object_or_404(found.channels, pk=channel)
    form = ChannelForm(posted(request), instance=row, directory=_directory(request))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("The channel is changed: the next letters take it."))
        return redirect(f"{found.get_absolute_url()}#channels")
    context = {"group": found, "form": form, "channel": row, "designations": designations()}
    return render(request, "liaisons/group_channel.html", context, status=400 if form.errors else 200)


@require_POST
@at_desk(*SECRETARIES)
def group_channel_remove(request: AtDesk, pk: int, channel: int) -> HttpResponse:
    found = _found(pk)
    get_object_or_404(found.channels, pk=channel).delete()
    messages.success(request, _("The channel is removed: the next letters do not take it."))
    return redirect(f"{found.get_absolute_url()}#channels")


@require_POST
@at_desk(*SECRETARIES)
def group_succession(request: AtDesk, pk: int) -> HttpResponse:
    found = _found(pk)
    form = SuccessionForm(
        request.POST, instance=Succession(predecessor=found), directory=_directory(request), prefix="succession"
    )
    if not form.is_valid():
        return _page(request, found, succession_form=form)
    succession = form.save()
    messages.success(request, _("Its work goes to %(group)s.") % {"group": succession.successor})
    return redirect(found)


@require_POST
@at_desk(*SECRETARIES)
def group_succession_remove(request: AtDesk, pk: int, succession: int) -> HttpResponse:
    found = _found(pk)
    get_object_or_404(found.followed_by, pk=succession).delete()
    messages.success(request, _("The succession is removed."))
    return redirect(found)


def _found(pk: int) -> Group:
    return get_object_or_404(Group.objects.select_related("parent"), pk=pk)


def _directory(request: AtDesk) -> Directory:
    return Directory.load(request.desk.today(timezone.now()), within=request.desk.group)


def _page(request: AtDesk, found: Group, **forms: Any) -> HttpResponse:
    """The page of the group; a form that was refused stands open with what was typed."""
    today = request.desk.today(timezone.now())
    secretary = bool(request.roles & SECRETARIES)
    held = Appointment.objects.select_related("person", "group", "represents").order_by("role", "person__name")
    own = {"group": request.desk.group}
    context = {
        "group": found,
        "in_force": found.is_in_force(today),
        "today": today,
        "children": found.children.order_by("ordinal", "designation"),
        "also_under": found.also_under.all(),
        "followed_by": found.followed_by.select_related("successor"),
        "follows": found.follows.select_related("predecessor"),
        "aliases": found.aliases.select_related("within"),
        "channels": found.channels.select_related("via"),
        # Another desk's people are that desk's to show.
        "appointments": held.filter(group=found).exclude(group__in=_other_desks(request)),
        "representatives": held.filter(represents=found, **own),
        "correspondence": with_group(found, request.desk, request.actor, today),
        "sees_addresses": sees_addresses(request.roles),
        "secretary": secretary,
        "known": set(_known(request, found)),
    }
    if secretary:
        context |= _forms(_directory(request), found, forms) | {"designations": designations()}
    return render(request, "liaisons/group.html", context, status=400 if forms else 200)


def _forms(directory: Directory, found: Group, given: dict[str, Any]) -> dict[str, Any]:
    fresh = {
        "alias_form": AliasForm(instance=Alias(group=found), directory=directory, prefix="alias"),
        "channel_form": ChannelForm(instance=Channel(group=found), directory=directory, prefix="channel"),
        "succession_form": SuccessionForm(
            instance=Succession(predecessor=found), directory=directory, prefix="succession"
        ),
    }
    return fresh | given


def _other_desks(request: AtDesk) -> Any:  # noqa: ANN401
    return Group.objects.filter(desk__isnull=False).exclude(pk=request.desk.group_id).values("pk")


def _known(request: AtDesk, found: Group) -> Any:  # noqa: ANN401
    """People of the group whom this desk knows, so that they have a page here."""
    here = Appointment.objects.filter(group=request.desk.group)
    return here.filter(person__appointments__group=found).values_list("person", flat=True)
