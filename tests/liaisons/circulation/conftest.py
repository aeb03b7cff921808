"""A text in circulation, and what was said of it."""

import pytest

from contacts.actor import Actor
from liaisons import comments
from liaisons.models import Circulation
from tests.fixtures import NOW


@pytest.fixture
def circulation(circulated) -> Circulation:
    return circulated.circulation


@pytest.fixture
def said(circulation, member, rapporteur):
    """A word of the rapporteur, and an objection of the member."""
    comments.comment(circulation, by=Actor.of(rapporteur), kind="editorial", clause="1", text="Comma.", now=NOW)
    return comments.comment(
        circulation, by=Actor.of(member), kind="objection", clause="1", text="Not ours.", proposed="Ours.", now=NOW
    )
