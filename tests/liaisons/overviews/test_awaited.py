"""Answers over all statements of a desk: the most urgent first, narrowed by Question, group, lateness and whose."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from contacts import paging
from contacts.actor import Actor
from contacts.models import Group
from liaisons.details import Answer, MeetingApproval
from liaisons.models import Statement
from liaisons.texts.writing import begin
from liaisons.workflow import advance
from tests.fixtures import AFTER
from tests.pages import asked as queries

ADDRESS = "/answers/"


@pytest.fixture(autouse=True)
def _at(time_machine):
    time_machine.move_to(AFTER, tick=False)


def shown(client, user, query: str = "") -> list[str]:
    client.force_login(user)
    page = client.get(f"{ADDRESS}?{query}")
    assert page.status_code == 200
    return [f"{line.statement}: {line.addressee}" for line in page.context["lines"]]


@pytest.fixture
def second(desk, letter, secretary, meeting, sent) -> Statement:
    """Another statement, of Questions 9/21 and 10/21, that asks what the first one asks."""
    by = Actor.of(secretary)
    statement = begin(desk, replace(letter, title="Another", questions="Q9, 10/21"), by=by, now=AFTER)
    at_meeting = MeetingApproval(meeting=meeting, clause="10")
    advance(statement, "approve", by=by, seen=statement.revision_id, details=at_meeting, now=AFTER)
    return advance(statement, "send", by=by, seen=statement.revision_id, now=AFTER)


def test_all_that_is_open_stands_there_the_most_urgent_first(client, secretary, sent, second) -> None:
    second.addressees.filter(text="IETF").update(due_on=AFTER.date(), due_at=AFTER)
    sent.addressees.filter(text="IETF").update(due_on=None, due_at=None)
    found = shown(client, secretary)
    assert (found[0], found[-1]) == ("JCA-MV-LS2: IETF", "JCA-MV-LS1: IETF")
    informed = sent.addressees.filter(purpose="information").values_list("text", flat=True)
    assert not {f"JCA-MV-LS1: {name}" for name in informed} & set(found), "of whom nothing is asked is left out"


def test_it_is_narrowed(client, secretary, rapporteur, sent, second) -> None:
    ietf = Group.objects.get(designation="IETF")
    assert set(shown(client, secretary, f"group={ietf.pk}")) == {"JCA-MV-LS1: IETF", "JCA-MV-LS2: IETF"}
    sector = Group.objects.get(designation="ITU-T")
    assert "JCA-MV-LS1: ITU-T SG21" in shown(client, secretary, f"group={sector.pk}"), "and those that stand under it"
    Statement.objects.filter(pk=second.pk).update(responsible=rapporteur.person)
    assert {line[:10] for line in shown(client, rapporteur, "whose=mine")} == {"JCA-MV-LS2"}
    assert shown(client, rapporteur, "show=late") == []
    sent.addressees.filter(text="IETF").update(due_at=AFTER - timedelta(days=1))
    assert shown(client, rapporteur, "show=late") == ["JCA-MV-LS1: IETF"]


@pytest.mark.parametrize("question", ["ITU-T Q9/21", "ITU-T Q10/21"])
def test_it_is_narrowed_to_a_question_that_a_statement_names_among_others(client, secretary, sent, second, question):
    Group.objects.create(designation="ITU-T Q10/21", kind="question")  # the other has no group here
    offered = [name for name, _label in form_of(client, secretary).fields["question"].choices]
    assert offered == ["", "ITU-T Q9/21", "ITU-T Q10/21", "N/A"]
    found = shown(client, secretary, f"question={question}")
    assert found
    assert all(line.startswith("JCA-MV-LS2") for line in found)


def form_of(client, user):
    client.force_login(user)
    return client.get(ADDRESS).context["form"]


def test_who_has_answered_is_among_the_answered(client, secretary, sent) -> None:
    addressee = sent.addressees.get(text="IETF")
    keys = tuple(addressee.requests.values_list("key", flat=True))
    answer = Answer("answer", settles=keys, reference="IETF-7", name="Ida")
    advance(addressee, "settle", by=Actor.of(secretary), seen=sent.revision_id, details=answer, now=AFTER)
    assert "JCA-MV-LS1: IETF" not in shown(client, secretary)
    assert shown(client, secretary, "show=answered") == ["JCA-MV-LS1: IETF"]
    assertContains(client.get(f"{ADDRESS}?show=all"), "IETF-7")


def test_a_filter_that_does_not_exist_is_left_out(client, secretary, sent) -> None:
    assert shown(client, secretary, "show=nonsense&group=abc&question=77") == shown(client, secretary)


def test_the_secretary_records_from_here_and_others_only_read(client, secretary, member, sent) -> None:
    address = reverse("addressee-settle", args=[sent.pk, sent.addressees.get(text="IETF").pk])
    client.force_login(secretary)
    assertContains(client.get(ADDRESS), address)
    client.force_login(member)
    assertNotContains(client.get(ADDRESS), address)


def test_time_that_was_asked_for_is_granted_from_here_until_somebody_has(client, secretary, member, sent) -> None:
    addressee = sent.addressees.get(text="IETF")
    wanted = Answer("more_time", until=AFTER.date() + timedelta(days=120), name="Ida")
    advance(addressee, "settle", by=Actor.of(secretary), seen=sent.revision_id, details=wanted, now=AFTER)
    reply = addressee.replies.get()
    address = reverse("reply-time", args=[sent.pk, reply.pk])
    client.force_login(secretary)
    assertContains(client.get(ADDRESS), f'<a href="{address}">Grant time, or not</a>')
    client.post(address, {"until": f"{wanted.until}"})
    assertContains(client.get(ADDRESS), "Asks for more time")
    assertNotContains(client.get(ADDRESS), address)
    reply.decided_at = None
    reply.save()
    client.force_login(member)
    assertNotContains(client.get(ADDRESS), address)


def test_another_desk_sees_nothing_of_it(client, other_secretary, sent) -> None:
    assert shown(client, other_secretary, "show=all") == []


def test_pages_follow_one_another_though_rows_leave_the_list(client, secretary, sent, second, monkeypatch) -> None:
    everything = shown(client, secretary)
    monkeypatch.setattr(paging.page_of, "__kwdefaults__", {**paging.page_of.__kwdefaults__, "size": 2})
    client.force_login(secretary)
    first = client.get(ADDRESS).context
    last = first["lines"][-1].addressee
    last.requests.update(outcome="waived", settled_at=AFTER)
    onward = client.get(ADDRESS + first["page"].onward).context
    seen = [f"{line.statement}: {line.addressee}" for line in [*first["lines"], *onward["lines"]]]
    assert seen == everything[: len(seen)]
    assert len(seen) > 2


def test_more_rows_ask_no_more_queries(client, secretary, sent, request) -> None:
    client.force_login(secretary)
    before = queries(client, ADDRESS)
    request.getfixturevalue("second")
    assert queries(client, ADDRESS) == before
