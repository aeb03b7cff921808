"""The calendar of a person at a desk, as programs that subscribe to it read it."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from contacts.actor import Actor
from contacts.models import Appointment, Group
from liaisons import feeds, housekeeping, links, reminders
from liaisons.comments import comment, move_window, withdraw
from liaisons.models import Action, Addressee, Circulation, Event, Meeting, Registration, Reminder, Statement
from tests.fixtures import AFTER, NOW
from tests.liaisons.reminders.mornings import DUE, digest_of, geneva
from tests.pages import opened, send

pytestmark = pytest.mark.django_db


def events(user, desk, now=AFTER) -> dict[str, dict]:
    """By UID without the host."""
    calendar = Calendar.from_ical(feeds.calendar(user.person, desk, now))
    return {str(event["UID"]).partition("@")[0]: event for event in calendar.walk("VEVENT")}


def test_a_deadline_is_the_same_on_the_page_in_the_mail_in_the_calendar_and_in_the_table(
    client, out, desk, secretary, time_machine
):
    time_machine.move_to(geneva(DUE - timedelta(days=7)), tick=False)
    reminders.remind(geneva(DUE - timedelta(days=7)))
    client.force_login(secretary)
    assert "30 January 2026, end of day in Geneva" in " ".join(digest_of("sam@example.org").text.split())
    assert "30 January 2026, end of day in Geneva" in " ".join(digest_of("ietf@example.org").text.split())
    for page in (out.get_absolute_url(), reverse("reminders")):
        assert 'datetime="2026-01-30"' in client.get(page).content.decode()
    event = events(secretary, desk)[f"statement-{out.pk}"]
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (DUE, DUE + timedelta(days=1))
    assert "Until the end of the day in Geneva (Europe/Zurich)." in event["DESCRIPTION"]
    table = client.get(reverse("deadlines-table")).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [(row["Day"], row["What"]) for row in rows] == [("2026-01-30", "JCA-MV-LS1: answers due")]


def test_bodies_with_their_own_day_have_an_event_of_their_own_that_keeps_its_name(out, desk, secretary):
    ietf = Addressee.objects.get(text="IETF")
    for days in (28, 35):
        later = DUE + timedelta(days=days)
        Addressee.objects.filter(pk=ietf.pk).update(due_on=later, due_at=geneva(later + timedelta(days=1), 0))
        found = events(secretary, desk)
        assert found[f"addressee-{ietf.pk}"]["DTSTART"].dt == later
        assert "IETF" not in found[f"statement-{out.pk}"]["DESCRIPTION"]


def test_what_has_come_is_not_in_it_any_more(out, desk, secretary):
    Addressee.objects.exclude(text="IETF").update(reply="replied")
    assert "Awaited from: IETF\n" in events(secretary, desk)[f"statement-{out.pk}"]["DESCRIPTION"]
    Statement.objects.update(state="closed")
    assert events(secretary, desk) == {}


def test_a_window_moves_with_a_higher_sequence_under_the_same_name(circulated, desk, member, secretary):
    circulation = Circulation.objects.select_related("desk__group").get()
    before = events(member, desk, NOW)[f"circulation-{circulation.pk}"]
    at = NOW + timedelta(days=1)
    move_window(circulation, date(2025, 11, 3), reason="Holidays.", by=Actor.of(secretary), now=at)
    after = events(member, desk, at)[f"circulation-{circulation.pk}"]
    assert (before["DTSTART"].dt, after["DTSTART"].dt) == (date(2025, 10, 27), date(2025, 11, 3))
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["LAST-MODIFIED"].dt == after["DTSTAMP"].dt == at
    assert before["LAST-MODIFIED"].dt == NOW


def test_a_chair_sees_the_approval_that_is_awaited_and_a_member_does_not(circulated, desk, chair, cochair, member):
    from liaisons.workflow import advance

    key = f"approval-{Circulation.objects.get().pk}"
    assert events(chair, desk)[key]["DTSTART"].dt == date(2025, 10, 28)
    assert key not in events(member, desk)
    advance(circulated, "approve", by=Actor.of(chair), seen=circulated.revision_id, now=AFTER)
    assert key not in events(chair, desk)
    assert key in events(cochair, desk)


def test_an_approval_stands_on_the_day_on_which_it_was_asked_for(circulated, desk, chair, member):
    """An objection stood for nine days after the window; the reminders count from then too."""
    circulation = Circulation.objects.get()
    said = comment(circulation, by=Actor.of(member), kind="objection", text="No.", now=NOW)
    later = AFTER + timedelta(days=9)
    withdraw(said, by=Actor.of(member), now=later)
    before = events(chair, desk, later)[f"approval-{circulation.pk}"]
    assert before["DTSTART"].dt < desk.today(later)
    asked = later + timedelta(minutes=1)
    assert housekeeping.ask_chairs(asked) == 2
    after = events(chair, desk, asked)[f"approval-{circulation.pk}"]
    assert (after["DTSTART"].dt, after["LAST-MODIFIED"].dt) == (desk.today(later), asked)
    assert after["SEQUENCE"] > before["SEQUENCE"]
    reminders.fill(later + timedelta(days=3))
    assert {row.due_on for row in Reminder.objects.filter(kind="approval")} == {desk.today(later)}


def test_a_letter_to_questions_is_shown_to_their_rapporteurs(registration, desk, groups, rapporteur, member):
    question = Group.objects.create(designation="ITU-T Q6/21", kind="question", parent=groups["ITU-T SG21"])
    Appointment.objects.create(person=rapporteur.person, group=question, role="rapporteur")
    Registration.objects.update(state="assigned", questions="Q6/21", due_on=DUE)
    assert f"registration-{registration.pk}" in events(rapporteur, desk)
    assert events(member, desk) == {}


def test_letters_and_actions_are_shown_to_whom_they_concern(registration, meeting, desk, secretary, rapporteur, member):
    Registration.objects.update(state="assigned", assignee=rapporteur.person, due_on=DUE)
    action = Action.objects.create(meeting=meeting, position=1, text="Ask.", owner=member.person, due_on=DUE)
    meetings = {f"meeting-{meeting.pk}"}
    letters, actions = {f"registration-{registration.pk}"}, {f"action-{action.pk}"}
    assert set(events(rapporteur, desk)) == letters | meetings
    assert set(events(member, desk)) == actions | meetings
    assert set(events(secretary, desk)) == letters | actions | meetings


def test_a_meeting_that_moves_says_so(client, meeting, desk, secretary, time_machine):
    time_machine.move_to(NOW, tick=False)
    before = events(secretary, desk)[f"meeting-{meeting.pk}"]
    given = opened(client, secretary, reverse("meeting-edit", args=[meeting.pk]))
    send(client, secretary, "meeting-edit", meeting.pk, **{**given, "starts_on": "2025-12-01", "ends_on": "2025-12-03"})
    after = events(secretary, desk)[f"meeting-{meeting.pk}"]
    assert (after["DTSTART"].dt, after["DTEND"].dt) == (date(2025, 12, 1), date(2025, 12, 4))
    assert (after["SEQUENCE"], before["SEQUENCE"], after["DTSTAMP"].dt) == (1, 0, NOW)


def test_an_action_that_moves_says_so(client, meeting, desk, secretary, time_machine):
    action = Action.objects.create(meeting=meeting, position=1, text="Ask SG21.", due_on=date(2025, 12, 1))
    done, edit = "meeting-action-done", "meeting-action-edit"
    told = []
    for minute, day in enumerate(("2025-12-08", "2025-12-08", "", "")):
        time_machine.move_to(NOW + timedelta(minutes=minute), tick=False)
        form = opened(client, secretary, reverse(edit, args=[meeting.pk, action.pk]))
        given = {**form, "due_on": day} if day else {}
        send(client, secretary, edit if day else done, meeting.pk, action.pk, **given)
        if event := events(secretary, desk).get(f"action-{action.pk}"):
            told.append((event["SEQUENCE"], event["LAST-MODIFIED"].dt, event["DTSTART"].dt))
    moved = (1, NOW, date(2025, 12, 8))
    assert told == [moved, moved, (3, NOW + timedelta(minutes=3), date(2025, 12, 8))]


def test_an_action_that_is_entered_is_recorded(client, meeting, desk, secretary):
    send(client, secretary, "meeting-action", meeting.pk, **{"action-text": "Go.", "action-due_on": "2025-12-01"})
    recorded = Event.objects.get(verb="action")
    assert (recorded.desk, recorded.person) == (desk, secretary.person)
    assert recorded.data == {
        "meeting": meeting.pk, "action": Action.objects.get().pk, "fields": [],
        "owner": None, "due_on": "2025-12-01", "done_on": None,
    }  # fmt: skip


def test_whoever_has_left_the_desk_reads_nothing_any_more(meeting, desk, member):
    assert len(events(member, desk)) == 1
    Appointment.objects.filter(person=member.person).update(valid_to=NOW.date())
    assert events(member, desk) == {}


def test_the_file_keeps_to_the_rules(out, meeting, desk, secretary):
    Meeting.objects.update(place="Genève, salle Popov; 2, rue de Varembé" * 4)
    content = feeds.calendar(secretary.person, desk, AFTER)
    lines = content.split(b"\r\n")
    assert b"\n" not in b"".join(lines)
    assert max(len(line) for line in lines) <= 75
    assert any(line.startswith(b" ") for line in lines)
    for needed in (b"VERSION:2.0", b"PRODID:-//Liaise//Deadlines//EN", b"TRIGGER:-PT15H", b"ACTION:DISPLAY"):
        assert needed in lines
    assert b"DTSTART;VALUE=DATE:20260130" in lines
    assert lines.count(b"BEGIN:VEVENT") == lines.count(b"BEGIN:VALARM") == 2


def test_a_program_that_has_it_is_told_so(out, desk, secretary, time_machine):
    time_machine.move_to(AFTER, tick=False)
    link = links.issue("feed", person=secretary.person, desk=desk, now=AFTER)
    address = f"/l/{links.token(link.pk)}/calendar.ics"
    first = Client().get(address)
    assert Client().get(address, headers={"if-none-match": first["ETag"]}).status_code == 304
    time_machine.move_to(AFTER + timedelta(days=1), tick=False)
    assert Client().get(address, headers={"if-none-match": first["ETag"]}).status_code == 304
    Addressee.objects.filter(text="IETF").update(reply="replied")
    changed = Client().get(address, headers={"if-none-match": first["ETag"]})
    assert (changed.status_code, changed["ETag"] == first["ETag"]) == (200, False)


def test_a_link_of_another_purpose_is_no_calendar(out, desk, secretary):
    link = links.issue("mute", person=secretary.person, desk=desk, now=AFTER)
    assert Client().get(f"/l/{links.token(link.pk)}/calendar.ics").status_code == 404


@pytest.mark.parametrize("more", [0, 3])
def test_it_asks_as_often_however_much_is_due(out, desk, secretary, registration, more, django_assert_num_queries):
    Registration.objects.update(state="assigned", assignee=secretary.person, due_on=DUE)
    Addressee.objects.filter(text="IETF").update(due_on=DUE + timedelta(days=more))
    for number in range(more):
        Meeting.objects.create(group=desk.group, name=f"M{number}", starts_on=DUE, ends_on=DUE)
    with django_assert_num_queries(11):
        feeds.calendar(secretary.person, desk, AFTER)
