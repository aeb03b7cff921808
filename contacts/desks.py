"""Which desks a person works at, and at which one now."""

from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from contacts.actor import Actor
from contacts.models import Appointment, Desk

SESSION_KEY = "desk"


def desks_of(actor: Actor, now: datetime) -> QuerySet[Desk]:
    """The desks in whose group the person holds a role; which day it is there differs by hours, so UTC decides."""
    if actor.person is None:
        return Desk.objects.none()
    held = Appointment.objects.in_force(now.date()).filter(person=actor.person)
    return Desk.objects.filter(group__in=held.values("group")).select_related("group")


def current_desk(request: HttpRequest) -> Desk | None:
    """The desk chosen last in this session while the person still works there, else their first."""
    actor = Actor.of(request.user)
    if actor.person is None:
        return None
    desks = {desk.pk: desk for desk in desks_of(actor, timezone.now())}
    chosen = request.session.get(SESSION_KEY)
    return desks.get(chosen or 0) or next(iter(desks.values()), None)
