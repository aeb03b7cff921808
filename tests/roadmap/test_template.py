"""The template for input to the roadmap: anybody gets it, Word and LibreOffice open it, and it can be read again."""

from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import translation
from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from pytest_django.asserts import assertContains, assertNotContains

from liaisons import links
from liaisons.models import Link
from roadmap.models import Category, Entry
from roadmap.template import CAPTION, CATEGORIES, COLUMNS, EXAMPLES, EXAMPLES_CAPTION, STATUSES, write_template
from tests.fixtures import AFTER, NOW
from tests.pages import page


def opened(content: bytes) -> WordDocument:
    return Document(BytesIO(content))


def tables(document: WordDocument) -> dict[str, list[list[str]]]:
    """The rows of each table by its caption; of each cell all words, those of its choices too."""
    return {
        table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")): [
            ["".join(t.text or "" for t in cell.iter(qn("w:t"))).strip() for cell in row._tr.tc_lst]
            for row in table.rows
        ]
        for table in document.tables
    }


@pytest.fixture
def document() -> WordDocument:
    return opened(write_template(desk="JCA-MV"))


def test_table_to_fill_is_empty_and_examples_stand_apart(document):
    found = tables(document)
    assert list(found) == [EXAMPLES_CAPTION, CAPTION]
    assert found[EXAMPLES_CAPTION] == [list(COLUMNS), *map(list, EXAMPLES)]
    head, *rows = found[CAPTION]
    assert head == list(COLUMNS)
    assert rows == [[""] * 7] * 16
    examples, _input = document.tables
    assert {p.style.name for cell in examples.rows[1].cells for p in cell.paragraphs} == {"Table_example"}


def test_page_lies_on_its_side_and_heads_are_repeated(document):
    section = document.sections[0]
    assert section.orientation == WD_ORIENT.LANDSCAPE
    assert (section.page_width.twips, section.page_height.twips) == (16840, 11907)
    for table in document.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        width = sum(int(column.get(qn("w:w"))) for column in table._tbl.tblGrid)
        assert width == 16840 - 2 * 1134


def test_status_and_category_are_picked_from_lists_and_others_are_typed(document):
    choices = list(document.element.body.iter(qn("w:sdt")))
    assert len({one.find(f"{qn('w:sdtPr')}/{qn('w:id')}").get(qn("w:val")) for one in choices}) == len(choices) == 32
    offered = {
        one.find(f"{qn('w:sdtPr')}/{qn('w:tag')}").get(qn("w:val")): tuple(
            item.get(qn("w:value")) for item in one.iter(qn("w:listItem"))
        )
        for one in choices
    }
    assert offered == {"status": STATUSES, "category": CATEGORIES}
    row = document.tables[1].rows[1]._tr
    assert [cell.find(f".//{qn('w:sdt')}") is not None for cell in row.tc_lst] == [*[False] * 4, True, True, False]


def test_categories_are_listed_above(document):
    assert [p.text for p in document.paragraphs if p.style.name == "enumlev1"] == list(CATEGORIES)


def test_mirrored_for_those_who_read_from_right_to_left():
    with translation.override("ar"):
        mirrored = opened(write_template())
    assert all(table._tbl.tblPr.find(qn("w:bidiVisual")) is not None for table in mirrored.tables)
    assert tables(mirrored)[CAPTION][0] == list(COLUMNS)


@pytest.fixture
def categories(desk):
    for position, name in enumerate(("Haptics", "Other & more")):
        Category.objects.create(desk=desk, name=name, position=position)


class TestPage:
    def test_it_has_the_categories_and_examples_of_the_desk_that_asks(self, client, desk, categories):
        Entry.objects.create(
            desk=desk, organization_text="IEEE", reference="P7016", title="Ethics", example=True, updated_at=NOW
        )
        response = client.get(reverse("roadmap-template"), {"desk": desk.slug})
        assert response["Content-Disposition"] == f'attachment; filename="{desk.slug}-roadmap-template.docx"'
        document = opened(response.content)
        assert document.core_properties.title == f"Input to the roadmap of {desk}"
        assert [p.text for p in document.paragraphs if p.style.name == "enumlev1"] == ["Haptics", "Other & more"]
        assert tables(document)[EXAMPLES_CAPTION][1:] == [["IEEE", "P7016", "", "Ethics", "", "", ""]]

    def test_without_a_desk_it_is_that_of_nobody(self, client, desk, categories):
        document = opened(client.get(reverse("roadmap-template")).content)
        assert [p.text for p in document.paragraphs if p.style.name == "enumlev1"] == list(CATEGORIES)
        assert document.core_properties.title == "Input to the roadmap"

    def test_at_a_desk_it_is_that_of_the_desk(self, client, secretary, categories):
        client.force_login(secretary)
        document = opened(client.get(reverse("roadmap-template")).content)
        assert [p.text for p in document.paragraphs if p.style.name == "enumlev1"] == ["Haptics", "Other & more"]

    @pytest.mark.parametrize("slug", ["nowhere", "nul\0"])
    def test_desk_that_is_not_there(self, client, desk, slug):
        assert client.get(reverse("roadmap-template"), {"desk": slug}).status_code == 404

    def test_page_of_entries_leads_to_it(self, client, desk, secretary):
        found = page(client, secretary, reverse("roadmap"))
        assertContains(found, f'href="{reverse("roadmap-template")}?desk={desk.slug}"')

    def test_body_that_is_asked_for_input_finds_it_where_it_answers(self, client, desk, sent, time_machine):
        time_machine.move_to(AFTER, tick=False)
        asked, told = (
            Link.objects.get(purpose="answer", addressee__text=name) for name in ("ITU-T SG21", "ITU-T TSAG")
        )
        found = client.get(reverse("link", args=[links.token(asked.pk)]))
        assertContains(found, f'href="{reverse("roadmap-template")}?desk={desk.slug}"', count=1)
        assertNotContains(client.get(reverse("link", args=[links.token(told.pk)])), reverse("roadmap-template"))
