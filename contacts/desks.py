"""Which desks a person works at, and at which one now."""

from datetime import datetime

from django.contrib.sessions.backends.base import SessionBase
from django.db.models import QuerySet

from contacts.actor import Actor
from contacts.models import Appointment, Desk

SESSION_KEY = "desk"


def desks_of(actor: Actor, now: datetime) -> QuerySet[Desk]:
    """The desks in whose group the person holds a role; which day it is there differs by hours, so UTC decides."""
    if actor.person is None:
        return Desk.objects.none()
    held = Appointment.objects.in_force(now.date()).filter(person=actor.person)
    return Desk.objects.filter(group__in=held.values("group")).select_related("group")


def current_desk(desks: list[Desk], session: SessionBase) -> Desk | None:
    """Of these the desk chosen last in this session, while the person still works there, else their first."""
    if not desks:
        return None
    chosen = session.get(SESSION_KEY)
    return next((desk for desk in desks if desk.pk == chosen), desks[0])
