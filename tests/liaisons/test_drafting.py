"""Writing a statement: what is typed becomes the letter, comes back into the form, and is never lost."""

import io
import zipfile
from dataclasses import replace
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import html

from contacts.actor import Actor
from contacts.models import Channel, Succession
from liaisons.details import Received
from liaisons.documents import renderer
from liaisons.documents.rendered import Rendered
from liaisons.letter import Addressed, Annex, Asked, Attached, Contact
from liaisons.models import Blob, Document, Event, Revision, Series, Statement
from liaisons.received.registering import register
from liaisons.texts.writing import begin, rewrite
from liaisons.workflow import advance
from tests.fixtures import NOW


@pytest.fixture(autouse=True)
def _at(time_machine):
    time_machine.move_to(NOW, tick=False)


def fields(page):
    """What a browser would send back of the form: the names and values of everything in it."""
    (form,) = html.fromstring(page.content.decode()).xpath("//form[@data-guard]")
    # A browser leaves out the line break that a text area begins with, and sends a field that is empty; lxml does not.
    empty = form.xpath('.//input[@type="text" or @type="email" or @type="date"][not(@value)]/@name')
    given = {name: value.removeprefix("\n") for name, value in form.form_values() if name != "csrfmiddlewaretoken"}
    return dict.fromkeys(empty, "") | given


def typed(client, address, **changes):
    """Open the form, change some of it, and send it."""
    given = {**fields(client.get(address)), **changes}
    return client.post(address, {name: value for name, value in given.items() if value is not None})


@pytest.fixture
def writer(client, secretary):
    client.force_login(secretary)
    return client


CELL = "<tbody><tr><td>x</td></tr></tbody>"
BASIC = {
    "title": "LS on time",
    "language": "en",
    "questions": "N/A",
    "action": "ITU-T SG21 and TSAG",
    "deadline": "2026-01-30",
    "body": "<p>We ask.</p>",
}


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


class TestEdit:
    def test_a_letter_comes_back_from_the_form_as_it_was(self, writer, desk, letter, secretary, circulated):
        blob = Blob.objects.keep(b"x", "text/plain")
        full = replace(
            letter,
            ref="O-1",
            deadline=date(2026, 1, 30),
            abstract="Two\n\nparagraphs.",
            body="<p>A &amp; b</p>\n<ul><li><p>c</p></li></ul>",
            addressees=(
                Addressed("ITU-T SG21", "action", "ITU-T SG21", date(2026, 2, 1), ("1",)),
                Addressed("IETF and others, as they like", "action"),
                Addressed("IETF", "comment", "IETF"),
            ),
            annexes=(
                Annex("Terms", f"<table>\n<caption>Terms</caption>\n{CELL}</table>", abstract="In short."),
                Annex("The other draft", "", "JCA-MV-Doc-001"),
            ),
            attachments=(Attached("Terms", "terms.txt", blob.sha256, "T-1"),),
        )
        statement = begin(desk, full, by=Actor.of(secretary), now=NOW)
        full = statement.revision.letter  # with the text of the document
        address = f"/statements/{statement.pk}/edit/"
        given = fields(writer.get(address))
        assert given["annexes-0-body"] == f"<p>Terms</p><table>\n{CELL}</table>"  # the editor knows no captions
        response = typed(writer, address, body=given["body"].replace("\n", "\r\n"))
        assert response.status_code == 302
        assert Statement.objects.get(pk=statement.pk).revision.letter == full
        assert statement.revisions.count() == 1  # nothing changed, so nothing was written
        typed(writer, f"/statements/{statement.pk}/edit/", title="Another")
        assert Statement.objects.get(pk=statement.pk).revision.letter == replace(full, title="Another")

    def test_a_body_has_a_deadline_of_its_own_behind_its_name(self, writer, draft):
        address = f"/statements/{draft.pk}/edit/"
        typed(writer, address, action="ITU-T SGs 20 (by 2026-02-01), 21; IETF （by 2026-03-01）", comment="")
        assert [(one.designation, one.deadline) for one in Statement.objects.get().revision.letter.to("action")] == [
            ("ITU-T SG20", date(2026, 2, 1)),
            ("ITU-T SG21", None),
            ("IETF", date(2026, 3, 1)),
        ]
        due = dict(Statement.objects.get().addressees.values_list("designation", "due_on"))
        assert (due["IETF"], due["ITU-T SG21"]) == (date(2026, 3, 1), date(2026, 1, 30))
        assert fields(writer.get(address))["action"] == "ITU-T SG20 (by 2026-02-01); ITU-T SG21; IETF (by 2026-03-01)"
        typed(writer, address, action="ITU-T SG20, ITU-T SG21; IETF")
        assert {one.deadline for one in Statement.objects.get().revision.letter.to("action")} == {None}

    @pytest.mark.parametrize(
        ("line", "sentence"),
        [
            ("IETF (by mid-May)", "“mid-May” is no day. Write it as 2026-02-01."),
            ("IETF (by 2026-02-30)", "“2026-02-30” is no day."),
            ("(by 2026-02-01) IETF", "Write it behind the body that it is for."),
            ("IETF (by 2026-02-01), " * 101, "More than 100 bodies have a day of their own here."),
        ],
    )
    def test_a_day_that_is_none_is_told(self, writer, draft, line, sentence):
        response = typed(writer, f"/statements/{draft.pk}/edit/", action=line)
        assert response.status_code == 400
        assert sentence in response.content.decode()

    def test_the_day_is_shown_as_it_was_read(self, writer, desk):
        shown = writer.post("/statements/resolve/", {"action": "IETF (by 2026-02-01), SG21 (by May)"}).content.decode()
        assert "IETF <small>(by 1 February 2026)</small>" in shown
        assert "ITU-T SG21 <small>(“May” is no day)</small>" in shown

    def test_own_deadlines_stay_when_the_line_changes(self, writer, desk, letter, secretary):
        own = Addressed("ITU-T SG21", "action", "ITU-T SG21", date(2026, 2, 1), ("1",))
        statement = begin(desk, replace(letter, addressees=(own,)), by=Actor.of(secretary), now=NOW)
        typed(writer, f"/statements/{statement.pk}/edit/", action="ITU-T SG21 (by 2026-02-01), IETF")
        assert Statement.objects.get().revision.letter.addressees == (own, Addressed("IETF", "action", "IETF"))

    def test_who_is_known_by_now_gets_its_name(self, writer, desk, letter, secretary, groups):
        statement = begin(
            desk, replace(letter, addressees=(Addressed("Avatars", "action"),)), by=Actor.of(secretary), now=NOW
        )
        groups["IETF"].aliases.create(text="Avatars", key="avatars")
        typed(writer, f"/statements/{statement.pk}/edit/")
        assert Statement.objects.get().revision.letter.addressees == (Addressed("Avatars", "action", "IETF"),)

    def test_of_two_who_write_the_second_sees_both_versions_and_loses_nothing(
        self, writer, draft, letter, rapporteur, secretary
    ):
        address = f"/statements/{draft.pk}/edit/"
        given = {**fields(writer.get(address)), "title": "LS on mine", "upload": SimpleUploadedFile("a.txt", b"x")}
        rewrite(draft, replace(letter, title="LS on theirs"), by=Actor.of(rapporteur), seen=draft.revision_id, now=NOW)
        response = writer.post(address, given)
        page = response.content.decode()
        assert response.status_code == 409
        assert "Ray Rapporteur changed the text in the meantime." in page
        assert "You both changed: Title." in page
        assert page.count("<ins>theirs</ins>") == page.count("<ins>mine</ins>") == 1
        again = fields(response)
        assert (again["title"], again["attached-0-title"]) == ("LS on mine", "a")
        assert Statement.objects.get().title == "LS on theirs"
        assert writer.post(address, again).status_code == 302
        assert Statement.objects.get().title == "LS on mine"
        assert list(draft.revisions.values_list("title", flat=True))[1:] == ["LS on theirs", "LS on mine"]

    def test_what_circulates_stands_still(self, writer, circulated):
        response = writer.get(f"/statements/{circulated.pk}/edit/")
        assert response.status_code == 409
        assert "Take it back to draft first." in response.content.decode()

    def test_circulated_while_somebody_wrote(self, writer, draft, chair):
        given = {**fields(writer.get(f"/statements/{draft.pk}/edit/")), "title": "Mine"}
        advance(draft, "circulate", by=Actor.of(chair), seen=draft.revision_id, now=NOW)
        response = writer.post(f"/statements/{draft.pk}/edit/", given)
        assert response.status_code == 400
        assert "The statement is circulated: its text stands still." in response.content.decode()
        assert fields(response)["title"] == "Mine"

    def test_another_desk_has_no_such_draft(self, client, draft, other_secretary):
        client.force_login(other_secretary)
        for verb in ("edit", "amend"):
            assert client.get(f"/statements/{draft.pk}/{verb}/").status_code == 404
        assert client.post(f"/statements/{draft.pk}/preview/").status_code == 404


class TestAmend:
    def test_an_editorial_change_with_its_reason(self, writer, circulated):
        response = typed(writer, f"/statements/{circulated.pk}/amend/", body="<p>So.</p>", reason="A comma.")
        assert response.status_code == 302
        statement = Statement.objects.get()
        assert (statement.state, statement.revision.body, statement.revision.note) == (
            "circulated",
            "<p>So.</p>",
            "A comma.",
        )

    def test_without_a_reason_it_is_refused_and_kept(self, writer, circulated):
        response = typed(writer, f"/statements/{circulated.pk}/amend/", body="<p>So.</p>", reason="")
        assert response.status_code == 400
        assert "Give a reason: it is kept with the decision." in response.content.decode()
        assert fields(response)["body"] == "<p>So.</p>"

    def test_a_reason_that_is_too_long_is_refused(self, writer, circulated):
        response = typed(writer, f"/statements/{circulated.pk}/amend/", body="<p>So.</p>", reason="x" * 501)
        assert (response.status_code, fields(response)["reason"]) == (400, "x" * 501)

    def test_a_draft_is_not_amended(self, writer, draft):
        response = writer.get(f"/statements/{draft.pk}/amend/")
        assert response.status_code == 409
        assert "It is draft: Sam Secretary took the step" in response.content.decode()

    def test_it_is_the_secretariats(self, client, circulated, chair):
        client.force_login(chair)
        assert client.get(f"/statements/{circulated.pk}/amend/").status_code == 403


class TestAnswer:
    @pytest.fixture
    def received(self, desk, secretary, groups):
        letter = Received(
            source_text="ITU-T SG21",
            source=groups["ITU-T SG21"],
            forwarded_by=groups["ITU-T TSAG"],
            title="LS/i on the terms (reply to JCA-MV-LS0) [from ITU-T SG21]",
            reference="SG21-LS82",
            received_on=date(2025, 10, 1),
        )
        return register(desk, letter, by=Actor.of(secretary), now=NOW)

    def test_the_addressing_is_reversed(self, writer, received):
        address = f"/statements/new/?answers={received.pk}"
        given = fields(writer.get(address))
        assert (given["title"], given["information"]) == ("LS/o/r on the terms (reply to SG21-LS82)", "ITU-T SG21")
        typed(writer, address, body="<p>Yes.</p>")
        statement = Statement.objects.exclude(desk=None).get()
        assert statement.revision.letter.in_reply_to == ("SG21-LS82",)
        relation = statement.relations.get()
        assert (relation.to, relation.kind, relation.counts) == (received.statement, "replies_to", True)

    def test_a_refused_answer_still_knows_what_it_answers(self, writer, received):
        response = typed(writer, f"/statements/new/?answers={received.pk}", title="")
        again = {**fields(response), "title": "LS/r"}
        writer.post("/statements/new/", again)
        assert Statement.objects.exclude(desk=None).get().relations.count() == 1

    @pytest.mark.parametrize("key", ["0", "x", "99999999999999999999"])
    def test_what_is_not_registered_is_not_answered(self, writer, desk, key):
        assert writer.get(f"/statements/new/?answers={key}").status_code == 404

    def test_nor_what_another_desk_registered(self, client, received, other_secretary):
        client.force_login(other_secretary)
        assert client.get(f"/statements/new/?answers={received.pk}").status_code == 404


class TestResolve:
    def read(self, client, text, purpose="action"):
        response = client.post("/statements/resolve/", {purpose: text})
        assert response.status_code == 200
        items = html.fragment_fromstring(response.content.decode(), create_parent=True).xpath(".//li")
        return [(" ".join(item.text_content().split()), item.get("class") or "") for item in items]

    def test_shorthand_is_read_as_it_is_typed(self, writer, desk):
        assert self.read(writer, "ITU-T SGs 20, 21 and TSAG; IETF") == [
            ("ITU-T SG20", ""), ("ITU-T SG21", ""), ("ITU-T TSAG", ""), ("IETF", ""),
        ]  # fmt: skip

    def test_the_unknown_and_the_unreachable_are_said_to_be(self, writer, desk, groups):
        Channel.objects.create(group=groups["World Metaverse Council"], kind="web_form", url="https://example.org/ls")
        assert self.read(writer, "World Metaverse Council; Society of Avatars; JCA-MV") == [
            ("World Metaverse Council (web form)", ""),
            ("Society of Avatars (not known here: kept as written, not sent by mail)", "unread"),
            ("JCA-MV (no channel known)", ""),
        ]

    def test_a_successor_is_named(self, writer, desk, groups):
        old, new = groups["ITU-T SG20"], groups["ITU-T SG21"]
        old.valid_to = date(2024, 12, 31)
        old.save()
        Succession.objects.create(predecessor=old, successor=new, taken_effect_on=date(2025, 1, 1))
        assert self.read(writer, "SG20") == [
            ("ITU-T SG20 (ITU-T SG20 ended on 31 December 2024; its work went to ITU-T SG21.)", "")
        ]

    def test_nothing_gives_nothing(self, writer, desk):
        assert self.read(writer, "") == []
        assert writer.post("/statements/resolve/", {}).content.strip() == b""

    def test_what_people_type_is_escaped(self, writer, desk):
        response = writer.post("/statements/resolve/", {"action": "<b>x</b>"})
        assert b"<b>" not in response.content

    def test_the_words_of_the_abstract_are_counted(self, writer, desk):
        assert b"2 words" in writer.post("/statements/resolve/", {"abstract": "Two words"}).content
        assert b"more than the 200 that fit" in writer.post("/statements/resolve/", {"abstract": "x " * 201}).content

    def test_without_a_script_the_saved_page_shows_it(self, writer, draft):
        page = " ".join(writer.get(f"/statements/{draft.pk}/edit/").content.decode().split())
        assert "<li>IETF</li>" in page
        assert "World Metaverse Council <small>(no channel known)</small>" in page
        assert "7 words" in page


class TestPreview:
    @pytest.fixture
    def rendered(self, monkeypatch):
        asked = []

        def render(sheet, kind, *, timeout=20.0):
            asked.append(sheet)
            return Rendered(b"%PDF-")

        monkeypatch.setattr(renderer, "render", render)
        return asked

    def test_what_is_typed_is_shown_and_not_saved(self, writer, desk, rendered):
        given = {**fields(writer.get("/statements/new/")), **BASIC}
        response = writer.post("/statements/preview/", given)
        assert (response.content, response["Content-Type"]) == (b"%PDF-", "application/pdf")
        assert rendered[0].letter.title == "LS on time"
        assert Statement.objects.count() == 0

    def test_a_draft_with_its_changes(self, writer, draft, rendered):
        given = {**fields(writer.get(f"/statements/{draft.pk}/edit/")), "title": "Another"}
        writer.post(f"/statements/{draft.pk}/preview/", given)
        assert rendered[0].letter.title == "Another"
        assert rendered[0].masthead.study_period == "2025-2028"
        assert Event.objects.filter(verb="write").count() == 0

    def test_a_form_that_is_not_right_comes_back(self, writer, desk, rendered):
        response = writer.post("/statements/preview/", {**fields(writer.get("/statements/new/")), **BASIC, "title": ""})
        assert (response.status_code, rendered) == (400, [])

    def test_what_cannot_be_printed_is_said(self, writer, desk, monkeypatch):
        def fail(sheet, kind, *, timeout=20.0):
            raise renderer.RenderError("depth", "The body holds lists too deep inside one another.")

        monkeypatch.setattr(renderer, "render", fail)
        response = writer.post("/statements/preview/", {**fields(writer.get("/statements/new/")), **BASIC})
        assert response.status_code == 400
        assert "The body holds lists too deep inside one another." in response.content.decode()
        assert fields(response)["title"] == "LS on time"


def test_the_editor_runs_under_the_policy_with_its_nonce(writer, desk):
    response = writer.get("/statements/new/")
    policy = response["Content-Security-Policy"]
    nonce = policy.partition("'nonce-")[2].partition("'")[0]
    inline = html.fromstring(response.content.decode()).xpath("//script[not(@src)]")
    assert nonce
    assert {script.get("nonce") for script in inline} == {nonce}


def test_the_form_asks_the_same_number_of_questions_with_one_row_and_with_many(writer, desk, letter, secretary):
    def opened(many):
        statement = begin(
            desk,
            replace(
                letter,
                contacts=letter.contacts * many,
                annexes=tuple(Annex(f"Annex {n}", "<p>x</p>") for n in range(many)),
                requests=tuple(Asked(str(n), "answer", f"Do {n}.") for n in range(1, many + 1)),
                addressees=letter.addressees[-many - 1 :],
            ),
            by=Actor.of(secretary),
            now=NOW,
        )
        with CaptureQueriesContext(connection) as captured:
            writer.get(f"/statements/{statement.pk}/edit/")
        return len(captured)

    opened(1)
    assert opened(1) == opened(3)
