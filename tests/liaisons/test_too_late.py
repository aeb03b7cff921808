"""A comment that comes after the approval: kept and marked, told to the secretariat, and nothing is stopped by it."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from contacts.actor import Actor
from liaisons import comments, links
from liaisons.arrivals.taking import take
from liaisons.models import Comment, Link, Message, Statement
from liaisons.rules import Refused
from liaisons.workflow import advance, obstacles
from tests.fixtures import AFTER
from tests.liaisons.arrivals.mails import an_answer
from tests.pages import at

pytestmark = pytest.mark.postgres

LATE = AFTER + timedelta(hours=1)


@pytest.fixture
def circulation(approved):
    return approved.circulation


def sent(statement, secretary):
    advance(statement, "send", by=Actor.of(secretary), seen=statement.revision_id, now=LATE)
    return Statement.objects.get(pk=statement.pk)


def test_a_member_comments_on_what_is_approved_and_the_secretariat_hears_of_it(
    client, approved, circulation, member, secretary
):
    with time_machine.travel(LATE, tick=False):
        client.force_login(member)
        page = client.get(reverse("circulation", args=[circulation.pk]))
        assertContains(page, "A comment made now is kept, marked as made after the approval")
        address = reverse("circulation-comment", args=[circulation.pk])
        page = client.post(address, {"kind": "objection", "text": "Clause 2 is wrong."}, follow=True)
        assertContains(page, "after the approval</span>")
        client.force_login(secretary)
        page = client.get(reverse("statement-dispatch", args=[approved.pk]))
        assertContains(page, "Mel Member objected after the approval.")
        assertContains(page, "Send 7 mails")
        assertContains(client.get(reverse("circulation-table", args=[circulation.pk])), "· after the approval")
    comment = Comment.objects.get()
    assert (comment.late, comment.lateness) == (True, "after the approval")
    assert Statement.objects.get(pk=approved.pk).state == "approved"
    assert obstacles(approved, "send", Actor.of(secretary), LATE) == []
    [told] = Message.objects.filter(key__startswith="late:")
    assert (told.recipient, told.subject) == (
        "secretariat@jca-mv.example.org",
        "JCA-MV-Doc-001: Mel Member comments after the approval",
    )
    words = " ".join(told.text.split())
    assert "ask the chairs whether the text goes back to draft before you send it" in words
    assert "Mel Member (objection): > Clause 2 is wrong." in words


def test_once_something_was_said_of_it_nobody_is_warned(approved, circulation, member, secretary, client):
    row = comments.comment(circulation, by=Actor.of(member), kind="technical", text="A comma.", now=LATE)
    with time_machine.travel(LATE, tick=False):
        client.force_login(secretary)
        address = reverse("statement-dispatch", args=[approved.pk])
        assertContains(client.get(address), "1 comment came after the approval. Read it before you send")
        comments.dispose(row, "noted", seen="", text="", by=Actor.of(secretary), now=LATE)
        assertNotContains(client.get(address), "after the approval")


def test_the_link_of_the_list_stays_open_until_the_statement_is_sent(client, approved, circulation, secretary):
    link = Link.objects.get(purpose="comment", circulation=circulation, person=None)
    given = {"kind": "technical", "text": "A comma.", "name": "Dee", "email": "dee@example.org"}
    with time_machine.travel(LATE, tick=False):
        assertContains(client.get(at("link", link)), "has not been sent yet")
        client.post(at("link-comment", link), given)
        assert not Message.objects.filter(key__startswith="late:").exists()  # it does not count yet
        comments.confirm(Comment.objects.get(), by=Actor("link"), now=LATE + timedelta(minutes=1))
        assert Message.objects.filter(key__startswith="late:").count() == 1
        sent(approved, secretary)
        assertContains(client.get(at("link", link)), "mailto:secretariat@jca-mv.example.org", status_code=410)


def test_after_the_dispatch_the_page_says_whom_to_write_to(client, approved, circulation, member, secretary):
    sent(approved, secretary)
    with time_machine.travel(LATE, tick=False):
        client.force_login(member)
        page = client.get(reverse("circulation", args=[circulation.pk]))
        assertContains(page, "Comments are no longer taken here; write to secretariat@jca-mv.example.org.")
        assertNotContains(page, reverse("circulation-comment", args=[circulation.pk]))
    with pytest.raises(Refused, match="Write to the secretariat: secretariat@jca-mv"):
        comments.comment(circulation, by=Actor.of(member), kind="support", now=LATE)


@pytest.mark.parametrize("step", ["revise", "withdraw"])
def test_what_goes_back_to_draft_or_is_withdrawn_takes_none(approved, circulation, member, secretary, step):
    advance(approved, step, by=Actor.of(secretary), seen=approved.revision_id, reason="A slip.", now=LATE)
    with pytest.raises(Refused):
        comments.comment(circulation, by=Actor.of(member), kind="support", now=LATE)
    link = Link.objects.get(purpose="comment", circulation=circulation, person=None)
    with pytest.raises(links.Revoked):
        links.open(links.token(link.pk), LATE)


def test_an_answer_by_mail_that_comes_after_the_approval_is_kept_too(approved):
    ours = Message.objects.get(kind="circulate")
    assert take(an_answer("Objection: no.\n", ours=ours), LATE).state == "taken"
    assert Comment.objects.get().lateness == "after the approval"
