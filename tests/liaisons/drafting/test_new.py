"""A draft is begun: what is kept, and what is refused with a sentence."""

import io
import zipfile
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from contacts.actor import Actor
from liaisons.letter import Annex, Asked, Contact
from liaisons.models import Blob, Document, Event, Revision, Series, Statement
from liaisons.texts.writing import rewrite
from liaisons.workflow import advance
from tests.fixtures import NOW
from tests.liaisons.drafting.form import BASIC, fields, typed


class TestNew:
    def test_what_is_typed_becomes_the_letter(self, writer, desk, meeting, secretary):
        response = typed(
            writer,
            "/statements/new/",
            **BASIC,
            venue_date="Geneva, 9 October 2025",
            meeting=meeting.pk,
            ref="JCA-MV-O-1",
            comment="IETF",
            information="World Metaverse Council; the Society of Avatars",
            abstract="Short.\r\nTwo lines.",
            **{
                "asked-0-kind": "nomination",
                "asked-0-text": "Nominate somebody.",
                "annexes-0-title": "Terms",
                "annexes-0-body": "<p>So.</p>",
            },
        )
        statement = Statement.objects.get()
        assert response.headers["Location"] == f"/statements/{statement.pk}/"
        letter = statement.revision.letter
        assert (letter.title, letter.source, letter.ref, letter.deadline) == (
            "LS on time", "JCA-MV", "JCA-MV-O-1", date(2026, 1, 30),
        )  # fmt: skip
        assert letter.abstract == "Short.\nTwo lines."
        assert [(one.name, one.designation, one.purpose) for one in letter.addressees] == [
            ("ITU-T SG21", "ITU-T SG21", "action"),
            ("ITU-T TSAG", "ITU-T TSAG", "action"),
            ("IETF", "IETF", "comment"),
            ("World Metaverse Council", "World Metaverse Council", "information"),
            ("the Society of Avatars", "", "information"),
        ]
        assert letter.requests == (Asked("1", "nomination", "Nominate somebody."),)
        assert letter.contacts == (Contact("Sam Secretary", email="sam@example.org"),)
        assert letter.annexes == (Annex("Terms", "<p>So.</p>"),)
        assert (statement.revision.meeting, statement.responsible) == (meeting, secretary.person)

    def test_the_form_begins_with_what_is_usual_here(self, writer, desk):
        given = fields(writer.get("/statements/new/"))
        assert (given["questions"], given["venue_date"], given["contacts-0-name"]) == (
            "N/A", "by correspondence", "Sam Secretary",
        )  # fmt: skip

    def test_saving_may_go_on(self, writer, desk):
        response = typed(writer, "/statements/new/", **BASIC, stay="1")
        assert response.headers["Location"] == f"/statements/{Statement.objects.get().pk}/edit/"

    def test_a_form_sent_twice_leads_to_the_draft_that_is_there(self, writer, desk, secretary, time_machine):
        given = {**fields(writer.get("/statements/new/")), **BASIC}
        first = writer.post("/statements/new/", given)
        draft = Statement.objects.get()
        rewrite(
            draft, replace(draft.revision.letter, title="LS on more time"), by=Actor.of(secretary),
            seen=draft.revision_id, now=NOW,
        )  # fmt: skip
        time_machine.move_to(NOW + timedelta(minutes=59), tick=False)
        again = writer.post("/statements/new/", given)
        assert first.headers["Location"] == again.headers["Location"] == Statement.objects.get().get_absolute_url()
        assert Event.objects.filter(verb="begin").count() == 1

    @pytest.mark.parametrize("other", ["text", "writer", "hour", "withdrawn"])
    def test_another_draft_is_another(self, writer, desk, secretary, rapporteur, time_machine, other):
        given = {**fields(writer.get("/statements/new/")), **BASIC}
        writer.post("/statements/new/", given)
        draft = Statement.objects.get()
        if other == "text":
            given["title"] = "LS on space"
        elif other == "writer":
            writer.force_login(rapporteur)
        elif other == "hour":
            time_machine.move_to(NOW + timedelta(hours=1), tick=False)
        else:
            advance(draft, "withdraw", by=Actor.of(secretary), seen=draft.revision_id, reason="Not yet.", now=NOW)
        assert writer.post("/statements/new/", given).status_code == 302
        assert Statement.objects.count() == 2

    def test_who_may_write(self, client, desk, member, outsider, rapporteur):
        statuses = []
        for user in (member, outsider, rapporteur):
            client.force_login(user)
            statuses.append(client.get("/statements/new/").status_code)
        client.logout()
        assert [*statuses, client.get("/statements/new/").status_code] == [403, 403, 200, 302]

    def test_scripts_do_not_survive_the_body(self, writer, desk):
        body = '<p onclick="x()">We<script>alert(1)</script> <a href="javascript:x()">ask</a>.</p><iframe></iframe>'
        typed(writer, "/statements/new/", **{**BASIC, "body": body})
        assert Revision.objects.get().body == "<p>We <a>ask</a>.</p>"

    def test_a_body_without_tags_becomes_paragraphs(self, writer, desk):
        typed(writer, "/statements/new/", **{**BASIC, "body": "One.\r\n\r\nTwo."})
        assert Revision.objects.get().body == "<p>One.</p>\n\n<p>Two.</p>"

    def test_tables_and_lists_stay(self, writer, desk):
        body = "<table><tbody><tr><th>A</th><td>b</td></tr></tbody></table><ul><li><p>c</p></li></ul>"
        typed(writer, "/statements/new/", **{**BASIC, "body": body})
        assert Revision.objects.get().body == body


class TestRefused:
    @pytest.mark.parametrize(
        "name",
        [
            *("title", "questions", "venue_date", "ref", "deadline_text", "contacts-0-name", "contacts-0-phone"),
            *("asked-0-text", "annexes-0-title"),
        ],
    )
    @pytest.mark.parametrize("sign", ["\r", "\n", "\r\n"])
    def test_line_breaks_in_what_becomes_a_header(self, writer, desk, name, sign):
        given = {**BASIC, "asked-0-kind": "answer", "annexes-0-body": "<p>x</p>"}
        response = typed(writer, "/statements/new/", **{**given, name: f"One{sign}Bcc: all@example.org"})
        assert response.status_code == 400
        assert "Write this on one line, without line breaks." in response.content.decode()
        assert Statement.objects.count() == 0

    def test_a_break_at_the_end_is_one_too(self, writer, desk):
        assert typed(writer, "/statements/new/", **{**BASIC, "title": "LS on time\r\n"}).status_code == 400

    def test_nothing_that_was_typed_is_lost(self, writer, desk):
        given = {
            **BASIC,
            "title": "",
            "body": "<p>A <strong>long</strong> text.</p>",
            "contacts-0-email": "no address",
            "asked-0-text": "Do something.",
            "annexes-0-title": "Terms",
            "annexes-0-body": "<p>So.</p>",
            "upload": SimpleUploadedFile("terms.txt", b"So be it."),
        }
        response = typed(writer, "/statements/new/", **given)
        assert response.status_code == 400
        page = response.content.decode()
        for said in ("Title", "Enter a valid email address.", "Choose what kind of request this is."):
            assert said in page
        again = fields(response)
        for name, value in given.items():
            if name != "upload":
                assert again[name] == value
        assert again["attached-0-title"] == "terms"
        right = {**again, "title": "LS", "contacts-0-email": "sam@example.org", "asked-0-kind": "answer"}
        assert writer.post("/statements/new/", {k: v for k, v in right.items() if v is not None}).status_code == 302
        (file,) = Statement.objects.get().revision.letter.attachments
        assert (file.name, Blob.objects.get(sha256=file.sha256).read()) == ("terms.txt", b"So be it.")

    def test_one_body_twice_for_one_purpose(self, writer, desk):
        response = typed(writer, "/statements/new/", **{**BASIC, "action": "SG21; ITU-T SG21"})
        assert "ITU-T SG21 stands here twice. Name it once." in response.content.decode()

    @pytest.mark.parametrize(
        ("name", "content", "said"),
        [
            ("a.pdf", b"MZ", "a.pdf is not what its name says (pdf)."),
            ("a.docx", b"PK\x03\x04 no zip", "a.docx is not what its name says (docx)."),
            ("a.xlsx", "docx", "a.xlsx is not what its name says (xlsx)."),
            ("a.exe", b"MZ", "a.exe cannot be taken."),
            ("a.html", b"<p>x</p>", "a.html cannot be taken."),
            ("a.txt", b"", "a.txt is empty."),
            ("a.png", b"GIF89a", "a.png is not what its name says (png)."),
        ],
    )
    def test_files_that_are_not_what_they_say(self, writer, desk, name, content, said):
        if content == "docx":
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w") as archive:
                archive.writestr("word/document.xml", "<x/>")
            content = packed.getvalue()
        response = typed(writer, "/statements/new/", **BASIC, upload=SimpleUploadedFile(name, content))
        assert (response.status_code, Statement.objects.count(), Blob.objects.count()) == (400, 0, 0)
        assert said in response.content.decode()

    def test_a_file_that_is_too_big(self, writer, desk, settings):
        settings.UPLOAD_MAX_BYTES = 1000
        response = typed(writer, "/statements/new/", **BASIC, upload=SimpleUploadedFile("a.txt", b"x" * 1001))
        assert "a.txt is larger than 1000" in response.content.decode()

    def test_a_file_nobody_handed_in_here(self, writer, desk):
        blob = Blob.objects.keep(b"secret", "text/plain")
        response = typed(
            writer,
            "/statements/new/",
            **BASIC,
            **{"attached-TOTAL_FORMS": "1", "attached-0-file": f"{blob.sha256}:a.txt", "attached-0-title": "x"},
        )
        assert "This file is not known any more. Choose it again." in response.content.decode()
        assert Statement.objects.count() == 0

    def test_a_form_without_its_rows(self, writer, desk):
        assert writer.post("/statements/new/", BASIC).status_code == 400

    def test_a_document_of_another_desk_is_not_annexed(self, writer, desk, other_desk):
        series = Series.objects.create(group=other_desk.group, kind="documents")
        Document.objects.create(
            series=series, number=1, reference="SG20-TD1", kind="report", title="Theirs", registered_at=NOW
        )
        response = typed(writer, "/statements/new/", **BASIC, **{"annexes-0-document": "SG20-TD1"})
        assert (response.status_code, Statement.objects.count()) == (400, 0)


class TestRows:
    def test_one_more_row_keeps_what_was_typed_and_judges_nothing(self, writer, desk):
        given = {**BASIC, "title": "", "asked-0-text": "Do something."}
        response = typed(writer, "/statements/new/", **given, more="asked")
        again = fields(response)
        assert (response.status_code, again["asked-0-text"], again["asked-1-text"]) == (200, "Do something.", "")
        assert again["asked-TOTAL_FORMS"] == "2"
        assert "errorlist" not in response.content.decode()
        assert Statement.objects.count() == 0

    def test_rows_are_removed(self, writer, draft):
        typed(writer, f"/statements/{draft.pk}/edit/", **{"asked-0-DELETE": "on"})
        letter = Statement.objects.get().revision.letter
        assert letter.requests == (Asked("2", "roadmap", "Fill in the template of the roadmap."),)

    def test_a_document_of_the_register_becomes_an_annex(self, writer, circulated, desk):
        typed(writer, "/statements/new/", **BASIC, **{"annexes-0-document": "JCA-MV-Doc-001"})
        annex = Statement.objects.latest("pk").revision.annexes.get()
        assert (annex.title, str(annex.document)) == (circulated.title, "JCA-MV-Doc-001")
