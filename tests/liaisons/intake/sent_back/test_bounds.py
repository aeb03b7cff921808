"""What is no file of ours, what is too much, and what other programs save."""

import random
import shutil
import subprocess
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from liaisons.documents.word import write_word
from liaisons.intake import remarks
from liaisons.rules import Refused
from tests.liaisons.intake.edits import Edited, cut, ins, paragraph, t
from tests.liaisons.intake.sent_back.letter import FIRST, LETTER, SENT, SHEET, busy, read, refusal
from tests.liaisons.intake.test_safety import repacked


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
