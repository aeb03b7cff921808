"""From what a meeting recorded to the draft of its report, filed as a Word file that can circulate."""

from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import docx
import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from contacts.actor import Actor
from liaisons import reporting
from liaisons.details import Noted
from liaisons.filing import Paper, file_document
from liaisons.models import Action, AgendaItem, Decision, Document, ItemDocument, Meeting, Registration
from liaisons.rules import Refused
from liaisons.workflow import advance
from tests.fixtures import AFTER
from tests.pages import opened


@pytest.fixture(autouse=True)
def _at(time_machine):
    time_machine.move_to(AFTER, tick=False)


@pytest.fixture
def second(desk, meeting, secretary, sent, registration) -> Meeting:
    """The second meeting, after the one that approved JCA-MV-LS1, with all that can be recorded of one."""
    held = Meeting.objects.create(
        group=desk.group, name="Second meeting", place="Geneva", participants=31,
        starts_on=date(2025, 11, 5), ends_on=date(2025, 11, 6),
    )  # fmt: skip
    paper = Paper(kind=Document.Kind.CONTRIBUTION, title="On avatars", source_text="Elbonia")
    document = file_document(desk, paper, by=Actor.of(secretary), now=AFTER)
    opening = AgendaItem.objects.create(
        meeting=held, position=1, clause="1", title="Opening", text="The chair opened the meeting.\n\nAll were welcome."
    )
    deeper = AgendaItem.objects.create(meeting=held, position=2, clause="7.3", title="Contributions")
    ItemDocument.objects.create(item=deeper, document=document, presenter_text="E. Bonia", disposition="discussed")
    Decision.objects.create(meeting=held, item=opening, position=1, text="The agenda was adopted.")
    Decision.objects.create(meeting=held, position=2, text="To meet again in March.")
    Action.objects.create(
        meeting=held, position=1, text="Send the report.", owner=secretary.person, due_on=held.ends_on
    )
    return held


def drafted(meeting: Meeting, desk, user) -> Document:
    return reporting.draft_report(meeting, desk, by=Actor.of(user), now=AFTER)


def words(document: Document) -> str:
    """All that the file says, its tables row by row."""
    file = document.files.get()
    word = docx.Document(BytesIO(file.blob.read()))
    said = [paragraph.text for paragraph in word.paragraphs]
    said += [" | ".join(cell.text for cell in row.cells) for table in word.tables for row in table.rows]
    return "\n".join(said)


def test_the_file_says_what_was_recorded(second, desk, secretary) -> None:
    document = drafted(second, desk, secretary)
    said = words(document)
    for line in (
        "Title: | Draft report of the Second meeting (Geneva, 5 November 2025 – 6 November 2025)",
        f"Document: | {document.reference}",
        "Contact: | Sam Secretary, secretariat@jca-mv.example.org",
        "31 people took part.",
        "1 Opening",
        "The chair opened the meeting.",
        "7.3 Contributions",
        "On avatars | Elbonia | E. Bonia | discussed",
        "The agenda was adopted.",
        "1) To meet again in March.",
        "1 | Send the report. | Sam Secretary | 6 November 2025",
    ):
        assert line in said
    assert said.index("1 Opening") < said.index("7.3 Contributions")


def test_what_a_file_cannot_hold_is_left_out(second, desk, secretary) -> None:
    """A line break of a slide, pasted into a title, is a character that XML does not know."""
    AgendaItem.objects.filter(clause="1").update(title="Open\x0bing", text="Wel\x02come.")
    Meeting.objects.filter(pk=second.pk).update(name="Second\x0b meeting")
    said = words(drafted(second, desk, secretary))
    assert "1 Opening\nWelcome." in said
    assert "Draft report of the Second meeting" in said


def test_the_statements_since_the_meeting_before_stand_in_it(second, desk, secretary, sent, meeting) -> None:
    said = words(drafted(second, desk, secretary))
    assert f"Since the {meeting}" in said
    assert "SG21-LS76" in said or "LS on metaverse" in said
    assert "JCA-MV-LS1 | " in said
    Registration.objects.update(received_on=meeting.ends_on)
    sent_before = type(sent).objects.filter(pk=sent.pk)
    sent_before.update(sent_at=AFTER - timedelta(days=60))
    said = words(drafted(Meeting.objects.get(pk=second.pk), desk, secretary))
    assert "LS on metaverse" not in said, "it came on the last day of the meeting before, whose report has it"
    assert "JCA-MV-LS1 | " not in said
    assert said.count("none.") == 2


def test_of_the_first_meeting_everything_before_counts(meeting, desk, secretary, registration) -> None:
    Registration.objects.update(received_on=meeting.starts_on)
    said = words(drafted(meeting, desk, secretary))
    assert "Until the end of this first meeting:" in said
    assert "LS on metaverse" in said


def test_drafted_anew_it_is_the_next_revision(second, desk, secretary) -> None:
    first = drafted(second, desk, secretary)
    again = drafted(second, desk, secretary)
    assert (again.number, again.revision) == (first.number, first.revision + 1)
    assert Meeting.objects.get(pk=second.pk).report == again
    assert first.files.get().blob != again.files.get().blob, "each carries its own number"


def test_letters_that_were_noted_stand_at_their_item_and_in_the_register_of_those_received(
    client, second, desk, secretary, registration
) -> None:
    def note(clause: str) -> None:
        Registration.objects.filter(pk=registration.pk).update(state="received")
        again = Registration.objects.get(pk=registration.pk)
        advance(again, "note", by=Actor.of(secretary), seen="received", details=Noted(second, clause), now=AFTER)

    note("7.3")
    letter = f"{registration.document} | LS on metaverse | ITU-T SG21 |  | noted"
    state = "LS on metaverse | 13 October 2025 | noted at this meeting, clause 7.3"
    said = words(drafted(second, desk, secretary))
    assert (said.count(letter), said.count(state), "Statements noted" in said) == (1, 1, False)
    client.force_login(secretary)
    shown = client.get(second.get_absolute_url())
    assertContains(shown, "Letters noted here")
    assertContains(shown, registration.get_absolute_url())

    ItemDocument.objects.create(item=second.items.get(clause="7.3"), document=registration.document)
    assert letter not in words(drafted(second, desk, secretary)), "it is listed once"

    note("9")  # which the agenda does not have
    said = words(drafted(second, desk, secretary))
    assert "Statements noted" in said
    assert f"{registration.document} | ITU-T SG21 | LS on metaverse | 13 October 2025 | 9" in said


def test_a_report_names_the_other_meeting_at_which_a_letter_was_noted(second, meeting, desk, secretary, registration):
    advance(registration, "note", by=Actor.of(secretary), seen="received", details=Noted(meeting), now=AFTER)
    assert "| noted at First meeting of JCA-MV" in words(drafted(second, desk, secretary))


def test_it_is_the_secretariats(second, desk, chair) -> None:
    with pytest.raises(Refused, match="registered by the secretariat"):
        drafted(second, desk, chair)
    assert not Document.objects.filter(kind="report").exists()


def test_from_the_page_of_the_meeting_to_the_window_for_comments(client, second, desk, secretary, member) -> None:
    page = second.get_absolute_url()
    client.force_login(secretary)
    assertContains(client.get(page), "Draft the report")
    answer = client.post(reverse("meeting-report", args=[second.pk]), follow=True)
    document = Document.objects.get(kind="report")
    assertContains(answer, f"{document} is in the register.")
    assertContains(client.get(page), f"Report: {document}")
    client.force_login(member)
    assertNotContains(client.get(page), "Draft the report")


def test_what_was_said_is_written_at_its_item(client, second, secretary) -> None:
    client.force_login(secretary)
    item = second.items.get(clause="7.3")
    address = reverse("meeting-item-edit", args=[second.pk, item.pk])
    assertContains(client.get(second.get_absolute_url()), address)
    given = {**opened(client, secretary, address), "text": "It was presented."}
    assert client.post(address, given).status_code == 302
    item.refresh_from_db()
    assert item.text == "It was presented."
    twice = client.post(address, {**given, "clause": "1"})
    assertContains(twice, "The agenda has this clause already.", status_code=400)


def test_the_same_records_give_the_same_bytes(second, desk) -> None:
    report = reporting.gather(second, desk, number="JCA-MV-Doc-001", now=AFTER)
    assert reporting.write_report(report) == reporting.write_report(replace(report))
