"""Chairs who were asked to approve are reminded after three and seven days, and then weekly, until they have."""

from datetime import date, timedelta

import pytest

from contacts.actor import Actor
from contacts.models import Appointment, StandIn
from liaisons import housekeeping, reminders
from liaisons.comments import comment
from liaisons.models import Circulation, Message, Reminder
from liaisons.workflow import advance
from tests.fixtures import NOW, somebody
from tests.liaisons.reminders.mornings import digest_of, geneva, queued

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

ASKED = date(2025, 10, 28)  # a Tuesday, the day after the window


@pytest.fixture
def asked(circulated):
    """The chairs have their mails since the small hours."""
    assert housekeeping.ask_chairs(geneva(ASKED, 1)) == 2
    return circulated


def rows():
    return sorted(Reminder.objects.filter(kind="approval").values_list("stage", "recipient"))


def test_each_stage_comes_once(asked):
    came = {}
    for days in range(30):
        before = set(rows())
        reminders.fill(geneva(ASKED + timedelta(days=days)))
        reminders.fill(geneva(ASKED + timedelta(days=days), 23))
        if new := {stage for stage, _who in set(rows()) - before}:
            came[days] = new
    assert came == {3: {-3}, 7: {-7}, 14: {-14}, 21: {-21}, 28: {-28}}


def test_of_several_missed_stages_the_latest_comes(asked):
    reminders.fill(geneva(ASKED + timedelta(days=16)))
    assert rows() == [(-14, "chris@example.org"), (-14, "kim@example.org")]


def test_the_days_are_counted_from_when_they_were_asked(circulated, member):
    """An objection stood for ten days after the window."""
    said = comment(Circulation.objects.get(), by=Actor.of(member), kind="objection", text="No.", now=NOW)
    assert housekeeping.ask_chairs(geneva(ASKED)) == 0
    type(said).objects.update(withdrawn_at=NOW)
    housekeeping.ask_chairs(geneva(ASKED + timedelta(days=10)))
    assert reminders.fill(geneva(ASKED + timedelta(days=12))) == 0
    assert reminders.fill(geneva(ASKED + timedelta(days=13))) == 2


def test_a_standing_objection_stops_them(asked, member):
    comment(Circulation.objects.get(), by=Actor.of(member), kind="objection", text="No.", now=NOW)
    assert reminders.fill(geneva(ASKED + timedelta(days=3))) == 0


def test_whoever_has_approved_is_not_reminded(asked, chair):
    advance(asked, "approve", by=Actor.of(chair), seen=asked.revision_id, now=geneva(ASKED, 12))
    reminders.remind(geneva(ASKED + timedelta(days=3), 9))
    assert queued() == ["kim@example.org"]


def test_an_approval_between_the_row_and_the_mail_cancels_it(asked, chair):
    reminders.fill(geneva(ASKED + timedelta(days=3), 0))
    advance(asked, "approve", by=Actor.of(chair), seen=asked.revision_id, now=geneva(ASKED + timedelta(days=3), 1))
    reminders.digest(geneva(ASKED + timedelta(days=3), 9))
    assert queued() == ["kim@example.org"]


def test_a_mail_that_was_queued_before_the_approval_is_void(asked, chair):
    reminders.remind(geneva(ASKED + timedelta(days=3), 9))
    advance(asked, "approve", by=Actor.of(chair), seen=asked.revision_id, now=geneva(ASKED + timedelta(days=3), 10))
    void = Message.objects.void().filter(kind="remind")
    assert [message.recipient for message in void] == ["chris@example.org"]


def test_a_return_ends_them(asked, secretary):
    reminders.fill(geneva(ASKED + timedelta(days=3), 0))
    advance(asked, "revise", by=Actor.of(secretary), seen=asked.revision_id, reason="Typo.", now=geneva(ASKED))
    assert reminders.remind(geneva(ASKED + timedelta(days=3), 9)) == 0


def test_who_stands_in_for_a_chair_hears_of_it_too_until_one_of_them_decides(asked, desk, chair):
    vice = somebody("Vic", "vic@example.org", desk, "vice_chair")
    StandIn.objects.create(
        group=desk.group, chair=chair.person, person=vice.person, valid_from=ASKED, valid_to=ASKED + timedelta(days=5)
    )
    reminders.remind(geneva(ASKED + timedelta(days=3), 9))
    assert queued() == ["chris@example.org", "kim@example.org", "vic@example.org"]
    told = " ".join(digest_of("vic@example.org").text.split())
    assert "You get this because you stand in for a chair of JCA-MV who has not decided about JCA-MV-Doc-001." in told
    reminders.fill(geneva(ASKED + timedelta(days=7)))
    assert (-7, "vic@example.org") not in rows()
    advance(asked, "approve", by=Actor.of(chair), seen=asked.revision_id, now=geneva(ASKED + timedelta(days=4)))
    assert not Reminder.objects.standing().filter(recipient="vic@example.org").exists()


def test_with_one_approver_wanted_a_single_word_ends_them(asked, desk, chair):
    desk.approvers = "one"
    desk.save()
    reminders.fill(geneva(ASKED + timedelta(days=3), 0))
    advance(asked, "approve", by=Actor.of(chair), seen=asked.revision_id, now=geneva(ASKED + timedelta(days=3), 1))
    assert reminders.digest(geneva(ASKED + timedelta(days=3), 9)) == 0


def test_what_a_chair_reads(asked):
    reminders.remind(geneva(ASKED + timedelta(days=3), 9))
    message = digest_of("kim@example.org")
    assert message.subject == "JCA-MV: 1 text to approve"
    told = " ".join(message.text.split())
    assert "You get this because you chair JCA-MV and have not decided about JCA-MV-Doc-001 yet." in told


def test_a_chair_who_left_is_not_reminded(asked):
    Appointment.objects.filter(person__name="Kim Cochair").update(valid_to=ASKED)
    reminders.fill(geneva(ASKED + timedelta(days=3)))
    assert rows() == [(-3, "chris@example.org")]
