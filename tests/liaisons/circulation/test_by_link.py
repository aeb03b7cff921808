"""A text in circulation, opened by the link that went to the list, to a chair or to a commenter."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django.asserts import assertContains, assertNotContains

from contacts.actor import Actor
from liaisons import comments, links
from liaisons.comments import saying
from liaisons.models import (
    Approval,
    Blob,
    Comment,
    Event,
    Link,
    Message,
    Revision,
)
from liaisons.rules import Refused
from liaisons.views import opened
from tests.fixtures import NOW
from tests.pages import at

DURING = NOW + timedelta(days=2)

pytestmark = pytest.mark.time_machine(DURING, tick=False)


@pytest.fixture
def theirs(circulation, member) -> Link:
    return links.issue("comment", circulation=circulation, person=member.person, now=NOW)


def test_a_link_to_the_list_opens_the_text_and_names_but_no_addresses(client, listlink, said, member):
    page = client.get(at("link", listlink))
    assertContains(page, "JCA-MV asks your group to nominate a representative")
    assertContains(page, "Mel Member")
    assertNotContains(page, member.email)
    assertContains(page, 'name="email"')


def test_what_an_unknown_person_says_counts_when_their_address_is_confirmed(client, listlink, circulation):
    given = {
        "kind": "objection", "text": "Our group does this.", "name": "Dee Delegate", "email": "dee@example.org",
        "group_text": "ITU-T SG21",
    }  # fmt: skip
    page = client.post(at("link-comment", listlink), given, follow=True)
    assertContains(page, "We have sent a mail to dee@example.org")
    assertNotContains(page, "Our group does this.")
    assert not Comment.objects.standing_objections().exists()
    confirm = Link.objects.get(purpose="confirm")
    assert Message.objects.get(kind="confirm").recipient == "dee@example.org"
    assertContains(client.get(at("link", confirm)), "Is this comment yours?")
    assert not Comment.objects.standing_objections().exists()
    assertContains(client.post(at("link-confirm", confirm), follow=True), "Your comment counts")
    assert Comment.objects.standing_objections().count() == 1
    page = client.get(at("link", listlink))
    assertContains(page, "Our group does this.")
    assertNotContains(page, "dee@example.org")


def test_confirming_twice_confirms_once(client, listlink, circulation):
    comments.comment(
        circulation, by=links.actor(listlink), kind="support", name="Dee", email="dee@example.org", now=DURING
    )
    confirm = Link.objects.get(purpose="confirm")
    for _time in range(2):
        assert client.post(at("link-confirm", confirm)).status_code == 302
    assert Event.objects.filter(verb="confirm").count() == 1


def an_objection(circulation, listlink, email):
    comments.comment(
        circulation, by=links.actor(listlink), kind="objection", text="No.", name="Dee", email=email, now=DURING
    )
    return Link.objects.get(purpose="confirm")


def test_who_objects_by_the_link_of_the_list_can_take_it_back(client, listlink, circulation):
    confirm = an_objection(circulation, listlink, "dee@example.org")
    refused = client.post(at("link-confirm-withdraw", confirm), follow=True)
    assertContains(refused, "A comment is withdrawn by the person who made it.")
    client.post(at("link-confirm", confirm))
    assert Comment.objects.standing_objections().count() == 1
    with time_machine.travel(DURING + timedelta(days=10), tick=False):  # later than the address could be confirmed
        assertContains(client.get(at("link", confirm)), "Take it back")
        page = client.post(at("link-confirm-withdraw", confirm), follow=True)
    assertContains(page, "Your comment is withdrawn")
    assert not Comment.objects.standing_objections().exists()
    assert Event.objects.get(verb="withdraw_comment").who == "Dee (as given; not known here)"


def test_a_comment_from_a_known_address_is_that_persons_once_confirmed(listlink, circulation, member):
    confirm = an_objection(circulation, listlink, "MEL@example.org")
    assert Comment.objects.get().author is None  # anybody can write an address
    comments.confirm(confirm.comment, by=links.actor(confirm), now=DURING)
    assert Comment.objects.get().author == member.person
    comments.withdraw(confirm.comment, by=Actor.of(member), now=DURING)
    assert not Comment.objects.standing_objections().exists()


def test_events_keep_no_address_of_a_stranger(listlink, circulation):
    confirm = an_objection(circulation, listlink, "dee@example.org")
    comments.confirm(confirm.comment, by=links.actor(confirm), now=DURING)
    said, confirmed = Event.objects.filter(verb__in=["comment", "confirm"]).order_by("pk")
    assert [said.data["comment"], confirmed.data["comment"]] == [confirm.comment_id] * 2
    assert "dee@example.org" not in str([list(row.values()) for row in Event.objects.values()])
    assert (said.who, confirmed.who) == ("somebody by link", "Dee (as given; not known here)")
    Comment.objects.update(name="")  # erased on request
    assert Event.objects.get(pk=confirmed.pk).who == "somebody by link"


def test_the_link_of_one_comment_withdraws_no_other(listlink, circulation, said):
    confirm = an_objection(circulation, listlink, "dee@example.org")
    comments.confirm(confirm.comment, by=links.actor(confirm), now=DURING)
    with pytest.raises(Refused):
        comments.withdraw(said, by=links.actor(confirm), now=DURING)


def test_a_link_to_the_list_asks_for_name_and_address(client, listlink):
    page = client.post(at("link-comment", listlink), {"kind": "support"})
    assert page.status_code == 400
    assert set(page.context["form"].errors) == {"name", "email"}
    page = client.post(
        at("link-comment", listlink),
        {"kind": "support", "name": "Dee\r\nBcc: all@example.org", "email": "dee@example.org"},
    )
    assert set(page.context["form"].errors) == {"name"}


def test_nobody_can_have_a_strangers_mailbox_filled(client, listlink):
    given = {"kind": "question", "name": "Dee", "email": "dee@example.org"}
    for time in range(5):
        page = client.post(at("link-comment", listlink), given | {"text": f"{time}?"})
    assertContains(page, "Look into your mailbox", status_code=400)
    assert Message.objects.filter(recipient="dee@example.org").count() == 3


def test_nobody_can_have_the_mailboxes_of_many_strangers_filled(client, listlink, theirs, monkeypatch):
    monkeypatch.setattr(saying, "MOST_ASKED_AN_HOUR", 2)
    for number in range(4):
        given = {"kind": "support", "name": "Dee", "email": f"dee{number}@example.org"}
        page = client.post(at("link-comment", listlink), given)
    assertContains(page, "Try again in an hour, or write to secretariat@jca-mv.example.org.", status_code=400)
    assert Message.objects.filter(kind="confirm").count() == 2
    assert client.post(at("link-comment", theirs), {"kind": "support"}).status_code == 302
    with time_machine.travel(DURING + timedelta(hours=1, minutes=1), tick=False):
        assert client.post(at("link-comment", listlink), given).status_code == 302


def test_a_link_does_not_fill_the_disk(client, listlink, theirs, settings, monkeypatch):
    """Also not with forms that are refused, whose files wait for the next try."""
    monkeypatch.setattr(opened, "MOST_UPLOADS", 2)
    settings.UPLOAD_MAX_BYTES = 1000

    def send(link: Link, number: int, kind: str = "editorial"):
        files = [SimpleUploadedFile(f"{name}.txt", f"{name}{number} ".encode() * 100) for name in "abc"]
        return client.post(at("link-comment", link), {"kind": kind, "files": files})

    page = [send(listlink, number) for number in range(3)][-1]
    assertContains(page, "no more files can be taken today", status_code=429)
    assert "no-store" in page["Cache-Control"]
    assert Blob.objects.filter(media_type="text/plain").count() == 6
    assert send(theirs, 4, "support").status_code == 302
    with time_machine.travel(DURING + timedelta(days=1), tick=False):
        assert send(listlink, 5).status_code == 400


def test_a_link_with_a_person_speaks_for_them_and_for_nobody_else(client, theirs, member):
    assertNotContains(client.get(at("link", theirs)), 'name="email"')
    client.post(at("link-comment", theirs), {"kind": "support", "name": "Somebody", "email": "else@example.org"})
    comment = Comment.objects.get()
    assert (comment.author, comment.name, comment.email) == (member.person, "Mel Member", member.email)
    client.post(at("link-comment-withdraw", theirs, comment.pk))
    comment.refresh_from_db()
    assert comment.withdrawn_at == DURING


def test_a_link_withdraws_nothing_of_others_nor_elsewhere(client, theirs, said, rapporteur):
    other = Comment.objects.get(author=rapporteur.person)
    client.post(at("link-comment-withdraw", theirs, other.pk))
    other.refresh_from_db()
    assert other.withdrawn_at is None
    assert client.post(at("link-comment-withdraw", theirs, 10**6)).status_code == 404


def test_a_script_in_a_comment_stays_text(client, listlink, circulation, member):
    comments.comment(circulation, by=Actor.of(member), kind="question", text="<script>alert(1)</script>", now=NOW)
    page = client.get(at("link", listlink))
    assertContains(page, "&lt;script&gt;alert(1)")
    assertNotContains(page, "<script>alert(1)")


def test_the_files_of_a_circulation_are_served_to_its_readers_alone(client, circulation, listlink, secretary, outsider):
    name = f"{circulation.document.reference}.pdf"
    page = client.get(at("link-file", listlink, name))
    assert page.content.startswith(b"%PDF-")
    assert page["Content-Type"] == "application/pdf"
    assert page["Content-Disposition"] == f'attachment; filename="{name}"'
    assert page["X-Content-Type-Options"] == "nosniff"
    assert client.get(at("link-file", listlink, "another.pdf")).status_code == 404
    client.force_login(secretary)
    assert client.get(at("circulation-file", circulation.pk, name)).status_code == 200
    client.force_login(outsider)
    assert client.get(at("circulation-file", circulation.pk, name)).status_code == 403


def test_a_chair_gives_the_text_back_on_the_record(client, circulation, circulated, chair):
    approve = links.issue("approve", statement=circulated, circulation=circulation, person=chair.person, now=NOW)
    seen = circulated.revision_id
    client.post(at("link-return", approve), {"seen": seen, "reason": "Name the meeting."})
    returned = Approval.objects.get()
    assert (returned.returned, returned.person, returned.revision_id) == (True, chair.person, seen)
    assert Revision.objects.filter(statement=circulated).count() == 2
