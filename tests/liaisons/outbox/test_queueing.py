"""What is put into the outbox stands there once, and wakes a worker."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from liaisons import outbox
from liaisons.models import Blob, Message
from tests.liaisons.outgoing import a_message, states

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
MINUTE = timedelta(minutes=1)


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
