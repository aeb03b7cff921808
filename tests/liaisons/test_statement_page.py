"""What the page of a statement tells the desk about its circulation, its approval and its dispatch."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from contacts.actor import Actor
from liaisons import comments
from liaisons.models import Message
from liaisons.workflow import advance
from tests.fixtures import AFTER, NOW
from tests.pages import page, send

DURING = NOW + timedelta(days=2)


def shown(client, user, statement):
    return page(client, user, reverse("statement", args=[statement.pk])).content.decode()


def test_the_numbers_of_paragraphs_have_their_margin(client, circulated, secretary):
    text = shown(client, secretary, circulated)
    assert 'class="paragraph"' in text
    assert "liaise/reading" in text


def test_it_says_which_chairs_are_still_asked(client, circulated, desk, secretary, chair, cochair):
    with time_machine.travel(DURING, tick=False):
        assert "Asked to approve" not in shown(client, secretary, circulated)
    with time_machine.travel(AFTER, tick=False):
        assert "Asked to approve, each of them: Chris Chair, Kim Cochair." in shown(client, secretary, circulated)
        advance(circulated, "approve", by=Actor.of(chair), seen=circulated.revision_id, now=AFTER)
        assert "Asked to approve, each of them: Kim Cochair." in shown(client, secretary, circulated)
        advance(circulated, "approve", by=Actor.of(cochair), seen=circulated.revision_id, now=AFTER)
        assert "Asked to approve" not in shown(client, secretary, circulated)


def test_one_of_the_chairs_is_enough_where_the_desk_says_so(client, circulated, desk, secretary, chair, cochair):
    desk.approvers = desk.Approvers.ONE
    desk.save()
    with time_machine.travel(AFTER, tick=False):
        assert "Asked to approve, one of them: Chris Chair, Kim Cochair." in shown(client, secretary, circulated)


def test_a_window_that_was_closed_early_is_said_to_be(client, circulated, secretary):
    comments.move_window(circulated.circulation, None, reason="All agreed.", by=Actor.of(secretary), now=DURING)
    with time_machine.travel(AFTER, tick=False):
        text = shown(client, secretary, circulated)
    assert "closed early, on 15 October 2025, " in text
    assert "comments until" not in text.partition("Circulation and approval")[2]


def test_it_is_told_why_a_held_dispatch_cannot_be_taken_back_and_not_for_ever(client, held, secretary):
    with time_machine.travel(AFTER, tick=False):
        held.addressees.filter(pk=held.addressees.first().pk).update(posted_at=AFTER)
        assert "Take back: not possible now" in shown(client, secretary, held)
        Message.objects.of_dispatch(held).update(state=Message.State.SENT, sent_at=AFTER)
        assert "Take back: not possible now" not in shown(client, secretary, held)


@pytest.mark.parametrize(("disposition", "told"), [("rejected", True), ("referred", False)])
def test_who_disposes_of_an_objection_is_told_whether_it_still_stands(
    client, circulated, member, secretary, disposition, told
):
    with time_machine.travel(DURING, tick=False):
        objection = comments.comment(circulated.circulation, by=Actor.of(member), kind="objection", text="No.", now=NOW)
        given = {"disposition": disposition, "text": "We looked at it.", "seen": objection.standing}
        address = ("comment-dispose", objection.pk)
        send(client, secretary, *address, **{f"comment-{objection.pk}-{name}": said for name, said in given.items()})
        after = page(client, secretary, reverse("circulation", args=[circulated.circulation.pk])).content.decode()
    assert ("The objection still stops the approval" in after) is told
