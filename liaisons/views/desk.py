"""The first page: what waits for the person at the desk; and the way to another desk."""

from dataclasses import replace

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from contacts.desks import SESSION_KEY, desks_of
from contacts.http import AtDesk, DeskRequest, at_desk
from liaisons import health
from liaisons.overviews import waiting
from liaisons.rules import may_write


def desk(request: DeskRequest) -> HttpResponse:
    """Outsiders, who have no desk, get the public register."""
    if request.desk is None:
        return redirect("statements")
    now = timezone.now()
    today = request.desk.today(now)
    roles = request.actor.roles_at(request.desk.group, today)
    heaps = waiting.heaps(request.desk, request.actor, roles, now)
    whose = _whose_drafts(heaps, request.GET.get("drafts", ""))
    if whose == "mine":
        heaps = [_only_mine(heap) if heap.key == "drafts" else heap for heap in heaps]
    context = {
        "heaps": heaps,
        "today": today,
        "may_write": may_write(request.desk, request.actor, now),
        "may_register": "secretariat" in roles,
        "whose": whose,
        "late": health.late(now),
    }
    return render(request, "liaisons/desk.html", context)


def _whose_drafts(heaps: list[waiting.Heap], asked: str) -> str:
    """The drafts shown: "mine" or "all"; "" where they are the same or none is the person's own."""
    mine = {row.mine for heap in heaps if heap.key == "drafts" for row in heap.rows}
    if mine != {True, False}:
        return ""
    return "mine" if asked == "mine" else "all"


def _only_mine(heap: waiting.Heap) -> waiting.Heap:
    return replace(heap, rows=[row for row in heap.rows if row.mine])


@at_desk()
@require_POST
def desk_switch(request: AtDesk) -> HttpResponse:
    """Go on at another desk; the page the person was on may not exist there, so only a list is gone back to."""
    now = timezone.now()
    chosen = request.POST.get("desk", "")
    found = get_object_or_404(desks_of(request.actor, now), pk=chosen if chosen.isdecimal() else 0)
    request.session[SESSION_KEY] = found.pk
    path = request.POST.get("next", "").partition("?")[0]
    lists = {
        reverse(name) for name in ("statements", "incoming", "documents", "meetings", "outbox", "groups", "people")
    }
    return redirect(path if path in lists else "desk")
