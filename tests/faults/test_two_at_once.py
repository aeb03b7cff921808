"""F19: a double click, two browsers, two approvers: one step is taken, and whoever came second is told."""

import random
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from contacts.models import StandIn, User
from liaisons.models import Approval, Event, Message, Statement
from liaisons.outbox import waking
from tests.fixtures import AFTER, somebody
from tests.liaisons.test_workflow_races import at_once

pytestmark = [pytest.mark.faults("F19"), pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    monkeypatch.setattr(waking, "wake", lambda: None)
    with time_machine.travel(AFTER + timedelta(minutes=1), tick=False):
        yield


@pytest.fixture
def second_secretary(desk) -> User:
    return somebody("Sue Second", "sue@example.org", desk, "secretariat")


def browser_of(user: User) -> Client:
    browser = Client(raise_request_exception=False)
    browser.force_login(user)
    return browser


def press(verb: str, statement: Statement, *browsers: Client) -> list[tuple[int, str]]:
    """Let all of them press the button at the same moment; returns what each of them reads next, and its status."""
    where = reverse(f"statement-{verb}", args=[statement.pk])
    fields = {"seen": statement.revision_id}
    said = at_once(*[lambda browser=browser: browser.post(where, fields) for browser in browsers])
    return sorted(
        (answer.status_code, (browser.get(answer.url) if answer.status_code == 302 else answer).content.decode())
        for answer, browser in zip(said, browsers, strict=True)
    )


def is_sent_once(statement: Statement) -> None:
    assert Statement.objects.get(pk=statement.pk).dispatch_round == 1
    assert Event.objects.filter(statement=statement, verb="send").count() == 1
    letters = Message.objects.of_dispatch(Statement.objects.get(pk=statement.pk)).exclude(addressee=None)
    assert sorted(letters.values_list("recipient", flat=True)) == [
        "ietf@example.org",
        "sg21@example.org",
        "tsag@example.org",
    ]


def test_a_double_click_on_send_is_one_dispatch(approved, secretary):
    browser = browser_of(secretary)
    again = browser_of(secretary)
    again.cookies = browser.cookies  # the same person at the same screen
    (first, page), (second, told) = press("send", approved, browser, again)
    assert (first, second) == (302, 400)
    assert "JCA-MV-LS1" in page
    assert "It is sent: " in told
    is_sent_once(approved)


def test_of_two_browsers_on_send_the_second_is_told(approved, secretary, second_secretary):
    browsers = [browser_of(secretary), browser_of(second_secretary)]
    random.shuffle(browsers)
    (first, _page), (second, told) = press("send", approved, *browsers)
    assert (first, second) == (302, 400)
    assert "It is sent: " in told
    is_sent_once(approved)


def test_of_two_stand_ins_named_at_once_the_second_is_refused(desk, secretary, second_secretary, chair):
    vices = [somebody(f"Vic {name}", f"{name}@example.org", desk, "vice_chair").person for name in ("one", "two")]
    browsers = [browser_of(secretary), browser_of(second_secretary)]
    for month in range(1, 11):
        given = {"chair": chair.person.pk, "valid_from": f"2026-{month:02}-01", "valid_to": f"2026-{month:02}-14"}
        calls = [
            lambda browser=browser, vice=vice, given=given: browser.post(reverse("stand-in", args=[vice.pk]), given)
            for browser, vice in zip(browsers, vices, strict=True)
        ]
        assert sorted(answer.status_code for answer in at_once(*calls)) == [302, 400]
    assert StandIn.objects.count() == 10


def test_two_approvers_at_once_both_count_and_the_step_is_taken_once(circulated, chair, cochair):
    said = press("approve", circulated, browser_of(chair), browser_of(cochair))
    assert [status for status, _page in said] == [302, 302]
    statement = Statement.objects.get(pk=circulated.pk)
    assert (statement.state, statement.reference) == ("approved", "JCA-MV-LS1")
    assert Approval.objects.filter(statement=statement).count() == 2


def test_where_one_approver_is_enough_the_second_is_told(desk, circulated, chair, cochair):
    desk.approvers = "one"
    desk.save()
    (first, _page), (second, told) = press("approve", circulated, browser_of(chair), browser_of(cochair))
    assert (first, second) == (302, 400)
    assert "It is approved: " in told
    statement = Statement.objects.get(pk=circulated.pk)
    assert (statement.state, statement.reference) == ("approved", "JCA-MV-LS1")
    assert Approval.objects.filter(statement=statement).count() == 1
