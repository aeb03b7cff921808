"""When a digest leaves: not on holidays, once a day unless something is urgent; and how a person mutes it."""

from datetime import date, timedelta

import pytest

from contacts.models import Holiday, Person
from liaisons import links, outbox, reminders
from liaisons.mail import digests
from liaisons.models import Action, Link, Message, Mute, Registration, Reminder
from tests.liaisons.reminders.mornings import DUE, digest_of, geneva, queued

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

WEEK_BEFORE = DUE - timedelta(days=7)


def test_on_a_holiday_of_the_desk_nobody_is_reminded(out, desk, secretary):
    Holiday.objects.create(desk=desk, day=WEEK_BEFORE, name="Founding day")
    assert reminders.remind(geneva(WEEK_BEFORE, 9)) == 0
    assert reminders.remind(geneva(WEEK_BEFORE + timedelta(days=3), 9)) == 3


def test_a_holiday_is_a_day_where_the_reader_is(out, desk, secretary):
    """Nine in the evening in Geneva is nine in the morning in Pago Pago, of the same day."""
    Holiday.objects.create(desk=desk, day=WEEK_BEFORE, name="Founding day")
    Person.objects.filter(pk=secretary.person.pk).update(zone="Pacific/Pago_Pago")
    assert reminders.remind(geneva(WEEK_BEFORE, 22)) == 0
    Holiday.objects.update(day=WEEK_BEFORE + timedelta(days=1))
    assert reminders.remind(geneva(WEEK_BEFORE, 22)) == 1


def test_a_holiday_of_another_desk_holds_nobody_back(out, other_desk):
    Holiday.objects.create(desk=other_desk, day=WEEK_BEFORE, name="Founding day")
    assert reminders.remind(geneva(WEEK_BEFORE, 9)) == 3


def assign(registration: Registration, person: Person, due_on: date) -> None:
    Registration.objects.update(state="assigned", assignee=person, due_on=due_on, created_at=geneva(WEEK_BEFORE, 1))
    Registration.objects.filter(pk=registration.pk).update(purpose="action")


@pytest.mark.parametrize(("days", "mails"), [(0, 2), (1, 2), (2, 1)])
def test_what_is_due_today_or_tomorrow_does_not_wait_for_the_next_digest(out, registration, secretary, days, mails):
    reminders.remind(geneva(WEEK_BEFORE, 9))
    assign(registration, secretary.person, WEEK_BEFORE + timedelta(days=days))
    for hour in range(10, 18):
        reminders.remind(geneva(WEEK_BEFORE, hour))
    told = Message.objects.filter(kind="remind", recipient="sam@example.org").order_by("pk")
    assert len(told) == mails
    if mails == 2:
        assert told[1].text.startswith("Sam Secretary, this came up after today's mail")
        assert "JCA-MV-LS1" not in told[1].text


def test_a_mail_that_the_outbox_took_back_is_made_anew(out):
    reminders.remind(geneva(WEEK_BEFORE, 9))
    outbox.cancel(Message.objects.filter(kind="remind", recipient="sam@example.org"))
    assert reminders.digest(geneva(WEEK_BEFORE, 10)) == 1
    assert queued(state="queued").count("sam@example.org") == 1


# Mutes


def test_a_mute_of_a_statement_stops_what_is_queued_and_what_comes(out, desk, secretary):
    reminders.remind(geneva(WEEK_BEFORE, 9))
    reminders.mute(secretary.person, desk, geneva(WEEK_BEFORE, 10), about=out)
    assert queued(state="queued") == ["ietf@example.org", "sg21@example.org"]
    reminders.remind(geneva(DUE, 9))
    assert queued(state="queued") == ["ietf@example.org", "sg21@example.org"]


def test_a_mute_of_the_desk_stops_all_of_it(out, desk, secretary, registration):
    assign(registration, secretary.person, DUE)
    reminders.mute(secretary.person, desk, geneva(WEEK_BEFORE, 1))
    reminders.remind(geneva(WEEK_BEFORE, 9))
    assert "sam@example.org" not in queued()


def test_a_mute_of_one_thing_leaves_the_others(out, desk, secretary, registration):
    assign(registration, secretary.person, DUE)
    reminders.mute(secretary.person, desk, geneva(WEEK_BEFORE, 1), about=registration)
    reminders.remind(geneva(WEEK_BEFORE, 9))
    assert digest_of("sam@example.org").subject == "JCA-MV: 3 answers awaited"


def test_a_mute_is_of_one_person_at_one_desk(out, desk, other_desk, secretary, chair):
    reminders.mute(chair.person, desk, geneva(WEEK_BEFORE, 1))
    reminders.mute(secretary.person, other_desk, geneva(WEEK_BEFORE, 1))
    reminders.remind(geneva(WEEK_BEFORE, 9))
    assert "sam@example.org" in queued()


def test_after_the_mute_is_lifted_the_next_stage_comes(out, desk, secretary):
    row = reminders.mute(secretary.person, desk, geneva(WEEK_BEFORE, 1), about=out)
    reminders.remind(geneva(WEEK_BEFORE, 9))
    reminders.unmute(row)
    assert "sam@example.org" not in queued()
    reminders.remind(geneva(DUE - timedelta(days=3), 9))
    assert "sam@example.org" in queued()


def test_muting_twice_is_muting_once(out, desk, secretary):
    first = reminders.mute(secretary.person, desk, geneva(WEEK_BEFORE, 1), about=out)
    assert reminders.mute(secretary.person, desk, geneva(WEEK_BEFORE, 2), about=out) == first
    reminders.mute(secretary.person, desk, geneva(WEEK_BEFORE, 1))
    reminders.mute(secretary.person, desk, geneva(WEEK_BEFORE, 2))
    assert Mute.objects.count() == 2


def test_a_digest_carries_the_same_way_out_each_time_and_leaves_with_it(out, mailoutbox):
    for day in (WEEK_BEFORE, DUE - timedelta(days=3)):
        reminders.remind(geneva(day, 9))
        outbox.deliver_due(geneva(day, 9))
    link = Link.objects.get(purpose="mute")
    mails = [mail for mail in mailoutbox if mail.recipients() == ["sam@example.org"]]
    assert len(mails) == 2
    for mail in mails:
        headers = mail.message()
        assert headers["List-Unsubscribe"] == f"<{links.url(link)}mute/>"
        assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert links.url(link) in mail.body
    assert Reminder.objects.filter(person=link.person).exists()


def test_of_very_much_the_most_urgent_is_told_and_the_rest_is_on_a_page(out, desk, secretary, meeting, monkeypatch):
    monkeypatch.setattr(digests, "MOST", 3)
    for number in range(8):
        Action.objects.create(
            meeting=meeting, position=number, text=f"Action {number}.", owner=secretary.person,
            due_on=WEEK_BEFORE + timedelta(days=3),
        )  # fmt: skip
    reminders.remind(geneva(WEEK_BEFORE, 9))
    told = digest_of("sam@example.org")
    assert [number for number in range(8) if f"Action {number}." in told.text] == [0, 1, 2]
    assert "… and 5 more, on your own page:\nhttp://localhost:8000/reminders/" in told.text
    assert told.subject == "JCA-MV: 8 actions due, 3 answers awaited"
    assert not Reminder.objects.waiting().exists()
