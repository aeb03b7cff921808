"""Puts the demo's groups, people, channels and desks into the database; what is there already stays as it is."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction

from contacts.designations import key
from contacts.models import Alias, Appointment, Channel, Desk, Group, Person, Succession, User

HERE = Path(__file__).parent
PASSWORD = "liaise"  # noqa: S105 — opens accounts only where the demo was loaded, and is printed there

Row = dict[str, Any]


@dataclass(frozen=True)
class Account:
    """A way to sign in to the demo."""

    email: str
    who: str


def read_rows(name: str, folder: Path = HERE) -> list[Row]:
    rows: list[Row] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return rows


@transaction.atomic
def load(now: datetime) -> list[Account]:
    """Enter what is missing and tell with which accounts one can sign in. A second run changes nothing."""
    groups = _load_groups()
    _load_desks(groups)
    return _load_people(groups, now)


def _load_groups() -> dict[str, Group]:
    rows = read_rows("groups")
    there = named_groups()
    missing = [row for row in rows if row["designation"] not in there]
    Group.objects.bulk_create(_group(row) for row in missing)
    groups = named_groups()
    for row in missing:
        groups[row["designation"]].parent = groups[row["parent"]] if "parent" in row else None
    Group.objects.bulk_update([groups[row["designation"]] for row in missing], ["parent"])
    also = Group.also_under.through
    also.objects.bulk_create(
        also(from_group=groups[row["designation"]], to_group=groups[above])
        for row in missing
        for above in row.get("also_under", [])
    )
    new = {row["designation"] for row in missing}
    Alias.objects.bulk_create(_aliases(missing, groups), ignore_conflicts=True)
    Succession.objects.bulk_create(
        Succession(
            predecessor=groups[row["predecessor"]],
            successor=groups[row["successor"]],
            taken_effect_on=date.fromisoformat(row["taken_effect_on"]),
            basis=row["basis"],
        )
        for row in read_rows("successions")
        if row["predecessor"] in new
    )
    Channel.objects.bulk_create(
        Channel(**{**row, "group": groups[row["group"]], "via": groups[row["via"]] if "via" in row else None})
        for row in read_rows("channels")
        if row["group"] in new
    )
    return groups


def named_groups() -> dict[str, Group]:
    """All groups by designation; of several of one designation the latest."""
    return {group.designation: group for group in Group.objects.order_by("valid_from", "pk")}


def _group(row: Row) -> Group:
    facts = ("designation", "name", "kind", "ordinal", "valid_text", "note")
    return Group(
        **{fact: row[fact] for fact in facts if fact in row},
        valid_from=_day(row.get("valid_from")),
        valid_to=_day(row.get("valid_to")),
        demo=True,
    )


def _aliases(rows: Iterable[Row], groups: dict[str, Group]) -> Iterator[Alias]:
    for row in rows:
        group = groups[row["designation"]]
        for text in row.get("aliases", []):
            yield Alias(group=group, text=text, key=key(text))
        for local in row.get("local_aliases", []):
            yield Alias(group=group, text=local["text"], key=key(local["text"]), within=groups[local["within"]])


def _load_desks(groups: dict[str, Group]) -> None:
    there = set(Desk.objects.values_list("group__designation", flat=True))
    Desk.objects.bulk_create(
        Desk(**{**row, "group": groups[row["group"]]}) for row in read_rows("desks") if row["group"] not in there
    )


def _load_people(groups: dict[str, Group], now: datetime) -> list[Account]:
    rows = read_rows("people")
    there = _people()
    missing = [row for row in rows if row["name"] not in there]
    facts = ("name", "spellings", "salutation", "organization", "country", "email", "zone")
    Person.objects.bulk_create(
        Person(**{fact: row[fact] for fact in facts if fact in row}, demo=True) for row in missing
    )
    people = _people()
    Appointment.objects.bulk_create(
        _appointment(people[row["name"]], held, groups) for row in missing for held in row["appointments"]
    )
    return _load_accounts([row for row in rows if "account" in row], people, now)


def _people() -> dict[str, Person]:
    return {person.name: person for person in Person.objects.filter(demo=True)}


def _appointment(person: Person, held: Row, groups: dict[str, Group]) -> Appointment:
    return Appointment(
        person=person,
        group=groups[held["group"]],
        role=held["role"],
        represents=groups[held["represents"]] if "represents" in held else None,
        valid_from=_day(held.get("valid_from")),
        valid_to=_day(held.get("valid_to")),
        basis=held.get("basis", ""),
    )


def _load_accounts(rows: list[Row], people: dict[str, Person], now: datetime) -> list[Account]:
    there = {user.person_id: user.email for user in User.objects.filter(person__demo=True)}
    missing = [row for row in rows if people[row["name"]].pk not in there]
    hashed = make_password(PASSWORD) if missing else ""
    User.objects.bulk_create(
        User(
            email=_login(row),
            password=hashed,
            person=people[row["name"]],
            is_staff="staff" in row["account"],
            is_superuser="staff" in row["account"],
            joined_at=now,
        )
        for row in missing
    )
    return [Account(there.get(people[row["name"]].pk, _login(row)), row["account"]["as"]) for row in rows]


def _login(row: Row) -> str:
    email: str = row["account"].get("email", row["email"])
    return email


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
