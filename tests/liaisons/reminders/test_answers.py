"""Reminders come once, on their day, to those who owe or wait, and never when nothing is owed any more."""

import random
import threading
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.actor import Actor
from contacts.models import Appointment, Channel, Desk, Group, Person
from liaisons import links, mail, outbox, reminders
from liaisons.details import Answer
from liaisons.models import Addressee, Link, Message, Reminder, Request, Statement
from liaisons.workflow import advance
from tests.fixtures import AFTER, somebody
from tests.liaisons.reminders.mornings import DUE, geneva, queued, rows

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


# Which rows


def test_each_stage_comes_on_its_day_once(out):
    came = {}
    for days in range(-20, 10):
        day = DUE + timedelta(days=days)
        before = set(Reminder.objects.values_list("pk", flat=True))
        reminders.fill(geneva(day))
        assert reminders.fill(geneva(day, 23)) == 0
        new = Reminder.objects.exclude(pk__in=before).filter(addressee__text="IETF").order_by("-outsider")
        if new:
            came[day.isoformat()] = [(row.stage, row.outsider) for row in new]
    assert came == {
        "2026-01-16": [(14, False)],
        "2026-01-23": [(7, True), (7, False)],
        "2026-01-27": [(3, False)],
        "2026-01-29": [(1, False)],
        "2026-01-30": [(0, False)],
        "2026-01-31": [(-1, True)],
        "2026-02-06": [(-7, False)],
    }


def test_addressees_are_reminded_by_mail_and_our_own_people_of_everybody(out):
    reminders.fill(geneva(DUE - timedelta(days=7)))
    assert rows(outsider=True) == [("ITU-T SG21", 7, "sg21@example.org"), ("IETF", 7, "ietf@example.org")]
    assert rows(outsider=False) == [
        ("ITU-T SG21", 7, "sam@example.org"),
        ("IETF", 7, "sam@example.org"),
        ("World Metaverse Council", 7, "sam@example.org"),
    ]


@pytest.mark.parametrize("dead_for", [1, 3, 30])
def test_of_several_missed_stages_the_latest_comes_and_none_is_lost(out, dead_for):
    """The scheduler stands still from eight days before the deadline on."""
    reminders.fill(geneva(DUE - timedelta(days=8)))
    before = rows(addressee__text="IETF")
    assert before == [("IETF", 14, "sam@example.org")]
    day = DUE - timedelta(days=8) + timedelta(days=dead_for)
    reminders.fill(geneva(day))
    after = [row for row in rows(addressee__text="IETF") if row not in before]
    assert (
        after
        == {
            1: [("IETF", 7, "ietf@example.org"), ("IETF", 7, "sam@example.org")],
            3: [("IETF", 7, "ietf@example.org"), ("IETF", 7, "sam@example.org")],
            30: [("IETF", -1, "ietf@example.org"), ("IETF", -21, "sam@example.org")],
        }[dead_for]
    )


def test_no_stage_from_before_the_dispatch(out):
    """Sent on the 25th, five days before the deadline: the week before has passed and is nobody's business."""
    Statement.objects.update(sent_at=geneva(DUE - timedelta(days=5), 15))
    assert reminders.fill(geneva(DUE - timedelta(days=5), 16)) == 0
    assert reminders.fill(geneva(DUE - timedelta(days=4))) == 0
    reminders.fill(geneva(DUE - timedelta(days=3)))
    assert {stage for _text, stage, _who in rows()} == {3}


def test_a_stage_on_the_day_of_the_dispatch_counts_and_the_day_is_that_of_the_seat(out):
    """Half past eleven in the evening of the 22nd in UTC is the 23rd in Geneva."""
    Statement.objects.update(sent_at=datetime(2026, 1, 22, 23, 30, tzinfo=UTC))
    reminders.fill(geneva(DUE - timedelta(days=7), 0, 45))
    assert {stage for _text, stage, _who in rows()} == {7}


@pytest.mark.parametrize(
    ("zone", "comes_at"),
    [
        ("Pacific/Auckland", "2026-01-22T11:00:00+00:00"),
        ("Europe/Zurich", "2026-01-22T23:00:00+00:00"),
        ("Pacific/Pago_Pago", "2026-01-23T11:00:00+00:00"),
    ],
)
def test_the_day_of_a_stage_begins_at_midnight_at_the_desks_seat_and_where_our_reader_is(
    out, desk, secretary, zone, comes_at
):
    at = datetime.fromisoformat(comes_at)
    for outsider in (True, False):
        if outsider:
            Desk.objects.filter(pk=desk.pk).update(zone=zone)
        else:
            Desk.objects.filter(pk=desk.pk).update(zone="Europe/Zurich")
            Person.objects.filter(pk=secretary.person.pk).update(zone=zone)
        reminders.fill(at - timedelta(seconds=1))
        assert not Reminder.objects.filter(stage=7, outsider=outsider).exists()
        reminders.fill(at)
        assert Reminder.objects.filter(stage=7, outsider=outsider).exists()
        Reminder.objects.all().delete()


def test_summer_time_moves_no_day(out):
    due = date(2026, 4, 3)  # five days after the clocks go forward in Geneva
    Addressee.objects.update(due_on=due, due_at=geneva(date(2026, 4, 4), 0))
    reminders.fill(geneva(date(2026, 3, 26), 23, 59))
    assert not Reminder.objects.filter(stage=7).exists()
    reminders.fill(geneva(date(2026, 3, 27), 0))
    assert Reminder.objects.filter(stage=7).exists()


def test_a_deadline_on_29_february_has_its_week_before_and_its_day_after(out):
    Addressee.objects.update(due_on=date(2028, 2, 29), due_at=geneva(date(2028, 3, 1), 0))
    for day, stage in ((date(2028, 2, 22), 7), (date(2028, 3, 1), -1)):
        reminders.fill(geneva(day))
        assert ("IETF", stage, "ietf@example.org") in rows()


@pytest.mark.parametrize("state", ["queued", "sending", "failed", "in_doubt", "cancelled"])
def test_a_body_whose_letter_has_not_surely_left_is_not_reminded_but_our_people_are(out, state):
    Message.objects.filter(recipient="ietf@example.org", kind="send").update(state=state)
    reminders.fill(geneva(DUE - timedelta(days=7)))
    assert [who for text, _stage, who in rows() if text == "IETF"] == ["sam@example.org"]


def test_a_body_that_no_letter_went_to_is_not_reminded_until_it_was_handed_the_letter(out):
    """Its group has a mailbox by now, but had none at the dispatch."""
    council = Addressee.objects.get(text="World Metaverse Council")
    Channel.objects.create(group=council.group, kind="mail", email="wmc@example.org")
    reminders.fill(geneva(DUE - timedelta(days=7)))
    assert (council.text, 7, "wmc@example.org") not in rows()
    Addressee.objects.filter(pk=council.pk).update(posted_at=AFTER)
    reminders.fill(geneva(DUE - timedelta(days=7)))
    assert (council.text, 7, "wmc@example.org") in rows()


def test_a_body_that_got_an_earlier_round_only_is_not_reminded(out):
    Statement.objects.update(dispatch_round=out.dispatch_round + 1)
    reminders.fill(geneva(DUE - timedelta(days=7)))
    assert rows(outsider=True) == []


def test_a_body_whose_letter_was_sent_before_liaise_is_reminded(out):
    Statement.objects.update(dispatch_round=0)
    Message.objects.update(kind="notify")  # none of them is a dispatch
    reminders.fill(geneva(DUE - timedelta(days=7)))
    assert ("IETF", 7, "ietf@example.org") in rows(outsider=True)


@pytest.mark.parametrize("outcome", ["settled", "declined", "waived"])
def test_a_body_of_which_nothing_is_asked_any_more_is_not_reminded(out, outcome):
    Request.objects.filter(addressee__text="IETF").update(outcome=outcome, settled_at=AFTER)
    reminders.fill(geneva(DUE - timedelta(days=7)))
    assert "IETF" not in {text for text, _stage, _who in rows()}


@pytest.mark.parametrize("reply", ["replied", "declined", "not_expected"])
def test_nobody_is_reminded_of_what_is_not_owed(out, reply):
    Addressee.objects.update(reply=reply)
    assert reminders.fill(geneva(DUE)) == 0


@pytest.mark.parametrize("state", ["draft", "approved", "replied", "closed", "withdrawn"])
def test_nobody_is_reminded_of_a_statement_that_is_not_out(out, state):
    Statement.objects.update(state=state)
    assert reminders.fill(geneva(DUE)) == 0


def test_a_body_taken_off_the_list_is_not_reminded(out):
    Addressee.everyone.filter(text="IETF").update(dropped=True)
    reminders.fill(geneva(DUE))
    assert "IETF" not in {text for text, _stage, _who in rows()}


def test_without_a_responsible_person_with_an_address_the_secretariat_of_the_day_is_reminded(out, desk, secretary):
    gone = somebody("Gone", "gone@example.org", desk, "secretariat")
    Appointment.objects.filter(person=gone.person).update(valid_to=date(2025, 12, 31))
    somebody("Coming", "coming@example.org", desk, "secretariat")
    Appointment.objects.filter(person__name="Coming").update(valid_from=date(2026, 1, 1))
    responsible = somebody("Silent", "silent@example.org")
    type(responsible.person).objects.filter(pk=responsible.person.pk).update(email="")
    Statement.objects.update(responsible=responsible.person)
    reminders.fill(geneva(DUE))
    assert {who for _text, _stage, who in rows(outsider=False)} == {"sam@example.org", "coming@example.org"}


def test_the_stages_are_those_of_each_desk(out, desk):
    desk.remind_outsiders, desk.remind_insiders, desk.remind_weekly = [], [2], False
    desk.save()
    for days in range(-20, 60):
        reminders.fill(geneva(DUE + timedelta(days=days)))
    assert {(stage, who) for _text, stage, who in rows()} == {(2, "sam@example.org")}


def test_what_was_due_long_ago_when_it_was_imported_brings_no_reminder_to_outsiders(out):
    reminders.fill(geneva(DUE + timedelta(days=400)))
    assert rows(outsider=True) == []


def test_filling_is_one_statement_however_many_addressees(out, desk, groups):
    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            reminders.fill(geneva(DUE - timedelta(days=7)))
        return len(asked)

    few = statements()
    Addressee.objects.bulk_create(
        Addressee(statement=out, text=f"Body {number}", group=groups["IETF"], purpose="action", reply="awaiting",
                  due_on=DUE, due_at=geneva(date(2026, 1, 31), 0), posted_at=AFTER)
        for number in range(300)
    )  # fmt: skip
    added = Addressee.objects.filter(text__startswith="Body ")
    Request.objects.bulk_create(Request(addressee=body, key="1", kind="answer", text="Answer.") for body in added)
    assert statements() == few
    assert Reminder.objects.count() == 5 + 600


# Which mails


def test_on_a_morning_each_of_our_people_gets_one_mail_and_each_addressee_its_own(out):
    at = geneva(DUE - timedelta(days=7), 9)
    reminders.fill(at)
    assert reminders.digest(at) == 3
    assert queued() == ["ietf@example.org", "sam@example.org", "sg21@example.org"]
    assert not Reminder.objects.filter(message=None).exists()
    assert reminders.digest(at + timedelta(hours=1)) == 0
    assert set(Message.objects.filter(kind="remind").values_list("repeatable", flat=True)) == {True}


@pytest.mark.parametrize(
    ("at", "made"),
    [
        (geneva(date(2026, 1, 23), 8, 59), 0),
        (geneva(date(2026, 1, 23), 9), 3),
        (geneva(date(2026, 1, 23), 17, 59), 3),
        (geneva(date(2026, 1, 23), 18), 0),
        (geneva(date(2026, 1, 24), 10), 0),  # Saturday
        (geneva(date(2026, 1, 25), 10), 0),
        (geneva(date(2026, 1, 26), 9), 3),
    ],
)
def test_reminders_leave_in_working_hours(out, at, made):
    reminders.fill(geneva(date(2026, 1, 23), 0))
    assert reminders.digest(at) == made


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("Pacific/Auckland", datetime(2026, 1, 22, 20, 0, tzinfo=UTC)),  # nine of the 23rd there, still the 22nd here
        ("Europe/Zurich", datetime(2026, 1, 23, 8, 0, tzinfo=UTC)),
        ("Pacific/Pago_Pago", datetime(2026, 1, 23, 20, 0, tzinfo=UTC)),  # nine of the 23rd there
    ],
)
def test_a_reader_far_away_gets_it_on_the_same_calendar_day_in_their_morning(out, secretary, zone, first):
    type(secretary.person).objects.filter(pk=secretary.person.pk).update(zone=zone)
    reminders.fill(geneva(date(2026, 1, 17)))
    Reminder.objects.update(cancelled_at=AFTER)  # the stage before is not what this is about
    at = datetime(2026, 1, 22, 12, 0, tzinfo=UTC)
    while not Message.objects.filter(kind="remind", recipient="sam@example.org").exists():
        reminders.remind(at)
        at += timedelta(minutes=30)
        assert at < datetime(2026, 1, 26, tzinfo=UTC)
    message = Message.objects.get(kind="remind", recipient="sam@example.org")
    assert message.queued_at == first
    assert message.queued_at.astimezone(ZoneInfo(zone)).date() == date(2026, 1, 23)
    assert "due in 7 days" in " ".join(message.text.split())


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("Pacific/Auckland", datetime(2026, 1, 22, 20, 0, tzinfo=UTC)),
        ("", datetime(2026, 1, 23, 8, 0, tzinfo=UTC)),  # that of the desk
        ("America/Los_Angeles", datetime(2026, 1, 23, 17, 0, tzinfo=UTC)),
    ],
)
def test_a_body_far_away_gets_it_on_the_same_calendar_day_in_its_morning(out, zone, first):
    Group.objects.filter(designation="IETF").update(zone=zone)
    at = datetime(2026, 1, 21, 12, 0, tzinfo=UTC)
    while not (told := Message.objects.filter(kind="remind", recipient="ietf@example.org")).exists():
        reminders.remind(at)
        at += timedelta(minutes=30)
        assert at < datetime(2026, 1, 26, tzinfo=UTC)
    assert told.get().queued_at == first
    assert told.get().subject.startswith("Reminder, due in 7 days: JCA-MV-LS1")


def test_what_gathers_over_a_weekend_is_one_mail_on_monday_and_says_what_is_true_then(out):
    for hours in range(72):
        reminders.remind(geneva(DUE + timedelta(days=1), 0) + timedelta(hours=hours))
    told = Message.objects.filter(kind="remind", recipient="ietf@example.org", queued_at__gt=geneva(DUE, 23))
    assert [message.queued_at for message in told] == [geneva(date(2026, 2, 2), 9)]
    assert told[0].subject.startswith("Reminder, 3 days overdue: JCA-MV-LS1")


def test_a_second_digest_the_same_day_waits_for_the_next(out, desk):
    at = geneva(DUE - timedelta(days=1), 9)
    reminders.remind(at)
    outbox.deliver_due(at)
    late = Addressee.objects.get(text="IETF")
    Reminder.objects.create(desk=desk, addressee=late, stage=2, due_on=DUE, recipient="sam@example.org", came_at=at,
                            person=Appointment.objects.get(role="secretariat").person)  # fmt: skip
    assert reminders.digest(at + timedelta(hours=2)) == 0
    assert reminders.remind(at + timedelta(days=1)) == 1
    digest = Message.objects.filter(recipient="sam@example.org", kind="remind").latest("pk")
    assert digest.text.count("– IETF") == 1


def test_a_reminder_names_what_is_open_and_uses_the_link_of_the_letter(out):
    addressee = Addressee.objects.get(text="IETF")
    door = Link.objects.get(addressee=addressee)
    answer = Answer(kind="acknowledgement", settles=("1",), name="Olu", email="olu@example.org")
    advance(addressee, "settle", by=links.actor(door), seen=out.revision_id, details=answer, now=AFTER)
    at = geneva(DUE - timedelta(days=7), 9)
    reminders.remind(at)
    message = Message.objects.get(kind="remind", addressee=addressee)
    assert "Still open:\n1) Fill in the template of the roadmap.\n\n" in message.text
    assert "Thank you for having acknowledged it." in " ".join(message.text.split())
    assert links.placeholder(door) in message.text
    dispatched = Message.objects.get(kind="send", addressee=addressee)
    assert message.headers["In-Reply-To"] == dispatched.message_id
    assert message.headers["Auto-Submitted"] == "auto-generated"


def test_a_revoked_link_is_replaced_by_a_new_one(out):
    links.revoke(links.of_addressees(out), AFTER)
    reminders.remind(geneva(DUE - timedelta(days=7), 9))
    message = Message.objects.get(kind="remind", recipient="ietf@example.org")
    door = Link.objects.filter(addressee=message.addressee).latest("pk")
    assert door.revoked_at is None
    assert links.placeholder(door) in message.text


def test_desks_remind_their_own_people_of_their_own_statements(out, other_desk, other_secretary):
    reminders.remind(geneva(DUE - timedelta(days=7), 9))
    assert "otto@example.org" not in queued()


# What cancels them


def reply(addressee: Addressee, out: Statement, at: datetime) -> None:
    answer = Answer(kind="answer", settles=("1", "2"), name="Olu", email="olu@example.org")
    actor = links.actor(Link.objects.filter(addressee=addressee).latest("pk"))
    advance(addressee, "settle", by=actor, seen=out.revision_id, details=answer, now=at)


def test_a_reply_cancels_what_has_not_left_and_leaves_the_others_alone(out):
    at = geneva(DUE - timedelta(days=7), 9)
    reminders.remind(at)
    reply(Addressee.objects.get(text="IETF"), out, at)
    assert queued(state="queued") == ["sg21@example.org"]
    assert reminders.digest(at + timedelta(minutes=5)) == 1
    digest = Message.objects.get(kind="remind", state="queued", recipient="sam@example.org")
    assert "ITU-T SG21" in digest.text
    assert "IETF" not in digest.text


def test_a_reply_does_not_touch_what_has_left(out):
    at = geneva(DUE - timedelta(days=7), 9)
    reminders.remind(at)
    Message.objects.filter(kind="remind").update(state="sent", sent_at=at)
    assert reminders.cancel_for(Addressee.objects.get(text="IETF"), at) == 0
    assert not Reminder.objects.exclude(cancelled_at=None).exists()


def test_a_withdrawal_cancels_every_reminder_of_the_statement(out, secretary):
    at = geneva(DUE - timedelta(days=7), 9)
    reminders.remind(at)
    advance(out, "withdraw", by=Actor.of(secretary), seen=out.revision_id, reason="No longer.", now=at)
    assert queued(state="queued") == []
    assert reminders.remind(at + timedelta(days=1)) == 0


def test_a_moved_deadline_takes_its_reminders_with_it(out):
    at = geneva(DUE - timedelta(days=7), 9)
    reminders.fill(at)
    addressee = Addressee.objects.get(text="IETF")
    later = DUE + timedelta(days=28)
    Addressee.objects.filter(pk=addressee.pk).update(due_on=later, due_at=geneva(later + timedelta(days=1), 0))
    assert reminders.cancel_for(addressee, at) == 2
    reminders.digest(at)
    assert "ietf@example.org" not in queued()
    reminders.remind(geneva(later - timedelta(days=7), 9))
    assert "ietf@example.org" in queued()


def test_a_row_that_nobody_cancelled_still_makes_no_mail_when_nothing_is_owed(out):
    at = geneva(DUE - timedelta(days=7), 9)
    reminders.fill(at)
    Addressee.objects.update(reply="replied")
    assert reminders.digest(at) == 0
    assert not Reminder.objects.filter(cancelled_at=None).exists()


def test_in_any_order_no_reminder_leaves_to_one_who_has_answered(out):
    """What can happen between the making and the sending of reminders, in orders drawn at random."""
    addressee = Addressee.objects.get(text="IETF")
    answered_at = None
    at = geneva(DUE - timedelta(days=14), 9)
    chance = random.Random(7)
    for _step in range(300):
        at += timedelta(hours=chance.choice([1, 3]))
        may_answer = answered_at is None and at > geneva(DUE)
        step = chance.choice(["fill", "digest", "deliver", *(["reply"] if may_answer else [])])
        if step == "reply":
            reply(addressee, out, at)
            answered_at = at
        elif step == "deliver":
            outbox.deliver_due(at)
        else:
            getattr(reminders, step)(at)
    assert answered_at is not None
    left = Message.objects.filter(kind="remind", state="sent", recipient="ietf@example.org")
    assert left.exists()
    assert all(message.sent_at <= answered_at for message in left)
    told = Message.objects.filter(kind="remind", state="sent", recipient="sam@example.org", sent_at__gt=answered_at)
    assert told.exists()
    assert not any("– IETF" in message.text for message in told)


def test_what_is_settled_before_its_mail_is_made_makes_none(out, monkeypatch):
    at = geneva(DUE - timedelta(days=7), 9)
    reminders.fill(at)
    settled = Addressee.objects.filter(text="IETF")
    monkeypatch.setattr(reminders.digesting, "bring_in_line", lambda _now: settled.update(reply="replied"))
    reminders.digest(at)
    assert queued() == ["sam@example.org", "sg21@example.org"]
    assert "IETF" not in Message.objects.get(kind="remind", recipient="sam@example.org").text


@pytest.mark.django_db(transaction=True)
def test_what_is_settled_while_its_mail_is_made_takes_that_mail_back(out, monkeypatch):
    at = geneva(DUE - timedelta(days=7), 9)
    reminders.fill(at)
    made = mail.remind_addressee
    others = []

    def settle():
        try:
            reply(Addressee.objects.get(text="IETF"), out, at)
        finally:
            connection.close()

    def while_it_is_made(*arguments):
        if not others:
            others.append(threading.Thread(target=settle))
            others[0].start()
            others[0].join(0.5)  # it waits for us
        return made(*arguments)

    monkeypatch.setattr(mail, "remind_addressee", while_it_is_made)
    reminders.digest(at)
    others[0].join()
    assert Addressee.objects.get(text="IETF").reply == "replied"
    assert "ietf@example.org" not in queued(state="queued")
    assert "ietf@example.org" in queued(state="cancelled")


def test_two_runs_at_the_same_time_make_no_second_mail(out):
    at = geneva(DUE - timedelta(days=7), 9)
    reminders.fill(at)
    rows_then = list(Reminder.objects.all())
    assert reminders.digest(at) == 3
    Reminder.objects.filter(pk__in=[row.pk for row in rows_then]).update(message=None)  # as the other one saw them
    Message.objects.filter(kind="remind").update(queued_at=at - timedelta(days=1))
    assert reminders.digest(at) == 0
    assert len(queued()) == 3


def test_a_body_that_has_no_mailbox_any_more_is_not_reminded(out):
    Channel.objects.filter(email="ietf@example.org").update(kind="by_hand", email="")
    reminders.fill(geneva(DUE))
    assert "ietf@example.org" not in {who for _text, _stage, who in rows()}
