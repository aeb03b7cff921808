"""A statement that is out."""

import pytest

from liaisons.models import Message, Statement
from tests.fixtures import AFTER


@pytest.fixture
def out(sent) -> Statement:
    """Sent, and taken by all servers: JCA-MV-LS1, due on 30 January 2026."""
    Message.objects.of_dispatch(sent).update(state="sent", sent_at=AFTER)
    return sent
