"""Chairs who were asked to declare a report approved are reminded as of a statement, until one of them has."""

from datetime import timedelta

import pytest

from contacts.actor import Actor
from liaisons import housekeeping, outbox, reminders
from liaisons.comments import reports
from liaisons.filing import Paper, file_document
from liaisons.models import Blob, Circulation, Document, Message, Reminder
from liaisons.overviews import deadlines
from tests.fixtures import NOW
from tests.liaisons.reminders.mornings import digest_of, geneva, queued
from tests.liaisons.reminders.test_approvals import ASKED

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def asked(desk, secretary, chair, cochair) -> Circulation:
    blob = Blob.objects.keep(b"PK report", "application/msword")
    paper = Paper(Document.Kind.REPORT, "Report of the first meeting", "JCA-MV", files=((blob, "report.docx"),))
    by = Actor.of(secretary)
    circulation = reports.circulate(file_document(desk, paper, by=by, now=NOW), desk, by=by, now=NOW)
    outbox.deliver_due(NOW)
    assert housekeeping.ask_chairs(geneva(ASKED, 1)) == 2
    return Circulation.objects.get(pk=circulation.pk)


def test_they_are_reminded_after_three_days(asked):
    assert reminders.fill(geneva(ASKED + timedelta(days=2))) == 0
    reminders.remind(geneva(ASKED + timedelta(days=3), 9))
    assert queued() == ["chris@example.org", "kim@example.org"]
    told = " ".join(digest_of("kim@example.org").text.split())
    assert "Report of the first meeting" in told
    assert "You get this because you chair JCA-MV and have not decided about JCA-MV-Doc-001 yet." in told


def test_the_day_stands_in_their_calendar_and_not_in_that_of_a_member(asked, desk, chair, member):
    later = geneva(ASKED + timedelta(days=3))
    [mine] = [one for one in deadlines.of(chair.person, desk, later) if one.uid == f"approval-{asked.pk}"]
    assert (mine.day, mine.text) == (ASKED, "Report of the first meeting")
    assert not [one for one in deadlines.of(member.person, desk, later) if one.uid == mine.uid]


def test_what_one_of_them_decides_ends_it_for_all(asked, chair):
    reminders.fill(geneva(ASKED + timedelta(days=3), 0))
    reports.approve(asked, by=Actor.of(chair), now=geneva(ASKED + timedelta(days=3), 1))
    assert reminders.digest(geneva(ASKED + timedelta(days=3), 9)) == 0
    assert reminders.fill(geneva(ASKED + timedelta(days=7))) == 0
    assert not Reminder.objects.standing().exists()


def test_a_mail_that_waits_is_void_when_one_of_them_decides(asked, chair):
    reminders.remind(geneva(ASKED + timedelta(days=3), 9))
    reports.approve(asked, by=Actor.of(chair), now=geneva(ASKED + timedelta(days=3), 10))
    assert Message.objects.void().filter(kind="remind").count() == 2
