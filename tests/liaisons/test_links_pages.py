"""Pages behind signed links: what opens, what a link may do, and what a closed one says."""

import io
import zipfile
from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from contacts.actor import Actor
from contacts.models import Appointment, Desk
from liaisons import links, rules
from liaisons.details import Amendment, Answer
from liaisons.models import (
    Addressee,
    Approval,
    Document,
    Event,
    Link,
    Message,
    Nomination,
    Registration,
    Rendition,
    Reply,
    Request,
    Statement,
)
from liaisons.rules import Refused
from liaisons.texts.writing import begin, rewrite
from liaisons.workflow import advance
from tests.fixtures import AFTER, LATER, NOW, somebody
from tests.pages import PDF, at

pytestmark = pytest.mark.time_machine(LATER, tick=False)


@pytest.fixture
def approving(circulated, chair) -> Link:
    circulation = circulated.circulation
    return links.issue("approve", statement=circulated, circulation=circulation, person=chair.person, now=NOW)


@pytest.fixture
def theirs(sent) -> dict[str, Link]:
    """The link of each addressee, by its name."""
    return {str(link.addressee): link for link in Link.objects.filter(purpose="answer").select_related("addressee")}


@pytest.fixture
def answering(theirs) -> Link:
    return theirs["ITU-T SG21"]


def answer(statement: Statement, **given: object) -> dict[str, object]:
    return {
        "seen": statement.revision_id, "kind": "answer", "text": "", "name": "Ann Answer", "email": "ann@example.org",
        **given,
    }  # fmt: skip


def rows() -> dict[str, int]:
    models: list[type[Model]] = [
        *apps.get_app_config("liaisons").get_models(),
        *apps.get_app_config("contacts").get_models(),
    ]
    return {model.__name__: model._default_manager.count() for model in models}


# Opening


@pytest.mark.parametrize("purpose", ["comment", "approve", "answer", "confirm"])
def test_whoever_only_opens_a_link_changes_nothing(client, request, purpose):
    """A mail scanner opens every address of a mail, and follows what it finds there."""
    link = request.getfixturevalue({"approve": "approving", "answer": "answering"}.get(purpose, "circulated"))
    if purpose == "comment":
        link = Link.objects.get(purpose="comment")
    elif purpose == "confirm":
        say = at("link-comment", Link.objects.get(purpose="comment"))
        client.post(say, {"kind": "objection", "text": "No.", "name": "Dee", "email": "dee@example.org"})
        link = Link.objects.get(purpose="confirm")
    before, state = rows(), list(Statement.objects.values_list("state", flat=True))
    with CaptureQueriesContext(connection) as asked:
        assert client.get(at("link", link)).status_code == 200
        assert client.head(at("link", link)).status_code == 200
        for verb in ("comment", "confirm", "approve", "return", "answer"):
            assert client.get(at(f"link-{verb}", link)).status_code == 405
    assert not [query["sql"] for query in asked if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert (rows(), list(Statement.objects.values_list("state", flat=True))) == (before, state)


def test_the_address_of_a_page_stays_out_of_caches_and_referrers(client, answering):
    page = client.get(at("link", answering))
    assert "no-store" in page["Cache-Control"]
    assert page["Referrer-Policy"] == "same-origin"
    assert page["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.parametrize("token", ["1", "1.AAAAAAAAAAAAAAAAAAAAAA", "nonsense", "99999999999999999999.x", "1.ä"])
def test_a_forged_address_says_so(client, answering, token):
    page = client.get(reverse("link", args=[token]))
    assertContains(page, "This address is not complete", status_code=404)
    assert "no-store" in page["Cache-Control"]


def test_the_seal_of_one_link_does_not_open_another(client, theirs):
    mine, other = (links.token(link.pk) for link in list(theirs.values())[:2])
    swapped = f"{other.partition('.')[0]}.{mine.partition('.')[2]}"
    assert client.get(reverse("link", args=[swapped])).status_code == 404


def test_an_expired_link_says_what_to_do(client, answering, desk):
    Link.objects.filter(pk=answering.pk).update(expires_at=LATER - timedelta(seconds=1))
    page = client.get(at("link", answering))
    assertContains(page, "This link has expired", status_code=410)
    assertContains(page, desk.mailbox, status_code=410)


def test_a_link_has_no_pages_of_another_purpose(client, approving, theirs, answering):
    assert client.post(at("link-approve", answering), {"seen": 1}).status_code == 404
    assert client.post(at("link-comment", answering), {"kind": "support"}).status_code == 404
    page = client.post(at("link-confirm", answering))
    assert page.status_code == 404
    assert "no-store" in page["Cache-Control"]


def test_forms_are_protected_for_people_without_a_session(answering, sent):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(at("link-answer", answering), answer(sent)).status_code == 403
    page = strict.get(at("link", answering))
    key = page.context["csrf_token"]
    given = answer(sent, kind="acknowledgement", csrfmiddlewaretoken=str(key))
    assert strict.post(at("link-answer", answering), given).status_code == 302


# Approving


def test_a_chair_approves_by_link_and_sees_what_came(client, circulated, approving, chair, cochair):
    page = client.get(at("link", approving))
    assertContains(page, "For Chris Chair, JCA-MV")
    assertContains(page, "Nobody commented")
    assert client.post(at("link-approve", approving), {"seen": circulated.revision_id}).status_code == 302
    approval = Approval.objects.get()
    assert (approval.person, approval.returned) == (chair.person, False)
    page = client.get(at("link", approving))
    assertContains(page, "You have already approved this revision")
    assertNotContains(page, at("link-approve", approving))
    assert client.post(at("link-approve", approving), {"seen": circulated.revision_id}).status_code == 400
    assert Approval.objects.count() == 1


def test_the_last_approval_decides_and_the_others_read_who_and_when(client, circulated, approving, cochair):
    client.post(at("link-approve", approving), {"seen": circulated.revision_id})
    advance(circulated, "approve", by=Actor.of(cochair), seen=circulated.revision_id, now=LATER)
    page = client.get(at("link", approving))
    assertContains(page, "This is decided", status_code=410)
    assertContains(page, "JCA-MV-LS1 was approved on 31 October 2025.", status_code=410)
    for name in ("Chris Chair", "Kim Cochair"):
        assertContains(page, name, status_code=410)


def test_a_link_does_not_approve_what_its_person_has_not_seen(client, circulated, approving):
    page = client.post(at("link-approve", approving), {"seen": circulated.revision_id + 1})
    assert page.status_code == 409
    assertContains(page, "Look at the new revision", status_code=409)
    assert not Approval.objects.exists()


def test_a_link_approves_as_its_person_whoever_is_signed_in(client, circulated, approving, cochair, chair):
    client.force_login(cochair)
    client.post(at("link-approve", approving), {"seen": circulated.revision_id})
    assert Approval.objects.get().person == chair.person
    assert Event.objects.get(verb="approve").link == approving


def test_who_is_no_chair_any_more_approves_nothing(client, circulated, approving, chair):
    Appointment.objects.filter(person=chair.person).update(role="member")
    page = client.post(at("link-approve", approving), {"seen": circulated.revision_id})
    assertContains(page, "belongs to other roles", status_code=400)
    assert not Approval.objects.exists()


def test_who_has_left_the_desk_reads_nothing_more_by_an_old_link(client, circulated, approving, chair):
    reads = links.issue("comment", circulation=circulated.circulation, person=chair.person, now=NOW)
    Appointment.objects.filter(person=chair.person).update(valid_to=date(2025, 10, 20))
    for link in (approving, reads):
        page = client.get(at("link", link))
        assertContains(page, "Your role at this desk has ended", status_code=410)
        assertNotContains(page, "asks your group to nominate", status_code=410)
    assert client.post(at("link-approve", approving), {"seen": circulated.revision_id}).status_code == 410
    assert not Approval.objects.exists()


def test_before_the_window_is_over_the_page_says_so(client, approving):
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        page = client.get(at("link", approving))
    assertContains(page, "Comments are open until 27 October 2025")
    assertNotContains(page, at("link-approve", approving))


def test_a_text_is_returned_with_a_reason(client, circulated, approving):
    page = client.post(at("link-return", approving), {"seen": circulated.revision_id})
    assert page.status_code == 400
    page = client.post(
        at("link-return", approving), {"seen": circulated.revision_id, "reason": "Say which meeting."}, follow=True
    )
    assertContains(page, "The text went back to its authors", status_code=410)
    assertContains(page, "Say which meeting.", status_code=410)
    assert Statement.objects.get().state == "draft"


# Answering


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
