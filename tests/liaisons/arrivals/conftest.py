"""Mails of ours that have left, for others to answer or to bounce."""

import pytest

from liaisons.models import Message
from tests.fixtures import AFTER, NOW


@pytest.fixture
def to_ietf(sent) -> Message:
    """The letter to the IETF: its server has taken it."""
    message = Message.objects.get(kind="send", addressee__text="IETF")
    Message.objects.filter(pk=message.pk).update(state="sent", sent_at=AFTER)
    return Message.objects.get(pk=message.pk)


@pytest.fixture
def to_list(circulated) -> Message:
    message = Message.objects.get(kind="circulate")
    Message.objects.filter(pk=message.pk).update(state="sent", sent_at=NOW)
    return Message.objects.get(pk=message.pk)
