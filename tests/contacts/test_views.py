"""Groups and people as pages: found, added, changed, exchanged as tables, and seen by whom they concern."""

from datetime import date

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from contacts.models import Alias, Appointment, Channel, Group, Person
from tests.fixtures import NOW, somebody
from tests.pages import asked, page, send


@pytest.fixture(autouse=True)
def _at(time_machine):
    time_machine.move_to(NOW, tick=False)


def found(response):
    return [str(row) for row in response.context["page"].rows]


class TestTheListOfGroups:
    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("q=sg21", ["ITU-T SG21"]),
            ("q=itu-t 20", ["ITU-T SG20"]),
            ("q=SG-Twenty", ["ITU-T SG20"]),
            ("q=metaverse", ["JCA-MV", "World Metaverse Council"]),
            ("kind=study_group", ["ITU-T SG20", "ITU-T SG21"]),
            ("exists=ended", ["SG16"]),
            ("exists=all&q=sg1", ["SG16"]),
            ("q=nothing", []),
        ],
    )
    def test_is_searched_by_name_spelling_kind_and_day(self, client, desk, member, groups, query, names):
        Alias.objects.create(group=groups["ITU-T SG20"], text="SG Twenty", key="sgtwenty")
        Group.objects.create(designation="SG16", kind="study_group", valid_to=date(2024, 10, 24))
        assert found(page(client, member, f"{reverse('groups')}?{query}")) == names

    def test_rubbish_in_the_address_is_left_out(self, client, desk, member, groups):
        for query in ("kind=rubbish&exists=x", "after=x", "after=99999999", "before=-1", "q=%00"):
            assert len(found(page(client, member, f"{reverse('groups')}?{query}"))) == len(groups)

    def test_is_walked_page_by_page_forth_and_back(self, client, desk, member, groups):
        Group.objects.bulk_create(Group(designation=f"Forum {n:03d}", kind="forum") for n in range(110))
        seen, path = [], reverse("groups")
        pages = []
        while path:
            response = page(client, member, path)
            pages.append(found(response))
            seen += found(response)
            onward = response.context["page"].onward
            path = f"{reverse('groups')}{onward}" if onward else ""
        assert seen == sorted(seen)
        assert len(seen) == len(set(seen)) == 110 + len(groups)
        back = response.context["page"].back
        assert found(page(client, member, f"{reverse('groups')}{back}")) == pages[-2]

    def test_asks_the_database_as_often_for_three_as_for_one(self, client, desk, member, groups):
        client.force_login(member)
        Channel.objects.all().delete()
        Group.objects.exclude(designation__in=["JCA-MV", "ITU-T", "ITU-T TSAG"]).delete()
        path = f"{reverse('groups')}?kind=forum"
        counts = []
        for number in range(3):
            forum = Group.objects.create(designation=f"F{number}", kind="forum", parent=groups["ITU-T"])
            Channel.objects.create(group=forum, kind="by_hand")
            counts.append(asked(client, path))
        assert counts[0] == counts[2]

    def test_buttons_are_for_secretaries(self, client, secretary, chair):
        assert reverse("group-new") in page(client, secretary, reverse("groups")).content.decode()
        assert reverse("group-new") not in page(client, chair, reverse("groups")).content.decode()


class TestAGroupIsAddedAndChanged:
    def test_with_its_parent_in_shorthand(self, client, desk, secretary, groups):
        given = {"designation": "ITU-T Q9/21", "kind": "question", "parent": "SG 21", "valid_from": "2025-01-01"}
        response = send(client, secretary, "group-new", **given)
        group = Group.objects.get(designation="ITU-T Q9/21")
        assert response.url == group.get_absolute_url()
        assert (group.parent, group.valid_from) == (groups["ITU-T SG21"], date(2025, 1, 1))
        shown = page(client, secretary, reverse("group-edit", args=[group.pk])).content.decode()
        assert 'value="ITU-T SG21"' in shown
        send(client, secretary, "group-edit", group.pk, **{**given, "name": "Multimedia"})
        assert Group.objects.get(pk=group.pk).name == "Multimedia"

    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            ({"designation": "IETF"}, "A group of this name is known already."),
            ({"parent": "Nobodies"}, "Nobody here knows “Nobodies”."),
            ({"parent": "SGs 20 and 21"}, "names several bodies"),
            ({"valid_from": "2025-01-02", "valid_to": "2025-01-01"}, "A group cannot end before it begins."),
            ({"designation": "A\nB"}, "Write this on one line"),
        ],
    )
    def test_what_cannot_be_is_refused_and_what_was_typed_stays(self, client, desk, secretary, given, sentence):
        data = {"designation": "New", "kind": "forum", "name": "As typed", **given}
        shown = send(client, secretary, "group-new", status=400, **data).content.decode()
        assert sentence in shown
        assert 'value="As typed"' in shown

    def test_not_under_itself(self, client, desk, secretary, groups):
        data = {"designation": "ITU-T", "kind": "sector", "parent": "ITU-T SG21"}
        response = send(client, secretary, "group-edit", groups["ITU-T"].pk, status=400, **data)
        assert "A group cannot stand under itself." in response.content.decode()


class TestPeople:
    def test_members_see_names_and_officers_addresses(self, client, secretary, member):
        assert "sam@example.org" in page(client, secretary, reverse("people")).content.decode()
        for path in (reverse("people"), secretary.person.get_absolute_url()):
            shown = page(client, member, path).content.decode()
            assert "Sam Secretary" in shown
            assert "sam@example.org" not in shown

    def test_members_cannot_find_people_by_address(self, client, secretary, member):
        path = f"{reverse('people')}?q=sam@example"
        assert found(page(client, secretary, path)) == ["Sam Secretary"]
        assert found(page(client, member, path)) == []

    def test_another_desk_knows_other_people(self, client, secretary, other_secretary):
        assert found(page(client, other_secretary, reverse("people"))) == ["Otto Other"]
        page(client, other_secretary, secretary.person.get_absolute_url(), status=404)

    def test_roles_that_ended_are_shown_on_demand(self, client, desk, secretary, member):
        member.person.appointments.update(valid_to=date(2025, 1, 1))
        assert found(page(client, secretary, reverse("people"))) == ["Sam Secretary"]
        assert found(page(client, secretary, f"{reverse('people')}?held=all&role=member")) == ["Mel Member"]

    def test_asks_the_database_as_often_for_three_as_for_one(self, client, desk, secretary, groups):
        client.force_login(secretary)
        counts = [asked(client, reverse("people"))]
        for number in (2, 3):
            person = somebody(f"P{number}", f"p{number}@example.org").person
            Appointment.objects.create(
                person=person, group=desk.group, role="representative", represents=groups["IETF"]
            )
            counts.append(asked(client, reverse("people")))
        assert counts[1] == counts[2]

    def test_roles_at_another_desk_are_not_shown(self, client, desk, other_desk, secretary, member, groups):
        Appointment.objects.create(person=member.person, group=other_desk.group, role="editor")
        Appointment.objects.create(person=member.person, group=groups["IETF"], role="chair")
        shown = page(client, secretary, member.person.get_absolute_url()).content.decode()
        assert "in IETF" in shown
        assert "Editor" not in shown


class TestAPersonIsAddedAndChanged:
    def test_with_a_first_role(self, client, desk, secretary, groups):
        given = {"name": "Ruth Ree", "email": "ruth@example.org", "zone": "Asia/Seoul", "language": "en"}
        role = {"role-role": "representative", "role-represents": "ietf", "role-valid_from": "2025-10-01"}
        response = send(client, secretary, "person-new", **given, **role, spellings="Ruth REE\nR. Ree")
        ruth = Person.objects.get(name="Ruth Ree")
        assert response.url == ruth.get_absolute_url()
        assert ruth.spellings == ["Ruth REE", "R. Ree"]
        held = ruth.appointments.get()
        assert (held.group, held.role, held.represents) == (desk.group, "representative", groups["IETF"])

    def test_somebody_known_by_that_address_gets_the_role_and_keeps_their_data(
        self, client, desk, secretary, other_desk, other_secretary
    ):
        given = {"name": "O. Ther", "email": "OTTO@example.org", "zone": "Asia/Seoul", "language": "en"}
        send(client, secretary, "person-new", **given, **{"role-role": "member"})
        otto = other_secretary.person
        otto.refresh_from_db()
        assert (otto.name, otto.zone) == ("Otto Other", "Europe/Zurich")
        assert otto.appointments.filter(group=desk.group, role="member").exists()
        again = send(client, secretary, "person-new", status=400, **given, **{"role-role": "member"})
        assert "Otto Other holds this role already." in again.content.decode()

    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            ({"zone": "Mars"}, "Mars is not a time zone."),
            ({"language": "tlh"}, "Select a valid choice."),
            ({"name": "A\r\nB"}, "Write this on one line"),
            ({"role-role": "administrator"}, "Administrators are appointed by an administrator."),
            ({"role-role": "representative"}, "Say which body the person represents."),
            ({"role-valid_from": "2025-02-02", "role-valid_to": "2025-02-01"}, "cannot end before it begins"),
        ],
    )
    def test_what_cannot_be_is_refused_and_nothing_is_kept(self, client, desk, secretary, given, sentence):
        data = {"name": "New", "zone": "Europe/Zurich", "language": "en", "role-role": "member", **given}
        assert sentence in send(client, secretary, "person-new", status=400, **data).content.decode()
        assert not Person.objects.exclude(pk=secretary.person.pk).exists()

    def test_data_are_changed_by_the_only_desk_that_knows_them(self, client, desk, secretary, member, other_desk):
        given = {"name": "Mel M.", "email": "mel@example.org", "zone": "Asia/Seoul", "language": "en"}
        send(client, secretary, "person-edit", member.person.pk, **given)
        assert Person.objects.get(pk=member.person.pk).name == "Mel M."
        Appointment.objects.create(person=member.person, group=other_desk.group, role="member")
        # Who reads approvals sent to this address is not for one of two desks to decide.
        refused = send(client, secretary, "person-edit", member.person.pk, status=403, **given)
        assert "Another desk knows Mel M. too." in refused.content.decode()

    def test_an_address_that_somebody_has_is_refused(self, client, desk, secretary, member):
        given = {"name": "Mel", "email": "SAM@example.org", "zone": "Asia/Seoul", "language": "en"}
        response = send(client, secretary, "person-edit", member.person.pk, status=400, **given)
        assert "Another person has this address." in response.content.decode()

    def test_a_role_is_given_and_ended(self, client, desk, secretary, member):
        pk = member.person.pk
        send(client, secretary, "person-role", pk, role="editor", valid_from="2025-10-01")
        role = Appointment.objects.get(role="editor")
        twice = send(client, secretary, "person-role", pk, status=400, role="editor", valid_from="2025-10-01")
        assert "Mel Member holds this role already." in twice.content.decode()
        send(
            client,
            secretary,
            "person-role-edit",
            pk,
            role.pk,
            role="editor",
            valid_from="2025-10-01",
            valid_to="2025-10-12",
        )
        assert Appointment.objects.get(pk=role.pk).valid_to == date(2025, 10, 12)

    def test_a_rapporteur_may_speak_for_a_body_too(self, client, desk, secretary, member, groups):
        member.person.appointments.update(role="rapporteur", represents=groups["ITU-T SG21"])
        role = member.person.appointments.get()
        given = {"role": "rapporteur", "represents": "ITU-T SG21", "basis": "SG21 said so"}
        send(client, secretary, "person-role-edit", member.person.pk, role.pk, **given)
        role = member.person.appointments.get()
        assert (role.represents, role.basis) == (groups["ITU-T SG21"], "SG21 said so")

    def test_roles_elsewhere_and_of_others_are_not_found(self, client, desk, secretary, member, other_desk, chair):
        elsewhere = Appointment.objects.create(person=member.person, group=other_desk.group, role="member")
        for role in (elsewhere, chair.person.appointments.get()):
            page(client, secretary, reverse("person-role-edit", args=[member.person.pk, role.pk]), status=404)

    def test_secretaries_neither_make_nor_release_administrators(self, client, desk, secretary, administrator):
        pk = administrator.person.pk
        role = administrator.person.appointments.get()
        page(client, secretary, reverse("person-role-edit", args=[pk, role.pk]), status=403)
        send(client, secretary, "person-role", secretary.person.pk, status=400, role="administrator")
        send(client, administrator, "person-role", secretary.person.pk, role="administrator")
        assert secretary.person.appointments.filter(role="administrator").exists()


def upload(text, name="table.csv"):
    return SimpleUploadedFile(name, text if isinstance(text, bytes) else text.encode())


class TestTables:
    def test_groups_go_out_to_officers_and_come_back_unchanged(self, client, desk, secretary, member):
        page(client, member, reverse("groups-export"), status=403)
        response = page(client, secretary, reverse("groups-export"))
        assert response["Content-Disposition"] == 'attachment; filename="groups.csv"'
        looked = send(client, secretary, "groups-import", status=200, file=upload(response.content))
        assert looked.context["plan"].effective == 0
        assert "there is nothing to change" in looked.content.decode()

    def test_nothing_changes_before_somebody_says_so_and_then_exactly_that(self, client, desk, secretary, groups):
        text = "designation;kind;name\nIEC;organization;\nIETF;organization;Internet Engineering Task Force\nX;club;\n"
        looked = send(client, secretary, "groups-import", status=200, file=upload(text))
        assert not Group.objects.filter(designation="IEC").exists()
        shown = looked.content.decode()
        for words in (
            "1 new, 1 changed, 0 unchanged, 1 refused",
            "<ins>Internet Engineering Task Force</ins>",
            "no kind of group",
        ):
            assert words in shown
        form = {"table": looked.context["table"], "plan": looked.context["plan"].fingerprint()}
        send(client, secretary, "groups-import-apply", **form)
        assert Group.objects.get(designation="IEC").kind == "organization"
        assert Group.objects.get(designation="IETF").name == "Internet Engineering Task Force"
        assert not Group.objects.filter(designation="X").exists()

    def test_what_moved_on_meanwhile_is_shown_again(self, client, desk, secretary, groups):
        looked = send(
            client, secretary, "groups-import", status=200, file=upload("designation,kind\nIEC,organization\n")
        )
        Group.objects.create(designation="IEC", kind="organization")
        form = {"table": looked.context["table"], "plan": looked.context["plan"].fingerprint()}
        again = send(client, secretary, "groups-import-apply", status=409, **form)
        assert "Nothing was changed: the data moved on meanwhile." in again.content.decode()
        assert again.context["plan"].counts()["unchanged"] == 1

    def test_a_table_that_was_not_looked_at_is_not_applied(self, client, desk, secretary, administrator, time_machine):
        text = "designation,kind\nIEC,organization\n"
        looked = send(client, secretary, "groups-import", status=200, file=upload(text))
        form = {"table": looked.context["table"], "plan": looked.context["plan"].fingerprint()}
        forged = {**form, "table": signing.dumps(text, salt="else")}
        send(client, secretary, "groups-import-apply", **forged)
        send(client, administrator, "groups-import-apply", **form)  # it is another's page
        send(client, secretary, "people-import-apply", **form)  # and another table
        time_machine.shift(3601)
        send(client, secretary, "groups-import-apply", **form)
        assert not Group.objects.filter(designation="IEC").exists()

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            ("désignation".encode("utf-16"), "The file is not in UTF-8."),
            ("colour\nred\n", "is not one of this table"),
            ("", "The submitted file is empty."),
            (b"x" * 3_000_000, "The file is larger than 2 MB."),
        ],
    )
    def test_a_file_that_is_no_table_gets_a_sentence(self, client, desk, secretary, content, sentence):
        response = send(client, secretary, "groups-import", status=400, file=upload(content))
        assert sentence in response.content.decode()

    def test_people_go_out_and_come_in_for_one_desk(self, client, desk, secretary, other_secretary, chair):
        page(client, chair, reverse("people-export"), status=403)
        out = page(client, secretary, reverse("people-export"))
        assert "Otto" not in out.content.decode()
        looked = send(client, secretary, "people-import", status=200, file=upload(out.content))
        assert looked.context["plan"].counts()["unchanged"] == 2
        looked = send(client, secretary, "people-import", status=200, file=upload("name,role\nAnn New,member\n"))
        form = {"table": looked.context["table"], "plan": looked.context["plan"].fingerprint()}
        send(client, secretary, "people-import-apply", **form)
        assert Appointment.objects.get(person__name="Ann New").group == desk.group
