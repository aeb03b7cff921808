"""The Word file says what the letter says, in styles and fields that Word and LibreOffice go on working with."""

import hashlib
import re
import shutil
import subprocess
import zipfile
from collections import Counter
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph
from lxml import etree
from PIL import Image

from liaisons.documents.pdf import write_pdf
from liaisons.documents.word import write_word
from liaisons.documents.word_body import SPACE_ABOVE, SPACE_BELOW
from liaisons.documents.word_file import empty_file
from liaisons.letter import Annex, Sheet
from tests.liaisons.documents import samples
from tests.liaisons.documents.measure import pages, text, word, words

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


def numbers_and_texts(document: WordDocument) -> list[tuple[str, str]]:
    """Each paragraph on the page that has a number beside it, with that number."""
    told, number = [], ""
    for p in document.paragraphs:
        if p.style.name == "ParagraphNumberFrame":
            assert [run.style.name for run in p.runs] == ["ParagraphNumber"]
            number = p.text
        else:
            told += [(number, p.text)] if number else []
            number = ""
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
    headings = [p.text for p in draft.paragraphs if p.style.name == "Heading 1"]
    assert headings[:2] == ["1\tExecutive summary", "2\tOpening of the meeting"]
    assert next(p.text for p in draft.paragraphs if p.style.name == "Heading 2").startswith("7.1\tLS/i on streamlining")
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


def test_numbers_of_paragraphs_stand_in_frames_beside_them_and_move_nothing(draft):
    told = numbers_and_texts(draft)
    assert told[0] == ("1", draft_paragraph(draft, "The Joint Coordination").text)
    assert told[2] == ("3", draft_paragraph(draft, "A representative.").text)
    assert ("A1.2", "Table 1 – How to describe a document") in told
    assert ("A2.2", "1\tExecutive summary") in told
    assert ("A2.6", "Mr Hideki Yamamoto (OKI, Japan),") in told
    final = opened(samples.invitation())
    assert numbers_and_texts(final) == []
    assert [p.text for p in draft.paragraphs if p.style.name != "ParagraphNumberFrame"][1:] == [
        p.text for p in final.paragraphs
    ][1:]


def draft_paragraph(document: WordDocument, begin: str):
    return next(p for p in document.paragraphs if p.text.startswith(begin))


def test_number_stands_as_low_as_the_first_line_of_its_paragraph():
    """The space above is in the style of a paragraph, and has to be told to the frame beside it."""
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
    assert [row._tr.trPr for row in topics.rows][1:] == [None] * 18
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


@pytest.fixture(scope="module")
def through_libreoffice(tmp_path_factory) -> dict[str, bytes]:
    """Word files as LibreOffice prints them."""
    if not shutil.which("soffice"):
        pytest.skip("soffice is missing: apt-get install libreoffice-writer-nogui")
    folder: Path = tmp_path_factory.mktemp("word")
    sheets = {
        "ls1": samples.fg_mv_ls1(),
        "draft": samples.invitation(comments_until=DRAFT_UNTIL),
        "ar": samples.reply("ar"),
        "fr": samples.reply("fr"),
    }
    for name, sheet in sheets.items():
        (folder / f"{name}.docx").write_bytes(write_word(sheet))
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            *("--convert-to", "pdf", "--outdir", folder),
            *(folder / f"{name}.docx" for name in sheets),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    return {name: (folder / f"{name}.pdf").read_bytes() for name in sheets}


@pytest.mark.parametrize(("name", "count"), [("ls1", 2), ("draft", 4), ("ar", 1), ("fr", 1)])
def test_libreoffice_prints_as_many_pages_with_the_same_words_as_the_pdf(through_libreoffice, name, count):
    sheet = {"ls1": samples.fg_mv_ls1(), "draft": samples.invitation(comments_until=DRAFT_UNTIL)}.get(name)
    pdf = write_pdf(sheet or samples.reply(name)).content
    printed = through_libreoffice[name]
    assert (len(pages(pdf)), len(pages(printed))) == (count, count)
    if name != "ar":  # poppler puts the words of a mirrored line in another order for each
        assert spoken(printed) == spoken(pdf)


def spoken(pdf: bytes) -> Counter[str]:
    """The words whatever the breaks of their lines; names with hyphens or strokes are broken differently."""
    return Counter(re.sub(r"[\s_]+", "", text(pdf, "-raw")))


def test_libreoffice_places_the_page_as_the_pdf_does(through_libreoffice):
    printed, pdf = through_libreoffice["ls1"], write_pdf(samples.fg_mv_ls1()).content
    for label in ("WG(s):", "Title:", "ITU-R", "Contact:", "E-mail:", "Abstract:", "introduces", "Original:"):
        assert word(printed, label).left == pytest.approx(word(pdf, label).left, abs=0.5)
    # LibreOffice states other heights of its fonts: only their ratio can be compared.
    assert word(printed, "FG-MV-LS1").size / word(printed, "Title:").size == pytest.approx(16 / 12, abs=0.01)
    header = [found.text for found in words(printed) if found.page == 2][:4]
    assert header == ["-", "2", "-", "FG-MV-LS1"]
    assert word(printed, "FG-MV-LS1", page=2).size / word(printed, "N/A").size == pytest.approx(9 / 12, abs=0.01)
