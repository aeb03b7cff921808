"""Answers that came by a link stand in the register."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django.asserts import assertContains

from contacts.actor import Actor
from contacts.models import Desk
from liaisons.models import (
    Document,
    Message,
    Registration,
    Reply,
    Statement,
)
from liaisons.texts.writing import begin
from tests.fixtures import LATER, NOW, somebody
from tests.liaisons.by_link.answers import answer
from tests.pages import PDF, at

pytestmark = pytest.mark.time_machine(LATER, tick=False)


class TestAnswersInTheRegister:
    """What carries files, or is a statement of theirs, gets a document number of ours to cite."""

    def test_a_statement_of_theirs_comes_in_with_what_it_carries(self, client, answering, sent):
        given = answer(
            sent, requests=["1", "2"], text="Yes.\n\nWe <do>.", reference="SG21-LS90",
            approval="ITU-T SG21 meeting (Geneva, 22 January 2026)", files=[SimpleUploadedFile("LS 90.pdf", PDF)],
        )  # fmt: skip
        assert client.post(at("link-answer", answering), given).status_code == 302
        registration = Registration.objects.get()
        statement = registration.statement
        assert (statement.state, statement.reference, statement.source) == (
            "elsewhere", "SG21-LS90", answering.addressee.group,
        )  # fmt: skip
        subject = "nominating representatives and giving input to the roadmap"
        assert statement.title == f"LS/i/r on {subject} (reply to {sent})"
        assert statement.approval_text == "ITU-T SG21 meeting (Geneva, 22 January 2026)"
        assert statement.revision.body == "<p>Yes.</p><p>We &lt;do&gt;.</p>"
        assert [contact.email for contact in statement.revision.letter.contacts] == ["ann@example.org"]
        assert [file.name for file in registration.document.files.all()] == ["LS 90.pdf"]
        assert (Reply.objects.get().statement, statement.relations.get().to) == (statement, sent)
        for kind in ("notify", "receipt"):
            told = Message.objects.filter(kind=kind, addressee=answering.addressee).latest("pk")
            assert f"In our register: {registration.document}" in " ".join(told.text.split())

    def test_whom_a_statement_of_theirs_is_addressed_to_stands_in_the_register(
        self, client, answering, sent, secretary
    ):
        given = answer(
            sent, requests=["1"], text="Yes.", reference="SG21-LS90", action="JCA-MV; SG20",
            information="IETF, Nobody Known",
        )  # fmt: skip
        assert client.post(at("link-answer", answering), given).status_code == 302
        registration = Registration.objects.get()
        addressed = registration.statement.addressees.values_list("text", "designation", "purpose")
        assert list(addressed) == [
            ("JCA-MV", "JCA-MV", "action"),
            ("SG20", "ITU-T SG20", "action"),
            ("IETF", "IETF", "information"),
            ("Nobody Known", "", "information"),
        ]
        assert registration.purpose == "action"
        client.force_login(secretary)
        page = client.get(registration.get_absolute_url())
        assert page.context["addressed"] == [
            ("For action to", "JCA-MV; SG20"),
            ("For information to", "IETF, Nobody Known"),
        ]

    def test_a_body_that_is_addressed_twice_is_said_and_nothing_is_kept(self, client, answering, sent):
        given = answer(sent, requests=["1"], text="Yes.", reference="SG21-LS90", action="IETF; IETF")
        page = client.post(at("link-answer", answering), given)
        assertContains(page, "IETF is addressed twice. Name it once.", status_code=400)
        assert not Document.objects.filter(kind="incoming").exists()

    def test_files_alone_are_an_answer_with_a_number(self, client, answering, sent):
        files = [SimpleUploadedFile("roadmap.pdf", PDF)]
        client.post(at("link-answer", answering), answer(sent, requests=["2"], files=files))
        assert Registration.objects.get().document.title == f"Answer of ITU-T SG21 to {sent}"

    def test_a_few_words_are_none(self, client, answering, sent):
        client.post(at("link-answer", answering), answer(sent, requests=["1"], text="Nora."))
        assert not Registration.objects.exists()

    def test_the_same_statement_twice_is_one_document(self, client, answering, sent):
        for key in ("1", "2"):
            client.post(at("link-answer", answering), answer(sent, requests=[key], text="Yes.", reference="SG21-LS90"))
        assert {reply.statement for reply in Reply.objects.all()} == {Registration.objects.get().statement}

    def test_what_is_said_of_a_letter_another_desk_sent_waits_for_a_persons_word(
        self, client, answering, sent, letter, groups
    ):
        """Its page is public, and whoever has the link can name any number."""
        there = Desk.objects.create(group=groups["ITU-T SG21"], slug="sg21", mailbox="sg21@example.org")
        author = Actor.of(somebody("Wim Writer", "wim@example.org", there, "secretariat"))
        theirs = begin(there, letter, by=author, now=NOW)
        period = {"study_period": "2025-2028", "posted_at": NOW}
        Statement.objects.filter(pk=theirs.pk).update(reference="SG21-LS90", **period)
        given = answer(sent, requests=["1"], text="Yes.", reference="SG21-LS90")
        assert client.post(at("link-answer", answering), given).status_code == 302
        assert Registration.objects.get().statement == theirs
        assert not theirs.relations.get().counts
        assert client.get(f"/statements/{theirs.pk}/").context["related"] == []

    def test_an_answer_that_is_refused_takes_no_number(self, client, answering, sent):
        client.post(at("link-answer", answering), answer(sent, kind="decline", reference="SG21-LS90"))
        assert not Document.objects.filter(kind="incoming").exists()
