"""What a signed link does not do: record an answer twice, or take what no row can hold."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django.asserts import assertContains

from liaisons.models import Document, Link, Message, Reply, Statement
from tests.fixtures import LATER
from tests.pages import PDF, at

pytestmark = pytest.mark.time_machine(LATER, tick=False)


@pytest.fixture
def answering(sent) -> Link:
    return Link.objects.get(purpose="answer", addressee__text="ITU-T SG21")


def answer(statement: Statement, **given: object) -> dict[str, object]:
    who = {"name": "Ann Answer", "email": "ann@example.org"}
    return {"seen": statement.revision_id, "kind": "answer", "text": "", **who, **given}


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "answer", "requests": ["1", "2"], "text": "Both.", "nominee_name": "Nora"},
        {"kind": "preliminary", "text": "Soon.", "reference": "SG21-LS90"},
        {"kind": "acknowledgement"},
        {"kind": "more_time", "until": "2026-03-01"},
        {"kind": "decline", "text": "Not our field."},
        {"kind": "not_for_us", "for_whom": "ITU-T SG20"},
    ],
)
def test_the_same_answer_sent_twice_is_recorded_once(client, answering, sent, given):
    """Without JavaScript nothing stops a second click."""
    first, second = (
        client.post(at("link-answer", answering), answer(sent, **given, files=SimpleUploadedFile("a.pdf", PDF)))
        for _time in range(2)
    )
    assert (first.status_code, second.status_code) == (302, 302)
    assert first.url == second.url == at("link-recorded", answering, Reply.objects.get().pk)
    assert Document.objects.filter(kind="incoming").count() == Message.objects.filter(kind="receipt").count() == 1


@pytest.mark.parametrize("another", ["text", "file", "request", "hour"])
def test_another_answer_is_recorded_beside_the_first(client, answering, sent, another):
    client.post(at("link-answer", answering), answer(sent, kind="decline", text="No.", requests=["1"]))
    given = {
        "text": "Not at all." if another == "text" else "No.",
        "requests": ["2"] if another == "request" else ["1"],
        "files": [SimpleUploadedFile("a.pdf", PDF)] if another == "file" else [],
    }
    with time_machine.travel(LATER + timedelta(hours=1 if another == "hour" else 0), tick=False):
        assert client.post(at("link-answer", answering), answer(sent, kind="decline", **given)).status_code == 302
    assert Reply.objects.count() == 2


@pytest.mark.parametrize("said", ["approval", "action", "information"])
def test_what_they_say_of_their_statement_is_not_lost_for_want_of_its_number(client, answering, sent, said):
    given = answer(sent, requests=["1"], text="Yes.", **{said: "ITU-T SG20"})
    page = client.post(at("link-answer", answering), given)
    assertContains(page, "Give the number of your statement, or attach it", status_code=400)
    assert client.post(at("link-answer", answering), given | {"reference": "SG21-LS90"}).status_code == 302


LONG = f"{'a' * 60}@{'.'.join(['b' * 60] * 3)}.example.org"  # 255 characters


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"kind": "acknowledgement", "email": LONG}, "at most 254 characters"),
        ({"kind": "preliminary", "text": "Soon.", "nominee_name": "Nora", "nominee_email": LONG}, "at most 254"),
        ({"kind": "more_time", "until": "9999-12-31"}, "Choose an earlier day."),
        ({"kind": "more_time", "until": "2029-01-01"}, "Choose a day within the next three years."),
    ],
)
def test_what_no_row_could_hold_and_nobody_would_wait_for_is_refused(client, answering, sent, given, says):
    assertContains(client.post(at("link-answer", answering), answer(sent, **given)), says, status_code=400)
    assert not Reply.objects.exists()


def test_nobody_is_asked_to_confirm_at_an_address_that_no_server_takes(client, circulated):
    given = {"kind": "support", "name": "Dee", "email": LONG}
    page = client.post(at("link-comment", Link.objects.get(purpose="comment")), given)
    assertContains(page, "at most 254 characters", status_code=400)
