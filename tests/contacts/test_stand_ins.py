"""A vice-chair stands in for a chair on the days given, and no longer."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from contacts.actor import Actor
from contacts.models import Appointment, Person, StandIn
from tests.fixtures import NOW, somebody

TODAY = NOW.date()


@pytest.fixture
def vice_chair(desk):
    return somebody("Vic Vice", "vic@example.org", desk, "vice_chair")


@pytest.fixture
def standing_in(desk, chair, vice_chair) -> StandIn:
    return StandIn.objects.create(
        group=desk.group, chair=chair.person, person=vice_chair.person,
        valid_from=TODAY, valid_to=TODAY + timedelta(days=6),
    )  # fmt: skip


def roles(user, desk, days: int) -> frozenset[str]:
    return Actor.of(user).roles_at(desk.group, TODAY + timedelta(days=days))


def test_the_role_is_lent_from_the_first_to_the_last_day(desk, vice_chair, standing_in) -> None:
    held = {days: roles(vice_chair, desk, days) for days in (-1, 0, 6, 7)}
    lent = {"vice_chair", "cochair"}
    assert held == {-1: {"vice_chair"}, 0: lent, 6: lent, 7: {"vice_chair"}}


def test_who_holds_an_office_counts_the_stand_in(desk, chair, vice_chair, standing_in) -> None:
    def deciding(days: int) -> set[Person]:
        on = TODAY + timedelta(days=days)
        return set(Person.objects.holding("chair", "cochair", group=desk.group, on=on))

    assert deciding(0) == {chair.person, vice_chair.person}
    assert deciding(7) == {chair.person}


@pytest.mark.parametrize("role", ["cochair", "vice_chair"])
def test_nothing_is_lent_when_one_of_them_has_left_office(desk, vice_chair, standing_in, role) -> None:
    Appointment.objects.filter(role=role).update(valid_to=TODAY - timedelta(days=1))
    assert "cochair" not in roles(vice_chair, desk, 0)


@pytest.fixture
def filled(chair, vice_chair, time_machine):
    time_machine.move_to(NOW, tick=False)
    return {"chair": chair.person.pk, "valid_from": "2025-11-01", "valid_to": "2025-11-14"}


@pytest.mark.parametrize("role", ["secretary", "chair"])
def test_it_is_written_down_and_shown(client, request, role, chair, vice_chair, filled) -> None:
    client.force_login(request.getfixturevalue(role))
    page = reverse("person", args=[vice_chair.person.pk])
    assertContains(client.get(page), "Let them stand in for a chair")
    assertRedirects(client.post(reverse("stand-in", args=[vice_chair.person.pk]), filled), page)
    assertContains(client.get(page), "Vic Vice in place of Chris Chair")
    assertContains(client.get(reverse("person", args=[chair.person.pk])), "Vic Vice in place of Chris Chair")
    assert (StandIn.objects.get().valid_from, StandIn.objects.get().valid_to) == (date(2025, 11, 1), date(2025, 11, 14))


def test_one_chair_has_one_stand_in_on_a_day(client, secretary, vice_chair, standing_in, filled) -> None:
    client.force_login(secretary)
    address = reverse("stand-in", args=[vice_chair.person.pk])
    twice = client.post(address, {**filled, "valid_from": standing_in.valid_to.isoformat()})
    assertContains(twice, "Vic Vice stands in for Chris Chair until 19 October 2025 already", status_code=400)
    mine = reverse("stand-in-edit", args=[vice_chair.person.pk, standing_in.pk])
    client.post(mine, {**filled, "valid_from": TODAY.isoformat(), "valid_to": TODAY.isoformat()})
    assert StandIn.objects.get().valid_to == TODAY, "its own days are not in its way"


def test_days_in_the_wrong_order_are_named(client, secretary, vice_chair, filled) -> None:
    client.force_login(secretary)
    said = client.post(reverse("stand-in", args=[vice_chair.person.pk]), {**filled, "valid_to": "2025-10-31"})
    assertContains(said, "The last day cannot be before the first.", status_code=400)


def test_only_a_vice_chair_stands_in(client, secretary, member, filled) -> None:
    client.force_login(secretary)
    said = client.get(reverse("stand-in", args=[member.person.pk]))
    assertContains(said, "Only a vice-chair stands in for a chair. Give Mel Member that role first.", status_code=403)


def test_only_chairs_are_stood_in_for(client, secretary, member, vice_chair, filled) -> None:
    client.force_login(secretary)
    said = client.post(reverse("stand-in", args=[vice_chair.person.pk]), {**filled, "chair": member.person.pk})
    assert said.status_code == 400
    assert not StandIn.objects.exists()


def test_from_the_page_of_a_chair_a_way_leads_to_the_vice_chairs(client, secretary, member, desk, chair) -> None:
    client.force_login(secretary)
    address = reverse("person", args=[chair.person.pk])
    assertContains(client.get(address), "Nobody is vice-chair here yet: give somebody that role first.")
    vice_chair = somebody("Vic Vice", "vic@example.org", desk, "vice_chair")
    assertContains(client.get(address), f'<a href="{reverse("stand-in", args=[vice_chair.person.pk])}">let Vic Vice')
    assertNotContains(client.get(reverse("person", args=[member.person.pk])), "a vice-chair can decide")
    client.force_login(member)
    assertNotContains(client.get(address), "a vice-chair can decide")
