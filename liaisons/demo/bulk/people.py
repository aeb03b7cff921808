"""The desk of the load, its two people, and the bodies that its letters go to and come from."""

from dataclasses import dataclass
from datetime import datetime

from contacts.demo import PASSWORD
from contacts.models import Appointment, Channel, Desk, Group, Person, User

DESIGNATION = "LOAD"
SECRETARY = "secretary@load.example.org"
BODIES = 300
# Every so many of them no mail reaches.
UNREACHABLE = 20


class InTheWay(Exception):
    """Something is here beside which no load is made; says what."""


@dataclass(frozen=True)
class Scene:
    desk: Desk
    secretary: Person
    chair: Person
    bodies: tuple[Group, ...]


def set_up(now: datetime) -> Scene:
    """Everybody is marked as demo, so that no mail of the load ever reaches a server. Raises InTheWay."""
    _refuse_company()
    group = Group(designation=DESIGNATION, name="Desk with many letters", kind=Group.Kind.JOINT_ACTIVITY, demo=True)
    group.save()
    desk = Desk.objects.create(
        group=group, slug="load", mailbox="load@example.org", mailing_list="list@load.example.org"
    )
    secretary = _person("Secretary of the load", SECRETARY, group, Appointment.Role.SECRETARIAT)
    chair = _person("Chair of the load", "chair@load.example.org", group, Appointment.Role.CHAIR)
    User.objects.create_user(SECRETARY, PASSWORD, person=secretary, joined_at=now)
    return Scene(desk, secretary, chair, _bodies())


def _refuse_company() -> None:
    if Group.objects.filter(designation=DESIGNATION).exists():
        raise InTheWay("There is a load here already. Another one wants a database of its own.")
    if others := list(Desk.objects.filter(group__demo=False).values_list("group__designation", flat=True)):
        raise InTheWay(
            f"Here is the desk of {', '.join(others)}, and beside a load its mail would no longer leave. "
            "Choose another DATABASE_URL or LIAISE_VAR."
        )


def _person(name: str, email: str, group: Group, role: Appointment.Role) -> Person:
    person = Person.objects.create(name=name, email=email, demo=True)
    Appointment.objects.create(person=person, group=group, role=role)
    return person


def _bodies() -> tuple[Group, ...]:
    bodies = tuple(
        Group.objects.bulk_create(
            Group(designation=f"Load body {number}", kind=Group.Kind.FORUM, demo=True)
            for number in range(1, BODIES + 1)
        )
    )
    Channel.objects.bulk_create(
        Channel(group=body, kind=Channel.Kind.MAIL, email=f"body-{number}@load.example.org")
        for number, body in enumerate(bodies, start=1)
        if number % UNREACHABLE
    )
    return bodies
