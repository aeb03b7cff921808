"""The desk under bin/run: it stands, a part that dies comes back, it goes when told to, and says what is wrong."""

import os
import signal
from collections.abc import Iterator

import pytest

from tests.faults.running import Desk, wait_for

pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("run")
    desk = Desk(folder / "var", said=folder / "said")
    try:
        desk.start(seconds=120)
        yield desk
    finally:
        desk.end()


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
