"""What comes due by itself: asked for once, and one letter never keeps the others waiting."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.actor import Actor
from liaisons import housekeeping, mail
from liaisons.models import Circulation, Message, Statement
from liaisons.texts.writing import begin
from liaisons.workflow import advance
from tests.fixtures import AFTER, NOW

pytestmark = pytest.mark.django_db


def test_once_the_chairs_are_asked_no_row_is_held_each_minute(circulated):
    assert housekeeping.ask_chairs(AFTER) == 2
    with CaptureQueriesContext(connection) as captured:
        assert housekeeping.ask_chairs(AFTER + timedelta(minutes=1)) == 0
    assert [query["sql"] for query in captured if not query["sql"].startswith("SELECT")] == []


def test_a_text_that_cannot_be_asked_about_keeps_no_other_from_its_chairs(
    circulated, desk, letter, secretary, monkeypatch, caplog
):
    second = begin(desk, letter, by=Actor.of(secretary), now=NOW)
    second = advance(second, "circulate", by=Actor.of(secretary), seen=second.revision_id, now=NOW)
    Circulation.objects.get(statement=second).distribute(NOW)
    made = mail.ask_approval

    def none_for_the_first(circulation: Circulation, *rest: object) -> list:
        if circulation.statement == circulated:
            raise ValueError("a title that breaks a header")
        return made(circulation, *rest)

    monkeypatch.setattr(mail, "ask_approval", none_for_the_first)
    housekeeping.keep_house(AFTER)
    assert set(Message.objects.filter(kind="approve").values_list("statement", flat=True)) == {second.pk}
    assert "What is due by itself was not done" in caplog.text
    assert Statement.objects.get(pk=circulated.pk).state == "circulated"


def test_a_tick_looks_at_no_text_of_which_the_chairs_were_asked(desk, letter, secretary, chair, cochair):
    asked = []
    for _more in range(3):
        draft = begin(desk, letter, by=Actor.of(secretary), now=NOW)
        advance(draft, "circulate", by=Actor.of(secretary), seen=draft.revision_id, now=NOW)
        Circulation.objects.get(statement=draft).distribute(NOW)
        assert housekeeping.ask_chairs(AFTER) == 2
        with CaptureQueriesContext(connection) as asking:
            assert housekeeping.ask_chairs(AFTER) == 0
        asked.append(len(asking))
    assert asked == [asked[0]] * 3
