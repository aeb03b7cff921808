"""The page of a group with its letters, the settings of a desk, and the help that cannot lie."""

import re
from datetime import date

import pytest
from django.urls import reverse

from contacts.actor import Actor
from contacts.models import Alias, Appointment, Channel, Desk, Group, Succession
from liaisons import outbox
from liaisons.details import Received
from liaisons.models import Addressee, Event, Message, Registration, Statement
from liaisons.received.registering import register
from liaisons.rules import ROLES
from liaisons.texts.writing import begin
from liaisons.views.guide import MEANINGS, STATES, life, rights
from liaisons.workflow import STEPS
from tests.fixtures import NOW, somebody
from tests.pages import asked, page, send


@pytest.fixture(autouse=True)
def _at(time_machine):
    time_machine.move_to(NOW, tick=False)


class TestAGroup:
    def test_its_page_shows_its_letters_with_this_desk_alone(
        self, client, draft, desk, secretary, member, other_desk, other_secretary, groups, letter
    ):
        sg21 = groups["ITU-T SG21"]
        received = Received(source_text="SG21", source=sg21, title="LS of SG21", received_on=NOW.date())
        register(desk, received, by=Actor.of(secretary), now=NOW)
        begin(other_desk, type(letter)(**{**letter.__dict__, "title": "Theirs"}), by=Actor.of(other_secretary), now=NOW)
        shown = page(client, secretary, sg21.get_absolute_url()).content.decode()
        assert draft.title in shown
        assert "LS of SG21" in shown
        assert "Theirs" not in shown
        shown = page(client, member, sg21.get_absolute_url()).content.decode()
        assert draft.title not in shown  # a draft is for its officers
        assert "LS of SG21" in shown

    def test_members_see_how_but_not_the_address(self, client, secretary, member, groups):
        sg21 = groups["ITU-T SG21"]
        assert "sg21@example.org" in page(client, secretary, sg21.get_absolute_url()).content.decode()
        shown = page(client, member, sg21.get_absolute_url()).content.decode()
        assert "sg21@example.org" not in shown
        assert "E-mail" in shown

    def test_people_of_another_desk_are_not_shown(self, client, secretary, other_secretary, groups):
        assert "Otto Other" not in page(client, secretary, groups["ITU-T SG20"].get_absolute_url()).content.decode()
        assert "Otto Other" in page(client, other_secretary, groups["ITU-T SG20"].get_absolute_url()).content.decode()

    def test_representatives_and_roles_are_shown(self, client, desk, secretary, groups):
        person = somebody("Rita Representative", "rita@example.org").person
        Appointment.objects.create(person=person, group=desk.group, role="representative", represents=groups["IETF"])
        Appointment.objects.create(person=person, group=groups["IETF"], role="chair")
        shown = page(client, secretary, groups["IETF"].get_absolute_url()).content.decode()
        assert "represents it in JCA-MV" in shown
        assert f'href="{person.get_absolute_url()}"' in shown

    def test_a_new_spelling_names_what_waited_for_it(self, client, desk, secretary, letter, groups):
        unknown = tuple(
            type(one)("WMC", one.purpose) if one.text == "World Metaverse Council" else one for one in letter.addressees
        )
        draft = begin(desk, type(letter)(**{**letter.__dict__, "addressees": unknown}), by=Actor.of(secretary), now=NOW)
        received = Received(source_text="WMC", title="LS", received_on=NOW.date())
        registration = register(desk, received, by=Actor.of(secretary), now=NOW)
        council = groups["World Metaverse Council"]
        assert Addressee.objects.get(statement=draft, text="WMC").group is None
        send(client, secretary, "group-alias", council.pk, **{"alias-text": "W.M.C."})
        addressee = Addressee.objects.get(statement=draft, text="WMC")
        assert (addressee.group, addressee.designation) == (council, "World Metaverse Council")
        assert Statement.objects.get(pk=registration.statement_id).source == council

    def test_a_letter_that_left_keeps_what_it_said(self, client, sent, secretary, groups):
        Addressee.objects.filter(statement=sent, text="IETF").update(group=None, designation="", text="The I E T F")
        send(client, secretary, "group-alias", groups["IETF"].pk, **{"alias-text": "The I E T F"})
        assert Addressee.objects.get(statement=sent, text="The I E T F").group is None

    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            ({"text": "IETF"}, "This is how IETF is called."),
            ({"text": "sg-twenty"}, "This spelling already stands for ITU-T SG20."),
            ({"text": "—"}, "Write letters or digits: this spelling has none."),
            ({"text": "WG1", "within": "Nobodies"}, "Nobody here knows “Nobodies”."),
        ],
    )
    def test_a_spelling_that_is_taken_is_refused(self, client, desk, secretary, groups, given, sentence):
        Alias.objects.create(group=groups["ITU-T SG20"], text="SG Twenty", key="sgtwenty")
        data = {f"alias-{name}": value for name, value in given.items()}
        response = send(client, secretary, "group-alias", groups["ITU-T SG21"].pk, status=400, **data)
        assert sentence in response.content.decode()

    def test_a_short_name_may_mean_another_group_elsewhere(self, client, desk, secretary, groups):
        for name, within in (("ITU-T SG20", "IETF"), ("ITU-T SG21", "ITU-T TSAG")):
            data = {"alias-text": "WG1", "alias-within": within}
            send(client, secretary, "group-alias", groups[name].pk, **data)
        assert Alias.objects.filter(text="WG1").count() == 2

    def test_spellings_and_successions_are_removed_from_their_own_group_alone(self, client, desk, secretary, groups):
        alias = Alias.objects.create(group=groups["IETF"], text="I", key="i")
        succession = Succession.objects.create(
            predecessor=groups["IETF"], successor=groups["ITU-T SG21"], taken_effect_on=NOW.date()
        )
        sg20, ietf = groups["ITU-T SG20"].pk, groups["IETF"].pk
        send(client, secretary, "group-alias-remove", sg20, alias.pk, status=404)
        send(client, secretary, "group-succession-remove", sg20, succession.pk, status=404)
        send(client, secretary, "group-alias-remove", ietf, alias.pk)
        send(client, secretary, "group-succession-remove", ietf, succession.pk)
        assert not Alias.objects.exists()
        assert not Succession.objects.exists()

    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            ({"kind": "mail"}, "This channel needs it."),
            ({"kind": "web_form", "url": "javascript:alert(1)"}, "Enter a valid URL."),
            ({"kind": "via", "via": "ITU-T SG21"}, "Name another body than the group itself."),
            ({"kind": "mail", "email": "sg21@example.org"}, "The group has this channel already."),
            ({"kind": "mail", "email": "a@example.org", "attention": "x\ny"}, "Write this on one line"),
        ],
    )
    def test_a_channel_that_leads_nowhere_is_refused(self, client, desk, secretary, groups, given, sentence):
        data = {f"channel-{name}": value for name, value in given.items()}
        response = send(client, secretary, "group-channel", groups["ITU-T SG21"].pk, status=400, **data)
        assert sentence in response.content.decode()

    def test_channels_are_added_changed_and_removed_but_not_when_letters_went_that_way(
        self, client, sent, secretary, groups
    ):
        council, sg21 = groups["World Metaverse Council"], groups["ITU-T SG21"]
        send(
            client,
            secretary,
            "group-channel",
            council.pk,
            **{"channel-kind": "web_form", "channel-url": "https://wmc.example.org/"},
        )
        channel = council.channels.get()
        send(client, secretary, "group-channel-edit", council.pk, channel.pk, kind="by_hand", note="Ring twice")
        channel = council.channels.get()
        assert (channel.kind, channel.url, channel.note) == ("by_hand", "", "Ring twice")
        send(client, secretary, "group-channel-edit", sg21.pk, channel.pk, status=404)
        send(client, secretary, "group-channel-remove", council.pk, channel.pk)
        used = sg21.channels.get()
        send(client, secretary, "group-channel-remove", sg21.pk, used.pk)
        assert not Channel.objects.filter(pk=used.pk).exists()
        assert sent.messages.filter(recipient=used.email).exists()  # where a letter went stands in its mail

    def test_a_successor_is_named_once_and_is_another_group(self, client, desk, secretary, groups):
        sg20 = groups["ITU-T SG20"]
        sg20.valid_to = date(2025, 1, 1)
        sg20.save()
        given = {"succession-successor": "SG21", "succession-taken_effect_on": "2025-01-02"}
        send(client, secretary, "group-succession", sg20.pk, **given)
        assert sg20.successors(NOW.date()) == [groups["ITU-T SG21"]]
        twice = send(client, secretary, "group-succession", sg20.pk, status=400, **given)
        assert "ITU-T SG21 is a successor already." in twice.content.decode()
        itself = send(
            client, secretary, "group-succession", sg20.pk, status=400, **{**given, "succession-successor": "SG20"}
        )
        assert "A group cannot follow itself." in itself.content.decode()
        assert "Its work went on" in page(client, secretary, sg20.get_absolute_url()).content.decode()

    def test_query_count(self, client, draft, desk, secretary, groups, letter):
        sg21 = groups["ITU-T SG21"]
        client.force_login(secretary)

        def more(number):
            Alias.objects.create(group=sg21, text=f"A{number}", key=f"a{number}", within=groups["IETF"])
            Channel.objects.create(
                group=sg21, kind="via", via=Group.objects.create(designation=f"V{number}", kind="forum")
            )
            person = somebody(f"P{number}", f"p{number}@example.org").person
            Appointment.objects.create(person=person, group=desk.group, role="representative", represents=sg21)
            Appointment.objects.create(person=person, group=sg21, role="member", represents=groups["IETF"])
            received = Received(source_text="SG21", source=sg21, title=f"No. {number}", received_on=NOW.date())
            register(desk, received, by=Actor.of(secretary), now=NOW)

        more(1)
        asked(client, sg21.get_absolute_url())
        before = asked(client, sg21.get_absolute_url())
        for number in (2, 3):
            more(number)
            begin(desk, letter, by=Actor.of(secretary), now=NOW)
        assert asked(client, sg21.get_absolute_url()) == before


class TestSettings:
    def settings(self, desk):
        return {
            "mailbox": desk.mailbox,
            "mailing_list": desk.mailing_list,
            "locality": "Geneva",
            "zone": "Europe/Zurich",
            "number_pattern": "{group}-LS{n}",
            "document_pattern": "{group}-Doc-{n:03d}",
            "questions_label": "Question(s):",
            "questions_default": "N/A",
            "window_days": "14",
            "approvers": "all",
            "hold_minutes": "5",
            "attach_up_to_mb": "10",
            "remind_outsiders": "7, -1",
            "remind_insiders": "14, 7, 3, 1, 0",
            "remind_weekly": "on",
        }

    def test_an_administrator_changes_them_and_the_record_says_what(self, client, desk, administrator):
        given = {**self.settings(desk), "window_days": "21", "remind_outsiders": "10 -2", "capitals": "on"}
        send(client, administrator, "desk-settings", **given)
        desk = Desk.objects.get()
        assert (desk.window_days, desk.remind_outsiders, desk.capitals) == (21, [10, -2], True)
        event = Event.objects.get(verb="settings")
        assert event.data == {
            "window_days": [14, 21],
            "remind_outsiders": [[7, -1], [10, -2]],
            "capitals": [False, True],
        }
        assert event.private

    def test_keeping_them_as_they_are_changes_and_records_nothing(self, client, desk, administrator):
        send(client, administrator, "desk-settings", **self.settings(desk))
        assert not Event.objects.exists()

    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            ({"zone": "Mars/Olympus"}, "Mars/Olympus is not a time zone."),
            ({"number_pattern": "LS"}, "Write the pattern with {group} and {n}"),
            ({"number_pattern": "{x}"}, "Write the pattern with {group} and {n}"),
            ({"number_pattern": "SG20-LS{n}"}, "ITU-T SG20 numbers its statements so already."),
            ({"remind_outsiders": "soon"}, "Write whole days before the deadline"),
            ({"window_days": "0"}, "Ensure this value is greater than or equal to 1."),
            ({"mailbox": "nobody"}, "Enter a valid email address."),
            ({"attach_up_to_mb": "51"}, "Ensure this value is less than or equal to 50."),
        ],
    )
    def test_what_cannot_be_a_setting_is_refused(self, client, desk, other_desk, administrator, given, sentence):
        response = send(client, administrator, "desk-settings", status=400, **{**self.settings(desk), **given})
        assert sentence in response.content.decode()

    def test_each_of_them_is_on_the_page(self, client, desk, administrator):
        elsewhere = {"id", "group", "slug", "own_copy_rules"}  # fixed for good, and on the page of the copies
        settings = {field.name for field in Desk._meta.concrete_fields} - elsewhere
        shown = page(client, administrator, reverse("desk-settings"))
        assert {field.name for _title, fields in shown.context["form"].sections() for field in fields} == settings

    def test_where_the_mailbox_takes_such_addresses_answers_come_to_one_with_a_token(self, client, sent, administrator):
        given = {**self.settings(sent.desk), "subaddressing": "on", "attach_up_to_mb": "0"}
        send(client, administrator, "desk-settings", **given)
        mail = outbox.compose(Message.objects.filter(desk=sent.desk, files=None).first(), NOW)
        name, _at, domain = sent.desk.mailbox.partition("@")
        assert re.fullmatch(rf"{name}\+.+@{domain}", mail.reply_to[0])
        assert Desk.objects.get(pk=sent.desk.pk).attach_up_to_mb == 0

    def test_others_do_not_see_them(self, client, secretary):
        page(client, secretary, reverse("desk-settings"), status=403)


class TestHelp:
    def test_it_knows_every_step_and_every_state(self):
        assert set(MEANINGS) == set(ROLES) == {step for steps in STEPS.values() for step in steps}
        states = {*Statement.State.values, *Registration.State.values} - {"elsewhere"}
        assert set(STATES) == states

    def test_the_picture_is_that_of_the_machine(self):
        ways = {
            place.state: [(way.step, way.target) for way in place.ways]
            for place in life(Statement, "state", leave_out={"elsewhere"})
        }
        assert list(ways) == ["draft", "circulated", "approved", "sent", "replied", "closed", "withdrawn"]
        assert ways["draft"] == [("circulate", "circulated"), ("approve", "approved"), ("withdraw", "withdrawn")]
        assert ways["replied"] == [("correct", "replied")]
        assert ways["withdrawn"] == []

    def test_the_table_of_rights_is_that_of_the_rules(self):
        told = {right.verb: right.roles for right in rights()}
        assert {step: told[step] for step in ROLES} == ROLES

    def test_anybody_reads_it(self, client, db):
        shown = client.get(reverse("help")).content.decode()
        assert "The life of a statement" in shown
        assert "Who may do what" in shown
