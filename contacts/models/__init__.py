"""Who: people, the groups they act for, and how those groups want their letters."""

from .desk import Desk
from .group import Alias, Channel, Group, GroupQuerySet, Succession
from .person import Appointment, AppointmentQuerySet, Person, PersonQuerySet, User

__all__ = [
    "Alias",
    "Appointment",
    "AppointmentQuerySet",
    "Channel",
    "Desk",
    "Group",
    "GroupQuerySet",
    "Person",
    "PersonQuerySet",
    "Succession",
    "User",
]
