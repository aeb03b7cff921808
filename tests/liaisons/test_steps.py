"""Steps by their addresses: what is said after one, and that a refused form keeps what was typed."""

from dataclasses import replace
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from contacts.actor import Actor
from contacts.models import Appointment
from liaisons.details import Amendment
from liaisons.models import Blob, Event, Message, Registration, Reply, Statement
from liaisons.rules import ROLES
from liaisons.texts.writing import begin, rewrite
from liaisons.workflow import advance
from tests.fixtures import AFTER, NOW

VERBS = ("circulate", "approve", "revise", "complete", "close", "correct", "withdraw")


@pytest.fixture(autouse=True)
def _at(time_machine):
    time_machine.move_to(AFTER, tick=False)


def post(client, user, statement, verb, *, seen=None, **given):
    """Press the button on a statement's page; gives the answer and what the next page says at the top."""
    client.force_login(user)
    data = {"seen": seen or statement.revision_id, **given}
    response = client.post(reverse(f"statement-{verb}", args=[statement.pk]), data)
    said = []
    if response.status_code == 302:
        said = [str(message) for message in client.get(response.headers["Location"]).context["messages"]]
    return response, said


def state(statement):
    return Statement.objects.get(pk=statement.pk).state


class TestTaken:
    def test_circulate(self, client, draft, secretary):
        response, said = post(client, secretary, draft, "circulate")
        assert response.headers["Location"] == f"/statements/{draft.pk}/"
        document, until = "JCA-MV-Doc-001", "11 November 2025"
        assert said == [
            f"{document} is on its way to list@jca-mv.example.org. Comments are open until {until}, counted from today."
        ]
        assert state(draft) == "circulated"

    def test_approve_one_after_the_other(self, client, circulated, chair, cochair):
        assert post(client, chair, circulated, "approve")[1] == ["Your approval is kept. Still asked: Kim Cochair."]
        response, said = post(client, cochair, circulated, "approve")
        assert said == ["Approved as JCA-MV-LS1. It can be sent now."]
        assert response.headers["Location"] == "/statements/2025-2028/JCA-MV-LS1/"

    def test_approve_what_a_meeting_approved(self, client, draft, secretary, meeting):
        _response, said = post(client, secretary, draft, "approve", meeting=meeting.pk, clause="10")
        assert said == ["Approved as JCA-MV-LS1. It can be sent now."]
        assert Statement.objects.get().approval_text == "JCA-MV meeting (Geneva, 9 October 2025)"

    def test_revise(self, client, circulated, chair):
        _response, said = post(client, chair, circulated, "revise", reason="One word.")
        assert (said, state(circulated)) == (["It is a draft again. Change it, then circulate it anew."], "draft")

    def test_complete(self, client, sent, secretary):
        _response, said = post(client, secretary, sent, "complete", reason="Enough.")
        assert (said, state(sent)) == (["It counts as replied. Reminders have stopped."], "replied")

    def test_close(self, client, sent, secretary):
        _response, said = post(client, secretary, sent, "close", outcome="partly_answered", reason="Enough.")
        assert (said, state(sent)) == (["Closed: partly answered."], "closed")

    def test_correct_goes_on_with_the_correction(self, client, sent, secretary):
        response, said = post(client, secretary, sent, "correct", reason="A date.")
        assert response.headers["Location"] == "/statements/2025-2028/JCA-MV-LS1/1/"
        assert said == ["The correction is begun, as a draft with the same number."]

    def test_withdraw(self, client, draft, sent, secretary):
        Message.objects.filter(kind="send", recipient="ietf@example.org").update(state="sent", sent_at=AFTER)
        _response, said = post(client, secretary, sent, "withdraw", reason="A mistake.")
        assert (said, state(sent)) == (["Withdrawn. 1 mail tells those who had it."], "withdrawn")


class TestRefused:
    def test_a_reason_is_wanted_on_the_steps_own_page(self, client, circulated, secretary):
        response, _said = post(client, secretary, circulated, "withdraw", reason=" ")
        assert (response.status_code, state(circulated)) == (400, "circulated")
        assert "This field is required." in response.content.decode()

    def test_what_stands_against_a_step_is_said_and_what_was_typed_kept(self, client, draft, secretary, letter):
        rewrite(draft, replace(letter, body=""), by=Actor.of(secretary), seen=draft.revision_id, now=NOW)
        draft = Statement.objects.get()
        response, _said = post(client, secretary, draft, "circulate")
        assert response.status_code == 400
        assert "The body is empty. Write what the statement has to say." in response.content.decode()

    def test_a_step_that_is_gone_says_who_moved_the_statement_on(self, client, approved, secretary):
        response, _said = post(client, secretary, approved, "circulate")
        page = response.content.decode()
        assert response.status_code == 400
        assert "It is approved: Kim Cochair took the step on 28 October 2025, 09:00." in page

    def test_a_reason_survives_a_step_that_is_gone(self, client, sent, secretary, chair):
        seen = sent.revision_id
        advance(sent, "withdraw", by=Actor.of(chair), seen=seen, reason="Mine.", now=AFTER)
        response, _said = post(client, secretary, sent, "correct", reason="A whole story.")
        assert response.status_code == 400
        assert "A whole story." in response.content.decode()

    def test_the_text_changed_meanwhile(self, client, circulated, chair, secretary, letter):
        seen = circulated.revision_id
        better = Amendment(replace(letter, title="LS on nominating people"))
        advance(circulated, "amend", by=Actor.of(secretary), seen=seen, reason="Shorter.", details=better, now=NOW)
        response, _said = post(client, chair, circulated, "revise", seen=seen, reason="I do not like it.")
        page = response.content.decode()
        assert (response.status_code, state(circulated)) == (409, "circulated")
        assert "Sam Secretary changed the text in the meantime." in page
        assert "<del>representatives and giving input to the roadmap</del><ins>people</ins>" in page
        assert "I do not like it." in page
        form = response.context["form"]
        given = {name: form[name].value() for name in form.fields}
        assert client.post(f"/statements/{circulated.pk}/revise/", given).status_code == 302
        assert state(circulated) == "draft"

    @pytest.mark.parametrize("seen", ["", "x", "0", "999999"])
    def test_an_approval_of_what_was_not_seen(self, client, circulated, chair, seen):
        client.force_login(chair)
        response = client.post(f"/statements/{circulated.pk}/approve/", {"seen": seen})
        assert response.status_code in (400, 409)
        assert Event.objects.filter(verb="approve").count() == 0

    def test_a_meeting_wants_the_clause_of_its_report(self, client, draft, secretary, meeting):
        response, _said = post(client, secretary, draft, "approve", meeting=meeting.pk)
        assert (response.status_code, state(draft)) == (400, "draft")
        assert "Name the clause of the report that says so." in response.content.decode()

    def test_only_meetings_of_the_group(self, client, draft, secretary, other_desk, meeting):
        meeting.group = other_desk.group
        meeting.save()
        assert post(client, secretary, draft, "approve", meeting=meeting.pk, clause="1")[0].status_code == 400

    def test_an_outcome_that_is_none(self, client, sent, secretary):
        for outcome in ("", "nothing_owed", "x"):
            response, _said = post(client, secretary, sent, "close", outcome=outcome, reason="Enough.")
            assert (response.status_code, state(sent)) == (400, "sent")


class TestWho:
    @pytest.mark.parametrize("verb", VERBS)
    def test_a_step_is_for_its_roles(
        self, client, draft, verb, secretary, chair, rapporteur, member, administrator, outsider, other_secretary
    ):
        users = {"secretariat": secretary, "cochair": chair, "rapporteur": rapporteur, "member": member}
        users |= {"administrator": administrator, "outsider": outsider}
        statuses = {}
        for role, user in users.items():
            client.force_login(user)
            statuses[role] = client.get(f"/statements/{draft.pk}/{verb}/").status_code
        assert statuses == {role: 200 if role in ROLES[verb] else 403 for role in users}
        client.force_login(other_secretary)
        assert client.get(f"/statements/{draft.pk}/{verb}/").status_code == 404
        assert client.post(f"/statements/{draft.pk}/{verb}/").status_code == 404
        client.logout()
        assert client.post(f"/statements/{draft.pk}/{verb}/").headers["Location"].startswith("/sign-in/")

    def test_the_page_of_a_step_that_is_not_open_says_why(self, client, draft, secretary):
        client.force_login(secretary)
        page = client.get(f"/statements/{draft.pk}/complete/").content.decode()
        assert "It is draft: Sam Secretary took the step on 13 October 2025, 10:00." in page
        assert '<form class="form"' not in page


class TestSettle:
    def settle(self, client, user, addressee, **given):
        client.force_login(user)
        statement = addressee.statement
        data = {"seen": statement.revision_id, "kind": "answer", **given}
        return client.post(f"/statements/{statement.pk}/addressees/{addressee.pk}/settle/", data)

    @pytest.fixture
    def ietf(self, sent):
        return sent.addressees.get(text="IETF")

    def test_what_came_is_kept_with_everything_that_belongs_to_it(self, client, ietf, secretary):
        response = self.settle(
            client, secretary, ietf, settles=["1"], text="We nominate Nora.", reference="IETF-7", name="The chair",
            email="chair@ietf.example.org", nominee_name="Nora Nominee", nominee_email="nora@example.org",
            nominee_country="Norway", files=SimpleUploadedFile("answer.txt", b"Yes."),
        )  # fmt: skip
        assert response.headers["Location"] == ietf.statement.get_absolute_url()
        (said,) = [str(message) for message in client.get(response.headers["Location"]).context["messages"]]
        assert said == "What IETF said is kept. 1 request is still open."
        reply = Reply.objects.get()
        assert (reply.reference, reply.name, reply.email) == ("IETF-7", "The chair", "chair@ietf.example.org")
        assert [(file.name, file.blob.read()) for file in reply.reply_files.all()] == [("answer.txt", b"Yes.")]
        assert list(ietf.requests.values_list("key", "outcome")) == [("1", "settled"), ("2", "")]
        assert str(Appointment.objects.get(role="representative").person) == "Nora Nominee"

    def test_an_answer_that_is_sent_twice_is_kept_once(self, client, ietf, secretary):
        for _turn in range(2):
            file = SimpleUploadedFile("answer.txt", b"Yes.")
            given = {"settles": ["1"], "text": "We nominate Nora.", "nominee_name": "Nora Nominee", "files": file}
            response = self.settle(client, secretary, ietf, **given)
            assert response.headers["Location"] == ietf.statement.get_absolute_url()
        assert (Reply.objects.count(), Registration.objects.count()) == (1, 1)
        self.settle(client, secretary, ietf, settles=["2"], text="And the template.")
        assert Reply.objects.count() == 2

    def test_a_statement_of_theirs_is_registered_with_what_it_carries(self, client, ietf, secretary, desk):
        self.settle(
            client, secretary, ietf, settles=["1", "2"], reference="IETF-7", name="The chair",
            email="chair@ietf.example.org", approval="IETF 125 (Shenzhen)", action="JCA-MV", information="ITU-T SG21",
            files=SimpleUploadedFile("answer.txt", b"Yes."),
        )  # fmt: skip
        registration = Registration.objects.get(desk=desk)
        theirs = registration.statement
        assert Reply.objects.get().statement == theirs
        assert (theirs.reference, theirs.approval_text) == ("IETF-7", "IETF 125 (Shenzhen)")
        assert [(one.text, one.purpose) for one in theirs.addressees.all()] == [
            ("JCA-MV", "action"),
            ("ITU-T SG21", "information"),
        ]
        assert [(one.name, one.email) for one in theirs.revision.letter.contacts] == [
            ("The chair", "chair@ietf.example.org")
        ]
        assert [file.name for file in registration.document.files.all()] == ["answer.txt"]

    def test_what_a_statement_says_without_number_and_file_is_not_dropped(self, client, ietf, secretary):
        response = self.settle(client, secretary, ietf, settles=["1"], approval="IETF 125 (Shenzhen)")
        assert response.status_code == 400
        assert "Give the number of their statement, or attach it" in response.content.decode()

    def test_the_last_answer_says_that_nothing_is_owed(self, client, ietf, secretary):
        response = self.settle(client, secretary, ietf, settles=["1"], declines=["2"])
        (said,) = [str(message) for message in client.get(response.headers["Location"]).context["messages"]]
        assert said == "What IETF said is kept. Nothing is owed by them any more."

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"kind": "decline"}, "Say in a sentence why you decline."),
            ({"kind": "more_time"}, "Say until which day you need more time."),
            ({"kind": "more_time", "until": "2026-01-29"}, "The answer is awaited until 30 January 2026 anyway."),
            ({"kind": "not_for_us"}, "Say which body the statement is for."),
            ({"kind": "nonsense"}, "Select a valid choice."),
            ({"settles": ["9"]}, "Select a valid choice."),
            ({"settles": ["1"], "declines": ["1"]}, "A request is settled or declined, not both."),
            ({"nominee_email": "nora@example.org"}, "Give the name of the person they nominate."),
            ({"reference": "IETF-7\r\nBcc: all@example.org"}, "Write this on one line, without line breaks."),
            ({"seen": "1000"}, "changed the text in the meantime"),
        ],
    )
    def test_a_refused_answer_keeps_what_was_typed_and_the_file(self, client, ietf, secretary, given, said):
        file = SimpleUploadedFile("answer.txt", b"Yes.")
        response = self.settle(client, secretary, ietf, files=file, **{"name": "The chair", **given})
        page = response.content.decode()
        assert response.status_code in (400, 409)
        assert said in page
        assert Reply.objects.count() == 0
        assert "The chair" in page
        assert "answer.txt" in page
        again = {"kind": "answer", "kept": response.context["form"]["kept"].value()}
        assert self.settle(client, secretary, ietf, **again).status_code == 302
        assert Reply.objects.get().reply_files.get().name == "answer.txt"

    def test_a_file_that_is_not_what_it_says(self, client, ietf, secretary):
        response = self.settle(client, secretary, ietf, files=SimpleUploadedFile("a.pdf", b"MZ"))
        assert (response.status_code, Blob.objects.filter(media_type="application/pdf").count()) == (400, 0)
        assert "a.pdf is not what its name says" in response.content.decode()

    def test_who_asked_nothing_gets_no_boxes_to_tick(self, client, sent, secretary):
        client.force_login(secretary)
        tsag = sent.addressees.get(text="ITU-T TSAG")
        form = client.get(f"/statements/{sent.pk}/addressees/{tsag.pk}/settle/").context["form"]
        assert {"settles", "declines", "nominee_name"} & set(form.fields) == set()
        assert self.settle(client, secretary, tsag, text="Thank you.").status_code == 302

    def test_nothing_is_waited_for_before_the_dispatch(self, client, approved, secretary):
        client.force_login(secretary)
        ietf = approved.addressees.get(text="IETF")
        response = client.get(f"/statements/{approved.pk}/addressees/{ietf.pk}/settle/")
        assert response.status_code == 409
        assert "The statement is approved: no answer is waited for." in response.content.decode()

    def test_an_addressee_of_another_statement_is_not_there(self, client, ietf, desk, letter, secretary):
        other = begin(desk, letter, by=Actor.of(secretary), now=NOW)
        client.force_login(secretary)
        assert client.get(f"/statements/{other.pk}/addressees/{ietf.pk}/settle/").status_code == 404

    def test_it_is_the_secretariats(self, client, ietf, chair, member, outsider, other_secretary):
        statuses = [
            self.settle(client, user, ietf, text="x").status_code for user in (chair, member, outsider, other_secretary)
        ]
        assert statuses == [403, 403, 403, 404]

    def test_late_and_overdue_answers_are_taken(self, client, ietf, secretary, time_machine):
        time_machine.move_to(NOW.replace(year=2026, month=3), tick=False)
        assert self.settle(client, secretary, ietf, settles=["1", "2"]).status_code == 302
        assert Reply.objects.get().received_at.date() == date(2026, 3, 13)
