"""Margin comments in a file of ours that somebody sent back."""

from liaisons.intake import remarks
from tests.liaisons.intake.edits import cut, end, ins, start, t
from tests.liaisons.intake.sent_back.letter import AT, FIRST, rows, the_row


def test_a_comment_stands_on_its_words(file):
    file.write("Second words stand here.", t("Second "), start("0"), t("words stand"), end("0"), t(" here."))
    file.comment("0", "Which ones?", "And why?", author="Chloé")
    assert the_row(file) == remarks.Remark(
        "comment",
        "3",
        author="Chloé",
        at=AT,
        quoted="words stand",
        text="Which ones?\nAnd why?",
        before="Second words stand here.",
        after="Second words stand here.",
    )


def test_answers_stand_below_what_they_answer_and_what_is_ticked_off_is_marked(file):
    both = start("0") + start("1") + start("2")
    file.write("Second words stand here.", both, t("Second words"), end("0"), end("1"), end("2"), t(" stand here."))
    file.comment("0", "Two lines", "of one comment", done=True)
    file.comment("1", "I agree.", author="Ben", answers="0", done=True)
    file.comment("2", "So do I.", author="Chloé", answers="1", done=True)
    row = the_row(file)
    assert row.text == "Two lines\nof one comment\nBen: I agree.\nChloé: So do I."
    assert row.resolved


def test_a_comment_over_several_paragraphs_begins_at_the_first(file):
    file.write("Second words stand here.", t("Second words "), start("0"), t("stand here."))
    file.write("Another item of it", t("Another item"), end("0"), t(" of it"))
    file.comment("0", "Too short.")
    assert rows(file, "paragraph", "quoted") == [("3", "stand here.\nItem of the list\nAnother item")]


def test_a_comment_that_begins_behind_a_paragraph_belongs_to_the_words_it_holds(file):
    file.write(FIRST, t(FIRST), start("0"))
    file.below("1Scope", end("0"))
    file.comment("0", "Why?")
    assert rows(file, "paragraph", "quoted") == [("2", "1\tScope")]


def test_a_comment_without_a_range_or_without_a_place_is_kept(file):
    file.write("SG20", t("SG20"), end("0").partition("/>")[2])
    file.comment("0", "On a point.")
    file.comment("1", "On nothing.")
    assert rows(file, "paragraph", "text") == [("6", "On a point."), ("", "On nothing.")]


def test_a_comment_on_the_change_of_its_author_says_why(file):
    changed = (start("0"), cut("stand"), ins("lie"), end("0"))
    file.write("Second words stand here.", t("Second words "), *changed, t(" here."))
    file.comment("0", "They do not stand.")
    assert rows(file, "kind", "instead", "text") == [("replacement", "lie", "They do not stand.")]


def test_a_comment_on_more_than_the_change_of_its_author_stays_a_remark_of_its_own(file):
    changed = (t("The group recommends "), cut("this"), ins("one"), t(" method. It has been tried by six bodies."))
    file.write(FIRST, start("0"), *changed, end("0"), t(" They wrote reports."))
    file.comment("0", "All of it?")
    assert rows(file, "kind", "text") == [("comment", "All of it?"), ("replacement", "")]


def test_a_comment_on_the_change_of_another_stays_a_remark_of_its_own(file):
    changed = (start("0"), cut("stand"), ins("lie"), end("0"))
    file.write("Second words stand here.", t("Second words "), *changed, t(" here."))
    file.comment("0", "Do they?", author="Ben")
    assert rows(file, "kind", "author", "quoted", "text") == [
        ("replacement", "Ann", "stand", ""),
        ("comment", "Ben", "stand", "Do they?"),
    ]
