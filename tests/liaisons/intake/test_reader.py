"""Word files of others are read in the child process: what they say comes back whole, and so do its limits."""

import random
import time
from dataclasses import replace
from datetime import date, datetime

import pytest
from django.utils import translation

from liaisons.documents import child, renderer
from liaisons.documents.pdf import write_pdf
from liaisons.documents.word import write_word
from liaisons.intake import reader
from liaisons.intake.package import MAX_XML
from liaisons.intake.reading import reading_from_json, reading_to_json
from liaisons.intake.remarks import Remark, Remarks, read, remarks_from_json, remarks_to_json
from liaisons.intake.word import read_word
from liaisons.letter import Addressed
from liaisons.refusals import Refused
from tests.liaisons.documents import samples
from tests.liaisons.documents.test_renderer import limited_child
from tests.liaisons.intake.files import p, row, table, word_file
from tests.liaisons.intake.sent_back.letter import SENT, busy
from tests.liaisons.intake.test_round_trip import everything
from tests.liaisons.intake.test_safety import repacked

ROWS = (row("Title:", "LS"), row("For action to:", "IETF, W3C"), row("Deadline:", "30 June 2026; W3C: 15 July 2026"))


@pytest.fixture(autouse=True, scope="module")
def _end_the_child():
    yield
    renderer.stop()


@pytest.fixture
def hungry():
    """Small in the archive, four megabytes of names and words on unpacking; a gigabyte once it is a tree."""
    pieces = [f"<{letter}/>{letter}" for letter in "abcdefghijklmnop"]
    inside = "".join(random.Random(1).choices(pieces, k=MAX_XML // 5 - 1_000))
    return repacked(
        word_file(p("Title")),
        lambda name, content: (
            content.replace(b"<w:body>", f"<w:body>{inside}".encode()) if name == "word/document.xml" else content
        ),
    )


def refusal(content):
    with pytest.raises(Refused) as refused:
        reader.reading(content)
    return refused.value.sentences[0]


def test_a_reading_survives_the_wire():
    reading = read_word(write_word(everything()))
    reading = replace(reading, own_deadlines={"W3C": date(2026, 7, 15)}, sentences=("One.", "Two."))
    assert reading.pictures
    assert reading_from_json(reading_to_json(reading)) == reading


def test_remarks_survive_the_wire():
    dated = Remark("comment", "A1.2", author="Chloé", at=datetime(2025, 10, 20, 14, 3), text="Why?")  # noqa: DTZ001
    told = Remarks((dated, Remark("deletion", "", "Title", quoted="x", tracked=False)), ("A sentence.",))
    assert remarks_from_json(remarks_to_json(told)) == told


def test_the_child_reads_what_the_readers_read():
    content = word_file(table(*ROWS), p("We ask."))
    read_there = reader.reading(content, references={"JCA-MV-Doc-022"}, questions_label="Topics:")
    assert read_there == read_word(content, references={"JCA-MV-Doc-022"}, questions_label="Topics:")
    assert read_there.letter.addressees[1] == Addressed("W3C", "action", deadline=date(2026, 7, 15))
    labelled = word_file(table(*ROWS, row("Topics:", "All")), p("Annex 1: Terms (D-1)", style="AnnexNotitle"), p("So."))
    read_there = reader.reading(labelled, references={"D-1"}, questions_label="Topics:").letter
    assert (read_there.questions, read_there.annexes[0].document) == ("All", "D-1")


def test_the_child_finds_the_remarks_that_the_reader_finds():
    content = busy().saved()
    assert reader.remarks(content, SENT) == read(content, SENT)


def test_what_cannot_be_read_is_refused_as_here():
    assert "no Word file" in refusal(b"%PDF-1.7")
    with pytest.raises(Refused, match="Track changes"):
        reader.remarks(SENT, SENT)


def test_a_file_that_would_eat_a_gigabyte_ends_with_a_sentence_and_the_next_document_comes_out(hungry):
    begun = time.monotonic()
    assert "more memory than it may" in refusal(hungry)
    assert time.monotonic() - begun < reader.SECONDS
    assert renderer.render(samples.reply("fr"), "pdf") == write_pdf(samples.reply("fr"))
    assert reader.reading(word_file(p("Title"), p("Text."))).letter.title == "Title"


def test_a_file_that_takes_too_long_ends_with_a_sentence(monkeypatch):
    monkeypatch.setattr(reader, "SECONDS", 0.2)
    renderer.stop()  # a child that starts takes longer than that
    assert "took longer than" in refusal(word_file(p("Title")))
    monkeypatch.undo()
    assert reader.reading(word_file(p("Title"), p("Text."))).letter.title == "Title"


def test_who_waits_too_long_for_a_turn_is_told(monkeypatch):
    monkeypatch.setattr(reader, "SECONDS", 0.1)
    with renderer._renderer._lock:
        assert "Try again in a minute" in refusal(word_file(p("Title")))


def test_a_fault_of_ours_is_recorded_and_not_shown(monkeypatch, caplog):
    renderer.stop()
    program = "from liaisons.documents import child; child._speaking = None; child.main()"
    monkeypatch.setattr(renderer, "_CHILD", [*limited_child(512)[:2], program])
    assert refusal(word_file(p("Title"))) == (
        "A fault in this program keeps it from reading the file; it has been recorded."
    )
    assert "TypeError" in caplog.text
    renderer.stop()


def test_the_child_speaks_the_language_of_whoever_asks(monkeypatch, tmp_path):
    """With a catalogue of one sentence, as msgfmt writes it."""
    renderer.stop()
    program = f"from liaisons.documents import child; child._LOCALE = {str(tmp_path)!r}; child.main()"
    monkeypatch.setattr(renderer, "_CHILD", [*limited_child(512)[:2], program])
    place = tmp_path / "fr" / "LC_MESSAGES" / "django.mo"
    place.parent.mkdir(parents=True)
    place.write_bytes(
        catalogue({"": "Content-Type: text/plain; charset=UTF-8\n", "No title was found.": "Sans titre."})
    )
    with translation.override("fr"):
        assert reader.reading(word_file(p("We ask this,"))).sentences == ("Sans titre.",)
    assert reader.reading(word_file(p("We ask this,"))).sentences == ("No title was found.",)
    renderer.stop()


def catalogue(messages):
    keys, texts = (
        [text.encode() for text in side] for side in (sorted(messages), [messages[one] for one in sorted(messages)])
    )
    head, at = 28, 28 + 16 * len(keys)
    tables, strings = [], b""
    for side in (keys, texts):
        for text in side:
            tables += [len(text), at + len(strings)]
            strings += text + b"\0"
    numbers = [0x950412DE, 0, len(keys), head, head + 8 * len(keys), 0, 0, *tables]
    return b"".join(number.to_bytes(4, "little") for number in numbers) + strings


def test_the_catalogue_is_that_of_the_desk():
    assert (child._LOCALE.parent.name, child._LOCALE.name) == ("liaisons", "locale")
