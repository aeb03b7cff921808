"""More time: asked for by an addressee, granted or not by the secretariat, told by mail, and the reminders follow."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from contacts.actor import Actor
from liaisons import outbox, reminders
from liaisons.details import Answer
from liaisons.models import Addressee, Event, Message, Reminder, Reply
from liaisons.replies import extensions
from liaisons.rules import Refused
from liaisons.workflow import advance
from tests.fixtures import AFTER

LATER = date(2026, 3, 1)


@pytest.fixture
def asked(sent, secretary, time_machine) -> Reply:
    """The IETF asks for time until March, by mail from Ida."""
    time_machine.move_to(AFTER, tick=False)
    return ask(sent, secretary, "ida@example.org")


def ask(sent, secretary, email: str = "") -> Reply:
    addressee = sent.addressees.get(text="IETF")
    wish = Answer("more_time", until=LATER, text="After our next meeting.", name="Ida IETF", email=email)
    advance(addressee, "settle", by=Actor.of(secretary), seen=sent.revision_id, details=wish, now=AFTER)
    return Reply.objects.latest("pk")


def decide(reply: Reply, user, until: date | None = LATER, text: str = "") -> Reply:
    return extensions.decide(reply, until, text=text, by=Actor.of(user), now=AFTER)


def told() -> Message:
    return Message.objects.get(key__startswith="time:")


def test_granted_time_moves_the_deadline_and_is_told(asked, secretary) -> None:
    before = asked.addressee.due_on
    decide(asked, secretary, date(2026, 2, 20), text="Until the roadmap is edited.")
    addressee = Addressee.objects.get(pk=asked.addressee_id)
    assert (addressee.due_on, addressee.due_at.isoformat()) == (date(2026, 2, 20), "2026-02-20T23:00:00+00:00")
    assert addressee.own_deadline is None, "what the letter said of it stays"
    mail = told()
    assert mail.recipient == "ida@example.org"
    words = " ".join(mail.text.split())
    assert "it is granted. Your answer is now awaited until 20 February 2026, end of day in Geneva" in words
    assert "> Until the roadmap is edited." in mail.text
    data = Event.objects.get(verb="decide_time").data
    assert (data["from"], data["asked"], data["granted"]) == (before.isoformat(), "2026-03-01", "2026-02-20")


def test_the_link_in_the_mail_opens_the_answer_page(asked, secretary, client) -> None:
    decide(asked, secretary)
    body = outbox.compose(told(), AFTER).body
    path = next(line for line in body.splitlines() if "/l/" in line).partition("://")[2].partition("/")[2]
    page = client.get(f"/{path}")
    assertContains(page, "1 March 2026")
    assertContains(page, "It is granted until 1 March 2026.")


def test_reminders_follow_the_new_day(asked, secretary) -> None:
    due = asked.addressee.due_on
    eve = AFTER.replace(year=due.year, month=due.month, day=due.day) - timedelta(days=7)
    reminders.fill(eve)
    assert Reminder.objects.filter(addressee=asked.addressee_id, cancelled_at__isnull=True).exists()
    decide(asked, secretary)
    assert not Reminder.objects.filter(addressee=asked.addressee_id, cancelled_at__isnull=True).exists()
    reminders.fill(eve)
    assert not Reminder.objects.filter(addressee=asked.addressee_id, cancelled_at__isnull=True).exists()
    reminders.fill(AFTER.replace(year=2026, month=2, day=22))
    still = Reminder.objects.filter(addressee=asked.addressee_id, cancelled_at__isnull=True)
    assert set(still.values_list("due_on", flat=True)) == {LATER}


def test_without_more_time_the_deadline_stays_and_the_reason_is_told(asked, secretary) -> None:
    before = asked.addressee.due_on
    decide(asked, secretary, None, "The meeting needs it in January.")
    assert Addressee.objects.get(pk=asked.addressee_id).due_on == before
    assert "could not be granted; the deadline stays" in told().text
    assert "> The meeting needs it in January." in told().text


def test_where_nobody_left_an_address_the_group_is_told(sent, secretary) -> None:
    decide(ask(sent, secretary), secretary)
    assert told().recipient == "ietf@example.org"


@pytest.mark.parametrize(
    ("until", "text", "sentence"),
    [
        (None, " ", "Say in a sentence why no more time can be given: whoever asked gets it by mail."),
        (date(2025, 10, 20), "", "That day is over. Grant time until a later one."),
        (date(2025, 11, 30), "", "The answer is due on that day or later already. Grant time until a later day."),
    ],
)
def test_what_cannot_be_decided_is_said(asked, secretary, until, text, sentence) -> None:
    with pytest.raises(Refused, match=sentence):
        decide(asked, secretary, until, text)
    assert not Message.objects.filter(key__startswith="time:").exists()


def test_who_has_answered_meanwhile_needs_no_time(asked, sent, secretary, client) -> None:
    addressee = sent.addressees.get(text="IETF")
    keys = tuple(addressee.requests.values_list("key", flat=True))
    answer = Answer("answer", settles=keys)
    advance(addressee, "settle", by=Actor.of(secretary), seen=sent.revision_id, details=answer, now=AFTER)
    with pytest.raises(Refused, match="IETF owes nothing any more"):
        decide(asked, secretary)
    client.force_login(secretary)
    assertNotContains(client.get("/"), "More time asked for")


def test_it_is_decided_once(asked, secretary) -> None:
    decide(asked, secretary)
    with pytest.raises(Refused, match="Sam Secretary has decided about it already"):
        decide(asked, secretary, None, "No.")


def test_it_is_the_secretariats(asked, chair, other_secretary) -> None:
    for user in (chair, other_secretary):
        with pytest.raises(Refused, match="granted by the secretariat"):
            decide(asked, user)


def test_a_second_wish_is_decided_for_itself_and_both_stay(asked, sent, secretary) -> None:
    decide(asked, secretary)
    addressee = sent.addressees.get(text="IETF")
    wish = Answer("more_time", until=date(2026, 4, 1))
    advance(addressee, "settle", by=Actor.of(secretary), seen=sent.revision_id, details=wish, now=AFTER)
    decide(Reply.objects.latest("pk"), secretary, date(2026, 3, 15))
    history = Reply.objects.filter(addressee=addressee).order_by("pk").values_list("until", "granted_until")
    assert list(history) == [(LATER, LATER), (date(2026, 4, 1), date(2026, 3, 15))]


def test_the_secretary_is_led_to_it_and_decides_on_a_page(asked, sent, secretary, client) -> None:
    client.force_login(secretary)
    address = reverse("reply-time", args=[sent.pk, asked.pk])
    assertContains(client.get("/"), "More time asked for")
    assertContains(client.get(sent.get_absolute_url()), address)
    form = client.get(address)
    assertContains(form, "IETF asks for more time")
    assertContains(form, 'value="2026-03-01"')
    assertContains(client.post(address, {"until": ""}), "Say until which day.", status_code=400)
    assertContains(client.post(address, {"refuse": "1"}), "Say in a sentence why no more time", status_code=400)
    assertRedirects(
        client.post(address, {"until": "2026-03-01", "text": ""}), f"{sent.get_absolute_url()}#addressees",
        fetch_redirect_response=False,
    )  # fmt: skip
    assertContains(client.get(sent.get_absolute_url()), "granted until 1 March 2026")
    assertNotContains(client.get("/"), "More time asked for")
    assertNotContains(client.get(address), "Grant time until that day")
