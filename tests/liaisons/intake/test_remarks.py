"""Tracked changes, margin comments and silent changes in a file of ours that somebody sent back."""

import random
import shutil
import subprocess
import time
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from liaisons.documents.word import write_word
from liaisons.intake import remarks
from liaisons.letter import Addressed, Annex, Letter, Masthead, Sheet
from liaisons.rules import Refused
from tests.liaisons.intake.edits import CAME, WENT, Edited, cut, cut_of, end, ins, paragraph, said, start, t
from tests.liaisons.intake.files import p, word_file
from tests.liaisons.intake.test_safety import repacked

FIRST = "The group recommends this method. It has been tried by six bodies. They wrote reports."
BODY = (
    f"<p>{FIRST}</p><h2>1 Scope</h2><p>Second words stand here.</p>"
    "<ul><li>Item of the list</li><li>Another item of it</li></ul>"
    "<table><caption>Table 1 – Bodies</caption><tbody><tr><td>Body</td><td>Part</td></tr>"
    "<tr><td>SG20</td><td>Networks</td></tr><tr><td>SG21</td><td>Coding of pictures</td></tr></tbody></table>"
    "<p>The last paragraph of the letter.</p>"
)
LETTER = Letter(
    "On methods of the metaverse",
    "JCA-MV",
    BODY,
    addressees=(Addressed("ITU-T SG20", "action"),),
    annexes=(Annex("Terms", "<p>Terms begin here.</p><ul><li>A term of the list</li></ul>"),),
)
SHEET = Sheet(LETTER, Masthead("JCA-MV-Doc-021", "JCA-MV", "2025-2028", comments_until=date(2025, 10, 27)))
SENT = write_word(SHEET)
AT = datetime(2025, 10, 20, 14, 3)  # noqa: DTZ001 – by the clock of whoever wrote it


@pytest.fixture
def file():
    return Edited(SENT)


def read(file, sent=SENT):
    return remarks.read(file.saved(), sent)


def rows(file, *names):
    return [tuple(getattr(row, name) for name in names) for row in read(file).rows]


def the_row(file):
    [row] = read(file).rows
    return row


def refusal(content, sent=SENT):
    with pytest.raises(Refused) as refused:
        remarks.read(content, sent)
    return refused.value.sentences[0]


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


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", SENT[: len(SENT) // 2]])
def test_what_is_no_word_file_is_refused_with_what_to_do(content):
    assert "Word" in refusal(content)


def test_more_remarks_than_a_table_can_hold_are_refused(file, monkeypatch):
    monkeypatch.setattr("liaisons.intake.remarks.MOST_REMARKS", 3)
    for text in ("SG20", "SG21", "Networks"):
        file.write(text, t(text), ins(" x"))
    assert len(read(file).rows) == 3
    file.write("Body", t("Body"), ins(" x"))
    assert "more than 3 things" in refusal(file.saved())


def test_chinese_is_told_by_its_characters():
    letter = replace(LETTER, language="zh", body="<p>第一段文字在这里。第二句话。</p>")
    sent = write_word(replace(SHEET, letter=letter))
    file = Edited(sent)
    file.write("第一段文字在这里。第二句话。", t("第一段"), cut("文字"), ins("内容"), t("在这里。第二句话。"))
    [row] = read(file, sent).rows
    assert (row.quoted, row.instead, row.proposed) == ("文字", "内容", "第一段内容在这里。")


def busy():
    """A file with one of each."""
    file = Edited(SENT)
    found = file.write(FIRST, t("The group recommend"), cut("s"), ins("ed"), t(FIRST[20:]), mark=CAME)
    file.below(found, paragraph(ins("A new one.")))
    file.write("Second words stand here.", t("Second "), start("0"), t("words"), end("0"), t(" stand here."))
    file.comment("0", "Which?", author="Ben")
    file.write("Coding of pictures", t("Coding of "), cut("pictures", "Ben"), ins("films", "Ben"))
    file.write("Terms begin here.", t("Terms start here."))
    file.write("The last paragraph of the letter.", cut("The last paragraph of the letter."), mark=WENT)
    return file


def test_libreoffice_saves_what_is_read_the_same(tmp_path):
    if not shutil.which("soffice"):
        pytest.skip("soffice is missing: apt-get install libreoffice-writer-nogui")
    (tmp_path / "busy.docx").write_bytes(busy().saved())
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    target = ("--convert-to", "docx:MS Word 2007 XML", "--outdir", tmp_path / "out", tmp_path / "busy.docx")
    subprocess.run(["soffice", profile, "--headless", *target], check=True, capture_output=True, timeout=120)
    told = remarks.read((tmp_path / "out" / "busy.docx").read_bytes(), SENT)
    assert told.rows == read(busy()).rows


def test_what_libreoffice_records_is_read():
    """Made from SENT by LibreOffice 7.4 with its recording of changes switched on."""
    content = Path(__file__).with_name("recorded.docx").read_bytes()
    told = remarks.read(content, SENT).rows
    assert [(row.kind, row.paragraph, row.quoted, row.proposed, row.text) for row in told] == [
        ("replacement", "1", "this", "The group recommends one method.", ""),
        ("insertion", "3", "", "A new paragraph.", ""),
        ("replacement", "4", "Item of the list", "Point of the list", ""),
        ("replacement", "6", "pictures", "Coding of films", ""),
        ("deletion", "7", "The last paragraph of the letter.", "", ""),
        ("comment", "A1.1", "Terms begin", "", "Why?"),
    ]
    assert all(row.tracked for row in told)


WHOLE = busy().saved()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32))
def test_mutated_files_are_read_or_refused(seed):
    source = random.Random(seed)
    names = ("word/document.xml", "word/comments.xml", "word/commentsExtended.xml", "docProps/custom.xml")
    touched = source.choice(names)

    def mutated(name, content):
        if name != touched:
            return content
        content = bytearray(content)
        for _change in range(source.randrange(1, 20)):
            at = source.randrange(len(content))
            content[at : at + source.randrange(3)] = source.choice([b'"', b"\xff", b"9" * 12, b"w:tbl", b"w:ins", b""])
        return bytes(content)

    with suppress(Refused):
        assert remarks.read(repacked(WHOLE, mutated), SENT).rows


def test_a_file_full_of_strangers_text_takes_seconds():
    file = Edited(SENT)
    file.below(FIRST, *(paragraph(t(f"Words {number} of {number * 7} others.")) for number in range(20_000)))
    begun = time.process_time()
    with suppress(Refused):
        read(file)
    assert time.process_time() - begun < 10


def test_a_paragraph_of_thousands_of_changes_is_refused_at_once(file):
    file.write(FIRST, *(t("one two three four. ") + ins(f"{number} ") for number in range(4_000)))
    content, begun = file.saved(), time.process_time()
    assert "too many pieces" in refusal(content)
    assert time.process_time() - begun < 3


def test_changes_of_spaces_without_end_are_refused(file, monkeypatch):
    monkeypatch.setattr("liaisons.intake.remarks.MOST_SPACES", 1)
    for text in ("SG20", "SG21"):
        file.write(text, t(text), ins(" "))
    assert "more than" in refusal(file.saved())
