"""A vice-chair approves in place of a chair who is away: asked, counted for the chair, and named beside the chair."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pytest_django.asserts import assertContains

from contacts.actor import Actor
from contacts.models import Person, StandIn
from liaisons import housekeeping, links
from liaisons.models import Approval, Link, Message
from liaisons.workflow import advance, obstacles
from tests.fixtures import AFTER, somebody
from tests.pages import at


@pytest.fixture
def vice_chair(desk):
    return somebody("Vic Vice", "vic@example.org", desk, "vice_chair")


def stands_in(desk, chair, vice_chair, days: int = 30) -> StandIn:
    day = desk.today(AFTER)
    return StandIn.objects.create(
        group=desk.group, chair=chair.person, person=vice_chair.person,
        valid_from=day, valid_to=day + timedelta(days=days),
    )  # fmt: skip


def approve(statement, user):
    return advance(statement, "approve", by=Actor.of(user), seen=statement.revision.pk, now=AFTER)


def asked() -> list[str]:
    rows = Message.objects.filter(kind=Message.Kind.APPROVE).order_by("pk")
    return list(rows.values_list("recipient", flat=True))


def test_the_word_counts_for_the_chair(desk, circulated, chair, cochair, vice_chair, client, secretary) -> None:
    stands_in(desk, chair, vice_chair)
    assert approve(circulated, cochair).state == "circulated", "all chairs are wanted, one is away"
    assert approve(circulated, vice_chair).state == "approved"
    row = Approval.objects.get(person=vice_chair.person)
    assert row.in_place_of == chair.person
    client.force_login(secretary)
    assertContains(client.get(f"/statements/{circulated.pk}/", follow=True), "in place of Chris Chair")


def test_the_chair_has_nothing_left_to_approve(desk, circulated, chair, cochair, vice_chair) -> None:
    stands_in(desk, chair, vice_chair)
    approve(circulated, vice_chair)
    assert obstacles(circulated, "approve", Actor.of(chair), AFTER) == [
        "This word was given already, by the chair or in the chair's place. The others have been asked."
    ]
    assert obstacles(circulated, "approve", Actor.of(vice_chair), AFTER) == [
        "You have already approved this revision. The others have been asked."
    ]


def test_one_person_gives_the_word_of_one_chair_only(desk, circulated, chair, cochair, vice_chair) -> None:
    """A second word of theirs would count for nobody, and two chairs are wanted."""
    row = stands_in(desk, chair, vice_chair)
    approve(circulated, vice_chair)
    StandIn.objects.filter(pk=row.pk).update(chair=cochair.person)
    assert obstacles(circulated, "approve", Actor.of(vice_chair), AFTER) == [
        "You have already approved this revision for another chair. Somebody else gives this chair's word."
    ]
    assert approve(circulated, cochair).state == "approved"


def test_nobody_is_asked_for_a_word_that_was_given(desk, circulated, chair, vice_chair) -> None:
    approve(circulated, chair)
    stands_in(desk, chair, vice_chair)
    housekeeping.ask_chairs(AFTER)
    assert asked() == ["kim@example.org"]


def test_a_vice_chair_who_stands_in_for_nobody_approves_nothing(desk, circulated, chair, vice_chair) -> None:
    assert obstacles(circulated, "approve", Actor.of(vice_chair), AFTER)
    row = stands_in(desk, chair, vice_chair, days=0)
    assert not obstacles(circulated, "approve", Actor.of(vice_chair), AFTER)
    assert obstacles(circulated, "approve", Actor.of(vice_chair), AFTER + timedelta(days=1)), row


def test_their_own_text_needs_another(desk, circulated, chair, vice_chair) -> None:
    """The chair's place does not make what a vice-chair wrote somebody else's."""
    circulated.desk.approvers = "one"
    stands_in(desk, chair, vice_chair)
    circulated.revision.author = vice_chair.person
    assert obstacles(circulated, "approve", Actor.of(vice_chair), AFTER) == [
        "You wrote this revision. Somebody else has to approve it."
    ]


def test_they_are_asked_also_when_they_stand_in_later(desk, circulated, chair, vice_chair) -> None:
    housekeeping.ask_chairs(AFTER)
    assert asked() == ["chris@example.org", "kim@example.org"]
    stands_in(desk, chair, vice_chair)
    housekeeping.ask_chairs(AFTER)
    housekeeping.ask_chairs(AFTER)
    assert asked() == ["chris@example.org", "kim@example.org", "vic@example.org"], "each once"
    assert Link.objects.filter(purpose="approve").count() == 3
    told = Message.objects.filter(kind=Message.Kind.APPROVE, text__regex=r"In place of: +Chris Chair\n")
    assert [message.recipient for message in told] == ["vic@example.org"], "and told in whose place"


def test_by_link_they_approve_while_they_stand_in(desk, circulated, chair, vice_chair, client, time_machine) -> None:
    time_machine.move_to(AFTER, tick=False)
    row = stands_in(desk, chair, vice_chair)
    housekeeping.ask_chairs(AFTER)
    token = links.token(Link.objects.get(person=vice_chair.person).pk)
    page = client.get(f"/l/{token}/")
    assertContains(page, "You approve exactly the text above")
    assertContains(page, "For Vic Vice in place of Chris Chair, JCA-MV")
    yesterday = row.valid_from - timedelta(days=1)
    StandIn.objects.filter(pk=row.pk).update(valid_from=yesterday, valid_to=yesterday)
    assertContains(client.get(f"/l/{token}/"), "There is nothing for you to approve now")


def test_the_days_begin_and_end_at_the_seat_of_the_desk(
    desk, circulated, chair, vice_chair, client, time_machine
) -> None:
    """Geneva is an hour ahead of UTC by then; where the vice-chair is it is another day."""
    Person.objects.filter(pk=vice_chair.person.pk).update(zone="Pacific/Auckland")
    day = date(2025, 10, 29)
    StandIn.objects.create(group=desk.group, chair=chair.person, person=vice_chair.person, valid_from=day, valid_to=day)
    begins, ends = (datetime(2025, 10, number, 23, tzinfo=UTC) for number in (28, 29))
    instant = timedelta(seconds=1)
    housekeeping.ask_chairs(begins - instant)
    assert "vic@example.org" not in asked()
    housekeeping.ask_chairs(begins)
    assert "vic@example.org" in asked()
    address = at("link", Link.objects.get(person=vice_chair.person))
    opens = {}
    for moment in (begins - instant, begins, ends - instant, ends):
        time_machine.move_to(moment, tick=False)
        opens[moment] = "You approve exactly the text above" in client.get(address).content.decode()
    assert list(opens.values()) == [False, True, True, False]
