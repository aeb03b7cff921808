"""What must hold of groups, people and desks however they are entered."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from contacts.models import Alias, Appointment, Channel, Desk, Group, Person, Succession, User
from contacts.models.person import validate_zone

pytestmark = pytest.mark.postgres

WTSA = date(2024, 10, 24)


@pytest.fixture
def merged(db):
    """SG9 and SG16, whose work went to SG21 after WTSA-24."""
    days = {"SG9": {"valid_to": WTSA}, "SG16": {"valid_to": WTSA}, "SG21": {"valid_from": date(2024, 10, 25)}}
    names = {name: Group.objects.create(designation=name, kind="study_group", **days[name]) for name in days}
    for old in ("SG9", "SG16"):
        Succession.objects.create(predecessor=names[old], successor=names["SG21"], taken_effect_on=date(2024, 10, 25))
    return names


def refused(make):
    with pytest.raises(IntegrityError), transaction.atomic():
        make()


class TestGroups:
    def test_a_group_is_its_own_heir_while_it_exists(self, merged):
        assert merged["SG16"].successors(WTSA) == [merged["SG16"]]

    def test_afterwards_its_successor_receives_what_is_meant_for_it(self, merged):
        assert merged["SG16"].successors(date(2025, 1, 1)) == [merged["SG21"]]

    def test_a_succession_is_followed_over_several_steps_and_does_not_turn_in_circles(self, merged):
        merged["SG21"].valid_to = date(2028, 12, 31)
        merged["SG21"].save()
        heir = Group.objects.create(designation="SG30", kind="study_group", valid_from=date(2029, 1, 1))
        Succession.objects.create(predecessor=merged["SG21"], successor=heir, taken_effect_on=date(2029, 1, 1))
        Succession.objects.create(predecessor=merged["SG21"], successor=merged["SG9"], taken_effect_on=date(2029, 1, 1))
        assert merged["SG16"].successors(date(2029, 2, 1)) == [heir]

    def test_there_is_no_heir_before_there_is_one(self, merged):
        assert merged["SG9"].successors(date(2024, 10, 25)) == [merged["SG21"]]
        Succession.objects.all().delete()
        assert merged["SG9"].successors(date(2024, 10, 25)) == []

    def test_all_study_groups_are_those_of_the_sector_on_that_day(self, groups):
        Group.objects.filter(designation="ITU-T SG21").update(valid_from=date(2024, 10, 25))
        Group.objects.create(designation="IEEE SG1", kind="study_group", parent=groups["IETF"])
        assert [str(group) for group in Group.objects.study_groups(date(2024, 1, 1))] == ["ITU-T SG20"]
        assert [str(group) for group in Group.objects.study_groups(date(2025, 1, 1))] == ["ITU-T SG20", "ITU-T SG21"]

    def test_a_group_does_not_stand_under_itself(self, groups):
        groups["ITU-T"].parent = groups["ITU-T SG20"]
        with pytest.raises(ValidationError, match="cannot stand under itself"):
            groups["ITU-T"].clean()

    def test_a_group_is_there_once_and_ends_after_it_begins(self, groups):
        refused(lambda: Group.objects.create(designation="IETF", kind="forum"))
        Group.objects.create(designation="IETF", kind="forum", valid_from=WTSA)  # another one of that name, later
        refused(lambda: Group.objects.create(designation="X", kind="forum", valid_from=WTSA, valid_to=date(2024, 1, 1)))

    def test_a_designation_that_may_become_a_header_is_one_line(self, db):
        with pytest.raises(ValidationError):
            Group(designation="A\r\nBcc: b", kind="forum").full_clean()

    def test_nothing_follows_itself(self, merged):
        refused(
            lambda: Succession.objects.create(
                predecessor=merged["SG21"], successor=merged["SG21"], taken_effect_on=WTSA
            )
        )

    def test_a_spelling_stands_for_one_group_in_one_context(self, groups):
        Alias.objects.create(group=groups["IETF"], text="WG1", key="wg1")
        refused(lambda: Alias.objects.create(group=groups["ITU-T SG20"], text="WG-1", key="wg1"))
        Alias.objects.create(group=groups["ITU-T SG20"], text="WG1", key="wg1", within=groups["ITU-T"])

    @pytest.mark.parametrize(
        "fields",
        [{"kind": "mail"}, {"kind": "web_form"}, {"kind": "via"}, {"kind": "mail", "url": "https://example.org"}],
    )
    def test_a_channel_has_the_address_it_needs(self, groups, fields):
        refused(lambda: Channel.objects.create(group=groups["IETF"], **fields))

    def test_a_channel_by_hand_needs_none_and_is_there_once(self, groups):
        Channel.objects.create(group=groups["IETF"], kind="by_hand")
        refused(lambda: Channel.objects.create(group=groups["IETF"], kind="by_hand"))


class TestPeople:
    def test_an_address_belongs_to_one_person_in_whatever_case(self, member):
        refused(lambda: Person.objects.create(name="Twin", email="MEL@example.org"))
        for _ in range(2):
            Person.objects.create(name="Without an address")

    def test_a_zone_is_one_that_exists(self):
        validate_zone("Pacific/Pago_Pago")
        with pytest.raises(ValidationError, match="Mars/Olympus is not a time zone"):
            validate_zone("Mars/Olympus")

    def test_people_known_at_a_desk_are_those_it_gave_a_role(self, desk, other_desk, member, other_secretary, outsider):
        assert list(Person.objects.known_at(desk.group)) == [member.person]

    def test_people_holding_a_role_hold_it_that_day(self, desk, chair):
        Appointment.objects.update(valid_to=WTSA)
        assert list(Person.objects.holding("cochair", group=desk.group, on=WTSA)) == [chair.person]
        assert not Person.objects.holding("cochair", group=desk.group, on=date(2025, 1, 1)).exists()

    def test_an_appointment_is_there_once_and_ends_after_it_begins(self, desk, member):
        refused(lambda: Appointment.objects.create(person=member.person, group=desk.group, role="member"))
        refused(
            lambda: Appointment.objects.create(
                person=member.person, group=desk.group, role="editor", valid_from=WTSA, valid_to=date(2024, 1, 1)
            )
        )

    def test_accounts_are_found_by_address_in_whatever_case(self, db):
        user = User.objects.create_user("  Sam@Example.org ", "secret")
        assert User.objects.get_by_natural_key("SAM@example.ORG") == user
        with pytest.raises(ValueError, match="needs an e-mail address"):
            User.objects.create_user("")


class TestDesks:
    @pytest.mark.parametrize("pattern", ["LS", "{group}", "{n", "{x}{n}", "{n:q}"])
    def test_a_pattern_gives_a_number(self, desk, pattern):
        desk.number_pattern = pattern
        with pytest.raises(ValidationError, match="Write the pattern with"):
            desk.full_clean()

    @pytest.mark.parametrize("stages", [7, ["7"], [True], [400]])
    def test_stages_are_whole_days(self, desk, stages):
        desk.remind_outsiders = stages
        with pytest.raises(ValidationError, match="List whole days"):
            desk.full_clean()

    def test_the_day_is_that_of_the_seat(self, desk, now):
        desk.zone = "Pacific/Auckland"
        assert desk.today(now.replace(hour=23)) == date(2025, 10, 14)

    def test_a_group_has_one_desk(self, desk):
        refused(lambda: Desk.objects.create(group=desk.group, slug="again", mailbox="a@example.org"))
