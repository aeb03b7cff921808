"""The first page: what waits for whom, with its next date."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.actor import Actor
from contacts.models import Appointment, Group, StandIn
from liaisons import comments, handover, outbox
from liaisons.details import Assignment, Received
from liaisons.models import Meeting, Message
from liaisons.overviews.waiting import theirs
from liaisons.received.registering import register
from liaisons.texts.writing import begin
from liaisons.workflow import advance
from tests.fixtures import AFTER, NOW, somebody


@pytest.fixture(autouse=True)
def _at(time_machine):
    time_machine.move_to(NOW, tick=False)


def waiting(client, user, path="/"):
    """What the person's desk shows: heap → rows as (reference, title, state, next date, note)."""
    client.force_login(user)
    response = client.get(path)
    assert response.status_code == 200
    return {
        heap.title: [(row.reference, row.title, row.label, row.on, row.note) for row in heap.rows]
        for heap in response.context["heaps"]
    }


TITLE = "LS on nominating representatives and giving input to the roadmap"


class TestWhoSeesWhat:
    def test_outsiders_get_the_public_register(self, client, outsider):
        assert client.get("/").headers["Location"] == "/statements/"
        client.force_login(outsider)
        assert client.get("/").headers["Location"] == "/statements/"

    def test_an_empty_desk_says_so(self, client, member):
        client.force_login(member)
        page = client.get("/").content.decode()
        assert "Nothing waits for you here." in page

    def test_a_draft_waits_for_authors_with_its_deadline(self, client, draft, secretary, rapporteur, member):
        row = ("", TITLE, "draft", date(2026, 1, 30), "")
        assert waiting(client, secretary) == {"Drafts": [row]}
        assert waiting(client, rapporteur) == {"Drafts": [(*row[:4], "last written by Sam Secretary")]}
        assert waiting(client, member) == {}

    def test_drafts_are_mine_or_all(self, client, draft, desk, letter, rapporteur):
        begin(desk, replace(letter, title="Mine"), by=Actor.of(rapporteur), now=NOW)
        assert len(waiting(client, rapporteur)["Drafts"]) == 2
        assert [row[1] for row in waiting(client, rapporteur, "/?drafts=mine")["Drafts"]] == ["Mine"]

    def test_a_window_waits_for_everybody_at_the_desk(self, client, circulated, chair, member):
        row = ("JCA-MV-Doc-001", TITLE, "circulated", date(2025, 10, 27))
        assert waiting(client, member) == {"Windows for comments": [(*row, "no comment yet")]}
        comments.comment(circulated.circulation, by=Actor.of(member), kind="objection", text="No.", now=NOW)
        assert waiting(client, member) == {
            "Windows for comments": [(*row, "1 comment, 1 objection stands, you have commented")]
        }

    def test_a_closed_window_asks_the_chairs(self, client, circulated, secretary, chair, cochair, member, time_machine):
        time_machine.move_to(AFTER, tick=False)
        row = ("JCA-MV-Doc-001", TITLE, "circulated", date(2025, 10, 27))
        assert waiting(client, chair) == {"Approvals asked of you": [(*row, "no objection")]}
        assert waiting(client, secretary) == {"Windows that have closed": [(*row, "waits for the chairs")]}
        assert waiting(client, member) == {}
        advance(circulated, "approve", by=Actor.of(chair), seen=circulated.revision_id, now=AFTER)
        assert waiting(client, chair) == {"Windows that have closed": [(*row, "1 approval so far")]}
        assert waiting(client, cochair) == {"Approvals asked of you": [(*row, "1 approval so far")]}

    def test_who_stands_in_is_asked_for_no_word_that_the_chair_gave(
        self, client, circulated, desk, chair, time_machine
    ):
        time_machine.move_to(AFTER, tick=False)
        vice, day = somebody("Vic Vice", "vic@example.org", desk, "vice_chair"), AFTER.date()
        StandIn.objects.create(group=desk.group, chair=chair.person, person=vice.person, valid_from=day, valid_to=day)
        assert "Approvals asked of you" in waiting(client, vice)
        advance(circulated, "approve", by=Actor.of(chair), seen=circulated.revision_id, now=AFTER)
        assert "Approvals asked of you" not in waiting(client, vice)

    def test_an_objection_that_stands_asks_nobody_to_approve(self, client, circulated, chair, member, time_machine):
        comments.comment(circulated.circulation, by=Actor.of(member), kind="objection", text="No.", now=NOW)
        time_machine.move_to(AFTER, tick=False)
        assert waiting(client, chair) == {
            "Windows that have closed": [
                ("JCA-MV-Doc-001", TITLE, "objection", date(2025, 10, 27), "1 objection stands")
            ]
        }

    def test_an_approved_statement_waits_to_be_sent(self, client, approved, secretary, chair):
        row = ("JCA-MV-LS1", TITLE, "approved", date(2026, 1, 30), "")
        assert waiting(client, secretary) == {"Approved, to be sent": [row]}
        assert waiting(client, chair) == {}

    def test_a_dispatch_under_way_and_mails_in_trouble(self, client, sent, secretary, administrator, chair):
        total = Message.objects.filter(kind="send").count()
        (row,) = waiting(client, secretary)["Dispatches under way"]
        assert row == ("JCA-MV-LS1", TITLE, "sending", date(2025, 10, 28), f"{total} still to leave")
        first, second = Message.objects.filter(kind="send")[:2]
        Message.objects.filter(pk=first.pk).update(state="in_doubt")
        Message.objects.filter(pk=second.pk).update(state="failed")
        for user in (secretary, administrator):
            (row,) = waiting(client, user)["Mails that need you"]
            assert row[2:] == ("in doubt", date(2025, 10, 28), f"1 in doubt, 1 failed, {total - 2} still to leave")
        assert "Mails that need you" not in waiting(client, chair)

    @pytest.fixture
    def failed(self, sent):
        """The letter to the IETF, which its server refused."""
        Message.objects.update(state="sent")
        Message.objects.filter(addressee__text="IETF").update(state="failed")
        return Message.objects.get(state="failed")

    def test_a_mail_that_failed_needs_you_until_it_is_given_up(self, client, failed, secretary):
        assert "Mails that need you" in waiting(client, secretary)
        outbox.give_up(failed, Actor.of(secretary), AFTER, "Their box is closed.")
        assert "Mails that need you" not in waiting(client, secretary)

    def test_a_letter_that_failed_and_was_handed_over_needs_nobody(self, client, failed, secretary):
        by = Actor.of(secretary)
        handover.hand_over(failed.addressee, date(2025, 10, 28), "By hand", by=by, now=AFTER + timedelta(hours=1))
        assert "Mails that need you" not in waiting(client, secretary)

    def test_a_letter_that_failed_and_was_withdrawn_needs_nobody_but_its_notice_does(
        self, client, sent, failed, secretary
    ):
        by = Actor.of(secretary)
        advance(sent, "withdraw", by=by, seen=sent.revision_id, reason="No longer.", now=AFTER)
        assert "Mails that need you" not in waiting(client, secretary)
        notice = Message.objects.filter(kind="notify", state="queued").latest("pk")
        Message.objects.filter(pk=notice.pk).update(state="failed")
        (row,) = waiting(client, secretary)["Mails that need you"]
        assert row[-1] == "1 failed"

    @pytest.mark.parametrize(
        ("day", "heap", "note"),
        [
            (date(2026, 1, 15), "Answers awaited", "3 answers owed"),
            (date(2026, 1, 16), "Answers due soon", "3 answers owed"),
            (date(2026, 1, 30), "Answers due soon", "3 answers owed"),
            (date(2026, 1, 31), "Answers overdue", "3 answers overdue, 3 owed"),
        ],
    )
    def test_answers_are_awaited_then_due_soon_then_overdue(
        self, client, sent, chair, member, time_machine, day, heap, note
    ):
        time_machine.move_to(NOW.replace(year=day.year, month=day.month, day=day.day), tick=False)
        found = waiting(client, chair)
        assert [row[3:] for row in found.get(heap, [])] == [(date(2026, 1, 30), note)]
        assert set(found) == {heap}
        assert waiting(client, member) == {}

    def test_incoming_waits_to_be_assigned_and_then_for_its_assignee(self, client, desk, secretary, rapporteur):
        letter = Received(
            source_text="IETF", title="LS on time", received_on=date(2025, 10, 1), deadline=date(2025, 12, 1)
        )
        registration = register(desk, letter, by=Actor.of(secretary), now=NOW)
        row = ("JCA-MV-Doc-001", "LS on time", "received", date(2025, 12, 1), "from IETF")
        assert waiting(client, secretary) == {"Incoming, to be assigned": [row]}
        assert waiting(client, rapporteur) == {}
        task = Assignment(assignee=rapporteur.person, due_on=date(2025, 10, 20))
        advance(registration, "assign", by=Actor.of(secretary), seen="received", details=task, now=NOW)
        row = ("JCA-MV-Doc-001", "LS on time", "assigned", date(2025, 10, 20), "from IETF, with Ray Rapporteur")
        assert waiting(client, rapporteur) == {"Incoming, yours to answer": [row]}
        assert waiting(client, secretary) == {"Incoming, assigned and due": [row]}

    def test_mine_are_shown_however_many_others_are_due_before(
        self, client, desk, groups, secretary, rapporteur, monkeypatch
    ):
        monkeypatch.setattr(theirs, "MOST", 1)
        question = Group.objects.create(designation="ITU-T Q6/21", kind="question", parent=groups["ITU-T SG21"])
        Appointment.objects.create(person=rapporteur.person, group=question, role="rapporteur")
        letters = [Received(source_text="IETF", title=title, received_on=NOW.date()) for title in "123456"]
        for letter in letters:
            registration = register(desk, letter, by=Actor.of(secretary), now=NOW)
            task = Assignment("9/99", due_on=date(2025, 10, 20))
            if letter is letters[-1]:
                task = Assignment("Q6/21", due_on=date(2025, 11, 20))
            advance(registration, "assign", by=Actor.of(secretary), seen="received", details=task, now=NOW)
        assert [row[1] for row in waiting(client, rapporteur)["Incoming, yours to answer"]] == ["6"]

    def test_what_is_only_watched_waits_for_nobody(self, client, desk, secretary):
        letter = Received(source_text="3GPP", title="LS on time", received_on=date(2025, 10, 1), watched=True)
        register(desk, letter, by=Actor.of(secretary), now=NOW)
        assert waiting(client, secretary) == {}

    def test_another_desk_sees_nothing_of_it(self, client, draft, circulated, other_secretary):
        assert waiting(client, other_secretary) == {}


def test_the_desk_asks_the_same_number_of_questions_with_one_thing_and_with_three(
    client, desk, letter, secretary, chair, rapporteur, at_meeting, time_machine
):
    time_machine.move_to(NOW.replace(year=2026, month=2), tick=False)
    Appointment.objects.create(person=secretary.person, group=desk.group, role="cochair")
    client.force_login(secretary)

    def one_of_each():
        by = Actor.of(secretary)
        begin(desk, letter, by=by, now=NOW)
        for until in ("circulated", "closed", "approved", "sent"):
            statement = begin(desk, replace(letter, title=until), by=by, now=NOW)
            if until in ("circulated", "closed"):
                at = NOW.replace(year=2026, month=1, day=31) if until == "circulated" else NOW
                late = replace(letter, deadline=date(2026, 9, 1))
                statement = begin(desk, late, by=by, now=NOW)
                statement = advance(statement, "circulate", by=by, seen=statement.revision_id, now=at)
                statement.circulation.distribute(at)
                comments.comment(statement.circulation, by=Actor.of(rapporteur), kind="support", now=at)
                continue
            statement = advance(statement, "approve", by=by, seen=statement.revision_id, details=at_meeting, now=NOW)
            if until == "sent":
                advance(statement, "send", by=by, seen=statement.revision_id, now=NOW)
        came = Received(source_text="IETF", title="LS on time", received_on=date(2025, 10, 1))
        register(desk, came, by=by, now=NOW)
        mine = register(desk, came, by=by, now=NOW)
        task = Assignment(assignee=secretary.person, due_on=date(2025, 12, 1))
        advance(mine, "assign", by=by, seen="received", details=task, now=NOW)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            response = client.get("/")
        return len(captured), {heap.title: len(heap.rows) for heap in response.context["heaps"]}

    one_of_each()
    queries()
    first, heaps = queries()
    assert set(heaps) == {
        "Dispatches under way", "Approvals asked of you", "Approved, to be sent", "Letters to hand over",
        "Answers overdue", "Incoming, yours to answer", "Incoming, to be assigned", "Windows for comments", "Drafts",
    }  # fmt: skip
    one_of_each()
    one_of_each()
    third, more = queries()
    assert third == first
    assert more["Answers overdue"] == more["Incoming, to be assigned"] == 3


class TestSwitch:
    @pytest.fixture
    def both(self, secretary, other_desk):
        Appointment.objects.create(person=secretary.person, group=other_desk.group, role="member")
        return secretary

    def test_the_person_goes_on_at_the_other_desk(self, client, both, desk, other_desk):
        client.force_login(both)
        first = client.get("/").context["desk"]
        other = other_desk if first == desk else desk
        assert client.post("/desk-switch/", {"desk": other.pk, "next": "/statements/?q=x"}).url == "/statements/"
        assert client.get("/").context["desk"] == other

    def test_an_address_out_of_a_mail_is_looked_at_at_the_desk_it_belongs_to(self, client, both, desk, other_desk):
        meeting = Meeting.objects.create(group=other_desk.group, name="M", starts_on=NOW.date(), ends_on=NOW.date())
        client.force_login(both)
        client.post("/desk-switch/", {"desk": desk.pk})
        assert client.post(f"/meetings/{meeting.pk}/report/").status_code == 404
        assert client.get("/meetings/123456/").status_code == 404
        assert client.get("/").context["desk"] == desk
        assert client.get(meeting.get_absolute_url()).context["desk"] == other_desk
        assert client.get("/").context["desk"] == other_desk
        assert client.get("/meetings/new/").status_code == 403  # a member there, and a list is of no desk

    def test_a_page_for_other_roles_at_one_desk_may_be_theirs_at_another(self, client, both, desk, other_desk, sent):
        """A member of the one looks at a mail of the other, where it is for the secretariat."""
        client.force_login(both)
        client.post("/desk-switch/", {"desk": other_desk.pk})
        message = Message.objects.filter(desk=desk).first()
        assert client.get(message.get_absolute_url()).context["desk"] == desk

    @pytest.mark.parametrize("back", ["https://evil.example.org/", "//evil.example.org", "/statements/1/", ""])
    def test_only_lists_are_gone_back_to(self, client, both, other_desk, back):
        client.force_login(both)
        assert client.post("/desk-switch/", {"desk": other_desk.pk, "next": back}).url == "/"

    @pytest.mark.parametrize("desk_key", ["other", "x", ""])
    def test_nobody_goes_to_a_desk_they_do_not_work_at(self, client, secretary, other_desk, desk_key):
        client.force_login(secretary)
        chosen = other_desk.pk if desk_key == "other" else desk_key
        assert client.post("/desk-switch/", {"desk": chosen}).status_code == 404

    def test_it_is_a_post_of_somebody_at_a_desk(self, client, secretary, outsider):
        assert client.post("/desk-switch/").headers["Location"].startswith("/sign-in/")
        client.force_login(outsider)
        assert client.post("/desk-switch/").status_code == 403
        client.force_login(secretary)
        assert client.get("/desk-switch/").status_code == 405
