"""How a text runs over pages: what stays together, what is repeated, and what stands in the margin."""

from dataclasses import replace
from datetime import date

import pytest

from liaisons.documents.pdf import write_pdf
from liaisons.letter import Annex, Sheet
from tests.liaisons.documents import samples
from tests.liaisons.documents.measure import MM, pages, rules, text, word, words

UNTIL = date(2025, 12, 4)
NUMBERED = (
    "<p>Plainwords</p><h2>1 Headingwords</h2><ul><li>Firstlevel<ul><li>Secondlevel<ul><li>Thirdlevel</li></ul></li>"
    "</ul></li></ul><ol><li>Numbereditem</li></ol><blockquote><p>Quotedwords</p></blockquote>"
    "<p>Table 1 – Captionwords</p>" + samples.table(("Head", "Other"), (("Cell", "x"),))
)


def letter(body: str, *annexes: Annex, language: str = "en", draft: bool = False) -> Sheet:
    sheet = samples.reply("fr")
    masthead = replace(sheet.masthead, comments_until=UNTIL if draft else None)
    return Sheet(replace(sheet.letter, language=language, body=body, annexes=annexes, abstract=""), masthead)


def made(body: str, *annexes: Annex, language: str = "en", draft: bool = False) -> bytes:
    return write_pdf(letter(body, *annexes, language=language, draft=draft)).content


def pages_with(pdf: bytes, wanted: str) -> list[int]:
    return [at for at, page in enumerate(pages(pdf), start=1) if wanted in page]


@pytest.fixture(scope="module")
def numbered() -> bytes:
    return made(NUMBERED, Annex("A", "<p>Annexedwords</p>"), draft=True)


@pytest.mark.parametrize(
    ("number", "beside"),
    [
        ("1", "Plainwords"),
        ("2", "Headingwords"),
        ("3", "Firstlevel"),
        ("4", "Secondlevel"),
        ("5", "Thirdlevel"),
        ("6", "Numbereditem"),
        ("7", "Quotedwords"),
        ("8", "Captionwords"),
        ("A1.1", "Annexedwords"),
    ],
)
def test_number_of_a_paragraph_stands_small_in_the_left_margin_beside_its_first_line(numbered, number, beside):
    line = next(found for found in words(numbered) if found.text == beside)
    found = next(found for found in words(numbered) if found.text == number and found.right < 18)
    assert found.page == line.page
    assert found.size == pytest.approx(8, abs=0.06)
    assert found.right == pytest.approx(17, abs=0.25)
    assert found.left > 5
    assert found.bottom == pytest.approx(line.bottom, abs=0.8)


def test_numbers_of_paragraphs_move_nothing(numbered):
    def places(pdf: bytes) -> list[tuple[int, str, float, float]]:
        inside = [found for found in words(pdf) if found.left > 19 and found.top > 20]
        return sorted((found.page, found.text, round(found.left, 1), round(found.top, 1)) for found in inside)

    assert places(numbered) == places(made(NUMBERED, Annex("A", "<p>Annexedwords</p>")))


def test_numbers_of_an_arabic_draft_stand_in_the_right_margin():
    pdf = made("<p>Words</p><ul><li>Item</li></ul>", language="ar", draft=True)
    numbers = [found for found in words(pdf) if found.left > 191]
    assert [found.text for found in numbers] == ["1", "2"]
    assert [found.left for found in numbers] == [pytest.approx(193, abs=0.25)] * 2
    assert word(pdf, "Item").right == pytest.approx(190 - 14, abs=0.25)


def test_numbers_of_lists_count_on_from_their_start_and_hang():
    pdf = made('<ol start="9"><li>Nine</li><li>Ten<ol start="3"><li>Three</li></ol></li></ol>')
    marks = [(found.text, found.left) for found in words(pdf) if found.text.endswith(")") and found.top > 100]
    near = pytest.approx
    assert sorted(marks) == [("10)", near(20, abs=0.25)), ("3)", near(34, abs=0.25)), ("9)", near(20, abs=0.25))]
    assert (word(pdf, "Ten").left, word(pdf, "Three").left) == (near(34, abs=0.25), near(41, abs=0.25))


@pytest.mark.parametrize("lines", range(24, 36, 2))
def test_nothing_stands_alone_at_the_foot_of_a_page(lines):
    before = "<p>Line.</p>" * lines
    table = samples.table(("Headcell", "Other"), (("Rowone", "x"), ("Rowtwo", "y")))
    pdf = made(f"{before}<p>Table 1 – Caption</p>{table}")
    assert pages_with(pdf, "Caption") == pages_with(pdf, "Headcell") == pages_with(pdf, "Rowone")
    pdf = made(f"{before}<h2>1 Heading</h2><h3>1.1 Subheading</h3><p>Paragraph.</p><p>Last.</p>")
    assert pages_with(pdf, "Heading") == pages_with(pdf, "Subheading") == pages_with(pdf, "Paragraph.")
    end = max(rules(pdf), key=lambda rule: (rule.page, rule.top))
    assert [end.page] == pages_with(pdf, "Last.")
    pdf = made(f"{before}<ul><li>Item.</li></ul>")
    assert [found.page for found in words(pdf) if found.text == "–" and found.left < 21] == pages_with(pdf, "Item.")


def test_head_of_a_table_is_repeated_above_a_row_higher_than_a_page():
    high = " ".join(f"word{number}" for number in range(1500))
    pdf = made("<p>Table 1 – High</p>" + samples.table(("Headcell", "Other"), (("1", "x"), ("2", high), ("3", "Last"))))
    assert pages_with(pdf, "Headcell") == [1, 2, 3, 4]
    assert all(f"word{number}" in text(pdf).split() for number in (0, 777, 1499))
    assert sum(page.count("Table 1") for page in pages(pdf)) == 1


def test_rows_of_ordinary_height_stay_whole():
    pdf = write_pdf(samples.tsag()).content
    last = max(found.bottom for found in words(pdf) if found.page == 2)
    bottom = max(rule.top for rule in rules(pdf) if rule.page == 2)
    assert last < bottom  # the last row is closed


def test_long_addresses_break_inside_the_margins_and_stay_links():
    address = "https://example.org/" + "very-long/" * 25
    pdf = made(f'<p>See <a href="{address}">{address}</a> and {"x" * 300}.</p>')
    assert max(found.right for found in words(pdf)) < 190.25
    assert address in "".join(text(pdf, "-raw").split())


def test_annexed_document_keeps_its_own_numbers_below_its_abstract():
    report = '<h2>7 Incoming</h2><h3>7.1 From TSAG</h3><ol start="4"><li>Fourth</li></ol><h2>10 Outgoing</h2>'
    pdf = made(
        "<p>Body.</p>", Annex("One", "<p>x</p>"), Annex("Report", report, "JCA-MV-Doc-022", "Abstractwords here")
    )
    (page,) = pages_with(pdf, "Abstractwords")
    lines = [" ".join(line.split()) for line in pages(pdf)[page - 1].splitlines() if line.strip()]
    assert lines[2:] == [
        "Annex 2: Report (JCA-MV-Doc-022)",
        "Abstract: Abstractwords here",
        "7 Incoming",
        "7.1 From TSAG",
        "4) Fourth",
        "10 Outgoing",
    ]
    abstract = word(pdf, "Abstractwords", page=page)
    assert abstract.left == pytest.approx(20 + 1588 * 25.4 / 1440 + 1, abs=0.25)
    assert word(pdf, "Abstract:", page=page).left == pytest.approx(21, abs=0.25)
    assert word(pdf, "Annex", page=page).top == pytest.approx(20 + 24 * MM, abs=0.6)


def test_comparison_marks_words_items_and_rows():
    now = letter("<p>Same words new</p><ul><li>Keptitem</li><li>Newitem</li></ul>")
    before = replace(now.letter, title="Another title", body="<p>Same words old</p><ul><li>Keptitem</li></ul>")
    pdf = write_pdf(replace(now, before=before, before_number="JCA-MV-Doc-021")).content
    said = " ".join(text(pdf, "-raw").split())
    assert "compared with JCA-MV-Doc-021" in said
    for both in ("old", "new", "Newitem", "Another"):
        assert both in said
    assert "\ue000" not in said
