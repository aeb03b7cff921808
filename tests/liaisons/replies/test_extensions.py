"""More time: asked for by an addressee, granted or not by the secretariat, told by mail, and the reminders follow."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from contacts.actor import Actor
from liaisons import outbox, reminders
from liaisons.details import Answer
from liaisons.models import Addressee, Event, Link, Message, Reminder, Reply
from liaisons.replies import extensions
from liaisons.rules import Refused
from liaisons.workflow import advance
from tests.fixtures import AFTER
from tests.liaisons.by_link.answers import answer
from tests.pages import at

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


def ask_again(reply: Reply, secretary, until: date, days: int = 1) -> Reply:
    later = Answer("more_time", until=until, text="Or later.", name="Ida IETF", email="ida@example.org")
    settle(reply, secretary, later, days)
    return Reply.objects.latest("pk")


def settle(reply: Reply, secretary, answer: Answer, days: int = 1) -> None:
    addressee, now = Addressee.objects.get(pk=reply.addressee_id), AFTER + timedelta(days=days)
    seen = addressee.statement.revision_id
    advance(addressee, "settle", by=Actor.of(secretary), seen=seen, details=answer, now=now)


def by_link(client, reply: Reply):
    """The page of the body."""
    link = Link.objects.filter(addressee=reply.addressee_id, purpose="answer").latest("pk")
    return client.get(at("link", link))


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
    settle(asked, secretary, Answer("answer", settles=keys))
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


class TestWhatNeedsNoDecisionAnyMore:
    """It stays in the record, and everybody reads what became of it."""

    def test_a_later_request_takes_the_place_of_one_that_is_open(self, asked, sent, secretary, client) -> None:
        again = ask_again(asked, secretary, date(2026, 4, 1))
        assert list(Reply.objects.undecided()) == [again]
        assert "Asked before: until 1 March 2026; this takes its place" in " ".join(
            Message.objects.filter(key=f"reply:{again.pk}").get().text.split()
        )
        with pytest.raises(Refused, match="A later request for more time took its place"):
            decide(asked, secretary, None, "No.")
        page = by_link(client, asked)
        assertContains(page, "A later request for more time took its place.", count=1)
        assertContains(page, "The secretariat will decide.", count=1)
        client.force_login(secretary)
        page = client.get(sent.get_absolute_url())
        assertContains(page, "A later request for more time took its place.", count=1)
        assertNotContains(page, reverse("reply-time", args=[sent.pk, asked.pk]))
        assertContains(page, reverse("reply-time", args=[sent.pk, again.pk]))
        page = client.get(reverse("reply-time", args=[sent.pk, asked.pk]))
        assertContains(page, "A later request for more time took its place.")
        assertNotContains(page, "Grant time until that day")

    @pytest.mark.postgres
    def test_once_the_later_one_is_granted_reminders_go_on(self, asked, secretary, client) -> None:
        decide(ask_again(asked, secretary, date(2026, 4, 1)), secretary, date(2026, 4, 1))
        assert not Reply.objects.undecided().exists()
        assertNotContains(by_link(client, asked), "The secretariat will decide.")
        Message.objects.filter(kind="send").update(state="sent", sent_at=AFTER)
        reminders.fill(AFTER.replace(year=2026, month=4, day=3))
        assert Reminder.objects.filter(addressee=asked.addressee_id, outsider=True, due_on=date(2026, 4, 1)).exists()

    def test_a_deadline_that_covers_it_settles_it(self, asked, secretary, client) -> None:
        Addressee.objects.filter(pk=asked.addressee_id).update(due_on=LATER)
        assert not Reply.objects.undecided().exists()
        page = by_link(client, asked)
        assertContains(page, "It is not needed any more: the answer is awaited until 1 March 2026.")
        with pytest.raises(Refused, match="the answer is awaited until 1 March 2026"):
            decide(asked, secretary, date(2026, 4, 1))

    def test_an_answer_settles_it(self, asked, sent, secretary, client) -> None:
        settle(asked, secretary, Answer("answer", settles=("1", "2"), text="Yes."))
        assertContains(by_link(client, asked), "It is not needed any more: the answer has come.")
        client.force_login(secretary)
        page = client.get(sent.get_absolute_url())
        assertContains(page, "It is not needed any more: the answer has come.")
        assertNotContains(page, "Grant time, or not")

    def test_so_does_the_end_of_the_statement(self, asked, sent, secretary, client) -> None:
        advance(sent, "complete", by=Actor.of(secretary), seen=sent.revision_id, reason="Enough.", now=AFTER)
        page = by_link(client, asked)
        assertNotContains(page, "The secretariat will decide.")
        assertContains(page, "It is not needed any more: no answer is waited for.")

    def test_what_was_decided_stays_decided(self, asked, secretary, client) -> None:
        decide(asked, secretary)
        ask_again(asked, secretary, date(2026, 4, 1))
        page = by_link(client, asked)
        assertContains(page, "It is granted until 1 March 2026.")
        assertNotContains(page, "took its place")


def test_the_receipt_names_the_day_and_the_words(sent, client, time_machine) -> None:
    time_machine.move_to(AFTER, tick=False)
    link = Link.objects.get(addressee__text="IETF", purpose="answer")
    for until, words in (("2026-03-01", "After our meeting."), ("2026-04-01", "It was moved.")):
        given = answer(sent, kind="more_time", until=until, text=words)
        assert client.post(at("link-answer", link), given).status_code == 302
    receipt = Message.objects.filter(kind="receipt").latest("pk").text
    words = " ".join(receipt.split())
    assert "You ask for time: until 1 April 2026" in words
    assert "You asked before: until 1 March 2026; this takes its place" in words
    assert "We decide about the time you ask for, and tell you by mail." in words
    assert "> It was moved." in receipt


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
