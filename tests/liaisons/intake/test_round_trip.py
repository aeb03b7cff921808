"""What we write as a Word file is read back as the same letter, also after LibreOffice has saved it."""

import hashlib
import io
import shutil
import subprocess
from dataclasses import replace
from datetime import date

import pytest
from PIL import Image

from liaisons.documents.body import markup, tidy
from liaisons.documents.sanitize import clean
from liaisons.documents.unformatted import write_unformatted
from liaisons.documents.word import write_word
from liaisons.intake.word import read_word
from liaisons.letter import Addressed, Annex, Letter, Masthead, Sheet
from tests.liaisons.documents import samples
from tests.liaisons.intake.edits import Edited, t

UNTIL = date(2025, 12, 20)
SAMPLES = {
    "fg-mv-ls1": samples.fg_mv_ls1(),
    "invitation": samples.invitation(),
    "for-comment": samples.invitation(comments_until=UNTIL),
    **{language: samples.reply(language) for language in ("fr", "es", "ru", "zh", "ar")},
}

BODY = """
<p>Start <strong>bold <em>both</em></strong> and <a href="https://itu.int/x?a=1&amp;b=2">a <strong>link</strong></a>
H<sub>2</sub>O x<sup>2</sup> <u>under</u>.<br>Second line.</p>
<h2>1 Scope</h2><p>Text.</p><h3>1.1 Inside</h3><h4>Unnumbered</h4>
<ul><li><p>one</p><ul><li><p>nested</p><ol start="3"><li><p>three</p></li><li><p>four</p></li></ol></li></ul>
<p>goes on</p></li><li><p>two</p></li></ul>
<ol start="5"><li><p>five</p></li><li><p>six</p></li></ol><p>between</p><ol><li><p>one again</p></li></ol>
<blockquote><p>Quoted.</p><p>More.</p></blockquote>
<table><caption>Table 2 – Spans</caption><thead><tr><th colspan="2">A</th><th>B</th></tr>
<tr><th>a1</th><th>a2</th><th>b</th></tr></thead><tbody><tr><td rowspan="2">x</td><td>y</td>
<td><ul><li><p>in cell</p></li></ul></td></tr><tr><td>y2</td><td>z2</td></tr></tbody></table>
<p>Above the figure.</p>
<figure><img src="/pictures/SHA" alt="A blue &quot;square&quot;"><figcaption>Figure 1 – Square</figcaption></figure>
<p>Below.</p>
"""


def picture(form="PNG", size=(40, 30), red=0):
    file = io.BytesIO()
    Image.new("RGB", size, (red, 0, 255)).save(file, form)
    return file.getvalue()


def everything(*, comments_until=None):
    content = picture()
    sha256 = hashlib.sha256(content).hexdigest()
    body = BODY.replace("SHA", sha256)
    sheet = samples.invitation(comments_until=comments_until)
    annex = Annex("All of it again", body, abstract="An abstract\nof two lines.")
    return replace(sheet, letter=replace(sheet.letter, body=body, annexes=(annex,)), pictures={sha256: content})


def same(body):
    """The shape that every document is made from: a body may say it in other HTML."""
    return " ".join(markup(tidy(clean(body))).split())


def as_printed(letter):
    """The letter without what no Word file shows.

    Not printed: the words an author used for a group we know by name, whose request is whose and of what kind,
    the files attached (their titles only), and a title is the same with and without the references it answers.
    """
    return replace(
        letter,
        body=same(letter.body),
        annexes=tuple(replace(annex, body=same(annex.body)) for annex in letter.annexes),
        addressees=tuple(Addressed(one.name, one.purpose, deadline=one.deadline) for one in letter.addressees),
        requests=tuple(replace(one, kind="answer") for one in letter.requests),
        attachments=(),
    )


def read(content):
    return read_word(content, references={"JCA-MV-Doc-022"})


@pytest.mark.parametrize("name", SAMPLES)
def test_a_letter_comes_back_as_it_went_out(name):
    letter = SAMPLES[name].letter
    reading = read(write_word(SAMPLES[name]))
    assert reading.form == "formatted"
    assert as_printed(reading.letter) == as_printed(letter)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_unformatted_form_comes_back_too(name):
    letter = SAMPLES[name].letter
    reading = read(write_unformatted(SAMPLES[name]))
    assert reading.form == "unformatted"
    assert as_printed(reading.letter) == as_printed(letter)
    assert not reading.carried & {"language", "attachments", "in_reply_to"}


def test_an_empty_form_says_nothing():
    reading = read(write_unformatted(Sheet(Letter("", ""), Masthead("", "", ""))))
    assert (reading.letter, reading.read_from) == (Letter("", ""), {})
    assert reading.sentences == ("No title was found.",)


@pytest.mark.parametrize("until", [None, UNTIL])
def test_every_element_of_a_body_comes_back(until):
    """In a copy for comment without the numbers of its paragraphs, which the copy adds."""
    sheet = everything(comments_until=until)
    reading = read(write_word(sheet))
    assert as_printed(reading.letter) == as_printed(sheet.letter)
    assert reading.pictures == sheet.pictures


def test_deadlines_and_a_deadline_in_words_come_back():
    sheet = samples.fg_mv_ls1()
    first, *others = sheet.letter.addressees
    own = replace(sheet.letter, addressees=(replace(first, deadline=date(2023, 7, 1)), *others))
    assert as_printed(read(write_word(replace(sheet, letter=own))).letter) == as_printed(own)
    words = replace(sheet.letter, deadline=None, deadline_text="by your next meeting")
    assert read(write_word(replace(sheet, letter=words))).letter.deadline_text == "by your next meeting"


def test_a_file_made_from_what_was_read_is_the_same_file():
    sheet = everything()
    read_back = replace(sheet, letter=replace(sheet.letter, body=read(write_word(sheet)).letter.body))
    again = replace(sheet, letter=replace(sheet.letter, body=read(write_word(read_back)).letter.body))
    assert write_word(again) == write_word(read_back)


def test_each_field_keeps_the_words_it_was_read_from():
    words = read(write_word(SAMPLES["invitation"])).read_from
    assert words["deadline"] == "31 March 2026"
    assert words["comment"] == "ITU-T SG20, ITU-T SG21"
    assert words["venue_date"] == "Geneva, 9 October 2025"
    assert words["requests"].startswith("Nominate a representative")
    assert words["contacts"].startswith("Shin-Gak Kang\nETRI\nKorea (Rep. of)\nTel:")
    assert words["annex 2"].startswith("Annex 2: Report of the first meeting of the JCA-MV (JCA-MV-Doc-022)\n")


def test_a_comparison_reads_as_the_later_text():
    later = everything()
    before = replace(
        later.letter,
        title="LS on something else",
        body="<p>Start of another text.</p><p>Gone.</p><ul><li><p>one</p></li></ul>",
        addressees=later.letter.addressees[1:],
        annexes=(),
    )
    reading = read(write_word(replace(later, before=before, before_number="R0")))
    assert as_printed(reading.letter) == as_printed(later.letter)
    assert reading.sentences[0] == "The file has tracked changes: insertions were taken, deletions left out."


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_may_have_saved_it(tmp_path):
    sheets = {**SAMPLES, "everything": everything(), "all-for-comment": everything(comments_until=UNTIL)}
    for name, sheet in sheets.items():
        (tmp_path / f"{name}.docx").write_bytes(write_word(sheet))
    saved = tmp_path / "saved"
    subprocess.run(
        [
            *("soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless"),
            *("--convert-to", "docx:MS Word 2007 XML", "--outdir", saved),
            *sorted(tmp_path.glob("*.docx")),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    for name, sheet in sheets.items():
        reading = read((saved / f"{name}.docx").read_bytes())
        assert reading.form == "formatted"
        assert as_printed(reading.letter) == as_printed(sheet.letter), name


def test_words_typed_beside_the_number_of_a_paragraph_are_read():
    """Word sets what is typed at the beginning of a paragraph as it sets what stands before it: the number."""
    letter = Letter("Title", "JCA-MV", "<p>Words stand here.</p><ul><li>An item.</li></ul>")
    sheet = Sheet(letter, Masthead("N", "G", "2025-2028", comments_until=UNTIL))
    file = Edited(write_word(sheet))
    word = '<w:r><w:rPr><w:rStyle w:val="ParagraphNumber"/></w:rPr><w:t xml:space="preserve">Really, </w:t></w:r>'
    file.extend(file.find("An item.").getprevious(), word)
    file.write("Words stand here.", word, t("Words stand here."))
    read = read_word(file.saved()).letter
    assert read.body == "<p>Really, Words stand here.</p><p>Really,</p><ul><li><p>An item.</p></li></ul>"
