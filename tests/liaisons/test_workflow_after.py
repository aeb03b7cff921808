"""What follows a dispatch: taking back, answers, corrections, withdrawals; and entering what happened before Liaise."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from contacts.actor import Actor
from contacts.models import Appointment
from liaisons import links
from liaisons.details import Answer, Answered, Assignment, Nominee, Noted, Received
from liaisons.housekeeping import keep_house
from liaisons.models import Event, Message, Registration, Relation, Reminder, Reply, Statement
from liaisons.received.registering import register
from liaisons.texts.writing import begin, rewrite
from liaisons.workflow import advance, obstacles, record_past
from tests.fixtures import AFTER, NOW
from tests.liaisons.test_workflow import fresh, refusal, sentences, take

pytestmark = pytest.mark.postgres


def to(sent, name):
    return sent.addressees.get(text=name)


class TestRecall:
    def test_a_dispatch_is_taken_back_as_a_whole(self, sent, secretary):
        statement = take(sent, "recall", secretary)
        assert (statement.state, statement.sent_at) == ("approved", None)
        assert set(Message.objects.filter(kind="send").values_list("state", flat=True)) == {"cancelled"}
        assert not links.of_addressees(statement).filter(revoked_at__isnull=True).exists()

    @pytest.mark.parametrize("state", ["sending", "sent", "failed", "in_doubt"])
    def test_nothing_is_taken_back_once_one_mail_has_begun_to_leave(self, sent, secretary, state):
        first = Message.objects.filter(kind="send").first()
        Message.objects.filter(pk=first.pk).update(state=state)
        assert refusal(take, sent, "recall", secretary) == [
            "1 mail has begun to leave. Correct or withdraw the statement instead."
        ]
        others = Message.objects.filter(kind="send").exclude(pk=first.pk)
        assert (fresh(sent).state, set(others.values_list("state", flat=True))) == ("sent", {"queued"})

    def test_what_was_sent_before_liaise_is_not_taken_back(self, desk, letter, secretary):
        past = Statement(desk=desk, source_text="JCA-MV", state="sent", created_at=NOW, approved_at=NOW, sent_at=NOW)
        statement = record_past(past, letter, by=Actor.system(), now=NOW, source="the FTP area")
        assert sentences(statement, "recall", secretary) == [
            "It did not leave by mail from here: there is nothing to take back."
        ]

    def test_sent_again_everybody_gets_a_new_mail_and_a_new_link(self, sent, secretary):
        first = list(Message.objects.of_dispatch(sent).values_list("message_id", flat=True))
        take(sent, "recall", secretary)
        again = take(sent, "send", secretary)
        second = Message.objects.of_dispatch(again)
        assert again.dispatch_round == 2
        assert second.count() == len(first)
        assert not second.filter(message_id__in=first).exists()
        assert links.of_addressees(again).filter(revoked_at__isnull=True).count() == 3


class TestAnswers:
    def test_an_answer_settles_one_request_and_leaves_the_other_open(self, sent, secretary):
        nominee = Nominee("Nora Nominee", "nora@example.org", "IETF", "Norway")
        answer = Answer("answer", settles=("1",), nominee=nominee, reference="IETF-LS7")
        addressee = take(to(sent, "IETF"), "settle", secretary, details=answer)
        assert (addressee.reply, fresh(sent).state) == ("acknowledged", "sent")
        assert list(addressee.requests.values_list("key", "outcome")) == [("1", "settled"), ("2", "")]
        appointment = Appointment.objects.get(role="representative")
        assert (str(appointment.person), str(appointment.represents)) == ("Nora Nominee", "IETF")
        assert (appointment.basis, appointment.valid_from) == ("IETF-LS7", date(2025, 10, 28))

        addressee = take(addressee, "settle", secretary, details=Answer("answer", settles=("2",)))
        assert (addressee.reply, addressee.replies.count()) == ("replied", 2)

    def test_who_declines_owes_nothing_any_more(self, sent, secretary):
        addressee = take(to(sent, "IETF"), "settle", secretary, details=Answer("decline", text="Not our field."))
        assert addressee.reply == "declined"
        assert set(addressee.requests.values_list("outcome", flat=True)) == {"declined"}

    @pytest.mark.parametrize(
        ("answer", "said"),
        [
            (Answer("decline"), "Say in a sentence why you decline."),
            (Answer("more_time"), "Say until which day you need more time."),
            (
                Answer("more_time", until=date(2026, 1, 30)),
                "The answer is awaited until 30 January 2026 anyway. Choose a later day.",
            ),
            (Answer("not_for_us"), "Say which body the statement is for."),
            (Answer("answer", settles=("3",)), "This addressee was not asked that."),
        ],
    )
    def test_an_answer_that_says_nothing_is_refused(self, sent, secretary, answer, said):
        assert refusal(take, to(sent, "IETF"), "settle", secretary, details=answer) == [said]
        assert (Reply.objects.count(), fresh(to(sent, "IETF")).reply) == (0, "awaiting")

    def test_more_time_keeps_the_requests_open(self, sent, secretary):
        addressee = take(to(sent, "IETF"), "settle", secretary, details=Answer("more_time", until=date(2026, 3, 1)))
        assert (addressee.reply, addressee.requests.still_open().count()) == ("acknowledged", 2)

    def test_an_answer_cancels_the_reminders_that_have_not_left(self, sent, secretary):
        addressee = to(sent, "IETF")
        Reminder.objects.create(
            desk=sent.desk,
            addressee=addressee,
            stage=7,
            due_on=addressee.due_on,
            recipient="ietf@example.org",
            came_at=AFTER,
        )
        take(addressee, "settle", secretary, details=Answer("answer", settles=("1", "2")))
        assert Reminder.objects.get().cancelled_at == AFTER

    def test_a_second_answer_to_the_same_request_adds_its_words_only(self, sent, secretary):
        both = Answer("answer", settles=("1", "2"))
        addressee = take(to(sent, "IETF"), "settle", secretary, details=both)
        addressee = take(addressee, "settle", secretary, details=replace(both, text="And this."))
        assert (addressee.replies.count(), addressee.reply) == (2, "replied")

    def test_the_statement_is_replied_when_the_last_one_has_answered_or_declined(self, sent, secretary):
        take(to(sent, "IETF"), "settle", secretary, details=Answer("answer", settles=("1", "2")))
        take(to(sent, "ITU-T SG21"), "settle", secretary, details=Answer("decline", text="No."))
        assert fresh(sent).state == "sent"
        take(to(sent, "World Metaverse Council"), "settle", secretary, details=Answer("answer", settles=("1", "2")))
        assert fresh(sent).state == "replied"
        assert Event.objects.get(verb="complete").actor_kind == "system"

    def test_the_system_completes_and_closes_nothing_that_is_owed(self, sent):
        for step, said in (
            ("complete", "Requests are still open."),
            ("close", "Requests were made: the secretariat closes the statement with an outcome."),
        ):
            assert refusal(advance, sent, step, by=Actor.system(), seen=None, now=AFTER) == [said]


class TestCorrect:
    def test_a_correction_is_a_statement_of_its_own_with_the_same_number(self, sent, secretary):
        take(sent, "correct", secretary, reason="A wrong deadline.")
        correction = sent.corrections.get()
        assert (correction.state, correction.reference, correction.correction) == ("draft", "JCA-MV-LS1", 1)
        assert correction.get_absolute_url() == "/statements/2025-2028/JCA-MV-LS1/1/"
        assert correction.revision.letter == sent.revision.letter
        assert fresh(sent).state == "sent"

    def test_there_is_one_correction_at_a_time(self, sent, secretary):
        take(sent, "correct", secretary, reason="A wrong deadline.")
        assert refusal(take, sent, "correct", secretary, reason="Again.") == [
            "A correction of this statement exists already. Go on with that one."
        ]
        take(sent.corrections.get(), "withdraw", secretary, reason="It was right.")
        take(sent, "correct", secretary, reason="Again.")
        assert list(sent.corrections.order_by("correction").values_list("correction", "state")) == [
            (1, "withdrawn"),
            (2, "draft"),
        ]

    def test_those_who_had_the_first_and_do_not_get_the_second_are_told(self, sent, secretary, letter, at_meeting):
        Message.objects.filter(statement=sent).update(state="sent")
        take(sent, "correct", secretary, reason="Two bodies too many.")
        correction = sent.corrections.get()
        fewer = replace(letter, addressees=letter.addressees[:1])
        rewrite(correction, fewer, by=Actor.of(secretary), seen=correction.revision_id, now=AFTER)
        take(correction, "approve", secretary, details=at_meeting)
        take(correction, "send", secretary)
        messages = Message.objects.filter(statement=correction, kind="send")
        recipients = {message.recipient for message in messages}
        assert {"sg21@example.org", "ietf@example.org", "tsag@example.org"} <= recipients
        told = messages.get(recipient="ietf@example.org")
        assert "has been corrected" in told.subject
        assert "Two bodies too many." in told.text


class TestWithdraw:
    def test_a_draft_is_given_up_without_a_word_to_anybody(self, draft, secretary):
        assert take(draft, "withdraw", secretary, reason="Not needed.").state == "withdrawn"
        assert Message.objects.count() == 0

    def test_what_is_out_is_told_and_what_is_not_does_not_leave(self, sent, secretary):
        gone = Message.objects.get(kind="send", recipient="ietf@example.org")
        Message.objects.filter(pk=gone.pk).update(state="sent", sent_at=AFTER)
        statement = take(sent, "withdraw", secretary, reason="It was a mistake.")
        assert (statement.state, statement.reference) == ("withdrawn", "JCA-MV-LS1")
        left = Message.objects.filter(kind="send", round=1).exclude(pk=gone.pk)
        assert set(left.values_list("state", flat=True)) == {"cancelled"}
        notice = Message.objects.get(statement=sent, kind="notify", recipient="ietf@example.org")
        assert "It was a mistake." in notice.text
        assert not links.of_addressees(statement).filter(revoked_at__isnull=True).exists()

    def test_the_next_statement_does_not_get_its_number(self, approved, letter, at_meeting, secretary, desk):
        take(approved, "withdraw", secretary, reason="Too late.")
        other = begin(desk, letter, by=Actor.of(secretary), now=NOW)
        assert take(other, "approve", secretary, details=at_meeting).reference == "JCA-MV-LS2"

    def test_it_stays_withdrawn(self, draft, secretary):
        take(draft, "withdraw", secretary, reason="Not needed.")
        assert refusal(take, draft, "circulate", secretary) == [
            "It is withdrawn: Sam Secretary took the step on 28 October 2025, 09:00."
        ]


class TestRegistrations:
    @pytest.fixture
    def received(self, desk, secretary, groups):
        letter = Received(
            source_text="ITU-T SG21",
            source=groups["ITU-T SG21"],
            title="LS on terms",
            reference="SG21-LS82",
            received_on=date(2025, 10, 1),
        )
        return register(desk, letter, by=Actor.of(secretary), now=NOW)

    def step(self, registration, step, user, **more):
        registration = fresh(registration)
        return advance(registration, step, by=Actor.of(user), seen=registration.state, now=NOW, **more)

    def test_it_is_assigned_noted_and_reopened(self, received, secretary, rapporteur):
        task = Assignment("Q1/20", rapporteur.person, secretary.person, date(2025, 12, 1))
        registration = self.step(received, "assign", secretary, details=task)
        assert (registration.state, registration.assignee, registration.due_at) == (
            "assigned", rapporteur.person, datetime(2025, 12, 1, 23, 0, tzinfo=UTC),
        )  # fmt: skip
        assert self.step(received, "note", secretary, details=Noted(clause="7")).state == "noted"
        assert self.step(received, "reopen", secretary, reason="Asked again.").state == "received"

    def test_somebody_has_to_take_it_on(self, received, secretary):
        assert refusal(self.step, received, "assign", secretary, details=Assignment()) == [
            "Name the Questions or the person who takes it on, or Questions that are to know of it."
        ]

    def test_a_letter_between_others_is_only_watched(self, received, secretary):
        Registration.objects.update(watched=True)
        assert obstacles(fresh(received), "assign", Actor.of(secretary), NOW) == [
            "This letter passes between two other bodies. Nothing is owed; it can be noted."
        ]

    def test_it_is_answered_once_our_answer_can_no_longer_be_taken_back(
        self, received, desk, letter, at_meeting, secretary
    ):
        reply = begin(desk, letter, by=Actor.of(secretary), now=NOW, answers=received.statement)
        take(reply, "approve", secretary, at=NOW, details=at_meeting)
        take(reply, "send", secretary, at=NOW)
        keep_house(NOW)
        assert fresh(received).state == "received"
        Message.objects.filter(statement=reply).update(state="sent")
        keep_house(NOW)
        assert (fresh(received).state, fresh(received).answered_by) == ("answered", reply)

    def test_an_inferred_reply_answers_nothing_before_somebody_confirms_it(self, received, sent, secretary):
        link = Relation.objects.create(statement=sent, to=received.statement, kind="replies_to", inferred=True)
        Message.objects.filter(statement=sent).update(state="sent")
        keep_house(AFTER)
        assert fresh(received).state == "received"
        Relation.objects.filter(pk=link.pk).update(confirmed_at=AFTER, confirmed_by=secretary.person)
        keep_house(AFTER)
        assert fresh(received).state == "answered"

    def test_the_system_names_the_answer(self, received, approved):
        registration = advance(received, "answer", by=Actor.system(), seen=None, details=Answered(approved), now=AFTER)
        assert registration.answered_by == approved


class TestRecordPast:
    def test_what_was_sent_before_is_entered_as_it_stood(self, desk, letter):
        past = Statement(
            desk=desk, source=desk.group, source_text="JCA-MV", reference="JCA-MV-LS0", state="closed",
            study_period="2025-2028", created_at=NOW, approved_at=NOW, sent_at=NOW, ended_at=NOW,
        )  # fmt: skip
        statement = record_past(past, letter, by=Actor.system(), now=NOW, source="the FTP area", data={"line": 3})
        assert statement.approved_revision == statement.revision
        assert statement.addressees.count() == len(letter.addressees)
        event = statement.events.get()
        assert (event.verb, event.target_state, event.reason, event.data) == (
            "record", "closed", "the FTP area", {"line": 3},
        )  # fmt: skip
        assert Message.objects.count() == 0

    def test_it_only_inserts(self, draft):
        with pytest.raises(ValueError, match="what is here already changes by advance"):
            record_past(draft, by=Actor.system(), now=NOW, source="a file")

    def test_it_is_all_or_nothing(self, desk, letter):
        twice = replace(letter, addressees=(letter.addressees[0],) * 2)
        past = Statement(desk=desk, source_text="JCA-MV", created_at=NOW)
        assert refusal(record_past, past, twice, by=Actor.system(), now=NOW, source="a file") == [
            "ITU-T SG21 is addressed twice. Name it once."
        ]
        assert (Statement.objects.count(), Event.objects.count()) == (0, 0)

    def test_a_number_is_given_once(self, approved):
        copy = Statement(
            desk=approved.desk, source_text="JCA-MV", series=approved.series, number=approved.number, created_at=NOW
        )
        with pytest.raises(IntegrityError), transaction.atomic():
            record_past(copy, by=Actor.system(), now=NOW, source="a file")
