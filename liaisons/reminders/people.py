"""Our own people whom reminders go to: those in office today, by what they are asked to do, and what day they have."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from contacts.models import Appointment, Desk, Person, StandIn
from contacts.questions import rapporteurs
from contacts.rights import CHAIRS
from liaisons.models import Registration, Reminder

from .hours import zones
from .stages import Values

# Never empty: a VALUES without rows is no SQL.
NOBODY = (0, 0, "", 0)

# Desk, person, address, and by how many days it is later where they are than at the desk's seat.
Reader = tuple[int, int, str, int]


@dataclass(frozen=True)
class Office:
    """What several of the statements ask of the people at the desks, read once for all of them."""

    desks: list[Desk]
    zones: list[tuple[int, str, int]]
    secretaries: list[Reader]
    here: list[tuple[int, int]]

    @classmethod
    def load(cls, desks: list[Desk], now: datetime) -> "Office":
        return cls(desks, days_of_zones(desks, now), secretaries(desks, now), here(desks, now))

    def add_to(self, values: Values) -> None:
        values.add("zones (desk_id, zone, ahead)", self.zones)
        values.add("secretaries (desk_id, person_id, email, ahead)", self.secretaries)
        values.add("here (desk_id, person_id)", self.here)


def secretaries(desks: list[Desk], now: datetime) -> list[Reader]:
    return [NOBODY, *_in_office(desks, {Appointment.Role.SECRETARIAT}, now)]


def here(desks: list[Desk], now: datetime) -> list[tuple[int, int]]:
    """Desk and person: whoever holds a role there. In place of those who have left the secretariat is reminded."""
    held = _in_office(desks, frozenset(Appointment.Role.values), now)
    return [NOBODY[:2], *dict.fromkeys(reader[:2] for reader in held)]


def members(desks: list[Desk], now: datetime) -> list[Reader]:
    """Those whom a text in circulation is for."""
    roles = {Appointment.Role.MEMBER, Appointment.Role.REPRESENTATIVE}
    return [NOBODY, *dict.fromkeys(_in_office(desks, roles, now))]


def voters(desks: list[Desk], now: datetime) -> list[tuple[int, int, str, int, int]]:
    """Readers with the chair whose word it is: the chairs, and who stands in for them."""
    found = [(*NOBODY, 0), *((*reader, reader[1]) for reader in _in_office(desks, CHAIRS, now))]
    by_group = {desk.group_id: desk for desk in desks}
    for today in {desk.today(now) for desk in desks}:
        rows = StandIn.objects.in_force(today).filter(group__in=by_group).exclude(person__email="")
        found += [
            (*_reader(desk, row.person, now), row.chair_id)
            for row in rows.select_related("person")
            if (desk := by_group[row.group_id]).today(now) == today
        ]
    return found


def takers(desks: list[Desk], now: datetime) -> list[tuple[int, str, int, str, int]]:
    """Desk, Questions as they were named, and their rapporteurs: of the Questions that letters went to."""
    found = [(0, "", 0, "", 0)]
    open_ = Registration.objects.filter(state=Registration.State.ASSIGNED, assignee=None, due_on__isnull=False)
    named: dict[int, list[str]] = {}
    for desk_id, questions in open_.values_list("desk", "questions").distinct():
        named.setdefault(desk_id, []).append(questions)
    for desk in (desk for desk in desks if desk.pk in named):
        for questions, people in rapporteurs(named[desk.pk], within=desk.group, on=desk.today(now)).items():
            readers = [_reader(desk, person, now) for person in people if person.email]
            found += [(desk.pk, questions, *reader[1:]) for reader in readers]
    return found


def days_of_zones(desks: list[Desk], now: datetime) -> list[tuple[int, str, int]]:
    """Desk, zone, and by how many days it is later there than at the desk's seat; for every zone a reader may be in."""
    everywhere = sorted(zones())
    return [(desk.pk, zone, days_ahead(desk, zone, now)) for desk in desks for zone in everywhere]


def days_ahead(desk: Desk, zone: str, now: datetime) -> int:
    return (now.astimezone(ZoneInfo(zone)).date() - desk.today(now)).days


@dataclass(frozen=True)
class InOffice:
    """Who may be reminded today, to ask of rows that came days ago."""

    here: set[tuple[int, int]]
    secretaries: set[tuple[int, int]]
    members: set[tuple[int, int]]
    voters: set[tuple[int, int]]
    takers: set[tuple[int, str, int]]

    @classmethod
    def load(cls, now: datetime) -> "InOffice":
        desks = list(Desk.objects.select_related("group"))
        return cls(
            set(here(desks, now)),
            {reader[:2] for reader in secretaries(desks, now)},
            {reader[:2] for reader in members(desks, now)},
            {voter[:2] for voter in voters(desks, now)},
            {taker[:3] for taker in takers(desks, now)},
        )

    def concerns(self, row: Reminder) -> bool:
        """Whether it is still theirs: what a person took on, in what office; the secretariat's where nobody did."""
        reader = (row.desk_id, row.person_id or 0)
        if row.kind == Reminder.Kind.WINDOW:
            return reader in self.members
        if row.kind == Reminder.Kind.APPROVAL:
            return reader in self.voters
        if (row.person_id in _took_it_on(row) and reader in self.here) or reader in self.secretaries:
            return True
        return row.registration is not None and (row.desk_id, row.registration.questions, reader[1]) in self.takers


def _took_it_on(row: Reminder) -> set[int | None]:
    if row.registration:
        return {row.registration.assignee_id, row.registration.deputy_id}
    if row.action:
        return {row.action.owner_id}
    return {row.owing.statement.responsible_id}


def _in_office(desks: list[Desk], roles: Collection[str], now: datetime) -> Iterator[Reader]:
    by_group = {desk.group_id: (desk, desk.today(now)) for desk in desks}
    held = Appointment.objects.filter(role__in=roles, group__in=by_group).exclude(person__email="")
    for appointment in held.select_related("person"):
        desk, today = by_group[appointment.group_id]
        if (appointment.valid_from or today) <= today <= (appointment.valid_to or today):
            yield _reader(desk, appointment.person, now)


def _reader(desk: Desk, person: Person, now: datetime) -> Reader:
    return desk.pk, person.pk, person.email, days_ahead(desk, person.zone, now)
