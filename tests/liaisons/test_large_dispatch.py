"""A letter to five hundred bodies is printed once: one PDF and one Word file go to all of them."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.core import mail

from contacts.actor import Actor
from contacts.models import Channel, Group
from liaisons import outbox
from liaisons.documents import renderer
from liaisons.letter import Addressed
from liaisons.models import Message, Rendition
from liaisons.workflow import advance
from tests.fixtures import AFTER

MANY = 500


@pytest.fixture
def letter(letter, groups):
    bodies = [Group(designation=f"Forum {at}", kind=Group.Kind.FORUM) for at in range(MANY)]
    for body in bodies:
        body.save()
    Channel.objects.bulk_create(
        Channel(group=body, kind="mail", email=f"forum{at}@example.org") for at, body in enumerate(bodies)
    )
    return replace(
        letter, addressees=tuple(Addressed(body.designation, "information", body.designation) for body in bodies)
    )


def test_a_dispatch_to_five_hundred_renders_once(approved, secretary, monkeypatch):
    made = []

    def render(sheet, kind, *, timeout):
        made.append((sheet.masthead.number, kind))
        return renderer.Rendered(f"{kind} of {sheet.masthead.number}".encode())

    monkeypatch.setattr(renderer, "render", render)
    before = Rendition.objects.count()
    advance(approved, "send", by=Actor.of(secretary), seen=approved.revision_id, now=AFTER)
    letters = Message.objects.filter(addressee__isnull=False)
    assert letters.count() == MANY
    later = AFTER + timedelta(hours=1)
    with time_machine.travel(later, tick=False):
        while outbox.deliver_due(later):
            pass
    assert [row for row in made if row[0] == "JCA-MV-LS1"] == [("JCA-MV-LS1", "pdf"), ("JCA-MV-LS1", "docx")]
    assert Rendition.objects.count() - before <= 2
    assert {message.state for message in letters} == {"sent"}
    sent = [message for message in mail.outbox if message.recipients()[0].startswith("forum")]
    assert len(sent) == MANY
    assert {tuple(part[1] for part in message.attachments) for message in sent} == {
        (b"pdf of JCA-MV-LS1", b"docx of JCA-MV-LS1")
    }
