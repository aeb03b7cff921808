"""Every state × step × role, as matrix.txt says it: asked of the machine itself, once with each actor."""

from datetime import timedelta
from pathlib import Path

import pytest

from contacts.actor import Actor
from liaisons import links
from liaisons.details import Answer, Answered, Assignment, Closing, Received
from liaisons.models import Addressee, Registration, Statement
from liaisons.received.registering import register
from liaisons.workflow import STEPS, advance, obstacles
from tests.fixtures import AFTER, NOW

ROLES = ("secretariat", "cochair", "rapporteur", "member", "administrator", "outsider", "other", "link", "system")
STATES = {
    Statement: list(Statement.State),
    Addressee: list(Addressee.ReplyState),
    Registration: list(Registration.State),
}
# After everything that the fixtures do, and before any message has left.
LATER = AFTER + timedelta(seconds=1)


def read_matrix():
    """Yield (thing, state, step, expected by role) of every row."""
    names = {kind.__name__: kind for kind in STEPS}
    kind = None
    for line in (Path(__file__).parent / "matrix.txt").read_text().splitlines():
        words = line.partition("#")[0].split()
        if len(words) == 1:
            kind = names[words[0]]
        elif words and words[0] == "state":
            assert tuple(words[2:]) == ROLES
        elif words:
            state, step, *cells = words
            yield kind, state, step, dict(zip(ROLES, cells, strict=True))


MATRIX = list(read_matrix())


def test_the_matrix_has_a_row_for_every_state_and_step():
    rows = [(kind, state, step) for kind, state, step, _cells in MATRIX]
    assert rows == [(kind, str(state), step) for kind in STEPS for state in STATES[kind] for step in STEPS[kind]]


@pytest.fixture
def actors(secretary, chair, cochair, rapporteur, member, administrator, outsider, other_secretary):
    """By role; `chair` and `cochair` both hold the role of a co-chair, one of them wrote nothing."""
    people = {
        "secretariat": secretary,
        "cochair": cochair,
        "rapporteur": rapporteur,
        "member": member,
        "administrator": administrator,
        "outsider": outsider,
        "other": other_secretary,
    }
    return {role: Actor.of(user) for role, user in people.items()} | {"system": Actor.system()}


@pytest.fixture
def statement_in(request, letter, secretary):
    """Make a statement of ours in a state; in each every condition of the steps from it is satisfied."""

    def make(state):
        by = Actor.of(secretary)
        if state == "elsewhere":
            return request.getfixturevalue("received").statement
        fixtures = {"draft": "draft", "circulated": "circulated", "approved": "approved"}
        statement = request.getfixturevalue(fixtures.get(state, "sent"))
        ends = {
            "replied": ("complete", None),
            "closed": ("close", Closing("lapsed")),
            "withdrawn": ("withdraw", None),
        }
        if state in ends:
            step, details = ends[state]
            seen = statement.revision_id
            statement = advance(statement, step, by=by, seen=seen, reason="It is over.", details=details, now=AFTER)
        return statement

    return make


@pytest.fixture
def received(desk, secretary):
    letter = Received(source_text="IETF", title="LS on time", received_on=desk.today(NOW))
    return register(desk, letter, by=Actor.of(secretary), now=NOW)


@pytest.fixture
def addressee_in(sent, secretary):
    """Make an addressee whose answers add up to a state."""
    came = {
        "acknowledged": [Answer("acknowledgement")],
        "replied": [Answer("answer", settles=("1", "2"))],
        "declined": [Answer("decline", text="We do not work on it.")],
    }

    def make(state):
        name = "ITU-T TSAG" if state == "not_expected" else "IETF"
        addressee = sent.addressees.get(text=name)
        for answer in came.get(state, []):
            addressee = advance(
                addressee, "settle", by=Actor.of(secretary), seen=sent.revision_id, details=answer, now=AFTER
            )
        return addressee

    return make


@pytest.fixture
def registration_in(received, approved, secretary):
    """Make a registration in a state."""
    way = {
        "received": [],
        "assigned": [("assign", Assignment(questions="Q1/20"))],
        "answered": [("answer", Answered(approved))],
        "noted": [("note", None)],
    }

    def make(state):
        registration = received
        for step, details in way[state]:
            registration = advance(
                registration, step, by=Actor.of(secretary), seen=registration.state, details=details, now=AFTER
            )
        return registration

    return make


@pytest.fixture
def thing_in(request):
    def make(kind, state):
        thing = request.getfixturevalue(f"{kind.__name__.lower()}_in")(state)
        assert str(thing.reply if kind is Addressee else thing.state) == state
        return thing

    return make


@pytest.mark.parametrize(("kind", "state"), [(kind, str(state)) for kind in STEPS for state in STATES[kind]])
def test_a_step_is_open_to_whom_the_matrix_says(kind, state, thing_in, actors):
    thing = thing_in(kind, state)
    actors = actors | {"link": links.actor(_link_to(thing, actors["outsider"].person))}
    said = {
        step: {role: _cell(type(thing).objects.get(pk=thing.pk), step, actors[role]) for role in ROLES}
        for step in STEPS[kind]
    }
    assert said == {step: cells for one, row, step, cells in MATRIX if one is kind and row == state}


def _link_to(thing, person):
    if isinstance(thing, Addressee):
        return links.issue("answer", now=NOW, addressee=thing, email="liaison@example.org")
    statement = thing if isinstance(thing, Statement) else thing.statement
    return links.issue("approve", now=NOW, statement=statement, person=person)


def _cell(thing, step, actor):
    """What the machine says, in the words of the matrix."""
    sentences = obstacles(thing, step, actor, LATER)
    if not sentences:
        return "yes"
    (sentence,) = sentences
    if sentence.startswith("This step belongs to other roles at the desk"):
        return "no"
    assert sentence.startswith("It is "), sentence
    return "-"


def test_a_link_settles_for_its_own_addressee_only(sent):
    own, other = sent.addressees.get(text="IETF"), sent.addressees.get(text="ITU-T SG21")
    actor = links.actor(links.issue("answer", now=NOW, addressee=own, email="liaison@example.org"))
    assert obstacles(own, "settle", actor, LATER) == []
    assert obstacles(other, "settle", actor, LATER) == ["This step belongs to other roles at the desk: secretariat."]
