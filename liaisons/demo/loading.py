"""Puts the demo's register, meetings and letters into the database; what is there already stays as it is."""

from datetime import UTC, date, datetime, time
from pathlib import Path

from django.db import transaction

from contacts.demo import Row, named_groups, read_rows
from contacts.models import Group, Person
from liaisons.models import Action, AgendaItem, Decision, Document, ItemDocument, Meeting, Series

from .past import load_relations, load_statements
from .waiting import load_waiting

HERE = Path(__file__).parent
REGISTER = "JCA-MV"


@transaction.atomic
def load(now: datetime) -> None:
    """Enter what is missing; wants contacts.demo loaded. A second run changes nothing."""
    load_register()
    load_statements(now)
    load_waiting(now)
    load_relations()


def load_register() -> None:
    """Enter the documents and meetings alone: the desk as it was before its first letter."""
    _load_documents()
    _load_meetings()


def _load_documents() -> None:
    rows = read_rows("documents", HERE)
    groups = named_groups()
    series, new = Series.objects.get_or_create(group=groups[REGISTER], kind=Series.Kind.DOCUMENTS, period="")
    if not new:
        return
    Document.objects.bulk_create(
        Document(
            series=series,
            number=row["number"],
            revision=row.get("revision", 0),
            reference=row["reference"],
            kind=row["kind"],
            title=row["title"],
            source=groups[row["source"]] if "source" in row else None,
            source_text=row.get("source_text", ""),
            late=row.get("late", False),
            registered_at=at_noon(row.get("registered", "2025-10-09")),
        )
        for row in rows
    )
    series.last_number = max(row["number"] for row in rows)
    series.save(update_fields=["last_number"])


def _load_meetings() -> None:
    there = set(Meeting.objects.values_list("group__designation", "name"))
    groups = named_groups()
    for row in read_rows("meetings", HERE):
        if (row["group"], row["name"]) not in there:
            _load_meeting(row, groups[row["group"]])


def _load_meeting(row: Row, group: Group) -> None:
    facts = ("name", "place", "times", "collocated", "participants", "note")
    meeting = Meeting.objects.create(
        **{fact: row[fact] for fact in facts if fact in row},
        group=group,
        starts_on=date.fromisoformat(row["starts_on"]),
        ends_on=date.fromisoformat(row["ends_on"]),
    )
    items = {
        item.clause: item
        for item in AgendaItem.objects.bulk_create(
            AgendaItem(meeting=meeting, position=position, **item) for position, item in enumerate(row.get("items", []))
        )
    }
    Decision.objects.bulk_create(
        Decision(meeting=meeting, item=items[decision["clause"]], position=position, text=decision["text"])
        for position, decision in enumerate(row.get("decisions", []))
    )
    Action.objects.bulk_create(
        Action(meeting=meeting, position=position, **action) for position, action in enumerate(row.get("actions", []))
    )
    if items:
        _place_documents(items)


def _place_documents(items: dict[str, AgendaItem]) -> None:
    """Say at which item each document was taken and what the meeting did with it."""
    placed = [row for row in read_rows("documents", HERE) if "clause" in row]
    documents = {
        document.reference: document for document in Document.objects.filter(series__group__designation=REGISTER)
    }
    presenters = {person.name: person for person in Person.objects.filter(demo=True)}
    ItemDocument.objects.bulk_create(
        ItemDocument(
            item=items[row["clause"]],
            document=documents[row["reference"]],
            disposition=row["disposition"],
            presenter=presenters.get(row.get("presenter", "")),
            presenter_text=row.get("presenter_text", ""),
        )
        for row in placed
    )


def at_noon(day: str) -> datetime:
    """Noon in UTC of a day of which no hour is known."""
    return datetime.combine(date.fromisoformat(day), time(12), tzinfo=UTC)
