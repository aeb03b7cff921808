"""The form that is handed in: filled with the text in force, or empty; and labels that nobody has reviewed yet."""

from dataclasses import replace
from html import unescape
from io import BytesIO

import pytest
from docx import Document
from lxml import html

from contacts.actor import Actor
from liaisons.documents import renderer
from liaisons.texts import writing
from tests.fixtures import AFTER

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.fixture(autouse=True, scope="module")
def _end_the_child():
    yield
    renderer.stop()


def cells(response) -> list[str]:
    rows = Document(BytesIO(response.content)).tables[0].rows
    return [cell.text for row in rows for cell in row.cells]


def words(response) -> str:
    return unescape(" ".join(html.fromstring(response.content.decode()).text_content().split()))


def test_those_who_write_get_the_text_in_the_form(client, draft, secretary):
    client.force_login(secretary)
    form = client.get(f"/statements/{draft.pk}/unformatted/")
    assert form["Content-Type"] == WORD
    assert form["Content-Disposition"] == f'attachment; filename="draft-{draft.pk}-1-unformatted.docx"'
    assert draft.title in cells(form)
    assert f"/statements/{draft.pk}/unformatted/" in client.get(draft.get_absolute_url()).content.decode()


def test_others_are_not_offered_it(client, sent, outsider, member):
    for account in (outsider, member):
        client.force_login(account)
        assert "unformatted" not in client.get(sent.get_absolute_url()).content.decode()
        assert client.get(f"/statements/{sent.pk}/unformatted/").status_code == 403


def test_an_empty_form_is_where_a_statement_is_begun(client, desk, secretary):
    client.force_login(secretary)
    address = "/statements/unformatted-form.docx"
    assert address in client.get("/statements/new/").content.decode()
    form = client.get(address)
    assert form["Content-Disposition"] == 'attachment; filename="unformatted-form.docx"'
    assert "Question(s):" in cells(form)


def test_why_there_is_no_form_is_said(client, draft, secretary, monkeypatch):
    def render(sheet, kind, *, timeout=20.0):
        raise renderer.RenderError("depth", "Too deep.")

    monkeypatch.setattr(renderer, "render", render)
    client.force_login(secretary)
    page = client.get(f"/statements/{draft.pk}/unformatted/")
    assert page.status_code == 409
    assert "Too deep." in words(page)
    assert "Too deep." in words(client.get("/statements/unformatted-form.docx", follow=True))


def test_labels_that_nobody_has_reviewed_are_said_beside_the_files(client, desk, letter, secretary, draft):
    sentence = "The printed labels in العربية have not been reviewed by the language service yet."
    arabic = writing.begin(desk, replace(letter, language="ar"), by=Actor.of(secretary), now=AFTER)
    client.force_login(secretary)
    assert sentence in words(client.get(arabic.get_absolute_url()))
    assert "have not been reviewed" not in words(client.get(draft.get_absolute_url()))
