"""A day of a desk with many statements: the clocks of its worker, and people who work by chance, the same each time."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from email.parser import BytesHeaderParser
from random import Random
from typing import Any, TypeVar

import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.models import Max, Min, Model, QuerySet
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string

from contacts.actor import Actor
from contacts.models import Desk, Group, Person, User
from liaisons import links, outbox, reminders, tasks
from liaisons.arrivals.taking import take
from liaisons.comments import comment
from liaisons.comments.windows import move_window
from liaisons.demo.bulk.letters import letter
from liaisons.demo.bulk.people import SECRETARY, Scene
from liaisons.details import Answer, Assignment, Closing, Received
from liaisons.models import Addressee, Circulation, Comment, Link, Message, Registration, Reminder, Reply, Statement
from liaisons.received.registering import register
from liaisons.replies import extensions
from liaisons.texts.writing import begin
from liaisons.workflow import advance, obstacles
from tests.fixtures import somebody
from tests.liaisons.arrivals.mails import a_bounce, an_answer
from tests.liaisons.outgoing import a_message
from tests.mailserver import HANG_UP, MailServer

DATE = date(2026, 11, 18)  # a Wednesday
MIDNIGHT = datetime.combine(DATE, datetime.min.time(), UTC)
# Windows of the load close while the day lasts, which they would not if it stood at this day.
LOADED_ON = DATE - timedelta(days=3)
# Before it is the next day at the desk, an hour before midnight. What came until then has been told.
EVE = MIDNIGHT - timedelta(minutes=90)
PAGES = (
    "desk",
    "to-hand-over",
    "statements",
    "answers",
    "documents",
    "incoming",
    "outbox",
    "reminders",
    "received-mails",
)

Row = TypeVar("Row", bound=Model)


class Ledger:
    """What the server took, by Message-ID: whole mails, kept for a day, would look like a leak of ours."""

    def __init__(self) -> None:
        self.copies: Counter[str] = Counter()
        self.latest = ""

    def append(self, mail: tuple[str, bytes]) -> None:
        self.latest = BytesHeaderParser().parsebytes(mail[1])["Message-ID"]
        self.copies[self.latest] += 1

    def __len__(self) -> int:
        return self.copies.total()


class Day:
    """`asked` counts for each mail how often a person let it leave once more, `dropped` how often the server hung up
    when it had its text; `done` what people did, `seconds` how long everything took.
    """

    def __init__(self, server: MailServer, statements: int, step: timedelta, acts: int, seed: int = 1) -> None:
        self.chance, self.at = Random(seed), MIDNIGHT
        self.step, self.acts = step, acts  # between two ticks, and what people do then
        self.taken = Ledger()
        self.asked: Counter[str] = Counter()
        self.dropped: Counter[str] = Counter()
        self.deck: list[str] = []
        self.done: Counter[str] = Counter()
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.woken = 0
        self.queued = 0
        with self.timed("make_load"):
            call_command("make_load", statements=statements, on=LOADED_ON, verbosity=0)
        Person.objects.update(demo=False)  # or no mail of theirs would leave
        self._meet_people()
        with self.timed("first sweep"):
            reminders.fill(EVE)
        Reminder.objects.update(cancelled_at=EVE)
        self.server = server
        server.received = self.taken
        server.does = self._moods(Random(seed))

    def _meet_people(self) -> None:
        self.desk = Desk.objects.select_related("group").get()
        secretary = User.objects.get(email=SECRETARY)
        chair = User.objects.create_user("chair@load.example.org", person=Person.objects.get(name="Chair of the load"))
        self.rapporteur = somebody("Rapporteur of the load", "rapporteur@load.example.org", self.desk, "rapporteur")
        bodies = Group.objects.filter(kind=Group.Kind.FORUM).order_by("pk")
        self.scene = Scene(self.desk, secretary.person, chair.person, tuple(bodies))
        self.secretary, self.chair = Actor.of(secretary), Actor.of(chair)
        self.nobody, self.browser = Client(), Client()
        with time_machine.travel(MIDNIGHT, tick=False):
            self.browser.force_login(secretary)

    def _moods(self, chance: Random):
        """Now and then the server puts a mail off, refuses it, or hangs up when it has it."""
        refusals = {
            "RCPT": [(0.02, "450 4.2.0 greylisted"), (0.01, "550 5.1.1 nobody here")],
            "TEXT": [(0.01, HANG_UP)],
        }

        def does(stage: str, _recipient: str) -> str | None:
            for share, answer in refusals.get(stage, ()):
                if chance.random() < share:
                    self.dropped[self.taken.latest] += answer == HANG_UP
                    return answer
            return None

        return does

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.seconds[what].append(time.perf_counter() - began)

    # The clock

    def until(self, end: datetime) -> None:
        """Let the day go on: a tick, and people before the next one."""
        while self.at < end:
            with time_machine.travel(self.at, tick=False):
                self.tick()
            for number in range(1, self.acts + 1):
                with time_machine.travel(self.at + number * self.step / (self.acts + 1), tick=False):
                    self.act()
            self.at += self.step

    def tick(self) -> None:
        """All that the scheduler asks for, and senders until none is woken any more."""
        for entry in settings.CELERY_BEAT_SCHEDULE.values():
            with self.timed(entry["task"].rpartition(".")[2]):
                import_string(entry["task"])()
        while self.woken:
            self.woken = 0
            with self.timed("deliver_due"):
                tasks.deliver_due()

    def wake(self, *_what: object, **_options: object) -> None:
        """In the place of the broker."""
        self.woken += 1

    def statements_of_a_tick(self) -> int:
        """How often a tick asks the database when it has twenty mails to deliver, all of which the server takes."""
        asked = []

        def count(execute, *given):
            asked.append(None)
            return execute(*given)

        names = [f"{self.queued + number}" for number in range(20)]
        self.queued += 20
        with time_machine.travel(self.at, tick=False), self.calm():
            self.tick()
            self.tick()  # mails whose files were made behind the senders of the tick before
            assert not Message.objects.due(self.at).exists()
            outbox.queue(a_message(self.desk, self.at, name) for name in names)
            with connection.execute_wrapper(count):
                self.tick()
        return len(asked)

    @contextmanager
    def calm(self) -> Iterator[None]:
        """The server takes what it is given."""
        moods, self.server.does = self.server.does, lambda _stage, _recipient: None
        yield
        self.server.does = moods

    # People

    def act(self) -> None:
        if not self.deck:
            self.deck = [name for name, times in WHAT_PEOPLE_DO.items() for _time in range(times)]
            self.chance.shuffle(self.deck)
        name = self.deck.pop()
        with self.timed(name):
            self.done[name] += bool(getattr(self, name)(timezone.now()))

    def pick(self, rows: QuerySet[Row]) -> Row | None:
        """One of them by chance, the same in each run, without reading all of their keys."""
        ends = rows.order_by().aggregate(first=Min("pk"), last=Max("pk"))
        if ends["first"] is None:
            return None
        return rows.filter(pk__gte=self.chance.randint(ends["first"], ends["last"])).order_by("pk").first()

    def statement(self, state: str) -> Statement | None:
        return self.pick(Statement.objects.filter(desk=self.desk, state=state))

    def owing(self) -> Addressee | None:
        return self.pick(Addressee.objects.owing().filter(statement__desk=self.desk).select_related("statement"))

    def step_of(self, statement: Statement, step: str, by: Actor, now: datetime, **given: Any) -> Statement:
        return advance(statement, step, by=by, seen=statement.revision_id, now=now, **given)

    def begins_a_draft(self, now: datetime) -> object:
        due_on = DATE + timedelta(days=self.chance.randint(30, 60))
        return begin(self.desk, letter(self.scene, self.desk.group, due_on, self.chance), by=self.secretary, now=now)

    def circulates(self, now: datetime) -> object:
        draft = self.statement("draft")
        return draft and self.step_of(draft, "circulate", self.secretary, now)

    def comments(self, now: datetime) -> object:
        open_ = Circulation.objects.filter(ended_at=None, closes_at__gt=now)
        if (circulation := self.pick(open_)) is None:
            return False
        kind = self.chance.choice([Comment.Kind.EDITORIAL, Comment.Kind.SUPPORT, Comment.Kind.OBJECTION])
        who = {"name": "Lea Link", "email": f"lea-{self.done['comments']}@example.org"}
        by, known = self.chance.choice([(self.chair, {}), (Actor("link"), who)])
        return comment(circulation, by=by, kind=kind, text="A word.", now=now, **known)

    def moves_a_window(self, now: datetime) -> object:
        open_ = Circulation.objects.filter(ended_at=None, closes_at__gt=now).select_related("desk__group")
        if (circulation := self.pick(open_)) is None:
            return False
        closes_on = self.chance.choice([None, circulation.closes_on + timedelta(days=3)])
        return move_window(circulation, closes_on, reason="The meeting was moved.", by=self.secretary, now=now)

    def approves(self, now: datetime) -> object:
        """On the page, or by the link in the mail that asked."""
        over = Statement.objects.filter(state="circulated", circulations__closes_at__lte=now)
        statement = self.pick(over)
        if statement is None or obstacles(statement, "approve", self.chair, now):
            return False
        link = Link.objects.filter(purpose="approve", statement=statement, revoked_at=None).last()
        if link is None or self.chance.random() < 0.5:
            return self.step_of(statement, "approve", self.chair, now)
        return self.posts("link-approve", link, seen=statement.revision_id)

    def sends(self, now: datetime) -> object:
        approved = self.statement("approved")
        return approved and self.step_of(approved, "send", self.secretary, now)

    def sends_and_recalls(self, now: datetime) -> object:
        approved = self.statement("approved")
        if approved is None:
            return False
        held = self.step_of(approved, "send", self.secretary, now)
        return self.step_of(held, "recall", self.secretary, now + timedelta(minutes=1))

    def withdraws(self, now: datetime) -> object:
        sent = self.statement("sent")
        return sent and self.step_of(sent, "withdraw", self.secretary, now, reason="No longer.")

    def closes(self, now: datetime) -> object:
        sent = self.statement("sent")
        outcome = Closing(Statement.Outcome.LAPSED)
        return sent and self.step_of(sent, "close", self.secretary, now, reason="Enough.", details=outcome)

    def answers_by_link(self, now: datetime) -> object:
        """Whoever had a mail of today follows the link in it."""
        told = Addressee.objects.owing().filter(messages__state="sent")
        link = self.pick(Link.objects.valid(now).filter(purpose="answer", addressee__in=told))
        if link is None:
            return False
        due_on = link.addressee.due_on or DATE
        given = self.chance.choice(
            [
                {"kind": "answer", "requests": ["1"], "text": "Our comments."},
                {"kind": "acknowledgement"},
                {"kind": "decline", "text": "None of our work concerns it."},
                {"kind": "more_time", "until": (max(due_on, DATE) + timedelta(days=70)).isoformat()},
            ]
        )
        seen = link.addressee.statement.revision_id
        return self.posts("link-answer", link, seen=seen, name="Olu", email="olu@example.org", **given)

    def answers_by_mail(self, now: datetime) -> object:
        """The mail waits on a page until the secretary says that it is an answer."""
        told = Message.objects.filter(state="sent", addressee__in=Addressee.objects.owing())
        if (ours := self.pick(told)) is None:
            return False
        mail = take(an_answer("Our comments.\n", ours=ours), now)
        return self.records(mail.addressee, Answer(kind="answer", settles=("1",), text="Our comments.", mail=mail), now)

    def records_an_answer(self, now: datetime) -> object:
        addressee = self.owing()
        return addressee and self.records(addressee, Answer(kind="answer", settles=("1",), text="By telephone."), now)

    def records(self, addressee: Addressee, answer: Answer, now: datetime) -> Addressee:
        seen = addressee.statement.revision_id
        return advance(addressee, "settle", by=self.secretary, seen=seen, details=answer, now=now)

    def moves_a_deadline(self, now: datetime) -> object:
        """An addressee asks for more time, and gets it or not."""
        if (addressee := self.owing()) is None:
            return False
        until = max(addressee.due_on, DATE) + timedelta(days=14)
        self.records(addressee, Answer(kind="more_time", until=until), now)
        wish = Reply.objects.filter(addressee=addressee).latest("pk")
        granted, why = self.chance.choice([(until, ""), (until, ""), (None, "The meeting is fixed.")])
        return extensions.decide(wish, granted, text=why, by=self.secretary, now=now)

    def bounces(self, now: datetime) -> object:
        ours = self.pick(Message.objects.filter(state="sent", kind__in=["send", "remind"]))
        return ours and take(a_bounce(ours), now)

    def decides_about_a_mail(self, now: datetime) -> object:
        """What is in doubt, failed or came back leaves once more, or a person says what became of it."""
        message = self.pick(Message.objects.troubled())
        if message is None:
            return False
        if self.chance.random() < 0.5:
            outbox.give_up(message, self.secretary, now, "They know.")
        else:
            outbox.send_again(message, self.secretary, now)
            self.asked[message.message_id] += 1
        return True

    def receives(self, now: datetime) -> object:
        """A letter of others comes in and is given to the rapporteur."""
        body = self.chance.choice(self.scene.bodies)
        due_on = DATE + timedelta(days=self.chance.randint(0, 30))
        came = Received(
            source_text=body.designation, source=body, reference=f"{body} LS of the day {self.done['receives']}",
            title="LS on the work of theirs", received_on=DATE, purpose="action", deadline=due_on,
        )  # fmt: skip
        row = register(self.desk, came, by=self.secretary, now=now)
        given = Assignment(assignee=self.rapporteur.person, due_on=due_on)
        return advance(row, "assign", by=self.secretary, seen=row.state, details=given, now=now)

    def notes(self, now: datetime) -> object:
        row = self.pick(Registration.objects.filter(desk=self.desk, state="received"))
        return row and advance(row, "note", by=self.secretary, seen=row.state, now=now)

    def opens_pages(self, _now: datetime) -> object:
        statement = self.pick(Statement.objects.filter(desk=self.desk))
        addresses = {name: reverse(name) for name in PAGES} | {"statement": statement.get_absolute_url()}
        for name, address in addresses.items():
            with self.timed(f"GET {name}"):
                response = self.browser.get(address)
            assert response.status_code == 200, (name, response.status_code)
        return True

    def posts(self, address: str, link: Link, **given: object) -> bool:
        page = reverse(address, args=[links.token(link.pk)])
        response = self.nobody.post(page, given)
        assert response.status_code == 302, response.content.decode()
        return True


# How often each of them, before all of it begins again in another order.
WHAT_PEOPLE_DO = {
    "begins_a_draft": 2,
    "circulates": 2,
    "comments": 2,
    "moves_a_window": 1,
    "approves": 2,
    "sends": 3,
    "sends_and_recalls": 1,
    "withdraws": 1,
    "closes": 1,
    "answers_by_link": 4,
    "answers_by_mail": 2,
    "records_an_answer": 3,
    "moves_a_deadline": 2,
    "bounces": 1,
    "decides_about_a_mail": 2,
    "receives": 2,
    "notes": 1,
    "opens_pages": 2,
}
