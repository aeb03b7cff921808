"""What every page knows: who reads it, at which desk, and whether this is the demo."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from contacts.actor import Actor
from contacts.models import Person


def desk(request: HttpRequest) -> dict[str, Any]:
    """Name what templates are given; a request that failed before the middleware has no actor."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return {"actor": None, "desk": None, "desks": [], "roles": frozenset(), "demo": False, "can_see_outbox": False}
    now = timezone.now()
    at = getattr(request, "desk", None)
    roles = actor.roles_at(at.group, at.today(now)) if at else frozenset()
    return {
        "actor": actor,
        "desk": at,
        "desks": getattr(request, "desks", []),
        "roles": roles,
        "demo": Person.objects.filter(demo=True).exists(),
        "can_see_outbox": bool(roles & {"secretariat", "administrator"}),
        "now": now,
    }
