"""What a mail answers: by token, thread or number, and never by who says to have written it."""

import pytest

from contacts.models import Desk
from liaisons import reply_tokens
from liaisons.arrivals.matching import find, returned
from liaisons.arrivals.parsing import parse
from liaisons.models import Message
from tests.liaisons.arrivals.mails import a_bounce, an_answer

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


def found(raw, desk=None):
    return find(parse(raw), desk)[0]


def desks(raw, desk=None):
    return [one.desk for one in find(parse(raw), desk)]


@pytest.mark.parametrize("header", ["To", "Cc", "Delivered_To", "X_Original_To", "Reply_To"])
def test_a_token_tells_which_mail_is_answered(to_ietf, header):
    address = reply_tokens.address("Secretariat@JCA-MV.example.org", to_ietf.pk).upper()
    it = found(an_answer(**{"To": "somebody@example.org", header: address}))
    assert (it.found_by, it.ours, it.statement) == ("token", to_ietf, to_ietf.statement)
    assert (it.addressee, it.desk) == (to_ietf.addressee, to_ietf.desk)


def test_a_forged_token_tells_nothing(to_ietf):
    address = f"secretariat+{to_ietf.pk}-{'a' * 16}@jca-mv.example.org"
    assert found(an_answer(To=address)).found_by == ""


def test_the_nearest_of_a_thread_is_answered(to_ietf):
    other = Message.objects.filter(kind="send").exclude(pk=to_ietf.pk).first()
    it = found(an_answer(References=f"<x@y> {other.message_id} {to_ietf.message_id} <z@y>"))
    assert (it.found_by, it.ours) == ("thread", to_ietf)
    assert found(an_answer(ours=other, References=to_ietf.message_id)).ours == other


def test_a_token_counts_before_the_thread(to_ietf):
    other = Message.objects.filter(kind="send").exclude(pk=to_ietf.pk).first()
    assert found(an_answer(ours=other, token=to_ietf)).ours == to_ietf


def test_the_root_of_a_thread_leads_to_the_statement_alone(to_ietf):
    it = found(an_answer(References=f"<statement-{to_ietf.statement_id}@localhost>", From="ietf@example.org"))
    assert (it.found_by, it.ours, it.statement) == ("thread", None, to_ietf.statement)
    assert it.addressee == to_ietf.addressee
    assert found(an_answer(References="<statement-999@localhost>")).statement is None


def test_a_number_in_the_subject_leads_to_the_statement(to_ietf):
    reference = to_ietf.statement.reference
    it = found(an_answer(Subject=f"AW: [JCA] {reference.lower()}: your letter"))
    assert (it.found_by, it.statement, it.ours) == ("subject", to_ietf.statement, None)


@pytest.mark.parametrize("subject", ["{}2", "X-{}", "{}-7", "", "Re: hello"])
def test_part_of_a_longer_number_is_another_one(to_ietf, subject):
    it = found(an_answer(Subject=subject.format(to_ietf.statement.reference)))
    assert (it.found_by, it.statement) == ("", None)


def test_a_document_number_leads_to_what_is_in_circulation(to_list):
    document = to_list.circulation.document
    it = found(an_answer(Subject=f"Comments on {document.reference}"))
    assert (it.found_by, it.circulation, it.statement) == ("subject", to_list.circulation, to_list.statement)


def test_a_document_number_leads_to_what_was_received(registration):
    it = found(an_answer(Subject=f"Re: {registration.document.reference}"))
    assert (it.found_by, it.statement) == ("subject", registration.statement)


def test_a_sender_alone_matches_nothing(to_ietf):
    it = found(an_answer(From=to_ietf.recipient))
    assert (it.found_by, it.statement, it.addressee) == ("", None, None)


def test_the_desk_is_the_one_it_was_delivered_to(desk, other_desk):
    assert found(an_answer(To=other_desk.mailbox)).desk == other_desk
    assert found(an_answer(To=f"Secretariat+x@{other_desk.mailbox.partition('@')[2]}")).desk == other_desk
    assert found(an_answer(To=desk.mailbox, Delivered_To=other_desk.mailbox)).desk == other_desk
    assert found(an_answer(To=desk.mailbox), other_desk).desk == other_desk


def test_what_names_no_desk_is_for_all_of_them_or_for_those_that_know_its_number(to_ietf, other_desk):
    stray = {"To": "list@example.org"}
    assert desks(an_answer(**stray)) == [to_ietf.desk, other_desk]
    assert desks(an_answer(**stray, Subject=f"On {to_ietf.statement.reference}")) == [to_ietf.desk]
    assert desks(an_answer(**stray), other_desk) == [other_desk]
    assert desks(an_answer(**stray, ours=to_ietf)) == [to_ietf.desk]


def test_what_a_mail_answers_says_more_of_its_desk_than_where_it_was_found(to_ietf, other_desk):
    assert found(an_answer(ours=to_ietf), other_desk).desk == to_ietf.desk
    # A number is no proof: the register of a desk is searched by its own mail only.
    assert found(an_answer(Subject=to_ietf.statement.reference), other_desk).statement is None


def test_without_any_desk_nobody_can_take_it(db):
    with pytest.raises(Desk.DoesNotExist):
        found(an_answer())


def test_a_bounce_belongs_to_the_mail_it_gives_back(to_ietf):
    assert returned(parse(a_bounce(to_ietf))) == to_ietf
    assert returned(parse(a_bounce(to_ietf, whole=False))) is None
