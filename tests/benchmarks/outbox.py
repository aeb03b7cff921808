"""The outbox beside django-mailer: python -m tests.benchmarks.outbox [queueing] [delivery].

One database, one mail server on loopback in a process of its own, the same mails.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.benchmarks import mails
from tests.benchmarks.database import prepared
from tests.benchmarks.reporting import expect, machine, missed, report, say
from tests.mailserver import MailServer

ROUNDS = 5
QUEUED = 2000
SENT = 400


def queueing() -> None:
    """Two thousand mails put in within one step, each round in another order.

    Its backend is faster than ours and not held against us: it stores what it is given, without looking whether an
    address is one and whether the mail is there already.
    """
    ways: dict[str, Callable[..., None]] = {
        "ours": mails.queue_ours,
        "django-mailer, its functions": mails.queue_by_its_functions,
        "django-mailer, its backend": mails.queue_by_its_backend,
    }
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for round_ in range(ROUNDS):
        for name in sorted(ways, reverse=bool(round_ % 2)):
            to = list(mails.recipients(f"{round_}", QUEUED))
            began = time.perf_counter()
            ways[name](to)
            rates[name].append(QUEUED / (time.perf_counter() - began))
        empty()
    report("mails queued in one step, a second", rates)
    expect("ours to django-mailer's functions", rates["ours"], rates["django-mailer, its functions"], 2)


def delivery() -> None:
    """Four hundred mails out, each with its own commit, by one sender and by two."""
    rates: dict[str, list[float]] = {}
    with server() as port:
        for round_ in range(ROUNDS):
            for name, queue, senders in (
                ("ours", mails.queue_ours, 1),
                ("django-mailer", mails.queue_by_its_backend, 1),
                ("ours", mails.queue_ours, 2),
                ("django-mailer", mails.queue_by_its_backend, 2),
            ):
                queue(mails.recipients(f"{round_}", SENT))
                rate = SENT / emptied_in(name, senders, port)
                rates.setdefault(f"{name}, {senders} senders", []).append(rate)
                assert all_left(name), f"{name} left something behind"
                empty()
    report("mails sent, a second", rates)
    expect("ours to django-mailer's, a sender each", rates["ours, 1 senders"], rates["django-mailer, 1 senders"], 1.5)
    expect("two of ours to one", rates["ours, 2 senders"], rates["ours, 1 senders"], 1.1)


def emptied_in(name: str, senders: int, port: int) -> float:
    """Seconds until so many senders, which are ready, have emptied the queue."""
    command = [sys.executable, "-m", "tests.benchmarks.mails", name, str(port)]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(senders)
    ]
    for sender in started:
        assert sender.stdout is not None
        assert sender.stdout.readline() == "ready\n"
    began = time.perf_counter()
    for sender in started:
        assert sender.stdin is not None
        sender.stdin.write("go\n")
        sender.stdin.flush()
    for sender in started:
        said, _ = sender.communicate()
        assert said == "empty\n"
    return time.perf_counter() - began


def all_left(name: str) -> bool:
    from mailer.models import MessageLog

    from liaisons.models import Message

    if name == "ours":
        return Message.objects.filter(state=Message.State.SENT).count() == SENT
    return MessageLog.objects.filter(result="1").count() == SENT


def empty() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE liaisons_message, mailer_message, mailer_messagelog CASCADE")


@contextmanager
def server() -> Iterator[int]:
    """A mail server that takes everything, in a process of its own; gives its port."""
    command = [sys.executable, "-c", "from tests.benchmarks.outbox import serve; serve()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.communicate()


def serve() -> None:
    server = MailServer()
    server.pipelining = True  # as those do that people use
    with server.running() as running:
        sys.stdout.write(f"{running.port}\n")
        sys.stdout.flush()
        sys.stdin.readline()


def a_desk() -> None:
    from contacts.models import Desk, Group

    group = Group.objects.create(designation="JCA-MV", kind=Group.Kind.JOINT_ACTIVITY)
    Desk.objects.create(group=group, slug="jca-mv", mailbox="secretariat@jca-mv.example.org")


def main() -> None:
    with prepared():
        a_desk()
        say(machine())
        for benchmark in (queueing, delivery):
            if not sys.argv[1:] or benchmark.__name__ in sys.argv[1:]:
                benchmark()
    assert not missed, "; ".join(missed)


if __name__ == "__main__":
    main()
