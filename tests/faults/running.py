"""A desk under bin/run for tests that stop, kill and take away parts of it."""

import contextlib
import http.cookiejar
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

OURS = {
    "DATABASE_URL",
    "REDIS_URL",
    "EMAIL_URL",
    "INBOX_URLS",
    "SITE_URL",
    "SECRET_KEY",
    "LINK_KEY",
    "ALLOWED_HOSTS",
    "PORT",
    "LIAISE_VAR",
}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(fact: Callable[[], object], seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < end, f"{what} did not come in {seconds} s"
        time.sleep(0.02)


class Desk:
    """A desk under bin/run with a folder and a port of its own."""

    def __init__(self, folder: Path, said: Path, **given: str) -> None:
        self.folder, self.port, self.out, self.given = folder, free_port(), said, given
        self.run: subprocess.Popen[bytes] | None = None

    def env(self, **given: str) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name not in OURS}
        mine = {"DJANGO_SETTINGS_MODULE": "config.settings", "LIAISE_VAR": str(self.folder), "PORT": str(self.port)}
        return inherited | mine | self.given | given

    def command(self, **given: str) -> subprocess.Popen[bytes]:
        with self.out.open("wb") as out:
            place = {"cwd": settings.BASE_DIR, "env": self.env(**given), "start_new_session": True}
            return subprocess.Popen(["bin/run"], stdout=out, stderr=out, **place)

    def said(self) -> str:
        return self.out.read_text()

    def refuses(self, **given: str) -> str:
        """Start what cannot start; return what it says."""
        assert self.command(**given).wait(timeout=30) == 1
        return self.said()

    def start(self, seconds: float) -> float:
        """Start and return how long the first page took."""
        began = time.monotonic()
        self.run = self.command()
        wait_for(lambda: self.run.poll() is not None or self.answers(), seconds, "the first page")
        assert self.run.poll() is None, self.said()
        return time.monotonic() - began

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/sign-in/", timeout=5) as page:
                return page.status == 200
        except OSError:
            return False

    def healthz(self) -> tuple[int, dict[str, object]]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=20) as page:
                return page.status, json.load(page)
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)

    def python(self, *arguments: object) -> str:
        """Run a module of ours or of the tests on this desk; returns what it prints."""
        command = [sys.executable, "-m", *map(str, arguments)]
        place = {"cwd": settings.BASE_DIR, "env": self.env(), "text": True, "capture_output": True, "timeout": 120}
        done = subprocess.run(command, check=False, **place)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def parts(self, word: str = "") -> dict[int, str]:
        """Return the processes of this desk, known by the folder in their environment."""
        found = {}
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if f"LIAISE_VAR={self.folder}\0" in (process / "environ").read_text(errors="replace"):
                    line = (process / "cmdline").read_text().replace("\0", " ")
                    if word in line:
                        found[int(process.name)] = line
        return found

    def main_process(self, word: str) -> int | None:
        """Return the part that supervisord itself started."""
        for pid in self.parts(word):
            with contextlib.suppress(OSError):
                parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
                if self.run is not None and parent == self.run.pid:
                    return pid
        return None

    def end(self) -> None:
        """Leave nobody over, whatever became of the test."""
        if self.run is not None and self.run.poll() is None:
            self.stop()
        for pid in self.parts():
            os.kill(pid, signal.SIGKILL)

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        assert self.run is not None
        self.run.send_signal(how)
        return self.run.wait(timeout=70)


class Visitor:
    """Somebody with a browser that keeps cookies."""

    def __init__(self, desk: Desk) -> None:
        self.home = f"http://localhost:{desk.port}"
        self.open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())).open

    def get(self, path: str) -> str:
        with self.open(self.home + path, timeout=20) as page:
            return page.read().decode()

    def post(self, path: str, **data: str) -> str:
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get("/sign-in/" if "sign" in path else "/"))
        body = urllib.parse.urlencode(data | {"csrfmiddlewaretoken": token[1]}).encode()
        with self.open(self.home + path, body, timeout=20) as page:
            return page.read().decode()
