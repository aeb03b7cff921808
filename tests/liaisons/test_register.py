"""Documents and meetings of a desk."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from contacts.actor import Actor
from liaisons.filing import Paper, file_document
from liaisons.letter import Annex
from liaisons.models import (
    Action,
    AgendaItem,
    Decision,
    Document,
    Event,
    ItemDocument,
    Meeting,
)
from liaisons.rules import Refused
from liaisons.texts.writing import begin, rewrite
from tests.fixtures import NOW
from tests.liaisons.intake.files import p, word_file
from tests.pages import asked, opened, page, send

PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture(autouse=True)
def _at(time_machine):
    time_machine.move_to(NOW, tick=False)


def paper(client, secretary, status=302, **given):
    data = {"kind": "report", "title": "Report", "source": "SG21", "files": [SimpleUploadedFile("r.pdf", PDF)]}
    return send(client, secretary, "document-new", status=status, **{**data, **given})


class TestDocuments:
    def test_a_document_gets_the_next_number_and_its_file(self, client, desk, secretary, groups):
        response = paper(client, secretary, late="on")
        document = Document.objects.get()
        assert response.url == document.get_absolute_url()
        assert (document.reference, document.kind, document.late) == ("JCA-MV-Doc-001", "report", True)
        assert (document.source, document.source_text) == (groups["ITU-T SG21"], "SG21")
        file = document.files.get()
        served = page(client, secretary, reverse("document-file", args=[document.pk, file.pk]))
        assert (served.content, served["Content-Disposition"]) == (PDF, 'attachment; filename="r.pdf"')
        assert Event.objects.get(verb="file").data == {"document": document.pk}

    def test_the_next_revision_keeps_the_number(self, client, desk, secretary):
        paper(client, secretary)
        first = Document.objects.get()
        paper(client, secretary, revises=first.pk, title="Report, mended")
        second = Document.objects.get(revision=1)
        assert (second.number, second.reference) == (first.number, "JCA-MV-Doc-001-R1")
        assert "JCA-MV-Doc-001-R1" in page(client, secretary, first.get_absolute_url()).content.decode()

    def test_the_next_revision_is_filed_from_the_page_of_the_document(self, client, desk, secretary, member, groups):
        paper(client, secretary)
        first = Document.objects.get()
        address = f"{reverse('document-new')}?revises={first.pk}"
        assert f'href="{address}"' in page(client, secretary, first.get_absolute_url()).content.decode()
        assert "?revises=" not in page(client, member, first.get_absolute_url()).content.decode()
        form = page(client, secretary, address).context["form"]
        given = {name: form[name].value() for name in ("kind", "title", "source", "revises")}
        assert given == {"kind": "report", "title": "Report", "source": "ITU-T SG21", "revises": first.pk}
        paper(client, secretary, **given)
        assert Document.objects.get(revision=1).title == "Report"
        for wrong in ("x", "99999999999999", "0"):
            assert page(client, secretary, f"{reverse('document-new')}?revises={wrong}").context["form"].initial == {}

    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            ({"files": []}, "Choose the file: a document without one cannot be read."),
            ({"kind": "incoming"}, "Select a valid choice."),
            ({"title": "a\r\nb"}, "Write this on one line"),
            ({"files": [SimpleUploadedFile("r.docx", PDF)]}, "r.docx is not what its name says"),
        ],
    )
    def test_what_cannot_be_registered_is_refused(self, client, desk, secretary, given, sentence):
        assert sentence in paper(client, secretary, status=400, **given).content.decode()
        assert not Document.objects.exists()

    def test_only_the_secretariat_registers(self, client, desk, chair):
        page(client, chair, reverse("document-new"), status=403)
        with pytest.raises(Refused):
            file_document(desk, Paper("report", "Report", "SG21"), by=Actor.of(chair), now=NOW)

    def test_a_document_says_where_it_belongs(self, client, desk, secretary, letter, circulated, meeting):
        paper(client, secretary, files=[SimpleUploadedFile("r.docx", word_file(p("Report"), p("It met.")))])
        document = Document.objects.get(kind="report")
        annexed = begin(desk, letter, by=Actor.of(secretary), now=NOW)
        with_annex = type(letter)(**{**letter.__dict__, "annexes": (Annex("The report", document=str(document)),)})
        rewrite(annexed, with_annex, by=Actor.of(secretary), seen=annexed.revision_id, now=NOW)
        item = AgendaItem.objects.create(meeting=meeting, position=1, clause="7", title="Reports")
        ItemDocument.objects.create(item=item, document=document, disposition="noted")
        shown = page(client, secretary, document.get_absolute_url()).content.decode()
        assert "It is annexed to" in shown
        assert "First meeting of JCA-MV" in shown
        draft = circulated.circulations.get().document
        shown = page(client, secretary, draft.get_absolute_url()).content.decode()
        assert "It circulated for comment as a text of" in shown

    def test_a_member_does_not_see_drafts_that_annex_a_document(self, client, desk, secretary, member, letter):
        paper(client, secretary, files=[SimpleUploadedFile("r.docx", word_file(p("Report"), p("It met.")))])
        document = Document.objects.get()
        annexing = type(letter)(**{**letter.__dict__, "annexes": (Annex("The report", document=str(document)),)})
        begin(desk, annexing, by=Actor.of(secretary), now=NOW)
        assert "It is annexed to" in page(client, secretary, document.get_absolute_url()).content.decode()
        assert "It is annexed to" not in page(client, member, document.get_absolute_url()).content.decode()

    def test_another_desk_finds_none_of_them(self, client, desk, secretary, other_secretary):
        paper(client, secretary)
        document = Document.objects.get()
        assert page(client, other_secretary, reverse("documents")).context["page"].rows == []
        page(client, other_secretary, document.get_absolute_url(), status=404)
        page(client, other_secretary, reverse("document-file", args=[document.pk, document.files.get().pk]), status=404)

    def test_filters_and_query_count(self, client, desk, secretary, meeting):
        paper(client, secretary, title="Agenda of the day", kind="agenda")
        client.force_login(secretary)
        one = asked(client, reverse("documents"))
        for number in (2, 3):
            paper(client, secretary, title=f"Report {number}", source=("IETF", "TSAG")[number - 2])
        item = AgendaItem.objects.create(meeting=meeting, position=1, clause="7", title="Reports")
        for document in Document.objects.filter(kind="report"):
            ItemDocument.objects.create(item=item, document=document, disposition="noted")
        assert asked(client, reverse("documents")) == one
        response = client.get(reverse("documents"))
        assert [str(row) for row in response.context["page"].rows] == [
            "JCA-MV-Doc-003",
            "JCA-MV-Doc-002",
            "JCA-MV-Doc-001",
        ]
        found = {
            query: [row.title for row in client.get(f"{reverse('documents')}?{query}").context["page"].rows]
            for query in ("q=agenda", "q=ietf", "kind=agenda", f"meeting={meeting.pk}", "kind=rubbish&meeting=x")
        }
        assert found == {
            "q=agenda": ["Agenda of the day"],
            "q=ietf": ["Report 2"],
            "kind=agenda": ["Agenda of the day"],
            f"meeting={meeting.pk}": ["Report 3", "Report 2"],
            "kind=rubbish&meeting=x": ["Report 3", "Report 2", "Agenda of the day"],
        }


class TestMeetings:
    def test_a_meeting_is_added_and_changed(self, client, desk, secretary):
        data = {"name": "Second meeting", "place": "Geneva", "starts_on": "2026-02-02", "ends_on": "2026-02-03"}
        send(client, secretary, "meeting-new", **data)
        meeting = Meeting.objects.get()
        assert (meeting.group, meeting.ends_on) == (desk.group, date(2026, 2, 3))
        given = opened(client, secretary, reverse("meeting-edit", args=[meeting.pk]))
        send(client, secretary, "meeting-edit", meeting.pk, **{**given, "participants": "54"})
        assert Meeting.objects.get().participants == 54
        assert "2–3 Feb 2026" in page(client, secretary, reverse("meetings")).content.decode()

    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            ({"ends_on": "2025-10-08"}, "It ends before it begins."),
            ({"name": "First meeting of JCA-MV"}, "A meeting of this name begins on that day already."),
            ({"starts_on": ""}, "This field is required."),
        ],
    )
    def test_what_cannot_be_a_meeting_is_refused(self, client, meeting, secretary, given, sentence):
        data = {"name": "Another", "starts_on": "2025-10-09", "ends_on": "2025-10-09", **given}
        assert sentence in send(client, secretary, "meeting-new", status=400, **data).content.decode()

    def test_items_documents_dispositions_decisions_and_actions(self, client, meeting, secretary, member, desk):
        pk = meeting.pk
        send(client, secretary, "meeting-item", pk, **{"item-clause": "7.1", "item-title": "Letters"})
        again = send(client, secretary, "meeting-item", pk, status=400, **{"item-clause": "7.1", "item-title": "X"})
        assert "The agenda has this clause already." in again.content.decode()
        item = AgendaItem.objects.get()
        document = file_document(desk, Paper("report", "Report", "SG21"), by=Actor.of(secretary), now=NOW)
        given = {"document-item": item.pk, "document-document": document.pk, "document-presenter_text": "Mr Kang"}
        send(client, secretary, "meeting-document", pk, **given)
        twice = send(client, secretary, "meeting-document", pk, status=400, **given)
        assert "It stands at this item already." in twice.content.decode()
        row = ItemDocument.objects.get()
        send(client, secretary, "meeting-dispositions", pk, **{f"disposition-{row.pk}": "noted"})
        assert ItemDocument.objects.get().disposition == "noted"
        send(client, secretary, "meeting-dispositions", pk, **{f"disposition-{row.pk}": "eaten"})
        assert ItemDocument.objects.get().disposition == "noted"
        send(client, secretary, "meeting-decision", pk, **{"decision-text": "Go on.", "decision-item": item.pk})
        send(client, secretary, "meeting-action", pk, **{"action-text": "Write it.", "action-owner": member.person.pk})
        assert (Decision.objects.get().item, Action.objects.get().owner) == (item, member.person)
        send(client, secretary, "meeting-action-done", pk, Action.objects.get().pk)
        assert Action.objects.get().done_on == NOW.date()
        shown = page(client, member, meeting.get_absolute_url()).content.decode()
        for words in ("7.1 Letters", "JCA-MV-Doc-001", "Mr Kang", "Go on.", "Write it."):
            assert words in shown
        assert "<select" not in shown
        at_meeting = page(client, member, document.get_absolute_url()).content.decode()
        assert "noted" in at_meeting

    def test_a_button_stands_only_where_there_is_something_for_it(self, client, meeting, secretary, desk):
        def offered():
            shown = page(client, secretary, meeting.get_absolute_url()).content.decode()
            return [words for words in ("Keep the dispositions", "Put a document to an item") if words in shown]

        assert offered() == []
        item = AgendaItem.objects.create(meeting=meeting, position=1, clause="7.1", title="Letters")
        assert offered() == []
        document = file_document(desk, Paper("report", "Report", "SG21"), by=Actor.of(secretary), now=NOW)
        assert offered() == ["Put a document to an item"]
        ItemDocument.objects.create(item=item, document=document)
        assert offered() == ["Keep the dispositions", "Put a document to an item"]

    def test_an_action_gets_its_day_later_and_a_decision_other_words(self, client, meeting, secretary, member):
        action = Action.objects.create(meeting=meeting, position=1, text="Write it.", owner_text="Somebody")
        decision = Decision.objects.create(meeting=meeting, position=1, text="Go on.")
        shown = page(client, secretary, meeting.get_absolute_url()).content.decode()
        change = reverse("meeting-action-edit", args=[meeting.pk, action.pk])
        assert f'<a href="{change}">Give it a day</a>' in shown
        given = {**opened(client, secretary, change), "owner": member.person.pk, "due_on": "2025-11-03"}
        send(client, secretary, "meeting-action-edit", meeting.pk, action.pk, **given)
        given = opened(client, secretary, reverse("meeting-decision-edit", args=[meeting.pk, decision.pk]))
        send(client, secretary, "meeting-decision-edit", meeting.pk, decision.pk, **{**given, "text": "Go on slowly."})
        empty = send(client, secretary, "meeting-decision-edit", meeting.pk, decision.pk, status=400, text="")
        assert "This field is required." in empty.content.decode()
        action.refresh_from_db()
        decision.refresh_from_db()
        assert (action.owner, action.due_on, decision.text) == (member.person, date(2025, 11, 3), "Go on slowly.")
        assert "Give it a day" not in page(client, member, meeting.get_absolute_url()).content.decode()

    def test_parts_of_another_meeting_are_not_found_here(self, client, meeting, secretary, desk):
        other = Meeting.objects.create(group=desk.group, name="Other", starts_on=NOW, ends_on=NOW)
        item = AgendaItem.objects.create(meeting=other, position=1, clause="1", title="Item")
        document = file_document(desk, Paper("report", "Report", "SG21"), by=Actor.of(secretary), now=NOW)
        row = ItemDocument.objects.create(item=item, document=document)
        action = Action.objects.create(meeting=other, position=1, text="Act")
        send(client, secretary, "meeting-dispositions", meeting.pk, **{f"disposition-{row.pk}": "noted"})
        assert ItemDocument.objects.get().disposition == ""
        send(client, secretary, "meeting-action-done", meeting.pk, action.pk, status=404)
        send(
            client, secretary, "meeting-action-edit", meeting.pk, action.pk, status=404, text="Act", due_on="2025-11-03"
        )
        given = {"document-item": item.pk, "document-document": document.pk}
        send(client, secretary, "meeting-document", meeting.pk, status=400, **given)

    def test_meetings_are_those_of_the_desk(self, client, meeting, other_secretary, other_desk):
        assert page(client, other_secretary, reverse("meetings")).context["page"].rows == []
        page(client, other_secretary, meeting.get_absolute_url(), status=404)

    def test_query_counts(self, client, meeting, secretary, desk):
        client.force_login(secretary)

        document = file_document(desk, Paper("report", "Report", "SG21"), by=Actor.of(secretary), now=NOW)

        def more(number):
            item = AgendaItem.objects.create(meeting=meeting, position=number, clause=str(number), title="Item")
            ItemDocument.objects.create(item=item, document=document)
            Action.objects.create(meeting=meeting, position=number, text="Act")
            Decision.objects.create(meeting=meeting, position=number, text="Decide", item=item)

        more(1)
        before = asked(client, reverse("meetings")), asked(client, meeting.get_absolute_url())
        for number in (2, 3):
            more(number)
            Meeting.objects.create(group=desk.group, name=f"No. {number}", starts_on=NOW, ends_on=NOW)
        assert (asked(client, reverse("meetings")), asked(client, meeting.get_absolute_url())) == before
