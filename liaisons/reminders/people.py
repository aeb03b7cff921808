"""Our own people whom reminders go to: those in office today, by what they are asked to do."""

from collections.abc import Collection, Iterator
from datetime import datetime

from contacts.designations import Directory, read
from contacts.models import Appointment, Desk, Group, StandIn
from contacts.rights import CHAIRS
from liaisons.models import Registration

# Never empty: a VALUES without rows is no SQL.
NOBODY = (0, 0, "")

Person = tuple[int, int, str]


def secretaries(desks: list[Desk], now: datetime) -> list[Person]:
    """Desk, person and address."""
    return [NOBODY, *_in_office(desks, {Appointment.Role.SECRETARIAT}, now)]


def members(desks: list[Desk], now: datetime) -> list[Person]:
    """Desk, person and address of those whom a text in circulation is for."""
    roles = {Appointment.Role.MEMBER, Appointment.Role.REPRESENTATIVE}
    return [NOBODY, *dict.fromkeys(_in_office(desks, roles, now))]


def voters(desks: list[Desk], now: datetime) -> list[tuple[int, int, str, int]]:
    """Desk, person, address and the chair whose word it is: the chairs, and who stands in for them."""
    todays = {desk.group_id: (desk.pk, desk.today(now)) for desk in desks}
    found = [(*NOBODY, 0), *((desk, person, email, person) for desk, person, email in _in_office(desks, CHAIRS, now))]
    for row in StandIn.objects.filter(group__in=todays).exclude(person__email="").select_related("person"):
        desk_id, today = todays[row.group_id]
        if row.valid_from <= today <= row.valid_to:
            found.append((desk_id, row.person_id, row.person.email, row.chair_id))
    return found


def takers(desks: list[Desk], now: datetime) -> list[tuple[int, str, int, str]]:
    """Desk, Questions as they were named, person and address: the rapporteurs of Questions that letters went to."""
    found = [(0, "", 0, "")]
    open_ = Registration.objects.filter(state=Registration.State.ASSIGNED, assignee=None, due_on__isnull=False)
    named: dict[int, list[str]] = {}
    for desk_id, questions in open_.values_list("desk", "questions").distinct():
        named.setdefault(desk_id, []).append(questions)
    for desk in (desk for desk in desks if desk.pk in named):
        today = desk.today(now)
        directory = Directory.load(today, within=desk.group)
        meant = {questions: _questions(questions, directory) for questions in named[desk.pk]}
        held = Appointment.objects.in_force(today).filter(
            role=Appointment.Role.RAPPORTEUR, group__in={pk for groups in meant.values() for pk in groups}
        )
        rapporteurs = list(held.exclude(person__email="").values_list("group", "person", "person__email"))
        for questions, groups in meant.items():
            found += [(desk.pk, questions, person, email) for group, person, email in rapporteurs if group in groups]
    return found


def _questions(text: str, directory: Directory) -> set[int]:
    named = (directory.find(mention.designation) for mention in read(text, directory) if mention.designation)
    return {group.pk for group in named if group is not None and group.kind == Group.Kind.QUESTION}


def _in_office(desks: list[Desk], roles: Collection[str], now: datetime) -> Iterator[Person]:
    todays = {desk.group_id: (desk.pk, desk.today(now)) for desk in desks}
    held = Appointment.objects.filter(role__in=roles, group__in=todays).exclude(person__email="")
    for appointment in held.select_related("person"):
        desk_id, today = todays[appointment.group_id]
        if (appointment.valid_from or today) <= today <= (appointment.valid_to or today):
            yield desk_id, appointment.person_id, appointment.person.email
