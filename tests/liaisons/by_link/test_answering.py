"""An outside body answers by its link."""

import io
import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django.asserts import assertContains, assertNotContains

from contacts.actor import Actor
from contacts.models import Appointment
from liaisons import links, rules
from liaisons.details import Amendment, Answer
from liaisons.models import (
    Addressee,
    Event,
    Message,
    Nomination,
    Registration,
    Rendition,
    Reply,
    Request,
    Statement,
)
from liaisons.rules import Refused
from liaisons.texts.writing import rewrite
from liaisons.workflow import advance
from tests.fixtures import AFTER, LATER, NOW
from tests.liaisons.by_link.answers import answer
from tests.pages import PDF, at

pytestmark = pytest.mark.time_machine(LATER, tick=False)


def test_the_link_of_a_text_that_went_back_tells_nothing_of_the_next(client, circulated, approving, letter, secretary):
    circulation = circulated.circulation
    of_list = links.issue("comment", circulation=circulation, email="list@jca-mv.example.org", now=NOW)
    advance(circulated, "revise", by=Actor.of(secretary), seen=circulated.revision_id, reason="Too long.", now=LATER)
    draft = Statement.objects.get(pk=circulated.pk)
    rewrite(draft, replace(letter, title="LS on a plan"), by=Actor.of(secretary), seen=draft.revision_id, now=LATER)
    for link in (of_list, approving):
        page = client.get(at("link", link))
        assertContains(page, "LS on nominating representatives", status_code=410)
        assertNotContains(page, "LS on a plan", status_code=410)


def test_an_addressee_reads_the_letter_and_what_is_asked_of_it(client, answering):
    page = client.get(at("link", answering))
    assertContains(page, "JCA-MV asks your group to nominate a representative")
    assertContains(page, "Fill in the template of the roadmap.")
    assertContains(page, "answer by the end of 30 January 2026 in Geneva")
    assertContains(page, 'value="sg21@example.org"')


def test_who_gets_the_letter_for_information_is_asked_nothing(client, theirs, sent):
    link = theirs["ITU-T TSAG"]
    assertContains(client.get(at("link", link)), "nothing is asked of you")
    page = client.post(at("link-answer", link), answer(sent, kind="answer", text="Good luck."), follow=True)
    assertContains(page, "Nothing is asked of you any more.")


def test_one_request_is_settled_and_the_other_stays_open(client, answering, sent):
    given = answer(
        sent,
        requests=["1"],
        nominee_name="Nora Nominee",
        nominee_email="nora@example.org",
        reference="SG21-LS90",
        files=[SimpleUploadedFile("answer.pdf", PDF), SimpleUploadedFile("more.txt", b"more")],
    )
    page = client.post(at("link-answer", answering), given, follow=True)
    assertContains(page, "Thank you, this is recorded")
    assertContains(page, "Nora Nominee")
    assertContains(page, "answer.pdf")
    assertContains(page, "Still open")
    assertContains(page, "Fill in the template of the roadmap.")
    reply = Reply.objects.get()
    assert (reply.kind, reply.reference, reply.email) == ("answer", "SG21-LS90", "ann@example.org")
    assert [file.blob.read() for file in reply.reply_files.order_by("name")] == [PDF, b"more"]
    asked = dict(Request.objects.filter(addressee=answering.addressee).values_list("key", "outcome"))
    assert asked == {"1": "settled", "2": ""}
    nomination = Nomination.objects.get()
    assert (nomination.reply, nomination.name, nomination.email) == (reply, "Nora Nominee", "nora@example.org")
    assert not Appointment.objects.filter(role="representative").exists()
    assert Message.objects.get(kind="receipt").recipient == "ann@example.org"
    assert Event.objects.get(verb="settle").link == answering


@pytest.mark.parametrize(
    ("given", "reply", "outcomes"),
    [
        ({"kind": "acknowledgement"}, "acknowledged", ["", ""]),
        ({"kind": "acknowledgement", "requests": ["1"]}, "acknowledged", ["", ""]),
        ({"kind": "preliminary", "text": "Soon."}, "acknowledged", ["", ""]),
        ({"kind": "more_time", "until": "2026-03-01"}, "acknowledged", ["", ""]),
        ({"kind": "answer", "requests": ["1", "2"], "text": "Both."}, "replied", ["settled", "settled"]),
        ({"kind": "decline", "text": "Not our field."}, "declined", ["declined", "declined"]),
        ({"kind": "decline", "requests": ["2"], "text": "No input."}, "acknowledged", ["", "declined"]),
        ({"kind": "not_for_us", "for_whom": "ITU-T SG20"}, "declined", ["declined", "declined"]),
    ],
)
def test_what_comes_back_adds_up(client, answering, sent, given, reply, outcomes):
    assert client.post(at("link-answer", answering), answer(sent, **given)).status_code == 302
    addressee = Addressee.objects.get(pk=answering.addressee_id)
    asked = addressee.requests.order_by("key").values_list("outcome", flat=True)
    assert (addressee.reply, list(asked)) == (reply, outcomes)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"requests": ["1"]}, "Write your answer here, attach it, or name the person you nominate."),
        ({"text": "Here."}, "Tick what this answers."),
        ({"requests": ["7"], "text": "Here."}, "Select a valid choice."),
        ({"kind": "decline"}, "Say in a sentence why you decline."),
        ({"kind": "more_time"}, "Say until which day you need more time."),
        ({"kind": "more_time", "until": "2025-10-01"}, "This day is over."),
        (
            {"kind": "more_time", "until": "2026-01-30"},
            "The answer is awaited until 30 January 2026 anyway. Choose a later day.",
        ),
        ({"kind": "not_for_us"}, "Say which body the statement is for."),
        ({"requests": ["1"], "nominee_email": "nora@example.org"}, "Give the name of the person you nominate."),
        ({"kind": "acknowledgement", "email": ""}, "This field is required."),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(client, answering, sent, given, says):
    page = client.post(at("link-answer", answering), answer(sent, reference="SG21-LS90", **given))
    assertContains(page, says, status_code=400)
    assertContains(page, 'value="SG21-LS90"', status_code=400)
    assert not Reply.objects.exists()


def test_a_file_that_is_not_what_it_says_is_refused_and_the_good_one_kept(client, answering, sent):
    files = [SimpleUploadedFile("good.pdf", PDF), SimpleUploadedFile("bad.pdf", b"MZ")]
    page = client.post(at("link-answer", answering), answer(sent, requests=["1", "2"], files=files))
    assertContains(page, "bad.pdf is not what its name says", status_code=400)
    assert not Reply.objects.exists()
    page = client.post(
        at("link-answer", answering),
        answer(sent, requests=[], text="", files=[SimpleUploadedFile("good.pdf", PDF)]),
    )
    assertContains(page, "good.pdf", status_code=400)
    kept = page.context["form"]["kept"].value()
    page = client.post(at("link-answer", answering), answer(sent, requests=["1", "2"], kept=kept))
    assert page.status_code == 302
    assert Reply.objects.get().reply_files.get().name == "good.pdf"


def test_a_packed_bomb_is_refused(client, answering, sent, settings):
    settings.UPLOAD_MAX_BYTES = 10_000
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 500_000)
    packed = SimpleUploadedFile("answer.docx", file.getvalue())
    page = client.post(at("link-answer", answering), answer(sent, requests=["1", "2"], files=packed))
    assertContains(page, "unpacks to too much", status_code=400)


def test_a_link_settles_for_its_own_addressee_alone(client, theirs, sent):
    own, other = theirs["ITU-T SG21"], theirs["IETF"]
    client.post(at("link-answer", own), answer(sent, requests=["1", "2"], text="Ours.", addressee=other.addressee_id))
    assert Reply.objects.get().addressee == own.addressee
    with pytest.raises(Refused):
        advance(
            other.addressee, "settle", by=links.actor(own), seen=sent.revision_id, details=Answer("acknowledgement"),
            now=LATER,
        )  # fmt: skip
    reply = Reply.objects.get()
    assert client.get(at("link-recorded", own, reply.pk)).status_code == 200
    assert client.get(at("link-recorded", other, reply.pk)).status_code == 404


def test_a_link_answers_only_the_text_its_page_showed(client, answering, sent):
    page = client.post(at("link-answer", answering), answer(sent, kind="acknowledgement", seen=sent.revision_id + 1))
    assert page.status_code == 409
    assert not Reply.objects.exists()


def test_the_link_of_a_withdrawn_statement_says_so(client, answering, sent, secretary):
    Message.objects.filter(kind="send").update(state="sent", sent_at=AFTER)
    advance(sent, "withdraw", by=Actor.of(secretary), seen=sent.revision_id, reason="It was sent in error.", now=LATER)
    page = client.get(at("link", answering))
    assertContains(page, "This statement was withdrawn", status_code=410)
    assertContains(page, "JCA-MV withdrew JCA-MV-LS1 on 31 October 2025.", status_code=410)
    assertContains(page, "It was sent in error.", status_code=410)
    assert client.post(at("link-answer", answering), answer(sent, kind="acknowledgement")).status_code == 410
    assert not Reply.objects.exists()


def test_the_link_of_a_dispatch_taken_back_says_so(client, answering, sent, secretary):
    advance(sent, "recall", by=Actor.of(secretary), seen=sent.revision_id, now=AFTER)
    assertContains(client.get(at("link", answering)), "This statement was taken back", status_code=410)


def test_when_all_is_settled_a_word_can_still_be_added(client, answering, sent):
    client.post(at("link-answer", answering), answer(sent, requests=["1", "2"], text="Both."))
    page = client.get(at("link", answering))
    assertNotContains(page, 'name="requests"')
    assertContains(page, "What we have from you")
    assert client.post(at("link-answer", answering), answer(sent, text="And this.")).status_code == 302
    assert Reply.objects.count() == 2


def test_a_link_that_answers_again_and_again_fills_neither_register_nor_mailboxes(
    client, theirs, answering, sent, monkeypatch
):
    monkeypatch.setattr(rules, "MOST_BY_LINK", 2)
    for number in range(4):
        given = answer(sent, kind="preliminary", reference=f"SG21-LS{number}", text="Soon.")
        page = client.post(at("link-answer", answering), given)
    assertContains(page, "Send this one by mail to secretariat@jca-mv.example.org.", status_code=400)
    assert Reply.objects.count() == Registration.objects.count() == 2
    assert Message.objects.filter(recipient="ann@example.org").count() == 2
    assert client.post(at("link-answer", theirs["IETF"]), answer(sent, kind="acknowledgement")).status_code == 302
    with time_machine.travel(LATER + timedelta(days=1, minutes=1), tick=False):
        assert client.post(at("link-answer", answering), given).status_code == 302


def test_an_addressee_downloads_the_letter_which_is_made_when_nobody_has_yet(client, answering):
    page = client.get(at("link-file", answering, "JCA-MV-LS1.pdf"))
    assert page.content.startswith(b"%PDF-")
    assert page["Content-Type"] == "application/pdf"
    assert page["Content-Disposition"] == 'attachment; filename="JCA-MV-LS1.pdf"'
    assert "no-store" in page["Cache-Control"]
    assert client.get(at("link-file", answering, "JCA-MV-Doc-001.pdf")).status_code == 404


def test_a_file_that_cannot_be_made_says_so(client, answering):
    Rendition.objects.update(tries=Rendition.MAX_TRIES)
    assertContains(client.get(at("link", answering)), "could not be made")
    assert client.get(at("link-file", answering, "JCA-MV-LS1.pdf")).status_code == 404


def test_a_chair_reads_the_file_of_the_text_to_be_approved(client, circulated, approving, secretary, letter):
    advance(
        circulated, "amend", by=Actor.of(secretary), seen=circulated.revision_id, reason="A comma.",
        details=Amendment(replace(letter, abstract="With, a comma.")), now=NOW,
    )  # fmt: skip
    client.get(at("link-file", approving, "JCA-MV-Doc-001.docx"))
    made = Rendition.objects.get(blob__isnull=False)
    assert (made.kind, made.revision.abstract) == ("docx", "With, a comma.")
