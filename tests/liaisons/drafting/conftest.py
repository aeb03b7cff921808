"""A writer at the desk, at the time of the fixtures."""

import pytest

from tests.fixtures import NOW


@pytest.fixture(autouse=True)
def _at(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def writer(client, secretary):
    client.force_login(secretary)
    return client
