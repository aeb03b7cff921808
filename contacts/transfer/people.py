"""The table of the people a desk knows: a line for each role, with what is known of the person."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from contacts.designations import Directory, key
from contacts.models import Appointment, Desk, Group, Person
from contacts.rights import may_give

from . import table
from .plan import Changed, Line, NotTaken, Plan, Verdict, check_days, check_fields, day_of, put

COLUMNS = (
    *("id", "name", "spellings", "salutation", "organization", "country", "email", "phone", "zone", "language"),
    *("role", "represents", "valid_from", "valid_to", "basis"),
)
TEXTS = ("name", "salutation", "organization", "country", "email", "phone", "zone", "language")


@dataclass
class _Work:
    """A line on its way: the person and the role as they would be."""

    row: table.Row
    person: Person
    appointment: Appointment | None = None
    changes: list[Changed] = field(default_factory=list)
    role_changes: list[Changed] = field(default_factory=list)
    sentence: str = ""

    @property
    def is_new(self) -> bool:
        return self.person._state.adding or (self.appointment is not None and self.appointment._state.adding)

    def line(self) -> Line:
        changes = (*self.changes, *self.role_changes)
        name = self.person.name or self.row.cells.get("name", "")
        if self.sentence:
            return Line(self.row.number, name, Verdict.REFUSED, (), self.sentence)
        verdict = Verdict.NEW if self.is_new else Verdict.CHANGED if changes else Verdict.UNCHANGED
        return Line(self.row.number, name, verdict, changes)


class PeopleTable:
    """A file of people against those known at the desk; `roles` are those of who imports it.

    A person is found by the number in `id` (with a name or an address that agrees, so that a file from elsewhere
    changes nobody), else by e-mail, else by name. A column that is not in the file is left alone, an empty cell
    empties the field. Roles are added and changed, never taken away: give them a last day.
    """

    columns = COLUMNS

    def __init__(self, text: str, desk: Desk, roles: frozenset[str], today: date) -> None:
        self.desk, self.roles = desk, roles
        self.rows = table.read(text, COLUMNS, ["name"])
        self._load(today)
        self.work = [self._plan(row) for row in self.rows]
        self.plan = Plan(tuple(one.line() for one in self.work))

    @staticmethod
    def export(desk: Desk) -> bytes:
        held = Appointment.objects.filter(group=desk.group).select_related("person", "represents")
        return table.write(COLUMNS, (_cells(one) for one in held.order_by("person__name", "person", "pk")))

    def apply(self) -> None:
        """Do what the plan says, within the caller's transaction."""
        written: set[int] = set()
        for one in self.work:
            if one.sentence:
                continue
            if id(one.person) not in written and (one.person._state.adding or one.changes):
                one.person.save()
                written.add(id(one.person))
            if one.appointment is not None and (one.appointment._state.adding or one.role_changes):
                one.appointment.person = one.person
                one.appointment.save()

    def _load(self, today: date) -> None:
        group = self.desk.group
        self.directory = Directory.load(today, within=group)
        self.known = {person.pk: person for person in Person.objects.known_at(group)}
        self.by_email = {person.email.lower(): person for person in self.known.values() if person.email}
        self.by_name: dict[str, list[Person]] = {}
        for person in self.known.values():
            self.by_name.setdefault(person.name.casefold(), []).append(person)
        elsewhere = Appointment.objects.filter(group__desk__isnull=False).exclude(group=group)
        self.shared = set(elsewhere.values_list("person", flat=True))
        addresses = {row.cells.get("email", "").lower() for row in self.rows} - {""}
        strangers = Person.objects.exclude(email="").exclude(pk__in=self.known)
        self.strangers = {person.email.lower(): person for person in strangers if person.email.lower() in addresses}
        self.held: dict[tuple[int, str, int | None, date | None], Appointment] = {}
        for one in Appointment.objects.filter(group=group).select_related("represents"):
            self.held[one.person_id, one.role, one.represents_id, one.valid_from] = one
        self.by_designation = {group.designation: group for group in Group.objects.order_by("valid_from", "pk")}
        self.lines: dict[int, _Work] = {}  # id() of a person → the first line that speaks of them
        self.given: dict[tuple[int, str, int | None, date | None], int] = {}

    def _plan(self, row: table.Row) -> _Work:
        one = _Work(row, Person())
        try:
            one.person = self._find(row.cells)
            self._fill(one)
            self._appoint(one)
            if one.person._state.adding and one.appointment is None:
                raise NotTaken(_("Give a role: somebody without one is not known at this desk."))
        except NotTaken as refusal:
            one.sentence = refusal.sentence
        if not one.sentence:
            self._remember(one)
        return one

    def _find(self, cells: Mapping[str, str]) -> Person:
        name, email = cells["name"], cells.get("email", "").lower()
        if number := cells.get("id", ""):
            person = (
                self.known.get(int(number)) if number.isascii() and number.isdecimal() and len(number) < 10 else None
            )
            if person is None:
                raise NotTaken(
                    _("Nobody at this desk has the number %(number)s. Leave it empty to add somebody.")
                    % {"number": number}
                )
            if person.name.casefold() != name.casefold() and (not email or person.email.lower() != email):
                raise NotTaken(
                    _("Number %(number)s is %(person)s here. Leave it empty to add somebody.")
                    % {"number": number, "person": person}
                )
            return person
        if email and (person := self.by_email.get(email) or self.strangers.get(email)):
            return person
        namesakes = [person for person in self.by_name.get(name.casefold(), []) if not email or not person.email]
        if len(namesakes) > 1:
            raise NotTaken(_("Several people are called so. Give the number (id) or the e-mail."))
        return namesakes[0] if namesakes else Person()

    def _fill(self, one: _Work) -> None:
        """What the file says of the person; the first line that speaks of them decides."""
        cells, person = one.row.cells, one.person
        if not person._state.adding and person.pk not in self.known:
            return  # somebody of another desk: a role here changes nothing of what is known there
        values: dict[str, object] = {name: cells[name] for name in TEXTS if name in cells}
        for name in ("zone", "language"):
            if not values.get(name):
                values.pop(name, None)
        if "spellings" in cells:
            values["spellings"] = table.many(cells["spellings"])
        if id(person) in self.lines:
            if any(getattr(person, name) != value for name, value in values.items()):
                line = self.lines[id(person)].row.number
                raise NotTaken(_("Line %(line)d says something else of this person.") % {"line": line})
            return
        before = {name: getattr(person, name) for name in values}
        for name, value in values.items():
            put(person, name, value, one.changes, _shown)
        try:
            self._check(one)
        except NotTaken:
            for name, value in before.items():
                setattr(person, name, value)
            raise

    def _check(self, one: _Work) -> None:
        person = one.person
        if not person.name:
            raise NotTaken(_("The name is missing."))
        check_fields(person)
        if person.language not in dict(settings.LANGUAGES):
            languages = ", ".join(dict(settings.LANGUAGES))
            raise NotTaken(
                _("“%(text)s” is no language of the desk. Write one of: %(languages)s.")
                % {"text": person.language, "languages": languages}
            )
        email = person.email.lower()
        holder = (self.by_email.get(email) or self.strangers.get(email)) if email else None
        if holder is not None and holder is not person:
            raise NotTaken(_("Another person has this address."))
        if one.changes and not person._state.adding and person.pk in self.shared:
            raise NotTaken(
                _("Another desk knows this person too. Leave their own data as they are, or ask an administrator.")
            )

    def _appoint(self, one: _Work) -> None:
        cells = one.row.cells
        if not cells.get("role"):
            return
        role = _role(cells["role"])
        represents = self._represented(role, cells.get("represents", ""))
        begins = day_of(cells.get("valid_from", ""))
        place = (id(one.person), role, represents.pk if represents else None, begins)
        if place in self.given:
            raise NotTaken(_("This role stands in line %(line)d already.") % {"line": self.given[place]})
        appointment = self.held.get((one.person.pk or 0, *place[1:]))
        if appointment is None:
            appointment = Appointment(group=self.desk.group, role=role, represents=represents, valid_from=begins)
            one.role_changes.append(Changed("role", "", ", ".join(filter(None, [role, str(represents or "")]))))
        if "valid_to" in cells:
            put(appointment, "valid_to", day_of(cells["valid_to"]), one.role_changes)
        if "basis" in cells:
            put(appointment, "basis", cells["basis"], one.role_changes)
        check_fields(appointment)
        check_days(appointment.valid_from, appointment.valid_to)
        if one.role_changes and not may_give(role, self.roles):
            raise NotTaken(_("Administrators are appointed by an administrator."))
        one.appointment = appointment

    def _represented(self, role: str, text: str) -> Group | None:
        if not text:
            if role == Appointment.Role.REPRESENTATIVE:
                raise NotTaken(_("Say which body the person represents."))
            return None
        group = self.by_designation.get(text) or (self.directory.find(text) if key(text) else None)
        if group is None:
            raise NotTaken(
                _("Nobody here knows “%(text)s”. Write its designation, or add it under Groups first.") % {"text": text}
            )
        return group

    def _remember(self, one: _Work) -> None:
        person = one.person
        self.lines.setdefault(id(person), one)
        if person.email:
            self.by_email[person.email.lower()] = person
        namesakes = self.by_name.setdefault(person.name.casefold(), [])
        if person not in namesakes and not any(other is person for other in namesakes):
            namesakes.append(person)
        if one.appointment is not None:
            held = one.appointment
            represents = held.represents.pk if held.represents else None
            self.given[id(person), held.role, represents, held.valid_from] = one.row.number


@transaction.atomic
def apply(read: Callable[[], "PeopleTable"], fingerprint: str) -> Plan | None:
    """Do what the plan with that fingerprint says; None, and nothing done, when the file means something else now."""
    people = read()
    if people.plan.fingerprint() != fingerprint:
        return None
    people.apply()
    return people.plan


def _role(text: str) -> str:
    words = text.lower().replace("-", "").replace(" ", "_")
    words = {"vicechair": "vice_chair"}.get(words, words)
    if words not in Appointment.Role.values:
        raise NotTaken(
            _("“%(text)s” is no role. Write one of: %(roles)s.")
            % {"text": text, "roles": ", ".join(Appointment.Role.values)}
        )
    return words


def _shown(value: object) -> str:
    return table.BETWEEN.join(value) if isinstance(value, list) else str(value)


def _cells(held: Appointment) -> list[str]:
    person = held.person
    return [
        str(person.pk),
        person.name,
        table.BETWEEN.join(person.spellings),
        *(getattr(person, name) for name in TEXTS[1:]),
        held.role,
        held.represents.designation if held.represents else "",
        held.valid_from.isoformat() if held.valid_from else "",
        held.valid_to.isoformat() if held.valid_to else "",
        held.basis,
    ]
