"""Gives each request its actor and desk, and shows times in the zone of the person."""

import zoneinfo
from collections.abc import Callable
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from contacts.actor import Actor
from contacts.desks import current_desk, desks_of
from contacts.http import DeskRequest


class ActorMiddleware:
    """Stands after AuthenticationMiddleware: sets `request.actor`, `request.desk` and `request.desks`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        ours = cast("DeskRequest", request)
        ours.actor = Actor.of(request.user)
        ours.desks = list(desks_of(ours.actor, timezone.now()))
        ours.desk = current_desk(ours.desks, request.session)
        zone = ours.actor.person.zone if ours.actor.person else "Europe/Zurich"
        with timezone.override(zoneinfo.ZoneInfo(zone)):
            return self.get_response(request)
