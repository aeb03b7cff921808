"""A statement of theirs that comes a second time under its number: the next revision in our register."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from contacts.actor import Actor
from contacts.models import Desk
from liaisons.details import Received
from liaisons.models import Document, Message, Registration, Reply, Statement
from liaisons.received import registering
from liaisons.texts.writing import begin
from tests.fixtures import LATER, NOW, somebody
from tests.liaisons.by_link.answers import answer
from tests.pages import PDF, at

pytestmark = pytest.mark.time_machine(LATER, tick=False)

OTHER = PDF + b"\n% corrected"


@pytest.fixture
def say(client, answering, sent, time_machine):
    """SG21 answers as SG21-LS90, each time a day later; the page it is led to."""
    days = iter(range(20))

    def said(text="Yes.", file: bytes = b"", **given):
        time_machine.move_to(LATER + timedelta(days=next(days)), tick=False)
        files = [SimpleUploadedFile("LS 90.pdf", file)] if file else []
        given = answer(sent, **{"requests": ["1"], "text": text, "reference": "SG21-LS90", "files": files, **given})
        return client.post(at("link-answer", answering), given, follow=True)

    return said


def registered() -> list[tuple[str, list[bytes]]]:
    """The documents of letters that came in, with their files."""
    rows = Document.objects.filter(kind="incoming").order_by("number", "revision")
    return [(row.reference, [file.blob.read() for file in row.files.all()]) for row in rows]


def told(kind: str) -> Message:
    return Message.objects.filter(kind=kind).latest("pk")


@pytest.mark.postgres
def test_a_corrected_answer_is_the_next_revision_and_says_whose_place_it_takes(say, client, secretary):
    say(file=PDF)
    page = say("Yes, both of us.", OTHER, action="JCA-MV", approval="ITU-T SG21 meeting (Geneva, 22 January 2026)")
    assert registered() == [("JCA-MV-Doc-002", [PDF]), ("JCA-MV-Doc-002-R1", [OTHER])]
    registration = Registration.objects.get()
    assert (str(registration), registration.purpose) == ("JCA-MV-Doc-002-R1", "action")
    statement = registration.statement
    assert (statement.revision.number, statement.revision.body) == (2, "<p>Yes, both of us.</p>")
    assert statement.approval_text == "ITU-T SG21 meeting (Geneva, 22 January 2026)"
    assertContains(page, "In our register it takes the place of JCA-MV-Doc-002 of 31 October 2025.")
    for kind in ("notify", "receipt"):
        words = " ".join(told(kind).text.split())
        assert "In our register: JCA-MV-Doc-002-R1" in words
        assert "In place of: JCA-MV-Doc-002 of 31 October 2025" in words
    assert told("notify").subject == "JCA-MV-LS1, ITU-T SG21: answer, in place of JCA-MV-Doc-002"
    client.force_login(secretary)
    page = client.get(registration.get_absolute_url())
    assertContains(page, "It came again, as JCA-MV-Doc-002-R1, in place of JCA-MV-Doc-002")
    assertContains(page, "Registered as JCA-MV-Doc-002 <span")
    first = Document.objects.get(reference="JCA-MV-Doc-002")
    assertContains(client.get(first.get_absolute_url()), "JCA-MV-Doc-002-R1 took its place as the received statement")


def test_the_first_time_nothing_is_replaced(say):
    page = say(file=PDF)
    assertNotContains(page, "takes the place")
    assert "In place of" not in told("notify").text + told("receipt").text
    assert told("notify").subject == "JCA-MV-LS1, ITU-T SG21: answer"


def test_the_same_again_a_day_later_makes_nothing_new(say):
    say(file=PDF)
    page = say("Yes. ", file=PDF)
    assert (registered(), Reply.objects.count()) == ([("JCA-MV-Doc-002", [PDF])], 2)
    assertNotContains(page, "takes the place")


def test_words_that_come_alone_keep_the_files_and_files_the_words(say):
    say(file=PDF)
    say("Yes, from January on.")
    say("", OTHER)
    assert registered() == [
        ("JCA-MV-Doc-002", [PDF]), ("JCA-MV-Doc-002-R1", [PDF]), ("JCA-MV-Doc-002-R2", [OTHER]),
    ]  # fmt: skip
    assert Registration.objects.get().statement.revision.body == "<p>Yes, from January on.</p>"


@pytest.mark.parametrize("given", [{"kind": "acknowledgement"}, {"kind": "more_time", "until": "2026-03-01"}])
def test_a_word_about_the_letter_is_not_the_letter(say, given):
    say(file=PDF)
    say("You have our letter.", **given)
    assert registered() == [("JCA-MV-Doc-002", [PDF])]


def test_beside_what_the_secretary_registered_words_are_a_covering_note(say, desk, sent, secretary, groups):
    source = groups["ITU-T SG21"]
    by_hand = Received(str(source), "LS on all", LATER.date(), source=source, reference="SG21-LS90", body="<p>All.</p>")
    registering.register(desk, by_hand, by=Actor.of(secretary), now=NOW)
    say("Our answer is attached.")
    assert registered() == [("JCA-MV-Doc-002", [])]
    say("Our answer is attached.", PDF)
    assert registered() == [("JCA-MV-Doc-002", []), ("JCA-MV-Doc-002-R1", [PDF])]
    assert Registration.objects.get().statement.revision.body == "<p>All.</p>"


def test_what_another_desk_here_sent_keeps_its_text(say, letter, groups):
    there = Desk.objects.create(group=groups["ITU-T SG21"], slug="sg21", mailbox="sg21@example.org")
    theirs = begin(there, letter, by=Actor.of(somebody("Wim", "wim@example.org", there, "secretariat")), now=NOW)
    Statement.objects.filter(pk=theirs.pk).update(reference="SG21-LS90", study_period="2025-2028", posted_at=NOW)
    say(file=PDF)
    say("No.", OTHER)
    assert registered()[-1] == ("JCA-MV-Doc-002-R1", [OTHER])
    assert Statement.objects.get(pk=theirs.pk).revision_id == theirs.revision_id


def test_what_the_secretary_records_again_is_the_next_revision_too(client, sent, secretary):
    client.force_login(secretary)
    addressee = sent.addressees.get(text="IETF")
    address = reverse("addressee-settle", args=[sent.pk, addressee.pk])
    for file in (PDF, OTHER):
        files = [SimpleUploadedFile("LS 7.pdf", file)]
        given = {"seen": sent.revision_id, "kind": "answer", "reference": "IETF-LS7", "files": files}
        assert client.post(address, given).status_code == 302
    assert registered() == [("JCA-MV-Doc-002", [PDF]), ("JCA-MV-Doc-002-R1", [OTHER])]
    assert told("notify").subject == "JCA-MV-LS1, IETF: answer, in place of JCA-MV-Doc-002"
    assertContains(client.get(sent.get_absolute_url()), "IETF: answer, in place of JCA-MV-Doc-002")
