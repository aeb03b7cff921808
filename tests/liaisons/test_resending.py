"""Sending again to those who did not get it, and single mails taken back or put to another address while held."""

from datetime import timedelta

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from contacts.actor import Actor
from contacts.models import Channel
from liaisons import handover, outbox, resending
from liaisons.models import Link, Message, Statement
from liaisons.rules import Refused
from liaisons.workflow import advance
from tests.fixtures import AFTER

pytestmark = pytest.mark.django_db
SOON = AFTER + timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _soon(time_machine):
    time_machine.move_to(SOON, tick=False)


@pytest.fixture
def sam(secretary) -> Actor:
    return Actor.of(secretary)


def of(statement, recipient: str) -> Message:
    return Message.objects.of_dispatch(statement).get(recipient=recipient)


def all_are(statement, state: str, **others: str) -> None:
    Message.objects.of_dispatch(statement).update(state=state)
    for name, other in others.items():
        Message.objects.filter(pk=of(statement, f"{name}@example.org").pk).update(state=other)


def missed(statement) -> list[str]:
    return [row.email for row in resending.missed(Statement.objects.get(pk=statement.pk))]


def test_only_those_who_surely_did_not_get_it_are_offered(sent):
    all_are(sent, "sent", sg21="failed", ietf="in_doubt", tsag="bounced", kim="given_up")
    assert missed(sent) == ["sg21@example.org", "tsag@example.org", "kim@example.org"]


def test_who_had_no_address_and_has_one_now_is_offered_and_gets_it_once(sent, sam, groups):
    all_are(sent, "sent")
    assert missed(sent) == []
    Channel.objects.create(group=groups["World Metaverse Council"], kind="mail", email="wmc@example.org")
    [row] = resending.missed(sent)
    assert resending.send_to_missed(sent, [row.key], sam, SOON) == 1
    message = of(sent, "wmc@example.org")
    assert (message.state, message.addressee.text) == ("queued", "World Metaverse Council")
    assert message.is_held(SOON)
    with pytest.raises(Refused, match="has not got it"):
        resending.send_to_missed(sent, [row.key], sam, SOON)


def test_to_the_same_address_it_is_the_same_mail_once_more(sent, sam):
    all_are(sent, "sent", ietf="bounced")
    before = of(sent, "ietf@example.org").message_id
    count = Message.objects.count()
    [row] = resending.missed(sent)
    resending.send_to_missed(sent, [row.key], sam, SOON)
    assert (of(sent, "ietf@example.org").state, of(sent, "ietf@example.org").message_id) == ("queued", before)
    assert Message.objects.count() == count


def test_to_a_new_address_it_is_a_new_mail_and_the_old_one_is_given_up(sent, sam, groups):
    all_are(sent, "sent", ietf="bounced")
    Channel.objects.filter(group=groups["IETF"]).update(email="new@example.org")
    [row] = resending.missed(sent)
    assert row.moved
    resending.send_to_missed(sent, [row.key], sam, SOON)
    assert of(sent, "ietf@example.org").state == "given_up"
    assert of(sent, "new@example.org").state == "queued"
    assert of(sent, "new@example.org").addressee.text == "IETF"
    assert missed(sent) == []


def test_who_has_it_by_hand_or_of_a_letter_that_is_over_is_not_offered(sent, sam):
    all_are(sent, "sent", ietf="failed")
    handover.hand_over(sent.addressees.get(text="IETF"), AFTER.date(), "", by=sam, now=SOON)
    assert missed(sent) == []
    all_are(sent, "sent", sg21="failed")
    advance(sent, "withdraw", by=sam, seen=sent.revision_id, reason="An error.", now=SOON)
    assert missed(sent) == []


def test_the_page_offers_it_to_the_secretariat(client, sent, secretary, chair):
    all_are(sent, "sent", ietf="failed")
    address = reverse("statement-send-missed", args=[sent.pk])
    client.force_login(chair)
    assertNotContains(client.get(reverse("statement-dispatch", args=[sent.pk])), address)
    client.force_login(secretary)
    page = client.get(reverse("statement-dispatch", args=[sent.pk]))
    assertContains(page, address)
    [row] = page.context["missed"]
    assertContains(client.post(address, {}), "Choose at least one", status_code=400)
    assertContains(client.post(address, {"who": [row.key]}, follow=True), "1 mail leaves once more.")
    assert of(sent, "ietf@example.org").state == "queued"


# One mail while it is held


def test_one_mail_is_taken_back_and_the_others_can_still_be(client, held, secretary, sam):
    client.force_login(secretary)
    message = of(held, "ietf@example.org")
    assertContains(client.get(message.get_absolute_url()), "Take this one back")
    client.post(reverse("message-take-back", args=[message.pk]))
    assert of(held, "ietf@example.org").state == "cancelled"
    assert of(held, "sg21@example.org").state == "queued"
    assert missed(held) == ["ietf@example.org"]
    statement = advance(held, "recall", by=sam, seen=held.revision_id, now=SOON)
    assert statement.state == "approved"
    assert set(Message.objects.of_dispatch(statement).values_list("state", flat=True)) == {"cancelled"}


def test_one_mail_is_put_to_another_address_with_its_link(client, held, secretary):
    client.force_login(secretary)
    message = of(held, "ietf@example.org")
    assertContains(
        client.post(reverse("message-readdress", args=[message.pk]), {"email": "SG21@example.org"}),
        "gets this letter already",
        status_code=400,
    )
    client.post(reverse("message-readdress", args=[message.pk]), {"email": "new@example.org"})
    message.refresh_from_db()
    assert (message.recipient, message.to) == ("new@example.org", '"IETF" <new@example.org>')
    assert Link.objects.get(addressee=message.addressee).email == "new@example.org"
    assertContains(client.get(message.get_absolute_url()), "put it to another address")


def test_what_has_begun_to_leave_is_neither_taken_back_nor_readdressed(held, sam):
    message = of(held, "ietf@example.org")
    with pytest.raises(Refused, match="begun to leave"):
        outbox.take_back(message, sam, AFTER + timedelta(hours=1))
    Message.objects.filter(pk=message.pk).update(state="sending")
    with pytest.raises(Refused, match="sending by now"):
        outbox.readdress(message, "new@example.org", sam, SOON)
