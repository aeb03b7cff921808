"""What a desk does with a hundred thousand statements: python -m tests.benchmarks.load [sweep] [lists].

All of it works on one load in one database.
"""

import statistics
import sys
import time
from collections.abc import Callable
from functools import partial

from django.core.management import call_command

from tests.benchmarks.database import prepared
from tests.benchmarks.reporting import expect, machine, missed, report, say

STATEMENTS = 100_000
MINUTES = 3
SAMPLE = 300
ROUNDS = 5
MOST_QUERIES = 12
ALIKE = 1.5


def making() -> None:
    """A hundred thousand statements with a million addressees."""
    began = time.perf_counter()
    call_command("make_load", statements=STATEMENTS, verbosity=0)
    seconds = time.perf_counter() - began
    say(f"{STATEMENTS} statements made in {seconds:.0f} s")
    if seconds > 60 * MINUTES:
        missed.append(f"the load took {seconds:.0f} s instead of {60 * MINUTES}")


def sweep() -> None:
    """All reminders of a hundred thousand open deadlines, beside the loop that one writes first."""
    from django.db import connection, transaction
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from liaisons import reminders
    from liaisons.models import Addressee, Reminder
    from tests.benchmarks.looping import remind_by_loop

    now = timezone.now()
    open_ = Addressee.objects.owing().filter(due_on__isnull=False)
    count = open_.count()
    say(f"{count} open deadlines")
    rates: dict[str, list[float]] = {"sweep": [], "loop over rows": []}
    statements, entered = [], {}
    for round_ in range(3):
        sample = list(open_.order_by("pk").values_list("pk", flat=True)[round_ :: count // SAMPLE])
        with transaction.atomic():
            rates["loop over rows"].append(rate(partial(remind_by_loop, sample, now), len(sample)))
            entered["loop"] = rows_of(sample)
            transaction.set_rollback(True)
        with transaction.atomic():
            with CaptureQueriesContext(connection) as captured:
                rates["sweep"].append(rate(partial(reminders.fill, now), count))
            entered["sweep"] = rows_of(sample)
            transaction.set_rollback(True)
        statements.append(len(captured))
        assert entered["loop"] == entered["sweep"], "the loop finds other reminders than the sweep"
    report("deadlines looked at, a second", rates)
    expect("sweep to loop", rates["sweep"], rates["loop over rows"], 50)
    new = reminders.fill(now)
    with CaptureQueriesContext(connection) as captured:
        second = reminders.fill(now)
    say(f"  {statements[0]} SQL statements enter {new} reminders, a second sweep in {len(captured)} adds {second}")
    if second or Reminder.objects.count() != new:
        missed.append(f"the second sweep adds {second}")
    if {len(captured), *statements} != {statements[0]}:
        missed.append("the number of SQL statements depends on how much is due")


def lists() -> None:
    """The first and the last page of both registers, as their secretary opens them."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from contacts.models import User
    from liaisons.demo.bulk.people import SECRETARY
    from liaisons.models import Document, Statement

    browser = Client(headers={"host": "localhost"})
    browser.force_login(User.objects.get(email=SECRETARY))
    for address, rows in (
        ("/statements/", Statement.objects.order_by("created_at", "pk")),
        ("/documents/", Document.objects.order_by("number", "pk")),
    ):
        pages = {"first": address, "last": f"{address}?after={rows[50].pk}"}
        times: dict[str, list[float]] = {name: [] for name in pages}
        for round_ in range(ROUNDS + 1):
            for name, page in pages.items():
                with CaptureQueriesContext(connection) as captured:
                    began = time.perf_counter()
                    content = browser.get(page).content.decode()
                    if round_:  # the first one warms up
                        times[name].append(time.perf_counter() - began)
                assert ("?before=" in content, "?after=" in content) == (name == "last", name == "first")
                if len(captured) > MOST_QUERIES:
                    missed.append(f"{name} page of {address}: {len(captured)} queries instead of {MOST_QUERIES}")
        say(f"{address} in {len(captured)} queries")
        report("  pages a second", {name: [1 / one for one in found] for name, found in times.items()})
        first, last = statistics.median(times["first"]), statistics.median(times["last"])
        if not 1 / ALIKE < last / first < ALIKE:
            missed.append(f"the last page of {address} takes {last / first:.1f} times the first")


def rate(make: Callable[[], object], count: int) -> float:
    began = time.perf_counter()
    make()
    return count / (time.perf_counter() - began)


def rows_of(addressees: list[int]) -> set[tuple[object, ...]]:
    from liaisons.models import Reminder

    told = Reminder.objects.filter(addressee__in=addressees)
    return set(told.values_list("kind", "addressee", "stage", "due_on", "recipient", "person", "outsider", "desk"))


def main() -> None:
    with prepared():
        say(machine())
        making()
        for benchmark in (sweep, lists):
            if not sys.argv[1:] or benchmark.__name__ in sys.argv[1:]:
                benchmark()
    assert not missed, "; ".join(missed)


if __name__ == "__main__":
    main()
