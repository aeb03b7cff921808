"""Comparisons of two revisions: nothing is lost on either side, and what is marked is what a person would mark."""

import re
import time
from dataclasses import replace
from datetime import date
from io import BytesIO
from unittest.mock import patch

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.html import HtmlElement

from liaisons.documents import difference
from liaisons.documents.body import markup, tidy
from liaisons.documents.body_difference import merged
from liaisons.documents.comparison import page_of
from liaisons.documents.difference import aligned, signed, words
from liaisons.documents.labels import LABELS
from liaisons.documents.marks import SIGNS, accepted, as_elements, rejected
from liaisons.documents.sanitize import clean
from liaisons.documents.word import write_word
from liaisons.letter import Addressed, Annex, Asked, Attached, Contact, Letter, Masthead, Sheet
from tests.liaisons.documents import test_word_changes
from tests.liaisons.documents.test_word_changes import settled

MASTHEAD = Masthead("JCA-MV-Doc-021-R1", "JCA-MV", "2025-2028")


def compared(old: Letter, new: Letter, **masthead):
    return page_of(Sheet(new, replace(MASTHEAD, **masthead), before=old, before_number="JCA-MV-Doc-021"))


def body(old: str, new: str) -> str:
    return markup(merged(tidy(clean(old)), tidy(clean(new))))


def shown(text: str) -> str:
    """A marked text as one reads it in a test: [-gone-] and {+come+}."""
    text = as_elements(text)
    for element, sign in (("<ins>", "{+"), ("</ins>", "+}"), ("<del>", "[-"), ("</del>", "-]")):
        text = text.replace(element, sign)
    return text


# Nothing is lost

VOCABULARY = ["JCA-MV", "asks", "the", "group", "for", "input,", "roadmap.", "(see", "it)", "元宇宙", "сводка", "5;"]
sentences = st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=8).map(" ".join)


@st.composite
def inline(draw):
    text = draw(sentences)
    for form in draw(st.lists(st.sampled_from(["<strong>{}</strong>", "<sub>{}</sub>", "<em>{}</em>"]), max_size=2)):
        text += " " + form.format(draw(sentences))
    if draw(st.booleans()):
        text += f'<br><a href="https://example.org/{draw(st.integers(1, 2))}">{draw(sentences)}</a>'
    return text


paragraphs = inline().map("<p>{}</p>".format)
headings = st.tuples(st.integers(1, 3), sentences).map(lambda made: f"<h2>{made[0]} {made[1]}</h2>")
quotations = paragraphs.map("<blockquote>{}</blockquote>".format)


def lists(inside):
    items = st.lists(st.lists(inside, min_size=1, max_size=2).map("".join), min_size=1, max_size=4)
    return st.tuples(st.sampled_from(["ul", "ol"]), items).map(
        lambda made: f"<{made[0]}>{''.join(f'<li>{item}</li>' for item in made[1])}</{made[0]}>"
    )


@st.composite
def tables(draw):
    columns = draw(st.integers(1, 3))
    rows = draw(st.lists(st.lists(inline(), min_size=columns, max_size=columns), min_size=1, max_size=4))
    caption = draw(st.sampled_from(["", "<caption>Table 1 – Topics</caption>", "<caption>Topics of Table 2</caption>"]))
    lines = []
    for at, row in enumerate(rows):
        cells = [f"<p>{cell}</p>" for cell in row]
        ties = at + 1 < len(rows) and columns > 1 and draw(st.booleans())
        covered = at and 'rowspan="2"' in lines[-1]
        tie = ' rowspan="2"' if ties else ""
        first = "" if covered else f"<td{tie}>{cells[0]}</td>"
        lines.append(f"<tr>{first}{''.join(f'<td>{cell}</td>' for cell in cells[1:])}</tr>")
    return f"<table>{caption}{''.join(lines)}</table>"


blocks = st.recursive(
    st.one_of(paragraphs, headings, quotations, tables()), lambda inside: lists(paragraphs | inside), max_leaves=4
)


@st.composite
def revisions(draw):
    """Two bodies, the later one with blocks of the earlier one kept, moved, left out and joined by others."""
    old = draw(st.lists(blocks, max_size=6))
    new = draw(st.permutations(old)) if draw(st.booleans()) else list(old)
    new = [draw(blocks) if draw(st.integers(0, 3)) == 0 else block for block in new]
    return "".join(old), "".join(new + draw(st.lists(blocks, max_size=2)))


def left(root: HtmlElement, gone: str, stays: str) -> HtmlElement:
    """What is left of a comparison when one side is taken."""
    out = "inserted" if gone == "ins" else "deleted"
    for element in list(root.iter(gone, "li", "tr")):
        if element.tag == gone or element.get("class") == out:
            element.drop_tree()
    for element in list(root.iter(stays)):
        element.drop_tag()
    return root


def told(root: HtmlElement) -> list[tuple[str, str]]:
    """Each text with the blocks it stands in; of a table also where each cell is."""
    found = []
    for block in root.iter("p", "h2", "h3", "h4", "caption", "figcaption"):
        around = [str(element.tag) for element in block.iterancestors() if element.tag not in ("thead", "tbody", "div")]
        row = next(block.iterancestors("tr"), None)
        at = "" if row is None else f" {[cell.get('rowspan') for cell in row]}"
        text = re.sub(r"[ \n]+", " ", "".join("|" if part.tag == "br" else "" for part in block.iter()))
        text += re.sub(r"[ \n]+", " ", str(block.text_content()))
        if text.strip():
            found.append((f"{'/'.join(around)}/{block.tag}{at}", text.strip()))
    return found


@settings(deadline=None, max_examples=60)
@given(revisions())
def test_one_side_of_a_comparison_is_the_later_body_and_the_other_the_earlier_one(bodies):
    old, new = bodies
    assert told(left(tidy_comparison(old, new), "del", "ins")) == told(tidy(clean(new)))
    assert told(left(tidy_comparison(old, new), "ins", "del")) == told(tidy(clean(old)))


def tidy_comparison(old: str, new: str) -> HtmlElement:
    return merged(tidy(clean(old)), tidy(clean(new)))


@settings(deadline=None, max_examples=30)
@given(revisions())
def test_who_accepts_a_comparison_in_word_has_the_later_letter_and_who_rejects_it_the_earlier_one(bodies):
    old, new = (Letter("LS", "JCA-MV", body=html) for html in bodies)
    marked = in_word(Sheet(new, MASTHEAD, before=old))
    assert words_of(settled(marked, accept=True)) == words_of(in_word(Sheet(new, MASTHEAD)))
    assert words_of(settled(marked, accept=False)) == words_of(in_word(Sheet(old, MASTHEAD)))


def in_word(sheet):
    return Document(BytesIO(write_word(sheet))).element.body


def words_of(written):
    return [(style, " ".join(text.split())) for style, text in test_word_changes.told(written)]


@settings(deadline=None, max_examples=20)
@given(st.lists(blocks, max_size=4).map("".join))
def test_a_body_compared_with_itself_is_unmarked(html):
    assert body(html, html) == markup(tidy(clean(html)))


texts = st.one_of(sentences, st.text(st.characters(exclude_characters=SIGNS, exclude_categories=["Cs"])))


@given(texts, texts)
def test_words_hold_both_texts(old, new):
    marked = signed(words(old, new))
    assert accepted(marked) == new
    assert rejected(marked) == old


@given(texts, texts)
def test_texts_too_long_for_their_words_hold_both_too(old, new):
    with patch.object(difference, "LONGEST", 4):
        marked = signed(words(old, new))
    assert (accepted(marked), rejected(marked)) == (new, old)


numbers = st.lists(st.integers(0, 12), max_size=12)


@pytest.mark.parametrize("longest", [4, 2000])
@given(old=numbers, new=numbers)
def test_lists_side_by_side_keep_their_order_and_lose_nothing(longest, old, new):
    with patch.object(difference, "LONGEST", longest):
        pairs = list(aligned(old, new, str, lambda was, now: 0.0))
    assert [was for was, _ in pairs if was is not None] == old
    assert [now for _, now in pairs if now is not None] == new
    assert all(was == now for was, now in pairs if was is not None and now is not None)


def test_lists_too_long_for_all_of_their_parts_are_matched_by_those_that_stand_there_once():
    new = [2, 9, 3, 9, 4, 1]
    with patch.object(difference, "LONGEST", 4):
        pairs = list(aligned([1, 2, 3, 4], new, str, lambda was, now: 0.0))
    assert pairs == [(1, None), (2, 2), (None, 9), (3, 3), (None, 9), (4, 4), (None, 1)]


names = st.lists(st.sampled_from(["IETF", "W3C", "ITU-T SG21", "IEC TC 57", "3GPP SA1"]), unique=True, max_size=5)


@given(names, names, st.sampled_from(["en", "zh"]))
def test_rows_of_addressees_hold_both_letters(old, new, language):
    letters = [
        Letter(
            f"LS {len(some)}", "JCA-MV", language=language, addressees=tuple(Addressed(one, "action") for one in some)
        )
        for some in (old, new)
    ]
    before, after = (page_of(Sheet(letter, MASTHEAD)) for letter in letters)
    page = compared(*letters)
    for rows, side in ((before, rejected), (after, accepted)):
        for marked, plain in zip([*page.origin, *page.destination], [*rows.origin, *rows.destination], strict=True):
            assert (side(marked.label), side(marked.value)) == (plain.label, plain.value)


# What is marked

OLD = Letter(
    title="LS on the roadmap",
    source="JCA-MV",
    body="<p>JCA-MV asks your group for input to the roadmap.</p><p>The second meeting is in March.</p>",
    abstract="An invitation.\nIt has two lines.",
    deadline=date(2026, 1, 30),
    addressees=(
        Addressed("ITU-T SG20", "action"),
        Addressed("IETF", "action"),
        Addressed("W3C", "action"),
        Addressed("ITU-T TSAG", "comment"),
    ),
    requests=(Asked("1", "nomination", "Nominate a representative."), Asked("2", "roadmap", "Fill in the template.")),
    contacts=(Contact("Sam Secretary", "TSB", email="sam@example.org"), Contact("Kim Kang", "ETRI", email="kim@x.org")),
    annexes=(Annex("Terms", "<p>The terms.</p>"), Annex("", "<p>The roadmap.</p>", "JCA-MV-Doc-003")),
    attachments=(Attached("Template", "template.docx", "1" * 64), Attached("Slides", "slides.pdf", "2" * 64)),
)


def test_a_changed_word_is_marked_inside_its_paragraph_and_links_stay_whole():
    old = '<p>Write to <a href="https://example.org/a">the old list</a> by <strong>30 January</strong>.</p>'
    new = '<p>Write to <a href="https://example.org/a">the new list</a> by <strong>15 February</strong>.</p>'
    assert body(old, new) == (
        '<p>Write to <a href="https://example.org/a">the <del>old</del><ins>new</ins> list</a> by '
        "<strong><del>30 January</del><ins>15 February</ins></strong>.</p>"
    )


def test_how_words_are_set_is_no_change_but_where_a_link_leads_is():
    assert body("<p>All <strong>must</strong> answer.</p>", "<p>All <em>must</em> answer.</p>") == (
        "<p>All <em>must</em> answer.</p>"
    )
    assert body('<p>See <a href="https://a.org/">it</a>.</p>', '<p>See <a href="https://b.org/">it</a>.</p>') == (
        '<p>See <a href="https://a.org/"><del>it</del></a><a href="https://b.org/"><ins>it</ins></a>.</p>'
    )


def test_paragraphs_that_came_went_or_moved_are_marked_as_a_whole():
    first, second, third = "<p>JCA-MV was set up.</p>", "<p>It meets in March.</p>", "<p>Answers are public.</p>"
    assert body(first + second + third, second + third) == f"<del>{first}</del>{second}{third}"
    assert body(first + second, first + third + second) == f"{first}<ins>{third}</ins>{second}"
    assert (
        body(first + second + third, second + third + first) == f"<del>{first}</del>{second}{third}<ins>{first}</ins>"
    )


def test_lists_are_compared_item_by_item():
    old = "<ol><li>Use cases of the year</li><li>Terminology</li><li>Networks</li></ol>"
    new = "<ol><li>Terminology</li><li>Use cases of the period</li><li>Networks</li><li>Avatars</li></ol>"
    assert body(old, new) == (
        '<ol><li class="deleted"><del><p>Use cases of the year</p></del></li><li><p>Terminology</p></li>'
        '<li class="inserted"><ins><p>Use cases of the period</p></ins></li><li><p>Networks</p></li>'
        '<li class="inserted"><ins><p>Avatars</p></ins></li></ol>'
    )


def table(*rows: str) -> str:
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


def without_columns(html: str) -> str:
    return re.sub(r"<colgroup>.*?</colgroup>", "", html)


def test_tables_are_compared_row_by_row_and_cell_by_cell():
    head = "<th>Body</th><th>Topic</th>"
    old = table(head, "<td>IETF</td><td>Networks</td>", "<td>W3C</td><td>Devices</td>", "<td>IEC</td><td>Cables</td>")
    new = table(head, "<td>IETF</td><td>Networks</td>", "<td>W3C</td><td>Browsers</td>", "<td>ISO</td><td>Banks</td>")
    assert "<tr><td><p>W3C</p></td><td><del><p>Devices</p></del><ins><p>Browsers</p></ins></td></tr>" in body(old, new)
    assert '<tr class="deleted"><td><p>IEC</p></td><td><p>Cables</p></td></tr>' in body(old, new)
    assert '<tr class="inserted"><td><p>ISO</p></td><td><p>Banks</p></td></tr>' in body(old, new)
    assert body(old, new).count("IETF") == 1


def test_a_table_with_another_number_of_columns_is_another_table():
    old = table("<th>Body</th>", "<td>IETF</td>")
    new = table("<th>Body</th><th>Topic</th>", "<td>IETF</td><td>Networks</td>")
    assert body(old, new) == f"<del>{markup(tidy(clean(old)))}</del><ins>{markup(tidy(clean(new)))}</ins>"


def test_rows_tied_by_a_cell_come_and_go_together():
    old = table("<th>Area</th><th>Topic</th>", '<td rowspan="2">General</td><td>Terms</td>', "<td>Roadmap</td>")
    new = table(
        "<th>Area</th><th>Topic</th>",
        '<td rowspan="3">General</td><td>Terms</td>',
        "<td>Roadmap</td>",
        "<td>Bodies</td>",
    )
    classes = [row.get("class") for row in tidy_comparison(old, new).iter("tr")]
    assert classes == [None, "deleted", "deleted", "inserted", "inserted", "inserted"]


def test_a_figure_is_another_one_when_its_picture_or_its_description_is_another():
    def figure(sha256, alt, caption):
        return f'<figure><img src="/pictures/{sha256 * 64}" alt="{alt}"><figcaption>{caption}</figcaption></figure>'

    old = figure("a", "Layers", "Figure 1 – Layers")
    assert body(old, figure("a", "Layers", "Figure 1 – Five layers")) == (
        f'<figure><img src="/pictures/{"a" * 64}" alt="Layers">'
        "<figcaption>Figure 1 – <del>Layers</del><ins>Five layers</ins></figcaption></figure>"
    )
    for new in (figure("b", "Layers", "Figure 1 – Layers"), figure("a", "Five layers", "Figure 1 – Layers")):
        assert body(old, new) == f"<del>{old}</del><ins>{new}</ins>"


def test_addressees_are_compared_name_by_name():
    new = replace(
        OLD,
        addressees=(
            Addressed("ITU-T SG20", "action"),
            Addressed("ITU-T SG21", "action"),
            Addressed("W3C", "action"),
            Addressed("IETF", "information"),
        ),
        deadline=date(2026, 2, 15),
    )
    rows = {row.key: row for row in compared(OLD, new).destination}
    assert [shown(part) for part in rows["action"].parts] == ["ITU-T SG20[-, IETF-]{+, ITU-T SG21+}", "W3C"]
    assert shown(rows["comment"].label) == "[-For comment to:-]"
    assert [shown(part) for part in rows["comment"].parts] == ["[-ITU-T TSAG-]"]
    assert shown(rows["information"].value) == "[---]{+IETF+}"
    assert shown(rows["deadline"].value) == "[-30 January 2026-]{+15 February 2026+}"


def test_contacts_lines_requests_and_attachments_are_compared_one_by_one():
    new = replace(
        OLD,
        contacts=(Contact("Sam Secretary", "ITU", email="samuel@example.org"),),
        abstract="An urgent invitation.\nIt has two lines.",
        requests=(*OLD.requests, Asked("3", "comment", "Comment on the terms.")),
        attachments=(Attached("Template", "template.docx", "3" * 64), OLD.attachments[1]),
    )
    page = compared(OLD, new)
    assert [([shown(line) for line in one.who], shown(one.email)) for one in page.contacts] == [
        (["Sam Secretary", "[-TSB-]", "{+ITU+}"], "[-sam@example.org-]{+samuel@example.org+}"),
        (["[-Kim Kang-]", "[-ETRI-]"], "[-kim@x.org-]"),
    ]
    assert [shown(line) for line in page.abstract] == ["An {+urgent +}invitation.", "It has two lines."]
    assert [shown(line) for line in page.requested][-1] == "{+Comment on the terms.+}"
    assert [shown(line) for line in page.attachments] == ["[-Template-]", "{+Template+}", "Slides"]
    assert shown(page.attachments_heading) == "Attachments: 2"


def test_annexes_are_paired_by_title_and_document_and_others_come_and_go_as_a_whole():
    new = replace(
        OLD, annexes=(Annex("", "<p>The whole roadmap.</p>", "JCA-MV-Doc-003-R1"), Annex("Rules", "<p>Vote.</p>"))
    )
    page = compared(OLD, new)
    assert [(shown(annex.heading), markup(annex.body)) for annex in page.annexes] == [
        ("[-Annex 1: Terms-]", "<del><p>The terms.</p></del>"),
        (
            "Annex [-2-]{+1+} ([-JCA-MV-Doc-003-]{+JCA-MV-Doc-003-R1+})",
            "<p>The <ins>whole </ins>roadmap.</p>",
        ),
        ("{+Annex 2: Rules+}", "<ins><p>Vote.</p></ins>"),
    ]


def test_paragraphs_are_numbered_as_the_later_text_is():
    new = replace(
        OLD,
        body="<ul><li>Bring slides.</li></ul><p>The second meeting is in April.</p><p>Nobody else was asked.</p>",
        annexes=(OLD.annexes[1],),
    )
    masthead = replace(MASTHEAD, comments_until=date(2026, 1, 1))
    for page in (page_of(Sheet(new, masthead)), page_of(Sheet(new, masthead, before=OLD))):
        sections = "".join(str(section.html) for section in (page.body, *page.annexes))
        assert re.findall('<span class="paragraph" id="p.*?">(.*?)</span>', sections) == ["1", "2", "3", "A1.1"]


def test_what_names_the_document_bears_no_signs():
    page = compared(OLD, replace(OLD, title="LS on the map", in_reply_to=("SG21-LS76",)))
    assert page.title == "LS on the map (reply to SG21-LS76)"
    assert not set(SIGNS) & set("".join([page.title, page.number, page.group, page.draft, *page.keywords]))
    [title] = [row for row in page.origin if row.key == "title"]
    assert shown(title.value) == "LS on the [-roadmap-]{+map (reply to SG21-LS76)+}"


@pytest.mark.parametrize("language", LABELS)
def test_the_line_above_names_both_documents(language):
    line = compared(OLD, replace(OLD, language=language)).draft
    assert "JCA-MV-Doc-021-R1" in line
    assert "JCA-MV-Doc-021" in line.replace("JCA-MV-Doc-021-R1", "")


def test_signs_become_elements_and_leave_addresses_alone():
    email = signed(words("sam@a.org", "samuel@b.org"))
    assert as_elements(f'<a href="mailto:{email}">{email}</a>') == (
        '<a href="mailto:samuel@b.org"><del>sam@a.org</del><ins>samuel@b.org</ins></a>'
    )
    gone = signed(words("sam@a.org", ""))
    assert as_elements(f'<a href="mailto:{gone}">') == '<a href="mailto:sam@a.org">'


# It ends soon

WORDS = 500 * 200  # of 200 pages


def pages(word) -> str:
    return "".join(f"<p>{' '.join(word(at, number) for at in range(100))}.</p>" for number in range(WORDS // 100))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (lambda at, number: f"w{at % 37}x{number}", lambda at, number: f"w{at % 37}x{number}" if at % 7 else "changed"),
        (lambda at, number: f"w{at}x{number}", lambda at, number: f"v{at}x{number}"),
        (lambda at, number: f"w{at % 5}", lambda at, number: f"w{at * number % 5}"),
    ],
    ids=["a word in seven", "everything", "five words over and over"],
)
def test_two_hundred_pages_are_compared_within_seconds(old, new):
    begin = time.process_time()
    body(pages(old), pages(new))
    assert time.process_time() - begin < 10


def test_twenty_thousand_paragraphs_of_which_every_third_changed_are_compared_within_seconds():
    begin = time.process_time()
    old = "".join(f"<p>w{number}</p>" for number in range(20_000))
    body(old, re.sub("<p>w(?=[0-9]*[147]<)", "<p>x", old))
    assert time.process_time() - begin < 10


def test_one_paragraph_of_a_hundred_pages_is_compared_by_its_sentences():
    sentences = [f"Sentence {number} says {number % 10}." for number in range(10_000)]
    old = " ".join(sentences)
    sentences[5000] = "Sentence 5000 is another one."
    begin = time.process_time()
    marked = body(f"<p>{old}</p>", f"<p>{' '.join(sentences)}</p>")
    assert time.process_time() - begin < 10
    assert re.findall("<(ins|del)>(.*?)</", marked) == [
        ("del", " Sentence 5000 says 0."),
        ("ins", " Sentence 5000 is another one."),
    ]
