"""The people and letters that tests are about."""

from datetime import UTC, date, datetime, timedelta

import pytest

from contacts.actor import Actor
from contacts.models import Appointment, Channel, Desk, Group, Person, User
from liaisons.details import MeetingApproval, Received
from liaisons.letter import Addressed, Asked, Contact, Letter
from liaisons.models import Circulation, Link, Meeting, Statement
from liaisons.received.registering import register
from liaisons.texts.writing import begin
from liaisons.workflow import advance

# A Monday, ten in the morning in Geneva, after the first meeting of JCA-MV.
NOW = datetime(2025, 10, 13, 8, 0, tzinfo=UTC)


@pytest.fixture
def now():
    return NOW


@pytest.fixture
def groups(db):
    """The few groups the tests write to, by designation."""
    kinds = Group.Kind
    itu_t = Group.objects.create(designation="ITU-T", kind=kinds.SECTOR)
    tsag = Group.objects.create(designation="ITU-T TSAG", kind=kinds.ADVISORY_GROUP, parent=itu_t)
    rows = [
        Group(
            designation="JCA-MV", kind=kinds.JOINT_ACTIVITY, parent=tsag,
            name="Joint Coordination Activity on Metaverse Standardization",
        ),
        Group(designation="ITU-T SG20", kind=kinds.STUDY_GROUP, parent=itu_t, ordinal=20),
        Group(designation="ITU-T SG21", kind=kinds.STUDY_GROUP, parent=itu_t, ordinal=21),
        Group(designation="IETF", kind=kinds.ORGANIZATION),
        Group(designation="World Metaverse Council", kind=kinds.FORUM),
    ]  # fmt: skip
    for row in rows:
        row.save()
    named = {group.designation: group for group in [itu_t, tsag, *rows]}
    for designation in ("ITU-T SG20", "ITU-T SG21", "IETF", "ITU-T TSAG"):
        local = designation.split()[-1].lower()
        Channel.objects.create(group=named[designation], kind="mail", email=f"{local}@example.org")
    return named


@pytest.fixture
def desk(groups):
    return Desk.objects.create(
        group=groups["JCA-MV"],
        slug="jca-mv",
        mailbox="secretariat@jca-mv.example.org",
        mailing_list="list@jca-mv.example.org",
        questions_default="N/A",
    )


@pytest.fixture
def other_desk(groups):
    return Desk.objects.create(
        group=groups["ITU-T SG20"],
        slug="sg20",
        mailbox="secretariat@sg20.example.org",
        mailing_list="list@sg20.example.org",
        number_pattern="SG20-LS{n}",
        document_pattern="SG20-TD{n}",
    )


def somebody(name: str, email: str, desk: Desk | None = None, role: str = "", **fields) -> User:
    person = Person.objects.create(name=name, email=email, **fields)
    if desk is not None:
        Appointment.objects.create(person=person, group=desk.group, role=role)
    return User.objects.create_user(email, "liaise", person=person)


@pytest.fixture
def secretary(desk):
    return somebody("Sam Secretary", "sam@example.org", desk, "secretariat")


@pytest.fixture
def chair(desk):
    return somebody("Chris Chair", "chris@example.org", desk, "cochair")


@pytest.fixture
def cochair(desk):
    return somebody("Kim Cochair", "kim@example.org", desk, "cochair")


@pytest.fixture
def rapporteur(desk):
    return somebody("Ray Rapporteur", "ray@example.org", desk, "rapporteur")


@pytest.fixture
def member(desk):
    return somebody("Mel Member", "mel@example.org", desk, "member", zone="Pacific/Pago_Pago")


@pytest.fixture
def administrator(desk):
    return somebody("Ada Administrator", "ada@example.org", desk, "administrator")


@pytest.fixture
def outsider(db):
    return somebody("Olu Outsider", "olu@example.org")


@pytest.fixture
def other_secretary(other_desk):
    return somebody("Otto Other", "otto@example.org", other_desk, "secretariat")


@pytest.fixture
def letter():
    """Two requests for action, one body for information, one that nobody can reach by mail."""
    return Letter(
        title="LS on nominating representatives and giving input to the roadmap",
        source="JCA-MV",
        body="<p>JCA-MV asks your group to nominate a representative and to tell of its work.</p>",
        questions="N/A",
        venue_date="by correspondence",
        abstract="An invitation to take part in JCA-MV.",
        deadline=date(2026, 1, 30),
        requests=(
            Asked("1", "nomination", "Nominate a representative to JCA-MV."),
            Asked("2", "roadmap", "Fill in the template of the roadmap."),
        ),
        addressees=(
            Addressed("ITU-T SG21", "action", "ITU-T SG21"),
            Addressed("IETF", "action", "IETF"),
            Addressed("World Metaverse Council", "action", "World Metaverse Council"),
            Addressed("ITU-T TSAG", "information", "ITU-T TSAG"),
        ),
        contacts=(Contact("Sam Secretary", "TSB", "Switzerland", email="sam@example.org"),),
    )


@pytest.fixture
def draft(desk, letter, secretary, chair, cochair) -> Statement:
    return begin(desk, letter, by=Actor.of(secretary), now=NOW)


@pytest.fixture
def circulated(draft, secretary) -> Statement:
    """On the list since NOW: the list's server took the message at once."""
    statement = advance(draft, "circulate", by=Actor.of(secretary), seen=draft.revision_id, now=NOW)
    Circulation.objects.get(statement=statement).distribute(NOW)
    return Statement.objects.get(pk=statement.pk)


@pytest.fixture
def listlink(circulated) -> Link:
    """What everybody on the list comments by."""
    return Link.objects.get(purpose="comment", circulation=circulated.circulation, person=None)


# Fifteen days on: the window has closed.
AFTER = NOW + timedelta(days=15)

# Some days after it was sent.
LATER = AFTER + timedelta(days=3)


@pytest.fixture
def approved(circulated, chair, cochair) -> Statement:
    for user in (chair, cochair):
        advance(circulated, "approve", by=Actor.of(user), seen=circulated.revision_id, now=AFTER)
    return Statement.objects.get(pk=circulated.pk)


@pytest.fixture
def held(approved, secretary) -> Statement:
    """Sent a moment ago: all mails wait, and only the desk may read it."""
    advance(approved, "send", by=Actor.of(secretary), seen=approved.revision_id, now=AFTER)
    return Statement.objects.get(pk=approved.pk)


@pytest.fixture
def sent(held) -> Statement:
    """Out, and open for everybody to read; its mails are left for the tests to deliver."""
    Statement.objects.filter(pk=held.pk).update(posted_at=AFTER)
    return Statement.objects.get(pk=held.pk)


@pytest.fixture
def meeting(desk) -> Meeting:
    return Meeting.objects.create(
        group=desk.group,
        name="First meeting of JCA-MV",
        place="Geneva",
        starts_on=date(2025, 10, 9),
        ends_on=date(2025, 10, 9),
    )


@pytest.fixture
def at_meeting(meeting) -> MeetingApproval:
    return MeetingApproval(meeting=meeting, clause="10")


@pytest.fixture
def received(groups):
    return Received(
        source_text="SG21",
        source=groups["ITU-T SG21"],
        reference="SG21-LS76",
        title="LS on metaverse",
        received_on=NOW.date(),
        purpose="action",
        deadline=date(2025, 11, 30),
    )


@pytest.fixture
def registration(desk, received, secretary):
    return register(desk, received, by=Actor.of(secretary), now=NOW)
