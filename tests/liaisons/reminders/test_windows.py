"""Before comments close the list hears once, and once each member who has said nothing."""

from datetime import date, timedelta

import pytest

from contacts.actor import Actor
from contacts.models import Appointment
from liaisons import outbox, reminders
from liaisons.comments import comment, move_window
from liaisons.models import Circulation, Reminder
from tests.fixtures import NOW, somebody
from tests.liaisons.reminders.mornings import digest_of, geneva, queued

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

CLOSES = date(2025, 10, 27)  # a Monday
FRIDAY = CLOSES - timedelta(days=3)


@pytest.fixture
def members(desk):
    """One who will say nothing, one who represents another body, one whose appointment is over."""
    for name, role in (("mel", "member"), ("rep", "representative"), ("gone", "member")):
        somebody(name.title(), f"{name}@example.org", desk, role)
    Appointment.objects.filter(person__name="Gone").update(valid_to=NOW.date())


@pytest.fixture
def circulation(circulated, members) -> Circulation:
    return Circulation.objects.select_related("desk__group").get()


def rows():
    return sorted(Reminder.objects.values_list("recipient", "stage"))


def test_the_list_and_silent_members_are_reminded_three_days_before(circulation):
    reminders.fill(geneva(FRIDAY - timedelta(days=1), 23))
    assert rows() == []
    reminders.fill(geneva(FRIDAY, 0))
    assert rows() == [("list@jca-mv.example.org", 3), ("mel@example.org", 3), ("rep@example.org", 3)]
    for day in range(4):
        reminders.remind(geneva(FRIDAY + timedelta(days=day), 9))
        outbox.deliver_due(geneva(FRIDAY + timedelta(days=day), 9))
    assert queued(state="sent") == queued() == ["list@jca-mv.example.org", "mel@example.org", "rep@example.org"]


def test_what_the_list_reads(circulation):
    reminders.remind(geneva(FRIDAY, 9))
    message = digest_of("list@jca-mv.example.org")
    assert message.subject == "Reminder: comments on JCA-MV-Doc-001 until 27 October 2025"
    assert "closes soon (due in 3 days). No comment has come so far." in " ".join(message.text.split())
    assert message.headers["List-Id"] == '"JCA-MV" <list.jca-mv.example.org>'
    assert "List-Unsubscribe" not in message.headers
    assert "[[link:" in message.text


def test_what_a_silent_member_reads(circulation):
    reminders.remind(geneva(FRIDAY, 9))
    message = digest_of("mel@example.org")
    assert message.subject == "JCA-MV: 1 text to comment"
    told = " ".join(message.text.split())
    assert "You get this because you are appointed to JCA-MV and have not commented on JCA-MV-Doc-001 yet." in told


def test_whoever_has_spoken_is_left_in_peace(circulation):
    mel = Appointment.objects.get(person__name="Mel").person
    comment(circulation, by=Actor("account", person=mel), kind="support", now=NOW)
    reminders.fill(geneva(FRIDAY))
    assert "mel@example.org" not in dict(rows())


def test_whoever_speaks_between_the_row_and_the_mail_gets_none(circulation):
    reminders.fill(geneva(FRIDAY, 0))
    mel = Appointment.objects.get(person__name="Mel").person
    comment(circulation, by=Actor("account", person=mel), kind="support", now=geneva(FRIDAY, 1))
    reminders.digest(geneva(FRIDAY, 9))
    assert queued() == ["list@jca-mv.example.org", "rep@example.org"]


def test_a_moved_window_takes_its_reminders_along(circulation, secretary):
    reminders.fill(geneva(FRIDAY, 0))
    later = CLOSES + timedelta(days=7)
    move_window(circulation, later, reason="Holidays.", by=Actor.of(secretary), now=geneva(FRIDAY, 1))
    assert reminders.remind(geneva(FRIDAY, 9)) == 0
    assert reminders.remind(geneva(later - timedelta(days=3), 9)) == 3


def test_a_window_that_was_closed_at_once_brings_no_reminder(circulation, secretary, desk):
    desk.remind_window = [0]
    desk.save()
    reminders.fill(geneva(CLOSES, 0))
    assert len(rows()) == 3
    move_window(circulation, None, reason="All have spoken.", by=Actor.of(secretary), now=geneva(CLOSES, 1))
    assert reminders.digest(geneva(CLOSES, 9)) == 0


def test_none_on_the_day_on_which_the_list_got_the_text(circulation, desk):
    desk.remind_window = [14]
    desk.save()
    assert reminders.fill(geneva(NOW.date(), 12)) == 0


def test_a_desk_without_stages_for_windows_reminds_nobody_of_them(circulation, desk):
    desk.remind_window = []
    desk.save()
    assert reminders.fill(geneva(FRIDAY)) == 0
