"""People decide about mails in doubt and mails that failed."""

from datetime import timedelta

import pytest

from contacts.actor import Actor
from liaisons import outbox
from liaisons.models import Addressee, Circulation, Event, Message, Statement
from liaisons.rules import Refused
from liaisons.workflow import advance
from tests.fixtures import AFTER
from tests.liaisons.outgoing import a_message, again, claimed

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def in_doubt(desk, now):
    message = claimed(desk, now)
    Message.objects.update(handed_over_at=now)
    outbox.recover(now + timedelta(seconds=61))
    return again(message)


def test_the_secretary_sends_a_doubtful_message_again_under_the_same_message_id(in_doubt, secretary, now, server):
    at = now + timedelta(hours=1)
    outbox.send_again(in_doubt, Actor.of(secretary), at)
    assert outbox.deliver_due(at) == 1
    assert server.mails()[0]["Message-ID"] == in_doubt.message_id
    event = Event.objects.get()
    assert (event.verb, event.person, event.data, event.private) == (
        "send_again", secretary.person, {"message": in_doubt.pk}, True,
    )  # fmt: skip


def test_the_secretary_says_that_a_doubtful_message_arrived(in_doubt, secretary, now):
    outbox.mark_arrived(in_doubt, Actor.of(secretary), now + timedelta(hours=1), "They rang.")
    assert (again(in_doubt).state, again(in_doubt).sent_at) == ("sent", now)
    assert Event.objects.get().reason == "They rang."


def test_the_secretary_gives_a_message_up(in_doubt, secretary, now, server):
    outbox.give_up(in_doubt, Actor.of(secretary), now, "The box is closed.")
    assert again(in_doubt).state == "given_up"
    assert outbox.deliver_due(now + timedelta(days=1)) == 0


def in_state(message: Message, state: str) -> Message:
    Message.objects.filter(pk=message.pk).update(state=state, claimed_by="", claimed_at=None)
    return again(message)


@pytest.mark.parametrize("state", ["failed", "in_doubt", "given_up"])
def test_a_letter_that_was_withdrawn_does_not_leave_again(sent, secretary, state):
    message = in_state(Message.objects.get(kind="send", recipient="ietf@example.org"), state)
    by = Actor.of(secretary)
    advance(sent, "withdraw", by=by, seen=sent.revision_id, reason="No longer.", now=AFTER)
    with pytest.raises(Refused, match="no longer stands"):
        outbox.send_again(message, by, AFTER)
    assert again(message).state == state


def test_a_letter_of_an_earlier_round_does_not_leave_again_beside_that_of_the_next(sent, secretary):
    by = Actor.of(secretary)
    first = Message.objects.get(kind="send", recipient="ietf@example.org")
    sent = advance(sent, "recall", by=by, seen=sent.revision_id, now=AFTER)
    in_state(first, "failed")
    with pytest.raises(Refused, match="no longer stands"):
        outbox.send_again(first, by, AFTER)
    sent = advance(sent, "send", by=by, seen=sent.revision_id, now=AFTER)
    with pytest.raises(Refused, match="no longer stands"):
        outbox.send_again(first, by, AFTER)
    second = in_state(Message.objects.of_dispatch(sent).get(recipient="ietf@example.org"), "failed")
    outbox.send_again(second, by, AFTER)
    assert again(second).state == "queued"


@pytest.mark.parametrize("state", ["replied", "closed"])
def test_a_letter_that_failed_leaves_again_although_the_others_have_answered(sent, secretary, state):
    message = in_state(Message.objects.get(kind="send", recipient="ietf@example.org"), "failed")
    Statement.objects.filter(pk=sent.pk).update(state=state, outcome="lapsed" if state == "closed" else "")
    outbox.send_again(message, Actor.of(secretary), AFTER)
    assert again(message).state == "queued"


def test_a_reminder_of_what_has_been_answered_does_not_leave_again(sent, secretary, desk):
    owing, settled = Addressee.objects.filter(text__in=["IETF", "ITU-T SG21"]).order_by("text")
    Addressee.objects.filter(pk=settled.pk).update(reply="replied")
    outbox.queue(
        a_message(desk, AFTER, str(body.pk), kind="remind", statement=sent, addressee=body) for body in (owing, settled)
    )
    first, second = (
        in_state(Message.objects.get(kind="remind", addressee=body), "failed") for body in (owing, settled)
    )
    outbox.send_again(first, Actor.of(secretary), AFTER)
    with pytest.raises(Refused, match="no longer stands"):
        outbox.send_again(second, Actor.of(secretary), AFTER)


def test_the_mail_of_a_circulation_that_has_ended_neither_leaves_again_nor_opens_a_window(draft, secretary, now):
    by = Actor.of(secretary)
    draft = advance(draft, "circulate", by=by, seen=draft.revision_id, now=now)
    message = in_state(Message.objects.get(kind="circulate"), "in_doubt")
    advance(draft, "revise", by=by, seen=draft.revision_id, reason="Not yet.", now=now)
    with pytest.raises(Refused, match="no longer stands"):
        outbox.send_again(message, by, now)
    outbox.mark_arrived(message, by, now)
    circulation = Circulation.objects.get()
    assert (again(message).state, circulation.distributed_at, circulation.closes_at) == ("sent", now, None)


def test_a_letter_that_came_back_to_the_queue_after_the_withdrawal_is_cancelled(sent, secretary, server):
    message = in_state(Message.objects.get(kind="send", recipient="ietf@example.org"), "sending")
    advance(sent, "withdraw", by=Actor.of(secretary), seen=sent.revision_id, reason="No longer.", now=AFTER)
    in_state(message, "queued")  # the server said "later"
    outbox.deliver_due(AFTER + timedelta(hours=1))
    assert again(message).state == "cancelled"
    assert not any("has been withdrawn" not in mail["Subject"] for mail in server.mails())


@pytest.mark.parametrize("state", ["queued", "sending", "sent", "cancelled"])
def test_what_is_not_in_doubt_and_has_not_failed_is_not_sent_again(in_doubt, secretary, now, state):
    Message.objects.update(state=state)
    with pytest.raises(Refused, match=again(in_doubt).get_state_display()):
        outbox.send_again(in_doubt, Actor.of(secretary), now)
    assert not Event.objects.exists()


@pytest.mark.parametrize("who", ["chair", "member", "other_secretary", "administrator"])
def test_only_the_secretariat_of_the_desk_decides_about_messages(in_doubt, now, who, request):
    actor = Actor.of(request.getfixturevalue(who))
    for decide in (outbox.send_again, outbox.mark_arrived):
        with pytest.raises(Refused):
            decide(in_doubt, actor, now)
    with pytest.raises(Refused):
        outbox.give_up(in_doubt, actor, now, "No.")
    assert again(in_doubt).state == "in_doubt"
