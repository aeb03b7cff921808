"""The renderer's own process: it makes or reads one file after the other until the process that started it is gone.

Nothing of Django but its template engine and its translations is loaded here, no database, no secrets, none of the
settings of the desk.
"""

import gc
import os
import resource
import signal
import socket
import sys
import traceback
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from liaisons.documents.rendered import Rendered, sheet_from_json
from liaisons.documents.wire import Closed, receive, send
from liaisons.letter import Contact, Letter, Masthead, Sheet

MEMORY = 512 * 1024 * 1024  # bytes of data; the fonts and libraries it only reads are not counted
SWOLLEN = MEMORY // 2  # after a document that took so much, the next one finds a new process
_LOCALE = Path(__file__).resolve().parents[1] / "locale"  # the translations of what reading says
# With all faces that most letters are set in.
_FIRST = Sheet(
    Letter(
        "Title",
        "Source",
        "<h2>1 Heading</h2><p>Words, <strong>bold</strong> and <em>slanted</em>.</p><ul><li>Item</li></ul>"
        "<table><tr><th>Head</th></tr><tr><td>Cell</td></tr></table>",
        abstract="Abstract",
        contacts=(Contact("Name", email="name@example.org"),),
    ),
    Masthead("Number", "Group", "Period"),
)


def main() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    channel = socket.socket(fileno=sys.stdin.fileno())
    # The first document of a process reads fonts, styles and templates: better before somebody waits for it.
    for kind in ("docx", "pdf"):
        _make(_FIRST, kind)
    # Rubbish is collected between two documents, when nobody waits, and never looked for among what all of them share.
    gc.disable()
    gc.collect()
    gc.freeze()
    while True:
        try:
            job, content = receive(channel)
        except Closed:
            return
        # Whoever waits kills this process when its time is over; this is for when nobody waits any more.
        signal.setitimer(signal.ITIMER_REAL, job["seconds"] + 1)
        answer, made = _answer(job, content)
        signal.setitimer(signal.ITIMER_REAL, 0)
        try:
            send(channel, answer, made)
        except Closed:
            return
        if answer.get("failure") == "memory" or _swollen():
            # What is left of the memory is in pieces; an orderly end would stumble over it.
            os._exit(0)
        del content, answer, made
        gc.collect()


def _swollen() -> bool:
    return _status("VmData") > SWOLLEN


def _exhausted(error: BaseException | None) -> bool:
    """Whether memory was what failed: libraries in C turn it into errors of their own, and free it on the way."""
    while error:
        if isinstance(error, MemoryError):
            return True
        error = error.__cause__ or error.__context__
    return _status("VmHWM") > 0.8 * MEMORY


def _status(name: str) -> int:
    """Bytes, as the kernel counts them for this process; getrusage() would count what its parent once had."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


def _answer(job: dict[str, Any], content: bytes) -> tuple[dict[str, Any], bytes]:
    try:
        if job["kind"] in ("read", "remarks"):
            return _read(job, content)
        if job["kind"] == "table":
            from liaisons.documents import tables

            return {}, tables.write_word(tables.Table.from_json(content))
        rendered = _make(sheet_from_json(content), job["kind"])
    except MemoryError:
        return {"failure": "memory"}, b""
    except RecursionError:
        return {"failure": "depth"}, b""
    except Exception as error:  # noqa: BLE001 – whatever it was, the process that asked must hear of it
        if _exhausted(error):
            return {"failure": "memory"}, b""
        return {"failure": "fault", "detail": traceback.format_exc()}, b""
    return rendered.notes(), rendered.content


def _make(sheet: Sheet, kind: str) -> Rendered:
    # Imported here, so that the limits above hold while libraries load too.
    if kind == "docx":
        from liaisons.documents.word import write_word

        return Rendered(write_word(sheet))
    if kind == "unformatted":
        from liaisons.documents.unformatted import write_unformatted

        return Rendered(write_unformatted(sheet))
    from liaisons.documents.pdf import write_pdf

    printed = write_pdf(sheet)
    if kind == "leaves":
        from liaisons.documents.leaves import write_leaves

        return write_leaves(printed)
    return printed


def _read(job: dict[str, Any], content: bytes) -> tuple[dict[str, Any], bytes]:
    """What a Word file of others says, in the language of whoever asked."""
    from liaisons.intake import remarks
    from liaisons.intake.reading import reading_to_json
    from liaisons.intake.word import read_word
    from liaisons.refusals import Refused

    try:
        with _speaking(job["language"]):
            if job["kind"] == "remarks":
                size = job["size"]
                return {}, remarks.remarks_to_json(remarks.read(content[:size], content[size:]))
            reading = read_word(content, references=job["references"], questions_label=job["questions_label"])
            return {}, reading_to_json(reading)
    except Refused as refused:
        return {"refused": refused.sentences}, b""


def _speaking(language: str) -> AbstractContextManager[None]:
    import django
    from django.conf import settings
    from django.utils import translation

    if not settings.configured:
        settings.configure(LOCALE_PATHS=[_LOCALE])
        django.setup(set_prefix=False)
    return translation.override(language)


if __name__ == "__main__":
    main()
