"""What follows from a mail, what it waits for, and what must never leave."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from contacts.actor import Actor
from contacts.models import Person
from liaisons import outbox, renditions, sheets
from liaisons.documents import renderer
from liaisons.letter import Letter
from liaisons.models import Blob, Circulation, MessageFile, Rendition
from liaisons.texts.writing import begin
from liaisons.workflow import advance
from tests.fixtures import AFTER
from tests.liaisons.outgoing import a_message, again, states

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

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
