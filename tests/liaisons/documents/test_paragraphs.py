"""Numbers of paragraphs, by which comments say where they belong."""

import re
from datetime import date

from lxml import html

from liaisons.documents.page import Page
from liaisons.documents.screen import on_screen
from liaisons.letter import Annex, Letter, Masthead, Sheet

UNTIL = date(2025, 10, 27)
BODY = (
    "<p>One</p><h2>1 Two</h2><ul><li>Three<ul><li>Four</li></ul></li><li><p>Five</p></li></ul>"
    "<table><tbody><tr><td>Six</td><td>2</td></tr></tbody></table>"
    "<blockquote><p>Seven &lt;b&gt;</p></blockquote>"
)


def page(body: str = BODY, *annexes: Annex) -> Page:
    return Page(Sheet(Letter("T", "S", body, annexes=annexes), Masthead("N", "G", "2025-2028", comments_until=UNTIL)))


def marks(markup: str) -> list[tuple[str, str]]:
    """Each number with the first word of what it stands before."""
    told = []
    for mark in html.fragment_fromstring(markup, create_parent="div").find_class("paragraph"):
        block = mark.getparent()
        words = block.text_content().removeprefix(mark.text) or block.getnext().text_content()
        told.append((mark.text, re.findall("[A-Z][a-z]+", words)[0]))
    return told


def test_paragraphs_are_numbered_in_reading_order_and_tables_as_a_whole():
    (body,) = on_screen(page())
    words = ["One", "Two", "Three", "Four", "Five", "Six", "Seven"]
    assert marks(body.html) == [(str(number), word) for number, word in enumerate(words, start=1)]


def test_each_annex_counts_for_itself():
    body, first, second = on_screen(page("<p>One</p>", Annex("First", "<p>A</p><p>B</p>"), Annex("Second", "<p>C</p>")))
    assert [re.findall('id="p([^"]+)"', section.html) for section in (body, first, second)] == [
        ["1"],
        ["A1.1", "A1.2"],
        ["A2.1"],
    ]
    assert second.heading == "Annex 2: Second"


def test_with_an_address_a_number_leads_to_a_comment_on_its_paragraph():
    (body,) = on_screen(page("<p>One</p>"), address="/circulations/3/")
    assert 'href="/circulations/3/?at=1#say"' in body.html
    assert "href" not in on_screen(page("<p>One</p>"))[0].html


def test_no_style_of_the_paper_reaches_the_screen():
    for (body,) in (on_screen(page()), on_screen(page(), address="/")):
        assert "<table" in body.html
        assert "style" not in body.html


def test_only_copies_for_comment_have_numbers():
    final = Page(Sheet(Letter("T", "S", BODY), Masthead("N", "G", "2025-2028")))
    (body,) = on_screen(final)
    assert marks(body.html) == []


def test_what_was_text_stays_text():
    assert "Seven &lt;b&gt;" in on_screen(page())[0].html


def test_the_letter_itself_is_left_as_it_was():
    letter = page()
    before = letter.body.html
    on_screen(letter)
    assert letter.body.html == before
