"""Each measure of the ITU's Word template, read back from the PDF.

The template counts in twips (1/1440 inch). Tolerances: POSITION where WeasyPrint places text (it rounds advances and
hangs marks at whole pixels, 0.26 mm); SPACE between lines, whose boxes poppler takes from the font; SIZE and THICKNESS
for what is written into the file as a number.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from io import BytesIO

import pikepdf
import pytest

from liaisons.documents.pdf import write_pdf
from liaisons.letter import Annex
from tests.liaisons.documents import samples
from tests.liaisons.documents.measure import MM, Rule, Word, bold_texts, colours, pages, rules, words

TWIP = 25.4 / 1440  # mm
POINT = MM
POSITION, SPACE, SIZE, THICKNESS = 0.25, 0.2, 0.06, 0.06
LEADING = 1.15 - 1.107  # of a line over its letters, in ems: half above, half below

LEFT, RIGHT, BOTTOM = 20.0, 190.0, 277.0
COLUMNS = (1134, 284, 3685, 142, 284, 4111)  # of the block and its rows
EDGES = tuple(LEFT + sum(COLUMNS[:at]) * TWIP for at in range(len(COLUMNS) + 1))
PADDING = 57 * TWIP
HANGING = 794 * TWIP

BODY = (
    "<p>Opening words</p><p>Following words</p><h2>1 Headingone</h2><p>Underone</p><h3>1.1 Headingtwo</h3>"
    "<p>Undertwo</p><h4>Headingthree</h4><p>Beforelist</p><ul><li>Firstitem<ul><li>Innermost</li></ul></li>"
    "<li>Seconditem</li></ul><ol><li>Numbereditem</li></ol>"
    '<p>See <a href="https://example.org/">Linkedword</a> there.</p>'
)
ANNEXED = "<p>Beforetable</p><p>Table 1 – Caption</p>" + samples.table(
    ("Headcell", "Other"), (("Rowone", "x"), ("Rowtwo", "y"))
)


@cache
def pdf(name: str = "measured") -> bytes:
    if name == "measured":
        sheet = samples.fg_mv_ls1()
        short = sheet.letter.addressees[:3]  # so that the body stands on the first page
        letter = replace(sheet.letter, addressees=short, body=BODY, annexes=(Annex("Annextitle", ANNEXED),))
        return write_pdf(replace(sheet, letter=letter)).content
    return write_pdf(samples.ALL[name]()).content


@cache
def found(text: str, name: str = "measured", at: int = 0) -> Word:
    """The word, the `at`th of that text in the document."""
    return [word for word in words(pdf(name)) if word.text == text][at]


@cache
def drawn(name: str = "measured") -> tuple[Rule, ...]:
    return tuple(rules(pdf(name)))


def left(text: str, **where: int) -> float:
    return found(text, **where).left


def right(text: str, **where: int) -> float:
    return found(text, **where).right


def size(text: str, **where: int) -> float:
    return found(text, **where).size


def space(above: str, below: str, **where: int) -> float:
    """Points between two lines, without the leading that belongs to them."""
    first, second = found(above), found(below, **where)
    assert first.page == second.page
    return (second.top - first.bottom) / POINT - LEADING / 2 * (first.size + second.size)


def after_rule(text: str) -> float:
    """Points between the rule above a word and its line."""
    word = found(text)
    rule = max((one.top for one in drawn() if one.page == word.page and one.top < word.top), default=0.0)
    return (word.top - rule) / POINT - LEADING / 2 * word.size


def middle(text: str, **where: int) -> float:
    """Of the whole line in which the word stands."""
    word = found(text, **where)
    line = [one for one in words(pdf()) if one.page == word.page and abs(one.top - word.top) < 0.5]
    return (min(one.left for one in line) + max(one.right for one in line)) / 2


def mark_of(text: str) -> float:
    """Where the first thing on its line begins."""
    word = found(text)
    return min(one.left for one in words(pdf()) if one.page == word.page and abs(one.top - word.top) < 0.5)


def media_box(at: int) -> float:
    with pikepdf.open(BytesIO(pdf())) as document:
        return float(document.pages[0].MediaBox[at]) * POINT


def rule_above(text: str) -> Rule:
    """The next rule over a word on its page that reaches from margin to margin, from however many cells."""
    word = found(text)
    lines = [one for one in drawn() if one.page == word.page and one.top < word.top]
    top = max(one.top for one in lines)
    line = [one for one in lines if abs(one.top - top) < 0.3]
    return Rule(word.page, min(o.left for o in line), max(o.right for o in line), top, max(o.points for o in line))


def logo(edge: int) -> float:
    """Left, bottom, right or top edge of the logo, in mm from the left and the bottom."""
    with pikepdf.open(BytesIO(pdf())) as document:
        figures = [
            item for item in document.objects if isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/Figure"
        ]
        return float(figures[0].A.BBox[edge]) * POINT


def end_rule() -> Rule:
    return max(drawn(), key=lambda rule: (rule.page, rule.top))


# what, how it is measured, what the template says, how far it may be off
MEASURES: list[tuple[str, Callable[[], float], float, float]] = [
    # page
    ("width of the page", partial(media_box, 2), 11907 * TWIP, 0.05),
    ("height of the page", partial(media_box, 3), 16840 * TWIP, 0.05),
    ("left margin", lambda: min(word.left for word in words(pdf())), 1134 * TWIP, POSITION),
    ("right margin", lambda: 210 - max(rule.right for rule in drawn()), 1134 * TWIP, POSITION),
    ("top margin", lambda: 297 - logo(3) - 1.7, 1134 * TWIP, 0.5),  # a logo of 19.6 mm in a block of 23 mm
    # running header
    ("running header: from the edge", lambda: found("-", at=1).top - LEADING / 2 * 9 * POINT, 425 * TWIP, SPACE),
    ("running header: size", partial(size, "2"), 9, SIZE),
    ("running header: size of the number", partial(size, "FG-MV-LS1", at=1), 9, SIZE),
    ("running header: centred", partial(middle, "FG-MV-LS1", at=1), 105, POSITION),
    # block
    ("logo: width", lambda: logo(2) - logo(0), 18.0, POSITION),
    ("logo: height", lambda: logo(3) - logo(1), 19.6, POSITION),
    ("logo: centred in its cell", lambda: (logo(0) + logo(2)) / 2, (EDGES[0] + EDGES[1]) / 2, POSITION),
    ("block: left cell", partial(left, "INTERNATIONAL"), EDGES[1] + PADDING, POSITION),
    ("block: right cell", partial(right, "FG-MV-LS1"), EDGES[6] - PADDING, POSITION),
    ("block: union", partial(size, "INTERNATIONAL"), 8, SIZE),
    ("block: sector, first line", partial(size, "TELECOMMUNICATION", at=1), 13, SIZE),
    ("block: sector, second line", partial(size, "STANDARDIZATION"), 13, SIZE),
    ("block: study period", partial(size, "PERIOD"), 10, SIZE),
    ("block: document number", partial(size, "FG-MV-LS1"), 16, SIZE),
    ("block: group", partial(size, "Focus"), 14, SIZE),
    ("block: original", partial(size, "Original:"), 14, SIZE),
    ("block: rule below", lambda: rule_above("WG(s):").points, 1.5, THICKNESS),
    # rows
    ("rows: labels", partial(left, "Source:"), EDGES[0] + PADDING, POSITION),
    ("rows: values", partial(left, "N/A"), EDGES[2] + PADDING, POSITION),
    ("rows: place and date", partial(right, "2023"), EDGES[6] - PADDING, POSITION),
    ("rows: how to reach a contact", partial(left, "E-mail:"), EDGES[4] + PADDING, POSITION),
    ("rows: tab in it", lambda: left("chair@fg-mv.example.org") - left("E-mail:"), HANGING, POSITION),
    ("rows: size", partial(size, "Approval:"), 12, SIZE),
    ("rows: LIAISON STATEMENT centred", partial(middle, "LIAISON"), 105, POSITION),
    ("rows: rule above LIAISON STATEMENT", lambda: rule_above("LIAISON").points, 1.5, THICKNESS),
    ("rows: rule below the deadline", lambda: rule_above("Contact:").points, 1.5, THICKNESS),
    ("rows: rule below a contact", lambda: rule_above("vice-chair@fg-mv.example.org").points, 1.0, THICKNESS),
    ("rows: rule below the last contact", lambda: rule_above("Abstract:").points, 1.0, THICKNESS),
    ("rows: rules begin at the margin", lambda: rule_above("LIAISON").left, LEFT, POSITION),
    ("rows: rules end at the margin", lambda: rule_above("LIAISON").right, RIGHT, POSITION),
    # abstract
    ("abstract: label", partial(left, "Abstract:"), LEFT + PADDING, POSITION),
    ("abstract: text", partial(left, "introduces"), LEFT + 1588 * TWIP + PADDING, POSITION),
    # text
    ("text: size", partial(size, "Opening"), 12, SIZE),
    ("text: space before", partial(space, "Opening", "Following"), 6, SPACE / POINT),
    ("heading 1: size", partial(size, "Headingone"), 12, SIZE),
    ("heading 1: space before", partial(space, "Following", "Headingone"), 18, SPACE / POINT),
    ("heading 1: hanging number", lambda: left("Headingone") - left("Opening"), HANGING, POSITION),
    ("heading 2: space before", partial(space, "Underone", "Headingtwo"), 12, SPACE / POINT),
    ("heading 2: hanging number", lambda: left("Headingtwo") - left("Opening"), HANGING, POSITION),
    ("heading b: size", partial(size, "Headingthree"), 12, SIZE),
    ("heading b: space before", partial(space, "Undertwo", "Headingthree"), 8, SPACE / POINT),
    ("list: mark", partial(mark_of, "Firstitem"), LEFT, POSITION),
    ("list: hanging", partial(left, "Firstitem"), LEFT + HANGING, POSITION),
    ("list: space before", partial(space, "Beforelist", "Firstitem"), 4, SPACE / POINT),
    ("list: space between", partial(space, "Innermost", "Seconditem"), 4, SPACE / POINT),
    ("list: mark of the second level", partial(mark_of, "Innermost"), LEFT + HANGING, POSITION),
    ("list: hanging of numbers", partial(left, "Numbereditem"), LEFT + HANGING, POSITION),
    ("table title: size", partial(size, "Caption"), 12, SIZE),
    ("table title: space before", partial(space, "Beforetable", "Caption"), 18, SPACE / POINT),
    ("table title: centred", partial(middle, "Caption"), 105, POSITION),
    ("table title: space after, and that before the head", partial(space, "Caption", "Headcell"), 6 + 4, 0.8),
    ("table head: size", partial(size, "Headcell"), 11, SIZE),
    ("table head: space before", partial(after_rule, "Headcell"), 4, 0.8),  # with half a rule
    ("table text: size", partial(size, "Rowone"), 11, SIZE),
    ("table text: space before", partial(after_rule, "Rowone"), 2, 0.8),
    ("table text: space after and before", partial(space, "Rowone", "Rowtwo"), 2 + 2, 0.8),
    ("annex title: size", partial(size, "Annextitle", at=1), 14, SIZE),
    ("annex title: centred", partial(middle, "Annextitle", at=1), 105, POSITION),
    (
        "annex title: space before",
        lambda: (found("Annextitle", at=1).top - LEFT) / POINT - LEADING / 2 * 14,
        24,
        SPACE / POINT,
    ),
    # end
    ("end rule: centred", lambda: (end_rule().left + end_rule().right) / 2, 105, POSITION),
    ("end rule: 23 underscores", lambda: (end_rule().right - end_rule().left) / POINT, 23 * 6, 1),
]


@pytest.mark.parametrize(("measure", "expected", "tolerance"), [pytest.param(*m[1:], id=m[0]) for m in MEASURES])
def test_measure_of_the_template(measure, expected, tolerance):
    assert measure() == pytest.approx(expected, abs=tolerance)


def test_what_the_template_has_in_bold_is_bold_and_nothing_else():
    bold = bold_texts(pdf())
    for words_in_bold in (
        "FG-MV-LS1",
        "Focus Group on metaverse",
        "Original: English",
        "STANDARDIZATION SECTOR",
        "LIAISON STATEMENT",
        "For action to:",
        "Headingone",
        "Headingtwo",
        "Headingthree",
        "Table 1 – Caption",
        "Headcell",
        "Annex 1: Annextitle",
    ):
        assert words_in_bold in bold
    for words_in_plain in ("STUDY PERIOD 2022-2024", "Opening words", "Rowone", "Firstitem", "N/A", "LS on requesting"):
        assert words_in_plain not in bold


def test_links_are_blue_and_underlined():
    assert colours(pdf()) >= {(0.0, 0.0, 1.0)}
    linked = found("Linkedword")
    with pikepdf.open(BytesIO(pdf())) as document:
        content = document.pages[linked.page - 1].Contents.read_bytes().decode("latin-1")
    assert re.search(r"0 0 1 RG.*? l\s+S", content, re.DOTALL)  # the stroke of the underline


@pytest.mark.parametrize("name", samples.ALL)
def test_every_sample_keeps_between_the_margins(name):
    inside = [word for word in words(pdf(name)) if word.top > 19]
    # Numbers of paragraphs alone stand in the margin.
    numbers = [word for word in inside if word.right < LEFT or word.left > RIGHT]
    assert all(re.fullmatch(r"(A\d+\.)?\d+", word.text) and word.size < 9 for word in numbers)
    assert min(word.left for word in inside if word not in numbers) >= LEFT - POSITION
    assert max(word.right for word in inside if word not in numbers) <= RIGHT + POSITION
    assert max(word.bottom for word in inside) <= BOTTOM + POSITION


@pytest.mark.parametrize("name", samples.ALL)
def test_running_header_is_on_every_page_but_the_first(name):
    number = samples.ALL[name]().masthead.number
    above = [word for word in words(pdf(name)) if word.bottom < LEFT and word.size < 9.5]
    for at in range(2, len(pages(pdf(name))) + 1):
        assert [word.text for word in above if word.page == at][:4] == ["-", str(at), "-", number]
    assert not [word for word in above if word.page == 1]
