"""A draft is edited and amended."""

from dataclasses import replace
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from contacts.actor import Actor
from liaisons.letter import Addressed, Annex, Attached
from liaisons.models import Blob, Statement
from liaisons.texts.writing import begin, rewrite
from liaisons.workflow import advance
from tests.fixtures import NOW
from tests.liaisons.drafting.form import CELL, fields, typed


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
