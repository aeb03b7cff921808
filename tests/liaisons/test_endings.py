"""How statements end, and what may not happen on the way: scenarios a reader of the code asked about."""

from dataclasses import replace
from datetime import timedelta

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from contacts.actor import Actor
from contacts.models import Appointment, Desk
from liaisons import housekeeping, rules
from liaisons.details import Amendment, Answer, Closing, Returned
from liaisons.handover import hand_over
from liaisons.models import Addressee, Circulation, Link, Message, Reply, Request, Statement
from liaisons.texts.writing import begin, rewrite
from liaisons.workflow import Refused, advance, obstacles
from tests.fixtures import AFTER, LATER, NOW
from tests.pages import at


def fresh(statement):
    return Statement.objects.get(pk=statement.pk)


def take(statement, step, user, *, at=LATER, **given):
    return advance(statement, step, by=Actor.of(user), seen=fresh(statement).revision_id, now=at, **given)


def settle(statement, designation, answer, user, at=LATER):
    addressee = Addressee.objects.get(statement=statement, designation=designation)
    return advance(addressee, "settle", by=Actor.of(user), seen=statement.revision_id, details=answer, now=at)


@pytest.fixture
def out(sent):
    """The statement after its dispatch has left."""
    sent.messages.update(state=Message.State.SENT, sent_at=AFTER)
    return sent


def test_a_body_that_only_thanks_owes_nothing(out, secretary):
    thanks = settle(out, "ITU-T TSAG", Answer(Reply.Kind.ACKNOWLEDGEMENT, text="Thank you."), secretary)
    assert thanks.reply == "not_expected"
    assert not Addressee.objects.owing().filter(designation="ITU-T TSAG").exists()


def test_what_is_waived_is_not_called_declined_and_nobody_stays_awaited(out, secretary):
    take(out, "close", secretary, reason="The meeting is over.", details=Closing("lapsed"))
    assert set(Addressee.objects.filter(statement=out).values_list("reply", flat=True)) == {"not_expected"}
    late = settle(out, "IETF", Answer(Reply.Kind.ACKNOWLEDGEMENT, text="Sorry, we are late."), secretary)
    assert late.reply == "not_expected"


def test_a_thank_you_does_not_complete_a_letter_that_asked_nothing(desk, letter, secretary, chair, cochair, at_meeting):
    informing = replace(
        letter, requests=(), addressees=(replace(letter.addressees[0], purpose="information", requests=()),)
    )
    draft = begin(desk, informing, by=Actor.of(secretary), now=NOW)
    approved = take(draft, "approve", secretary, at=NOW, details=at_meeting)
    statement = take(approved, "send", secretary, at=NOW)
    settle(statement, "ITU-T SG21", Answer(Reply.Kind.ACKNOWLEDGEMENT, text="Thank you."), secretary)
    assert fresh(statement).state == "sent"
    statement.messages.update(state=Message.State.SENT)
    housekeeping.keep_house(LATER)
    assert (fresh(statement).state, fresh(statement).outcome) == ("closed", "nothing_owed")


def test_an_amendment_is_put_to_the_chairs_again(circulated, secretary, chair, cochair):
    assert housekeeping.ask_chairs(AFTER) == 2
    take(circulated, "approve", chair, at=AFTER)
    changed = replace(circulated.revision.letter, abstract="An invitation to take part in the work of JCA-MV.")
    take(circulated, "amend", secretary, at=AFTER, reason="A word.", details=Amendment(changed))
    assert housekeeping.ask_chairs(AFTER) == 2
    assert housekeeping.ask_chairs(AFTER) == 0


def test_who_has_approved_declares_when_the_other_has_left_office(circulated, chair, cochair):
    waiting = take(circulated, "approve", chair, at=AFTER)
    assert waiting.state == "circulated"
    assert obstacles(fresh(circulated), "approve", Actor.of(chair), AFTER) == [
        "You have already approved this revision. The others have been asked."
    ]
    Appointment.objects.filter(person=cochair.person).update(valid_to=AFTER.date())
    assert take(circulated, "approve", chair, at=LATER).state == "approved"


def test_a_withdrawn_draft_is_told_to_the_list_that_had_it(circulated, secretary):
    circulated.messages.update(state=Message.State.SENT, sent_at=NOW)
    take(circulated, "withdraw", secretary, at=NOW, reason="It has become needless.")
    told = Message.objects.filter(statement=circulated, kind=Message.Kind.NOTIFY)
    assert [message.recipient for message in told] == [circulated.desk.mailing_list]


def test_what_somebody_holds_in_hands_is_not_recalled(sent, secretary):
    addressee = Addressee.objects.get(statement=sent, designation="World Metaverse Council")
    hand_over(addressee, AFTER.date(), "by hand", by=Actor.of(secretary), now=AFTER)
    with pytest.raises(Refused, match="handed over to somebody already"):
        take(sent, "recall", secretary, at=AFTER)


def test_a_correction_that_has_left_ends_the_first_letter(client, out, secretary, chair, cochair, at_meeting):
    take(out, "correct", secretary, reason="The date of the meeting was wrong.")
    correction = Statement.objects.get(corrects=out)
    take(correction, "approve", secretary, details=at_meeting)
    take(correction, "send", secretary)
    housekeeping.keep_house(LATER)
    assert fresh(out).state == "sent", "the correction can still be taken back"
    correction.messages.update(state=Message.State.SENT)
    housekeeping.keep_house(LATER)
    assert (fresh(out).state, fresh(out).outcome) == ("closed", "corrected")
    assert not Request.objects.still_open().filter(addressee__statement=out).exists()
    assert (correction.reference, correction.correction) == ("JCA-MV-LS1", 1)
    old = Link.objects.get(purpose="answer", addressee__statement=out, addressee__text="IETF")
    page = client.get(at("link", old))
    assertContains(page, "JCA-MV sent it again under its number, corrected. Answer that one", status_code=410)


def test_corrections_are_numbered_on_also_after_one_was_withdrawn(out, secretary):
    take(out, "correct", secretary, reason="The date was wrong.")
    take(Statement.objects.get(corrects=out), "withdraw", secretary, reason="Nothing was wrong.")
    take(out, "correct", secretary, reason="The place was wrong.")
    assert sorted(Statement.objects.filter(corrects=out).values_list("correction", flat=True)) == [1, 2]


@pytest.mark.parametrize(
    "body",
    [
        "<p>Dear {{name}}</p>",
        "<p>Dear &lt;&lt;Name&gt;&gt;</p>",
        "<p>nominate {&nbsp;} to us</p>",
        "<p>appointed to&nbsp; for the term</p>",
        "<p>appointed to <strong></strong> for the term</p>",
    ],
)
def test_an_empty_merge_field_is_found_however_the_editor_stores_it(draft, secretary, body):
    rewrite(draft, replace(draft.revision.letter, body=body), by=Actor.of(secretary), seen=draft.revision_id, now=NOW)
    found = rules.merge_fields(fresh(draft).revision)
    assert len(found) == 1
    assert "body" in found[0]


def test_paragraphs_next_to_each_other_are_no_merge_field(draft, secretary):
    body = "<p>The letter goes to</p>  <p>for action: IETF. Rows {a} and &lt;b&gt; are examples.</p>"
    rewrite(draft, replace(draft.revision.letter, body=body), by=Actor.of(secretary), seen=draft.revision_id, now=NOW)
    assert rules.merge_fields(fresh(draft).revision) == []


def test_one_statement_that_somebody_moved_does_not_stop_the_housekeeping(out, secretary, monkeypatch):
    Circulation.objects.update(ended_at=None)
    monkeypatch.setattr(housekeeping, "advance", _refuse)
    Request.objects.filter(addressee__statement=out).delete()
    housekeeping.keep_house(LATER)
    assert fresh(out).state == "sent"


def _refuse(*args, **kwargs):
    raise Refused(["Somebody was faster."])


def test_who_gives_a_text_back_has_not_written_it(circulated, secretary, chair, cochair):
    """They may approve it alone when it comes again as it was."""
    Desk.objects.update(approvers=Desk.Approvers.ONE)
    take(circulated, "revise", chair, at=AFTER, reason="Wait for the meeting.", details=Returned())
    again = fresh(circulated)
    assert (again.revision.number, again.revision.author) == (2, secretary.person)
    take(again, "circulate", secretary, at=AFTER)
    again.circulation.distribute(AFTER)
    assert take(again, "approve", chair, at=AFTER + timedelta(days=15)).state == "approved"


def test_of_a_withdrawn_statement_nothing_is_due_or_to_look_at(client, out, secretary):
    client.force_login(secretary)
    take(out, "withdraw", secretary, reason="The meeting was called off.")
    page = client.get(f"/statements/{out.pk}/", follow=True)
    assertContains(page, "no longer asked")
    for told in ("To look at before it goes on", "due 30 Jan 2026", "deadline 30 January 2026"):
        assertNotContains(page, told)
