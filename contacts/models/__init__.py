"""Who: people, the groups they act for, and how those groups want their letters."""

from .desk import Desk
from .group import Alias, Channel, Group, GroupQuerySet, Succession
from .holiday import Holiday
from .person import Appointment, AppointmentQuerySet, Person, PersonQuerySet, User
from .stand_in import StandIn

__all__ = [
    "Alias",
    "Appointment",
    "AppointmentQuerySet",
    "Channel",
    "Desk",
    "Group",
    "GroupQuerySet",
    "Holiday",
    "Person",
    "PersonQuerySet",
    "StandIn",
    "Succession",
    "User",
]
