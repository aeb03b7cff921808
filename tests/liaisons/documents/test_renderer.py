"""Files are made in one child process that is killed, replaced and left alone at the right moments."""

import logging
import os
import select
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document

from liaisons.documents import renderer
from liaisons.documents.child import MEMORY
from liaisons.documents.pdf import write_pdf
from liaisons.documents.rendered import sheet_from_json, sheet_to_json
from liaisons.documents.renderer import RenderError, render
from liaisons.intake import reader
from liaisons.letter import Annex, Sheet
from tests.liaisons.documents import samples
from tests.liaisons.intake.files import p, word_file


@pytest.fixture(autouse=True, scope="module")
def _end_the_child():
    yield
    renderer.stop()


def child() -> int:
    process = renderer._renderer._process
    assert process is not None
    return process.pid


def with_annex(body: str) -> Sheet:
    sheet = samples.reply("fr")
    return replace(sheet, letter=replace(sheet.letter, annexes=(Annex("A", "<p>a</p>"), Annex("B", body))))


def big_table(rows: int) -> str:
    return samples.table(("No.", "Title"), (("1", "some words"),) * rows)


def test_sheet_survives_the_wire():
    sheet = samples.invitation()
    before = replace(sheet.letter, title="Before", deadline=None)
    sheet = replace(sheet, pictures={"a" * 64: b"\x89PNG\x00"}, before=before, before_number="JCA-MV-Doc-021")
    assert sheet_from_json(sheet_to_json(sheet)) == sheet
    assert sheet_to_json(sheet) == sheet_to_json(sheet_from_json(sheet_to_json(sheet)))


def test_pdf_and_word_come_from_one_child_as_the_writers_make_them():
    sheet = samples.reply("fr")
    assert render(sheet, "pdf") == write_pdf(sheet)
    first = child()
    document = Document(BytesIO(render(sheet, "docx").content))
    assert document.core_properties.title == "Représentant de la CE 21 auprès de la JCA-MV (réponse à JCA-MV-LS1)"
    assert child() == first


def test_warnings_of_the_child_reach_the_author():
    sheet = samples.reply("fr")
    rendered = render(replace(sheet, letter=replace(sheet.letter, title="\U000f0000")), "pdf")
    assert rendered.missing == "\U000f0000"


def test_child_knows_nothing_of_the_desk(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "a secret")
    monkeypatch.setenv("DATABASE_URL", "postgres://a:secret@example.org/a")
    renderer.stop()
    render(samples.reply("fr"), "pdf")
    reader.reading(word_file(p("Title")))
    process = Path(f"/proc/{child()}")
    environment = process.joinpath("environ").read_bytes()
    assert b"secret" not in environment
    assert b"DJANGO_SETTINGS_MODULE" not in environment
    limits = process.joinpath("limits").read_text()
    assert next(line.split()[3] for line in limits.splitlines() if line.startswith("Max data size")) == str(MEMORY)
    assert "libsqlite" not in process.joinpath("maps").read_text()


def test_killed_child_is_replaced_without_anybody_noticing():
    render(samples.reply("fr"), "pdf")
    killed = child()
    os.kill(killed, signal.SIGKILL)
    assert render(samples.reply("fr"), "pdf").content.startswith(b"%PDF")
    assert child() != killed


def test_time_that_is_over_ends_the_child_and_names_the_largest_part():
    with pytest.raises(RenderError) as caught:
        render(with_annex(big_table(3000)), "pdf", timeout=2)
    assert caught.value.reason == "time"
    assert str(caught.value) == (
        "Making the document took longer than 2 seconds. The table in Annex 2 is its largest part: shorten it, "
        "divide it, or attach it as a file."
    )
    assert render(samples.reply("fr"), "pdf").content.startswith(b"%PDF")


@pytest.mark.parametrize(
    "body",
    [
        '<table><tr><td rowspan="1000000" colspan="1000000">a</td><td>b</td></tr><tr><td>c</td></tr></table>',
        "<blockquote>" * 150 + "a",
        "<table><tr><td>" * 150 + "a",
        "<ul><li>" * 150 + "a",
        f"<p>{'a' * 300_000}</p>",
    ],
    ids=["spans", "quotations", "tables", "lists", "word"],
)
def test_hostile_bodies_give_a_file_in_good_time(body):
    began = time.monotonic()
    for kind in ("pdf", "docx"):
        assert render(with_annex(body), kind).content
    assert time.monotonic() - began < 20


def test_memory_that_is_over_gives_a_sentence_and_a_new_child(monkeypatch):
    """With a limit so low that a table reaches it soon; the real one is checked where the child knows nothing."""
    renderer.stop()
    monkeypatch.setattr(renderer, "_CHILD", limited_child(120))
    with pytest.raises(RenderError) as caught:
        render(with_annex(big_table(3000)), "pdf")
    assert caught.value.reason in ("memory", "broken")
    assert str(caught.value).startswith("Making the document takes more memory than it may. The table in Annex 2 is")
    monkeypatch.undo()
    assert render(samples.reply("fr"), "pdf").content.startswith(b"%PDF")


def limited_child(megabytes: int) -> list[str]:
    program = f"from liaisons.documents import child; child.MEMORY = {megabytes} << 20; child.main()"
    return [sys.executable, "-c", program]


def test_child_that_took_much_memory_makes_place_for_a_new_one(monkeypatch):
    renderer.stop()
    program = "from liaisons.documents import child; child.SWOLLEN = 0; child.main()"
    monkeypatch.setattr(renderer, "_CHILD", [sys.executable, "-c", program])
    assert render(samples.reply("fr"), "pdf").content
    first = child()
    assert render(samples.reply("fr"), "pdf").content
    assert child() != first
    renderer.stop()


def test_fault_in_the_program_is_recorded_and_not_shown(monkeypatch, caplog):
    renderer.stop()
    program = "from liaisons.documents import child; child.sheet_from_json = None; child.main()"
    monkeypatch.setattr(renderer, "_CHILD", [sys.executable, "-c", program])
    with caplog.at_level(logging.ERROR), pytest.raises(RenderError) as caught:
        render(samples.reply("fr"), "pdf")
    assert caught.value.reason == "fault"
    assert "Traceback" not in str(caught.value)
    assert "TypeError" in caplog.text
    renderer.stop()


def test_threads_take_turns_and_each_gets_its_own_file():
    languages = ["fr", "es", "ru", "fr", "es", "ru"]
    with ThreadPoolExecutor(6) as threads:
        made = list(threads.map(lambda language: render(samples.reply(language), "pdf"), languages))
    assert made == [write_pdf(samples.reply(language)) for language in languages]


def test_thread_that_waits_too_long_for_its_turn_is_told():
    with renderer._renderer._lock, pytest.raises(RenderError) as caught:
        render(samples.reply("fr"), "pdf", timeout=0.1)
    assert caught.value.reason == "busy"


def test_answer_nobody_waited_for_is_not_taken_for_the_next_one():
    sheet = with_annex(big_table(400))

    def interrupt(*args: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        render(samples.reply("fr"), "pdf")
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        with pytest.raises(KeyboardInterrupt):
            render(sheet, "pdf")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert render(samples.reply("es"), "pdf") == write_pdf(samples.reply("es"))


PROJECT = Path(__file__).resolve().parents[3]
PROGRAM = """
import os, sys
from liaisons.documents import renderer
from tests.liaisons.documents import samples
from tests.liaisons.intake.files import p, word_file

def child():
    return renderer._renderer._process.pid

renderer.render(samples.reply("fr"), "docx")
before = child()
forked = os.fork()
if forked == 0:
    made = renderer.render(samples.reply("fr"), "docx").content
    os._exit(0 if made[:2] == b"PK" and child() != before else 1)
_, status = os.waitpid(forked, 0)
renderer.render(samples.reply("fr"), "docx")
print(os.waitstatus_to_exitcode(status), child() == before, child(), flush=True)
if "wait" in sys.argv:
    sys.stdin.read()
"""


def test_forked_process_has_a_child_of_its_own_and_children_end_with_their_parents():
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    status, same, pid = done.stdout.split()
    assert (status, same, done.stderr) == ("0", "True", "")
    assert_ended(int(pid))


def test_children_end_when_their_parent_is_killed():
    command = [sys.executable, "-c", PROGRAM, "wait"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=PROJECT, text=True, **pipes) as parent:
        pid = int(parent.stdout.readline().split()[2])
        parent.kill()
    assert_ended(pid)


def assert_ended(pid: int) -> None:
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    with os.fdopen(process) as watched:
        ended, _, _ = select.select([watched], [], [], 10)
    assert ended, f"process {pid} lives on"
