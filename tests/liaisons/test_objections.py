"""An objection that stands when the window closes: each chair hears of it, and decides about it by their own link."""

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from contacts.actor import Actor
from liaisons import comments, housekeeping
from liaisons.comments import reports
from liaisons.filing import Paper, file_document
from liaisons.models import Blob, Circulation, Comment, Link, Message, Statement
from liaisons.silence import Outcome
from tests.fixtures import AFTER, NOW
from tests.pages import at

pytestmark = [pytest.mark.postgres, pytest.mark.time_machine(AFTER, tick=False)]

OVERRULED = {"disposition": "overruled", "text": "The group decided so in May."}


@pytest.fixture
def objection(circulated, member) -> Comment:
    """The window has closed with it, and the chairs have their mails."""
    row = comments.comment(circulated.circulation, by=Actor.of(member), kind="objection", text="Not ours.", now=NOW)
    housekeeping.keep_house(AFTER)
    return row


def door(user) -> Link:
    return Link.objects.filter(purpose="approve", person=user.person).latest("pk")


def decide(client, link: Link, row: Comment, *, seen: str = "", **given: str):
    filled = {f"comment-{row.pk}-{name}": value for name, value in {**given, "seen": seen}.items()}
    return client.post(at("link-comment-dispose", link, row.pk), filled, follow=True)


def test_secretariat_and_chairs_are_told_once(objection, chair, cochair):
    housekeeping.keep_house(AFTER)
    told = Message.objects.filter(key__startswith="stopped:").order_by("recipient")
    assert [mail.recipient for mail in told] == [
        "chris@example.org", "kim@example.org", "secretariat@jca-mv.example.org",
    ]  # fmt: skip
    for mail in told:
        assert "– Mel Member, objection: Not ours." in mail.text
        assert max(len(line) for line in mail.text.splitlines()) <= 72
    assert [f"[[link:{door(user).pk}]]" in mail.text for user, mail in zip((chair, cochair), told[:2], strict=True)]
    assert "[[link:" not in told[2].text
    assert not Message.objects.filter(kind="approve").exists()


def test_a_chair_overrules_it_by_link_and_approves(client, objection, circulated, chair, cochair):
    link = door(chair)
    page = client.get(at("link", link))
    for sentence in ("There is nothing for you to approve now", "Mel Member objects.", "overruled by the chair"):
        assertContains(page, sentence)
    refused = decide(client, link, objection, disposition="overruled", text="")
    assertContains(refused, "An objection is overruled by a chair, with a reason.", status_code=400)
    page = decide(client, link, objection, **OVERRULED)
    assertContains(page, "The comment of Mel Member: overruled by the chair.")
    assertContains(page, "You approve exactly the text above.")
    objection.refresh_from_db()
    assert (objection.disposition, objection.disposed_by) == ("overruled", chair.person)
    assert Message.objects.get(key__startswith="disposed:").recipient == "mel@example.org"
    client.post(at("link-approve", link), {"seen": circulated.revision_id})
    housekeeping.keep_house(AFTER)
    assert [mail.recipient for mail in Message.objects.filter(kind="approve")] == ["kim@example.org"]
    client.post(at("link-approve", door(cochair)), {"seen": circulated.revision_id})
    assert Statement.objects.get(pk=circulated.pk).state == "approved"


def test_referred_by_link_it_stands_no_more_and_noted_it_does(client, objection, chair):
    page = decide(client, door(chair), objection, disposition="noted", text="")
    assertContains(page, "The objection still stops the approval")
    objection.refresh_from_db()
    decide(client, door(chair), objection, seen=objection.standing, disposition="referred", text="To the meeting.")
    assert not Comment.objects.standing_objections().exists()


def test_what_was_decided_meanwhile_is_shown_and_not_overwritten(client, objection, chair, cochair):
    comments.dispose(objection, "referred", seen="", text="To the meeting.", by=Actor.of(cochair), now=AFTER)
    page = decide(client, door(chair), objection, **OVERRULED)
    assertContains(page, "Kim Cochair has decided meanwhile: referred to the next meeting.", status_code=400)
    assertContains(page, "The group decided so in May.", status_code=400)


def test_only_objections_are_decided_by_link_and_only_by_chairs(client, objection, chair, member):
    remark = comments.comment(objection.circulation, by=Actor.of(member), kind="question", text="Why?", now=AFTER)
    late = comments.comment(objection.circulation, by=Actor.of(member), kind="objection", text="Late.", now=AFTER)
    link = door(chair)
    assertNotContains(client.get(at("link", link)), at("link-comment-dispose", link, late.pk))
    assert decide(client, link, remark, **OVERRULED).status_code == 404
    chair.person.appointments.update(role="member")
    assertNotContains(client.get(at("link", link)), at("link-comment-dispose", link, objection.pk))
    refused = decide(client, link, objection, **OVERRULED)
    assertContains(refused, "Comments are disposed of by the secretariat and the chairs.", status_code=400)
    assert Comment.objects.standing_objections().get() == objection


def test_so_it_is_with_a_report(client, desk, secretary, chair, member):
    blob = Blob.objects.keep(b"PK report", "application/msword")
    paper = Paper(kind="report", title="Report", source_text="JCA-MV", files=((blob, "report.docx"),))
    by = Actor.of(secretary)
    circulation = reports.circulate(file_document(desk, paper, by=by, now=NOW), desk, by=by, now=NOW)
    Circulation.objects.get().distribute(NOW)
    rows = [
        comments.comment(circulation, by=Actor.of(member), kind="objection", text=text, now=NOW) for text in ("1", "2")
    ]
    housekeeping.keep_house(AFTER)
    assertNotContains(client.get(at("link", door(chair))), "Declare it approved")
    decide(client, door(chair), rows[0], **OVERRULED)
    assert Outcome.of(circulation).came == "no comment, 2 objections, of which 1 stands"
    assertContains(decide(client, door(chair), rows[1], **OVERRULED), "Declare it approved")
    client.post(at("link-approve", door(chair)))
    assert Circulation.objects.get().approved_at == AFTER
    client.force_login(secretary)
    assertContains(client.get(reverse("circulation", args=[circulation.pk])), "it was declared approved")
