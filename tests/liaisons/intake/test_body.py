"""The text of files as Word writes them: what it numbers, splits, tracks, nests and draws."""

import io

import pytest
from PIL import Image

from liaisons.intake.word import read_word
from tests.liaisons.intake.files import cell, drawing, level, p, row, run, table, word_file

BOLD, ITALIC = "<w:b/>", "<w:i/>"
TITLE = p("LS on the text", style="Title")
PAGE = '<w:r><w:br w:type="page"/></w:r>'


def body(*blocks, **more):
    """The HTML of a plain file with these blocks below its title."""
    return reading(*blocks, **more).letter.body


def reading(*blocks, **more):
    return read_word(word_file(TITLE, *blocks, **more))


def png(form="PNG"):
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(file, form)
    return file.getvalue()


class TestWords:
    def test_runs_that_word_split_are_one(self):
        split = p(
            run("Le", marks=BOLD), '<w:proofErr w:type="spellStart"/>', run("tter", marks=BOLD), run(" "),
            run("two", marks=BOLD), run(" plain"), "<w:bookmarkStart/>", run("er"),
        )  # fmt: skip
        assert body(split) == "<p><strong>Letter two</strong> plainer</p>"

    def test_insertions_are_taken_and_deletions_left_out(self):
        tracked = p(
            run("We ask "), f"<w:ins>{run('all ')}</w:ins>",
            "<w:del><w:r><w:delText>some </w:delText></w:r></w:del>",
            f"<w:moveFrom>{run('here')}</w:moveFrom>", f"<w:moveTo>{run('there')}</w:moveTo>",
        )  # fmt: skip
        read = reading(tracked)
        assert read.letter.body == "<p>We ask all there</p>"
        assert read.sentences == ("The file has tracked changes: insertions were taken, deletions left out.",)

    def test_paragraphs_joined_by_a_tracked_deletion_are_one(self):
        assert body(p("First ", more="<w:rPr><w:del/></w:rPr>"), p("second.")) == "<p>First second.</p>"

    @pytest.mark.parametrize(
        "content",
        [
            f'<w:hyperlink r:id="rId7">{run("ITU", style="Hyperlink", marks="<w:u/>")}</w:hyperlink>',
            f'<w:fldSimple w:instr=" HYPERLINK &quot;https://itu.int/&quot; ">{run("ITU")}</w:fldSimple>',
            (
                '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> HYPERLINK "https://itu</w:instrText></w:r>'
                '<w:r><w:instrText>.int/" </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
                f'{run("I")}{run("TU")}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
            ),
        ],
    )
    def test_links_are_found_in_each_of_words_three_ways(self, content):
        relations = {"rId7": ("hyperlink", "https://itu.int/", True)}
        assert body(p("See ", content, "."), relations=relations) == '<p>See <a href="https://itu.int/">ITU</a>.</p>'

    def test_addresses_that_run_something_are_no_links(self):
        link = f'<w:hyperlink r:id="rId7">{run("here")}</w:hyperlink>'
        assert body(p(link), relations={"rId7": ("hyperlink", "javascript:alert(1)", True)}) == "<p><a>here</a></p>"

    def test_other_fields_say_what_they_show(self):
        field = (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> DATE </w:instrText></w:r>'
            f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("9 May")}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        )
        assert body(p("On ", field, ".")) == "<p>On 9 May.</p>"

    def test_content_controls_give_their_content_and_no_placeholders(self):
        control = f"<w:sdt><w:sdtContent>{run('inside')}</w:sdtContent></w:sdt>"
        empty = f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{run('Click here')}</w:sdtContent></w:sdt>"
        around = f"<w:sdt><w:sdtContent>{p('A block')}</w:sdtContent></w:sdt>"
        smart = f"<w:smartTag>{run(' and smart')}</w:smartTag>"
        assert body(p(control, empty, smart), around) == "<p>inside and smart</p><p>A block</p>"

    def test_signs_have_letters(self):
        signs = '<w:r><w:t>a</w:t><w:noBreakHyphen/><w:t>b</w:t><w:tab/><w:sym w:font="Symbol" w:char="F0B3"/></w:r>'
        assert body(p(signs, run("2", marks='<w:vertAlign w:val="superscript"/>'))) == "<p>a\u2011b ≥<sup>2</sup></p>"

    def test_bold_comes_from_styles_and_can_be_taken_back(self):
        assert body(p(run("x", style="Fett")), p(run("a"), run("b", marks='<w:b w:val="0"/>'), style="Headingb")) == (
            "<p><strong>x</strong></p><p><strong>a</strong>b</p>"
        )

    def test_formulas_hidden_text_and_comments_are_told(self):
        formula = "<m:oMath><m:r><m:t>E=mc</m:t></m:r></m:oMath>"
        read = reading(
            p("So ", formula, run("secret", marks="<w:vanish/>"), '<w:r><w:commentReference w:id="1"/></w:r>')
        )
        assert read.letter.body == "<p>So E=mc</p>"
        assert read.sentences == (
            "Formulas were taken as plain text. Read them again, or insert them as pictures.",
            "Hidden text was left out.",
            "1 comment in the margin was left out.",
        )

    def test_footnotes_stand_in_brackets_and_at_the_end_of_their_part(self):
        notes = (
            '<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
            f'<w:footnote w:id="0" w:type="separator">{p("---")}</w:footnote>'
            f'<w:footnote w:id="2">{p("As decided.")}</w:footnote><w:footnote w:id="3">{p("Later.")}</w:footnote>'
            "</w:footnotes>"
        )
        read = reading(
            p("Agreed", '<w:r><w:footnoteReference w:id="2"/></w:r>', "."),
            p(PAGE, "Annex 1 – Terms"),
            p("Open", '<w:r><w:footnoteReference w:id="3"/></w:r>', "."),
            parts={"word/footnotes.xml": notes},
            relations={"rIdF": ("footnotes", "footnotes.xml", False)},
        )
        assert read.letter.body == "<p>Agreed[note 1].</p><p>[note 1] As decided.</p>"
        assert read.letter.annexes[0].body == "<p>Open[note 2].</p><p>[note 2] Later.</p>"
        assert "Footnotes stand in brackets" in read.sentences[0]


class TestHeadings:
    def test_numbers_that_word_counts_become_text(self):
        read = body(
            p("Scope", style="berschrift1"), p("First", style="berschrift2"), p("Second", style="berschrift2"),
            p("Terms", style="berschrift1"), p("Third", style="berschrift2"),
            p("Own", style="berschrift2", more='<w:numPr><w:numId w:val="0"/></w:numPr>'),
        )  # fmt: skip
        assert read == (
            "<h2>1 Scope</h2><h3>1.1 First</h3><h3>1.2 Second</h3><h2>2 Terms</h2><h3>2.1 Third</h3><h3>Own</h3>"
        )

    def test_a_number_that_was_typed_stays(self):
        assert body(p(run("3.1"), "<w:r><w:tab/></w:r>", run("Scope"), style="Heading3")) == "<h4>3.1 Scope</h4>"

    def test_a_table_of_contents_is_left_out_and_told(self):
        read = reading(p("1 Scope 3", style="TOC1"), p("Text."))
        assert read.letter.body == "<p>Text.</p>"
        assert read.sentences == ("The table of contents was left out: it is not part of a letter.",)


class TestLists:
    def test_lists_nest_and_begin_where_they_count(self):
        read = reading(
            p("one", numbers=(1, 0)), p("a", numbers=(1, 1)), p("b", numbers=(1, 1)), p("two", numbers=(1, 0)),
            p("Between."), p("three", numbers=(1, 0)), p("anew", numbers=(4, 0)),
        )  # fmt: skip
        assert read.letter.body == (
            "<ol><li><p>one</p><ol><li><p>a</p></li><li><p>b</p></li></ol></li><li><p>two</p></li></ol><p>Between.</p>"
            '<ol start="3"><li><p>three</p></li></ol><ol><li><p>anew</p></li></ol>'
        )
        assert "Roman numerals" in read.sentences[0]

    def test_bullets_that_were_typed_are_items(self):
        typed = [p(run("–"), "<w:r><w:tab/></w:r>", run(text), style="enumlev1") for text in ("one", "two")]
        inner = p(run("•"), "<w:r><w:tab/></w:r>", run("in"), style="enumlev2")
        numbered = [p(run(f"{n})"), "<w:r><w:tab/></w:r>", run("x"), style="enumlev1") for n in (4, 5)]
        assert body(*typed, inner, *numbered) == (
            "<ul><li><p>one</p></li><li><p>two</p><ul><li><p>in</p></li></ul></li></ul>"
            '<ol start="4"><li><p>x</p></li><li><p>x</p></li></ol>'
        )

    def test_a_list_that_goes_on_after_another_keeps_counting(self):
        read = body(p("one", numbers=(1, 0)), p("dot", numbers=(2, 0)), p("two", numbers=(1, 0)))
        assert read == '<ol><li><p>one</p></li></ol><ul><li><p>dot</p></li></ul><ol start="2"><li><p>two</p></li></ol>'

    def test_numbering_without_a_definition_is_plain_text(self):
        assert body(p("x", numbers=(77, 0)), numbering=level(0, "decimal", "%1")) == "<p>x</p>"


class TestBlanks:
    def test_blanks_set_alike_are_bridged_wherever_they_stand(self):
        bold = run(" ", marks=BOLD)
        assert body(p(run("Note", marks=BOLD), run(" "), bold, run(" "))) == "<p><strong>Note</strong></p>"
        bridged = body(p(run("a", marks=BOLD), run(" "), run("b", marks=BOLD), run(" "), run("c", marks=BOLD)))
        assert bridged == "<p><strong>a b c</strong></p>"


class TestTables:
    def test_heads_spans_and_captions(self):
        read = body(
            p("Table ", f"<w:fldSimple w:instr='SEQ Table'>{run('1')}</w:fldSimple>", " – Spans", style="Caption"),
            table(
                row(cell("A", columns=2), "B", head=True),
                row(cell("x", merge="restart"), "y", "z"),
                row(cell(merge="continue"), "y2", cell("l1", "l2")),
            ),
        )
        assert read == (
            '<table><caption>Table 1 – Spans</caption><thead><tr><th colspan="2">A</th><th>B</th></tr></thead>'
            '<tbody><tr><td rowspan="2">x</td><td>y</td><td>z</td></tr>'
            "<tr><td>y2</td><td><p>l1</p><p>l2</p></td></tr></tbody></table>"
        )

    def test_a_first_row_in_bold_is_the_head(self):
        read = body(table(row(cell(p(run("A", marks=BOLD)))), row("x")))
        assert read == "<table><thead><tr><th>A</th></tr></thead><tbody><tr><td>x</td></tr></tbody></table>"

    def test_deleted_rows_are_left_out_and_cells_in_controls_taken(self):
        control = f"<w:sdt><w:sdtContent>{cell('in')}</w:sdtContent></w:sdt>"
        gone = row("gone", more="<w:del/>")
        assert body(table(gone, f"<w:tr>{control}</w:tr>")) == "<table><tbody><tr><td>in</td></tr></tbody></table>"

    def test_an_end_of_a_paragraph_deleted_in_a_cell_does_not_reach_the_next_cell(self):
        read = body(table(row(cell(p("a", more="<w:rPr><w:del/></w:rPr>")), "b")))
        assert read == "<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>"

    def test_tables_inside_one_another_end_somewhere(self):
        inner = table(row("core"))
        for _depth in range(12):
            inner = table(row(cell(inner, "<w:p/>")))
        read = body(inner)
        assert read.count("<table>") == 5
        assert "core" in read

    def test_a_caption_that_no_table_follows_is_a_paragraph(self):
        assert body(p("Table 1", style="Caption"), p("Text.")) == "<p>Table 1</p><p>Text.</p>"


class TestFigures:
    def figures(self, name, content, *, alt=""):
        return reading(
            p("See:", drawing("rId5", alt)),
            p("Figure 1 – Red", style="Caption"),
            parts={f"word/media/{name}": content},
            relations={"rId5": ("image", f"media/{name}", False)},
        )

    def test_a_picture_stands_below_its_paragraph_with_its_caption(self):
        content = png()
        read = self.figures("image1.png", content, alt='A "red" square')
        (sha256,) = read.pictures
        assert read.pictures[sha256] == content
        assert read.letter.body == (
            f'<p>See:</p><figure><img src="/pictures/{sha256}" alt="A &quot;red&quot; square">'
            "<figcaption>Figure 1 – Red</figcaption></figure>"
        )

    def test_other_pictures_become_png_or_are_named(self):
        (turned,) = self.figures("image1.gif", png("GIF")).pictures.values()
        assert turned.startswith(b"\x89PNG")
        read = self.figures("image1.emf", b"\x01\x00\x00\x00 EMF")
        assert read.letter.body == "<p>See:</p><p>Figure 1 – Red</p>"
        assert "image1.emf" in read.sentences[0]

    def test_pictures_elsewhere_are_not_fetched(self):
        read = reading(p(drawing("rId5")), relations={"rId5": ("image", "https://example.org/a.png", True)})
        assert read.letter.body == ""
        assert "linked from elsewhere" in read.sentences[0]

    def test_charts_are_told(self):
        chart = "<w:r><w:drawing><a:graphic><a:graphicData><c:chart/></a:graphicData></a:graphic>"
        read = reading(p("See", f"{chart}</w:drawing></w:r>"))
        assert read.sentences == ("A chart or drawing was left out. Insert it as a picture (PNG or JPEG).",)

    def test_text_boxes_are_read_once(self):
        new = f"<w:drawing><wps:txbx><w:txbxContent>{p('Boxed.')}</w:txbxContent></wps:txbx></w:drawing>"
        old = f"<w:pict><v:textbox><w:txbxContent>{p('Boxed.')}</w:txbxContent></v:textbox></w:pict>"
        ways = f"<mc:Choice>{new}</mc:Choice><mc:Fallback>{old}</mc:Fallback>"
        both = f"<w:r><mc:AlternateContent>{ways}</mc:AlternateContent></w:r>"
        read = reading(p("Text.", both))
        assert read.letter.body == "<p>Text.</p><p>Boxed.</p>"
        assert reading(p("Text.", f"<w:r>{old}</w:r>")).letter.body == read.letter.body


class TestParts:
    @pytest.mark.parametrize(
        "start",
        [
            p("Annex 1: Terms", style="AnnexNotitle"),
            p("ANNEX 1", style="AnnexNo") + p("Terms", style="AnnexNotitle"),
            p(PAGE, "Annex 1 – Terms"),
            p(PAGE) + p("Annex 1", style="Heading3") + p("Terms", style="Heading3"),
            p("Annex 1. Terms", more="<w:pageBreakBefore/>"),
            p("Annex 1: Terms", style="Heading3"),
        ],
    )
    def test_annexes_are_found(self, start):
        read = reading(p("Annex 1 is for you."), p("Annex 1: Terms"), start, p("So."), p("_" * 23))
        assert read.letter.body == "<p>Annex 1 is for you.</p>"
        assert [(annex.title, annex.body) for annex in read.letter.annexes] == [("Terms", "<p>So.</p>")]

    def test_the_list_of_attachments_is_not_body(self):
        listed = [p("Attachments: 1"), p("Doc-020: A list", numbers=(2, 0)), p("_" * 23)]
        assert body(p("Text."), p("dot", numbers=(2, 0)), *listed) == "<p>Text.</p><ul><li><p>dot</p></li></ul>"

    def test_a_paragraph_about_an_annex_begins_none(self):
        assert reading(p("Annex 1 holds the terms.")).letter.annexes == ()

    def test_an_annex_of_its_own_count_keeps_it(self):
        (annex,) = reading(p("Annex B: Terms", style="AnnexNotitle"), p("x")).letter.annexes
        assert annex.title == "Annex B: Terms"

    def test_a_plain_text_has_its_first_line_as_title(self):
        read = read_word(word_file(p("LS on time (reply to SG20-LS9)"), p("We ask.")))
        assert (read.form, read.letter.title, read.letter.in_reply_to) == ("plain", "LS on time", ("SG20-LS9",))
        assert read.letter.body == "<p>We ask.</p>"
        assert read.carried == {"title", "body"}
        assert "annexes" in read_word(word_file(p("LS"), p("Annex 1: Terms", style="AnnexNotitle"), p("So."))).carried

    @pytest.mark.parametrize("said", ["Dear colleagues,", "We ask.", "各位同事：", "الزملاء الأعزاء،"])
    def test_a_salutation_is_no_title(self, said):
        read = read_word(word_file(p(said), p("We ask.")))
        assert (read.letter.title, read.letter.body) == ("", f"<p>{said}</p><p>We ask.</p>")
        assert read.carried == {"body"}
        assert "No title was found." in read.sentences
        assert read_word(word_file(p(said, style="Title"), p("We ask."))).letter.title == said
