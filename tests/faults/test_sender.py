"""A sender is killed or stands still while it sends: no mail is lost, none comes twice, at most one is in doubt.

`sent + in doubt + queued = all` is checked after each of them; a row that is in no other state cannot be lost.
"""

import asyncio
import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from contacts.actor import Actor
from liaisons import outbox
from liaisons.models import Message
from tests.liaisons.outgoing import a_message, states
from tests.mailserver import MailServer

pytestmark = [pytest.mark.faults, pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
EVERYBODY = sorted(f"{number}@example.org" for number in range(60))
SEND = "import sys, django; django.setup(); from liaisons import outbox; sys.stdin.read(1); outbox.deliver_due()"


class Sender:
    """A process of its own that delivers what is due, as a worker does, from the database of the test."""

    def __init__(self, server: MailServer) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SEND],
            cwd=django_settings.BASE_DIR,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "config.settings",
                "LIAISE_VAR": str(django_settings.LIAISE_VAR),
                "DATABASE_URL": database_url(),
                "EMAIL_URL": f"smtp://127.0.0.1:{server.port}",
            },
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def go(self) -> "Sender":
        self.process.stdin.write(b".")
        self.process.stdin.close()
        return self

    def signal(self, what: signal.Signals) -> None:
        os.kill(self.process.pid, what)

    def wait(self) -> int:
        return self.process.wait(timeout=60)


def database_url() -> str:
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    # The server that tests.settings was given, and on it the database that the test runner made.
    return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"


@pytest.fixture
def sixty(desk) -> None:
    long_ago = timezone.now() - timedelta(hours=1)
    outbox.queue(a_message(desk, long_ago, str(number)) for number in range(60))


def killed_at(server: MailServer, stage: str, at: int) -> None:
    """Run a sender that is killed when the server has come to that stage with its at-th mail.

    At ANSWERED it stands still before the 250 is on the wire and dies after that: it never acts on the answer.
    """
    sender = Sender(server)
    seen: Counter[str] = Counter()

    def does(now_at: str, _recipient: str) -> None:
        seen[now_at] += 1
        if (now_at, stage) == ("TEXT", "ANSWERED") and seen["TEXT"] == at:
            sender.signal(signal.SIGSTOP)
        if now_at == stage and seen[stage] == at:
            sender.signal(signal.SIGKILL)

    server.does = does
    assert sender.go().wait() == -signal.SIGKILL
    server.does = lambda _stage, _recipient: None


@pytest.mark.faults("F1")
@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA", "TEXT", "ANSWERED"])
def test_a_sender_killed_in_the_middle_of_sixty_mails_loses_none_and_doubts_one(
    desk, server, sixty, tally_outbox, stage
):
    at = random.randint(1, 60)
    killed_at(server, stage, at)
    now = timezone.now()
    outbox.recover(now + outbox.CLAIM + timedelta(seconds=1))
    found = states(desk)
    assert sum(found.values()) == 60
    assert set(found) <= {"sent", "in_doubt", "queued"}
    assert found["in_doubt"] == 1
    assert found.get("sent", 0) == at - 1

    outbox.deliver_due(now + timedelta(minutes=2))
    assert states(desk) == {"sent": 59, "in_doubt": 1}
    doubtful = Message.objects.get(state="in_doubt").recipient
    had_it = stage in ("TEXT", "ANSWERED")
    assert sorted(server.recipients()) == [who for who in EVERYBODY if who != doubtful or had_it]
    assert tally_outbox(of=60) == {"sent": 59, "in doubt": 1, "doubled": 0, "lost": 0}


@pytest.mark.faults("F2")
def test_a_doubtful_mail_that_the_secretary_sends_again_has_the_same_message_id(
    desk, server, sixty, secretary, tally_outbox
):
    """Killed between the server's 250 and the commit: the one case in which a second copy can come."""
    killed_at(server, "ANSWERED", 7)
    now = timezone.now() + timedelta(minutes=2)
    outbox.deliver_due(now)
    doubtful = Message.objects.get(state="in_doubt")
    outbox.send_again(doubtful, Actor.of(secretary), now)
    outbox.deliver_due(now)
    twice = [mail["Message-ID"] for mail in server.mails() if mail["To"] == doubtful.to]
    assert twice == [doubtful.message_id] * 2
    assert len(server.received) == 61
    assert tally_outbox(of=60, asked_for=1) == {"sent": 60, "in doubt": 0, "doubled": 0, "lost": 0}


@pytest.mark.faults("F16")
def test_five_restarts_during_a_thousand_recipients_leave_at_most_five_in_doubt(desk, server, tally_outbox):
    long_ago = timezone.now() - timedelta(hours=1)
    outbox.queue(a_message(desk, long_ago, str(number)) for number in range(1000))
    for _restart in range(5):
        # A run ends after two hundred mails; the stage comes before that.
        killed_at(server, random.choice(["RCPT", "TEXT", "ANSWERED"]), random.randint(1, 190))
        Message.objects.filter(state="sending").update(claimed_at=timezone.now() - timedelta(minutes=2))
    while Message.objects.filter(state="queued").exists():
        outbox.deliver_due()
    assert set(states(desk)) <= {"sent", "in_doubt"}
    counted = tally_outbox(of=1000)
    assert (counted["doubled"], counted["lost"]) == (0, 0)
    assert counted["sent"] + counted["in doubt"] == 1000
    assert counted["in doubt"] <= 5


@pytest.mark.faults("F3")
def test_two_senders_at_once_send_no_mail_twice(desk, server, sixty, tally_outbox):
    async def both_to_be_there() -> None:
        while server.connections < 2:
            await asyncio.sleep(0.01)

    server.waits_for = both_to_be_there
    senders = [Sender(server), Sender(server)]
    assert [sender.wait() for sender in [sender.go() for sender in senders]] == [0, 0]
    assert sorted(server.recipients()) == EVERYBODY
    assert tally_outbox(of=60) == {"sent": 60, "in doubt": 0, "doubled": 0, "lost": 0}


@pytest.mark.faults("F15")
def test_another_sender_goes_on_while_one_stands_still(desk, server, sixty, tally_outbox):
    """What the stopped one has claimed waits for its claim to expire; the rest leaves at once."""
    still, stopped = Sender(server), threading.Event()

    def does(stage: str, _recipient: str) -> None:
        if stage == "TEXT" and not stopped.is_set():
            still.signal(signal.SIGSTOP)
            stopped.set()

    server.does = does
    still.go()
    assert stopped.wait(timeout=30)
    assert Sender(server).go().wait() == 0
    assert states(desk) == {"sent": 60 - outbox.AT_ONCE, "sending": outbox.AT_ONCE}
    still.signal(signal.SIGCONT)
    assert still.wait() == 0
    assert states(desk) == {"sent": 60}
    assert sorted(server.recipients()) == EVERYBODY
    assert tally_outbox(of=60) == {"sent": 60, "in doubt": 0, "doubled": 0, "lost": 0}
