"""The Word file says what the letter says, in styles and fields that Word and LibreOffice go on working with."""

import hashlib
import zipfile
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph
from lxml import etree
from PIL import Image

from liaisons.documents.page import Page
from liaisons.documents.word import write_word
from liaisons.documents.word_body import SPACE_ABOVE, SPACE_BELOW
from liaisons.documents.word_file import empty_file
from liaisons.letter import Annex, Sheet
from tests.liaisons.documents import samples

DRAFT_UNTIL = date(2025, 12, 4)


def opened(sheet: Sheet) -> WordDocument:
    return Document(BytesIO(write_word(sheet)))


@pytest.fixture(scope="module")
def ls1() -> WordDocument:
    return opened(samples.fg_mv_ls1())


@pytest.fixture(scope="module")
def draft() -> WordDocument:
    return opened(samples.invitation(comments_until=DRAFT_UNTIL))


def with_body(body: str) -> WordDocument:
    sheet = samples.fg_mv_ls1()
    return opened(replace(sheet, letter=replace(sheet.letter, body=body)))


def with_annex(annex: Annex, **masthead: object) -> WordDocument:
    sheet = samples.fg_mv_ls1()
    letter = replace(sheet.letter, body="<p>See below.</p>", annexes=(annex,))
    return opened(replace(sheet, letter=letter, masthead=replace(sheet.masthead, **masthead)))


def picture(width: int, height: int, form: str = "PNG", **options: object) -> bytes:
    file = BytesIO()
    Image.new("RGB", (width, height), "navy").save(file, form, **options)
    return file.getvalue()


def with_figure(content: bytes, figure: str) -> WordDocument:
    """`figure` is HTML in which {src} stands for the address of the picture."""
    sheet = samples.fg_mv_ls1()
    sha256 = hashlib.sha256(content).hexdigest()
    body = "<p>Before</p>" + figure.format(src=f"/pictures/{sha256}") + "<p>After</p>"
    return opened(replace(sheet, letter=replace(sheet.letter, body=body), pictures={sha256: content}))


def words_of(p: Paragraph) -> str:
    """The words of a paragraph without the number that it has in copies for comment."""
    return p.text.removeprefix(number_of(p))


def number_of(p: Paragraph) -> str:
    return "".join(run.text for run in p.runs if run.style.name == "ParagraphNumber")


def numbers_and_texts(document: WordDocument) -> list[tuple[str, str]]:
    """Each paragraph on the page that has a number beside it, with that number."""
    told, beside = [], ""
    for p in document.paragraphs:
        if p.style.name == "ParagraphNumberFrame":
            assert words_of(p) == ""
            beside = p.text
        else:
            number = beside or number_of(p).strip("\t")
            told += [(number, words_of(p))] if number else []
            beside = ""
    return told


def cell_texts(table) -> list[list[str]]:
    return [
        [
            "\n".join("".join(t.text or "" for t in p.iter(qn("w:t"))) for p in tc.iter(qn("w:p")))
            for tc in row._tr.tc_lst
        ]
        for row in table.rows
    ]


def test_page_is_that_of_the_template(ls1):
    section = ls1.sections[0]
    assert (section.page_width.twips, section.page_height.twips) == (11907, 16840)
    margins = {section.left_margin, section.right_margin, section.top_margin, section.bottom_margin}
    assert [round(margin / Mm(1), 1) for margin in margins] == [20.0]
    assert section.header_distance.twips == 425


def test_rows_are_those_of_the_template_in_its_styles(ls1):
    header = ls1.tables[0]
    rows = cell_texts(header)
    assert rows[0] == [
        "",
        "INTERNATIONAL TELECOMMUNICATION UNION\nTELECOMMUNICATION\nSTANDARDIZATION SECTOR\nSTUDY PERIOD 2022-2024",
        "FG-MV-LS1\nFocus Group on metaverse\nOriginal: English",
    ]
    assert rows[1:6] == [
        ["WG(s):", "N/A", "Riyadh, 8–9 March 2023"],
        ["Ref.:", "FG-MV-O-001"],
        ["Source:", "FG-MV"],
        ["Title:", "LS on requesting collaboration on metaverse standardization work"],
        ["LIAISON STATEMENT"],
    ]
    assert rows[6] == ["For action to:", ", ".join(samples.FOR_ACTION)]
    assert rows[7] == ["For information to:", ", ".join(samples.FOR_INFORMATION)]
    assert rows[8:10] == [
        ["Approval:", "ITU-T FG-MV meeting (Riyadh, 09 March 2023)"],
        ["Deadline:", "30 June 2023"],
    ]
    assert rows[10:] == [
        ["Contact:", "Shin-Gak KangETRIRep. of Korea", "E-mail:chair@fg-mv.example.org"],
        ["Contact:", "Hideo ImanakaNICTJapan", "E-mail:vice-chair@fg-mv.example.org"],
    ]
    styles = [
        [p.style.name for p in cell.paragraphs] for cell in (header.cell(6, 3), header.cell(7, 3), header.cell(9, 3))
    ]
    assert styles == [["LSForAction"], ["LSForInfo"], ["LSDeadline"]]
    assert cell_texts(ls1.tables[1])[0][0] == "Abstract:"


def test_styles_have_the_sizes_of_the_template(ls1):
    sizes = {
        "Normal": None,
        "Docnumber": 16,
        "TSBHeaderRight14": 14,
        "TSBHeaderUnion": 8,
        "TSBHeaderSector": 13,
        "TSBHeaderPeriod": 10,
        "Table_text": 11,
        "Annex_No & title": 14,
    }
    assert {name: ls1.styles[name].font.size and ls1.styles[name].font.size.pt for name in sizes} == sizes
    defaults = ls1.styles.element.find(f".//{qn('w:rPrDefault')}//{qn('w:sz')}")
    assert defaults.get(qn("w:val")) == "24"
    assert ls1.styles["Normal"].paragraph_format.space_before == Pt(6)
    assert ls1.styles["Heading 1"].paragraph_format.left_indent.twips == 794


def test_header_begins_on_page_2_with_a_field_for_its_number(ls1, draft):
    section = ls1.sections[0]
    assert section.different_first_page_header_footer
    assert section.first_page_header.paragraphs[0].text == ""
    xml = section.header._element.xml
    assert " PAGE " in xml
    assert "FG-MV-LS1" in section.header.paragraphs[0].text
    assert draft.sections[0].first_page_header.paragraphs[0].text == "DRAFT – for comment until 4 December 2025"
    assert "DRAFT – for comment until 4 December 2025" in draft.sections[0].header.paragraphs[0].text


def test_body_has_real_headings_lists_and_links(draft):
    headings = [words_of(p) for p in draft.paragraphs if p.style.name == "Heading 1"]
    assert headings[:2] == ["1\tExecutive summary", "2\tOpening of the meeting"]
    second = next(words_of(p) for p in draft.paragraphs if p.style.name == "Heading 2")
    assert second.startswith("7.1\tLS/i on streamlining")
    annexes = [p for p in draft.paragraphs if p.style.name == "Annex_No & title"]
    assert [p.text for p in annexes] == [
        "Annex 1: Template for inputs to the Metaverse Standardization Roadmap",
        "Annex 2: Report of the first meeting of the JCA-MV (JCA-MV-Doc-022)",
    ]
    assert draft.styles["Annex_No & title"].paragraph_format.page_break_before
    nested = [p.text for p in draft.paragraphs if p.style.name == "enumlev2"]
    assert nested[0] == "Mr Hideki Yamamoto (OKI, Japan),"
    links = {rel.target_ref for rel in draft.part.rels.values() if rel.is_external}
    assert "http://itu.int/en/ITU-T/jca/mv" in links
    assert "mailto:secretariat@jca-mv.example.org" in links
    bold = [run.text for p in draft.paragraphs for run in p.runs if run.bold]
    assert "A representative." in bold


def test_numbers_of_paragraphs_are_those_of_the_page_and_change_nothing_else(draft):
    told = numbers_and_texts(draft)
    page = Page(samples.invitation(comments_until=DRAFT_UNTIL))
    marks = [mark.text for section in (page.body, *page.annexes) for mark in section.body.find_class("paragraph")]
    assert [number for number, _words in told] == marks
    begun = [(number, words) for number, words in told if number in ("1", "3", "A1.2", "A2.2", "A2.6")]
    assert [(number, words.split()[0]) for number, words in begun] == [
        ("1", "The"),
        ("3", "A"),
        ("A1.2", "Table"),
        ("A2.2", "1"),
        ("A2.6", "Mr"),
    ]
    final = opened(samples.invitation())
    assert numbers_and_texts(final) == []
    without = [words_of(p) for p in draft.paragraphs if p.style.name != "ParagraphNumberFrame"]
    assert without == [p.text for p in final.paragraphs]


def test_number_in_the_margin_leaves_a_paragraph_and_the_number_of_its_heading_where_they_are(draft):
    heading = next(p for p in draft.paragraphs if p.text == "\tA2.2\t1\tExecutive summary")
    assert heading.runs[0].bold is False
    indents = heading.paragraph_format
    assert (indents.left_indent.twips, indents.first_line_indent.twips) == (794, -794 - 850)
    stops = [(stop.alignment, stop.position.twips) for stop in indents.tab_stops]
    assert stops == [(WD_TAB_ALIGNMENT.RIGHT, -170), (WD_TAB_ALIGNMENT.LEFT, 0)]
    assert [stop.position.twips for stop in heading.style.paragraph_format.tab_stops] == [794]


def test_number_in_a_frame_stands_as_low_as_the_first_line_beside_it():
    """The space above is in the style of a paragraph, and has to be told to the frame."""
    styles = {style.style_id: style for style in empty_file().styles}
    above = {}
    for name in SPACE_ABOVE:
        style = styles[name]
        while style.paragraph_format.space_before is None:
            style = style.base_style
        above[name] = style.paragraph_format.space_before.twips
    assert above == SPACE_ABOVE
    assert {name: styles[name].paragraph_format.space_after.twips for name in SPACE_BELOW} == SPACE_BELOW


def test_annex_that_is_a_document_shows_its_abstract_and_its_own_numbering():
    body = "<h2>1 Scope</h2><p>a</p><h3>1.1 Terms</h3><h2>7 Incoming</h2>"
    document = with_annex(Annex("Report", body, "JCA-MV-Doc-022", "What the meeting did.\nAnd who was there."))
    assert cell_texts(document.tables[2]) == [["Abstract:", "What the meeting did.\nAnd who was there."]]
    title = document.tables[2]._tbl.getprevious()
    assert "".join(t.text for t in title.iter(qn("w:t"))) == "Annex 1: Report (JCA-MV-Doc-022)"
    headings = [p.text for p in document.paragraphs if p.style.name.startswith("Heading")]
    assert headings == ["1\tScope", "1.1\tTerms", "7\tIncoming"]
    assert document.paragraphs[-1].text == "_" * 23


@pytest.mark.parametrize(
    ("size", "shown"),
    [((200, 100), (1905000, 952500)), ((3000, 1000), (6121400, 2040467)), ((1000, 3000), (2400000, 7200000))],
    ids=["small", "wide", "high"],
)
def test_figure_stands_in_the_middle_above_its_caption_as_large_as_the_page_lets_it(size, shown):
    document = with_figure(
        picture(*size), '<figure><img src="{src}" alt="A & “B”"><figcaption>Figure 1 – Map</figcaption></figure>'
    )
    _emblem, shape = document.inline_shapes
    assert (shape.width, shape.height) == shown
    assert shape._inline.docPr.get("descr") == "A & “B”"
    figure = next(p for p in document.paragraphs if p.style.name == "Figure")
    caption = Paragraph(figure._p.getnext(), document)
    assert (caption.style.name, caption.text) == ("Figure_title", "Figure 1 – Map")
    assert figure.style.paragraph_format.keep_with_next
    assert figure.style.paragraph_format.alignment == WD_ALIGN_PARAGRAPH.CENTER


def test_figure_and_table_in_a_list_stand_in_its_indent_and_a_figure_in_a_cell_fits_it():
    shown = '<figure><img src="{src}" alt="a"></figure>'
    cells = f"<table><tr><td>some words{shown}</td><td>other words</td></tr></table>"
    document = with_figure(picture(3000, 100), f"<ul><li>a{shown}<table><tr><td>b</td></tr></table></li></ul>{cells}")
    _emblem, listed, celled = document.inline_shapes
    assert listed.width == (9640 - 794) * 635
    figure = next(p for p in document.paragraphs if p.style.name == "Figure")
    assert figure.paragraph_format.left_indent.twips == 794
    inner, outer = document.tables[-2:]
    assert inner._tbl.tblPr.find(qn("w:tblInd")).get(qn("w:w")) == "794"
    assert sum(int(column.get(qn("w:w"))) for column in inner._tbl.tblGrid) == 9640 - 794
    width = int(outer._tbl.tblGrid[0].get(qn("w:w")))
    assert celled.width == (width - 114) * 635


def test_picture_is_stored_once_however_often_it_is_shown():
    content = picture(20, 20, "JPEG")
    document = with_figure(content, '<figure><img src="{src}" alt="a"></figure>' * 2)
    assert len(document.inline_shapes) == 3
    ids = [shape._inline.docPr.id for shape in document.inline_shapes]
    assert len(set(ids)) == 3
    assert [part.blob for part in document.part.package.parts if part.partname.ext == "jpg"] == [content]


def test_document_number_in_the_header_is_a_field_with_its_property_behind_it(ls1):
    codes = [code.text for code in ls1.sections[0].header._element.iter(qn("w:instrText"))]
    assert codes == [" PAGE ", " DOCPROPERTY ShortName "]
    assert ls1.sections[0].header.paragraphs[0].text == "- 2 -\nFG-MV-LS1"
    archive = zipfile.ZipFile(BytesIO(write_word(samples.fg_mv_ls1())))
    custom = etree.fromstring(archive.read("docProps/custom.xml"))
    assert {kept.get("name"): kept[0].text for kept in custom} == {
        "ShortName": "FG-MV-LS1",
        "Group": "Focus Group on metaverse",
        "SHA256": samples.fg_mv_ls1().letter.sha256(),
    }


def test_each_numbered_list_begins_anew_and_where_its_author_said():
    document = with_body("<ol><li>a</li><li>b</li></ol><p>then</p><ol start='4'><li>c<ol><li>d</li></ol></li></ol>")
    items = {p.text: p._p.pPr.numPr for p in document.paragraphs if p.style.name.startswith("enumlev")}
    lists = {name: items[name].numId.val for name in "abcd"}
    assert lists["a"] == lists["b"]
    assert len({lists["a"], lists["c"], lists["d"]}) == 3
    assert items["d"].ilvl.val == 1
    starts = {
        num.get(qn("w:numId")): num.find(f"{qn('w:lvlOverride')}/{qn('w:startOverride')}").get(qn("w:val"))
        for num in document.part.numbering_part.element.iter(qn("w:num"))
        if num.find(qn("w:lvlOverride")) is not None
    }
    assert (starts[str(lists["a"])], starts[str(lists["c"])], starts[str(lists["d"])]) == ("1", "4", "1")


def test_tables_keep_heads_spans_widths_and_captions(ls1, draft):
    topics = ls1.tables[2]
    first = topics.rows[0]._tr
    assert first.trPr.find(qn("w:tblHeader")) is not None
    assert [row._tr.trPr.find(qn("w:tblHeader")) for row in topics.rows][1:] == [None] * 18
    assert [paragraph.style.name for paragraph in topics.cell(0, 0).paragraphs] == ["Table_head"]
    assert topics.cell(1, 0)._tc is topics.cell(3, 0)._tc  # "General" over three rows
    assert sum(int(column.get(qn("w:w"))) for column in topics._tbl.tblGrid) == pytest.approx(9640, abs=5)
    captions = [p.text for p in ls1.paragraphs if p.style.name == "Table_title"]
    assert captions == ["Table – Possible relationship between FG-MV topics and other SDOs"]
    roadmap = draft.tables[2]
    assert [cell.text for cell in roadmap.rows[0].cells] == list(samples.ROADMAP_COLUMNS)
    assert [cell.text for cell in roadmap.rows[7].cells] == [""] * 7


def test_table_in_a_cell_and_cells_left_out_make_a_file_that_opens():
    inner = "<table><tr><td>inner</td></tr></table>"
    document = with_body(f"<table><tr><td>a</td><td>{inner}</td></tr><tr><td>short</td></tr></table>")
    table = document.tables[2]
    assert table.cell(0, 1).tables[0].cell(0, 0).text == "inner"
    assert table.cell(0, 1)._tc[-1].tag == qn("w:p")
    outer, nested = table._tbl.tblGrid, table.cell(0, 1).tables[0]._tbl.tblGrid
    assert int(nested[0].get(qn("w:w"))) == int(outer[1].get(qn("w:w"))) - 114
    assert len(table.rows[1]._tr.tc_lst) == 2


def test_same_sheet_gives_the_same_bytes():
    assert write_word(samples.fg_mv_ls1()) == write_word(samples.fg_mv_ls1())


def test_properties_name_the_letter_and_nobody_else(ls1):
    properties = ls1.core_properties
    assert properties.title == "LS on requesting collaboration on metaverse standardization work"
    assert properties.author == properties.last_modified_by == "Focus Group on metaverse"
    assert properties.subject == "LIAISON STATEMENT FG-MV-LS1"
    assert properties.created.date() == date(2023, 3, 9)
    names = zipfile.ZipFile(BytesIO(write_word(samples.fg_mv_ls1()))).namelist()
    assert not [name for name in names if "thumbnail" in name or "WithEffects" in name]


def test_characters_that_xml_cannot_hold_are_left_out():
    sheet = samples.fg_mv_ls1()
    letter = replace(sheet.letter, title="A\x0btitle", body="<p>B\x00ody\x1f</p>", source="\ufffe")
    document = opened(replace(sheet, letter=letter))
    assert "Atitle" in document.tables[0].cell(4, 3).text
    assert "Body" in [p.text for p in document.paragraphs]


def test_place_of_the_logo_is_never_empty():
    document = opened(samples.fg_mv_ls1())
    (shape,) = document.inline_shapes
    assert (shape.width, shape.height) == (pytest.approx(647700, rel=0.01), pytest.approx(704850, rel=0.01))
    assert shape._inline.docPr.get("descr") == "Emblem of the organization"


def test_arabic_paragraphs_tables_and_runs_go_from_right_to_left():
    document = opened(samples.reply("ar"))
    assert all(p._p.pPr.find(qn("w:bidi")) is not None for p in document.paragraphs)
    assert document.tables[0]._tbl.tblPr.find(qn("w:bidiVisual")) is not None
    title = document.tables[0].cell(3, 3).paragraphs[0]
    assert [(run.text, run._r.rPr is not None and run._r.rPr.find(qn("w:rtl")) is not None) for run in title.runs] == [
        ("ممثل لجنة الدراسات 21 لدى", True),
        (" JCA-MV (", False),
        ("رد على", True),
        (" JCA-MV-LS1)", False),
    ]
