"""What is queued leaves once, and each answer of the server is understood."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from liaisons import outbox
from liaisons.models import Blob, Message
from liaisons.outbox import transport
from tests.liaisons.outgoing import a_message, again, states
from tests.mailserver import HANG_UP, SAY_NOTHING

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
MINUTE = timedelta(minutes=1)


def test_due_messages_leave_the_longest_waiting_first_and_held_ones_stay(desk, now, server):
    outbox.queue([
        a_message(desk, now, "late", not_before=now - MINUTE),
        a_message(desk, now, "early", not_before=now - 2 * MINUTE),
        a_message(desk, now, "held", not_before=now + MINUTE),
    ])  # fmt: skip
    assert outbox.deliver_due(now) == 2
    assert server.recipients() == ["early@example.org", "late@example.org"]
    assert server.connections == 1
    assert states(desk) == {"sent": 2, "queued": 1}
    sent = Message.objects.get(key="test:early")
    assert (sent.sent_at, sent.answer) == (now, "250 2.0.0 taken")
    assert outbox.deliver_due(now) == 0
    assert outbox.deliver_due(now + MINUTE) == 1


def test_a_limit_leaves_the_rest_in_the_queue_and_wakes_another(desk, now, server, woken):
    outbox.queue(a_message(desk, now, str(number)) for number in range(5))
    assert outbox.deliver_due(now, limit=3) == 3
    assert states(desk) == {"sent": 3, "queued": 2}
    assert woken == ["liaisons.tasks.deliver_due"]
    assert not Message.objects.exclude(claimed_by="").filter(state="queued").exists()


def test_the_commit_of_each_answer_marks_the_next_mail(desk, now, server, monkeypatch):
    """A commit waits for the disk: with two for each mail that would be most of the time a mail takes."""
    before_each = []
    hand_over = transport.hand_over

    def note(mail, connection):
        found = Message.objects.order_by("pk").values_list("state", "handed_over_at")
        before_each.append([("marked" if at else "") if state == "sending" else state for state, at in found])
        return hand_over(mail, connection)

    monkeypatch.setattr(transport, "hand_over", note)
    outbox.queue(a_message(desk, now, f"sg{number}") for number in range(3))
    with CaptureQueriesContext(connection) as captured:
        assert outbox.deliver_due(now) == 3
    assert before_each == [["marked", "", ""], ["sent", "marked", ""], ["sent", "sent", "marked"]]
    marking = [query["sql"].split()[0] for query in captured if "handed_over_at" in query["sql"].partition("WHERE")[0]]
    assert marking.count("UPDATE") == 2 + 1 + 1 + 3  # recover, claim, begin, an answer each


def test_cancelled_messages_never_leave_and_only_waiting_ones_can_be_cancelled(desk, now, server):
    outbox.queue([a_message(desk, now, "gone"), a_message(desk, now, "held", not_before=now + MINUTE)])
    outbox.deliver_due(now)
    assert outbox.cancel(Message.objects.all()) == 1
    assert outbox.deliver_due(now + MINUTE) == 0
    assert states(desk) == {"sent": 1, "cancelled": 1}


# Of five recipients the third meets with this each time; the others must not notice. Then: what the row says, and
# how often the third has the mail, now and after the server has come to its senses.
TROUBLE = {
    "421 before the text": ("RCPT", "421 4.3.2 closing", "queued", 0, 1),
    "450 to the recipient": ("RCPT", "450 4.2.0 greylisted", "queued", 0, 1),
    "451 to the text": ("TEXT", "451 4.3.0 later", "queued", 0, 1),
    "550 to the recipient": ("RCPT", "550 5.1.1 nobody here", "failed", 0, 0),
    "552 to the text": ("TEXT", "552 5.3.4 too big", "failed", 0, 0),
    "silence before the text": ("DATA", SAY_NOTHING, "queued", 0, 1),
    "hung up before the text": ("DATA", HANG_UP, "queued", 0, 1),
    "silence after the text": ("TEXT", SAY_NOTHING, "in_doubt", 1, 1),
    "hung up after the text": ("TEXT", HANG_UP, "in_doubt", 1, 1),
}


@pytest.mark.parametrize("pipelining", [False, True])
@pytest.mark.parametrize("trouble", TROUBLE)
def test_what_a_server_does_to_one_recipient_touches_no_other(desk, now, server, trouble, pipelining):
    stage, says, state, at_once, later = TROUBLE[trouble]
    server.pipelining = pipelining
    server.does = lambda at, who: says if (at, who) == (stage, "2@example.org") else None
    outbox.queue(a_message(desk, now, str(number), not_before=now + timedelta(seconds=number)) for number in range(5))
    outbox.deliver_due(now + MINUTE)
    assert {message.key: message.state for message in Message.objects.all()} == {
        **dict.fromkeys(["test:0", "test:1", "test:3", "test:4"], "sent"),
        "test:2": state,
    }
    taken = server.recipients()
    assert [who for who in taken if who != "2@example.org"] == [f"{number}@example.org" for number in (0, 1, 3, 4)]
    assert taken.count("2@example.org") == at_once
    server.does = lambda _at, _who: None
    outbox.deliver_due(now + timedelta(hours=1))
    assert server.recipients().count("2@example.org") == later
    assert len(server.recipients()) == 4 + later


def test_waits_grow_until_a_message_has_failed(desk, now, server):
    server.does = lambda at, _who: "451 4.7.1 greylisted" if at == "RCPT" else None
    [message] = outbox.queue([a_message(desk, now)])
    at, waits = now, []
    while again(message).state == "queued":
        outbox.deliver_due(at)
        waits.append(again(message).not_before - at)
        at = again(message).not_before
    assert again(message).state == "failed"
    assert again(message).answer == "451 4.7.1 greylisted"
    assert waits[:3] == [2 * MINUTE, 4 * MINUTE, 8 * MINUTE]
    assert max(waits) == timedelta(hours=4)
    assert timedelta(days=1) < at - now < timedelta(days=2)


def test_a_server_that_is_away_costs_no_message_a_try_and_the_mail_goes_when_it_is_back(desk, now, server, settings):
    port = settings.EMAIL_PORT
    settings.EMAIL_PORT = 1
    outbox.queue(a_message(desk, now, str(number)) for number in range(3))
    for minute in range(3):
        assert outbox.deliver_due(now + minute * MINUTE) == 0
    assert states(desk) == {"queued": 3}
    assert set(Message.objects.values_list("tries", flat=True)) == {0}
    assert "refused" in Message.objects.exclude(answer="").first().answer.lower()
    settings.EMAIL_PORT = port
    assert outbox.deliver_due(now + 4 * MINUTE) == 3
    assert sorted(server.recipients()) == ["0@example.org", "1@example.org", "2@example.org"]


def test_a_reminder_may_be_sent_again_by_itself_under_the_same_message_id(desk, now, server):
    once = [HANG_UP]
    server.does = lambda at, _who: once.pop() if at == "TEXT" and once else None
    [message] = outbox.queue([a_message(desk, now, kind="remind", repeatable=True)])
    outbox.deliver_due(now)
    assert again(message).state == "queued"
    outbox.deliver_due(now + 3 * MINUTE)
    assert again(message).state == "sent"
    assert [mail["Message-ID"] for mail in server.mails()] == ["<sg21@desk.example.org>"] * 2


def test_a_message_that_cannot_be_put_together_is_set_aside_and_the_queue_goes_on(desk, now, server):
    broken, fine = outbox.queue([a_message(desk, now, "broken"), a_message(desk, now, "fine")])
    Message.objects.filter(pk=broken.pk).update(sender="not an address, Fröjdh <")
    at = now
    for _try in range(3):
        outbox.deliver_due(at)
        at += timedelta(hours=1)
    assert again(fine).state == "sent"
    assert again(broken).state == "failed"
    assert again(broken).answer.startswith("It could not be put together")


def test_a_stored_file_that_is_lost_sets_its_message_aside(desk, now, server):
    blob = Blob.objects.keep(b"%PDF lost", "application/pdf")
    [message] = outbox.queue([outbox.Draft(a_message(desk, now), ((blob, "JCA-MV-LS1.pdf"),))])
    Blob.objects.filter(pk=blob.pk).update(path="blobs/gone")
    for hour in range(3):
        outbox.deliver_due(now + timedelta(hours=hour))
    assert again(message).state == "failed"


def test_files_arrive_byte_for_byte(desk, now, server):
    text = "Zeile\nZeile\r\nÖ".encode("latin-1")
    pdf, csv = Blob.objects.keep(b"%PDF", "application/pdf"), Blob.objects.keep(text, "text/csv")
    files = ((pdf, "JCA-MV-LS1.pdf"), (csv, "Übersicht.csv"))
    outbox.queue([outbox.Draft(a_message(desk, now), files)])
    outbox.deliver_due(now)
    parts = list(server.mails()[0].iter_attachments())
    assert [(part.get_filename(), part.get_payload(decode=True)) for part in parts] == [
        ("JCA-MV-LS1.pdf", b"%PDF"),
        ("Übersicht.csv", text),
    ]
