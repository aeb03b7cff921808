"""A comparison in Word: whoever accepts every change has the later letter, whoever rejects them the earlier one."""

from copy import deepcopy
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from docx import Document
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement

from liaisons.documents.word import write_word
from liaisons.letter import Addressed, Annex, Contact, Letter, Sheet
from tests.liaisons.documents import samples

BEFORE = replace(
    samples.fg_mv_ls1().letter,
    ref="FG-MV-O-001",
    abstract="What the group asks.",
    addressees=(Addressed("W3C", "action"), Addressed("IETF", "action"), Addressed("ITU-T SG16", "information")),
    body=(
        "<h2>1 Scope</h2><p>The group asks for roadmaps.</p><p>It meets in Riyadh.</p>"
        "<ul><li>one item</li><li>another thing that goes</li></ul>"
        "<p>Table 1 – Topics</p>"
        "<table><tr><th>Topic</th><th>Body</th></tr><tr><td>General</td><td>IEC</td></tr>"
        "<tr><td>Codecs in use</td><td>SC 29</td></tr></table>"
        '<p>See <a href="https://example.org/1">the page</a>.</p>'
    ),
    annexes=(Annex("Old annex", "<p>It goes as a whole, with its table.</p><table><tr><td>a</td></tr></table>"),),
)
AFTER = replace(
    BEFORE,
    ref="",
    title="LS on requesting roadmaps on metaverse standardization work",
    abstract="What the group asks of others.",
    deadline=date(2023, 7, 31),
    addressees=(Addressed("W3C", "action"), Addressed("ETSI", "action"), Addressed("ITU-T SG21", "comment")),
    contacts=(BEFORE.contacts[0], Contact("New Person", "NICT", "Japan", "+81 3", "new@example.org")),
    body=(
        "<h2>2 Scope</h2><p>The group asks for roadmaps and <strong>specifications</strong>.</p>"
        "<p>A paragraph that nobody has read before.</p>"
        "<ul><li>one item</li><li>something quite new<br>on two lines</li></ul>"
        "<p>Table 1 – Topics</p>"
        "<table><tr><th>Topic</th><th>Body</th></tr><tr><td>General</td><td>IEC and ISO</td></tr>"
        "<tr><td>Blockchain</td><td>TC 307</td></tr></table>"
        '<p>See <a href="https://example.org/1">the page of the group</a>.</p>'
    ),
    annexes=(),
)


def elements(letter: Letter, before: Letter | None = None) -> BaseOxmlElement:
    sheet = samples.fg_mv_ls1()
    compared = Sheet(letter, sheet.masthead, before=before, before_number="FG-MV-Doc-1" if before else "")
    return Document(BytesIO(write_word(compared))).element.body


def settled(body: BaseOxmlElement, *, accept: bool) -> BaseOxmlElement:
    """What Word makes of a file when every change is accepted or rejected."""
    body = deepcopy(body)
    kept, gone = ("ins", "del") if accept else ("del", "ins")
    _settle_tables(body, gone)
    for change in list(body.iter(qn(f"w:{gone}"))):
        if len(change):
            change.getparent().remove(change)
    for change in list(body.iter(qn(f"w:{kept}"))):
        for run in list(change):
            change.addprevious(run)
    for paragraph in list(body.iter(qn("w:p"))):
        marks = paragraph.pPr.find(f"{qn('w:rPr')}/{qn(f'w:{gone}')}") if paragraph.pPr is not None else None
        if marks is not None:
            assert not text_of(paragraph), "the mark of a paragraph goes only with all of its words"
            paragraph.getparent().remove(paragraph)
    return body


def _settle_tables(body: BaseOxmlElement, gone: str) -> None:
    for row in list(body.iter(qn("w:tr"))):
        if row.trPr is not None and row.trPr.find(qn(f"w:{gone}")) is not None:
            row.getparent().remove(row)
    for table in list(body.iter(qn("w:tbl"))):
        if not table.tr_lst:
            table.getparent().remove(table)


def text_of(element: BaseOxmlElement) -> str:
    signs = {qn("w:tab"): "\t", qn("w:br"): "\n"}
    runs = (sign for run in element.iter(qn("w:r")) for sign in run)
    return "".join(signs.get(sign.tag) or sign.text or "" for sign in runs if sign.tag != qn("w:rPr"))


def told(body: BaseOxmlElement) -> list[tuple[str, str]]:
    """Style and words of every paragraph that has any; where it stands in a table or a link makes no difference."""
    found = [(p.pPr.pStyle.val, text_of(p)) for p in body.iter(qn("w:p"))]
    return [(style, text) for style, text in found if text.strip()]


@pytest.fixture(scope="module")
def changed() -> BaseOxmlElement:
    return elements(AFTER, BEFORE)


def test_accepting_every_change_gives_the_later_letter(changed):
    assert told(settled(changed, accept=True)) == told(elements(AFTER))


def test_rejecting_every_change_gives_the_earlier_letter(changed):
    assert told(settled(changed, accept=False)) == told(elements(BEFORE))


def test_each_change_says_whose_and_of_what_day_it_is_and_has_a_number_of_its_own(changed):
    changes = list(changed.iter(qn("w:ins"), qn("w:del")))
    assert len({change.get(qn("w:id")) for change in changes}) == len(changes) > 40
    assert {change.get(qn("w:author")) for change in changes} == {"Focus Group on metaverse"}
    assert {change.get(qn("w:date")) for change in changes} == {"2023-03-09T00:00:00Z"}


def test_deleted_words_are_no_text_any_more(changed):
    assert [t.text for deleted in changed.iter(qn("w:del")) for t in deleted.iter(qn("w:t"))] == []
    words = [t.text for t in changed.iter(qn("w:delText"))]
    assert "another thing that goes" in words
    assert all(any(up.tag == qn("w:del") for up in t.iterancestors()) for t in changed.iter(qn("w:delText")))


def test_rows_and_paragraphs_go_as_a_whole(changed):
    gone = {
        text_of(row)
        for row in changed.iter(qn("w:tr"))
        if row.trPr is not None and row.trPr.find(qn("w:del")) is not None
    }
    assert {"Ref.:FG-MV-O-001", "Codecs in useSC 29"} <= gone
    paragraphs = {text_of(p) for p in changed.iter(qn("w:p")) if p.pPr.find(f"{qn('w:rPr')}/{qn('w:ins')}") is not None}
    assert {"A paragraph that nobody has read before.", "something quite new\non two lines"} <= paragraphs


def test_letter_without_changes_has_none():
    body = elements(BEFORE, BEFORE)
    assert [change.tag for change in body.iter(qn("w:ins"), qn("w:del"))] == []
    assert told(body) == told(elements(BEFORE))


@pytest.fixture(scope="module")
def circulated() -> WordDocument:
    sheet = samples.fg_mv_ls1()
    masthead = replace(sheet.masthead, comments_until=date(2023, 3, 30))
    return Document(BytesIO(write_word(Sheet(AFTER, masthead, before=BEFORE, before_number="FG-MV-Doc-1"))))


def test_numbers_in_copies_for_comment_count_the_later_text_and_go_with_what_is_rejected(circulated):
    def numbers(body: BaseOxmlElement) -> list[str]:
        styled = body.iterfind(f".//{qn('w:rStyle')}[@{qn('w:val')}='ParagraphNumber']")
        return [text_of(style.getparent().getparent()).strip() for style in styled]

    body = circulated.element.body
    count = len(numbers(body))
    assert numbers(body) == [str(number) for number in range(1, count + 1)]
    assert numbers(settled(body, accept=True)) == numbers(body)
    assert len(numbers(settled(body, accept=False))) < count


def test_no_number_stands_in_a_frame_because_of_which_libreoffice_would_forget_changes(circulated):
    assert not circulated.element.body.findall(f".//{qn('w:framePr')}")
    items = [text for style, text in told(settled(circulated.element.body, accept=True)) if style == "enumlev1"]
    assert items == ["4\u2002one item", "5\u2002something quite new\non two lines"]
