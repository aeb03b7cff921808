"""What happens between a row and its mail: people leave, mailboxes move, servers are away, and words grow old."""

from datetime import date, timedelta

import pytest

from contacts.actor import Actor
from contacts.models import Appointment, Channel, Desk, Person
from liaisons import outbox, reminders
from liaisons.details import Answer, Assignment
from liaisons.models import Action, Addressee, Message, Reminder, Reply, Statement
from liaisons.replies import extensions
from liaisons.workflow import advance
from tests.fixtures import AFTER, somebody
from tests.liaisons.reminders.mornings import DUE, digest_of, geneva, queued, rows

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

DAY = timedelta(days=1)
WEEK_BEFORE = DUE - timedelta(days=7)
MONDAY_AFTER = date(2026, 2, 2)


def told(email: str) -> str:
    return " ".join(digest_of(email).text.split())


# What cannot be made


def test_a_mailbox_that_is_none_keeps_nobody_else_from_being_reminded(out, caplog):
    Channel.objects.filter(email="ietf@example.org").update(email="ietf at example.org")
    assert reminders.remind(geneva(WEEK_BEFORE, 9)) == 2
    assert queued() == ["sam@example.org", "sg21@example.org"]
    assert "could not be made: " in caplog.text
    Channel.objects.filter(email="ietf at example.org").update(email="ietf@example.org")
    reminders.remind(geneva(WEEK_BEFORE, 10))
    assert "ietf@example.org" in queued()


# What could not leave


def test_after_days_without_a_server_each_reader_gets_one_mail_that_says_what_is_true_then(out):
    """It is away from Friday, a week before the deadline, to the Monday after it."""
    for day in (WEEK_BEFORE, DUE - 3 * DAY, DUE - DAY, DUE, MONDAY_AFTER):
        reminders.remind(geneva(day, 9))
    outbox.deliver_due(geneva(MONDAY_AFTER, 9))
    assert queued(state="sent") == ["ietf@example.org", "sam@example.org", "sg21@example.org"]
    left = Message.objects.filter(kind="remind", state="sent")
    assert {"3 days overdue" in " ".join(mail.text.split()) for mail in left} == {True}


def test_a_mail_that_its_server_puts_off_keeps_its_tries(out):
    reminders.remind(geneva(WEEK_BEFORE, 9))
    Message.objects.filter(kind="remind").update(tries=9)
    reminders.remind(geneva(DUE - 3 * DAY, 9))
    assert not Message.objects.filter(kind="remind", state="cancelled").exists()


# Whom it is with


def test_whoever_is_not_responsible_any_more_hears_nothing_and_the_next_one_does(out, secretary, rapporteur):
    reminders.fill(geneva(WEEK_BEFORE, 1))
    Statement.objects.update(responsible=rapporteur.person)
    reminders.remind(geneva(WEEK_BEFORE, 9))
    assert queued() == ["ietf@example.org", "ray@example.org", "sg21@example.org"]


def test_a_mail_to_whoever_was_responsible_does_not_leave(out, secretary, rapporteur):
    reminders.remind(geneva(WEEK_BEFORE, 9))
    Statement.objects.update(responsible=rapporteur.person)
    assert [mail.recipient for mail in Message.objects.void().filter(kind="remind")] == ["sam@example.org"]


def test_a_secretary_who_left_over_the_weekend_hears_nothing(out, desk, secretary):
    Statement.objects.update(responsible=None)
    somebody("Sue Secretary", "sue@example.org", desk, "secretariat")
    reminders.fill(geneva(WEEK_BEFORE, 1))
    Appointment.objects.filter(person=secretary.person).update(valid_to=WEEK_BEFORE - DAY)
    reminders.remind(geneva(WEEK_BEFORE, 9))
    assert queued() == ["ietf@example.org", "sg21@example.org", "sue@example.org"]
    assert not Reminder.objects.waiting().exists()


# Where it goes


def test_a_body_that_moved_over_the_weekend_gets_one_reminder_where_it_is(out):
    reminders.fill(geneva(WEEK_BEFORE, 1))
    Channel.objects.filter(email="ietf@example.org").update(email="new@example.org")
    reminders.remind(geneva(WEEK_BEFORE, 9))
    assert queued() == ["new@example.org", "sam@example.org", "sg21@example.org"]


def test_a_person_who_moved_over_the_weekend_gets_one_digest_where_they_are(out, secretary):
    reminders.fill(geneva(WEEK_BEFORE, 1))
    Person.objects.filter(pk=secretary.person.pk).update(email="new@example.org")
    reminders.remind(geneva(WEEK_BEFORE, 9))
    assert queued() == ["ietf@example.org", "new@example.org", "sg21@example.org"]
    assert digest_of("new@example.org").text.count("– IETF") == 1


def test_a_body_that_takes_letters_through_another_is_reminded_through_it(out, groups):
    council = groups["World Metaverse Council"]
    Channel.objects.create(group=council, kind="via", via=groups["ITU-T TSAG"])
    letter = Message.objects.of_dispatch(out).get(recipient="ietf@example.org")
    letter.pk, letter.key, letter.message_id = None, "send:via", "<via@example.org>"
    letter.addressee, letter.recipient = Addressee.objects.get(group=council), "tsag@example.org"
    letter.save()
    reminders.remind(geneva(WEEK_BEFORE, 9))
    assert digest_of("tsag@example.org").to == '"ITU-T TSAG, for World Metaverse Council" <tsag@example.org>'
    assert "To ITU-T TSAG: please pass this reminder on to World Metaverse Council" in told("tsag@example.org")
    for day in (WEEK_BEFORE, MONDAY_AFTER, MONDAY_AFTER + 8 * DAY):
        reminders.remind(geneva(day, 9))
        outbox.deliver_due(geneva(day, 9))
    assert Reminder.objects.filter(kind="prompt", addressee__group=council).exists()


# What is said of time


@pytest.fixture
def asking(out, secretary) -> Reply:
    """IETF asks for time until 10 February, in the week of its deadline."""
    answer = Answer(kind=Reply.Kind.MORE_TIME, until=date(2026, 2, 10), text="Our meeting is later.")
    ietf = Addressee.objects.get(text="IETF")
    at = geneva(DUE - 3 * DAY, 12)
    advance(ietf, "settle", by=Actor.of(secretary), seen=out.revision_id, details=answer, now=at)
    return Reply.objects.get()


def of_ietf() -> list[tuple[int, date]]:
    found = Reminder.objects.filter(recipient="ietf@example.org", cancelled_at=None)
    return list(found.order_by("pk").values_list("stage", "due_on"))


def test_nobody_is_pressed_while_their_request_for_time_lies_with_us(asking, secretary):
    reminders.remind(geneva(MONDAY_AFTER, 9))
    assert queued() == ["sam@example.org", "sg21@example.org"]
    extensions.decide(asking, None, text="No.", by=Actor.of(secretary), now=geneva(MONDAY_AFTER, 10))
    reminders.remind(geneva(MONDAY_AFTER, 11))
    assert of_ietf() == [(-1, DUE)]


def test_a_mail_that_waits_when_time_is_asked_for_does_not_leave(out, secretary):
    reminders.remind(geneva(WEEK_BEFORE, 9))
    Reply.objects.create(
        addressee=Addressee.objects.get(text="IETF"), kind="more_time", until=DUE + 9 * DAY, received_at=geneva(DUE)
    )
    assert [mail.recipient for mail in Message.objects.void().filter(kind="remind")] == ["ietf@example.org"]


def test_more_time_brings_no_reminder_of_a_stage_from_before_it_was_granted(asking, secretary):
    until = date(2026, 2, 6)
    extensions.decide(asking, until, text="", by=Actor.of(secretary), now=geneva(DUE, 10))
    for day in (DUE, MONDAY_AFTER, until - DAY, until, until + 3 * DAY):
        reminders.remind(geneva(day, 11))
    assert of_ietf() == [(-1, until)]


def test_no_addressee_is_reminded_on_the_day_of_its_letter(out):
    Statement.objects.update(sent_at=geneva(WEEK_BEFORE, 8))
    reminders.fill(geneva(WEEK_BEFORE, 9))
    assert {who for _text, _stage, who in rows()} == {"sam@example.org"}
    reminders.fill(geneva(MONDAY_AFTER, 9))
    assert "ietf@example.org" in {who for _text, _stage, who in rows()}


def test_a_deadline_is_over_nowhere_before_it_is_over_at_the_seat(out, desk, secretary):
    """On the morning after, in Auckland, there are some hours left in Geneva."""
    Person.objects.filter(pk=secretary.person.pk).update(zone="Pacific/Auckland")
    Desk.objects.update(remind_insiders=[-1])
    saturday = geneva(DUE, 21)
    Addressee.objects.update(due_on=DUE - DAY, due_at=geneva(DUE, 0))  # so that it falls on a Friday there
    reminders.remind(saturday - DAY)
    assert "sam@example.org" not in queued()
    reminders.remind(saturday - DAY + timedelta(hours=4))
    assert "1 day overdue" in told("sam@example.org")


# Who has left the desk


def test_in_place_of_whoever_left_the_desk_the_secretariat_is_reminded(
    out, desk, registration, meeting, secretary, rapporteur, member, chair
):
    """What is due is the desk's own; and somebody who can do it must hear of it."""
    Statement.objects.filter(pk=out.pk).update(responsible=rapporteur.person)
    took = Assignment(assignee=rapporteur.person, deputy=member.person, due_on=DUE)
    advance(registration, "assign", by=Actor.of(secretary), seen=registration.state, details=took, now=AFTER)
    Action.objects.create(meeting=meeting, position=1, text="Ask.", owner=chair.person, due_on=DUE)
    left = Appointment.objects.filter(person__in=[rapporteur.person, member.person, chair.person])
    left.update(valid_to=date(2025, 12, 31))
    reminders.remind(geneva(DUE, 10))
    for after in (1, 3, 7):
        reminders.remind(geneva(DUE + timedelta(days=after), 10))
    for kind in ("answer", "assignment", "action"):
        assert {row.recipient for row in Reminder.objects.filter(kind=kind, outsider=False)} == {"sam@example.org"}
    ours = Message.objects.filter(kind="remind", person__isnull=False)
    assert set(ours.values_list("recipient", flat=True)) == {"sam@example.org"}


def test_whoever_leaves_before_the_mail_is_made_hears_nothing(out, secretary, rapporteur):
    Statement.objects.filter(pk=out.pk).update(responsible=rapporteur.person)
    reminders.fill(geneva(DUE, 10))
    Appointment.objects.filter(person=rapporteur.person).update(valid_to=DUE - timedelta(days=1))
    reminders.remind(geneva(DUE, 11))
    assert "ray@example.org" not in queued()
