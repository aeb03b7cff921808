"""LibreOffice prints each Word file as the product prints its PDF: as many pages, the same words, no field lost."""

import re
import shutil
import subprocess
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from liaisons.documents.page import Page
from liaisons.documents.pdf import write_pdf
from liaisons.documents.unformatted import write_unformatted
from liaisons.documents.word import write_word
from liaisons.letter import Letter, Masthead, Sheet
from roadmap.template import write_template
from tests.liaisons.documents import samples
from tests.liaisons.documents.measure import pages, run, text, word, words
from tests.liaisons.documents.test_word_changes import AFTER, BEFORE

DRAFT_UNTIL = date(2025, 12, 4)


def changed() -> Sheet:
    masthead = replace(samples.fg_mv_ls1().masthead, comments_until=DRAFT_UNTIL)
    return Sheet(AFTER, masthead, before=BEFORE, before_number="FG-MV-Doc-1")


SHEETS = {
    "ls1": samples.fg_mv_ls1(),
    "tsag": samples.tsag(),
    "invitation": samples.invitation(),
    "draft": samples.invitation(comments_until=DRAFT_UNTIL),
    "spcg": samples.spcg(),
    "figures": samples.figures(),
    "changed": changed(),
    **{language: samples.reply(language) for language in ("fr", "es", "ru", "zh", "ar")},
}


@pytest.fixture(scope="module")
def printed(tmp_path_factory) -> dict[str, bytes]:
    """Word files as LibreOffice prints them."""
    if not shutil.which("soffice"):
        pytest.skip("soffice is missing: apt-get install libreoffice-writer-nogui")
    folder: Path = tmp_path_factory.mktemp("word")
    files = {name: write_word(sheet) for name, sheet in SHEETS.items()}
    files["form"] = write_unformatted(Sheet(Letter("", ""), Masthead("", "", "")))
    files["template"] = write_template(desk="JCA-MV")
    for name, content in files.items():
        (folder / f"{name}.docx").write_bytes(content)
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            *("--convert-to", "pdf", "--outdir", folder),
            *(folder / f"{name}.docx" for name in files),
        ],
        check=True,
        capture_output=True,
        timeout=300,
    )
    return {name: (folder / f"{name}.pdf").read_bytes() for name in files}


@pytest.fixture(scope="module")
def product() -> dict[str, bytes]:
    return {name: write_pdf(sheet).content for name, sheet in SHEETS.items()}


def spoken(pdf: bytes) -> Counter[str]:
    """The characters whatever the breaks of their lines: names with hyphens or strokes are broken differently."""
    return Counter(re.sub(r"[\s_]+", "", text(pdf, "-raw")))


@pytest.mark.parametrize("name", SHEETS)
def test_as_many_pages_within_one(printed, product, name):
    assert abs(len(pages(printed[name])) - len(pages(product[name]))) <= 1


# poppler puts the words of a mirrored line in another order for each
@pytest.mark.parametrize("name", [name for name in SHEETS if name != "ar"])
def test_every_character_of_the_pdf_and_no_other(printed, product, name):
    running = len(pages(printed[name])) - len(pages(product[name]))
    assert running == 0, "the running header is said once for each page"
    assert spoken(printed[name]) == spoken(product[name])


@pytest.mark.parametrize("name", [name for name in SHEETS if name not in ("ar", "changed")])
def test_no_field_of_the_header_is_lost(printed, name):
    page = Page(SHEETS[name])
    said = "".join(text(printed[name], "-raw").split())
    rows = [page.questions, *page.origin, *page.destination]
    fields = [page.number, page.group, page.study_period, page.labels.original, page.venue_date, *page.abstract]
    fields += [part for line in rows for part in (line.label, *line.parts)]
    fields += [part for contact in page.contacts for part in (*contact.who, contact.phone, contact.email)]
    assert [field for field in fields if "".join(field.split()) not in said] == []


@pytest.mark.parametrize("name", SHEETS)
def test_faces_are_those_that_setup_installs(printed, name):
    lines = run(printed[name], "pdffonts", "-").splitlines()[2:]
    faces = {re.sub(r".*\+", "", line.split()[0]) for line in lines}
    if name == "ar":
        faces -= {"DejaVuSans"}  # LibreOffice takes a bracket or dash from where it finds one
    assert {face for face in faces if not face.startswith(("LiberationSerif", "Noto"))} == set()


def test_words_stand_where_they_stand_in_the_pdf(printed, product):
    ours, theirs = printed["ls1"], product["ls1"]
    for label in ("WG(s):", "Title:", "ITU-R", "Contact:", "E-mail:", "Abstract:", "introduces", "Original:"):
        assert word(ours, label).left == pytest.approx(word(theirs, label).left, abs=0.5)
    # LibreOffice states other heights of its fonts: only their ratio can be compared.
    assert word(ours, "FG-MV-LS1").size / word(ours, "Title:").size == pytest.approx(16 / 12, abs=0.01)
    header = [found.text for found in words(ours) if found.page == 2][:4]
    assert header == ["-", "2", "-", "FG-MV-LS1"]
    assert word(ours, "FG-MV-LS1", page=2).size / word(ours, "N/A").size == pytest.approx(9 / 12, abs=0.01)


def test_numbers_of_paragraphs_hang_in_the_margin_on_the_line_of_their_first_words(printed):
    found = words(printed["draft"])
    by_text = {one.text: one for one in found}
    for number, first in (("A2.3", "In"), ("A2.4", "reviewed"), ("A2.10", "Opening"), ("A1.2", "Table")):
        mark = by_text[number]
        beside = next(one for one in found if one.text == first and one.page == mark.page)
        assert mark.right == pytest.approx(17, abs=0.3), number
        assert (mark.top + mark.bottom) / 2 == pytest.approx((beside.top + beside.bottom) / 2, abs=1), number


def test_empty_form_and_template_fill_one_page_and_as_many_as_they_need(printed):
    assert len(pages(printed["form"])) == 1
    assert [len(pages(printed["template"])) <= 2, "SDO / Org." in text(printed["template"], "-layout")] == [True, True]
