"""What waits for the people of the demo's two desks: drafts, windows, approvals, dispatches, incoming letters.

Nothing of it happened. Days count from the day of loading, so that a demo is never stale; all that somebody did
was done by role accounts.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from contacts.actor import Actor
from contacts.demo import Row, named_groups, read_rows
from contacts.designations import Directory
from contacts.models import Desk, Person
from liaisons import comments, silence
from liaisons.calendar import study_period
from liaisons.details import Assignment, Received
from liaisons.models import Approval, Circulation, Document, Event, Series, Statement
from liaisons.numbering import number_document
from liaisons.received import registering
from liaisons.texts import writing
from liaisons.workflow import advance, record_past

from .invitation import invitation
from .past import HERE, demo_statements, letter_of

SOURCE = "Demo: written for trying things out"
ANSWERS_AFTER = timedelta(days=75)


@dataclass(frozen=True)
class Loading:
    """The hour of loading, from which the demo's days count."""

    now: datetime

    def at(self, days: int) -> datetime:
        return self.now + timedelta(days=days)

    def day(self, days: int | None) -> date | None:
        return None if days is None else self.at(days).date()


def load_waiting(now: datetime) -> None:
    there = set(demo_statements())
    loading = Loading(now)
    if "invitation" not in there:
        _draft_invitation(now)
    for row in read_rows("waiting", HERE):
        if row["key"] not in there:
            _load_own(row, loading)
    for row in read_rows("incoming", HERE):
        if row["key"] not in there:
            _load_incoming(row, loading)


def _actor(email: str) -> Actor:
    return Actor("account", person=Person.objects.get(email=email), email=email)


def _secretary(desk: Desk) -> Actor:
    return _actor(f"secretary@{desk.slug}.example.org")


def _mark(key: str, now: datetime, statement: Statement) -> None:
    """Remember that this part of the demo has been loaded, whatever people make of it later."""
    Event.objects.record(
        "record",
        by=Actor.system(),
        at=now,
        desk=statement.desk,
        statement=statement,
        reason=SOURCE,
        data={"demo": key},
        private=True,
    )


def _draft_invitation(now: datetime) -> None:
    desk = Desk.objects.select_related("group").get(slug="jca-mv")
    today = desk.today(now)
    letter = replace(invitation(desk.group.designation, today), deadline=today + ANSWERS_AFTER)
    _mark("invitation", now, writing.begin(desk, letter, by=_secretary(desk), now=now))


def _load_own(row: Row, loading: Loading) -> None:
    """Enter a statement of one of the two desks in the state it is to wait in."""
    desk = Desk.objects.select_related("group").get(slug=row["desk"])
    secretary = _secretary(desk)
    letter = letter_of(
        {**row, "from": desk.group.designation}, Directory.load(loading.now.date()), loading.day(row["deadline"])
    )
    statement = Statement(
        desk=desk,
        source=desk.group,
        source_text=desk.group.designation,
        state=row["state"],
        responsible=secretary.person,
        created_at=loading.at(row["begun"]),
    )
    if "approved" in row:
        _number(statement, desk, row, loading)
    record_past(statement, letter, by=secretary, now=loading.now, source=SOURCE, data={"demo": row["key"]})
    if "approved" in row and statement.revision is not None:
        Approval.objects.create(
            statement=statement,
            revision=statement.revision,
            person=Person.objects.get(email=f"chair@{desk.slug}.example.org"),
            given_at=loading.at(row["approved"]),
        )
    if "circulated" in row:
        _circulate(statement, desk, row, loading)


def _number(statement: Statement, desk: Desk, row: Row, loading: Loading) -> None:
    approved_at = loading.at(row["approved"])
    day = desk.today(approved_at)
    period = study_period(day)
    series, _new = Series.objects.get_or_create(group=desk.group, kind=Series.Kind.STATEMENTS, period=period)
    series.last_number = max(series.last_number, row["number"])
    series.save(update_fields=["last_number"])
    statement.series, statement.number, statement.study_period = series, row["number"], period
    statement.reference = desk.number_pattern.format(group=desk.group.designation, n=row["number"])
    statement.dated, statement.approved_at = day, approved_at
    statement.approval_text = f"Chair of {desk.group}, by correspondence"
    if "sent" in row:
        statement.sent_at = loading.at(row["sent"])  # no mail of it left from here: there was no dispatch


def _circulate(statement: Statement, desk: Desk, row: Row, loading: Loading) -> None:
    document = Document(
        kind=Document.Kind.DRAFT,
        title=statement.title,
        source=desk.group,
        statement_revision=statement.revision,
        registered_at=loading.at(row["circulated"]),
    )
    number_document(document, desk)
    document.save()
    circulation = Circulation.objects.create(
        desk=desk,
        statement=statement,
        revision=statement.revision,
        document=document,
        window_days=desk.window_days,
        opened_at=loading.at(row["circulated"]),
    )
    circulation.distribute(loading.at(row["circulated"]), asked=silence.appointed(desk, loading.at(row["circulated"])))
    for made in row["comments"]:
        said = {part: made[part] for part in ("kind", "text", "clause", "proposed") if part in made}
        comments.comment(circulation, by=_actor(made["by"]), now=loading.at(made["day"]), **said)


def _load_incoming(row: Row, loading: Loading) -> None:
    desk = Desk.objects.select_related("group").get(slug=row["desk"])
    by = _actor(row["by"])
    registration = registering.register(
        desk,
        Received(
            source_text=row["from"],
            title=row["title"],
            received_on=desk.today(loading.at(row["received"])),
            source=named_groups()[row["from"]],
            reference=row["reference"],
            purpose=row["purpose"],
            body=row["body"],
            deadline=loading.day(row["deadline"]),
        ),
        by=by,
        now=loading.now,
    )
    _mark(row["key"], loading.now, registration.statement)
    if "assigned" in row:
        given = row["assigned"]
        assignment = Assignment(
            questions=given["questions"],
            assignee=Person.objects.get(email=given["assignee"]),
            deputy=Person.objects.get(email=given["deputy"]),
            due_on=loading.day(given["due"]),
        )
        advance(registration, "assign", by=by, seen=registration.state, details=assignment, now=loading.now)
