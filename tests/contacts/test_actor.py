"""Who acts, in which roles, on which day; and who gets as far as a page."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from contacts.actor import Actor
from contacts.desks import desks_of
from contacts.models import Appointment
from contacts.rights import OFFICERS, SECRETARIES, may_give, sees_addresses
from liaisons.models import Statement
from tests.fixtures import NOW, somebody

TODAY = NOW.date()


def test_roles_hold_from_their_first_to_their_last_day(desk):
    user = somebody("Dora Days", "dora@example.org")
    Appointment.objects.create(
        person=user.person, group=desk.group, role="editor", valid_from=TODAY, valid_to=TODAY + timedelta(days=1)
    )
    held = {days: Actor.of(user).roles_at(desk.group, TODAY + timedelta(days=days)) for days in (-1, 0, 1, 2)}
    assert held == {-1: set(), 0: {"editor"}, 1: {"editor"}, 2: set()}


def test_roles_are_those_of_one_group(secretary, other_desk):
    assert Actor.of(secretary).roles_at(other_desk.group, TODAY) == frozenset()


def test_roles_are_read_once(secretary, desk, django_assert_num_queries):
    actor = Actor.of(secretary)
    with django_assert_num_queries(1):
        for _ in range(3):
            actor.roles_at(desk.group, TODAY)


def test_nobody_and_the_system_hold_no_roles(desk, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert Actor.of(AnonymousUser()).roles_at(desk.group, TODAY) == frozenset()
        assert Actor.system().roles_at(desk.group, TODAY) == frozenset()


def test_an_actor_is_called_by_person_account_or_address(secretary):
    secretary.person.name = "Sam"
    assert str(Actor.of(secretary)) == "Sam"
    assert str(Actor("mail", email="a@example.org")) == "a@example.org"
    assert str(Actor.system()) == "system"


def test_the_desks_of_a_person_are_those_where_a_role_is_held_today(secretary, desk, other_desk):
    Appointment.objects.create(
        person=secretary.person, group=other_desk.group, role="member", valid_to=TODAY - timedelta(days=1)
    )
    assert list(desks_of(Actor.of(secretary), NOW)) == [desk]


def test_the_chosen_desk_is_kept_while_the_person_works_there(client, secretary, desk, other_desk, time_machine):
    time_machine.move_to(NOW, tick=False)
    role = Appointment.objects.create(person=secretary.person, group=other_desk.group, role="member")
    client.force_login(secretary)
    assert client.get(reverse("people")).context["desk"] == other_desk  # the first by name
    client.post(reverse("desk-switch"), {"desk": desk.pk})
    assert client.get(reverse("people")).context["desk"] == desk
    client.post(reverse("desk-switch"), {"desk": other_desk.pk})
    role.delete()
    assert client.get(reverse("people")).context["desk"] == desk


def test_a_page_of_the_desk_asks_to_sign_in_and_then_for_a_role(client, desk, outsider, member):
    answer = client.get(reverse("people"))
    assert (answer.status_code, answer.url) == (302, f"{reverse('sign-in')}?next={reverse('people')}")
    client.force_login(outsider)
    answer = client.get(reverse("people"))
    assert answer.status_code == 403
    assert "You have no role at a desk." in answer.content.decode()
    client.force_login(member)
    answer = client.get(reverse("desk-settings"))
    assert "This page belongs to other roles at this desk." in answer.content.decode()


@pytest.mark.parametrize(
    ("roles", "member", "administrator"),
    [({"secretariat"}, True, False), ({"administrator"}, True, True), ({"chair"}, False, False), (set(), False, False)],
)
def test_who_appoints_whom(roles, member, administrator):
    assert may_give("member", frozenset(roles)) is member
    assert may_give("administrator", frozenset(roles)) is administrator


def test_officers_see_addresses_and_the_letters_know_the_same_officers():
    everyone = set(Appointment.Role.values)
    assert {role for role in everyone if not sees_addresses(frozenset({role}))} == {"member", "representative"}
    assert SECRETARIES < OFFICERS == Statement.OFFICERS
