"""No open item without a next date: the desk lists those without, and brings back what was put off."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from contacts.actor import Actor
from liaisons.details import Assignment
from liaisons.looking_again import look_again
from liaisons.models import Action, Addressee, Event, Registration, Statement
from liaisons.rules import Refused
from liaisons.workflow import advance
from tests.fixtures import AFTER

TODAY = AFTER.date()


@pytest.fixture(autouse=True)
def _at(time_machine):
    time_machine.move_to(AFTER, tick=False)


def heap(client, user, key: str) -> list[str]:
    client.force_login(user)
    found = [heap for heap in client.get("/").context["heaps"] if heap.key == key]
    return [f"{row.reference}: {row.note}" for row in found[0].rows] if found else []


@pytest.fixture
def undated(sent) -> Statement:
    sent.addressees.filter(text="IETF").update(due_on=None, due_at=None)
    return sent


def test_an_answer_owed_without_a_deadline_is_listed(client, secretary, undated) -> None:
    assert heap(client, secretary, "undated") == ["JCA-MV-LS1: 1 answer owed without a deadline"]
    Addressee.objects.filter(statement=undated).update(due_on=TODAY + timedelta(days=9))
    assert heap(client, secretary, "undated") == []


def test_a_day_takes_it_off_the_list_and_brings_it_back(client, secretary, undated, time_machine) -> None:
    address = reverse("statement-look-again", args=[undated.pk])
    on = TODAY + timedelta(days=10)
    client.force_login(secretary)
    client.post(address, {"again-on": on.isoformat(), "again-reason": "After their meeting."})
    assert (heap(client, secretary, "undated"), heap(client, secretary, "again")) == ([], [])
    page = client.get(undated.get_absolute_url())
    assertContains(page, "It comes back to the desk on 7 November 2025.")
    assertContains(page, "To be looked at again on 7 November 2025")
    assertContains(page, "After their meeting.")
    time_machine.move_to(AFTER + timedelta(days=10), tick=False)
    assert heap(client, secretary, "again") == ["JCA-MV-LS1: "]
    client.post(address, {"again-on": ""})
    assert heap(client, secretary, "again") == []


def test_an_assigned_letter_without_a_day_is_listed(client, secretary, rapporteur, registration) -> None:
    take_on = Assignment(questions="3/21", assignee=rapporteur.person)
    advance(registration, "assign", by=Actor.of(secretary), seen=registration.state, details=take_on, now=AFTER)
    assert len(heap(client, secretary, "undated")) == 1
    Registration.objects.update(due_on=TODAY)
    assert heap(client, secretary, "undated") == []


def test_an_action_of_a_meeting_without_a_day_is_listed(client, secretary, meeting) -> None:
    action = Action.objects.create(meeting=meeting, position=1, text="Write the report.", owner_text="Secretariat")
    assert heap(client, secretary, "undated") == ["Action: Secretariat"]
    assert reverse("meeting-action-edit", args=[meeting.pk, action.pk]) in client.get("/").content.decode()
    action.done_on = TODAY
    action.save()
    assert heap(client, secretary, "undated") == []


def test_it_is_for_the_secretariat(client, member, undated) -> None:
    assert heap(client, member, "undated") == []
    assertNotContains(client.get(undated.get_absolute_url()), "Next look")


@pytest.mark.parametrize(("days", "said"), [(0, "Choose a day after today."), (-1, "Choose a day after today.")])
def test_a_day_that_is_over_is_refused(client, secretary, undated, days, said) -> None:
    client.force_login(secretary)
    day = (TODAY + timedelta(days=days)).isoformat()
    posted = client.post(reverse("statement-look-again", args=[undated.pk]), {"again-on": day}, follow=True)
    assertContains(posted, said)
    assert not Event.objects.filter(verb="look_again").exists()


def test_what_is_not_out_needs_no_day(draft, secretary) -> None:
    with pytest.raises(Refused, match="it does not wait for anybody"):
        look_again(draft, date(2030, 1, 1), by=Actor.of(secretary), now=AFTER)


def test_nobody_else_sets_it(undated, member, other_secretary) -> None:
    for user in (member, other_secretary):
        with pytest.raises(Refused, match="set by the secretariat"):
            look_again(undated, date(2030, 1, 1), by=Actor.of(user), now=AFTER)
