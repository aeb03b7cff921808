"""What happened, in words: for the desk all of it, for anybody what has left."""

from datetime import timedelta

import pytest

from contacts.actor import Actor
from liaisons.models import Statement
from liaisons.overviews import history
from liaisons.workflow import advance
from tests.fixtures import AFTER

pytestmark = pytest.mark.django_db
LATER = AFTER + timedelta(days=20)


@pytest.fixture
def taken_back_twice(approved, chair, cochair, secretary) -> Statement:
    """It was approved, went back to its authors and was approved again; its first dispatch was taken back."""

    def step(verb, user, now, **fields):
        statement = Statement.objects.get(pk=approved.pk)
        return advance(statement, verb, by=Actor.of(user), seen=statement.revision_id, now=now, **fields)

    step("revise", secretary, AFTER, reason="Between us.")
    step("circulate", secretary, AFTER).circulation.distribute(AFTER)
    for user in (chair, cochair):
        step("approve", user, LATER)
    for verb in ("send", "recall", "send"):
        step(verb, secretary, LATER)
    Statement.objects.filter(pk=approved.pk).update(posted_at=LATER)
    step("correct", secretary, LATER, reason="A slip.")
    return Statement.objects.get(pk=approved.pk)


def test_anybody_reads_what_has_left_and_not_the_way_there(taken_back_twice):
    told = history.of_statement(taken_back_twice, inside=False)
    sent = "Sent in 7 mails; 1 addressee to be served otherwise"
    assert [(row.text, row.at) for row in told] == [(sent, LATER), ("Approved as JCA-MV-LS1", LATER)]
    assert {(row.who, row.reason) for row in told} == {("", "")}


def test_the_desk_reads_all_of_it(taken_back_twice):
    told = [row.text for row in history.of_statement(taken_back_twice, inside=True)]
    assert told.count("Approved as JCA-MV-LS1") == 2
    assert told[0] == "A correction was begun"
    assert "Dispatch taken back before anything had left" in told
