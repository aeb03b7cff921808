"""Not for us but for another body: passed on once, by its channel, with what was asked; or left at that."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from contacts.actor import Actor
from contacts.models import Channel, Group
from liaisons import reminders
from liaisons.details import Answer, Forwarding
from liaisons.models import Addressee, Event, Message, Reminder, Reply, Statement
from liaisons.rules import Refused
from liaisons.workflow import advance
from tests.fixtures import AFTER

DUE = date(2026, 2, 10)


@pytest.fixture
def elsewhere(sent, secretary, time_machine) -> Reply:
    """The IETF says that the letter is for SG20."""
    time_machine.move_to(AFTER, tick=False)
    return say(sent, secretary)


def say(statement, secretary, text: str = "IETF", **fields) -> Reply:
    answer = Answer("not_for_us", for_whom="SG20", name="Ida IETF", email="ida@example.org", **fields)
    addressee = statement.addressees.get(text=text)
    advance(addressee, "settle", by=Actor.of(secretary), seen=statement.revision_id, details=answer, now=AFTER)
    return Reply.objects.latest("pk")


def settle(statement, secretary, text: str, answer: Answer) -> None:
    addressee = statement.addressees.get(text=text)
    advance(addressee, "settle", by=Actor.of(secretary), seen=statement.revision_id, details=answer, now=AFTER)


def pass_on(reply: Reply, user, to: Group | None, due_on: date | None = DUE) -> Addressee | None:
    first = reply.addressee
    forwarding = Forwarding(reply, to, due_on)
    advance(first, "forward", by=Actor.of(user), seen=first.statement.revision_id, details=forwarding, now=AFTER)
    return Reply.objects.get(pk=reply.pk).forwarded_to


def state(statement) -> str:
    return Statement.objects.get(pk=statement.pk).state


def test_the_body_is_asked_what_the_first_one_did_not_take_on(elsewhere, secretary, groups) -> None:
    to = pass_on(elsewhere, secretary, groups["ITU-T SG20"])
    assert (to.text, to.group, to.purpose, to.reply) == ("ITU-T SG20", groups["ITU-T SG20"], "action", "awaiting")
    assert (to.due_on, to.own_deadline, to.due_at.isoformat()) == (DUE, DUE, "2026-02-10T23:00:00+00:00")
    assert list(to.requests.values_list("key", "kind", "outcome")) == [("1", "nomination", ""), ("2", "roadmap", "")]
    assert to.position == 1 + max(to.statement.addressees.exclude(pk=to.pk).values_list("position", flat=True))
    event = Event.objects.get(verb="forward")
    assert (event.addressee, event.data) == (elsewhere.addressee, {"reply": elsewhere.pk, "to": to.pk})


def test_of_two_requests_only_the_one_that_was_declined_goes_on(sent, secretary, groups) -> None:
    to = pass_on(say(sent, secretary, declines=("2",)), secretary, groups["ITU-T SG20"])
    assert [request.key for request in to.requests.all()] == ["2"]


def test_the_letter_says_who_named_the_body_and_is_held_like_any(elsewhere, secretary, groups) -> None:
    to = pass_on(elsewhere, secretary, groups["ITU-T SG20"])
    mail = Message.objects.get(addressee=to)
    assert mail.text.startswith("From:     JCA-MV, Joint Coordination Activity on Metaverse\n")
    assert "\n\nIETF, to whom we wrote first, says that this is for you.\n" in mail.text
    assert "10 February 2026, end of day in Geneva" in " ".join(mail.text.split())
    assert (mail.recipient, mail.kind, mail.round) == ("sg20@example.org", "send", 1)
    assert mail.not_before > AFTER
    assert list(mail.files.values_list("name", flat=True)) == list(
        Message.objects.get(addressee__text="IETF", kind="send").files.values_list("name", flat=True)
    )
    assert f"[[link:{to.links.get().pk}]]" in mail.text


def test_the_first_mails_of_the_dispatch_say_nothing_of_it(sent) -> None:
    assert "to whom we wrote first" not in Message.objects.get(addressee__text="IETF").text


def test_the_one_who_named_it_is_told(elsewhere, secretary, groups) -> None:
    pass_on(elsewhere, secretary, groups["ITU-T SG20"])
    told = Message.objects.get(key=f"forward:{elsewhere.pk}")
    assert told.recipient == "ida@example.org"
    words = " ".join(told.text.split())
    assert "You wrote that this statement is not for you but for SG20. Thank you: it is passed on." in words
    assert "The body that is asked now: ITU-T SG20" in words
    assert "Nothing is awaited from you any more." in words


def test_one_without_a_mailbox_joins_those_to_be_served_by_hand(elsewhere, secretary, groups, client) -> None:
    Channel.objects.filter(group=groups["ITU-T SG20"]).delete()
    client.force_login(secretary)
    address = reverse("reply-forward", args=[elsewhere.addressee.statement_id, elsewhere.pk])
    given = {"seen": elsewhere.addressee.statement.revision_id, "to": "SG20", "due_on": DUE.isoformat()}
    page = client.post(address, given, follow=True)
    assertContains(page, "Passed on to ITU-T SG20, but no mail takes it there.")
    to = Reply.objects.get(pk=elsewhere.pk).forwarded_to
    assert not Message.objects.filter(addressee=to).exists()
    assertContains(page, reverse("addressee-handover", args=[to.pk]))


@pytest.mark.parametrize(
    ("name", "due_on", "sentence"),
    [
        ("ITU-T TSAG", DUE, "ITU-T TSAG has the statement already, for information."),
        ("IETF", DUE, "IETF has the statement already, for action."),
        ("JCA-MV", DUE, "JCA-MV wrote the statement itself. Name another body."),
        ("ITU-T SG20", AFTER.date() - timedelta(days=1), "That day is over. Choose a later one."),
        ("ITU-T SG20", None, "Action is asked for: say until which day"),
    ],
)
def test_what_cannot_be_is_said(elsewhere, secretary, groups, name, due_on, sentence) -> None:
    with pytest.raises(Refused, match=sentence):
        pass_on(elsewhere, secretary, groups[name], due_on)
    assert Reply.objects.get(pk=elsewhere.pk).decided_at is None
    assert not Message.objects.filter(key__startswith="forward:").exists()


def test_it_is_decided_once(elsewhere, secretary, groups) -> None:
    pass_on(elsewhere, secretary, groups["ITU-T SG20"])
    with pytest.raises(Refused, match="Sam Secretary has decided about it already"):
        pass_on(elsewhere, secretary, None)
    assert Addressee.objects.filter(text="ITU-T SG20").count() == 1


def test_where_the_body_has_answered_itself_nothing_is_left(elsewhere, sent, secretary, groups, client) -> None:
    settle(sent, secretary, "IETF", Answer("answer", settles=("1", "2"), text="After all."))
    with pytest.raises(Refused, match="IETF has answered itself since"):
        pass_on(elsewhere, secretary, groups["ITU-T SG20"])
    client.force_login(secretary)
    page = client.get(sent.get_absolute_url())
    assertContains(page, "Nothing has to be passed on any more: the body has answered itself.")
    assertNotContains(page, "Pass it on, or not")
    assertNotContains(client.get("/"), "IETF says: for SG20")


def test_a_body_that_was_taken_off_the_draft_can_be_asked(elsewhere, sent, secretary, groups) -> None:
    Addressee.everyone.create(statement=sent, text="ITU-T SG20", purpose="action", dropped=True, reply="awaiting")
    to = pass_on(elsewhere, secretary, groups["ITU-T SG20"])
    assert (to.dropped, to.requests.count()) == (False, 2)


class TestTheStatementWaits:
    """It is not replied while nobody is asked what a body said is for another one."""

    @pytest.fixture
    def last(self, sent, secretary, time_machine) -> Reply:
        time_machine.move_to(AFTER, tick=False)
        for text in ("ITU-T SG21", "World Metaverse Council"):
            settle(sent, secretary, text, Answer("answer", settles=("1", "2"), text="Yes."))
        return say(sent, secretary)

    def test_until_it_is_decided(self, last, sent, secretary) -> None:
        assert state(sent) == "sent"
        assert pass_on(last, secretary, None) is None
        assert state(sent) == "replied"

    def test_for_the_answer_of_the_body_it_is_passed_on_to(self, last, sent, secretary, groups) -> None:
        pass_on(last, secretary, groups["ITU-T SG20"])
        assert state(sent) == "sent"
        settle(sent, secretary, "ITU-T SG20", Answer("answer", settles=("1", "2"), text="We do."))
        assert state(sent) == "replied"

    def test_once_it_is_replied_a_new_statement_is_needed(self, last, sent, secretary, groups) -> None:
        advance(sent, "complete", by=Actor.of(secretary), seen=sent.revision_id, reason="Enough.", now=AFTER)
        with pytest.raises(Refused, match=r"is replied and asks nobody any more\. Write a new statement"):
            pass_on(last, secretary, groups["ITU-T SG20"])


def test_no_reminder_of_a_stage_from_before_it_was_passed_on(elsewhere, secretary, groups) -> None:
    """Three days before the deadline: the stage of seven days before is over, the one of the day after will come."""
    due_on = AFTER.date() + timedelta(days=3)
    to = pass_on(elsewhere, secretary, groups["ITU-T SG20"], due_on)
    Message.objects.filter(addressee=to).update(state="sent", sent_at=AFTER)
    reminders.fill(AFTER + timedelta(hours=1))
    assert not Reminder.objects.filter(addressee=to, outsider=True).exists()
    reminders.fill(AFTER + timedelta(days=5))
    assert Reminder.objects.filter(addressee=to, outsider=True).exists()


def test_only_informed_is_passed_on_without_a_day(sent, secretary, groups, client, time_machine) -> None:
    time_machine.move_to(AFTER, tick=False)
    reply = say(sent, secretary, "ITU-T TSAG")
    client.force_login(secretary)
    address = reverse("reply-forward", args=[sent.pk, reply.pk])
    assertNotContains(client.get(address), "Its answer is due on")
    client.post(address, {"seen": sent.revision_id, "to": "ITU-T SG20"})
    to = sent.addressees.get(text="ITU-T SG20")
    assert (to.purpose, to.reply, to.requests.count()) == ("information", "not_expected", 0)


def test_the_secretary_is_led_to_it_and_decides_on_a_page(elsewhere, sent, secretary, client) -> None:
    client.force_login(secretary)
    address = reverse("reply-forward", args=[sent.pk, elsewhere.pk])
    assertContains(client.get("/"), "IETF says: for SG20")
    assertContains(client.get(sent.get_absolute_url()), address)
    form = client.get(address)
    assertContains(form, 'value="SG20"')
    assertContains(form, "Nominate a representative to JCA-MV.")
    given = {"seen": sent.revision_id, "to": "Guild of Cartographers", "due_on": "2026-02-10"}
    assertContains(client.post(address, given), "Nobody here knows “Guild of Cartographers”", status_code=400)
    given["to"] = "SG20"
    assertRedirects(client.post(address, given), f"{sent.get_absolute_url()}#addressees", fetch_redirect_response=False)
    page = client.get(sent.get_absolute_url())
    assertContains(page, "passed on to ITU-T SG20")
    assertContains(page, "named by IETF")
    assertContains(page, "IETF: passed on to ITU-T SG20")
    assertNotContains(client.get("/"), "IETF says: for SG20")
    assertNotContains(client.get(address), "Leave it at that")


def test_leaving_it_at_that_asks_for_no_body(elsewhere, sent, secretary, client) -> None:
    client.force_login(secretary)
    address = reverse("reply-forward", args=[sent.pk, elsewhere.pk])
    client.post(address, {"seen": sent.revision_id, "to": "", "leave": "1"})
    assertContains(client.get(sent.get_absolute_url()), "left at that")
    assert not Message.objects.filter(key__startswith="forward:").exists()
