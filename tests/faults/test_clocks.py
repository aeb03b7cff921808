"""A scheduler that was dead, clocks that are wrong, readers far away: each reminder once, on the right local day."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Min

from contacts.actor import Actor
from contacts.models import Appointment, Person
from liaisons import outbox, reminders
from liaisons.details import Assignment, Received
from liaisons.models import Action, Addressee, Circulation, Message, Statement
from liaisons.received.registering import register
from liaisons.workflow import advance
from tests.fixtures import somebody

pytestmark = [pytest.mark.faults, pytest.mark.postgres, pytest.mark.django_db]
DAY = timedelta(days=1)
GENEVA = ZoneInfo("Europe/Zurich")
DUE = date(2026, 1, 30)  # a Friday
# To our own people and to addressees, as a desk has it by itself; what is due came nine days before.
WEEKLY = [-7, -14, -21, -28, -35]
INSIDERS, ACTIONS, OUTSIDERS, WINDOWS = [7, 3, 1, 0, *WEEKLY], [3, 0, *WEEKLY], [7, -1], [3]
ADDRESSEE = "ietf@example.org"


class Told(NamedTuple):
    recipient: str
    stage: int
    on: date  # in the reader's zone


class Due(NamedTuple):
    """What somebody is reminded of, where each reader lives, and at which stages each is told."""

    about: dict[str, str]
    zones: dict[str, ZoneInfo]
    stages: dict[str, list[int]]


@pytest.fixture
def due_on() -> date:
    return DUE


@pytest.fixture
def midnight(due_on) -> datetime:
    """The end of the day that all of it is due on."""
    return datetime.combine(due_on + DAY, time(0), GENEVA).astimezone(UTC)


@pytest.fixture
def readers(desk, secretary) -> dict[str, Person]:
    """Three of our own people, and where each of them lives."""
    somebody("Ana Auckland", "ana@example.org", desk, "secretariat", zone="Pacific/Auckland")
    somebody("Pat Pago", "pat@example.org", desk, "secretariat", zone="Pacific/Pago_Pago")
    Person.objects.filter(pk=secretary.person_id).update(zone="Europe/Zurich")
    return {person.email: person for person in Person.objects.filter(appointments__role="secretariat")}


@pytest.fixture
def due(request) -> Due:
    """By the name of a fixture; of those whose stages go on after their day one by chance."""
    return request.getfixturevalue(getattr(request, "param", None) or random.choice(["answer", "letters", "actions"]))


@pytest.fixture
def answer(out, readers, due_on, midnight) -> Due:
    """An addressee owes one; nobody is responsible for the statement but the secretariat."""
    Addressee.objects.filter(statement=out).update(due_on=due_on, due_at=midnight)
    Statement.objects.update(sent_at=midnight - 9 * DAY, responsible=None)
    found = of("answer", readers, INSIDERS, **{ADDRESSEE: OUTSIDERS})
    return found._replace(about={**found.about, "reminders__addressee__text": "IETF"})


@pytest.fixture
def letters(desk, groups, secretary, readers, due_on, midnight) -> Due:
    """Each of our people has undertaken to answer one."""
    by, since = Actor.of(secretary), midnight - 9 * DAY
    theirs = Received("IETF", "LS on the metaverse", since.date(), source=groups["IETF"], purpose="action")
    for number, person in enumerate(readers.values()):
        row = register(desk, replace(theirs, reference=f"IETF-{number}"), by=by, now=since)
        advance(row, "assign", by=by, seen=row.state, details=Assignment(assignee=person, due_on=due_on), now=since)
    return of("assignment", readers, INSIDERS)


@pytest.fixture
def actions(meeting, readers, due_on) -> Due:
    """Each of our people has undertaken one at a meeting."""
    for number, person in enumerate(readers.values()):
        Action.objects.create(meeting=meeting, position=number, text="Ask them.", owner=person, due_on=due_on)
    return of("action", readers, ACTIONS)


@pytest.fixture
def window(circulated, desk, readers, due_on, midnight) -> Due:
    """The list and those who are members, too, have not said anything yet."""
    distributed_at = midnight - 9 * DAY
    Circulation.objects.update(closes_on=due_on, closes_at=midnight, distributed_at=distributed_at)
    for person in readers.values():
        Appointment.objects.create(person=person, group=desk.group, role="member")
    return of("window", readers, WINDOWS, **{desk.mailing_list: WINDOWS})


def of(kind: str, readers: dict[str, Person], stages: list[int], **others: list[int]) -> Due:
    zones = {who: ZoneInfo(person.zone) for who, person in readers.items()} | dict.fromkeys(others, GENEVA)
    return Due({"reminders__kind": kind}, zones, dict.fromkeys(readers, stages) | others)


def hours(start: date, end: date) -> Iterator[datetime]:
    """Four hours of each day, in UTC: in Geneva nine or ten is among them, far away ten and one o'clock."""
    while start <= end:
        yield from (datetime.combine(start, time(hour), UTC) for hour in (0, 9, 15, 21))
        start += DAY


def run(instants: Iterable[datetime], due: Due, clock=lambda at: at) -> list[Told]:
    """Let scheduler and sender run at these instants; returns what left about it, on its true day."""
    told = []
    for at in instants:
        reminders.remind(clock(at))
        waiting = list(Message.objects.due(clock(at)).values_list("pk", flat=True))
        if waiting:
            outbox.deliver_due(clock(at))
        left = Message.objects.filter(pk__in=waiting, state="sent", **due.about).values_list("recipient")
        for who, stage in left.annotate(latest=Min("reminders__stage")):  # a mail tells of the latest
            told.append(Told(who, stage, at.astimezone(due.zones[who]).date()))
    return told


def working_day(day: date) -> date:
    """The day itself, or the Monday after."""
    return day + max(0, 7 - day.weekday()) * DAY if day.weekday() > 4 else day


def on_their_days(due: Due, due_on: date, until: date) -> list[tuple[str, int, date]]:
    """What is right: of stages that fall on one working day, the latest."""
    right = {}
    for who, stages in due.stages.items():
        for stage in stages:  # in the order of their days
            day = working_day(due_on - stage * DAY)
            if day <= until:
                right[who, day] = (who, stage, day)
    return sorted(right.values())


# F12


@pytest.mark.faults("F12")
@pytest.mark.parametrize(
    "due_on",
    [DUE, date(2026, 4, 2), date(2026, 10, 29), date(2024, 2, 29)],
    ids=["in winter", "over the beginning of summer time", "over its end", "on 29 February"],
)
@pytest.mark.parametrize("due", ["answer"], indirect=True)
def test_each_reader_gets_each_reminder_once_on_its_day_where_they_are(due, due_on, tally_outbox):
    told = run(hours(due_on - 9 * DAY, due_on + 5 * DAY), due)
    assert sorted(told) == on_their_days(due, due_on, until=due_on + 4 * DAY)
    assert tally_outbox(of=Message.objects.count())["doubled"] == 0


@pytest.mark.faults("F12")
@pytest.mark.parametrize("due_on", [date(2026, 4, 2)], ids=["over the beginning of summer time"])
@pytest.mark.parametrize("due", ["letters", "actions", "window"], indirect=True)
def test_so_it_is_with_all_that_is_due(due, due_on, tally_outbox):
    told = run(hours(due_on - 9 * DAY, due_on + DAY), due)
    assert sorted(told) == on_their_days(due, due_on, until=due_on)
    assert tally_outbox(of=Message.objects.count())["doubled"] == 0


# F6


@pytest.mark.faults("F6")
@pytest.mark.parametrize("days", [1, 3, 30])
def test_a_scheduler_that_was_dead_makes_up_for_the_latest_stage_and_for_no_other(due, due_on, tally_outbox, days):
    dies = datetime.combine(due_on - 8 * DAY, time(0), UTC) + random.uniform(0, 10) * DAY
    lives = dies + days * DAY
    instants = [at for at in hours(due_on - 9 * DAY, max(lives.date(), due_on) + 4 * DAY) if not dies < at < lives]
    told = run(instants, due)
    assert len(told) == len({(one.recipient, one.stage) for one in told}), "a stage came twice"
    for one in told:
        assert one.stage == latest_stage(due, one.recipient, due_on, one.on), f"{one} is stale"
    for who, zone in due.zones.items():
        # As of the first full working day after the outage, and as of the end.
        for day in (working_day(lives.astimezone(zone).date() + DAY), working_day(instants[-1].date() - DAY)):
            stage = latest_stage(due, who, due_on, day)
            assert stage is None or stage in {one.stage for one in told if one.recipient == who and one.on <= day}, (
                f"{who} never heard of {stage}"
            )
    assert tally_outbox(of=Message.objects.count())["doubled"] == 0


def latest_stage(due: Due, recipient: str, due_on: date, on: date) -> int | None:
    """The latest stage of which the day has come by then where the reader is."""
    return min((stage for stage in due.stages[recipient] if due_on - stage * DAY <= on), default=None)


# F11


@pytest.mark.faults("F11")
@pytest.mark.parametrize("off", [1, -1, 30 * 24], ids=["an hour ahead", "an hour behind", "thirty days ahead"])
def test_a_clock_that_was_wrong_brings_no_reminder_twice_and_keeps_the_days_after(due, due_on, tally_outbox, off):
    wrong_from = datetime.combine(due_on - 8 * DAY, time(0), UTC) + random.uniform(0, 4) * DAY
    wrong_until = wrong_from + random.uniform(12, 36) * timedelta(hours=1)

    def clock(at: datetime) -> datetime:
        return at + timedelta(hours=off) if wrong_from <= at < wrong_until else at

    told = run(hours(due_on - 9 * DAY, due_on + 5 * DAY), due, clock)
    assert len(told) == len({(one.recipient, one.stage) for one in told}), "a stage came twice"
    right = on_their_days(due, due_on, until=due_on + 4 * DAY)
    if off < 24:
        assert sorted(told) == right
    else:
        # What the clock said was due has been told then, and what was missed was made up for.
        early = {one[:2] for one in told if one[:3] not in right}
        after = {one for one in right if one[2] > wrong_until.date() + DAY and one[:2] not in early}
        assert after <= {one[:3] for one in told}
    assert tally_outbox(of=Message.objects.count())["doubled"] == 0
