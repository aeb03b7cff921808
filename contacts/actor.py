"""Who does something: an account, a signed link, a mail or the system, with the person behind it."""

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal

from django.db.models import Q

from contacts.rights import CHAIRS

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from contacts.models import Group, Person, User

Kind = Literal["account", "link", "mail", "system"]


@dataclass(frozen=True)
class Actor:
    """The doer of a step. `link_id` is set for a signed link, `email` for a mail or a link to an address."""

    kind: Kind
    person: "Person | None" = None
    user: "User | None" = None
    link_id: int | None = None
    email: str = ""
    _roles: dict[tuple[int, date], frozenset[str]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, user: "User | AnonymousUser") -> "Actor":
        """The actor behind a request; an anonymous one has neither person nor account."""
        if not user.is_authenticated:
            return cls("account")
        return cls("account", person=user.person, user=user, email=user.email)

    @classmethod
    def system(cls) -> "Actor":
        return cls("system")

    @property
    def is_system(self) -> bool:
        return self.kind == "system"

    def roles_at(self, group: "Group", on: date) -> frozenset[str]:
        """The roles the person holds in the group on that day, with a chair's while standing in for one.

        Read once per actor.
        """
        from contacts.models import Appointment, StandIn  # the models know actors by name only

        if self.person is None:
            return frozenset()
        if (group.pk, on) not in self._roles:
            chairs = StandIn.objects.in_force(on).filter(person=self.person, group=group).values("chair")
            own_or_lent = Q(person=self.person) | Q(person__in=chairs, role__in=CHAIRS)
            held = Appointment.objects.in_force(on).filter(own_or_lent, group=group)
            self._roles[group.pk, on] = frozenset(held.values_list("role", flat=True))
        return self._roles[group.pk, on]

    def __str__(self) -> str:
        return str(self.person or self.user or self.email or self.kind)
