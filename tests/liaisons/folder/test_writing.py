"""The folder on this machine: only what differs is touched, nothing is half there, nothing of others is lost."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest

from liaisons.folder import local, mirroring, report
from liaisons.models import Circulation, Statement
from tests.fixtures import AFTER
from tests.liaisons.folder.conftest import names

pytestmark = pytest.mark.django_db

FILES = ["JCA-MV-Doc-001.docx", "JCA-MV-Doc-001.pdf", "JCA-MV-LS1.docx", "JCA-MV-LS1.pdf"]


def touched(folder):
    return {path.name: (path.stat().st_mtime_ns, path.stat().st_ino) for path in folder.iterdir()}


def test_a_second_run_writes_nothing(run, folder, sent):
    first = run()
    before = touched(folder)
    again = run(now=AFTER + timedelta(minutes=5))
    assert sorted(first.written) == sorted([*FILES, "index.html", "index.csv"])
    assert (again.written, again.removed, again.foreign) == ([], [], [])
    assert touched(folder) == before
    assert (again.in_line, again.changed) == (AFTER + timedelta(minutes=5), AFTER)


def test_files_are_dated_as_their_papers(run, folder, sent):
    run()
    assert (folder / "JCA-MV-LS1.pdf").stat().st_mtime == AFTER.timestamp()


def test_only_what_differs_is_written(run, folder, held):
    run()
    before = touched(folder)
    Statement.objects.update(posted_at=AFTER)
    assert sorted(run().written) == ["JCA-MV-LS1.docx", "JCA-MV-LS1.pdf", "index.csv", "index.html"]
    after = touched(folder)
    assert {name for name in before if after[name] != before[name]} == {"index.csv", "index.html"}


def test_what_is_looked_at_only_is_not_written(run, folder, sent):
    looked = run(dry_run=True, make=False)
    assert sorted(looked.written) == sorted([*FILES, "index.html", "index.csv"])
    assert not folder.exists()
    assert report.last(sent.desk) is None


def test_a_file_that_is_gone_comes_back(run, folder, sent):
    run()
    (folder / "JCA-MV-LS1.pdf").unlink()
    assert run().written == ["JCA-MV-LS1.pdf"]


def test_what_others_put_there_is_named_and_left(run, folder, sent):
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    (folder / "sub").mkdir()
    (folder / "JCA-MV-LS1.pdf").write_text("another one")
    (folder / "JCA-MV-LS1.docx").symlink_to("/etc/passwd")
    done = run()
    assert done.foreign == ["notes.txt", "sub"]
    assert sorted(done.in_the_way) == ["JCA-MV-LS1.docx", "JCA-MV-LS1.pdf"]
    assert (folder / "JCA-MV-LS1.pdf").read_text() == "another one"
    assert (folder / "JCA-MV-LS1.docx").is_symlink()
    assert "JCA-MV-LS1.pdf" not in (folder / "index.csv").read_text()
    for name in done.in_the_way:
        (folder / name).unlink()
    assert sorted(run().written) == ["JCA-MV-LS1.docx", "JCA-MV-LS1.pdf", "index.csv", "index.html"]


def test_what_somebody_changed_is_kept_beside_the_right_one(run, folder, sent):
    run()
    right = (folder / "JCA-MV-LS1.pdf").read_bytes()
    (folder / "JCA-MV-LS1.pdf").write_bytes(right.swapcase())
    done = run()
    [aside] = done.set_aside
    assert aside.startswith("JCA-MV-LS1-changed-")
    assert (folder / aside).read_bytes() == right.swapcase()
    assert (folder / "JCA-MV-LS1.pdf").read_bytes() == right
    again = run()
    assert (again.set_aside, again.foreign, again.written) == ([aside], [], [])


def test_a_folder_that_was_copied_without_its_dates_is_adopted(run, folder, sent):
    run()
    (folder / "index.csv").unlink()
    for path in folder.iterdir():
        os.utime(path, (0, 0))
    assert run().written == ["index.csv"]
    assert (folder / "JCA-MV-LS1.pdf").stat().st_mtime == AFTER.timestamp()


def test_what_no_longer_belongs_is_removed_unless_somebody_changed_it(run, folder, circulated):
    run()
    (folder / "JCA-MV-Doc-001.pdf").write_text("changed")
    Circulation.objects.update(distributed_at=None)
    done = run()
    assert (done.removed, done.foreign) == (["JCA-MV-Doc-001.docx"], ["JCA-MV-Doc-001.pdf"])


def test_a_name_that_is_no_text_is_told_as_it_can_be(run, folder, client, sent, secretary):
    folder.mkdir()
    (folder / os.fsdecode(b"\xff\x1b[2J\n.txt")).write_text("?")
    assert run().foreign == ["\\udcff\\x1b[2J\\n.txt"]
    client.force_login(secretary)
    assert "udcff" in client.get("/documents/folder/").content.decode()


def test_the_same_change_made_again_is_kept_once(run, folder, sent):
    run()
    for _time in range(2):
        (folder / "JCA-MV-LS1.pdf").write_text("changed")
        run()
    assert [name for name in names(folder) if "changed" in name] == ["JCA-MV-LS1-changed-d67e2e94.pdf"]


def test_an_index_that_was_written_by_somebody_else_does_no_harm(run, folder, sent):
    run()
    with (folder / "index.csv").open("a") as file:
        file.write(",,,,,,,,x.txt,many,abc\r\n,,\r\n,,,,,,,,y.txt,4,abc\r\n")
    (folder / "x.txt").write_text("mine")
    assert (run().foreign, run().error) == (["x.txt"], "")


def test_an_index_that_names_paths_removes_nothing_elsewhere(run, folder, circulated, settings):
    run()
    outside = settings.FOLDER / "kept.txt"
    outside.write_text("kept")
    sha256 = "8c2eab7f3a1cbb5d1f6e0b2fb5e3ab6fcb7cbbbc0ea0b7d4b0a1c9a5ba3ce7ac"
    with (folder / "index.csv").open("a") as file:
        file.write(f",,,,,,,,../kept.txt,4,{sha256}\r\n,,,,,,,,{outside},4,{sha256}\r\n")
    assert run().removed == []
    assert outside.exists()


def test_another_index_is_not_written_over(run, folder, sent, caplog):
    folder.mkdir()
    (folder / "index.csv").write_text("number;title\n")
    assert run().error == (
        "There is another index.csv in the folder. Move it away: by its own the desk knows its files."
    )
    run()
    assert len([record for record in caplog.records if "index.csv" in record.message]) == 1
    assert names(folder) == []
    (folder / "index.csv").unlink()
    assert (run().error, names(folder)) == ("", FILES)


def test_a_share_that_is_not_mounted_is_told_and_not_filled(run, sent, settings):
    settings.FOLDER.rmdir()
    assert run().error == f"The folder cannot be written: No such file or directory ({settings.FOLDER / 'jca-mv'})"
    assert not settings.FOLDER.exists()


def test_a_file_that_the_storage_has_lost_is_told(run, folder, sent, monkeypatch):
    def lost(_blob):
        raise FileNotFoundError

    monkeypatch.setattr("liaisons.models.Blob.read", lost)
    assert sorted(run().lost) == FILES
    assert names(folder) == []


def test_a_full_disk_leaves_no_half_file(run, folder, sent, monkeypatch):
    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(local.os, "fsync", full)
    assert run().error == "The folder cannot be written: No space left on device"
    assert list(folder.iterdir()) == []


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_a_run_killed_while_it_writes_leaves_whole_files_and_the_next_one_ends_it(
    run, folder, sent, desk_env, settings
):
    run()
    right = {path.name: path.read_bytes() for path in folder.iterdir()}
    for path in folder.iterdir():
        path.unlink()
    slow = (
        "import django; django.setup()\n"
        "import os, time\n"
        "from liaisons.folder import local\n"
        "local.os.fsync = lambda descriptor: time.sleep(0.3)\n"
        "from django.core.management import call_command\n"
        "call_command('mirror')\n"
    )
    environment = {**desk_env, "FOLDER": str(settings.FOLDER), "LIAISE_VAR": os.environ["LIAISE_VAR"]}
    process = subprocess.Popen([sys.executable, "-c", slow], env=environment)
    until = time.monotonic() + 30
    while not list(folder.glob("*.pdf")) and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    there = {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.startswith(".")}
    assert there
    assert all(right[name] == content for name, content in there.items())
    run()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == right


def test_two_at_the_same_time_do_not_meet(run, folder, sent, monkeypatch):
    with report.alone(sent.desk), pytest.raises(report.Busy):
        mirroring.mirror(sent.desk, AFTER)
    assert not folder.exists()


def test_what_does_not_fit_into_a_tick_comes_with_the_next(run, folder, sent):
    part = run(until=time.monotonic() - 1)
    assert (part.unfinished, names(folder), part.in_line) == (4, [], None)
    assert run(until=time.monotonic() + 60).unfinished == 0
    assert names(folder) == FILES
