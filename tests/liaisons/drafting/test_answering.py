"""A draft answers a letter; its addressees are resolved, and it is seen before it is kept."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import html

from contacts.actor import Actor
from contacts.models import Channel, Succession
from liaisons.details import Received
from liaisons.documents import renderer
from liaisons.documents.rendered import Rendered
from liaisons.letter import Annex, Asked
from liaisons.models import Event, Statement
from liaisons.received.registering import register
from liaisons.texts.writing import begin
from tests.fixtures import NOW
from tests.liaisons.drafting.form import BASIC, fields, typed


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
