"""The table of comments and dispositions: sorted, filtered, as Word and as a sheet."""

import io
import zipfile
from xml.etree import ElementTree as ET

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from docx import Document
from pytest_django.asserts import assertContains, assertNotContains

from contacts.actor import Actor
from liaisons import comments, links
from liaisons.documents import renderer
from liaisons.documents.tables import Column, Table, write_sheet
from liaisons.models import Blob, Circulation, Link
from liaisons.overviews import remarks
from tests.fixtures import AFTER, NOW

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture
def circulation(circulated, member, rapporteur, secretary) -> Circulation:
    """Four comments: on the whole text, on paragraph 1 with an answer, support, and one that was taken back."""
    row = circulated.circulation
    blob = Blob.objects.keep(b"%PDF-1.7", "application/pdf")
    by = Actor.of(rapporteur)
    comments.comment(row, by=by, kind="technical", text='=HYPERLINK("http://evil")', now=NOW, files=[(blob, "why.pdf")])
    on_one = comments.comment(
        row, by=Actor.of(member), kind="editorial", clause="1", quoted="its work", text="Comma.\nAnd a stop.",
        proposed="its work,", now=NOW,
    )  # fmt: skip
    comments.dispose(on_one, "accepted", seen="", text="Done.", by=Actor.of(secretary), now=NOW)
    comments.comment(row, by=Actor.of(member), kind="support", clause="the title", now=NOW)
    again = comments.comment(row, by=by, kind="question", text="What?", now=AFTER)
    comments.withdraw(again, by=by, now=AFTER)
    return row


@pytest.fixture
def page(client, circulation, member):
    client.force_login(member)

    def opened(name="circulation-table", **query):
        return client.get(reverse(name, args=[circulation.pk]), query)

    return opened


def numbers(response):
    return [line.number for line in response.context["lines"]]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({}, [2, 3, 1, 4]),
        ({"sort": "author"}, [2, 3, 1, 4]),
        ({"sort": "time"}, [1, 2, 3, 4]),
        ({"kind": "technical"}, [1]),
        ({"fate": "open"}, [1]),
        ({"fate": "accepted"}, [2]),
        ({"fate": "withdrawn"}, [4]),
        ({"fate": "rejected"}, []),
        ({"kind": "nonsense", "sort": "up"}, [2, 3, 1, 4]),
    ],
)
def test_it_is_sorted_and_filtered(page, query, shown):
    assert numbers(page(**query)) == shown


def test_by_author_names_are_in_order(page, circulation):
    names = [line.comment.name for line in page(sort="author").context["lines"]]
    assert names == ["Mel Member", "Mel Member", "Ray Rapporteur", "Ray Rapporteur"]


def test_the_page_says_who_was_asked_and_leads_to_the_files(page, circulation):
    shown = page(kind="editorial")
    assertContains(shown, "Asked was the list, from 13 October 2025 to 27 October 2025.")
    assertContains(shown, f"{reverse('circulation-table-sheet', args=[circulation.pk])}?kind=editorial")
    assertContains(page(), "late")


def test_it_asks_the_database_as_often_for_one_comment_as_for_four(page):
    def queries(**query) -> int:
        with CaptureQueriesContext(connection) as asked:
            page(**query)
        return len(asked)

    assert queries(kind="technical") == queries()


def test_word_has_it_on_its_side_with_every_line(page):
    response = page("circulation-table-word")
    assert response["Content-Disposition"] == 'attachment; filename="JCA-MV-Doc-001-comments.docx"'
    document = Document(io.BytesIO(response.content))
    section = document.sections[0]
    assert section.page_width > section.page_height
    [table] = document.tables
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert rows[0] == [
        "No.", "From", "Paragraph", "Kind", "Comment", "Proposed text", "Disposition", "Reason",
    ]  # fmt: skip
    assert rows[1] == [
        "2", "Mel Member\n13 Oct 2025, 10:00", "1", "editorial comment", "“its work”\nComma.\nAnd a stop.",
        "its work,", "accepted\nSam Secretary", "Done.",
    ]  # fmt: skip
    assert rows[3][4] == '=HYPERLINK("http://evil")\nFiles: why.pdf'
    assert rows[4][1].endswith("late")
    assert document.paragraphs[0].text == "Comments on JCA-MV-Doc-001 and what was done about them"


def test_a_word_file_that_cannot_be_made_is_told_on_the_page(page, monkeypatch):
    def fails(*_job, **_limits):
        raise renderer.Failed("time")

    monkeypatch.setattr(renderer, "ask", fails)
    assert page("circulation-table-word").status_code == 302


def cells(content):
    """Every cell of the first sheet: (kind, formula or None, text)."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        shared = ET.fromstring(archive.read("xl/sharedStrings.xml"))
        texts = ["".join(item.itertext()) for item in shared.iter(f"{MAIN}si")]
        sheet = ET.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    for cell in sheet.iter(f"{MAIN}c"):
        value = cell.find(f"{MAIN}v")
        text = "" if value is None else texts[int(value.text)] if cell.get("t") == "s" else value.text
        yield cell.get("t"), cell.find(f"{MAIN}f"), text


def test_the_sheet_holds_text_and_no_formula(page):
    response = page("circulation-table-sheet", sort="time")
    assert response["Content-Disposition"] == 'attachment; filename="JCA-MV-Doc-001-comments.xlsx"'
    found = list(cells(response.content))
    assert {(kind, formula) for kind, formula, text in found if text} == {("s", None)}
    texts = [text for _kind, _formula, text in found]
    assert '=HYPERLINK("http://evil")\nFiles: why.pdf' in texts
    assert "Asked was the list, from 13 October 2025 to 27 October 2025. " in " ".join(texts)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "https://example.org", "17"])
def test_whatever_a_cell_begins_with_it_is_text(text):
    content = write_sheet(Table("T", "N", "A", (), (Column("Head", 1000),), ((text,),)))
    assert list(cells(content))[-1] == ("s", None, text)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert 'quotePrefix="1"' in archive.read("xl/styles.xml").decode()


def test_control_characters_and_endless_cells_do_not_break_the_files():
    table = Table("T\x0b", "N", "A", (), (Column("Head", 1000),), (("x" * 40_000 + "\x00\ue000",),))
    assert len(list(cells(write_sheet(table)))[-1][2]) == 32_767


def test_people_of_other_desks_see_none_of_it(client, circulation, other_secretary):
    client.force_login(other_secretary)
    for name in ("circulation-table", "circulation-table-word", "circulation-table-sheet"):
        assert client.get(reverse(name, args=[circulation.pk])).status_code == 404


@pytest.fixture
def by_link(client, circulation):
    """As whoever is on the list and has no account."""
    token = links.token(Link.objects.get(purpose="comment").pk)

    def opened(name="link-table", **query):
        return client.get(reverse(name, args=[token]), query)

    return opened


def test_whoever_has_the_link_of_the_list_reads_the_table(client, by_link, page):
    shown = by_link(kind="editorial")
    assert numbers(shown) == [2]
    assertContains(shown, f"{shown.wsgi_request.path}word/?kind=editorial")
    assertContains(shown, "its work,")
    assertNotContains(shown, "@example.org")
    assertNotContains(shown, "/circulations/")
    assert "no-store" in shown["Cache-Control"]
    assert list(cells(by_link("link-table-sheet").content)) == list(cells(page("circulation-table-sheet").content))


def test_the_word_file_is_made_once_however_often_it_is_asked_for(by_link, monkeypatch):
    cache.clear()
    asked = []

    def made(job, _content, **_limits):
        asked.append(job)
        return {}, b"PK"

    monkeypatch.setattr(renderer, "ask", made)
    assert [by_link("link-table-word").content for _time in range(3)] == [b"PK"] * 3
    assert asked == [{"kind": "table"}]
    assert by_link("link-table-word", kind="support").content == b"PK"
    assert len(asked) == 2


def test_the_table_is_read_from_the_page_with_the_text(client, circulation, chair, by_link):
    token = links.token(Link.objects.get(purpose="comment").pk)
    assertContains(client.get(reverse("link", args=[token])), reverse("link-table", args=[token]))
    asks = links.issue("approve", statement=circulation.statement, person=chair.person, now=NOW)
    token = links.token(asks.pk)
    assertContains(client.get(reverse("link", args=[token])), reverse("link-table", args=[token]))
    assert numbers(client.get(reverse("link-table", args=[token]))) == [2, 3, 1, 4]
    Circulation.objects.update(ended_at=AFTER)
    Link.objects.update(revoked_at=AFTER)
    assert by_link().status_code == 410


def test_times_are_those_of_the_window(circulation):
    with timezone.override("Pacific/Auckland"):
        rows = remarks.table(circulation, remarks.lines(circulation, [], sort="time")).rows
    assert rows[0][1] == "Ray Rapporteur\n13 Oct 2025, 10:00"
