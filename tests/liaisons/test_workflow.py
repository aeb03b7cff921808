"""The life of a statement through advance(): what each step does, what stands against it; and all or nothing."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from contacts.actor import Actor
from contacts.models import Appointment, Desk
from liaisons import comments, outbox
from liaisons.details import Amendment, Answer, Closing, Received, Returned
from liaisons.housekeeping import keep_house
from liaisons.letter import Addressed, Annex, Contact
from liaisons.models import (
    Addressee,
    Approval,
    Circulation,
    Document,
    Event,
    Link,
    Message,
    Request,
    Series,
    Statement,
)
from liaisons.received.registering import register
from liaisons.texts import writing
from liaisons.texts.writing import begin, rewrite
from liaisons.workflow import Moved, Refused, advance, obstacles, offers, record_past
from tests.fixtures import AFTER, NOW

pytestmark = pytest.mark.postgres


def fresh(thing):
    return type(thing).objects.get(pk=thing.pk)


def take(thing, step, user, *, at=AFTER, seen=..., **more):
    """Take a step as somebody who has the latest text before them."""
    statement = thing.statement if isinstance(thing, Addressee) else thing
    seen = fresh(statement).revision_id if seen is ... else seen
    return advance(thing, step, by=Actor.of(user), seen=seen, now=at, **more)


def sentences(thing, step, user, *, at=AFTER):
    return obstacles(fresh(thing), step, Actor.of(user), at)


def refusal(call, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        call(*args, **kwargs)
    return refused.value.sentences


class TestLife:
    def test_a_statement_goes_from_draft_to_replied(self, draft, secretary, chair, cochair, desk):
        statement = take(draft, "circulate", secretary, at=NOW)
        circulation = Circulation.objects.get(statement=statement)
        assert (statement.state, str(circulation), circulation.window_days) == ("circulated", "JCA-MV-Doc-001", 14)
        assert circulation.closes_on is None

        circulation.distribute(NOW + timedelta(hours=20))  # at four in the morning of the 14th in Geneva
        assert circulation.closes_on == date(2025, 10, 28)

        over = AFTER + timedelta(days=1)
        assert take(statement, "approve", chair, at=over).state == "circulated"
        statement = take(statement, "approve", cochair, at=over)
        assert (statement.state, statement.reference, statement.study_period) == ("approved", "JCA-MV-LS1", "2025-2028")
        assert statement.approval_text == "JCA-MV, by correspondence (29 October 2025)"
        assert statement.approved_revision == statement.revision

        statement = take(statement, "send", secretary, at=over)
        letters = Message.objects.of_dispatch(statement).exclude(addressee=None)
        assert (statement.state, statement.sent_at) == ("sent", over)
        assert sorted(letters.values_list("recipient", flat=True)) == [
            "ietf@example.org",
            "sg21@example.org",
            "tsag@example.org",
        ]
        assert set(letters.values_list("not_before", flat=True)) == {over + timedelta(minutes=desk.hold_minutes)}

        for addressee in statement.addressees.exclude(purpose="information"):
            take(addressee, "settle", secretary, at=over, details=Answer("answer", settles=("1", "2")))
        statement = fresh(statement)
        assert (statement.state, statement.ended_at) == ("replied", over)
        verbs = statement.events.values_list("verb", flat=True)
        assert list(verbs) == ["begin", "circulate", "approve", "approve", "send", *["settle"] * 3, "complete"]

    def test_each_event_says_from_where_to_where(self, sent):
        steps = sent.events.exclude(source_state="").values_list("verb", "source_state", "target_state")
        assert list(steps) == [
            ("circulate", "draft", "circulated"),
            ("approve", "circulated", "circulated"),
            ("approve", "circulated", "approved"),
            ("send", "approved", "sent"),
        ]

    def test_a_number_restarts_with_the_study_period_of_the_day_of_approval(self, desk, letter, at_meeting, secretary):
        references = []
        for now in (NOW, NOW, NOW.replace(year=2029, month=2)):
            later = replace(letter, deadline=date(2029, 6, 1))
            statement = begin(desk, later, by=Actor.of(secretary), now=now)
            approved = take(statement, "approve", secretary, at=now, details=at_meeting)
            references.append((approved.study_period, approved.reference))
        assert references == [
            ("2025-2028", "JCA-MV-LS1"),
            ("2025-2028", "JCA-MV-LS2"),
            ("2029-2032", "JCA-MV-LS1"),
        ]

    def test_what_asks_nothing_closes_by_itself_once_it_has_left(self, desk, letter, at_meeting, secretary):
        news = replace(letter, requests=(), addressees=(Addressed("IETF", "information", "IETF"),))
        statement = begin(desk, news, by=Actor.of(secretary), now=NOW)
        statement = take(statement, "approve", secretary, at=NOW, details=at_meeting)
        statement = take(statement, "send", secretary, at=NOW)
        keep_house(NOW)
        assert fresh(statement).state == "sent"  # its mail is still held
        Message.objects.filter(statement=statement).update(state="sent")
        keep_house(NOW)
        assert (fresh(statement).state, fresh(statement).outcome) == ("closed", "nothing_owed")

    def test_the_secretary_completes_or_closes_what_is_not_all_answered(self, sent, secretary):
        statement = take(sent, "close", secretary, reason="The others said so by phone.", details=Closing("lapsed"))
        assert (statement.state, statement.outcome) == ("closed", "lapsed")
        assert set(Request.objects.values_list("outcome", flat=True)) == {"waived"}

    def test_late_replies_are_still_recorded(self, sent, secretary):
        take(sent, "complete", secretary, reason="Enough has come.")
        late = sent.addressees.get(text="IETF")
        assert take(late, "settle", secretary, details=Answer("answer", text="Late.")).replies.count() == 1
        assert fresh(sent).state == "replied"


class TestObstacles:
    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"title": " "}, "The title is missing. Give the statement a concise title."),
            ({"body": "<p>&nbsp;</p>"}, "The body is empty. Write what the statement has to say."),
            ({"addressees": ()}, "Nobody is addressed. Name at least one addressee with its purpose."),
            ({"deadline": date(2025, 10, 12)}, "The deadline 12 October 2025 is in the past. Set a later one."),
            (
                {"title": "LS on {{ topic }}"},
                "The title holds a merge field that nobody filled (“{{ topic }}”). Write what belongs there.",
            ),
            (
                {"body": "<p>We ask { } to come.</p>"},
                "The body holds a merge field that nobody filled (“{ }”). Write what belongs there.",
            ),
            (
                {"abstract": "sent to  for information"},
                "The abstract holds a merge field that nobody filled (“to  for”). Write what belongs there.",
            ),
            (
                {"annexes": (Annex("«First_Name»", "<p>x</p>"),)},
                "The annex 1 holds a merge field that nobody filled (“«First_Name»”). Write what belongs there.",
            ),
        ],
    )
    def test_an_incomplete_draft_does_not_circulate(self, draft, letter, secretary, change, said):
        rewrite(draft, replace(letter, **change), by=Actor.of(secretary), seen=draft.revision_id, now=NOW)
        assert sentences(draft, "circulate", secretary, at=NOW) == [said]
        assert refusal(take, draft, "circulate", secretary, at=NOW) == [said]
        assert fresh(draft).state == "draft"

    def test_today_is_no_past_deadline(self, draft, letter, secretary):
        rewrite(draft, replace(letter, deadline=NOW.date()), by=Actor.of(secretary), seen=draft.revision_id, now=NOW)
        assert sentences(draft, "circulate", secretary, at=NOW) == []

    def test_a_desk_without_a_list_does_not_circulate(self, draft, secretary, desk):
        Desk.objects.update(mailing_list="")
        assert sentences(draft, "circulate", secretary) == [
            "The desk has no mailing list. An administrator sets it in the settings of the desk."
        ]

    def test_an_unwritten_statement_says_so(self, desk, secretary):
        empty = Statement.objects.create(desk=desk, source_text="JCA-MV", created_at=NOW)
        assert sentences(empty, "circulate", secretary) == [
            "Nothing has been written yet. Write a title, a body and addressees."
        ]

    def test_approval_waits_for_the_list_and_for_the_end_of_the_window(self, draft, secretary, chair):
        take(draft, "circulate", secretary, at=NOW)
        assert sentences(draft, "approve", chair) == [
            "The list's server has not taken the draft yet: the window for comments has not begun."
        ]
        Circulation.objects.get().distribute(NOW)
        closes = Circulation.objects.get().closes_at
        assert sentences(draft, "approve", chair, at=closes - timedelta(seconds=1)) == [
            "Comments are open until 27 October 2025. The statement can be approved after that day."
        ]
        assert sentences(draft, "approve", chair, at=closes) == []

    def test_an_objection_stops_the_approval_until_it_is_disposed_of(
        self, circulated, chair, cochair, member, secretary
    ):
        objection = comments.comment(
            circulated.circulation, by=Actor.of(member), kind="objection", text="Not in our name.", now=NOW
        )
        stands = (
            "Mel Member objects. A chair overrules the objection with a reason, or it is referred to the next meeting,"
            " or its author withdraws it; or take the text back to draft."
        )
        assert sentences(circulated, "approve", chair) == [stands]
        objection = comments.dispose(
            objection, "noted", seen=objection.standing, text="", by=Actor.of(secretary), now=NOW
        )
        assert sentences(circulated, "approve", chair) == [stands]
        comments.dispose(
            objection, "overruled", seen=objection.standing, text="The list was for it.", by=Actor.of(chair), now=NOW
        )
        assert sentences(circulated, "approve", chair) == []

    def test_a_late_objection_stops_nothing(self, circulated, chair, member):
        comments.comment(circulated.circulation, by=Actor.of(member), kind="objection", text="No.", now=AFTER)
        assert sentences(circulated, "approve", chair) == []

    def test_imported_as_circulated_without_a_circulation(self, desk, letter, secretary, chair):
        statement = Statement(desk=desk, source_text="JCA-MV", state="circulated", created_at=NOW)
        record_past(statement, letter, by=Actor.system(), now=NOW, source="the old folder")
        assert sentences(statement, "approve", chair) == ["The draft has not been circulated."]

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            (
                {"deadline": None},
                (
                    "Action is asked for without a deadline (A.1, 1.5.1). "
                    "Set one, or write in its place why there is none."
                ),
            ),
            (
                {"contacts": (Contact("Sam Secretary"),)},
                "No contact has an e-mail address. Give at least one contact an address.",
            ),
            (
                {"addressees": (Addressed("World Metaverse Council", "comment", "World Metaverse Council"),)},
                "Nobody has said how any of the addressees takes letters. Give at least one of the groups a channel.",
            ),
        ],
    )
    def test_what_cannot_be_sent(self, desk, letter, at_meeting, secretary, change, said):
        statement = begin(desk, replace(letter, **change), by=Actor.of(secretary), now=NOW)
        take(statement, "approve", secretary, at=NOW, details=at_meeting)
        assert sentences(statement, "send", secretary, at=NOW) == [said]

    def test_words_in_place_of_a_deadline_are_enough(self, desk, letter, at_meeting, secretary):
        wordy = replace(letter, deadline=None, deadline_text="by your next meeting")
        statement = begin(desk, wordy, by=Actor.of(secretary), now=NOW)
        take(statement, "approve", secretary, at=NOW, details=at_meeting)
        assert sentences(statement, "send", secretary, at=NOW) == []

    def test_a_deadline_that_passed_between_approval_and_dispatch(self, approved, secretary):
        later = NOW.replace(year=2026, month=2)
        assert sentences(approved, "send", secretary, at=later) == [
            "The deadline 30 January 2026 is in the past. Set a later one."
        ]

    def test_a_text_changed_after_the_approval_is_not_sent(self, approved, letter, secretary):
        # No step leads here: this is what a program that goes round advance() would leave behind.
        writing.write(approved, replace(letter, title="Another"), by=Actor.of(secretary), now=AFTER)
        assert sentences(approved, "send", secretary) == [
            "The text changed after the approval. Have this revision approved."
        ]

    def test_a_step_with_a_decision_wants_a_reason(self, circulated, secretary):
        assert refusal(take, circulated, "revise", secretary, reason="  ") == [
            "Give a reason: it is kept with the decision."
        ]
        assert take(circulated, "revise", secretary, reason=" An objection. ").state == "draft"
        assert Event.objects.get(verb="revise").reason == "An objection."

    def test_a_step_that_is_gone_says_who_moved_the_statement_on(self, circulated, secretary, chair):
        assert refusal(take, circulated, "circulate", chair, at=NOW) == [
            "It is circulated: Sam Secretary took the step on 13 October 2025, 10:00."
        ]

    def test_an_answer_waits_for_the_dispatch(self, approved, secretary):
        addressee = approved.addressees.get(text="IETF")
        assert sentences(addressee, "settle", secretary) == ["The statement is approved: no answer is waited for."]

    def test_offers_name_what_is_closed_and_why(self, circulated, chair, member):
        found = {offer.step: offer.obstacles for offer in offers(circulated, Actor.of(chair), NOW)}
        assert found == {
            "revise": [],
            "approve": ["Comments are open until 27 October 2025. The statement can be approved after that day."],
            "withdraw": [],
        }
        assert offers(circulated, Actor.of(member), NOW) == []


class TestMoved:
    def test_the_text_changed_meanwhile(self, draft, letter, secretary, rapporteur):
        seen = draft.revision_id
        rewrite(draft, replace(letter, title="Another title"), by=Actor.of(rapporteur), seen=seen, now=NOW)
        with pytest.raises(Moved, match="Ray Rapporteur changed the text in the meantime"):
            take(draft, "circulate", secretary, at=NOW, seen=seen)
        with pytest.raises(Moved, match="Ray Rapporteur changed the text"):
            rewrite(draft, letter, by=Actor.of(secretary), seen=seen, now=NOW)
        assert Message.objects.count() == 0

    def test_an_approval_of_a_revision_not_seen_is_refused(self, circulated, letter, secretary, chair):
        seen = circulated.revision_id
        better = Amendment(replace(letter, title="LS on nominating representatives"))
        take(circulated, "amend", secretary, at=NOW, reason="Shorter.", details=better)
        with pytest.raises(Moved):
            take(circulated, "approve", chair, seen=seen)
        assert Approval.objects.count() == 0

    def test_nothing_seen_is_refused_to_people(self, draft, secretary):
        with pytest.raises(Moved):
            take(draft, "circulate", secretary, seen=None)

    def test_a_registration_is_moved_when_its_state_is(self, desk, secretary):
        letter = Received(source_text="IETF", title="LS on time", received_on=date(2025, 10, 1))
        registration = register(desk, letter, by=Actor.of(secretary), now=NOW)
        advance(registration, "note", by=Actor.of(secretary), seen="received", now=NOW)
        with pytest.raises(Moved, match="It is noted: Sam Secretary took the step"):
            advance(registration, "assign", by=Actor.of(secretary), seen="received", now=NOW)


class TestAllOrNothing:
    """An effect that fails at its very end leaves neither state nor rows."""

    @pytest.fixture
    def break_the_end(self, monkeypatch):
        """Let everything a step does be written, mails included, and then fail: from the moment it is called."""

        def fail_after(*args):
            queue(*args)
            raise RuntimeError("the disk is full")

        queue = outbox.queue
        return lambda: monkeypatch.setattr(outbox, "queue", fail_after)

    def snapshot(self):
        kinds = (Statement, Addressee, Request, Circulation, Document, Approval, Link, Message, Event, Series)
        return {kind.__name__: list(kind.objects.order_by("pk").values()) for kind in kinds}

    @pytest.mark.parametrize(
        ("start", "step", "who", "more"),
        [
            ("draft", "circulate", "secretary", {}),
            ("one_approved", "approve", "cochair", {}),
            ("approved", "send", "secretary", {}),
            ("sent", "withdraw", "secretary", {"reason": "Wrong."}),
        ],
    )
    def test_a_failed_effect_leaves_nothing(self, request, start, step, who, more, break_the_end):
        thing = request.getfixturevalue(start)
        user = request.getfixturevalue(who)
        before = self.snapshot()
        break_the_end()
        with pytest.raises(RuntimeError, match="disk is full"):
            take(thing, step, user, **more)
        assert self.snapshot() == before

    def test_a_failed_answer_leaves_nothing(self, sent, secretary, break_the_end):
        addressee = sent.addressees.get(text="IETF")
        before = self.snapshot()
        break_the_end()
        with pytest.raises(RuntimeError, match="disk is full"):
            take(addressee, "settle", secretary, details=Answer("answer", settles=("1", "2")))
        assert self.snapshot() == before

    @pytest.fixture
    def one_approved(self, circulated, chair, cochair):
        return take(circulated, "approve", chair)


class TestApprovers:
    def test_all_co_chairs_are_asked_and_the_last_one_takes_the_step(self, circulated, chair, cochair):
        first = take(circulated, "approve", chair)
        assert (first.state, first.number) == ("circulated", None)
        assert Event.objects.get(verb="approve").data == {"waiting_for": [cochair.person_id]}
        assert sentences(circulated, "approve", chair) == [
            "You have already approved this revision. The others have been asked."
        ]
        assert take(circulated, "approve", cochair).number == 1

    def test_one_co_chair_is_enough_where_the_desk_says_so(self, circulated, chair, desk):
        Desk.objects.update(approvers="one")
        assert take(circulated, "approve", chair).state == "approved"

    def test_who_wrote_the_revision_is_not_the_only_approver(self, desk, letter, chair, cochair):
        Desk.objects.update(approvers="one")
        draft = begin(Desk.objects.get(pk=desk.pk), letter, by=Actor.of(chair), now=NOW)
        circulated = take(draft, "circulate", chair, at=NOW)
        Circulation.objects.get().distribute(NOW)
        assert sentences(circulated, "approve", chair) == ["You wrote this revision. Somebody else has to approve it."]
        assert take(circulated, "approve", cochair).state == "approved"

    def test_a_chair_who_is_alone_and_wrote_it_does_not_pass_it(self, desk, letter, chair):
        draft = begin(desk, letter, by=Actor.of(chair), now=NOW)
        circulated = take(draft, "circulate", chair, at=NOW)
        Circulation.objects.get().distribute(NOW)
        assert refusal(take, circulated, "approve", chair) == [
            "You wrote this revision. Somebody else has to approve it."
        ]
        assert Approval.objects.count() == 0

    @pytest.mark.parametrize("first", ["draft", "circulated"])
    def test_who_wrote_it_records_that_a_meeting_approved_it(self, desk, letter, chair, at_meeting, first):
        Desk.objects.update(approvers="one")
        Appointment.objects.create(person=chair.person, group=desk.group, role="secretariat")
        statement = begin(Desk.objects.get(pk=desk.pk), letter, by=Actor.of(chair), now=NOW)
        if first == "circulated":
            statement = take(statement, "circulate", chair, at=NOW)
            Circulation.objects.get().distribute(NOW)
            assert refusal(take, statement, "approve", chair) == [
                "You wrote this revision. Somebody else has to approve it.",
                "What a meeting approved is recorded with the meeting and the clause.",
            ]
        assert sentences(statement, "approve", chair) == []
        assert take(statement, "approve", chair, details=at_meeting).state == "approved"
        assert Approval.objects.values_list("meeting__name", "clause").get() == ("First meeting of JCA-MV", "10")

    def test_a_chair_appointed_meanwhile_is_asked_too(self, circulated, chair, cochair, rapporteur, desk):
        take(circulated, "approve", chair)
        Appointment.objects.create(person=rapporteur.person, group=desk.group, role="cochair")
        assert take(circulated, "approve", cochair).state == "circulated"
        assert take(circulated, "approve", rapporteur).state == "approved"

    def test_a_meeting_approves_through_the_secretary_who_names_it(self, draft, secretary, at_meeting):
        named = ["Name the meeting that approved the statement and the clause of its report."]
        assert refusal(take, draft, "approve", secretary) == named
        approved = take(draft, "approve", secretary, details=at_meeting)
        assert approved.approval_text == "JCA-MV meeting (Geneva, 9 October 2025)"
        assert Approval.objects.values_list("meeting__name", "clause").get() == ("First meeting of JCA-MV", "10")

    def test_the_secretary_does_not_declare_silence(self, circulated, secretary):
        assert refusal(take, circulated, "approve", secretary) == [
            "Name the meeting that approved the statement and the clause of its report."
        ]

    def test_revising_voids_the_approvals_given(self, circulated, secretary, chair, cochair):
        take(circulated, "approve", chair)
        statement = take(circulated, "revise", secretary, reason="One word.")
        assert (statement.state, statement.revision.number) == ("draft", 2)
        again = take(statement, "circulate", secretary)
        assert str(again.circulation) == "JCA-MV-Doc-001-R1"
        again.circulation.distribute(AFTER)
        over = AFTER + timedelta(days=15)
        assert take(again, "approve", cochair, at=over).state == "circulated"
        assert take(again, "approve", chair, at=over).state == "approved"

    def test_a_number_once_given_stays_when_an_approved_text_is_revised(self, approved, secretary, at_meeting):
        statement = take(approved, "revise", secretary, reason="A wrong date.")
        assert (statement.state, statement.approved_revision, statement.reference) == ("draft", None, "JCA-MV-LS1")
        assert statement.approval_text == ""
        again = take(statement, "approve", secretary, details=at_meeting)
        assert (again.reference, Series.objects.get(kind="statements").last_number) == ("JCA-MV-LS1", 1)

    def test_a_chair_returns_the_text_with_a_reason(self, circulated, chair, secretary):
        assert refusal(take, circulated, "revise", secretary, reason="No.", details=Returned()) == [
            "A text is returned by those who are asked to approve it."
        ]
        seen = circulated.revision_id
        statement = take(circulated, "revise", chair, reason="Ask for less.", details=Returned())
        word = Approval.objects.get()
        assert (word.returned, word.revision_id, word.reason, statement.state) == (True, seen, "Ask for less.", "draft")

    def test_an_editorial_change_keeps_the_window(self, circulated, letter, secretary):
        better = Amendment(replace(letter, body="<p>So.</p>"))
        statement = take(circulated, "amend", secretary, at=NOW, reason="A comma.", details=better)
        assert (statement.state, statement.revision.number, statement.revision.note) == ("circulated", 2, "A comma.")
        assert (Circulation.objects.count(), statement.circulation.closes_on) == (1, date(2025, 10, 27))
