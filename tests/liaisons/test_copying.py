"""Who gets copies: rules that a desk has made, or the standing ones; each address once, with the reason."""

import pytest
from django.core.exceptions import ValidationError

from contacts.actor import Actor
from contacts.models import Appointment, Group, Person, StandIn
from liaisons.details import Received
from liaisons.mail.copying import copied, rules_of
from liaisons.models import CopyRule, Message, Relation
from liaisons.received.registering import register
from liaisons.workflow import advance
from tests.fixtures import AFTER

pytestmark = pytest.mark.django_db


def rule(desk, who: str, **fields) -> CopyRule:
    row = CopyRule(desk=desk, who=who, why="you asked for it.", **fields)
    row.full_clean()
    row.save()
    desk.own_copy_rules = True
    desk.save()
    return row


def somebody_in(group: Group, role: str, email: str) -> Person:
    person = Person.objects.create(name=email.partition("@")[0], email=email)
    Appointment.objects.create(person=person, group=group, role=role)
    return person


def addresses(statement) -> list[str]:
    return [one.recipient.email for one in copied(statement, AFTER)]


def test_a_desk_without_rules_follows_the_standing_ones(approved, groups):
    somebody_in(groups["ITU-T SG21"], "chair", "chair21@example.org")
    somebody_in(groups["ITU-T SG21"], "cochair", "cochair21@example.org")
    somebody_in(groups["IETF"], "cochair", "cochair@ietf.example.org")
    somebody_in(groups["ITU-T TSAG"], "chair", "chairtsag@example.org")  # addressed for information
    whys = {one.recipient.email: one.why for one in copied(approved, AFTER)}
    assert whys == {
        "sam@example.org": "you are a contact named in it.",
        "chris@example.org": "you chair the group that sends it.",
        "kim@example.org": "you chair the group that sends it.",
        "chair21@example.org": "you chair a group that it asks for action.",
        "cochair21@example.org": "you chair a group that it asks for action.",
        "cochair@ietf.example.org": "you chair a group that it asks for action.",
        "secretariat@jca-mv.example.org": "the secretariat keeps what its desk sends.",
    }


def test_who_decides_in_place_of_a_chair_is_told_so(approved, desk, chair):
    vice = somebody_in(desk.group, "vice_chair", "vic@example.org")
    StandIn.objects.create(
        group=desk.group, chair=chair.person, person=vice, valid_from=AFTER.date(), valid_to=AFTER.date()
    )
    whys = {one.recipient.email: one.why for one in copied(approved, AFTER)}
    assert whys["vic@example.org"] == "you decide in place of Chris Chair."
    assert whys["chris@example.org"] == "you chair the group that sends it."


def test_who_forwarded_what_it_answers_gets_a_copy(approved, desk, secretary, groups):
    received = register(
        desk,
        Received(
            source_text="ITU-T SG21",
            source=groups["ITU-T SG21"],
            forwarded_by=groups["IETF"],
            title="LS/i on the terms",
            received_on=AFTER.date(),
        ),
        by=Actor.of(secretary),
        now=AFTER,
    )
    relation = Relation(statement=approved, to=received.statement, kind="replies_to", inferred=True)
    relation.save()
    assert "ietf@example.org" not in addresses(approved)  # a machine thinks so
    Relation.objects.update(confirmed_at=AFTER)
    whys = {one.recipient.email: one.why for one in copied(approved, AFTER)}
    assert whys["ietf@example.org"] == "you forwarded the statement that it answers."


@pytest.mark.parametrize(
    ("who", "fields", "expected"),
    [
        ("contacts", {}, ["sam@example.org"]),
        ("sender", {"role": "cochair"}, ["chris@example.org", "kim@example.org"]),
        ("addressed", {"role": "chair"}, ["chair20@example.org", "chair21@example.org"]),
        ("addressed", {"role": "chair", "purpose": "comment"}, []),
        ("parent", {"role": "chair", "purpose": "action"}, ["chairt@example.org"]),
        ("named", {"role": "chair"}, ["chairt@example.org"]),
        ("address", {"email": "archive@example.org"}, ["archive@example.org"]),
        ("address", {"email": "archive@example.org", "purpose": "comment"}, []),
    ],
)
def test_each_kind_of_rule(approved, desk, groups, who, fields, expected):
    somebody_in(groups["ITU-T SG21"], "chair", "chair21@example.org")
    somebody_in(groups["ITU-T TSAG"], "chair", "chair20@example.org")
    somebody_in(groups["ITU-T"], "chair", "chairt@example.org")
    rule(desk, who, **fields, **({"group": groups["ITU-T"]} if who == "named" else {}))
    assert sorted(addresses(approved)) == expected


def test_the_first_rule_that_names_an_address_gives_the_reason(approved, desk):
    rule(desk, "address", email="SAM@example.org", position=0)
    CopyRule.objects.update(why="first.")
    rule(desk, "contacts", position=1)
    assert [(one.recipient.email, one.why) for one in copied(approved, AFTER)] == [("SAM@example.org", "first.")]


def test_a_rule_names_what_it_needs_and_no_more(desk):
    with pytest.raises(ValidationError, match="Name the role, the group or the address"):
        rule(desk, "sender", email="a@example.org")


def test_whoever_is_addressed_gets_no_copy_and_each_copy_says_why(approved, desk, secretary):
    rule(desk, "address", email="IETF@example.org")
    rule(desk, "address", email="archive@example.org", position=1)
    sent = advance(approved, "send", by=Actor.of(secretary), seen=approved.revision_id, now=AFTER)
    messages = Message.objects.of_dispatch(sent)
    assert sorted(messages.values_list("recipient", flat=True)) == [
        *("archive@example.org", "ietf@example.org", "sg21@example.org", "tsag@example.org")
    ]
    copy = messages.get(recipient="archive@example.org")
    assert copy.why == "You get this copy because you asked for it."
    assert copy.why in copy.text


def test_rules_of_another_desk_count_there_only(desk, other_desk):
    rule(other_desk, "contacts")
    assert all(row.pk is None for row in rules_of(desk))
    assert len(rules_of(other_desk)) == 1
