"""What was changed without tracking in a file of ours, and which text it was."""

from dataclasses import replace

import pytest

from liaisons.documents.word import write_word
from liaisons.intake import remarks
from tests.liaisons.intake.edits import Edited, cut, ins, paragraph, said, t
from tests.liaisons.intake.files import p, word_file
from tests.liaisons.intake.sent_back.letter import BODY, FIRST, LETTER, SENT, SHEET, read, refusal, rows, the_row


def test_what_was_changed_without_tracking_is_found_and_marked(file):
    file.write("Second words stand here.", t("Second words lie here."))
    row = the_row(file)
    assert (row.kind, row.paragraph, row.quoted, row.instead) == ("replacement", "3", "stand", "lie")
    assert (row.tracked, row.author, row.at) == (False, "", None)


def test_paragraphs_that_came_or_went_without_tracking_are_found(file):
    file.below(FIRST, paragraph(t("A new paragraph here.")), paragraph(t("And one more.")))
    file.remove("Second words stand here.")
    file.remove("Networks")
    file.row("Coding of pictures").getparent().remove(file.row("Coding of pictures"))
    assert rows(file, "kind", "paragraph", "quoted", "instead", "tracked") == [
        ("insertion", "1", "", "A new paragraph here.\nAnd one more.", False),
        ("deletion", "3", "Second words stand here.", "", False),
        ("deletion", "6", "Networks\nSG21\nCoding of pictures", "", False),
    ]


def test_tracked_and_silent_changes_of_one_paragraph_are_told_apart(file):
    file.write("Second words stand here.", t("Second terms stand "), cut("here"), ins("there"), t("."))
    assert rows(file, "quoted", "instead", "tracked") == [("words", "terms", False), ("here", "there", True)]


def test_a_paragraph_written_anew_is_known_by_its_number(file):
    file.write("Second words stand here.", t("Nothing of that is left, and nobody misses any."))
    file.below(FIRST, paragraph(t("Something else before it.")))
    assert rows(file, "paragraph", "quoted") == [("1", ""), ("3", "Second words stand here.")]


def test_words_that_are_set_like_the_number_before_them_are_words(file):
    """As Word sets what is typed at the beginning of a paragraph."""
    style = '<w:rPr><w:rStyle w:val="ParagraphNumber"/></w:rPr>'
    word = f'<w:r>{style}<w:t xml:space="preserve">Really, </w:t></w:r>'
    file.write("Second words stand here.", f"<w:ins {said()}>{word}</w:ins>", t("Second words stand here."))
    file.write("The last paragraph of the letter.", word, t("The last paragraph of the letter."))
    assert rows(file, "paragraph", "instead", "tracked") == [("3", "Really,", True), ("7", "Really,", False)]


def test_words_in_the_frame_of_a_number_are_found(file):
    frame = file.find("Another item of it").getprevious()
    file.extend(frame, t(" Not an item."))
    file.write("Another item of it", t("Another item of it"), ins(" or two"))
    assert rows(file, "paragraph", "instead") == [("4", "Not an item."), ("5", "or two")]


def test_the_number_of_a_paragraph_joined_to_another_is_no_word(file):
    second = file.find("The last paragraph of the letter.")
    file.join("Terms begin here.", second)
    assert [row.paragraph for row in read(file).rows if "A1" in row.instead or "7" in row.instead] == []


def test_without_numbers_and_styles_paragraphs_are_known_by_their_words(file):
    file.write("Another item of it", t("Another item "), ins("or two "), t("of it"))
    file.part("word/styles.xml", lambda content: content.replace(b'w:val="ParagraphNumber', b'w:val="Other'))
    assert rows(file, "paragraph", "instead", "tracked") == [("5", "or two", True)]


def test_changes_of_spaces_and_looks_are_left_out_and_named(file):
    file.write("Second words stand here.", t("Second "), ins(" "), t("words stand here."), ins(" Yes."))
    told = read(file)
    assert [row.instead for row in told.rows] == ["Yes."]
    assert told.sentences == ("Changes of spaces and of formatting were left out.",)


def test_pictures_and_notes_that_came_are_named_in_words(file):
    picture = '<w:r><w:drawing><wp:inline><wp:docPr id="1" name="x" descr="A map"/></wp:inline></w:drawing></w:r>'
    file.write("Second words stand here.", t("Second words stand here."), f"<w:ins {said()}>{picture}</w:ins>")
    assert rows(file, "instead") == [("[picture: A map]",)]


def test_words_in_a_box_are_found(file):
    box = f"<w:r><w:pict><w:txbxContent>{paragraph(ins('A word aside.'))}</w:txbxContent></w:pict></w:r>"
    file.write("Second words stand here.", t("Second words stand here."), box)
    assert rows(file, "paragraph", "instead") == [("3", "A word aside.")]


def test_the_file_as_it_was_sent_says_nothing():
    assert "Track changes" in refusal(SENT)


def test_another_text_is_named_as_such_and_its_remarks_are_kept():
    other = word_file(p("Minutes of a meeting"), p("Nothing of ours.", ins(" Really.")))
    told = remarks.read(other, SENT)
    assert [(row.paragraph, row.instead) for row in told.rows] == [("", "Really.")]
    assert "without the numbers" in told.sentences[0]
    assert "another text" in refusal(word_file(p("Minutes of a meeting"), p("Nothing of ours.")))


def test_an_excerpt_does_not_take_away_the_rest():
    excerpt = word_file(p("Second words stand here."), p("The last ", ins("good "), "paragraph of the letter."))
    told = remarks.read(excerpt, SENT)
    assert [(row.paragraph, row.instead) for row in told.rows] == [("7", "good")]
    assert "Only a part" in told.sentences[0]


def test_of_another_revision_only_what_is_tracked_is_taken():
    letter = replace(LETTER, body=f"<p>Put in with the revision.</p>{BODY}")
    file = Edited(SENT)
    file.write("Second words stand here.", t("Second words lie "), cut("here"), ins("there"), t("."))
    told = read(file, write_word(replace(SHEET, letter=letter)))
    assert [(row.paragraph, row.instead) for row in told.rows] == [("4", "there")]
    assert "another revision" in told.sentences[0]


def test_the_changes_that_our_own_comparison_shows_are_nobodys_remarks():
    before = replace(LETTER, body=BODY.replace("Second", "Other").replace("<p>The last", "<p>Old.</p><p>The last"))
    file = Edited(write_word(replace(SHEET, before=before, before_number="JCA-MV-Doc-020")))
    file.write("A term of the list", t("A term of the "), cut("list"), ins("table"))
    assert rows(file, "paragraph", "quoted") == [("A1.2", "list")]


def test_only_in_a_comparison_the_changes_of_the_group_are_ours(file):
    file.write("SG20", t("SG20"), ins(" and SG21", "JCA-MV"))
    assert rows(file, "author", "instead") == [("JCA-MV", "and SG21")]


@pytest.mark.parametrize(
    ("body", "text", "number"),
    [
        ("<p>One.</p><table><tbody><tr><td></td><td>Two</td></tr></tbody></table>", "", "2"),
        (
            f'<p>One.</p><figure><img src="/pictures/{"0" * 64}" alt="A map"><figcaption>Two</figcaption></figure>',
            "Two",
            "2",
        ),
    ],
)
def test_empty_cells_and_captions_have_the_number_of_what_they_belong_to(body, text, number):
    sent = write_word(replace(SHEET, letter=replace(LETTER, body=body, annexes=())))
    file = Edited(sent)
    place = file.find(text) if text else file.find("Two").getparent().getprevious().findall("./{*}p")[0]
    file.extend(place, ins(" and more"))
    [row] = read(file, sent).rows
    assert (row.paragraph, row.instead) == (number, "and more")
