"""The window of a circulation is moved, with a reason."""

from datetime import date, timedelta

import pytest

from contacts.actor import Actor
from liaisons import comments
from liaisons.models import (
    Circulation,
    Message,
)
from liaisons.rules import Refused
from tests.fixtures import NOW

DURING = NOW + timedelta(days=2)

pytestmark = pytest.mark.time_machine(DURING, tick=False)


class TestMovingTheWindow:
    def test_the_list_is_told_why(self, circulated, secretary):
        circulation = Circulation.objects.get()
        comments.move_window(
            circulation, date(2025, 10, 20), reason="The meeting is near.", by=Actor.of(secretary), now=DURING
        )
        (told,) = Message.objects.filter(kind="notify", circulation=circulation)
        assert told.recipient == "list@jca-mv.example.org"
        assert told.subject == "JCA-MV-Doc-001: comments until 20 October 2025 now"
        assert "> The meeting is near." in told.text

    def test_it_closes_at_once_when_asked(self, circulated, secretary):
        circulation = Circulation.objects.get()
        moved = comments.move_window(circulation, None, reason="All have spoken.", by=Actor.of(secretary), now=DURING)
        assert moved.is_over(DURING)
        assert moved.shortened_because == "All have spoken."

    @pytest.mark.parametrize(
        ("day", "sentence"),
        [
            (date(2025, 10, 1), "That day is over."),
            (date(2025, 10, 27), "The window closes on that day already."),
        ],
    )
    def test_a_day_that_changes_nothing_or_is_over_is_refused(self, circulated, secretary, day, sentence):
        with pytest.raises(Refused, match=sentence):
            comments.move_window(Circulation.objects.get(), day, reason="A reason.", by=Actor.of(secretary), now=DURING)

    def test_an_objection_is_not_disposed_of_without_a_word(self, circulated, secretary, member):
        objection = comments.comment(
            Circulation.objects.get(), by=Actor.of(member), kind="objection", text="Not so.", now=DURING
        )
        with pytest.raises(Refused, match="Say in a sentence what is done about the objection"):
            comments.dispose(
                objection, "referred", seen=objection.standing, text=" ", by=Actor.of(secretary), now=DURING
            )


def test_a_window_keeps_its_zone_when_the_desk_moves(circulated, desk, secretary):
    circulation = Circulation.objects.get()
    desk.zone = "Pacific/Auckland"
    desk.save()
    moved = comments.move_window(
        circulation, date(2025, 10, 30), reason="A day more.", by=Actor.of(secretary), now=DURING
    )
    assert moved.zone == "Europe/Zurich"
    assert moved.closes_at.isoformat() == "2025-10-30T23:00:00+00:00"
