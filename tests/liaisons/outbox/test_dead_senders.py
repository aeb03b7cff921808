"""What a sender that died left behind goes on, or is shown to be in doubt."""

from datetime import timedelta

import pytest

from liaisons import outbox
from liaisons.models import Message
from liaisons.outbox import transport
from tests.liaisons.outgoing import a_message, again, claimed, states

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def test_what_a_dead_sender_had_not_begun_goes_back_to_the_queue_before_the_next_tick(desk, now, server, monkeypatch):
    asked = []
    monkeypatch.setattr("celery.current_app.send_task", lambda _name, **options: asked.append(options["countdown"]))
    message = claimed(desk, now)
    assert outbox.deliver_due(now) == 0
    [seconds] = asked
    assert seconds < 30
    assert outbox.deliver_due(now + timedelta(seconds=seconds - 1)) == 0
    assert outbox.deliver_due(now + timedelta(seconds=seconds)) == 1
    assert again(message).state == "sent"


def test_a_claim_that_expired_after_it_is_in_doubt_and_stays_so(desk, now, server):
    message = claimed(desk, now)
    Message.objects.update(handed_over_at=now)
    assert outbox.recover(now + timedelta(seconds=61)) == 1
    assert outbox.deliver_due(now + timedelta(days=1)) == 0
    assert again(message).state == "in_doubt"
    assert again(message).answer == "The sender stopped before the server's answer was recorded."


def test_a_reminder_that_may_have_left_goes_back_to_the_queue(desk, now, server):
    message = claimed(desk, now, repeatable=True)
    Message.objects.update(handed_over_at=now)
    assert outbox.deliver_due(now + timedelta(seconds=61)) == 1
    assert again(message).state == "sent"


def test_an_answer_that_comes_after_all_settles_the_doubt(desk, now, server, monkeypatch):
    """The server thinks longer than a claim lasts; another worker has put the message in doubt meanwhile."""
    [message] = outbox.queue([a_message(desk, now)])
    hand_over = transport.hand_over
    meanwhile = []

    def slow(mail, over):
        answer = hand_over(mail, over)
        outbox.recover(now + timedelta(seconds=61))
        meanwhile.append(again(message).state)
        return answer

    monkeypatch.setattr("liaisons.outbox.transport.hand_over", slow)
    outbox.deliver_due(now)
    assert (meanwhile, again(message).state) == (["in_doubt"], "sent")


def test_a_sender_that_lost_its_claim_does_not_hand_over(desk, now, server, monkeypatch):
    outbox.queue([a_message(desk, now)])
    compose = outbox.compose

    def slow(message, at):
        mail = compose(message, at)
        outbox.recover(now + timedelta(seconds=61))  # another worker, while this one was composing
        return mail

    monkeypatch.setattr("liaisons.outbox.delivering.compose", slow)
    assert outbox.deliver_due(now, limit=1) == 0
    assert server.received == []
    assert states(desk) == {"queued": 1}
