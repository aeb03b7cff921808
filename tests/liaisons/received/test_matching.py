"""What a letter that came in answers of ours: named, settled request by request, for the addressees it speaks for."""

import pytest
from django.urls import reverse

from contacts.actor import Actor
from contacts.models import Succession
from liaisons import outbox
from liaisons.details import MeetingApproval, Received
from liaisons.models import Addressee, Event, Message, Registration, Relation, Reply, Statement
from liaisons.received.matching import answered_by, represented_by
from liaisons.received.registering import register
from liaisons.rules import Refused
from liaisons.texts.writing import begin
from liaisons.workflow import advance
from tests.fixtures import AFTER, NOW
from tests.pages import asked, page, send

TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _at(time_machine):
    time_machine.move_to(NOW, tick=False)


class TestWhatItAnswersOfOurs:
    @pytest.fixture(autouse=True)
    def _later(self, time_machine):
        time_machine.move_to(AFTER, tick=False)

    @pytest.fixture
    def answer(self, sent, desk, secretary, groups):
        """SG21's letter that answers ours, registered as such."""
        received = Received(
            source_text="SG21",
            source=groups["ITU-T SG21"],
            reference="SG21-LS90",
            title="LS/r",
            received_on=AFTER.date(),
            replies_to=(sent,),
        )
        return register(desk, received, by=Actor.of(secretary), now=AFTER)

    def test_the_form_offers_what_we_sent(self, client, sent, draft, secretary):
        response = page(client, secretary, reverse("registration-new"))
        choices = response.context["form"].fields["replies_to"].queryset
        assert list(choices) == [sent]

    def test_requests_are_settled_one_by_one_and_stop_the_reminders(self, client, sent, answer, secretary, groups):
        addressee = sent.addressees.get(group=groups["ITU-T SG21"])
        (answering,) = answered_by(answer)
        assert answering.likely == [addressee]
        assert addressee not in answering.others
        send_to = f"{reverse('registration-settle', args=[answer.pk])}?addressee={addressee.pk}"
        client.force_login(secretary)
        response = client.post(send_to, {"seen": sent.revision_id, "kind": "answer", "settles": ["1"]})
        assert response.status_code == 302
        reply = Reply.objects.get()
        assert (reply.addressee, reply.statement, reply.kind) == (addressee, answer.statement, "answer")
        assert {request.key: request.outcome for request in addressee.requests.all()} == {"1": "settled", "2": ""}
        addressee = Addressee.objects.get(pk=addressee.pk)
        assert addressee.reply == "acknowledged"
        client.post(send_to, {"seen": sent.revision_id, "kind": "answer", "settles": ["2"]})
        assert Addressee.objects.get(pk=addressee.pk).reply == "replied"

    def test_it_may_answer_for_a_group_whose_work_went_to_the_source(self, sent, answer, groups):
        Succession.objects.create(predecessor=groups["IETF"], successor=groups["ITU-T SG21"], taken_effect_on=TODAY)
        assert represented_by(groups["ITU-T SG21"]) == {groups[name].pk for name in ("ITU-T SG21", "ITU-T", "IETF")}
        (answering,) = answered_by(answer)
        assert [str(one) for one in answering.likely] == ["ITU-T SG21", "IETF"]

    def test_another_of_ours_can_be_named_later_and_once(self, client, sent, registration, secretary):
        assert answered_by(registration) == []
        for _ in range(2):
            client.force_login(secretary)
            client.post(reverse("registration-relate", args=[registration.pk]), {"statement": sent.pk})
        assert Relation.objects.get().to == sent
        assert [one.statement for one in answered_by(registration)] == [sent]
        assert Event.objects.filter(verb="relate").count() == 1
        shown = page(client, secretary, registration.get_absolute_url()).content.decode()
        assert "Answers a statement of ours" in shown

    def test_a_statement_of_another_desk_cannot_be_named(
        self, client, other_desk, other_secretary, registration, secretary, letter
    ):
        theirs = begin(other_desk, letter, by=Actor.of(other_secretary), now=NOW)
        response = send(client, secretary, "registration-relate", registration.pk, status=400, statement=theirs.pk)
        assert "Select a valid choice" in response.content.decode()

    def test_an_inferred_link_counts_when_somebody_confirmed_it(self, client, sent, registration, secretary):
        relation = Relation.objects.create(statement=registration.statement, to=sent, kind="replies_to", inferred=True)
        assert answered_by(registration) == []
        assert "inferred" in page(client, secretary, registration.get_absolute_url()).content.decode()
        send(client, secretary, "statement-confirm-relation", registration.statement_id, relation.pk)
        assert [one.statement for one in answered_by(registration)] == [sent]

    def test_what_the_secretary_says_counts_also_where_it_was_inferred_or_rejected(
        self, client, sent, registration, secretary
    ):
        Relation.objects.create(
            statement=registration.statement, to=sent, kind="replies_to", inferred=True, rejected_at=AFTER
        )
        send(client, secretary, "registration-relate", registration.pk, statement=sent.pk)
        assert [one.statement for one in answered_by(registration)] == [sent]

    def test_an_addressee_of_a_statement_it_does_not_answer_is_not_found(self, client, sent, registration, secretary):
        addressee = sent.addressees.first()
        path = reverse("registration-settle", args=[registration.pk])
        page(client, secretary, f"{path}?addressee={addressee.pk}", status=404)
        page(client, secretary, f"{path}?addressee=x", status=404)
        page(client, secretary, path, status=404)

    def test_a_decline_without_a_sentence_is_refused_and_keeps_what_was_typed(self, client, sent, answer, secretary):
        addressee = sent.addressees.first()
        client.force_login(secretary)
        path = f"{reverse('registration-settle', args=[answer.pk])}?addressee={addressee.pk}"
        response = client.post(path, {"seen": sent.revision_id, "kind": "decline", "reference": "OUR-7"})
        assert response.status_code == 400
        assert "Say in a sentence why you decline." in response.content.decode()
        assert 'value="OUR-7"' in response.content.decode()

    def test_an_old_page_is_refused(self, client, sent, answer, secretary):
        addressee = sent.addressees.first()
        client.force_login(secretary)
        path = f"{reverse('registration-settle', args=[answer.pk])}?addressee={addressee.pk}"
        response = client.post(path, {"seen": sent.revision_id + 1000, "kind": "answer"})
        assert response.status_code == 409
        assert not Reply.objects.exists()

    def test_the_page_asks_the_database_no_more_for_more_addressees(self, client, sent, answer, secretary, groups):
        client.force_login(secretary)
        few = asked(client, answer.get_absolute_url())
        for name in ("One", "Two", "Three"):
            Addressee.objects.create(
                statement=sent, text=name, purpose="action", group=groups["ITU-T SG21"], reply="awaiting"
            )
        assert asked(client, answer.get_absolute_url()) == few

    def test_our_people_are_told_of_the_answer_once(self, client, sent, answer, secretary, groups):
        addressee = sent.addressees.get(group=groups["ITU-T SG21"])
        before = Message.objects.filter(kind="notify").count()
        outbox.deliver_due(AFTER)
        advance_to = f"{reverse('registration-settle', args=[answer.pk])}?addressee={addressee.pk}"
        client.force_login(secretary)
        for _twice in range(2):
            given = {"seen": sent.revision_id, "kind": "answer", "settles": ["1", "2"]}
            assert client.post(advance_to, given).status_code == 302
        assert Reply.objects.count() == 1
        assert Message.objects.filter(kind="notify").count() == before + 1


def test_answering_leaves_what_is_not_ours_alone(desk, other_desk, secretary, other_secretary, letter, registration):
    """A relation to a letter of another desk is nothing that this desk can settle."""
    theirs = begin(other_desk, letter, by=Actor.of(other_secretary), now=NOW)
    Relation.objects.create(statement=registration.statement, to=theirs, kind="replies_to")
    assert answered_by(registration) == []
    assert Statement.objects.count() == 2
    with pytest.raises(Refused):
        advance(registration, "assign", by=Actor.of(other_secretary), seen="received", now=NOW)


class TestForSeveralAtOnce:
    """One letter answers several of ours and speaks for several of their addressees."""

    @pytest.fixture(autouse=True)
    def _later(self, time_machine):
        time_machine.move_to(AFTER, tick=False)

    @pytest.fixture
    def second(self, sent, desk, letter, secretary, meeting):
        by = Actor.of(secretary)
        statement = begin(desk, letter, by=by, now=AFTER)
        at_meeting = MeetingApproval(meeting=meeting, clause="10")
        advance(statement, "approve", by=by, seen=statement.revision_id, details=at_meeting, now=AFTER)
        advance(statement, "send", by=by, seen=statement.revision_id, now=AFTER)
        Statement.objects.filter(pk=statement.pk).update(posted_at=AFTER)
        return Statement.objects.get(pk=statement.pk)

    @pytest.fixture
    def answer(self, client, sent, second, secretary):
        """SG21's letter, which says that it is the IETF's answer too, and that of a guild nobody knows."""
        Addressee.objects.create(statement=sent, text="Guild of Cartographers", purpose="action", reply="awaiting")
        send(
            client, secretary, "registration-new",
            source="SG21", reference="SG21-LS90", title="LS/r", received_on=AFTER.date().isoformat(),
            replies_to=[sent.pk, second.pk], speaks_for="IETF, Guild of Cartographers",
        )  # fmt: skip
        return Registration.objects.get()

    def post(self, client, answer, statements, ticked):
        seen = {f"seen-{statement.pk}": statement.revision_id for statement in statements}
        return client.post(reverse("registration-settle-ticked", args=[answer.pk]), {"settles": ticked, **seen})

    def test_whom_it_names_is_likely_known_or_not(self, client, answer, sent, second, secretary):
        assert {one.statement: [str(row) for row in one.likely] for one in answered_by(answer)} == {
            sent: ["ITU-T SG21", "Guild of Cartographers", "IETF"],
            second: ["ITU-T SG21", "IETF"],
        }
        shown = page(client, secretary, answer.get_absolute_url()).content.decode()
        assert "IETF, Guild of Cartographers" in shown
        assert "Nobody here knows: Guild of Cartographers. Kept as written." in shown

    def test_what_is_ticked_is_settled_for_each_of_them_and_no_more(self, client, answer, sent, second):
        rows = {(row.statement, row.text): row for row in Addressee.objects.filter(text__in=["ITU-T SG21", "IETF"])}
        ticked = [
            f"{rows[sent, 'ITU-T SG21'].pk}:1",
            f"{rows[sent, 'IETF'].pk}:1",
            f"{rows[sent, 'IETF'].pk}:2",
            f"{rows[second, 'ITU-T SG21'].pk}:2",
            "0:1",
            "rubbish",
        ]
        assert self.post(client, answer, [sent, second], ticked).status_code == 302
        settled = {
            (reply.addressee.statement, reply.addressee.text): sorted(
                one.request.key for one in reply.settlements.all()
            )
            for reply in Reply.objects.filter(statement=answer.statement, reference="SG21-LS90")
        }
        assert settled == {(sent, "ITU-T SG21"): ["1"], (sent, "IETF"): ["1", "2"], (second, "ITU-T SG21"): ["2"]}
        assert Addressee.objects.get(pk=rows[sent, "IETF"].pk).reply == "replied"

    def test_all_or_nothing(self, client, answer, sent, second):
        """The text of the second was another one when the page was opened."""
        ticked = [f"{row.pk}:1" for row in Addressee.objects.filter(text="IETF").order_by("pk")]
        seen = {f"seen-{sent.pk}": sent.revision_id, f"seen-{second.pk}": 0}
        response = client.post(reverse("registration-settle-ticked", args=[answer.pk]), {"settles": ticked, **seen})
        assert response.status_code == 409
        assert not Reply.objects.exists()

    def test_nothing_ticked_is_said(self, client, answer, sent, second):
        response = self.post(client, answer, [sent, second], [])
        assert response.status_code == 400
        assert "Tick what the letter settles" in response.content.decode()
