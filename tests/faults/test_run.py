"""The desk under bin/run: it stands, a part that dies comes back, it goes when told to, and says what is wrong."""

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.faults
OURS = {"DATABASE_URL", "REDIS_URL", "EMAIL_URL", "SITE_URL", "SECRET_KEY", "ALLOWED_HOSTS", "PORT", "LIAISE_VAR"}


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

    def __init__(self, folder: Path, said: Path) -> None:
        self.folder, self.port, self.out = folder, free_port(), said
        self.run: subprocess.Popen[bytes] | None = None

    def command(self, **given: str) -> subprocess.Popen[bytes]:
        env = {name: value for name, value in os.environ.items() if name not in OURS}
        env |= {"DJANGO_SETTINGS_MODULE": "config.settings", "LIAISE_VAR": str(self.folder), "PORT": str(self.port)}
        with self.out.open("wb") as out:
            return subprocess.Popen(
                ["bin/run"], cwd=settings.BASE_DIR, env=env | given, stdout=out, stderr=out, start_new_session=True
            )

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

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        assert self.run is not None
        self.run.send_signal(how)
        return self.run.wait(timeout=70)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("run")
    desk = Desk(folder / "var", said=folder / "said")
    try:
        desk.start(seconds=120)
        yield desk
    finally:
        if desk.run is not None and desk.run.poll() is None:
            desk.stop()
        for pid in desk.parts():
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("part", ["gunicorn", "celery --quiet --app config worker", "celery --quiet --app config beat"])
def test_a_part_that_dies_comes_back(desk, part):
    wait_for(lambda: desk.main_process(part), 10, part)
    killed = desk.main_process(part)
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: desk.main_process(part) not in (None, killed), 10, part)
    wait_for(desk.answers, 10, "the page")


def test_a_second_desk_on_the_same_folder_is_refused_with_the_way_out(desk, tmp_path):
    second = Desk(desk.folder, said=tmp_path / "said")
    assert second.refuses() == (
        f"bin/run: a desk already runs on {desk.folder}. A second one: PORT={second.port + 1} LIAISE_VAR=var2 bin/run\n"
    )


def test_a_port_in_use_is_said_in_one_line_with_the_way_out(desk, tmp_path):
    second = Desk(tmp_path / "var", said=tmp_path / "said")
    assert second.refuses(PORT=str(desk.port)) == f"Port {desk.port} is in use: PORT={desk.port + 1} bin/run\n"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_leaves_nobody_over_and_the_next_start_is_quick(desk, how):
    assert desk.stop(how) == 0
    assert desk.parts() == {}
    assert not desk.answers()
    # Five seconds on a machine with nothing else to do; beside this test others run in processes of their own.
    assert desk.start(seconds=30) < 5 * int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))


def test_a_killed_supervisor_leaves_nobody_over_and_the_desk_starts_again(desk):
    desk.run.kill()
    desk.run.wait()
    wait_for(lambda: not desk.parts(), 20, "the end of all parts")
    desk.start(seconds=30)


def test_nobody_else_on_the_machine_reads_what_the_desk_keeps(desk):
    for kept in (desk.folder, desk.folder / "desk.sqlite3", *(desk.folder / "log").glob("*.log")):
        assert kept.stat().st_mode & 0o077 == 0, kept


def test_what_bin_run_says_is_enough_to_begin(desk):
    assert f"http://localhost:{desk.port}" in desk.said()
    assert str(desk.folder / "mail") in desk.said()
    assert "@example.org" in desk.said()


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ({"PORT": "ten"}, "PORT is a number up to 65535 and not “ten”: PORT=8000 bin/run\n"),
        ({"DATABASE_URL": "postgres://nobody@127.0.0.1:9/desk"}, "The database does not answer"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path, given, answer):
    said = Desk(tmp_path / "var", said=tmp_path / "said").refuses(**given)
    assert said.startswith(answer)
    assert said.count("\n") == 1
