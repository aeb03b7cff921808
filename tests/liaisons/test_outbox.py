"""What is queued leaves once, what may have left is shown as such, and nothing leaves that must not."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from contacts.actor import Actor
from contacts.models import Person
from liaisons import outbox, renditions, sheets
from liaisons.documents import renderer
from liaisons.letter import Letter
from liaisons.models import Addressee, Blob, Circulation, Event, Message, MessageFile, Rendition, Statement
from liaisons.outbox import transport
from liaisons.rules import Refused
from liaisons.texts.writing import begin
from liaisons.workflow import advance
from tests.fixtures import AFTER
from tests.liaisons.outgoing import a_message, states
from tests.mailserver import HANG_UP, SAY_NOTHING, MailServer

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def server(settings, monkeypatch):
    monkeypatch.setattr("liaisons.outbox.transport.SmtpBackend.final_answer_seconds", 0.3)
    with MailServer().running() as running:
        settings.EMAIL_BACKEND = "liaisons.outbox.transport.SmtpBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", running.port, 0.5
        yield running


@pytest.fixture
def woken(monkeypatch):
    """Every task that was sent to a worker."""
    sent = []
    monkeypatch.setattr("celery.current_app.send_task", lambda name, **_options: sent.append(name))
    return sent


def again(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)


# Queueing


def test_a_message_with_a_key_that_is_taken_is_not_queued_twice(desk, now):
    [first] = outbox.queue([a_message(desk, now)])
    second = outbox.queue([a_message(desk, now, message_id="<other@desk.example.org>"), a_message(desk, now, "sg20")])
    assert [message.key for message in second] == ["test:sg20"]
    assert set(Message.objects.values_list("pk", "message_id")) == {
        (first.pk, "<sg21@desk.example.org>"),
        (second[0].pk, "<sg20@desk.example.org>"),
    }


def test_queueing_costs_the_same_number_of_statements_for_three_and_for_thirty(desk, now, django_assert_num_queries):
    Blob.objects.keep(b"%PDF", "application/pdf")
    blob = Blob.objects.get()
    for count in (3, 30):
        drafts = [outbox.Draft(a_message(desk, now, f"{count}-{at}"), ((blob, "a.pdf"),)) for at in range(count)]
        with django_assert_num_queries(5):
            outbox.queue(drafts)


@pytest.mark.parametrize(
    "fields",
    [
        {"subject": "JCA-MV\r\nBcc: everybody@example.org"},
        {"to": "sg21@example.org\nCc: everybody@example.org"},
        {"sender": "desk@example.org\r\n"},
        {"reply_to": "desk@example.org\n"},
        {"headers": {"References": "<a>\r\nBcc: everybody@example.org"}},
        {"headers": {"X\r\nBcc": "everybody@example.org"}},
        {"recipient": "nobody"},
        {"recipient": ""},
    ],
)
def test_a_line_break_in_a_header_or_an_address_that_is_none_is_refused(desk, now, fields):
    with pytest.raises(ValidationError):
        outbox.queue([a_message(desk, now, **fields)])
    assert not Message.objects.exists()


def test_a_line_break_in_the_name_of_a_file_is_refused(desk, now):
    blob = Blob.objects.keep(b"%PDF", "application/pdf")
    with pytest.raises(ValidationError):
        outbox.queue([outbox.Draft(a_message(desk, now), ((blob, "a\r\nX: y.pdf"),))])


def test_a_worker_is_woken_once_per_transaction(desk, now, woken, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        outbox.queue([a_message(desk, now, "one")])
        with transaction.atomic():
            outbox.queue([a_message(desk, now, "two")])
        outbox.queue([a_message(desk, now, "three")])
    assert woken == ["liaisons.tasks.deliver_due"]


def test_a_worker_is_woken_although_a_part_of_the_transaction_was_rolled_back(
    desk, now, woken, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        with transaction.atomic():
            outbox.queue([a_message(desk, now, "lost")])
            transaction.set_rollback(True)
        outbox.queue([a_message(desk, now, "kept")])
    assert woken == ["liaisons.tasks.deliver_due"]


def test_nobody_is_woken_for_messages_that_are_held(desk, now, woken, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        outbox.queue([a_message(desk, now, not_before=now + MINUTE)])
    assert woken == []


def test_a_broker_that_is_gone_is_no_trouble(desk, now, settings, monkeypatch, django_capture_on_commit_callbacks):
    def gone(*_args, **_options):
        raise ConnectionRefusedError("no broker")

    monkeypatch.setattr("celery.current_app.send_task", gone)
    with django_capture_on_commit_callbacks(execute=True):
        outbox.queue([a_message(desk, now)])
    assert states(desk) == {"queued": 1}


# Delivering


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


# What died in between


def claimed(desk, now, **fields) -> Message:
    [message] = outbox.queue([a_message(desk, now, **fields)])
    Message.objects.filter(pk=message.pk).update(state="sending", claimed_by="dead", claimed_at=now)
    return message


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


# Decided by people


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


# What follows from a mail having left


def test_the_window_runs_from_when_the_lists_server_took_the_mail(draft, secretary, now, server, monkeypatch):
    monkeypatch.setattr(renderer, "render", lambda *_args, **_limits: renderer.Rendered(b"%PDF"))
    advance(draft, "circulate", by=Actor.of(secretary), seen=draft.revision_id, now=now)
    assert Circulation.objects.get().distributed_at is None
    taken_at = now + timedelta(hours=3)
    outbox.deliver_due(taken_at)
    circulation = Circulation.objects.get()
    assert circulation.distributed_at == taken_at
    assert circulation.closes_on.isoformat() == "2025-10-27"


# Files that are still to be made


@pytest.fixture
def rendition(desk, secretary, now) -> Rendition:
    letter = Letter(title="A title", source="JCA-MV", body="<p>Text.</p>")
    statement = begin(desk, letter, by=Actor.of(secretary), now=now)
    [pdf] = renditions.order(statement.revision, sheets.masthead_of(statement), kinds=["pdf"])
    return pdf


def test_files_are_made_before_their_mail_leaves(desk, now, server, rendition):
    outbox.queue([outbox.Draft(a_message(desk, now), (rendition,))])
    assert outbox.deliver_due(now) == 1
    [part] = server.mails()[0].iter_attachments()
    assert part.get_filename() == rendition.name
    assert part.get_payload(decode=True).startswith(b"%PDF")


def test_a_mail_whose_file_cannot_be_made_is_set_aside_after_three_tries_and_the_others_go(
    desk, now, server, rendition, secretary, monkeypatch
):
    def broken(*_args, **_limits):
        raise renderer.RenderError("time", "It took too long.")

    monkeypatch.setattr(renderer, "render", broken)
    draft = outbox.Draft(a_message(desk, now, "a"), (rendition,))
    with_file, without = outbox.queue([draft, a_message(desk, now, "b")])
    assert [outbox.deliver_due(now) for _try in range(4)] == [1, 0, 0, 0]
    assert again(without).state == "sent"
    assert again(with_file).state == "failed"
    assert "three tries" in again(with_file).answer
    assert Rendition.objects.get().error == "It took too long."
    # A person who has mended the letter's cause sends it again, and the file gets new tries.
    monkeypatch.setattr(renderer, "render", lambda *_args, **_limits: renderer.Rendered(b"%PDF"))
    outbox.send_again(with_file, Actor.of(secretary), now)
    assert outbox.deliver_due(now) == 1


# Demo data stays here


def test_with_demo_data_nothing_goes_to_a_real_server_and_the_reason_is_said(desk, now, server):
    Person.objects.create(name="Demo", demo=True)
    outbox.queue([a_message(desk, now)])
    assert outbox.deliver_due(now) == 0
    assert server.connections == 0
    assert states(desk) == {"queued": 1}
    assert "demo data" in outbox.refusal()


@pytest.mark.parametrize(
    "backend", ["liaisons.outbox.transport.MailboxBackend", "django.core.mail.backends.locmem.EmailBackend"]
)
def test_with_demo_data_the_local_mailbox_serves(desk, now, settings, tmp_path, backend):
    settings.EMAIL_BACKEND, settings.MAILBOX_DIR = backend, tmp_path
    Person.objects.create(name="Demo", demo=True)
    outbox.queue([a_message(desk, now)])
    assert outbox.refusal() == ""
    assert outbox.deliver_due(now) == 1


# Two at once


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_send_no_mail_twice(desk, now, server):
    outbox.queue(a_message(desk, now, str(number)) for number in range(60))
    counts = []

    def deliver():
        try:
            counts.append(outbox.deliver_due(now))
        finally:
            connection.close()

    senders = [threading.Thread(target=deliver) for _sender in range(2)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert sum(counts) == 60
    assert sorted(server.recipients()) == sorted(f"{number}@example.org" for number in range(60))
    assert states(desk) == {"sent": 60}


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_not_in_the_queue(desk, now, server):
    blob = Blob.objects.keep(b"%PDF", "application/pdf")
    with transaction.atomic():
        outbox.queue([outbox.Draft(a_message(desk, now), ((blob, "a.pdf"),))])
        transaction.set_rollback(True)
    assert not MessageFile.objects.exists()
    assert outbox.deliver_due(now) == 0


def test_a_recall_and_a_sender_never_both_get_a_message(approved, secretary, desk, server, monkeypatch):
    monkeypatch.setattr(renderer, "render", lambda *_args, **_limits: renderer.Rendered(b"%PDF"))
    secretary = Actor.of(secretary)
    statement = advance(approved, "send", by=secretary, seen=approved.revision_id, now=AFTER)
    statement = advance(statement, "recall", by=secretary, seen=approved.revision_id, now=AFTER)
    outbox.deliver_due(AFTER + timedelta(hours=1))
    assert not [recipient for recipient in server.recipients() if recipient == "sg21@example.org"]
    statement = advance(statement, "send", by=secretary, seen=approved.revision_id, now=AFTER + timedelta(hours=2))
    outbox.deliver_due(AFTER + timedelta(hours=3))
    assert server.recipients().count("sg21@example.org") == 1
