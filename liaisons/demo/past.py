"""Letters that others wrote, and how one stands to another: entered as the past, each with its source."""

from datetime import UTC, date, datetime, time
from pathlib import Path

from contacts.actor import Actor
from contacts.demo import Row, named_groups, read_rows
from contacts.designations import Directory
from contacts.models import Desk, Group
from liaisons.calendar import study_period
from liaisons.letter import Asked, Contact, Letter
from liaisons.models import Document, Event, Registration, Relation, Statement
from liaisons.workflow import record_past

from .invitation import addressed

HERE = Path(__file__).parent
SOURCE = "Demo: facts from documents on JCA-MV and FG-MV"
SETTLED_ON = date(2025, 10, 9)  # the first meeting of JCA-MV, before which the letters of its register were written


def demo_statements() -> dict[str, Statement]:
    """The statements of the demo that are in the database, by their key in its files."""
    events = Event.objects.filter(data__has_key="demo", statement__isnull=False).select_related("statement")
    return {event.data["demo"]: event.statement for event in events if event.statement is not None}


def letter_of(row: Row, directory: Directory, deadline: date | None = None) -> Letter:
    return Letter(
        title=row["title"],
        source=row["from"],
        body="".join(row.get("body", [])),
        questions=row.get("questions", ""),
        venue_date=row.get("venue_date", ""),
        ref=row.get("ref", ""),
        abstract=row.get("abstract", ""),
        deadline=deadline,
        addressees=tuple(
            one for purpose, shorthand in row["to"].items() for one in addressed(shorthand, purpose, directory)
        ),
        requests=tuple(Asked(**asked) for asked in row.get("requests", [])),
        contacts=tuple(Contact(**contact) for contact in row.get("contacts", [])),
        in_reply_to=tuple(row.get("in_reply_to", [])),
    )


def load_statements(now: datetime) -> None:
    there = demo_statements()
    groups = named_groups()
    for row in read_rows("statements", HERE):
        if row["key"] not in there:
            _load_statement(row, groups, now)


def _load_statement(row: Row, groups: dict[str, Group], now: datetime) -> None:
    if "letter" in row:
        row = {**read_letter(row["letter"]), **row}
    day = date.fromisoformat(row.get("dated") or row.get("placed") or SETTLED_ON.isoformat())
    written_at = datetime.combine(day, time(12), tzinfo=UTC)
    desk = Desk.objects.get(slug=row["desk"]) if "desk" in row else None
    deadline = date.fromisoformat(row["deadline"]) if "deadline" in row else None
    statement = record_past(
        Statement(
            desk=desk,
            source=groups[row["source"]],
            source_text=row["from"],
            study_period=study_period(day),
            reference=row.get("reference", ""),
            state=row.get("state", Statement.State.ELSEWHERE),
            outcome=row.get("outcome", ""),
            evidence=row["evidence"],
            approval_text=row.get("approval_text", ""),
            created_at=written_at,
            dated=date.fromisoformat(row["dated"]) if "dated" in row else None,
            dated_text=row.get("dated_text", ""),
            approved_at=written_at if desk else None,
            sent_at=written_at if desk else None,
            ended_at=written_at if desk else None,
        ),
        letter_of(row, Directory.load(day), deadline),
        by=Actor.system(),
        now=now,
        source=SOURCE,
        data={"demo": row["key"]},
    )
    if "registration" in row:
        _register(statement, row["registration"], groups, now)


def read_letter(name: str) -> Row:
    [letter] = read_rows(name, HERE)
    return letter


def _register(statement: Statement, row: Row, groups: dict[str, Group], now: datetime) -> None:
    record_past(
        Registration(
            desk=Desk.objects.get(slug=row["desk"]),
            statement=statement,
            document=Document.objects.get(reference=row["document"]) if "document" in row else None,
            purpose=row.get("purpose", ""),
            received_text=row.get("received_text", ""),
            forwarded_by=groups[row["forwarded_by"]] if "forwarded_by" in row else None,
            watched=row.get("watched", False),
            state=row.get("state", Registration.State.RECEIVED),
            created_at=statement.created_at,
        ),
        by=Actor.system(),
        now=now,
        source=SOURCE,
    )


def load_relations() -> None:
    statements = demo_statements()
    Relation.objects.bulk_create(
        (
            Relation(
                statement=statements[row["statement"]],
                to=statements[row["to"]],
                kind=row["kind"],
                inferred=row.get("inferred", False),
                why=row.get("why", ""),
            )
            for row in read_rows("relations", HERE)
        ),
        ignore_conflicts=True,
    )
