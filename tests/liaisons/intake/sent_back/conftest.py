"""The Word file of the letter, to be changed as people change it."""

import pytest

from tests.liaisons.intake.edits import Edited
from tests.liaisons.intake.sent_back.letter import SENT


@pytest.fixture
def file():
    return Edited(SENT)
