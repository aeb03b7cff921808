"""A comment that is referred to the next meeting comes up there, and its report says what was decided."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from contacts.actor import Actor
from liaisons import comments, reporting
from liaisons.models import AgendaItem, Comment, Event, Meeting, Message
from liaisons.silence import Outcome
from tests.fixtures import AFTER, NOW
from tests.pages import page, send

pytestmark = pytest.mark.postgres

MINUTE = timedelta(minutes=1)
HELD_ON = date(2025, 11, 5)


@pytest.fixture(autouse=True)
def _at(time_machine):
    time_machine.move_to(AFTER, tick=False)


@pytest.fixture
def following(desk, meeting) -> Meeting:
    """The meeting that comes after the comment; the one of the fixtures was over when it was made."""
    return Meeting.objects.create(group=desk.group, name="Second meeting", starts_on=HELD_ON, ends_on=HELD_ON)


@pytest.fixture
def referred(circulated, member, secretary) -> Comment:
    row = comments.comment(
        circulated.circulation, by=Actor.of(member), kind="objection", text="Not so.", clause="3", now=NOW + MINUTE
    )
    return decide(row, "referred", "To be talked about.", secretary)


def decide(row: Comment, disposition: str, text: str, user, now=NOW + 2 * MINUTE) -> Comment:
    return comments.dispose(row, disposition, seen=row.standing, text=text, by=Actor.of(user), now=now)


def undated(client, user) -> list[tuple[str, str]]:
    client.force_login(user)
    [heap] = [heap for heap in client.get("/").context["heaps"] if heap.key == "undated"] or [None]
    return [(row.title, row.url) for row in heap.rows] if heap else []


TITLE = "Objection of Mel Member on JCA-MV-Doc-001, 3"


def test_it_is_on_the_list_of_what_has_no_date_until_a_meeting_is_planned(client, secretary, meeting, referred, desk):
    assert undated(client, secretary) == [(TITLE, reverse("meeting-new"))]
    Meeting.objects.create(group=desk.group, name="Second meeting", starts_on=HELD_ON, ends_on=HELD_ON)
    assert undated(client, secretary) == []


def test_its_author_is_told_which_meeting_that_is_as_far_as_it_is_planned(circulated, member, secretary, desk):
    remarks = [
        comments.comment(circulated.circulation, by=Actor.of(member), kind="technical", text=said, now=NOW + MINUTE)
        for said in ("One.", "Two.")
    ]
    decide(remarks[0], "referred", "", secretary)
    Meeting.objects.create(group=desk.group, name="Second meeting", starts_on=HELD_ON, ends_on=HELD_ON)
    decide(remarks[1], "referred", "", secretary)
    told = Message.objects.filter(key__startswith="disposed:").order_by("pk").values_list("text", flat=True)
    sentence = "That is Second meeting, which begins on 5 November 2025."
    assert [sentence in text for text in told] == [False, True]


def test_it_stands_at_the_next_meeting_and_at_no_other(client, member, desk, meeting, following, referred):
    third = Meeting.objects.create(group=desk.group, name="Third", starts_on=date(2026, 1, 1), ends_on=date(2026, 1, 1))
    assertContains(page(client, member, following.get_absolute_url()), TITLE)
    link = f'<a href="{following.get_absolute_url()}#referred">Second meeting</a>, 5 Nov 2025'
    assertContains(page(client, member, reverse("circulation", args=[referred.circulation_id])), link)
    for other in (meeting, third):
        assertNotContains(page(client, member, other.get_absolute_url()), TITLE)


def test_what_a_meeting_did_not_decide_comes_up_at_the_one_after(
    client, member, desk, following, referred, time_machine
):
    third = Meeting.objects.create(group=desk.group, name="Third", starts_on=date(2026, 1, 1), ends_on=date(2026, 1, 1))
    time_machine.move_to(AFTER + timedelta(days=20), tick=False)
    for held in (following, third):
        assertContains(page(client, member, held.get_absolute_url()), TITLE)


def test_one_press_puts_it_on_the_agenda_with_its_document(client, secretary, following, referred, desk):
    AgendaItem.objects.create(meeting=following, position=1, clause="7.3", title="Letters")
    for _press in range(2):
        send(client, secretary, "meeting-referred", following.pk, referred.pk)
    item = following.items.get(comment=referred)
    assert (item.clause, item.title, item.position) == ("8", TITLE, 2)
    assert item.documents.get().document == referred.circulation.document
    assert Event.objects.get(verb="minutes").data["item"] == item.pk
    assertContains(page(client, secretary, following.get_absolute_url()), f'<a href="#item-{item.pk}">8</a>')


def test_only_what_is_before_the_meeting_is_put_on_its_agenda(client, secretary, meeting, referred):
    send(client, secretary, "meeting-referred", meeting.pk, referred.pk, status=404)


def test_the_report_says_what_was_decided(client, chair, secretary, following, referred, desk, time_machine):
    def said() -> str:
        report = reporting.gather(following, desk, number="x", now=AFTER + timedelta(days=20))
        return str((report.items, report.referred))

    time_machine.move_to(AFTER + timedelta(days=9), tick=False)
    assert f"Heard(title='{TITLE}', text='“Not so.”', decided='nothing was decided yet.')" in said()
    send(client, secretary, "meeting-referred", following.pk, referred.pk)
    assert "decisions=('About the comment: nothing was decided yet.',)" in said()
    shown = page(client, secretary, following.get_absolute_url())
    where = f"{reverse('circulation', args=[referred.circulation_id])}#comment-{referred.pk}"
    assertContains(shown, f'<a class="small" href="{where}">Say what was decided</a>')
    told = Message.objects.filter(key__startswith="disposed:").count()
    decide(referred, "overruled", "The meeting did not follow it.", chair, AFTER + timedelta(days=9))
    assert "'About the comment: overruled by the chair. The meeting did not follow it.'" in said()
    assert Message.objects.filter(key__startswith="disposed:").count() == told + 1, "its author hears of it"


def test_what_was_decided_without_an_item_is_in_the_report_too(chair, following, referred, desk):
    decide(referred, "overruled", "No.", chair, AFTER + timedelta(days=9))
    report = reporting.gather(following, desk, number="x", now=AFTER + timedelta(days=20))
    assert [one.decided for one in report.referred] == ["overruled by the chair. No."]
    assert reporting.write_report(report)[:2] == b"PK"


def test_what_was_decided_before_the_meeting_does_not_come_up(client, member, chair, following, referred):
    decide(referred, "overruled", "No.", chair, AFTER)
    assertNotContains(page(client, member, following.get_absolute_url()), TITLE)


@pytest.mark.parametrize("planned", [True, False])
def test_the_chairs_read_who_referred_it_and_to_which_meeting(referred, desk, planned):
    if planned:
        Meeting.objects.create(group=desk.group, name="Second meeting", starts_on=HELD_ON, ends_on=HELD_ON)
    to = "the meeting of 5 November 2025" if planned else "the next meeting, which is not planned yet"
    outcome = Outcome.of(referred.circulation)
    sentence = f"1 objection, none of which stands, 1 objection referred by Sam Secretary to {to}"
    assert sentence in outcome.sentence
    assert Outcome.from_data(outcome.data()) == outcome
