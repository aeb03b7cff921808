"""F18: whatever happens between the making and the sending of reminders, in whatever order, no wrong mail leaves."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from django.utils.formats import date_format

from contacts.actor import Actor
from liaisons import links, outbox, reminders
from liaisons.details import Answer
from liaisons.models import Addressee, Link, Message, Statement
from liaisons.replies import extensions
from liaisons.workflow import advance

pytestmark = [pytest.mark.faults("F18"), pytest.mark.postgres, pytest.mark.django_db]
ORDERS = {True: 50, False: 10}  # twenty times with --long: a thousand
DUE, MOVED = date(2026, 1, 30), date(2026, 2, 13)
FRIDAY = datetime(2026, 1, 23, 9, tzinfo=UTC)  # a week before the deadline: reminders are due
TUESDAY = datetime(2026, 1, 27, 9, tzinfo=UTC)  # three days before


class Order:
    """One order of events after the reminders of Friday were made, and when each of them happened."""

    def __init__(self, out: Statement, secretary) -> None:
        self.out, self.by = out, Actor.of(secretary)
        self.addressee = Addressee.objects.get(text="IETF")
        self.at = FRIDAY
        self.happened: dict[str, datetime] = {}

    def run(self, steps: list[str]) -> None:
        for step in steps:
            self.at += timedelta(minutes=random.choice([1, 20, 90]))
            getattr(self, step)()
        for self.at in (TUESDAY, TUESDAY + timedelta(minutes=20)):
            self.remind()
            self.deliver()

    def remind(self) -> None:
        reminders.remind(self.at)

    def deliver(self) -> None:
        outbox.deliver_due(self.at)

    def reply(self) -> None:
        if "withdraw" not in self.happened:
            self.happened["reply"] = self.at
            door = links.actor(Link.objects.filter(addressee=self.addressee).latest("pk"))
            answer = Answer(kind="answer", settles=("1", "2"), name="Olu", email="olu@example.org")
            advance(self.addressee, "settle", by=door, seen=self.out.revision_id, details=answer, now=self.at)

    def withdraw(self) -> None:
        self.happened["withdraw"] = self.at
        statement = Statement.objects.get(pk=self.out.pk)
        advance(statement, "withdraw", by=self.by, seen=statement.revision_id, reason="No longer.", now=self.at)

    def move(self) -> None:
        if self.happened.keys() <= {"move"}:
            self.happened["move"] = self.at
            wish = Answer(kind="more_time", until=MOVED, name="Olu", email="olu@example.org")
            advance(self.addressee, "settle", by=self.by, seen=self.out.revision_id, details=wish, now=self.at)
            extensions.decide(self.addressee.replies.get(), MOVED, text="", by=self.by, now=self.at)

    def check(self) -> None:
        told = Message.objects.filter(kind="remind", state="sent", sent_at__gte=FRIDAY)
        if at := self.happened.get("reply"):
            assert not told.filter(recipient="ietf@example.org", sent_at__gt=at).exists()
            assert not any("– IETF" in message.text for message in told.filter(sent_at__gt=at))
        if at := self.happened.get("withdraw"):
            assert not told.filter(sent_at__gt=at).exists()
        if at := self.happened.get("move"):
            for message in told.filter(recipient="ietf@example.org", sent_at__gt=at):
                assert date_format(DUE, "j F Y") not in message.text
                assert date_format(MOVED, "j F Y") in message.text
        if not self.happened:
            assert told.filter(recipient="ietf@example.org").count() == 1
        # Whoever else owes an answer has been reminded whatever the others did, unless all of it was withdrawn.
        if "withdraw" not in self.happened:
            assert told.filter(recipient="sg21@example.org").count() == 1


def test_in_any_order_no_wrong_reminder_leaves(out, secretary, server, tally_outbox, record_property, is_long):
    reminders.remind(FRIDAY)
    made = transaction.savepoint()
    counted: Counter[str] = Counter()
    for _order in range(ORDERS[is_long]):
        events = random.sample(["reply", "withdraw", "move"], k=random.randint(0, 2))
        steps = random.sample([*events, "deliver", "remind", "deliver"], k=len(events) + 3)
        order = Order(out, secretary)
        order.run(steps)
        try:
            order.check()
        except AssertionError as error:
            error.add_note(f"after {steps}")
            raise
        counted.update(tally_outbox(of=Message.objects.count()))
        assert (counted["doubled"], counted["lost"]) == (0, 0), f"after {steps}"
        server.received.clear()
        transaction.savepoint_rollback(made)
        made = transaction.savepoint()
    record_property("fault run", dict(counted))
