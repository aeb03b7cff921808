"""Mail fetched from a real IMAP server: taken once, left where it is until it is kept."""

import logging
import socket
import subprocess
import sys
from contextlib import contextmanager

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import OperationalError

from contacts.models import Person
from liaisons import tasks
from liaisons.arrivals import fetching
from liaisons.models import ReceivedMail
from tests.imapserver import ImapServer
from tests.liaisons.arrivals.mails import HOSTILE, an_answer

FETCH = "import sys, django; django.setup(); from liaisons.arrivals.fetching import fetch; sys.stdin.read(1); fetch()"

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def running():
    with ImapServer().running() as server:
        yield server


@pytest.fixture
def server(running, settings):
    """Empty, and set as the inbox."""
    running.empty()
    settings.INBOX_URLS = [running.url()]
    return running


def subjects():
    return sorted(ReceivedMail.objects.values_list("subject", flat=True))


def test_each_mail_is_taken_and_leaves_the_inbox(desk, server):
    for subject in ("One", "Two"):
        server.put(an_answer(Subject=subject))
    assert tasks.fetch_mail() == 2
    assert subjects() == ["One", "Two"]
    assert (server.subjects(), server.subjects("Liaise")) == ([], ["One", "Two"])
    assert tasks.fetch_mail() == 0


def test_the_mail_is_kept_byte_by_byte(desk, server):
    raw = an_answer("Réponse.\n", files=(("a.bin", bytes(range(256))),)).replace(b"\n", b"\r\n")
    server.put(raw)
    fetching.fetch()
    assert ReceivedMail.objects.get().raw.read() == raw


def test_one_that_cannot_be_kept_stays_and_does_not_hold_up_the_next(desk, server, monkeypatch, caplog):
    server.put(an_answer(Subject="Poison"))
    server.put(an_answer(Subject="Fine"))
    whole = fetching.take

    def take(raw, now, *, desk):
        if b"Poison" in raw:
            raise ZeroDivisionError
        return whole(raw, now, desk=desk)

    monkeypatch.setattr(fetching, "take", take)
    caplog.set_level(logging.CRITICAL)
    (done,) = fetching.fetch()
    assert (done.taken, done.left) == (1, 1)
    assert (server.subjects(), server.subjects("Liaise")) == (["Poison"], ["Fine"])
    (told,) = fetching.troubles()
    assert told.startswith("1 mail in desk · 127.0.0.1 · INBOX could not be kept.")
    monkeypatch.undo()
    fetching.fetch()
    assert fetching.troubles() == []


def test_while_the_database_is_away_everything_stays_in_the_inbox(desk, server, monkeypatch):
    server.put(an_answer(Subject="One"))

    def away(*_args, **_fields):
        raise OperationalError

    monkeypatch.setattr(fetching, "take", away)
    with pytest.raises(OperationalError):
        fetching.fetch()
    assert server.subjects() == ["One"]


def test_a_mail_that_was_kept_and_not_moved_is_kept_once(desk, server, monkeypatch):
    """The process was killed between the commit and the move."""
    server.put(an_answer(Subject="One"))
    with monkeypatch.context() as killed:
        killed.setattr("imap_tools.mailbox.BaseMailBox.move", lambda *_args: None)
        fetching.fetch()
    assert server.subjects() == ["One"]
    fetching.fetch()
    assert (subjects(), server.subjects("Liaise")) == (["One"], ["One"])


def test_what_lies_there_and_is_no_mail_does_not_come_back(desk, server, caplog):
    caplog.set_level(logging.CRITICAL)
    server.put(b"\n\nNo head at all.\n")
    assert fetching.fetch()[0].taken == 1
    assert len(server.subjects("Liaise")) == 1
    assert not ReceivedMail.objects.exists()


def test_of_a_mail_that_is_too_large_the_head_is_taken(desk, server, monkeypatch):
    monkeypatch.setattr(fetching, "LARGEST", 2_000)
    server.put(an_answer("x" * 70 + "\n" * 3_000, Subject="Large"))
    fetching.fetch()
    row = ReceivedMail.objects.get()
    assert (row.subject, row.text) == (
        "Large",
        "This mail is too large to be taken (0 MB). It lies in the mailbox.",
    )


def test_hostile_mails_come_through_the_server_as_well(desk, server):
    names = ("deep", "controls", "bytes in headers", "a path for a name")
    for name in names:
        server.put(HOSTILE[name].replace(b"\x00", b"").replace(b"<h@example.org>", f"<{name}@x>".encode()))
    assert fetching.fetch()[0].taken == len(names)


def test_the_address_says_desk_and_folder(desk, other_desk, server, settings):
    settings.INBOX_URLS = [server.url("?desk=sg20&kept=Read")]
    server.put(an_answer(Subject="One"))
    fetching.fetch()
    assert ReceivedMail.objects.get().desk == other_desk
    assert server.subjects("Read") == ["One"]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://x", "INBOX_URLS holds addresses such as imaps://user:password@host/INBOX."),
        ("{good}?desk=nowhere", "There is no desk “nowhere”."),
        ("{wrong}", "AUTHENTICATIONFAILED"),
        ("imap://desk:x@127.0.0.1:9/INBOX", "refused"),
    ],
)
def test_an_inbox_that_cannot_be_opened_is_said_and_holds_up_no_other(desk, server, settings, url, said, caplog):
    caplog.set_level(logging.CRITICAL)
    wrong = server.url().replace("secret", "other")
    settings.INBOX_URLS = [url.format(good=server.url(), wrong=wrong), server.url()]
    server.put(an_answer(Subject="One"))
    failed, fine = fetching.fetch()
    assert said in failed.error
    assert (fine.taken, fine.error) == (1, "")
    (told,) = fetching.troubles()
    assert said in told
    assert "secret" not in told
    settings.INBOX_URLS = [server.url()]
    fetching.fetch()
    assert fetching.troubles() == []


@contextmanager
def silent_server():
    """A server that takes connections and says nothing: the address of an inbox there."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"imap://desk:x@127.0.0.1:{listener.getsockname()[1]}/INBOX"


def test_servers_that_do_not_answer_keep_no_inbox_from_its_turn(desk, server, settings, monkeypatch, caplog, capsys):
    caplog.set_level(logging.CRITICAL)
    monkeypatch.setattr(fetching, "ANSWER_SECONDS", 0.8)
    monkeypatch.setattr(fetching, "BEGIN_WITHIN_SECONDS", 1.2)
    server.put(an_answer(Subject="One"))
    with silent_server() as first, silent_server() as second:
        settings.INBOX_URLS = [first, second, server.url()]
        assert [(one.taken, one.error) for one in fetching.fetch()] == [(0, "timed out"), (0, "timed out")]
        assert [(one.taken, one.error) for one in fetching.fetch()[:2]] == [(1, ""), (0, "timed out")]
        assert ["timed out" in told for told in fetching.troubles()] == [True, True]
        server.put(an_answer(Subject="Two"))
        with pytest.raises(CommandError, match="Not every inbox"):
            call_command("fetch_mail")
        assert "INBOX: 1 mails taken" in capsys.readouterr().out
    assert server.subjects() == []


def test_an_inbox_at_which_the_run_was_ended_is_not_the_first_of_the_next(desk, server, settings, monkeypatch):
    settings.INBOX_URLS = [server.url(), server.url("?kept=Read")]
    server.put(an_answer(Subject="One"))
    with monkeypatch.context() as ended:
        ended.setattr(fetching, "take", lambda *_args, **_fields: sys.exit())
        with pytest.raises(SystemExit):
            fetching.fetch()
    fetching.fetch()
    assert (server.subjects("Read"), server.subjects("Liaise")) == (["One"], [])


def test_beside_demo_data_real_mail_stays_where_it_is(desk, server, secretary):
    Person.objects.filter(pk=secretary.person_id).update(demo=True)
    server.put(an_answer(Subject="One"))
    assert "demo data" in fetching.fetch()[0].error
    assert server.subjects() == ["One"]


def test_the_command_says_what_it_took(desk, server, settings, capsys):
    server.put(an_answer(Subject="One"))
    call_command("fetch_mail")
    assert capsys.readouterr().out == "desk · 127.0.0.1 · INBOX: 1 mails taken, 0 left\n"
    settings.INBOX_URLS = [server.url().replace("secret", "other")]
    with pytest.raises(CommandError, match="Not every inbox could be opened"):
        call_command("fetch_mail")
    settings.INBOX_URLS = []
    with pytest.raises(CommandError, match="No inbox is set"):
        call_command("fetch_mail")
    assert tasks.fetch_mail() == 0


def test_after_a_restore_what_was_taken_since_the_backup_is_taken_again(desk, server, capsys):
    server.put(an_answer(Subject="One"))
    fetching.fetch()
    ReceivedMail.objects.all().delete()
    call_command("fetch_mail", "--again", "1")
    assert subjects() == ["One"]
    assert server.subjects("Liaise") == ["One"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_that_fetch_at_once_take_each_mail_once(desk, server, desk_env):
    for number in range(20):
        server.put(an_answer(Subject=f"{number:02}"))
    env = desk_env | {"INBOX_URLS": server.url()}
    both = [
        subprocess.Popen(
            [sys.executable, "-c", FETCH], cwd=django_settings.BASE_DIR, env=env, stdin=subprocess.PIPE, stderr=-3
        )
        for _one in range(2)
    ]
    for process in both:
        process.stdin.write(b".")
        process.stdin.close()
    assert [process.wait(timeout=60) for process in both] == [0, 0]
    fetching.fetch()  # what one found gone under its hands
    assert subjects() == [f"{number:02}" for number in range(20)]
    assert server.subjects() == []
    assert set(server.subjects("Liaise")) == set(subjects())
