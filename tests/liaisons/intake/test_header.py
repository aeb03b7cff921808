"""The table at the head: the ITU's template, formatted and not, with what people do to it."""

from datetime import date

import pytest

from contacts.designations import Directory
from liaisons.documents.labels import LABELS
from liaisons.intake.addressees import resolved
from liaisons.intake.days import read_day
from liaisons.intake.word import read_word
from liaisons.letter import Addressed, Contact
from tests.fixtures import NOW
from tests.liaisons.intake.files import cell, p, row, run, table, word_file

BREAK = "<w:r><w:br/></w:r>"
PLACEHOLDER = "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>"


def contact(*who, tel="", email=""):
    lines = [one for at, line in enumerate(who) for one in ([BREAK] if at else []) + [run(line)]]
    ways = p(run("Tel:"), "<w:r><w:tab/></w:r>", run(tel)), p(run("E-mail: "), run(email))
    return row("Contact:", cell(p(*lines), columns=3), cell(*ways, columns=2))


UNFORMATTED = (
    row("Question(s):", "9/21", "Meeting:", "Geneva, 6-17 October 2025"),
    row("Study Group:", "21", "Working Party:", "3"),
    row("Source:", cell("Rapporteur Q9/21", columns=3)),
    row("Title:", cell("LS on metaverse terms (reply to SG20-LS9)", columns=3)),
    row(cell(p(run("LIAISON STATEMENT", marks="<w:b/>")), columns=4)),
    row(cell("For action to:", columns=2), cell("ITU-T SG20; IETF", columns=2)),
    row(cell("For information to:", columns=2), cell("TSAG", columns=2)),
    row(cell("Approval:", columns=2), cell("Q9/21 meeting, October 2025", columns=2)),
    row(cell("Deadline:", columns=2), cell("30 June 2026", columns=2)),
    contact("Noah Luo", "Huawei", "China", tel="+86 10 1", email="noah@example.org"),
    contact("Feng Gao", "CAICT", "China", tel="+xx", email="a@b.com"),
)


@pytest.fixture
def directory(desk):
    return Directory.load(desk.today(NOW), desk.group)


def read(*rows, below=(), directory=None, **more):
    reading = read_word(word_file(table(*rows), *(below or [p("We write.")])), **more)
    return resolved(reading, directory) if directory else reading


class TestUnformatted:
    def test_each_row_is_a_field(self, directory):
        reading = read(*UNFORMATTED, directory=directory)
        letter = reading.letter
        assert reading.form == "unformatted"
        assert (letter.title, letter.in_reply_to) == ("LS on metaverse terms", ("SG20-LS9",))
        assert (letter.questions, letter.venue_date) == ("9/21", "Geneva, 6-17 October 2025")
        assert (letter.source, letter.deadline) == ("Rapporteur Q9/21", date(2026, 6, 30))
        assert letter.addressees == (
            Addressed("ITU-T SG20", "action", "ITU-T SG20"),
            Addressed("IETF", "action", "IETF"),
            Addressed("TSAG", "information", "ITU-T TSAG"),
        )
        assert letter.contacts == (
            Contact("Noah Luo", "Huawei", "China", "+86 10 1", "noah@example.org"),
            Contact("Feng Gao", "CAICT", "China"),
        )
        assert letter.body == "<p>We write.</p>"

    def test_what_a_letter_has_no_place_for_is_said(self):
        assert read(*UNFORMATTED).sentences == (
            "Working party “3” was left out: a letter has no row for it.",
            "Approval “Q9/21 meeting, October 2025” was not taken: it is recorded with the step that approves.",
        )

    def test_rows_that_the_form_leaves_out_are_not_spoken_of(self):
        carried = read(*UNFORMATTED).carried
        assert not carried & {"ref", "abstract", "requests", "language", "attachments"}
        assert carried >= {"title", "questions", "addressees", "deadline", "contacts", "body", "annexes"}

    def test_what_was_typed_over_with_changes_tracked_is_read_as_it_is_now(self):
        title = p(f"<w:del>{run('LS')}</w:del><w:ins>{run('Reply')}</w:ins>", " on terms")
        reading = read(*UNFORMATTED[:3], row("Title:", cell(title)), *UNFORMATTED[4:])
        assert reading.letter.title == "Reply on terms"

    def test_placeholders_of_the_template_are_nothing(self):
        empty = p(PLACEHOLDER.format(run("Insert title")))
        reading = read(*UNFORMATTED[:3], row("Title:", cell(empty)), *UNFORMATTED[4:])
        assert reading.letter.title == ""
        assert "No title was found." in reading.sentences


class TestFormatted:
    """The rows of FG-MV-LS1 as the ITU's template has them: a block of three rows around a merged emblem."""

    ROWS = (
        row(
            cell(p('<w:r><w:pict><v:shape><v:imagedata r:id="rId9"/></v:shape></w:pict></w:r>'), merge="restart"),
            cell("INTERNATIONAL TELECOMMUNICATION UNION", "TELECOMMUNICATION", columns=3, merge="restart"),
            cell("FG-MV-LS1", columns=2),
        ),
        row(cell(merge="continue"), cell(columns=3, merge="continue"), cell("Focus Group on metaverse", columns=2)),
        row(cell(merge="continue"), cell(columns=3, merge="continue"), cell("Original: English", columns=2)),
        row(cell("WG(s):", columns=2), cell("N/A", columns=2), cell("Riyadh, 8–9 March 2023", columns=2)),
        row(cell("Ref.: FG-MV-O-001", columns=6)),
        row(cell("Source:", columns=2), cell("FG-MV", columns=4)),
        row(cell("Title:", columns=2), cell("LS on requesting collaboration ", columns=4)),
        row(cell("LIAISON STATEMENT", columns=6)),
        row(cell("For action to:", columns=3), cell("ITU-R SG5, IEC SEG15, and IOWN Global Forum", columns=3)),
        row(cell("For information to:", columns=3), cell("ITU-T SGs 20, 21, and TSAG; ITU-R SG6", columns=3)),
        row(cell("Approval:", columns=3), cell("-", columns=3)),
        row(cell("Deadline:", columns=3), cell("30 June 2023", columns=3)),
        contact("Shin-Gak Kang ", "ETRI", "Rep. of Korea", email="chair@fg-mv.example.org "),
        contact("Hideo Imanaka", "NICT", "Japan", email="vice-chair@fg-mv.example.org"),
    )

    def test_each_row_is_a_field(self, directory):
        reading = read(*self.ROWS, below=[p(), table(row("Abstract:", "In short.")), p(), p("We write.")])
        letter = reading.letter
        assert (reading.form, reading.sentences) == ("formatted", ())
        assert (letter.questions, letter.venue_date) == ("N/A", "Riyadh, 8–9 March 2023")
        assert (letter.ref, letter.source, letter.title) == ("FG-MV-O-001", "FG-MV", "LS on requesting collaboration")
        assert (letter.deadline, letter.abstract) == (date(2023, 6, 30), "In short.")
        assert letter.contacts == (
            Contact("Shin-Gak Kang", "ETRI", "Rep. of Korea", "", "chair@fg-mv.example.org"),
            Contact("Hideo Imanaka", "NICT", "Japan", "", "vice-chair@fg-mv.example.org"),
        )
        assert letter.body == "<p>We write.</p>"

    def test_shorthand_is_read_as_in_the_form(self, directory):
        letter = read(*self.ROWS, directory=directory).letter
        assert [one.text for one in letter.to("action")] == ["ITU-R SG5", "IEC SEG15", "IOWN Global Forum"]
        assert [one.text for one in letter.to("information")] == [
            *("ITU-T SG20", "ITU-T SG21", "ITU-T TSAG"),
            "ITU-R SG6",
        ]


class TestLabels:
    def test_spelling_of_labels_does_not_matter(self):
        reading = read(
            row("WG(s) :", "1"),
            row("SOURCE", "FG-MV"),
            row(" Title : ", "LS"),
            row("For  Action to", "IETF"),
            row("For comments to:", "W3C"),
            row("For info:", "-"),
        )
        assert (reading.letter.questions, reading.letter.source, reading.letter.title) == ("1", "FG-MV", "LS")
        assert [(one.text, one.purpose) for one in reading.letter.addressees] == [
            ("IETF", "action"),
            ("W3C", "comment"),
        ]

    def test_a_label_may_stand_in_the_cell_of_its_value(self):
        reading = read(row("Title: LS on time"), row("Source: JCA-MV"), row("Deadline: 2026-03-31"))
        assert (reading.letter.title, reading.letter.source) == ("LS on time", "JCA-MV")
        assert reading.letter.deadline == date(2026, 3, 31)

    def test_the_desks_own_label_of_the_questions(self):
        reading = read(row("Topics:", "All"), row("Title:", "LS"), row("Source:", "X"), questions_label="Topics:")
        assert reading.letter.questions == "All"

    def test_a_row_of_an_addressee_below_its_label(self):
        reading = read(row("Title:", "LS"), row("For action to:", "IETF,"), row("", "W3C"), row("Deadline:", "-"))
        assert [one.text for one in reading.letter.addressees] == ["IETF", "W3C"]

    def test_the_block_tells_the_language(self):
        reading = read(
            row(cell(), cell("UNIÓN INTERNACIONAL DE TELECOMUNICACIONES"), cell("SG21-LS5", "Original: español")),
            row("Cuestión(es):", "9/21", "Ginebra, 6 de octubre de 2025"),
            row("Origen:", "CE 21"),
            row("Título:", "Representante"),
            row("Plazo:", "1 de marzo de 2026"),
        )
        letter = reading.letter
        assert (reading.form, letter.language, letter.deadline) == ("formatted", "es", date(2026, 3, 1))
        assert (letter.questions, letter.venue_date) == ("9/21", "Ginebra, 6 de octubre de 2025")

    @pytest.mark.parametrize(
        ("said", "language"),
        [
            ("Original: French", "fr"),
            ("Original: français", "fr"),
            ("ORIGINAL: ARABIC", "ar"),
            ("Оригинал: русский", "ru"),
            ("原文：中文", "zh"),
            ("الأصل: بالعربية", "ar"),
            ("Original: Castellano", "es"),
            ("Original: EN", "en"),
            ("Original: de-CH", "de-CH"),
            ("Focus Group on metaverse Original: Spanish", "es"),
        ],
    )
    def test_a_language_is_known_by_its_names_and_tags(self, said, language):
        reading = read(row("FG-MV-LS1", said), row("Title:", "LS"), row("Source:", "X"))
        assert (reading.form, reading.letter.language, reading.sentences) == ("formatted", language, ())

    @pytest.mark.parametrize("said", ["French and English", "Klingon", "to be told"])
    def test_a_language_that_is_not_understood_is_told(self, said):
        reading = read(row("FG-MV-LS1", f"Original: {said}"), row("Titre:", "NL"), row("Échéance:", "-"))
        assert reading.letter.language == "fr"
        assert f"“{said}” was not understood as a language." in reading.sentences[0]

    def test_a_title_about_an_original_is_a_title(self):
        reading = read(row("Title:", "LS on the original: a draft"), row("Source:", "X"))
        assert (reading.form, reading.letter.title) == ("unformatted", "LS on the original: a draft")

    @pytest.mark.parametrize("language", LABELS)
    def test_every_label_of_the_unformatted_form_is_known_in_six_languages(self, language):
        labels = LABELS[language]
        reading = read(
            row(labels.questions, "9/21", labels.meeting, "Geneva, 6 October"),
            row(labels.study_group, "SG21", labels.working_party, "3"),
            row(labels.title, "LS"),
            row(labels.action, "IETF"),
        )
        letter = reading.letter
        assert (letter.questions, letter.venue_date, letter.source) == ("9/21", "Geneva, 6 October", "SG21")
        assert letter.language == language
        assert reading.sentences[0].startswith("Working party “3” was left out")

    def test_a_table_of_the_text_is_no_header(self):
        reading = read(row("Title", "Status"), row("Terms", "draft"))
        assert reading.form == "plain"
        assert reading.letter.body.startswith("<table>")

    def test_abstract_and_action_stand_in_a_table_below(self):
        below = [p(), table(row("Abstract:", cell("In short.", "Twice.")), row("Action:", cell("Comment.", "Answer.")))]
        letter = read(*UNFORMATTED, below=[*below, p("We write.")]).letter
        assert letter.abstract == "In short.\nTwice."
        assert [(one.key, one.text) for one in letter.requests] == [("1", "Comment."), ("2", "Answer.")]
        assert letter.body == "<p>We write.</p>"


class TestValues:
    def test_one_addressed_twice_is_taken_once(self, directory):
        rows = (row("Title:", "LS"), row("Source:", "X"), row("For action to:", "IETF, W3C, IETF"))
        assert [one.text for one in read(*rows).letter.addressees] == ["IETF", "W3C"]
        reading = read(*rows, directory=directory)
        assert [one.text for one in reading.letter.addressees] == ["IETF", "W3C"]
        assert "IETF is addressed twice and was taken once." in reading.sentences

    def test_deadlines_of_their_own(self):
        rows = (
            row("Title:", "LS"),
            row("For action to:", "IETF, W3C"),
            row("Deadline:", "30 June 2026; W3C: 15 July 2026"),
        )
        letter = read(*rows).letter
        assert letter.deadline == date(2026, 6, 30)
        assert [one.deadline for one in letter.addressees] == [None, date(2026, 7, 15)]

    def test_a_title_too_long_is_cut_and_told(self):
        reading = read(row("Title:", "word " * 200), row("Source:", "X"))
        assert len(reading.letter.title) <= 500
        assert "Title: only the first 500 characters were taken." in reading.sentences

    def test_an_address_that_is_none_is_told(self):
        reading = read(row("Title:", "LS"), row("Source:", "X"), contact("A B", "C", email="a@b@c.org"))
        assert reading.letter.contacts[0].email == ""
        assert "is no e-mail address" in reading.sentences[-1]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("30 June 2023", date(2023, 6, 30)),
        ("2023-06-30", date(2023, 6, 30)),
        ("30.06.2023", date(2023, 6, 30)),
        ("June 30, 2023", date(2023, 6, 30)),
        ("30th Jun. 2023", date(2023, 6, 30)),
        ("1er mars 2026", date(2026, 3, 1)),
        ("1 de marzo de 2026", date(2026, 3, 1)),
        ("1 марта 2026 года", date(2026, 3, 1)),
        ("2026年3月1日", date(2026, 3, 1)),
        ("1 مارس 2026", date(2026, 3, 1)),
        ("31 February 2026", None),
        ("03/04/2023", None),
        ("mid-May 2007", None),
        ("by your next meeting", None),
    ],
)
def test_days_as_people_write_them(text, day):
    assert read_day(text) == day
