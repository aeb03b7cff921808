"""Word in: what was read is shown first, then it begins a draft or becomes its next revision."""

import io
import re
from dataclasses import replace
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document as WordDocument

from contacts.actor import Actor
from liaisons import sheets
from liaisons.documents.rendered import Rendered
from liaisons.documents.renderer import RenderError
from liaisons.documents.word import write_word
from liaisons.letter import Addressed, Annex, Asked, Attached, Contact
from liaisons.models import Addressee, Blob, Event, Revision, Statement
from liaisons.texts.writing import begin, rewrite
from liaisons.workflow import advance
from tests.fixtures import NOW
from tests.liaisons.intake.files import cell, p, row, table, word_file
from tests.pages import page

FORM = word_file(
    table(
        row("Question(s):", "", "Meeting:", "Geneva, 6 October 2025"),
        row("Source:", cell("ITU-T SG21", columns=3)),
        row("Title:", cell("LS on terms", columns=3)),
        row("For action to:", cell("ITU-T SGs 20, 21 and TSAG", columns=3)),
        row("Deadline:", cell("30 June 2026", columns=3)),
        row("Contact:", cell("Lin Li", "CAICT", columns=3)),
    ),
    p("We ask <you> this."),
)


@pytest.fixture(autouse=True)
def _at(time_machine, monkeypatch):
    time_machine.move_to(NOW, tick=False)
    monkeypatch.setattr(
        "liaisons.documents.renderer.render", lambda sheet, _kind, **_limits: Rendered(write_word(sheet))
    )


@pytest.fixture
def writer(client, secretary):
    client.force_login(secretary)
    return client


@pytest.fixture
def full(desk, letter, secretary):
    """A draft with all that no Word file shows."""
    blob = Blob.objects.keep(b"x", "text/plain")
    whole = replace(
        letter,
        title="LS on time",
        body="<p>We ask.</p>\n<ul><li>now</li></ul>",
        addressees=(
            Addressed("SG21", "action", "ITU-T SG21", date(2026, 2, 1), ("1",)),
            Addressed("IETF and others, as they like", "action"),
            Addressed("IETF", "comment", "IETF", None, ("2",)),
        ),
        requests=(Asked("1", "nomination", "Nominate somebody."), Asked("2", "roadmap", "Fill in the template.")),
        contacts=(Contact("Sam", "", "CH", "+41", "sam@example.org"),),
        deadline=date(2026, 1, 30),
        annexes=(Annex("Terms", "<p>So.</p>"),),
        attachments=(Attached("Rules", "rules.txt", blob.sha256, "R-1"),),
        in_reply_to=("SG21-LS76",),
    )
    return begin(desk, whole, by=Actor.of(secretary), now=NOW)


def as_word(statement, change=None):
    """The Word file of a draft as she downloads it, edited by python-docx in place of Word."""
    content = write_word(sheets.sheet(statement.revision.letter, sheets.masthead_of(statement)))
    if change is None:
        return content
    document = WordDocument(io.BytesIO(content))
    change(document)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def retyped(old, new):
    """Change the words of the paragraph that says `old`, wherever it stands."""

    def change(document):
        cells = [one for table in document.tables for row in table.rows for one in row.cells]
        lines = [*document.paragraphs, *(line for one in cells for line in one.paragraphs)]
        line = next(line for line in lines if line.text == old)
        line.runs[0].text = new
        for run in line.runs[1:]:
            run.text = ""

    return change


def upload(client, address, content, name="draft.docx"):
    return client.post(address, {"file": SimpleUploadedFile(name, content)})


def looked_at(client, address, content):
    """Upload a file and follow to what was read: the page, and the value by which the file is named."""
    response = upload(client, address, content)
    assert response.status_code == 302, response.content.decode()
    shown = client.get(response.url)
    (sealed,) = re.findall(r'name="file" value="([^"]+)"', shown.content.decode())
    return shown, response.url.partition("?")[0], sealed


class TestBegin:
    def test_a_file_is_looked_at_and_then_begins_a_draft(self, writer, desk, secretary):
        shown, address, sealed = looked_at(writer, "/statements/from-word/", FORM)
        text = shown.content.decode()
        assert "LS on terms" in text
        assert "We ask &lt;you&gt; this." in text
        assert "The file names “ITU-T SG21” as its source." in text
        assert not Statement.objects.exists()
        response = writer.post(address, {"file": sealed})
        statement = Statement.objects.get()
        assert response.url == f"/statements/{statement.pk}/edit/"
        letter = statement.revision.letter
        assert (letter.title, letter.source, letter.deadline) == ("LS on terms", "JCA-MV", date(2026, 6, 30))
        assert [one.designation for one in letter.addressees] == ["ITU-T SG20", "ITU-T SG21", "ITU-T TSAG"]
        assert (letter.questions, letter.venue_date) == ("N/A", "Geneva, 6 October 2025")
        assert letter.contacts == (Contact("Lin Li", "CAICT"),)
        assert 'value="LS on terms"' in writer.get(response.url).content.decode()

    def test_the_file_is_kept_with_the_revision_for_an_auditor(self, writer, client, desk, secretary, outsider):
        _shown, address, sealed = looked_at(writer, "/statements/from-word/", FORM)
        writer.post(address, {"file": sealed})
        statement = Statement.objects.get()
        assert Event.objects.get(verb="begin").data == {
            "word": Blob.objects.get(size=len(FORM)).sha256,
            "file_name": "draft.docx",
        }
        served = page(client, secretary, f"/statements/{statement.pk}/revisions/1/from-word/")
        assert (served.content, served["Content-Disposition"]) == (FORM, 'attachment; filename="draft.docx"')
        page(client, secretary, f"/statements/{statement.pk}/revisions/2/from-word/", status=404)
        page(client, outsider, f"/statements/{statement.pk}/revisions/1/from-word/", status=403)

    def test_an_authors_file_is_for_those_who_write_here(
        self, writer, client, desk, secretary, chair, rapporteur, administrator, member
    ):
        """It holds what was struck out and noted in the margin; members of the desk see the text."""
        _shown, address, sealed = looked_at(writer, "/statements/from-word/", FORM)
        writer.post(address, {"file": sealed})
        statement = Statement.objects.get()
        at = f"/statements/{statement.pk}/revisions/1/from-word/"
        for person in (secretary, chair, rapporteur, administrator):
            assert page(client, person, at).content == FORM
        for where in (statement.get_absolute_url(), f"/statements/{statement.pk}/revisions/1/"):
            assert at in page(client, chair, where).content.decode()
        advance(statement, "circulate", by=Actor.of(secretary), seen=statement.revision_id, now=NOW)
        page(client, member, at, status=403)
        for where in (statement.get_absolute_url(), f"/statements/{statement.pk}/revisions/1/"):
            assert at not in page(client, member, where).content.decode()

    def test_a_plain_text_gets_the_author_as_contact(self, writer, desk):
        _shown, address, sealed = looked_at(writer, "/statements/from-word/", word_file(p("LS on it"), p("We ask.")))
        writer.post(address, {"file": sealed})
        letter = Statement.objects.get().revision.letter
        assert (letter.title, letter.body, letter.venue_date) == ("LS on it", "<p>We ask.</p>", "by correspondence")
        assert [one.name for one in letter.contacts] == ["Sam Secretary"]

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b"hello", "The file is damaged and cannot be read."),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1Word", "This is a file of an older Word (.doc)."),
            (b"", "The submitted file is empty."),
        ],
    )
    def test_what_cannot_be_read_is_answered_with_what_to_do(self, writer, desk, content, says):
        response = upload(writer, "/statements/from-word/", content)
        assert response.status_code == 400
        assert says in response.content.decode()
        assert not Blob.objects.exists()

    def test_a_file_larger_than_may_be_is_not_read(self, writer, desk, settings):
        settings.UPLOAD_MAX_BYTES = 1_000
        assert "is larger than" in upload(writer, "/statements/from-word/", b"x" * 1_001).content.decode()

    def test_the_file_is_named_so_that_nobody_else_can(self, writer, client, desk, full, other_secretary):
        """Neither at another desk, nor for another draft, nor after a day, nor by guessing."""
        _shown, address, sealed = looked_at(writer, "/statements/from-word/", FORM)
        assert writer.get(f"{address}?file={sealed}x").status_code == 302
        assert writer.get(f"/statements/{full.pk}/from-word/read/?file={sealed}").status_code == 302
        client.force_login(other_secretary)
        assert client.post(address, {"file": sealed}).url == "/statements/from-word/"
        assert Statement.objects.count() == 1

    def test_a_draft_begins_as_it_was_shown(self, writer, desk):
        """Also when the settings of the desk change in between."""
        _shown, address, sealed = looked_at(writer, "/statements/from-word/", word_file(p("LS"), p("We ask.")))
        desk.questions_default = "1/21"
        desk.save()
        response = writer.post(address, {"file": sealed})
        assert response.status_code == 409
        assert "reads otherwise than it was shown to you" in response.content.decode()
        assert not Statement.objects.exists()
        assert writer.get(f"{address}?file={sealed}").status_code == 200

    def test_a_day_later_the_file_has_to_be_chosen_again(self, writer, desk, time_machine):
        _shown, address, sealed = looked_at(writer, "/statements/from-word/", FORM)
        time_machine.shift(24 * 3600 + 1)
        writer.force_login(desk.group.appointments.get(role="secretariat").person.user)
        assert writer.post(address, {"file": sealed}).url == "/statements/from-word/"


class TestNextRevision:
    def address(self, statement):
        return f"/statements/{statement.pk}/from-word/"

    def test_a_file_that_was_not_touched_changes_nothing(self, writer, full):
        """Not even what no page shows: requests, kinds, an author's words, own deadlines, attachments."""
        shown, address, sealed = looked_at(writer, self.address(full), as_word(full))
        assert "There is nothing to take." in shown.content.decode()
        writer.post(address, {"file": sealed, "seen": full.revision_id})
        assert full.revisions.count() == 1

    def test_the_difference_is_shown_and_then_taken(self, writer, full):
        before = full.revision.letter
        edited = as_word(full, retyped("We ask.", "We ask again."))
        shown, address, sealed = looked_at(writer, self.address(full), edited)
        assert "<ins>" in shown.content.decode()
        assert full.revisions.count() == 1
        response = writer.post(address, {"file": sealed, "seen": full.revision_id})
        assert response.url == full.get_absolute_url()
        revision = Revision.objects.get(number=2)
        assert revision.letter == replace(before, body="<p>We ask again.</p><ul><li><p>now</p></li></ul>")
        assert Event.objects.get(verb="write").data["file_name"] == "draft.docx"
        assert "Revision 2 taken from the Word file draft.docx" in writer.get(response.url).content.decode()
        listed = writer.get(self.address(full)).content.decode()
        assert f"/statements/{full.pk}/revisions/2/from-word/" in listed

    def test_rows_of_the_header_are_taken_one_by_one(self, writer, full):
        def change(document):
            retyped("LS on time (reply to SG21-LS76)", "LS on place (reply to SG21-LS76)")(document)
            retyped("ITU-T SG21, IETF and others, as they like", "ITU-T SG21, ITU-T SG20")(document)
            retyped("Nominate somebody.", "Nominate two.")(document)

        shown, address, sealed = looked_at(writer, self.address(full), as_word(full, change))
        assert "No longer addressed: IETF and others, as they like." in shown.content.decode()
        writer.post(address, {"file": sealed, "seen": full.revision_id})
        before, letter = full.revision.letter, Revision.objects.get(number=2).letter
        first, _gone, third = before.addressees
        assert letter.addressees == (first, Addressed("ITU-T SG20", "action", "ITU-T SG20"), third)
        assert letter.requests == (Asked("1", "nomination", "Nominate two."), before.requests[1])
        assert (letter.title, letter.in_reply_to) == ("LS on place", ("SG21-LS76",))
        assert Addressee.objects.filter(statement=full).count() == 3
        assert letter.attachments == before.attachments

    def test_a_plain_text_replaces_title_and_text_only(self, writer, full):
        plain = word_file(p("LS on space"), p("Shorter."))
        shown, address, sealed = looked_at(writer, self.address(full), plain)
        writer.post(address, {"file": sealed, "seen": full.revision_id})
        letter = Revision.objects.get(number=2).letter
        assert letter == replace(full.revision.letter, title="LS on space", body="<p>Shorter.</p>")
        assert "The annexes stay: the file has none of its own." in shown.content.decode()

    def test_a_text_without_a_title_leaves_the_title(self, writer, full):
        plain = word_file(p("Dear colleagues,"), p("Shorter."))
        shown, address, sealed = looked_at(writer, self.address(full), plain)
        writer.post(address, {"file": sealed, "seen": full.revision_id})
        letter = Revision.objects.get(number=2).letter
        assert letter == replace(full.revision.letter, body="<p>Dear colleagues,</p><p>Shorter.</p>")
        assert "The title stays as it is." in shown.content.decode()

    def test_somebody_saved_meanwhile(self, writer, full, chair):
        _shown, address, sealed = looked_at(writer, self.address(full), as_word(full, retyped("We ask.", "Ours.")))
        theirs = replace(full.revision.letter, body="<p>Theirs.</p>")
        rewrite(full, theirs, by=Actor.of(chair), seen=full.revision_id, now=NOW)
        response = writer.post(address, {"file": sealed, "seen": full.revision_id})
        assert response.status_code == 409
        assert "Chris Chair changed the text in the meantime." in response.content.decode()
        assert full.revisions.count() == 2
        assert "<del>Theirs</del>" in writer.get(f"{address}?file={sealed}").content.decode()

    def test_nothing_is_taken_when_the_draft_cannot_be_written_for_comparison(self, writer, full, monkeypatch):
        """Against the draft itself every row would count as changed, and take along what no page shows."""
        content = as_word(full)

        def fails(*_given, **_limits):
            raise RenderError("busy", "Other documents are being made.")

        monkeypatch.setattr("liaisons.documents.renderer.render", fails)
        response = writer.get(upload(writer, self.address(full), content).url)
        assert response.status_code == 400
        assert "cannot be compared with the draft just now" in response.content.decode()

    def test_what_is_taken_is_what_was_shown(self, writer, full, monkeypatch):
        edited = as_word(full, retyped("We ask.", "We ask again."))
        _shown, address, sealed = looked_at(writer, self.address(full), edited)
        monkeypatch.setattr("liaisons.intake.taking.merged", lambda before, _printed, _read: replace(before, title="?"))
        response = writer.post(address, {"file": sealed, "seen": full.revision_id})
        assert response.status_code == 409
        assert "reads otherwise than it was shown to you" in response.content.decode()
        assert full.revisions.count() == 1

    def test_only_a_draft_takes_one(self, writer, full, secretary):
        advance(full, "circulate", by=Actor.of(secretary), seen=full.revision_id, now=NOW)
        assert writer.get(self.address(full)).status_code == 409
        assert upload(writer, self.address(full), FORM).status_code == 409
        assert writer.get(f"{self.address(full)}read/").status_code == 409

    def test_the_way_there_is_on_the_pages(self, writer, full, member):
        for address in (full.get_absolute_url(), f"/statements/{full.pk}/edit/"):
            assert self.address(full) in writer.get(address).content.decode()
        assert "/statements/from-word/" in writer.get("/statements/new/").content.decode()
        assert "/statements/from-word/" in writer.get("/statements/").content.decode()
        assert "from-word" not in page(writer, member, "/statements/").content.decode()

    def test_members_neither_bring_files_nor_read_them(self, writer, full, member):
        writer.force_login(member)
        for address in ("/statements/from-word/", self.address(full), f"{self.address(full)}read/"):
            assert writer.get(address).status_code == 403
