"""Whom an addressee nominates: nobody gets a role at the desk before its secretariat says so."""

from datetime import timedelta

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from contacts.actor import Actor
from contacts.models import Appointment, Person
from liaisons import links
from liaisons.details import Answer, Nominee
from liaisons.models import Event, Link, Nomination, Reply
from liaisons.replies import nominations
from liaisons.rules import Refused
from liaisons.workflow import advance
from tests.fixtures import AFTER

SOON = AFTER + timedelta(hours=1)
LATER = AFTER + timedelta(days=2)
NORA = Nominee("Nora Nominee", "nora@example.org", "ITU-T SG21", "Norway")

pytestmark = pytest.mark.postgres


@pytest.fixture(autouse=True)
def _at(time_machine):
    time_machine.move_to(LATER, tick=False)


def settle(statement, name, by, **answer):
    addressee = statement.addressees.get(text=name)
    given = Answer("answer", **{"settles": ("1",), "text": "So.", **answer})
    return advance(addressee, "settle", by=by, seen=statement.revision_id, details=given, now=SOON)


def by_link(statement, name):
    return links.actor(
        Link.objects.filter(purpose="answer", addressee__text=name, addressee__statement=statement).get()
    )


def representatives():
    return [
        (row.person.name, row.represents.designation, row.valid_from)
        for row in Appointment.objects.filter(role="representative")
    ]


@pytest.fixture
def nominated(sent):
    settle(sent, "ITU-T SG21", by_link(sent, "ITU-T SG21"), nominee=NORA, reference="SG21-LS90")
    return Nomination.objects.get()


class TestByLink:
    def test_it_gives_nobody_a_role(self, nominated):
        assert (nominated.name, nominated.email, nominated.appointment) == ("Nora Nominee", "nora@example.org", None)
        assert representatives() == []
        assert not Person.objects.filter(email="nora@example.org").exists()

    def test_the_secretary_of_another_desk_cannot_let_themself_in(self, client, sent, letter, other_secretary, desk):
        person = other_secretary.person
        settle(sent, "ITU-T SG21", by_link(sent, "ITU-T SG21"), nominee=Nominee(person.name, person.email))
        assert not Actor.of(other_secretary).roles_at(desk.group, LATER.date())
        client.force_login(other_secretary)
        address = f"/statements/{sent.pk}/nominations/{Nomination.objects.get().pk}/confirm/"
        assert client.post(address).status_code == 404
        assert representatives() == []

    @pytest.mark.parametrize("who", ["link", "secretary"])
    def test_who_was_not_asked_for_a_representative_nominates_nobody(self, sent, secretary, who):
        by = by_link(sent, "ITU-T TSAG") if who == "link" else Actor.of(secretary)
        with pytest.raises(Refused, match=r"No representative is asked of ITU-T TSAG now\."):
            settle(sent, "ITU-T TSAG", by, settles=(), nominee=NORA)
        assert not Nomination.objects.exists()
        assert not Reply.objects.exists()

    def test_a_second_nomination_after_the_request_is_settled_is_refused(self, sent, nominated):
        with pytest.raises(Refused, match="No representative is asked"):
            settle(sent, "ITU-T SG21", by_link(sent, "ITU-T SG21"), settles=("2",), nominee=Nominee("Max"))
        assert Nomination.objects.get() == nominated

    def test_a_nomination_ahead_of_the_answer_is_kept(self, sent):
        addressee = sent.addressees.get(text="ITU-T SG21")
        early = Answer("acknowledgement", nominee=NORA)
        advance(addressee, "settle", by=by_link(sent, "ITU-T SG21"), seen=sent.revision_id, details=early, now=SOON)
        assert Nomination.objects.get().is_waiting


def test_what_the_secretariat_enters_appoints_at_once(sent, secretary):
    settle(sent, "IETF", Actor.of(secretary), nominee=NORA, reference="IETF-7")
    assert representatives() == [("Nora Nominee", "IETF", SOON.date())]
    nomination = Nomination.objects.get()
    assert nomination.appointment.basis == "IETF-7"
    assert not nomination.is_waiting


class TestConfirm:
    def post(self, client, user, nomination, what="confirm"):
        client.force_login(user)
        statement = nomination.reply.addressee.statement
        return client.post(f"/statements/{statement.pk}/nominations/{nomination.pk}/{what}/", follow=True)

    def test_the_secretariat_sees_it_on_the_desk_and_appoints_on_the_page(self, client, nominated, secretary, sent):
        client.force_login(secretary)
        assertContains(client.get("/"), "Nominations to confirm")
        assertContains(client.get(f"/statements/{sent.pk}/"), "Confirm and appoint")
        page = self.post(client, secretary, nominated)
        assertContains(page, "Nora Nominee represents ITU-T SG21 from today on.")
        assertNotContains(page, "Confirm and appoint")
        assert representatives() == [("Nora Nominee", "ITU-T SG21", LATER.date())]
        person = Person.objects.get(email="nora@example.org")
        assert (person.organization, person.country) == ("ITU-T SG21", "Norway")
        event = Event.objects.get(verb="confirm_nomination")
        appointment = Appointment.objects.get(role="representative")
        assert event.data == {"nomination": nominated.pk, "appointment": appointment.pk}
        assertNotContains(client.get("/"), "Nominations to confirm")

    def test_said_twice_it_appoints_once(self, client, nominated, secretary):
        self.post(client, secretary, nominated)
        self.post(client, secretary, nominated)
        assert len(representatives()) == 1
        assert Event.objects.filter(verb="confirm_nomination").count() == 1

    def test_a_person_known_by_the_address_is_the_one_appointed(self, client, nominated, secretary):
        known = Person.objects.create(name="Nora N.", email="Nora@example.org")
        self.post(client, secretary, nominated)
        assert Appointment.objects.get(role="representative").person == known

    def test_set_aside_nobody_is_appointed_and_nothing_waits(self, client, nominated, secretary):
        assertContains(self.post(client, secretary, nominated, "set-aside"), "is set aside")
        assertNotContains(client.get("/"), "Nominations to confirm")
        assert Event.objects.filter(verb="set_aside_nomination").count() == 1
        assertContains(self.post(client, secretary, nominated), "This nomination was set aside.")
        assert representatives() == []

    def test_who_is_appointed_is_not_set_aside(self, client, nominated, secretary):
        self.post(client, secretary, nominated)
        assertContains(self.post(client, secretary, nominated, "set-aside"), "has been appointed already")

    def test_only_the_secretariat_decides(self, nominated, chair):
        with pytest.raises(Refused, match="confirmed by the secretariat"):
            nominations.confirm(nominated, by=Actor.of(chair), now=LATER)
        assert representatives() == []
