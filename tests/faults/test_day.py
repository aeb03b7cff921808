"""F22: after a working day at a desk with many statements all invariants hold, and memory is what it was."""

import gc
import logging
import os
from collections import Counter
from datetime import timedelta
from pathlib import Path
from statistics import median

import pytest
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery

from liaisons.models import Document, Event, Message, Registration, Reminder, Series, Statement
from tests.conftest import ON_SQLITE
from tests.faults.daily import MIDNIGHT, WHAT_PEOPLE_DO, Day

pytestmark = [
    pytest.mark.faults("F22", rounds=1),
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
]
HOUR = timedelta(hours=1)
# Statements, the time between two ticks, and what people do in it; the other with --long, on PostgreSQL.
SMALL, LARGE = (1_000, 2 * HOUR, 9), (100_000, timedelta(minutes=20), 3)
# What the halves of a day differ by beside what is kept for good. By noon each task has had its largest work of the
# day: the mails of the morning.
MORE = 1.10


@pytest.fixture
def day(server, is_long, monkeypatch, caplog) -> Day:
    caplog.set_level(logging.ERROR)  # pytest keeps what is logged, and the mail server logs each line
    day = Day(server, *(LARGE if is_long and not ON_SQLITE else SMALL))
    monkeypatch.setattr("celery.current_app.send_task", day.wake)
    return day


def test_a_day_leaves_all_as_it_must_be_and_memory_as_it_was(day, tally, record_property):
    day.until(MIDNIGHT + HOUR)
    early = day.statements_of_a_tick()
    day.until(MIDNIGHT + 12 * HOUR)
    before = resident()
    day.until(MIDNIGHT + 24 * HOUR)
    late = day.statements_of_a_tick()
    after = resident()
    record_property("figures", figures(day, before, after, early, late))
    assert WHAT_PEOPLE_DO.keys() == (+day.done).keys()
    no_mail_is_lost_or_doubled(day, tally)
    nobody_is_reminded_twice_or_of_what_is_over()
    numbers_have_neither_gaps_nor_doubles()
    each_state_was_reached_by_an_event()
    assert late <= early
    assert after < before * MORE


def no_mail_is_lost_or_doubled(day: Day, tally) -> None:
    rows = {row.message_id: row for row in Message.objects.all()}
    copies = day.taken.copies
    allowed = {told: day.asked[told] + row.repeatable * day.dropped[told] for told, row in rows.items()}
    for told, row in rows.items():
        assert copies[told] <= 1 + allowed[told], f"{row} came {copies[told]} times"
        if row.state == Message.State.SENT:
            assert copies[told], f"{row} never came"
        if row.state == Message.State.CANCELLED:
            assert not copies[told], f"{row} came all the same"
    assert copies.keys() <= rows.keys()
    assert not Message.objects.due(day.at).exists()
    assert not Message.objects.filter(state=Message.State.SENDING).exists()
    states = Counter(row.state for row in rows.values())
    # Not each second copy that was allowed came: the server refused it, or its statement was over.
    again = sum(min(allowed[told], copies[told] - 1) for told in copies)
    counted = tally(len(rows), states, copies.elements(), again)
    assert counted["lost"] == 0


def nobody_is_reminded_twice_or_of_what_is_over() -> None:
    told = Reminder.objects.filter(message__state="sent", message__sent_at__gte=MIDNIGHT)
    assert told.exists()
    thing = ("recipient", "kind", "addressee", "circulation", "registration", "action", "due_on")
    assert not told.values(*thing).order_by().annotate(mails=Count("message", distinct=True)).filter(mails__gt=1)
    ended = Q(verb__in=["withdraw", "close", "complete"], statement=OuterRef("addressee__statement"))
    settled = Q(verb="settle", target_state__in=["replied", "declined"], addressee=OuterRef("addressee"))
    over = Event.objects.filter(ended | settled, at__gte=MIDNIGHT, at__lt=OuterRef("message__sent_at"))
    assert not told.filter(Exists(over)).exists()


def numbers_have_neither_gaps_nor_doubles() -> None:
    for series in Series.objects.all():
        letters = Statement.objects.filter(series=series, correction=0).values_list("number", flat=True)
        papers = Document.objects.filter(series=series, revision=0).values_list("number", flat=True)
        assert sorted([*letters, *papers]) == list(range(1, series.last_number + 1)), series


def each_state_was_reached_by_an_event() -> None:
    """The last Event of each thing that changed its state led to the one it has."""
    moved = Event.objects.exclude(source_state=F("target_state")).exclude(target_state="").order_by("-at", "-pk")
    of_statement = moved.filter(statement=OuterRef("pk"), addressee=None, registration=None)
    of_registration = moved.filter(registration=OuterRef("pk"))
    for things, events in ((Statement.objects, of_statement), (Registration.objects, of_registration)):
        assert not things.exclude(state=Subquery(events.values("target_state")[:1])).exists()


def resident() -> int:
    """How much memory this process has, in bytes."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def figures(day: Day, before: int, after: int, early: int, late: int) -> list[str]:
    """For those who look: what everything took."""
    return [
        f"memory {before >> 20} → {after >> 20} MiB; a tick asks {early} → {late} times; done: {dict(day.done)}",
        *(
            f"{name:24} {len(seconds):6} times {median(seconds):8.3f} s, longest {max(seconds):8.3f} s"
            for name, seconds in sorted(day.seconds.items(), key=lambda item: -sum(item[1]))
        ),
    ]
