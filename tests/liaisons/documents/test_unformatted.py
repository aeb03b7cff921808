"""The unformatted form: what a rapporteur fills in and hands to the secretariat."""

from dataclasses import replace
from io import BytesIO

import pytest
from docx import Document
from docx.document import Document as WordDocument
from docx.oxml.ns import qn

from liaisons.documents.labels import LABELS
from liaisons.documents.renderer import render, stop
from liaisons.documents.unformatted import write_unformatted
from liaisons.letter import Annex, Contact, Letter, Masthead, Sheet
from tests.liaisons.documents import samples


def opened(sheet: Sheet) -> WordDocument:
    return Document(BytesIO(write_unformatted(sheet)))


def rows(document: WordDocument) -> list[list[str]]:
    return [
        [
            "".join(
                {qn("w:tab"): "\t", qn("w:br"): "\n"}.get(sign.tag) or sign.text or ""
                for run in cell.iter(qn("w:r"))
                for sign in run
                if sign.tag != qn("w:rPr")
            )
            for cell in row._tr.tc_lst
        ]
        for row in document.tables[0].rows
    ]


@pytest.fixture(scope="module")
def empty() -> WordDocument:
    return opened(Sheet(Letter("", ""), Masthead("", "", "")))


def test_empty_form_has_the_rows_of_the_template_and_nothing_in_them(empty):
    assert rows(empty) == [
        ["Question(s):", "", "Meeting:", ""],
        ["Study Group:", "", "Working Party:", ""],
        ["Source:", ""],
        ["Title:", ""],
        ["LIAISON STATEMENT"],
        ["For action to:", ""],
        ["For comment to:", ""],
        ["For information to:", ""],
        ["Approval:", ""],
        ["Deadline:", ""],
        ["Contact:", "", "Tel:\t\nE-mail:\t"],
        ["Contact:", "", "Tel:\t\nE-mail:\t"],
    ]
    (abstract,) = empty.tables[1].rows
    assert [cell.text for cell in abstract.cells] == ["Abstract:", ""]
    assert [p.style.name for p in empty.paragraphs if not p.text][-1] == "Normal"
    assert empty.core_properties.title == "LIAISON STATEMENT"


def test_form_has_the_measures_of_the_template(empty):
    table = empty.tables[0]
    assert [int(column.get(qn("w:w"))) for column in table._tbl.tblGrid] == [1544, 661, 1818, 1433, 330, 3853]
    for row in table.rows:
        assert row._tr.trPr.find(qn("w:cantSplit")) is not None
        height = row._tr.trPr.find(qn("w:trHeight"))
        assert (height.get(qn("w:val")), height.get(qn("w:hRule"))) == ("357", "atLeast")
        spans = [cell.grid_span for cell in row._tr.tc_lst]
        assert sum(spans) == 6


def test_letter_fills_the_form_as_far_as_it_goes():
    sheet = samples.reply("fr")
    letter = replace(sheet.letter, annexes=(Annex("Détails", "<p>Voir.</p>"),))
    document = opened(replace(sheet, letter=letter))
    assert rows(document) == [
        ["Question(s):", "Q9/21", "Réunion:", "Geneva, 6–17.10.2025"],
        ["Commission d'études:", "21", "Groupe de travail:", ""],
        ["Source:", "ITU-T SG21"],
        ["Titre:", "Représentant de la CE 21 auprès de la JCA-MV (réponse à JCA-MV-LS1)"],
        ["NOTE DE LIAISON"],
        ["Pour suite à donner:", "JCA-MV"],
        ["Pour information:", "ITU-T SG20"],
        ["Approbation:", ""],
        ["Échéance:", "1 mars 2026"],
        ["Contact:", "Yining Zhao\nTSB", "Tél.:\t+41 22 730 0000\nCourriel:\tsg21@example.org"],
    ]
    told = [p.text for p in document.paragraphs if p.text]
    assert told[0].startswith("La commission d'études remercie")
    assert "Annexe 1: Détails" in told


def test_each_contact_has_a_row():
    sheet = samples.fg_mv_ls1()
    three = (*sheet.letter.contacts, Contact("A third"))
    document = opened(replace(sheet, letter=replace(sheet.letter, contacts=three)))
    assert [row[1].split("\n")[0] for row in rows(document) if row[0] == "Contact:"] == [
        "Shin-Gak Kang",
        "Hideo Imanaka",
        "A third",
    ]
    assert [row for row in rows(document) if "Study Group:" in row] == [["Study Group:", "FG-MV", "Working Party:", ""]]


@pytest.mark.parametrize("language", LABELS)
def test_form_speaks_the_language_of_its_letter(language):
    labels = LABELS[language]
    document = opened(Sheet(Letter("", "", language=language), Masthead("", "", "")))
    assert [row[0] for row in rows(document)][:2] == [labels.questions, labels.study_group]
    assert rows(document)[0][2] == labels.meeting
    mirrored = document.tables[0]._tbl.tblPr.find(qn("w:bidiVisual")) is not None
    assert mirrored == (language == "ar")


def test_renderer_makes_the_form():
    sheet = samples.reply("fr")
    try:
        assert render(sheet, "unformatted").content == write_unformatted(sheet)
    finally:
        stop()
