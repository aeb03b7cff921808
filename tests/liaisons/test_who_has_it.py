"""A statement ends by itself when everybody has it, and who has not stays in sight until somebody gives up on them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from contacts.actor import Actor
from liaisons import handover, outbox, resending
from liaisons.details import Answer, Closing
from liaisons.housekeeping import close_what_is_over, keep_house
from liaisons.letter import Addressed
from liaisons.models import Message, Relation, Reply, Statement
from liaisons.rules import Refused
from liaisons.texts.writing import begin, rewrite
from liaisons.workflow import advance
from tests.fixtures import AFTER

pytestmark = pytest.mark.django_db
SOON = AFTER + timedelta(minutes=10)
WMC = "World Metaverse Council"


@pytest.fixture(autouse=True)
def _soon(time_machine):
    time_machine.move_to(SOON, tick=False)


@pytest.fixture
def sam(secretary) -> Actor:
    return Actor.of(secretary)


@pytest.fixture
def informing(desk, letter, sam, chair, at_meeting) -> Statement:
    """For information to two bodies that take mail and one that takes none; the mails have left."""
    names = ("IETF", "ITU-T SG21", WMC)
    asks_nothing = replace(
        letter,
        requests=(),
        deadline=None,
        addressees=tuple(Addressed(name, "information", name) for name in names),
    )
    return sent_out(begin(desk, asks_nothing, by=sam, now=AFTER), sam, at_meeting)


def sent_out(draft: Statement, by: Actor, at_meeting) -> Statement:
    approved = advance(draft, "approve", by=by, seen=draft.revision_id, details=at_meeting, now=AFTER)
    sent = advance(approved, "send", by=by, seen=approved.revision_id, now=AFTER)
    Message.objects.update(state="sent", sent_at=AFTER)
    Statement.objects.filter(pk=sent.pk).update(posted_at=AFTER)
    return fresh(sent)


def fresh(statement) -> Statement:
    return Statement.objects.get(pk=statement.pk)


def after_a_tick(statement) -> str:
    keep_house(SOON)
    return fresh(statement).state


def mail_to(statement, recipient: str) -> Message:
    return Message.objects.of_dispatch(statement).get(recipient=recipient)


def mark(statement, recipient: str, state: str) -> Message:
    Message.objects.filter(pk=mail_to(statement, recipient).pk).update(state=state)
    return mail_to(statement, recipient)


def hand(statement, by: Actor, name: str = WMC) -> None:
    handover.hand_over(statement.addressees.get(text=name), AFTER.date(), "By hand", by=by, now=SOON)


def to_hand_over(desk) -> list[str]:
    return [str(row) for row in handover.waiting(desk)]


# Closing by itself


def test_what_asked_nothing_closes_when_the_last_one_has_it(informing, sam):
    assert after_a_tick(informing) == "sent"
    hand(informing, sam)
    assert after_a_tick(informing) == "closed"
    assert fresh(informing).outcome == "nothing_owed"


@pytest.mark.parametrize("state", ["failed", "bounced", "in_doubt", "queued"])
@pytest.mark.parametrize("recipient", ["ietf@example.org", "secretariat@jca-mv.example.org"])
def test_it_does_not_close_while_a_mail_of_it_has_not_arrived(informing, sam, recipient, state):
    hand(informing, sam)
    mark(informing, recipient, state)
    assert after_a_tick(informing) == "sent"
    mark(informing, recipient, "sent")
    assert after_a_tick(informing) == "closed"


def test_it_closes_when_somebody_has_given_up_on_those_without_it(informing, sam, desk):
    failed = mark(informing, "ietf@example.org", "failed")
    outbox.give_up(failed, sam, SOON, "Their server is gone.")
    assert after_a_tick(informing) == "sent"
    handover.give_up(informing.addressees.get(text=WMC), "They moved.", by=sam, now=SOON)
    assert after_a_tick(informing) == "closed"


def test_who_has_answered_has_it(informing, sam, desk):
    council = informing.addressees.get(text=WMC)
    thanks = Answer(Reply.Kind.ACKNOWLEDGEMENT, text="We found it on your pages.")
    advance(council, "settle", by=sam, seen=informing.revision_id, details=thanks, now=SOON)
    Message.objects.update(state="sent")
    assert to_hand_over(desk) == []
    assert after_a_tick(informing) == "closed"


def test_the_letters_that_wait_to_be_handed_over_are_not_looked_at_one_by_one(informing, desk, sam, at_meeting):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            close_what_is_over(SOON)
        return len(queries)

    with_one = asked()
    for number in range(3):
        another = replace(informing.revision.letter, title=f"Another, {number}")
        sent_out(begin(desk, another, by=sam, now=AFTER), sam, at_meeting)
    assert Statement.objects.filter(state="sent").count() == 4
    assert asked() == with_one


# Whatever became of the statement


def test_who_is_still_to_be_handed_the_letter_is_listed_when_the_statement_has_ended(sent, desk, sam, client):
    Message.objects.update(state="sent")
    mark(sent, "ietf@example.org", "bounced")
    advance(sent, "close", by=sam, seen=sent.revision_id, reason="Over.", details=Closing("lapsed"), now=SOON)
    assert to_hand_over(desk) == ["IETF", WMC]
    client.force_login(sam.user)
    page = client.get(reverse("statement-dispatch", args=[sent.pk]))
    assertContains(page, "2 addressees get no mail.")
    assertContains(page, reverse("statement-send-missed", args=[sent.pk]))
    mark(sent, "sg21@example.org", "bounced")
    answered = sent.addressees.get(text="ITU-T SG21")
    late = Answer(Reply.Kind.ACKNOWLEDGEMENT, text="Your mail came back to you, and we have it.")
    advance(answered, "settle", by=sam, seen=sent.revision_id, details=late, now=SOON)
    [row] = resending.missed(fresh(sent))
    assert row.email == "ietf@example.org"
    resending.send_to_missed(fresh(sent), [row.key], sam, SOON)
    assert mail_to(sent, "ietf@example.org").state == "queued"
    hand(sent, sam)
    assert to_hand_over(desk) == []


def test_a_withdrawn_letter_is_handed_to_nobody(sent, desk, sam, client):
    advance(sent, "withdraw", by=sam, seen=sent.revision_id, reason="An error.", now=SOON)
    assert to_hand_over(desk) == []
    client.force_login(sam.user)
    assertNotContains(client.get(reverse("statement-dispatch", args=[sent.pk])), "Hand them the letter and note it")


def test_a_letter_is_taken_off_the_list_with_a_reason(informing, desk, client, secretary, sam):
    client.force_login(secretary)
    council = informing.addressees.get(text=WMC)
    page, give_up = (reverse(name, args=[council.pk]) for name in ("addressee-letter", "addressee-give-up"))
    assertContains(client.get(page), give_up)
    assertContains(client.post(give_up, {"reason": " "}), "required", status_code=400)
    shown = client.post(give_up, {"reason": "They have dissolved."}, follow=True)
    assertContains(shown, f"Noted: {WMC} is not handed the letter any more.")
    assert to_hand_over(desk) == []
    assertContains(client.get(page), "Not handed over any more since 28 October 2025.")
    assertNotContains(client.get(page), give_up)
    for name in ("statement-dispatch", "statement-recipients"):
        assertContains(client.get(reverse(name, args=[informing.pk])), "any more")
    statement = client.get(informing.get_absolute_url())
    assertContains(statement, f"{WMC}: not handed over any more")
    assertContains(statement, "They have dissolved.")
    assertContains(client.post(give_up, {"reason": "Twice."}), "is not on the list", status_code=400)
    hand(informing, sam)
    council = informing.addressees.get(text=WMC)
    assert (council.given_up_at, council.posted_at) == (None, SOON)


def test_only_the_secretariat_takes_a_letter_off_the_list(informing, chair):
    with pytest.raises(Refused, match="noted by the secretariat"):
        handover.give_up(informing.addressees.get(text=WMC), "No.", by=Actor.of(chair), now=SOON)


def test_of_a_letter_given_up_no_mail_needs_a_decision_and_none_is_offered_again(informing, desk, sam):
    mark(informing, "ietf@example.org", "failed")
    assert Message.objects.of_desk(desk).troubled().count() == 1
    handover.give_up(informing.addressees.get(text="IETF"), "Their server is gone.", by=sam, now=SOON)
    assert not Message.objects.of_desk(desk).troubled().exists()
    assert resending.missed(informing) == []


# Corrected


def corrected(first: Statement, by: Actor, at_meeting) -> Statement:
    advance(first, "correct", by=by, seen=first.revision_id, reason="A wrong date.", now=SOON)
    return sent_out(first.corrections.get(), by, at_meeting)


@pytest.mark.parametrize("ended", ["closed", "replied"])
def test_what_had_ended_before_its_correction_left_is_marked(sent, desk, sam, at_meeting, ended, client):
    Message.objects.update(state="sent", sent_at=AFTER)
    hand(sent, sam)
    failed = mark(sent, "ietf@example.org", "failed")
    step = {"closed": "close", "replied": "complete"}[ended]
    details = Closing("lapsed") if ended == "closed" else None
    advance(sent, step, by=sam, seen=sent.revision_id, reason="Over.", details=details, now=SOON)
    correction = corrected(fresh(sent), sam, at_meeting)
    Message.objects.of_dispatch(correction).update(state="queued")
    assert after_a_tick(sent) == ended
    assert fresh(sent).outcome != "corrected", "the correction can still be taken back"
    Message.objects.of_dispatch(correction).update(state="sent", sent_at=SOON)
    assert after_a_tick(sent) == ended
    first = fresh(sent)
    assert first.outcome == "corrected"
    assert [str(row) for row in handover.to_be_told(first)] == [WMC]
    assert [str(row.statement) for row in handover.waiting(desk)] == [str(correction)]
    assert resending.missed(first) == []
    with pytest.raises(Refused, match="no longer stands"):
        outbox.send_again(failed, sam, SOON)
    assert not first.links.exists()
    client.force_login(sam.user)
    assertContains(client.get(reverse("statement", args=[first.pk])), "Its correction has left and takes its place")
    keep_house(SOON)
    assert first.events.filter(verb="mark_corrected").count() == 1


def test_the_page_of_a_correction_names_who_had_the_first_by_hand_and_is_not_sent_it(
    client, sent, sam, letter, at_meeting
):
    Message.objects.update(state="sent", sent_at=AFTER)
    hand(sent, sam)
    advance(sent, "correct", by=sam, seen=sent.revision_id, reason="A wrong addressee.", now=SOON)
    correction = sent.corrections.get()
    without = replace(letter, addressees=letter.addressees[:2])
    rewrite(correction, without, by=sam, seen=correction.revision_id, now=SOON)
    correction = sent_out(fresh(correction), sam, at_meeting)
    assert after_a_tick(sent) == "closed"
    client.force_login(sam.user)
    page = client.get(reverse("statement-dispatch", args=[correction.pk]))
    assert [str(row) for row in page.context["not_told"]] == [WMC]
    assertContains(page, "tell them yourself")


# What was asked of us


@pytest.fixture
def reply(desk, letter, sam, chair, registration, at_meeting) -> Statement:
    """Our answer to their letter, sent to them and, for information, to another body."""
    answering = replace(
        letter,
        requests=(),
        deadline=None,
        addressees=(
            Addressed("ITU-T SG21", "information", "ITU-T SG21"),
            Addressed("IETF", "information", "IETF"),
        ),
    )
    draft = begin(desk, answering, by=sam, now=AFTER)
    Relation.objects.create(statement=draft, to=registration.statement, kind="replies_to")
    return sent_out(draft, sam, at_meeting)


def is_answered(registration) -> bool:
    keep_house(SOON)
    return type(registration).objects.get(pk=registration.pk).state == "answered"


@pytest.mark.parametrize("state", ["failed", "bounced", "in_doubt", "given_up"])
def test_theirs_is_answered_when_they_have_ours(reply, registration, state, sam):
    mark(reply, "sg21@example.org", state)
    assert not is_answered(registration)
    hand(reply, sam, "ITU-T SG21")
    assert is_answered(registration)


def test_ours_to_another_body_than_wrote_counts_when_it_has_it(reply, registration):
    reply.addressees.filter(text="ITU-T SG21").update(dropped=True)
    mark(reply, "sg21@example.org", "cancelled")
    mark(reply, "ietf@example.org", "failed")
    assert not is_answered(registration)
    mark(reply, "ietf@example.org", "sent")
    assert is_answered(registration)
