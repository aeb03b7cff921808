"""F21: senders, servers and people act in any order, and what the outbox promises holds after each step."""

import contextlib
from collections import Counter
from datetime import timedelta
from unittest import mock

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from contacts.actor import Actor
from liaisons import outbox
from liaisons.models import Message
from liaisons.outbox import transport
from liaisons.outbox.delivering import _Run
from liaisons.rules import Refused
from tests.liaisons.outgoing import a_message
from tests.mailserver import HANG_UP

pytestmark = [pytest.mark.faults("F21"), pytest.mark.postgres, pytest.mark.django_db]
# Ten of them twenty times with --long: ten thousand steps.
EXAMPLES, STEPS = {True: 10, False: 4}, 50
MOODS = [
    ("RCPT", "450 4.2.0 greylisted"),
    ("RCPT", "550 5.1.1 nobody here"),
    ("TEXT", "451 4.3.0 later"),
    ("TEXT", "552 5.3.4 too big"),
    ("DATA", HANG_UP),
    ("TEXT", HANG_UP),
]


class Killed(BaseException):
    """The sender's process is gone."""


class Machine(RuleBasedStateMachine):
    """What happens to an outbox; `asked` counts for each mail how often a person let it leave once more."""

    def __init__(self, desk, secretary, now, server) -> None:
        super().__init__()
        self.desk, self.by, self.now, self.server = desk, Actor.of(secretary), now, server
        self.names: list[str] = []
        self.asked: Counter[str] = Counter()
        self.arrived: set[str] = set()
        self.doubts = 0  # at most: senders that were killed, servers that hung up after the text
        self.before = transaction.savepoint()
        server.received.clear()
        server.does = lambda _stage, _recipient: None

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.before)

    def some(self, number: int, *states: str) -> Message | None:
        found = list(Message.objects.filter(state__in=states).order_by("pk"))
        return found[number % len(found)] if found else None

    @rule(count=st.integers(1, 4), repeatable=st.booleans(), wait=st.sampled_from([0, 0, 5]))
    def queue(self, count, repeatable, wait):
        self.put_in(count, repeatable, wait)

    def put_in(self, count: int, repeatable: bool, wait: int) -> None:
        names = [f"{len(self.names) + number}" for number in range(count)]
        later = self.now + timedelta(minutes=wait)
        outbox.queue(a_message(self.desk, self.now, name, repeatable=repeatable, not_before=later) for name in names)
        self.names += names

    @rule(number=st.integers(0, 99))
    def queue_what_is_there(self, number):
        if self.names:
            name = self.names[number % len(self.names)]
            second = a_message(self.desk, self.now, name, message_id=f"<again-{name}@desk.example.org>")
            assert outbox.queue([second]) == []

    @rule(number=st.integers(0, 99))
    def cancel(self, number):
        if message := self.some(number, "queued", "sent", "sending"):
            cancelled = outbox.cancel(Message.objects.filter(pk=message.pk))
            assert cancelled == (message.state == "queued")

    @rule(moods=st.lists(st.sampled_from([None, None, *MOODS]), max_size=6))
    def deliver(self, moods):
        self.meet_with(moods)
        outbox.deliver_due(self.now)

    @rule(at=st.integers(0, 99), had_it=st.booleans(), moods=st.lists(st.sampled_from([None, *MOODS]), max_size=3))
    def deliver_and_be_killed(self, at, had_it, moods):
        """Before a hand-over, or after the server's answer and before anything was made of it."""
        self.put_in(2, repeatable=False, wait=0)  # so that there is somebody to be killed over
        self.meet_with(moods)
        at = 1 + at % (Message.objects.due(self.now).count() or 1)
        hand_over, handed = transport.hand_over, Counter()

        def killed(mail, connection):
            handed["over"] += 1
            if handed["over"] == at and not had_it:
                self.doubts += 1
                raise Killed
            answer = hand_over(mail, connection)
            if handed["over"] == at:
                self.doubts += 1
                raise Killed
            return answer

        # A process that is killed tidies nothing up.
        with (
            mock.patch.object(transport, "hand_over", killed),
            mock.patch.object(_Run, "_give_back"),
            contextlib.suppress(Killed),
        ):
            outbox.deliver_due(self.now)

    def meet_with(self, moods) -> None:
        """Let the server do these things to the next mails, one each, and take those that follow."""
        left, mood = list(moods), [None]

        def does(stage, _recipient):
            if stage == "RCPT":
                mood[0] = left.pop() if left else None
            if mood[0] is None or mood[0][0] != stage:
                return None
            self.doubts += stage == "TEXT" and mood[0][1] == HANG_UP
            return mood[0][1]

        self.server.does = does

    @rule(minutes=st.sampled_from([1, 2, 5, 30, 300]))
    def time_goes_by(self, minutes):
        self.now += timedelta(minutes=minutes)

    @rule(number=st.integers(0, 99))
    def send_again(self, number):
        if message := self.some(number, "in_doubt", "failed", "given_up"):
            outbox.send_again(message, self.by, self.now)
            self.asked[message.recipient] += 1

    @rule(number=st.integers(0, 99))
    def mark_arrived(self, number):
        if message := self.some(number, "in_doubt"):
            outbox.mark_arrived(message, self.by, self.now)
            self.arrived.add(message.recipient)

    @rule(number=st.integers(0, 99))
    def give_up(self, number):
        if message := self.some(number, "in_doubt", "failed", "queued"):
            outbox.give_up(message, self.by, self.now, "Enough.")

    @rule(number=st.integers(0, 99))
    def decide_what_is_not_theirs_to_decide(self, number):
        if message := self.some(number, "sent", "sending", "cancelled"):
            with pytest.raises(Refused):
                outbox.send_again(message, self.by, self.now)

    @invariant()
    def every_mail_is_there_once_and_says_what_is_true(self):
        taken = Counter(self.server.recipients())
        rows = list(Message.objects.all())
        assert sorted(row.key for row in rows) == sorted(f"test:{name}" for name in self.names)
        for row in rows:
            if not row.repeatable:
                assert taken[row.recipient] <= 1 + self.asked[row.recipient], f"{row} came twice"
            if row.state == "sent":
                assert taken[row.recipient] or row.recipient in self.arrived, f"{row} never came"
            if row.state in ("cancelled", "queued") and not row.repeatable and not self.asked[row.recipient]:
                assert not taken[row.recipient], f"{row} came all the same"
        assert sum(row.state == "in_doubt" for row in rows) <= self.doubts


def test_whatever_happens_the_outbox_keeps_its_promises(desk, secretary, now, server, settings_of_machine):
    run_state_machine_as_test(lambda: Machine(desk, secretary, now, server), settings=settings_of_machine)


@pytest.fixture
def settings_of_machine(monkeypatch, is_long) -> settings:
    monkeypatch.setattr("celery.current_app.send_task", lambda *_what, **_options: None)
    return settings(
        max_examples=EXAMPLES[is_long],
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=[Phase.generate],  # shrinking what was found would take minutes
        suppress_health_check=list(HealthCheck),
    )
