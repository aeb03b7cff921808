"""Tracked changes in a file of ours that somebody sent back."""

from datetime import datetime

import pytest

from liaisons.intake import remarks
from tests.liaisons.intake.edits import CAME, WENT, cut, cut_of, ins, paragraph, said, t
from tests.liaisons.intake.sent_back.letter import AT, FIRST, read, rows, the_row


def test_a_word_put_in_the_place_of_another_is_one_remark_with_its_sentence(file):
    rest = " method. It has been tried by six bodies. They wrote reports."
    file.write(FIRST, t("The group recommends "), cut("this"), ins("one"), t(rest))
    assert the_row(file) == remarks.Remark(
        "replacement",
        "1",
        author="Ann",
        at=AT,
        quoted="this",
        instead="one",
        proposed="The group recommends one method.",
        before=FIRST,
        after=FIRST.replace("this", "one"),
    )


def test_a_change_inside_a_word_is_told_with_the_word(file):
    file.write(FIRST, t("The group recommend"), cut("s"), ins("ed"), t(" this method. It has been."))
    assert rows(file, "kind", "quoted", "instead", "tracked")[0] == ("replacement", "recommends", "recommended", True)


@pytest.mark.parametrize(
    ("runs", "told"),
    [
        ((t("Second words "), ins("do "), t("stand here.")), ("insertion", "", "do", "Second words do stand here.")),
        ((t("Second "), cut("words "), t("stand here.")), ("deletion", "words", "", "Second stand here.")),
        ((t("Second words stand here"), cut("."), ins("!")), ("replacement", ".", "!", "Second words stand here!")),
        ((t("Second words stand here."), ins(" Really.")), ("insertion", "", "Really.", "Really.")),
        (
            (t("Second word"), ins(" "), t("s stand here.")),
            ("replacement", "words", "word s", "Second word s stand here."),
        ),
    ],
)
def test_what_came_and_what_went_are_told_as_such(file, runs, told):
    file.write("Second words stand here.", *runs)
    assert rows(file, "kind", "quoted", "instead", "proposed") == [told]


def test_near_changes_of_one_author_are_one_place_and_far_ones_are_two(file):
    file.write(
        FIRST,
        *(
            t("The "),
            cut("group"),
            ins("body"),
            t(" recommends "),
            cut("this"),
            ins("that"),
            t(" method. It has been "),
        ),
        *(cut("tried"), ins("tested"), t(" by six bodies. They wrote reports.")),
    )
    assert rows(file, "quoted", "instead", "proposed") == [
        ("group recommends this", "body recommends that", "The body recommends that method."),
        ("tried", "tested", "It has been tested by six bodies."),
    ]


def test_changes_of_two_sentences_are_two_places(file):
    rest = (t("method. "), cut("It"), ins("This"), t(" has been tried by six bodies. They wrote reports."))
    file.write(FIRST, t("The group recommends "), cut("this "), ins("a "), *rest)
    assert rows(file, "quoted", "proposed") == [
        ("this", "The group recommends a method."),
        ("It", "This has been tried by six bodies."),
    ]


def test_runs_of_different_looks_and_dates_are_one_place(file):
    later = "2025-10-21T09:00:00Z"
    file.write(
        "Second words stand here.", t("Second words stand "), cut("he"), cut("re", at=later), ins("there"), t(".")
    )
    assert rows(file, "quoted", "instead", "at") == [("here", "there", datetime(2025, 10, 21, 9))]  # noqa: DTZ001


def test_each_author_has_rows_without_the_changes_of_the_other(file):
    file.write("Second words stand here.", cut("Second"), ins("Two"), t(" words "), cut("stand", "Ben"), t(" here."))
    assert rows(file, "author", "quoted", "proposed") == [
        ("Ann", "Second", "Two words stand here."),
        ("Ben", "stand", "Second words  here."),
    ]


def test_who_takes_out_what_another_put_in_says_so(file):
    file.write(
        "Second words stand here.",
        t("Second "),
        ins("two "),
        cut_of("or three ", at="2025-10-22T08:00:00Z"),
        t("words stand here."),
    )
    ann, ben = read(file).rows
    assert (ann.author, ann.instead, ann.at, ben.at) == ("Ann", "two or three", AT, datetime(2025, 10, 22, 8))  # noqa: DTZ001
    assert (ben.author, ben.quoted, ben.text) == ("Ben", "", "Takes out again what Ann put in.")


def test_what_one_put_in_and_took_out_again_is_no_remark(file):
    text = "Second words stand here."
    file.write(text, t(text), cut_of("x", author="Ann"), ins(" Yes.", "Ben"))
    told = read(file)
    assert [(row.author, row.instead) for row in told.rows] == [("Ben", "Yes.")]
    assert told.sentences == ()


def test_a_paragraph_put_in_leaves_the_numbers_below_it_as_they_were(file):
    found = file.write(FIRST, t(FIRST), mark=CAME)
    file.below(found, paragraph(ins("A new one. Of two sentences."), mark=CAME), paragraph(ins("And another.")))
    file.write("Second words stand here.", t("Second words stand "), cut("here"), ins("there"), t("."))
    first, second = read(file).rows
    assert (first.kind, first.paragraph, first.quoted) == ("insertion", "1", "")
    assert first.instead == first.proposed == "A new one. Of two sentences.\nAnd another."
    assert first.after == f"{FIRST}\nA new one. Of two sentences.\nAnd another."
    assert (second.paragraph, second.instead) == ("3", "there")


def test_paragraphs_that_went_are_told_one_by_one(file):
    file.write(FIRST, cut(FIRST), mark=WENT)
    file.write("Second words stand here.", cut("Second words stand here."), mark=WENT)
    assert rows(file, "kind", "paragraph", "quoted", "proposed", "after") == [
        ("deletion", "1", FIRST, "", ""),
        ("deletion", "3", "Second words stand here.", "", ""),
    ]


def test_a_paragraph_that_is_divided_or_joined_says_so(file):
    found = file.write("Second words stand here.", t("Second words"), mark=CAME)
    file.below(found, paragraph(t(" stand here.")))
    file.write("The last paragraph of the letter.", t("The last paragraph of the letter."), mark=WENT)
    divided, joined = read(file).rows
    assert (divided.kind, divided.paragraph, divided.text) == ("insertion", "3", "A new paragraph begins here.")
    assert divided.proposed == "Second words\n stand here."
    assert (joined.kind, joined.paragraph, joined.text) == ("deletion", "7", "The next paragraph goes on here.")


@pytest.mark.parametrize(
    ("text", "paragraph", "place"),
    [
        ("On methods of the metaverse", "", "Title"),
        ("ITU-T SG20", "", "For action to"),
        ("1Scope", "2", ""),
        ("Another item of it", "5", ""),
        ("Table 1 – Bodies", "6", ""),
        ("Coding of pictures", "6", ""),
        ("Terms begin here.", "A1.1", ""),
        ("A term of the list", "A1.2", ""),
        ("Annex 1: Terms", "", "Annex 1: Terms"),
    ],
)
def test_each_remark_knows_where_it_stands(file, text, paragraph, place):
    file.write(text, t(text.replace("1S", "1 S")), ins(" and more"))
    assert rows(file, "paragraph", "place", "instead") == [(paragraph, place, "and more")]


def cells(row, by="Ann"):
    return "".join(f"<w:tc><w:tcPr/>{paragraph(ins(text, by), style='Tabletext')}</w:tc>" for text in row)


def test_rows_of_a_table_that_came_or_went_are_told_as_rows(file):
    came = "".join(f"<w:tr><w:trPr>{CAME}</w:trPr>{cells(row)}</w:tr>" for row in [("SG2", "Names"), ("SG3", "Cost")])
    file.below(file.row("SG20"), came)
    gone = file.row("SG21")
    file.write("SG21", cut("SG21"))
    file.write("Coding of pictures", cut("Coding of pictures"))
    file.mark_row(gone, WENT)
    assert rows(file, "kind", "paragraph", "quoted", "instead") == [
        ("insertion", "6", "", "SG2 | Names\nSG3 | Cost"),
        ("deletion", "6", "SG21 | Coding of pictures", ""),
    ]


def test_what_another_wrote_into_a_new_row_is_told_too(file):
    file.below(file.row("SG20"), f"<w:tr><w:trPr>{CAME}</w:trPr>{cells(['SG2'])}{cells(['Names'], 'Ben')}</w:tr>")
    assert rows(file, "author", "instead") == [("Ann", "SG2 |"), ("Ben", "Names")]


def test_both_ends_of_a_move_name_each_other(file):
    moved = "Second words stand here."
    leaves = f'<w:moveFromRangeStart {said()} w:name="move1"/><w:moveFrom {said()}>{t(moved)}</w:moveFrom>'
    file.write(moved, leaves, '<w:moveFromRangeEnd w:id="7"/>', mark=f"<w:moveFrom {said()}/>")
    arrives = f'<w:moveToRangeStart {said()} w:name="move1"/><w:moveTo {said()}>{t(moved)}</w:moveTo>'
    last = "The last paragraph of the letter."
    file.write(last, t(f"{last} "), arrives, '<w:moveToRangeEnd w:id="7"/>')
    assert rows(file, "kind", "paragraph", "text") == [
        ("deletion", "3", "Moved to 7."),
        ("insertion", "7", "Moved here from 3."),
    ]
