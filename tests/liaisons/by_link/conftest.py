"""Links to approve and to answer by."""

import pytest

from liaisons import links
from liaisons.models import Link
from tests.fixtures import NOW


@pytest.fixture
def approving(circulated, chair) -> Link:
    circulation = circulated.circulation
    return links.issue("approve", statement=circulated, circulation=circulation, person=chair.person, now=NOW)


@pytest.fixture
def theirs(sent) -> dict[str, Link]:
    """The link of each addressee, by its name."""
    return {str(link.addressee): link for link in Link.objects.filter(purpose="answer").select_related("addressee")}


@pytest.fixture
def answering(theirs) -> Link:
    return theirs["ITU-T SG21"]
