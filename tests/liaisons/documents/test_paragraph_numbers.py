"""How a comment names a paragraph, and which paragraphs a text has."""

import pytest
from lxml import html

from liaisons.documents.paragraphs import named, number_paragraphs, numbers, place, ranges


def test_each_number_comes_with_the_words_of_its_paragraph():
    root = html.fromstring(
        "<div><p>First <b>words</b>.</p><ul><li><p>An item</p></li></ul><table><tr><td>Cell</td></tr></table></div>"
    )
    number_paragraphs(root, "A1.")
    assert numbers(root) == {"A1.1": "First words.", "A1.2": "An item", "A1.3": "Cell"}


@pytest.mark.parametrize(
    ("clause", "number"),
    [("3", "3"), (" 3. ", "3"), ("§3", "3"), ("Paragraph a1.2", "A1.2"), ("3.2", ""), ("clause 3", ""), ("", "")],
)
def test_a_number_of_a_paragraph_is_known_in_words(clause, number):
    assert named(clause) == number


def test_a_text_is_told_by_the_first_and_last_number_of_its_parts():
    assert ranges(["1", "2", "3", "A1.1", "A2.1", "A2.2"]) == [("1", "3"), ("A1.1", "A1.1"), ("A2.1", "A2.2")]


def test_comments_sort_by_paragraph_and_those_on_the_whole_text_come_last():
    known = ["1", "2", "10", "A1.1"]
    said = ["", "the title", "10", "A1.1", "2", "99"]
    assert sorted(said, key=lambda clause: place(clause, known)) == ["2", "10", "A1.1", "99", "the title", ""]
