"""Makes the PDF and the Word file of a sheet, and reads those of others, in a child process with limits.

The child is started by subprocess, because Celery's own children may not have children, and lives as long as the
process that needs it. Threads take turns; a forked process starts a child of its own.
"""

import atexit
import logging
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from django.utils.translation import gettext as _

from liaisons.documents.rendered import Rendered, sheet_to_json
from liaisons.documents.wire import Closed, receive, send
from liaisons.letter import Letter, Sheet

Kind = Literal["pdf", "docx", "unformatted", "leaves"]
_CHILD = [sys.executable, "-m", "liaisons.documents.child"]
_PROJECT = Path(__file__).resolve().parents[2]
# All that the child learns of this process: where programs, fonts and their caches are.
_PASSED_ON = ("PATH", "HOME", "XDG_CACHE_HOME", "FONTCONFIG_PATH", "FONTCONFIG_FILE", "TZ")
_MANY_CELLS = 200

logger = logging.getLogger(__name__)


class RenderError(Exception):
    """The file could not be made; its text tells the author why and what to do. `reason` is one word for programs."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


class Failed(Exception):
    """The child gave no answer; `detail` is the traceback of a fault in our program."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


class _Renderer:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None

    def ask(self, job: Mapping[str, object], content: bytes, timeout: float) -> tuple[dict[str, Any], bytes]:
        """The child's answer. Raises Failed with a word for the reason."""
        if not self._lock.acquire(timeout=timeout):
            raise Failed("busy")
        try:
            answer, made = self._ask({**job, "seconds": timeout}, content, timeout)
        except TimeoutError:
            self._stop()
            raise Failed("time") from None
        except Closed:
            raise Failed("broken") from None
        except BaseException:
            self._stop()  # or the answer that nobody read would be taken for that to the next question
            raise
        finally:
            self._lock.release()
        if failure := answer.get("failure"):
            raise Failed(failure, answer.get("detail", ""))
        return answer, made

    def _ask(self, job: Mapping[str, object], content: bytes, timeout: float) -> tuple[dict[str, Any], bytes]:
        """One that died, perhaps of something else, is asked a second time."""
        deadline = time.monotonic() + timeout
        for attempt in (1, 2):
            channel = self._channel or self._start()
            try:
                send(channel, job, content, deadline)
                return receive(channel, deadline)
            except Closed:
                self._stop()
                if attempt == 2:
                    raise
        raise AssertionError  # the second attempt returns or raises

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 – our own program, with nothing of a letter in its arguments
                _CHILD,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                cwd=_PROJECT,
                env={"LANG": "C.UTF-8"} | {name: os.environ[name] for name in _PASSED_ON if name in os.environ},
                start_new_session=True,  # Ctrl-C is for the parent; its end is the child's
            )
        self._channel = ours
        return ours

    def _stop(self) -> None:
        if self._channel:
            self._channel.close()
        if self._process:
            self._process.kill()
            self._process.wait()
        self._process = self._channel = None

    def start(self) -> None:
        """Start the child ahead, so that the first document need not wait for it."""
        with self._lock:
            if not self._channel:
                self._start()

    def stop(self) -> None:
        with self._lock:
            self._stop()

    def forget(self) -> None:
        """After a fork the child belongs to the parent: leave it alone, but do not keep its line open."""
        self._lock = threading.Lock()  # a thread that is not here any more may have held the old one
        if self._channel:
            self._channel.close()
        if self._process:
            self._process.returncode = 0  # or subprocess would warn that we left a child of ours behind
        self._process = self._channel = None


def render(sheet: Sheet, kind: Kind, *, timeout: float = 20.0) -> Rendered:
    """The file, or RenderError with a sentence for the author; `timeout` is in seconds, once it is our turn."""
    try:
        answer, made = ask({"kind": kind}, sheet_to_json(sheet), timeout=timeout)
    except Failed as failed:
        if failed.detail:
            logger.error("The renderer failed on letter %s:\n%s", sheet.letter.sha256(), failed.detail)
        raise RenderError(failed.reason, sentence(failed.reason, sheet.letter, timeout)) from None
    return Rendered.noted(made, answer)


def ask(job: Mapping[str, object], content: bytes, *, timeout: float) -> tuple[dict[str, Any], bytes]:
    """What the child answers to a job. Raises Failed."""
    return _renderer.ask(job, content, timeout)


def start() -> None:
    """Start the child of this process before the first document."""
    _renderer.start()


def stop() -> None:
    """End the child of this process; the next document starts another."""
    _renderer.stop()


def sentence(reason: str, letter: Letter, timeout: float = 20.0) -> str:
    """What an error of that reason says, in the language of whoever reads it now."""
    if reason == "busy":
        return _("Other documents are being made. Try again in a minute.")
    if reason == "time":
        told = _("Making the document took longer than %(seconds)d seconds. %(advice)s")
        return told % {"seconds": timeout, "advice": _advice(letter)}
    if reason in ("memory", "broken"):
        return _("Making the document takes more memory than it may. %(advice)s") % {"advice": _advice(letter)}
    if reason == "depth":
        told = _("%(part)s holds lists, tables or quotations too deep inside one another: take some apart.")
        return told % {"part": _largest_part(letter)}
    return _("A fault in this program keeps it from making the file; it has been recorded.")


def _advice(letter: Letter) -> str:
    return _("%(part)s is its largest part: shorten it, divide it, or attach it as a file.") % {
        "part": _largest_part(letter)
    }


def _largest_part(letter: Letter) -> str:
    parts = [(letter.body, _("the statement itself"))]
    parts += [(annex.body, _("Annex %(number)d") % {"number": at}) for at, annex in enumerate(letter.annexes, 1)]
    body, name = max(parts, key=lambda part: len(part[0]))
    cells = len(re.findall(r"<t[dh]\b", body))
    form = _("The table in %(part)s") if cells > _MANY_CELLS else _("The text of %(part)s")
    return form % {"part": name}


_renderer = _Renderer()
atexit.register(_renderer.stop)
os.register_at_fork(after_in_child=_renderer.forget)
