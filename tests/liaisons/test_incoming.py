"""Statements that came in: registered once, assigned, noted, answered, and tied to what they settle of ours."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django.asserts import assertContains

from contacts.actor import Actor
from contacts.models import Group
from liaisons.details import Received
from liaisons.models import DocumentFile, Event, Registration, Statement
from liaisons.received.registering import register
from liaisons.rules import Refused
from tests.fixtures import AFTER, NOW
from tests.pages import asked, page, send

TODAY = NOW.date()
PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture(autouse=True)
def _at(time_machine):
    time_machine.move_to(NOW, tick=False)


def form(**given):
    return {
        "source": "ITU-T SG21",
        "reference": "SG21-LS76",
        "title": "LS on metaverse",
        "received_on": "2025-10-13",
        **given,
    }


class TestRegisteredByHand:
    def test_a_letter_gets_a_document_number_its_files_and_its_group(self, client, desk, secretary, groups):
        response = send(
            client,
            secretary,
            "registration-new",
            **form(
                source="sg 21",
                dated="2025-10-01",
                purpose="action",
                deadline="2025-11-30",
                forwarded_by="TSAG",
                body="First.\n\nSecond & more.",
                files=[SimpleUploadedFile("LS 76.pdf", PDF)],
            ),
        )
        registration = Registration.objects.get()
        assert response.url == registration.get_absolute_url()
        statement = registration.statement
        assert (statement.source, statement.source_text, statement.state) == (
            groups["ITU-T SG21"],
            "sg 21",
            "elsewhere",
        )
        assert (registration.forwarded_by, registration.purpose) == (groups["ITU-T TSAG"], "action")
        assert registration.due_on == date(2025, 11, 30)
        assert str(registration.document) == "JCA-MV-Doc-001"
        assert [file.name for file in DocumentFile.objects.filter(document=registration.document)] == ["LS 76.pdf"]
        assert statement.revision.body == "<p>First.</p>\n\n<p>Second &amp; more.</p>"
        shown = page(client, secretary, registration.get_absolute_url()).content.decode()
        assert "JCA-MV-Doc-001" in shown
        assert "LS 76.pdf" in shown

    def test_a_source_that_nobody_knows_stays_text_and_is_shown(self, client, desk, secretary):
        response = send(client, secretary, "registration-new", **form(source="Guild of Cartographers"))
        registration = Registration.objects.get()
        assert (registration.statement.source, registration.statement.source_text) == (None, "Guild of Cartographers")
        shown = page(client, secretary, response.url).content.decode()
        assert "Nobody here knows “Guild of Cartographers”" in shown

    def test_the_same_letter_twice_is_refused_and_what_was_typed_stays(self, client, desk, secretary, registration):
        response = send(
            client, secretary, "registration-new", status=400, **form(source="Study Group 21", title="Typed")
        )
        assert "SG21-LS76 is in the register already, as JCA-MV-Doc-001." in response.content.decode()
        assert 'value="Typed"' in response.content.decode()
        assert Registration.objects.count() == 1

    def test_the_same_number_in_another_study_period_is_another_letter(self, client, desk, secretary, registration):
        send(client, secretary, "registration-new", **form(dated="2024-05-01"))
        assert Registration.objects.count() == 2

    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            ({"received_on": "2025-10-14"}, "This day has not come yet."),
            ({"dated": "2025-10-14"}, "It was received before it was written."),
            ({"forwarded_by": "Nobodies"}, "Nobody here knows “Nobodies”."),
            ({"forwarded_by": "SG20 and SG21"}, "“SG20 and SG21” names several bodies."),
            ({"title": "two\nlines"}, "Write this on one line"),
            ({"title": ""}, "This field is required."),
            ({"files": [SimpleUploadedFile("a.pdf", b"no pdf")]}, "a.pdf is not what its name says"),
            ({"files": [SimpleUploadedFile("a.exe", b"MZ")]}, "a.exe cannot be taken."),
        ],
    )
    def test_what_cannot_be_is_refused_with_a_sentence(self, client, desk, secretary, given, sentence):
        response = send(client, secretary, "registration-new", status=400, **form(**given))
        assert sentence in response.content.decode()
        assert not Registration.objects.exists()

    def test_a_file_is_not_asked_for_again_when_something_else_is_wrong(self, client, desk, secretary):
        refused = send(
            client,
            secretary,
            "registration-new",
            status=400,
            **form(title="", files=[SimpleUploadedFile("a.pdf", PDF)]),
        )
        assert "taken already" in refused.content.decode()
        kept = refused.context["form"]["kept"].value()
        send(client, secretary, "registration-new", **form(kept=kept))
        assert DocumentFile.objects.get().name == "a.pdf"

    def test_files_named_by_somebody_else_are_not_taken(self, client, desk, secretary):
        send(client, secretary, "registration-new", **form(kept="W1sxLCJhIl1d:forged"))
        assert not DocumentFile.objects.exists()

    def test_what_another_desk_here_sent_is_the_same_statement(self, sent, other_desk, other_secretary):
        received = Received(
            source_text="JCA-MV",
            source=sent.desk.group,
            reference=sent.reference,
            title="As typed",
            received_on=AFTER.date(),
        )
        registration = register(other_desk, received, by=Actor.of(other_secretary), now=AFTER)
        assert registration.statement == sent
        assert sent.revision.title != "As typed"

    def test_only_the_secretariat_registers(self, client, desk, chair, received):
        page(client, chair, reverse("registration-new"), status=403)
        with pytest.raises(Refused):
            register(desk, received, by=Actor.of(chair), now=NOW)


class TestTheList:
    def test_tabs_count_what_waits_and_keep_the_watched_apart(
        self, client, desk, secretary, registration, received, groups
    ):
        watched = Received(source_text="IETF", title="Between others", received_on=TODAY, watched=True)
        register(desk, watched, by=Actor.of(secretary), now=NOW)
        response = page(client, secretary, reverse("incoming"))
        assert [(value, count) for value, _label, count in response.context["states"]] == [
            ("received", 1),
            ("assigned", 0),
            ("answered", 0),
            ("noted", 0),
            ("watched", 1),
        ]
        titles = {
            state: rows(page(client, secretary, f"{reverse('incoming')}?state={state}"))
            for state in ("received", "watched", "noted")
        }
        assert titles == {"received": ["LS on metaverse"], "watched": ["Between others"], "noted": []}

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("q=metaverse", 1),
            ("q=SG21-LS76", 1),
            ("q=Doc-001", 1),
            ("q=nothing", 0),
            ("purpose=action", 1),
            ("purpose=comment", 0),
            ("purpose=rubbish", 1),
            ("assignee=999", 1),
        ],
    )
    def test_filters_narrow_and_rubbish_is_left_out(self, client, secretary, registration, query, found):
        assert len(rows(page(client, secretary, f"{reverse('incoming')}?{query}"))) == found

    def test_asks_the_database_as_often_for_three_as_for_one(self, client, desk, secretary, registration):
        client.force_login(secretary)
        one = asked(client, reverse("incoming"))
        for number in (2, 3):
            source = Group.objects.create(designation=f"Forum {number}", kind="forum")
            register(
                desk,
                Received(
                    source_text=str(source),
                    source=source,
                    forwarded_by=source,
                    title=f"No. {number}",
                    received_on=TODAY,
                ),
                by=Actor.of(secretary),
                now=NOW,
            )
        assert asked(client, reverse("incoming")) == one
        assert len(rows(client.get(reverse("incoming")))) == 3

    def test_another_desk_sees_nothing_of_it(self, client, other_secretary, registration):
        assert rows(page(client, other_secretary, reverse("incoming"))) == []
        page(client, other_secretary, registration.get_absolute_url(), status=404)


def test_it_is_answered_only_by_what_has_left(client, registration, secretary, draft, request):
    answered = '<summary class="button">It is answered…</summary>'
    assert answered not in page(client, secretary, registration.get_absolute_url()).content.decode()
    request.getfixturevalue("sent")
    assert answered in page(client, secretary, registration.get_absolute_url()).content.decode()


def rows(response):
    return [row.statement.title for row in response.context["page"].rows]


class TestSteps:
    def test_assigned_to_a_person_with_a_deputy_and_a_day(self, client, registration, secretary, rapporteur, member):
        send(
            client,
            secretary,
            "registration-assign",
            registration.pk,
            seen="received",
            questions="Q9/21",
            assignee=rapporteur.person.pk,
            deputy=member.person.pk,
            due_on="2025-12-01",
        )
        registration = Registration.objects.get()
        assert (registration.state, registration.questions) == ("assigned", "Q9/21")
        assert (registration.assignee, registration.deputy) == (rapporteur.person, member.person)
        assert registration.due_on == date(2025, 12, 1)
        event = Event.objects.get(verb="assign")
        assert (event.registration, event.person) == (registration, secretary.person)

    def test_assigned_to_nobody_is_refused_and_keeps_the_day(self, client, registration, secretary):
        response = send(
            client, secretary, "registration-assign", registration.pk, status=400, seen="received", due_on="2025-12-01"
        )
        assert "Name the Questions or the person who takes it on, or Questions" in response.content.decode()
        assert 'value="2025-12-01"' in response.content.decode()

    def test_a_person_of_another_desk_cannot_be_chosen(self, client, registration, secretary, other_secretary):
        response = send(
            client,
            secretary,
            "registration-assign",
            registration.pk,
            status=400,
            seen="received",
            assignee=other_secretary.person.pk,
        )
        assert response.context["choices"][0].form.errors["assignee"]

    def test_the_deputy_is_somebody_else(self, client, registration, secretary, member):
        pk = member.person.pk
        response = send(
            client,
            secretary,
            "registration-assign",
            registration.pk,
            status=400,
            seen="received",
            assignee=pk,
            deputy=pk,
        )
        assert "Somebody else stands in." in response.content.decode()

    def test_noted_at_a_meeting_and_reopened_with_a_reason(self, client, registration, secretary, meeting):
        send(client, secretary, "registration-note", registration.pk, seen="received", meeting=meeting.pk, clause="7.1")
        assert Registration.objects.get().state == "noted"
        assert Event.objects.get(verb="note").data == {"meeting": meeting.pk, "clause": "7.1"}
        noted = f'at <a href="{meeting.get_absolute_url()}#noted">First meeting of JCA-MV</a>, clause 7.1'
        for address in (registration.get_absolute_url(), reverse("incoming"), reverse("statements")):
            assert noted in page(client, secretary, address).content.decode()
        shown = page(client, secretary, registration.get_absolute_url()).content.decode()
        assert "Noted at First meeting of JCA-MV, clause 7.1" in shown
        refused = send(client, secretary, "registration-reopen", registration.pk, status=400, seen="noted", reason="")
        assert "This field is required." in refused.content.decode()
        send(client, secretary, "registration-reopen", registration.pk, seen="noted", reason="It asks for an answer.")
        assert Registration.objects.get().state == "received"
        shown = page(client, secretary, registration.get_absolute_url()).content.decode()
        assert noted not in shown
        assert "Noted at First meeting of JCA-MV, clause 7.1" in shown, "it happened"

    def test_a_clause_belongs_to_a_meeting(self, client, registration, secretary):
        response = send(
            client, secretary, "registration-note", registration.pk, status=400, seen="received", clause="7.1"
        )
        assert "Choose the meeting to whose report the clause belongs." in response.content.decode()

    def test_who_saw_an_older_state_is_told_who_moved_it_on(self, client, registration, secretary, member):
        send(client, secretary, "registration-note", registration.pk, seen="received")
        response = send(
            client, secretary, "registration-assign", registration.pk, status=409, seen="received", questions="Q1"
        )
        assert "It is noted: Sam Secretary took the step on 13 October 2025, 10:00." in response.content.decode()

    @pytest.mark.parametrize("step", ["assign", "answer", "note", "reopen"])
    def test_steps_belong_to_the_secretariat(self, client, registration, chair, step):
        response = send(client, chair, f"registration-{step}", registration.pk, status=403, seen="received")
        assert "This step belongs to other roles at the desk: secretariat." in response.content.decode()
        assert Registration.objects.get().state == "received"

    def test_a_member_reads_without_buttons(self, client, registration, member):
        response = page(client, member, registration.get_absolute_url())
        assert response.context["choices"] == []
        assert "Register an incoming one" not in page(client, member, reverse("incoming")).content.decode()

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_no_answer_to_a_watched_letter_is_begun_at_a_typed_address(self, client, desk, secretary, method):
        watched = Received(source_text="IETF", title="Between others", received_on=TODAY, watched=True)
        registration = register(desk, watched, by=Actor.of(secretary), now=NOW)
        client.force_login(secretary)
        page = getattr(client, method)(reverse("statement-new"), {"answers": registration.pk})
        assertContains(page, "passes between two other bodies", status_code=409)
        assertContains(page, registration.get_absolute_url(), status_code=409)
        assert not Statement.objects.filter(desk=desk).exists()

    def test_watched_letters_are_noted_but_not_assigned(self, client, desk, secretary):
        watched = Received(source_text="IETF", title="Between others", received_on=TODAY, watched=True)
        registration = register(desk, watched, by=Actor.of(secretary), now=NOW)
        response = page(client, secretary, registration.get_absolute_url())
        against = {choice.step: bool(choice.obstacles) for choice in response.context["choices"]}
        assert against == {"assign": True, "answer": True, "note": False}

    def test_an_answer_begins_as_a_draft_and_can_be_named_when_it_left_before(
        self, client, sent, registration, secretary
    ):
        shown = page(client, secretary, registration.get_absolute_url()).content.decode()
        assert f"{reverse('statement-new')}?answers={registration.pk}" in shown
        send(client, secretary, "registration-answer", registration.pk, seen="received", statement=sent.pk)
        registration = Registration.objects.get()
        assert (registration.state, registration.answered_by) == ("answered", sent)

    def test_files_are_served_to_be_saved(self, client, desk, secretary, member, other_secretary):
        send(client, secretary, "registration-new", **form(files=[SimpleUploadedFile("a.pdf", PDF)]))
        registration, file = Registration.objects.get(), DocumentFile.objects.get()
        address = reverse("registration-file", args=[registration.pk, file.pk])
        response = page(client, member, address)
        assert response.content == PDF
        assert response["Content-Disposition"] == 'attachment; filename="a.pdf"'
        assert response["X-Content-Type-Options"] == "nosniff"
        page(client, other_secretary, address, status=404)

    def test_a_file_of_another_letter_is_not_found_here(self, client, desk, secretary, registration):
        send(
            client,
            secretary,
            "registration-new",
            **form(reference="SG21-LS77", files=[SimpleUploadedFile("a.pdf", PDF)]),
        )
        file = DocumentFile.objects.get()
        page(client, secretary, reverse("registration-file", args=[registration.pk, file.pk]), status=404)
