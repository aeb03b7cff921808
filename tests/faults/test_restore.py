"""F20: an installation comes back from a backup an hour old, and nothing that may have left since leaves twice."""

import fcntl
import hashlib
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from contacts.models import Desk, Person
from liaisons import backup, links, outbox, reminders
from liaisons.backup import archive, databases
from liaisons.backup.restoring import mark
from liaisons.models import Blob, Event, Message
from tests.faults.running import free_port
from tests.fixtures import AFTER
from tests.liaisons.outgoing import a_message, states
from tests.liaisons.reminders.mornings import geneva

pytestmark = [pytest.mark.faults("F20"), pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def restore(desk_env):
    """Restore in a process of its own; returns what it printed."""

    def run(written: Path) -> str:
        connection.close()
        command = [sys.executable, "manage.py", "restore", str(written), "--replace"]
        place = {"cwd": django_settings.BASE_DIR, "env": desk_env}
        done = subprocess.run(command, **place, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture
def backed_up(desk, tmp_path) -> Path:
    """A backup with a mail that was due, one for tomorrow and a file; one has left since and one was taken back.

    A reminder for tomorrow was in it too, and a mail was made afterwards.
    """
    now = timezone.now()
    blob = Blob.objects.keep(b"a paper of the register", "text/plain")
    tomorrow = now + timedelta(days=1)
    reminder = a_message(desk, now, "reminder", kind=Message.Kind.REMIND, not_before=tomorrow)
    outbox.queue([a_message(desk, now, "due"), a_message(desk, now, "morrow", not_before=tomorrow), reminder])
    written = tmp_path / "desk.backup"
    call_command("backup", written)
    assert outbox.deliver_due() == 1
    assert outbox.cancel(Message.objects.filter(key="test:morrow")) == 1
    outbox.queue([a_message(desk, now, "afterwards")])
    default_storage.delete(blob.path)
    return written


def test_what_may_have_left_since_is_held(backed_up, restore, desk, mailoutbox) -> None:
    said = restore(backed_up)
    assert states(desk) == {"in_doubt": 2, "queued": 1}, "what came after the backup is gone, as is said"
    assert "may have left or been taken back since: 2." in said
    held = Message.objects.filter(state=Message.State.IN_DOUBT)
    assert {message.key for message in held} == {"test:due", "test:morrow"}
    assert all("restored from a backup" in message.answer for message in held)
    left = len(mailoutbox)
    assert outbox.deliver_due() == 0
    assert len(mailoutbox) == left, "nothing leaves before a person has looked"
    assert Blob.objects.get().read() == b"a paper of the register"
    assert Event.objects.get(verb="restore").data["held"] == 2


def test_no_key_is_given_twice(secretary, backed_up, restore, desk) -> None:
    """Who holds a mail of the lost hour has its link and its address for answers: they open nothing made since."""
    now = timezone.now()
    lost = links.issue("feed", person=secretary.person, desk=desk, now=now)
    last = Message.objects.latest("pk")
    for _time in range(2):
        restore(backed_up)
        with pytest.raises(links.Lost, match="brought back from a backup"):
            links.open(links.token(lost.pk), now)
        made = links.issue("feed", person=Person.objects.get(pk=secretary.person_id), desk=desk, now=now)
        [message] = outbox.queue([a_message(desk, now, "new")])
        assert (made.pk > lost.pk, message.pk > last.pk) == (True, True)
        lost, last = made, message


def test_a_file_that_was_damaged_since_is_whole_again(backed_up, restore) -> None:
    default_storage.save(Blob.objects.get().path, ContentFile(b"a paper of the regist\0\0"))
    restore(backed_up)
    assert Blob.objects.get().read() == b"a paper of the register"


def test_a_damaged_file_is_named_and_spoils_no_backup(desk, tmp_path, capsys) -> None:
    blob = Blob.objects.keep(b"another paper", "text/plain")
    default_storage.delete(blob.path)
    default_storage.save(blob.path, ContentFile(b"another pa\0\0\0"))
    call_command("backup", tmp_path / "desk.backup")
    assert blob.path in capsys.readouterr().err
    with archive.opened(tmp_path / "desk.backup") as (tar, manifest):
        assert (list(archive.blobs_of(tar)), manifest.lost) == ([], (blob.path,))


def test_what_fell_due_since_is_held_too(circulated, chair, restore, tmp_path, now) -> None:
    """The chairs were perhaps asked after the backup: the mail is made again now, and waits for a person."""
    outbox.deliver_due(now)
    written = tmp_path / "desk.backup"
    call_command("backup", written)
    restore(written)
    asked = Message.objects.filter(kind=Message.Kind.APPROVE)
    assert asked.exists()
    assert set(asked.values_list("state", flat=True)) == {Message.State.IN_DOUBT}


@pytest.fixture
def owed(sent) -> date:
    """An answer to a statement that is out is due in seven days, whose reminders come in the morning: that Friday."""
    Message.objects.update(state=Message.State.SENT, sent_at=AFTER)
    return date(2026, 1, 23)


def held_reminders() -> dict[str, str]:
    """The state of each reminder by its recipient; one that was made twice shows up."""
    found = list(Message.objects.filter(kind=Message.Kind.REMIND).values_list("recipient", "state"))
    assert len(dict(found)) == len(found), found
    return dict(found)


def test_reminders_that_waited_for_long_are_held_and_not_made_anew(owed, tmp_path) -> None:
    """The server was away all day, so that they lay in the outbox when the backup was made; then they left."""
    reminders.remind(geneva(owed, 9))
    backup.write(tmp_path / "desk.backup", geneva(owed, 17))
    backup.restore(tmp_path / "desk.backup", geneva(owed + timedelta(days=3), 11))
    in_doubt = dict.fromkeys(["ietf@example.org", "sam@example.org", "sg21@example.org"], "in_doubt")
    assert held_reminders() == in_doubt
    reminders.remind(geneva(owed + timedelta(days=3), 12))
    assert held_reminders() == in_doubt


@pytest.mark.parametrize("restored", [timedelta(hours=12), timedelta(days=2)], ids=["at night", "on Sunday"])
def test_reminders_that_left_since_are_held_also_while_nobody_is_at_work(owed, tmp_path, restored) -> None:
    """They came in the morning after the backup was made, and left."""
    backup.write(tmp_path / "desk.backup", geneva(owed, 8))
    backup.restore(tmp_path / "desk.backup", geneva(owed, 8) + restored)
    in_doubt = dict.fromkeys(["ietf@example.org", "sam@example.org", "sg21@example.org"], "in_doubt")
    assert held_reminders() == in_doubt
    reminders.remind(geneva(owed + timedelta(days=3), 10))
    assert set(held_reminders().values()) == {"in_doubt"}


@pytest.mark.parametrize("part", [0, 0.02, 0.5])
def test_half_a_backup_changes_nothing(backed_up, desk, part) -> None:
    content = backed_up.read_bytes()
    backed_up.write_bytes(content[: int(len(content) * part)])
    refused(backed_up, desk, "not all of one")


def test_a_damaged_backup_changes_nothing(backed_up, desk) -> None:
    content = bytearray(backed_up.read_bytes())
    content[content.index(b"a paper of the register")] ^= 1
    backed_up.write_bytes(content)
    refused(backed_up, desk, "damaged")


def test_a_backup_of_another_database_changes_nothing(backed_up, desk) -> None:
    ours = connection.vendor.encode()
    content = backed_up.read_bytes()
    backed_up.write_bytes(content.replace(b'"vendor": "' + ours, b'"vendor": "' + ours[::-1]))
    refused(backed_up, desk, "DATABASE_URL")


def test_beside_a_running_desk_nothing_is_restored(backed_up, desk) -> None:
    with (Path(django_settings.LIAISE_VAR) / "running").open("a") as held_by_bin_run:
        fcntl.flock(held_by_bin_run, fcntl.LOCK_EX)
        refused(backed_up, desk, "Stop it first")


def test_without_a_backup_it_says_so(desk, tmp_path) -> None:
    refused(tmp_path / "none.backup", desk, "none.backup cannot be read: No such file")


def test_many_files_come_back_one_at_a_time(backed_up, desk, monkeypatch) -> None:
    """All of them together can be more than the memory holds; and looking each up by its name takes hours."""
    with tarfile.open(backed_up, "a") as tar:
        for number in range(3000):
            content = b"%d" % number
            info = tarfile.TarInfo(Blob.path_of(hashlib.sha256(content).hexdigest()))
            info.size = len(content)
            tar.addfile(info, BytesIO(content))
    with archive.opened(backed_up) as (tar, _manifest):
        monkeypatch.setattr(tarfile.TarFile, "getmember", None)
        seen = sum(1 for _name, _content in archive.blobs_of(tar))
        monkeypatch.undo()
    assert seen == 3001


def test_where_somebody_works_in_the_database_it_says_so(backed_up, desk, monkeypatch) -> None:
    """A desk on another machine, or a shell: nobody waits without an end, and the desk may start as before."""
    monkeypatch.setattr(databases, "_EMPTY", databases._EMPTY.replace("10s", "200ms"))
    monkeypatch.setattr(databases, "_WAIT_SECONDS", 0.2)
    with somebody_in_the_database():
        refused(backed_up, desk, "Somebody else works in the database")


@pytest.mark.postgres(only=True)
def test_what_failed_before_says_why(backed_up, desk, monkeypatch) -> None:
    """Not what PostgreSQL tells first: how many tables it would have dropped."""
    monkeypatch.setattr(databases, "_EMPTY", databases._EMPTY + "SELECT 1/0;")
    refused(backed_up, desk, "division by zero")


def test_it_asks_before_it_replaces(backed_up, desk) -> None:
    refused(backed_up, desk, "--replace", arguments=())


def test_after_a_restore_that_was_cut_off_no_desk_starts(desk_env) -> None:
    mark().touch()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "config.prepare"],
            cwd=django_settings.BASE_DIR, env={**desk_env, "PORT": str(free_port())},
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
    finally:
        mark().unlink()
    assert (done.returncode, done.stdout) == (1, "")
    assert "cut off" in done.stderr


def test_a_backup_is_for_its_owner_only(backed_up) -> None:
    assert backed_up.stat().st_mode & 0o077 == 0


@contextmanager
def somebody_in_the_database() -> Iterator[None]:
    """Another program that has just changed a row and has not committed it."""
    other = connection.copy()
    try:
        with transaction_of(other) as cursor:
            cursor.execute("UPDATE contacts_desk SET slug = slug")
            yield
    finally:
        other.close()


@contextmanager
def transaction_of(other) -> Iterator:
    other.set_autocommit(False)
    with other.cursor() as cursor:
        yield cursor
    other.rollback()


def refused(written: Path, desk: Desk, why: str, arguments: tuple[str, ...] = ("--replace",)) -> None:
    before = states(desk)
    with pytest.raises(CommandError, match=why):
        call_command("restore", written, *arguments)
    assert states(desk) == before
    assert not mark().exists()
