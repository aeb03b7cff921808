"""What a program can check of a tagged PDF. It is no validation: only people, or veraPDF, could speak of one."""

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from io import BytesIO
from itertools import pairwise

import pikepdf
import pytest

from liaisons.documents.pdf import write_pdf
from liaisons.letter import Annex
from tests.liaisons.documents import samples

PAINTS = {"Tj", "TJ", "'", '"', "f", "F", "f*", "S", "s", "B", "B*", "b", "b*", "sh", "Do"}
ALLOWED = {
    "/Table": {"/Caption", "/THead", "/TBody", "/TR"},
    "/THead": {"/TR"},
    "/TBody": {"/TR"},
    "/TR": {"/TH", "/TD"},
    "/L": {"/LI"},
    "/LI": {"/Lbl", "/LBody"},
}
LINES = {"/P", "/H1", "/H2", "/H3", "/H4", "/H5", "/H6"}
COMPARISON, WORD_INSIDE = "comparison", "word-inside"
NAMES = [*samples.ALL, COMPARISON, WORD_INSIDE]


@cache
def made(name: str) -> bytes:
    if name == COMPARISON:
        sheet = samples.invitation()
        before = replace(sheet.letter, title="LS on representatives", annexes=(), body="<ul><li>Old</li></ul><p>x</p>")
        return write_pdf(replace(sheet, before=before, before_number="JCA-MV-Doc-021")).content
    if name == WORD_INSIDE:
        sheet = samples.invitation()
        return write_pdf(replace(sheet, masthead=replace(sheet.masthead, word_inside=True))).content
    return write_pdf(samples.ALL[name]()).content


@pytest.fixture(params=NAMES)
def document(request) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(BytesIO(made(request.param))) as opened:
        yield opened


def kids(element: pikepdf.Dictionary) -> list[object]:
    inside = element.get("/K", [])
    return list(inside) if isinstance(inside, pikepdf.Array) else [inside]


def elements(document: pikepdf.Pdf, start: pikepdf.Dictionary | None = None) -> Iterator[pikepdf.Dictionary]:
    """In reading order."""
    root = start if start is not None else kids(document.Root.StructTreeRoot)[0]
    yield root
    for kid in kids(root):
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield from elements(document, kid)


def of_kind(document: pikepdf.Pdf, *kinds: str) -> list[pikepdf.Dictionary]:
    return [element for element in elements(document) if str(element.S) in kinds]


def owners(document: pikepdf.Pdf) -> dict[int, object]:
    numbers = list(document.Root.StructTreeRoot.ParentTree.Nums)
    return {int(numbers[at]): numbers[at + 1] for at in range(0, len(numbers), 2)}


def test_the_document_says_what_it_is(document):
    root = document.Root
    assert bool(root.MarkInfo.Marked)
    assert bool(root.ViewerPreferences.DisplayDocTitle)
    assert str(root.Lang) in ("en", "fr", "ar")
    assert str(document.docinfo.Title)
    metadata = root.Metadata.read_bytes().decode()
    assert 'pdfuaid:part="1"' in metadata or "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert "<dc:title>" in metadata
    assert f"<dc:language><rdf:Bag><rdf:li>{root.Lang}</rdf:li>" in metadata
    assert "sha256:" in metadata
    assert all(str(page.Tabs) == "/S" for page in document.pages)


def test_everything_drawn_is_content_or_artifact(document):
    reached = {element.objgen for element in elements(document)}
    for page in document.pages:
        mapped = owners(document)[int(page.StructParents)]
        within: list[str | int] = []
        used = []
        for operands, operator in pikepdf.parse_content_stream(page):
            match str(operator):
                case "BMC":
                    within.append(str(operands[0]))
                case "BDC":
                    properties = operands[1]
                    within.append(int(properties["/MCID"]) if "/MCID" in properties else str(operands[0]))
                    used += [within[-1]] if isinstance(within[-1], int) else []
                case "EMC":
                    within.pop()
                case paint if paint in PAINTS:
                    assert within, "something is drawn that is neither"
        assert within == []
        assert len(used) == len(set(used))
        for mark in used:
            assert mapped[mark].objgen in reached
            assert mark in [kid for kid in kids(mapped[mark]) if isinstance(kid, int)]


def test_the_running_header_is_an_artifact(document):
    for at, page in enumerate(document.pages):
        headers = [
            operands[1]
            for operands, operator in pikepdf.parse_content_stream(page)
            if str(operator) == "BDC" and operands[1].get("/Subtype") == "/Header"
        ]
        assert bool(headers) == (at > 0)
        assert all(properties.Type == "/Pagination" for properties in headers)


def test_headings_skip_no_level(document):
    levels = [int(str(element.S)[2:]) for element in of_kind(document, *LINES - {"/P"})]
    assert levels[0] == 1
    assert all(level <= before + 1 for before, level in pairwise(levels))


def test_elements_hold_what_they_may(document):
    for element in elements(document):
        inside = {str(kid.S) for kid in kids(element) if isinstance(kid, pikepdf.Dictionary) and "/S" in kid}
        assert inside <= ALLOWED.get(str(element.S), inside)
        assert not (element.S in LINES and inside & LINES)
        for kid in kids(element):
            if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
                assert kid.P.objgen == element.objgen


def test_head_cells_say_what_they_head(document):
    for table in of_kind(document, "/Table"):
        heads = [element for element in elements(document, table) if element.S == "/TH"]
        assert heads
        names = {bytes(cell.ID) for cell in heads}
        assert len(names) == len(heads)
        for cell in heads:
            above = cell.P.P.S
            assert cell.A.Scope == ("/Column" if above == "/THead" else "/Row")
        for cell in (element for element in elements(document, table) if element.S == "/TD"):
            assert {bytes(name) for name in cell.A.Headers} <= names


def test_items_of_lists_have_a_mark_and_a_body(document):
    first_page = document.pages[0].obj.objgen
    for item in of_kind(document, "/LI"):
        inside = [str(kid.S) for kid in kids(item)]
        # What goes on over the end of a page begins a list without a mark on the next.
        goes_on = kids(item.P)[0].objgen == item.objgen and item.Pg.objgen != first_page
        assert inside == ["/Lbl", "/LBody"] or (goes_on and inside == ["/LBody"])


def test_pictures_have_a_text_and_a_place(document):
    figures = of_kind(document, "/Figure")
    assert figures  # the logo at least
    for figure in figures:
        assert str(figure.Alt).strip()
        left, bottom, right, top = (float(edge) for edge in figure.A.BBox)
        assert 0 <= left < right <= 596
        assert 0 <= bottom < top <= 842


def test_links_are_tied_to_their_words(document):
    links = of_kind(document, "/Link")
    notes = [note for page in document.pages for note in page.get("/Annots", [])]
    tied = []
    for link in links:
        references = [kid for kid in kids(link) if isinstance(kid, pikepdf.Dictionary) and kid.get("/Type") == "/OBJR"]
        assert len(references) == 1
        assert any(isinstance(kid, int) for kid in kids(link))
        note = references[0].Obj
        assert note.Subtype == "/Link"
        assert str(note.Contents)
        assert owners(document)[int(note.StructParent)].objgen == link.objgen
        tied.append(note.objgen)
    assert sorted(tied) == sorted(note.objgen for note in notes)


def test_fonts_are_inside_and_say_which_characters_they_draw(document):
    fonts = [item for item in document.objects if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/Font"]
    composite = [font for font in fonts if font.Subtype == "/Type0"]
    assert composite
    for font in composite:
        assert "/ToUnicode" in font
        description = font.DescendantFonts[0].FontDescriptor
        assert "/FontFile2" in description or "/FontFile3" in description


@pytest.mark.parametrize("name", NAMES)
def test_qpdf_finds_nothing_wrong(name, tmp_path):
    file = tmp_path / "made.pdf"
    file.write_bytes(made(name))
    told = subprocess.run(["qpdf", "--check", file], check=True, capture_output=True, text=True, timeout=60).stdout
    assert "No syntax or stream encoding errors found" in told


def said(document: pikepdf.Pdf, kind: str) -> int:
    return len(of_kind(document, kind))


def test_titles_of_annexes_are_headings_of_the_first_level():
    with pikepdf.open(BytesIO(made("invitation"))) as document:
        assert said(document, "/H1") == 3  # LIAISON STATEMENT and two annexes
        assert said(document, "/H2") == 6
        assert said(document, "/H3") == 2


def test_heading_of_a_body_that_begins_too_deep_is_lifted():
    sheet = samples.fg_mv_ls1()
    letter = replace(sheet.letter, body="<h4>Deep</h4><p>x</p>", annexes=(Annex("A", "<h3>Deep</h3><p>x</p>"),))
    with pikepdf.open(BytesIO(write_pdf(replace(sheet, letter=letter)).content)) as document:
        assert [str(element.S) for element in of_kind(document, *LINES - {"/P"})] == ["/H1", "/H2", "/H1", "/H2"]


def test_changes_are_told_without_colours_too():
    with pikepdf.open(BytesIO(made(COMPARISON))) as document:
        decorations = [str(span.A.TextDecorationType) for span in of_kind(document, "/Span") if "/A" in span]
        assert {"/LineThrough", "/Underline"} == set(decorations)
    with pikepdf.open(BytesIO(made("invitation"))) as document:
        assert not [span for span in of_kind(document, "/Span") if "/A" in span]


def test_figures_stand_beside_their_captions_with_what_the_author_says_they_show():
    with pikepdf.open(BytesIO(made("figures"))) as document:
        _logo, *figures = of_kind(document, "/Figure")
        assert [str(figure.Alt) for figure in figures] == [
            "Two platforms side by side",
            "An asset on its way",
            "Five layers, one above the other",
        ]
        assert [[str(kid.S) for kid in kids(figure.P)] for figure in figures] == [
            ["/Figure", "/Caption"],
            ["/Figure", "/Caption"],
            ["/Figure"],
        ]


def test_word_file_travels_inside_as_the_source_of_the_page():
    with pikepdf.open(BytesIO(made(WORD_INSIDE))) as document:
        (file,) = document.Root.AF
        assert document.Root.Names.EmbeddedFiles.Names[1].objgen == file.objgen
        assert (str(file.UF), str(file.AFRelationship)) == ("JCA-MV-LS1.docx", "/Source")
        assert str(file.EF.F.Subtype) == "/application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        assert file.EF.F.read_bytes()[:2] == b"PK"
        metadata = document.Root.Metadata.read_bytes().decode()
        assert 'pdfaid:part="3" pdfaid:conformance="A"' in metadata
        assert "<pdfaProperty:name>part</pdfaProperty:name>" in metadata  # PDF/A must be told of PDF/UA's name
        assert document.Root.OutputIntents[0].S == "/GTS_PDFA1"
        assert not [item for item in document.objects if isinstance(item, pikepdf.Stream) and item.get("/Interpolate")]


def test_same_sheet_gives_the_same_bytes_with_the_word_file_inside():
    made.cache_clear()
    first = made(WORD_INSIDE)
    made.cache_clear()
    assert made(WORD_INSIDE) == first
