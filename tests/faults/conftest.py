"""What the fault runs share, and the table of what became of the mails in each: `bin/test tests/faults --long`."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

import pytest

from liaisons.models import Message, Statement
from tests.fixtures import AFTER
from tests.mailserver import MailServer

COLUMNS = ("sent", "in doubt", "doubled", "lost")


@pytest.fixture
def is_long(pytestconfig) -> bool:
    """Whether the sizes of issue 4 are wanted; the default run keeps to smaller ones of the same kind."""
    return pytestconfig.getoption("--long")


@pytest.fixture
def server(settings):
    with MailServer().running() as running:
        settings.EMAIL_BACKEND = "liaisons.outbox.transport.SmtpBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        yield running


@pytest.fixture
def out(sent) -> Statement:
    """Sent, and taken by all servers: JCA-MV-LS1, due on 30 January 2026."""
    Message.objects.of_dispatch(sent).update(state="sent", sent_at=AFTER)
    return sent


@pytest.fixture
def tally(record_property) -> Callable[..., dict[str, int]]:
    """Enter a run into the table at its end.

    Asked with the number of mails there were, their states now, the Message-ID of each copy that a server took, and
    how many copies people asked for themselves; gives the numbers back.
    """

    def enter(of: int, states: dict[str, int], copies: Iterable[str], asked_for: int = 0) -> dict[str, int]:
        taken = Counter(copies)
        numbers = {
            "sent": states.get("sent", 0),
            "in doubt": states.get("in_doubt", 0),
            "doubled": sum(taken.values()) - len(taken) - asked_for,
            # A row that is gone, or one that says a server has it of which no server knows.
            "lost": of - sum(states.values()) + max(0, states.get("sent", 0) - len(taken)),
        }
        record_property("fault run", numbers)
        return numbers

    return enter


@pytest.fixture
def tally_outbox(tally, server) -> Callable[..., dict[str, int]]:
    """The same of all mails in the outbox of the test and on its server."""

    def enter(of: int, asked_for: int = 0) -> dict[str, int]:
        # Fixtures say of letters that they are sent; the server of the test never saw them.
        by_hand = Message.objects.filter(state="sent", handed_over_at=None)
        states = Counter(Message.objects.exclude(pk__in=by_hand).values_list("state", flat=True))
        return tally(of - by_hand.count(), states, [mail["Message-ID"] for mail in server.mails()], asked_for)

    return enter


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """Say with each report which faults it is about; pytest-xdist carries it over."""
    report = yield
    mark = item.get_closest_marker("faults")
    if report.when == "call" and mark is not None:
        report.user_properties.append(("fault", ", ".join(mark.args) or "–"))
    return report


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    if not config.getoption("--long"):
        return
    found: dict[tuple[str, str], list[tuple[bool, float, dict[str, int]]]] = defaultdict(list)
    figures: list[str] = []
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            said = dict(report.user_properties)
            if "fault" in said:
                name = report.nodeid.rpartition("::")[2].partition("[")[0].removeprefix("test_").replace("_", " ")
                figures += said.get("figures", [])
                found[said["fault"], name].append((report.passed, report.duration, said.get("fault run", {})))
    terminalreporter.section("faults")
    terminalreporter.write_line("| fault | what holds | runs | failed | " + " | ".join(COLUMNS) + " | seconds |")
    terminalreporter.write_line("|---" * (5 + len(COLUMNS)) + "|")
    for (fault, name), runs in sorted(found.items()):
        failed = sum(not passed for passed, _seconds, _numbers in runs)
        counted = [numbers for _passed, _seconds, numbers in runs if numbers]
        sums = [str(sum(numbers[column] for numbers in counted)) if counted else "" for column in COLUMNS]
        cells = [fault, name, str(len(runs)), str(failed), *sums, f"{sum(seconds for _p, seconds, _n in runs):.0f}"]
        terminalreporter.write_line(f"| {' | '.join(cells)} |")
    for line in figures:
        terminalreporter.write_line(line)
