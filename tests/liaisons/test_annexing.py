"""A document of the register as an annex: its text is taken when the letter is written, and stays."""

import hashlib
from dataclasses import replace

import pytest
from django.db import connection

from contacts.actor import Actor
from liaisons.letter import Annex
from liaisons.models import Blob, Document, DocumentFile, Series, Statement
from liaisons.rules import Refused, warnings
from liaisons.texts import annexing
from liaisons.texts.writing import begin, rewrite
from liaisons.workflow import advance
from tests.fixtures import NOW
from tests.liaisons.drafting.form import typed
from tests.liaisons.intake.files import drawing, p, row, table, word_file
from tests.liaisons.intake.test_round_trip import picture

REPORT = word_file(
    p("Report of the first meeting", style="Title"),
    table(row("Abstract:", "What was done.")),
    p("Opening", style="berschrift1"),
    p("It was opened."),
    p("Closing", style="berschrift1"),
    p("Annex 1: Participants", style="AnnexNotitle"),
    p("Nobody was missing."),
)
TEXT = (
    "<h2>1 Opening</h2><p>It was opened.</p><h2>2 Closing</h2><h2>Annex 1: Participants</h2><p>Nobody was missing.</p>"
)


@pytest.fixture
def file(desk):
    """Puts a document with files into the register: name → bytes."""
    series = Series.objects.create(group=desk.group, kind="documents")

    def file(revision=0, number=22, title="Report", **files):
        reference = f"JCA-MV-Doc-0{number}" + (f"-R{revision}" if revision else "")
        document = Document.objects.create(
            series=series, number=number, revision=revision, reference=reference, kind="report", title=title,
            registered_at=NOW,
        )  # fmt: skip
        for name, content in files.items():
            blob = Blob.objects.keep(content, "application/octet-stream")
            DocumentFile.objects.create(document=document, blob=blob, name=name.replace("_", "."))
        return document

    return file


@pytest.fixture
def written(desk, letter, secretary):
    def written(*annexes):
        return begin(desk, replace(letter, annexes=annexes), by=Actor.of(secretary), now=NOW)

    return written


def saved(statement, secretary, *annexes):
    letter = replace(statement.revision.letter, annexes=annexes)
    return rewrite(statement, letter, by=Actor.of(secretary), seen=statement.revision_id, now=NOW).letter.annexes


def test_a_word_file_gives_text_abstract_and_its_own_numbers(file, written):
    document = file(report_docx=REPORT, report_pdf=b"%PDF-1.7")
    text = annexing.text_of(document)
    assert (text.title, text.body) == ("Report", TEXT)
    statement = written(Annex("", "", document.reference))
    assert statement.revision.letter.annexes == (Annex("Report", TEXT, document.reference, text.abstract),)
    assert statement.revision.annexes.get().body == TEXT
    assert statement.revision.sha256 == statement.revision.letter.sha256()


def test_a_report_with_a_header_has_its_abstract(file):
    header = table(row("Source:", "JCA-MV"), row("Title:", "Report of JCA-MV"))
    content = word_file(header, p(), table(row("Abstract:", "What was done.")), p("It was opened."))
    text = annexing.text_of(file(report_docx=content))
    assert (text.abstract, text.body) == ("What was done.", "<p>It was opened.</p>")


def test_a_statement_gives_the_revision_it_circulated_with(desk, letter, secretary, written):
    body = "<p>We ask.</p>"
    whole = replace(letter, body=body, abstract="In short.", annexes=(Annex("Terms", "<p>So.</p>", abstract="Few."),))
    statement = begin(desk, whole, by=Actor.of(secretary), now=NOW)
    advance(statement, "circulate", by=Actor.of(secretary), seen=statement.revision_id, now=NOW)
    document = Document.objects.get()
    (annex,) = written(Annex("The draft", "", document.reference)).revision.letter.annexes
    assert (annex.title, annex.abstract) == ("The draft", "In short.")
    assert annex.body == f"{body}<h2>Annex 1: Terms</h2><p>Few.</p><p>So.</p>"


def test_its_pictures_are_kept(file, written):
    content = picture()
    with_figure = word_file(
        p("Report"), p(drawing("rId5")), parts={"word/media/a.png": content},
        relations={"rId5": ("image", "media/a.png", False)},
    )  # fmt: skip
    (annex,) = written(Annex("", "", file(report_docx=with_figure).reference)).revision.letter.annexes
    sha256 = hashlib.sha256(content).hexdigest()
    assert sha256 in annex.body
    assert Blob.objects.get(sha256=sha256).read() == content


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"report_pdf": b"%PDF-1.7"}, "JCA-MV-Doc-022 has no Word file to take its text from."),
        ({}, "JCA-MV-Doc-022 has no Word file to take its text from."),
        ({"report_docx": b"PK broken"}, "report.docx: The file is damaged and cannot be read."),
        ({"report_docx": word_file(p("Only a title"))}, "JCA-MV-Doc-022 has no text to annex."),
    ],
)
def test_a_document_without_text_is_refused_with_what_to_do(file, written, files, sentence):
    document = file(**files)
    with pytest.raises(Refused) as refused:
        written(Annex("Report", "", document.reference))
    said = " ".join(refused.value.sentences)
    assert said.startswith(sentence)
    assert "Attach it as a file" in said


def test_what_an_author_changed_in_it_stays(file, written, secretary):
    document = file(report_docx=REPORT)
    statement = written(Annex("Report", "", document.reference, ""))
    changed = Annex("Report", "<p>Shorter.</p>", document.reference)
    assert saved(statement, secretary, changed) == (changed,)


def test_the_next_revision_of_a_document_brings_its_text(file, written, secretary):
    statement = written(Annex("Report", "", file(report_docx=REPORT).reference))
    later = file(revision=1, report_docx=word_file(p("Report"), p("Mended.")))
    (annex,) = statement.revision.letter.annexes
    (now,) = saved(statement, secretary, replace(annex, document=later.reference))
    assert (now.document, now.body) == ("JCA-MV-Doc-022-R1", "<p>Mended.</p>")


def test_the_text_does_not_change_with_the_register(file, written, secretary):
    document = file(report_docx=REPORT)
    statement = written(Annex("Report", "", document.reference))
    blob = Blob.objects.keep(word_file(p("Report"), p("Other.")), "application/zip")
    DocumentFile.objects.create(document=document, blob=blob, name="z.docx")
    assert saved(statement, secretary, *statement.revision.letter.annexes) == statement.revision.letter.annexes


def test_a_later_revision_in_the_register_is_told(file, written):
    statement = written(Annex("Report", "", file(report_docx=REPORT).reference))
    assert not [one for one in warnings(statement) if "annexed" in one]
    file(number=23, report_docx=REPORT)
    file(revision=1, report_docx=REPORT)
    file(revision=2, report_docx=REPORT)
    assert "JCA-MV-Doc-022-R2 is in the register by now; JCA-MV-Doc-022 is annexed." in warnings(statement)


@pytest.fixture
def depths(monkeypatch):
    """How many transactions were open inside one another each time that a Word file was read."""
    read = annexing.read_word
    seen = []

    def noted(*given, **more):
        seen.append(len(connection.savepoint_ids))
        return read(*given, **more)

    monkeypatch.setattr(annexing, "read_word", noted)
    return seen


def test_files_are_read_before_anything_is_locked(file, written, secretary, client, desk, depths):
    """Reading takes seconds, for which nobody else may have to wait."""
    outside = len(connection.savepoint_ids)
    statement = written(Annex("Report", "", file(report_docx=REPORT).reference))
    other = Annex("Other", "", file(number=23, report_docx=REPORT).reference)
    saved(statement, secretary, *statement.revision.letter.annexes, other)
    assert depths == [outside, outside]


def test_an_editorial_change_reads_before_it_locks_too(file, written, secretary, client, depths):
    outside = len(connection.savepoint_ids)
    statement = written()
    advance(statement, "circulate", by=Actor.of(secretary), seen=statement.revision_id, now=NOW)
    reference = file(number=77, report_docx=REPORT).reference
    client.force_login(secretary)
    row = {"annexes-0-title": "Report", "annexes-0-document": reference}
    response = typed(client, f"/statements/{statement.pk}/amend/", reason="It was forgotten.", **row)
    assert response.status_code == 302, response.content.decode()
    (annex,) = Statement.objects.get(pk=statement.pk).revision.letter.annexes
    assert (annex.document, annex.body) == (reference, TEXT)
    assert depths == [outside]


def test_a_document_that_left_the_register_meanwhile_is_refused(file, written, monkeypatch):
    document = file(report_docx=REPORT)
    filled = annexing.filled

    def slowly(*given):
        letter = filled(*given)
        document.files.all().delete()
        document.delete()
        return letter

    monkeypatch.setattr(annexing, "filled", slowly)
    with pytest.raises(Refused, match="is not in the register of this desk"):
        written(Annex("Report", "", document.reference))
