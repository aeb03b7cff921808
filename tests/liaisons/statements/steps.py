"""Steps that bring a statement where the tests of its page want it."""

from datetime import date

from contacts.actor import Actor
from liaisons.details import MeetingApproval
from liaisons.models import Meeting, Registration
from liaisons.workflow import advance, record_past
from tests.fixtures import AFTER


def registered_at(statement, desk, secretary):
    """Register a statement of one desk at another, as its import does."""
    return record_past(
        Registration(desk=desk, statement=statement, received_on=date(2025, 10, 28), created_at=AFTER),
        by=Actor.of(secretary), now=AFTER, source="the mailbox",
    )  # fmt: skip


def to_sent(draft, secretary):
    meeting = Meeting.objects.create(
        group=draft.desk.group, name="A meeting", starts_on=date(2025, 10, 9), ends_on=date(2025, 10, 9)
    )
    by, seen = Actor.of(secretary), draft.revision_id
    statement = advance(draft, "approve", by=by, seen=seen, details=MeetingApproval(meeting, "3"), now=AFTER)
    return advance(statement, "send", by=by, seen=seen, now=AFTER)
