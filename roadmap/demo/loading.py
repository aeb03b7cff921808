"""Puts the demo's deliverables, work items and roadmap entries into the database; what is there already stays."""

from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from contacts.demo import Row, named_groups, read_rows
from contacts.designations import key
from contacts.models import Desk, Group
from liaisons.demo import demo_statements
from roadmap.models import Category, CategorySpelling, Deliverable, DeliverableEvent, Entry, Input, WorkItem

HERE = Path(__file__).parent
DESK = "jca-mv"


@transaction.atomic
def load(now: datetime) -> None:
    """Enter what is missing; wants contacts.demo and liaisons.demo loaded. A second run changes nothing."""
    groups = named_groups()
    _load_work_items(groups)
    _load_deliverables(groups)
    _load_entries(groups, now)


def _load_work_items(groups: dict[str, Group]) -> None:
    there = set(WorkItem.objects.values_list("reference", flat=True))
    WorkItem.objects.bulk_create(
        WorkItem(**{**row, "group": groups[row["group"]]})
        for row in read_rows("work_items", HERE)
        if row["reference"] not in there
    )


def _load_deliverables(groups: dict[str, Group]) -> None:
    """Enter deliverables with their events; an unfinished one has no reference and is known by its title."""
    group = groups["FG-MV"]
    there = {name for names in group.deliverables.values_list("reference", "title") for name in names}
    rows = [row for row in read_rows("deliverables", HERE) if row.get("reference", row["title"]) not in there]
    deliverables = Deliverable.objects.bulk_create(
        Deliverable(group=group, **{fact: value for fact, value in row.items() if fact != "events"}) for row in rows
    )
    statements = demo_statements()
    work_items = {item.reference: item for item in WorkItem.objects.all()}
    DeliverableEvent.objects.bulk_create(
        DeliverableEvent(
            deliverable=deliverable,
            position=position,
            kind=event["kind"],
            group=groups.get(event.get("group", "")),
            question=event.get("question", ""),
            work_item=work_items.get(event.get("work_item", "")),
            on=date.fromisoformat(event["on"]) if "on" in event else None,
            on_text=event.get("on_text", ""),
            text=event.get("text", ""),
            statement=statements.get(event.get("statement", "")),
        )
        for deliverable, row in zip(deliverables, rows, strict=True)
        for position, event in enumerate(row["events"])
    )


def _load_entries(groups: dict[str, Group], now: datetime) -> None:
    """Enter the categories of the desk and, as the template has them, its six rows of examples."""
    desk = Desk.objects.get(slug=DESK)
    if Category.objects.filter(desk=desk).exists():
        return
    rows = read_rows("categories", HERE)
    categories = Category.objects.bulk_create(
        Category(desk=desk, name=row["name"], position=position) for position, row in enumerate(rows)
    )
    spellings = {category.name: category for category in categories}
    for category, row in zip(categories, rows, strict=True):
        CategorySpelling.objects.bulk_create(
            CategorySpelling(category=category, text=text) for text in row["spellings"]
        )
        spellings.update(dict.fromkeys(row["spellings"], category))
    for number, row in enumerate(read_rows("examples", HERE), start=1):
        entry = _entry(row, desk, groups, now)
        entry.save()
        entry.categories.set({spellings[text] for text in entry.category_text.split(", ")})
        Input.objects.create(entry=entry, row=number, content=row["content"], received_at=now)


def _entry(row: Row, desk: Desk, groups: dict[str, Group], now: datetime) -> Entry:
    content = row["content"]
    placeholder = row.get("placeholder", False)
    return Entry(
        desk=desk,
        organization=groups[row["organization"]],
        organization_text=content["SDO / Org."],
        reference=content["Reference"],
        key="" if placeholder else key(content["Reference"]),
        placeholder=placeholder,
        type=content["Type"],
        title=content["Title"],
        status=content["Status"],
        category_text=content["Category"],
        summary=content["Summary"],
        example=True,
        updated_at=now,
    )
