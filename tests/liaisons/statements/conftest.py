"""An hour after the letter was approved, with a letter that came in."""

from datetime import date, timedelta

import pytest

from contacts.actor import Actor
from liaisons.details import Received
from liaisons.received.registering import register
from tests.fixtures import AFTER, NOW


@pytest.fixture(autouse=True)
def _at(time_machine):
    time_machine.move_to(AFTER + timedelta(hours=1), tick=False)


@pytest.fixture
def incoming(desk, secretary, groups):
    letter = Received(
        source_text="ITU-T SG21",
        source=groups["ITU-T SG21"],
        title="LS on terms of the metaverse",
        reference="SG21-LS82",
        received_on=date(2025, 10, 1),
        deadline=date(2025, 12, 1),
        purpose="action",
    )
    return register(desk, letter, by=Actor.of(secretary), now=NOW)
