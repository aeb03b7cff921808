"""A text in circulation: who reads it, who says what, and what the desk decides about it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from contacts.actor import Actor
from liaisons import comments, links
from liaisons.comments import saying
from liaisons.details import Amendment
from liaisons.models import (
    Approval,
    Blob,
    Circulation,
    Comment,
    Document,
    DocumentFile,
    Event,
    Link,
    Message,
    Revision,
    Series,
)
from liaisons.rules import Moved, Refused
from liaisons.views import opened
from liaisons.workflow import advance
from tests.fixtures import AFTER, NOW
from tests.pages import at

DURING = NOW + timedelta(days=2)

pytestmark = pytest.mark.time_machine(DURING, tick=False)


@pytest.fixture
def circulation(circulated) -> Circulation:
    return circulated.circulation


@pytest.fixture
def said(circulation, member, rapporteur):
    """A word of the rapporteur, and an objection of the member."""
    comments.comment(circulation, by=Actor.of(rapporteur), kind="editorial", clause="1", text="Comma.", now=NOW)
    return comments.comment(
        circulation, by=Actor.of(member), kind="objection", clause="1", text="Not ours.", proposed="Ours.", now=NOW
    )


@pytest.mark.parametrize("role", ["secretary", "chair", "rapporteur", "member", "administrator"])
def test_everybody_at_the_desk_reads_the_frozen_text(client, circulation, request, role):
    client.force_login(request.getfixturevalue(role))
    page = client.get(at("circulation", circulation.pk))
    assertContains(page, circulation.document.reference)
    assertContains(page, "JCA-MV asks your group to nominate a representative")
    assertContains(page, 'id="p1"')


@pytest.mark.parametrize(("role", "status"), [("other_secretary", 404), ("outsider", 403)])
def test_others_do_not(client, circulation, request, role, status):
    client.force_login(request.getfixturevalue(role))
    assert client.get(at("circulation", circulation.pk)).status_code == status


def test_who_is_not_signed_in_is_asked_to(client, circulation):
    address = at("circulation", circulation.pk)
    assertRedirects(client.get(address), f"{at('sign-in')}?next={address}", fetch_redirect_response=False)


def test_the_window_is_told_at_the_desks_seat_and_by_the_readers_clock(client, circulation, member):
    client.force_login(member)  # in Pago Pago, eleven hours behind UTC
    page = client.get(at("circulation", circulation.pk))
    assertContains(page, "end of Monday 27 October 2025 in Geneva")
    assertContains(page, "1\xa0week, 5\xa0days left")
    assertContains(page, "Monday 27 October 2025, 12:00 (Pacific/Pago_Pago)")


def test_in_the_last_minute_of_a_window_there_is_less_than_a_minute_left(client, circulation, member):
    with time_machine.travel(circulation.closes_at - timedelta(seconds=20), tick=False):
        client.force_login(member)
        assertContains(client.get(at("circulation", circulation.pk)), ": less than a minute left.")


def test_a_text_the_server_has_not_taken_has_no_window_yet(client, circulation, secretary):
    Circulation.objects.filter(pk=circulation.pk).update(distributed_at=None, closes_on=None, closes_at=None)
    client.force_login(secretary)
    assertContains(client.get(at("circulation", circulation.pk)), "The 14 days for comments begin when it does.")


def test_a_member_comments_and_withdraws(client, circulation, member):
    client.force_login(member)
    page = client.post(
        at("circulation-comment", circulation.pk),
        {"kind": "technical", "clause": "1", "text": "Say which roadmap.", "proposed": "its roadmap"},
    )
    assert page.status_code == 302
    comment = Comment.objects.get()
    assert (comment.author, comment.kind, comment.late, comment.clause) == (member.person, "technical", False, "1")
    assert comment.confirmed_at == DURING
    page = client.get(at("circulation", circulation.pk))
    assertContains(page, "Say which roadmap.")
    assertNotContains(page, member.email)
    client.post(at("comment-withdraw", comment.pk))
    comment.refresh_from_db()
    assert comment.withdrawn_at == DURING
    assertContains(client.get(at("circulation", circulation.pk)), "state-withdrawn")


def test_nobody_withdraws_what_another_said(client, circulation, said, secretary):
    client.force_login(secretary)
    page = client.post(at("comment-withdraw", said.pk), follow=True)
    assertContains(page, "withdrawn by the person who made it")
    said.refresh_from_db()
    assert said.withdrawn_at is None


def test_a_comment_without_words_is_refused_and_what_was_typed_stays(client, circulation, member):
    client.force_login(member)
    page = client.post(at("circulation-comment", circulation.pk), {"kind": "objection", "clause": "1", "text": " "})
    assertContains(page, "Write what you want to say.", status_code=400)
    assertContains(page, 'name="clause" value="1"', status_code=400)
    assert not Comment.objects.exists()


def test_a_number_before_a_paragraph_leads_to_a_comment_on_it(client, circulation, member):
    client.force_login(member)
    address = at("circulation", circulation.pk)
    assertContains(client.get(address), f'href="{address}?at=1#say"')
    assertContains(client.get(f"{address}?at=1"), 'name="clause" value="1"')


def test_a_late_comment_is_kept_and_marked(client, circulation, member):
    client.force_login(member)
    with time_machine.travel(AFTER, tick=False):
        client.force_login(member)
        assertContains(client.get(at("circulation", circulation.pk)), "is kept and marked as late")
        client.post(at("circulation-comment", circulation.pk), {"kind": "objection", "text": "Too late?"})
        comment = Comment.objects.get()
        assert comment.late
        assert not Comment.objects.standing_objections().exists()


def test_after_its_end_nothing_more_is_said(client, circulated, circulation, secretary, member):
    advance(circulated, "revise", by=Actor.of(secretary), seen=circulated.revision_id, reason="A slip.", now=DURING)
    client.force_login(member)
    page = client.get(at("circulation", circulation.pk))
    assertContains(page, "This circulation ended on 15 October 2025")
    assertNotContains(page, at("circulation-comment", circulation.pk))
    assertNotContains(page, "to the statement")  # a draft again: members do not see it
    page = client.post(at("circulation-comment", circulation.pk), {"kind": "support"})
    assertContains(page, "This circulation has ended", status_code=400)


def test_an_editorial_change_since_is_told(client, circulated, circulation, secretary, letter, member):
    advance(
        circulated,
        "amend",
        by=Actor.of(secretary),
        seen=circulated.revision_id,
        reason="A comma in the abstract.",
        details=Amendment(replace(letter, abstract="An invitation, to take part.")),
        now=DURING,
    )
    client.force_login(member)
    assertContains(client.get(at("circulation", circulation.pk)), "A comma in the abstract.")


@pytest.mark.parametrize(
    ("role", "disposition", "kept"),
    [
        ("secretary", "accepted", True),
        ("secretary", "in_part", True),
        ("chair", "noted", True),
        ("chair", "rejected", True),
        ("chair", "overruled", True),
        ("secretary", "overruled", False),
    ],
)
def test_the_desk_says_what_was_done_about_a_comment(client, circulation, said, request, role, disposition, kept):
    client.force_login(request.getfixturevalue(role))
    given = {f"comment-{said.pk}-disposition": disposition, f"comment-{said.pk}-text": "Outside our terms."}
    page = client.post(at("comment-dispose", said.pk), given)
    said.refresh_from_db()
    assert (said.disposition == disposition) is kept
    assert page.status_code == (302 if kept else 400)
    told = Message.objects.filter(recipient=said.email, subject__startswith="Your comment")
    assert told.count() == int(kept)


def test_who_decides_after_another_has_is_shown_what_was_decided(client, circulation, said, secretary, chair):
    comments.dispose(said, "accepted", seen=said.standing, text="Reworded.", by=Actor.of(chair), now=DURING)
    client.force_login(secretary)
    before = {f"comment-{said.pk}-{name}": value for name, value in (("disposition", "rejected"), ("seen", ""))}
    page = client.post(at("comment-dispose", said.pk), before)
    assertContains(page, "Chris Chair has decided meanwhile: accepted. Look at it again.", status_code=400)
    assert Comment.objects.get(pk=said.pk).disposition == "accepted"
    form = next(row.form for row in page.context["said"] if row.comment.pk == said.pk)
    again = {form.add_prefix(name): form[name].value() or "" for name in ("disposition", "text", "seen")}
    again[form.add_prefix("text")] = "It is ours."
    assert client.post(at("comment-dispose", said.pk), again).status_code == 302
    assert Comment.objects.get(pk=said.pk).disposition == "rejected"


def test_what_was_withdrawn_meanwhile_is_not_disposed_of(circulation, said, secretary, member):
    seen = said.standing
    comments.withdraw(said, by=Actor.of(member), now=DURING)
    with pytest.raises(Moved, match="Mel Member has withdrawn the comment meanwhile"):
        comments.dispose(said, "accepted", seen=seen, text="", by=Actor.of(secretary), now=DURING)
    assert Comment.objects.get(pk=said.pk).disposition == ""


def test_a_comment_looks_at_the_circulation_as_it_is_now(circulated, circulation, secretary, member):
    advance(circulated, "revise", by=Actor.of(secretary), seen=circulated.revision_id, reason="A slip.", now=DURING)
    assert circulation.ended_at is None  # as it was read before
    with pytest.raises(Refused, match="This circulation has ended"):
        comments.comment(circulation, by=Actor.of(member), kind="objection", text="Not ours.", now=DURING)
    assert not Comment.objects.exists()


def test_a_window_is_moved_as_it_is_now(circulated, circulation, chair, secretary):
    advance(circulated, "revise", by=Actor.of(secretary), seen=circulated.revision_id, reason="A slip.", now=DURING)
    with pytest.raises(Refused, match="Only a window that is open can be moved"):
        comments.move_window(circulation, AFTER.date(), reason="Late.", by=Actor.of(chair), now=DURING)


@pytest.mark.parametrize("what", ["confirm", "withdraw"])
def test_nothing_is_kept_without_its_event(circulation, listlink, member, monkeypatch, what):
    if what == "confirm":
        said = comments.comment(
            circulation, by=links.actor(listlink), kind="support", name="Dee", email="dee@example.org", now=DURING
        )
        field = "confirmed_at"
    else:
        said = comments.comment(circulation, by=Actor.of(member), kind="support", now=DURING)
        field = "withdrawn_at"

    def break_off(*args, **kwargs):
        raise RuntimeError("the database went away")

    monkeypatch.setattr("liaisons.models.Event.objects.record", break_off)
    with pytest.raises(RuntimeError):
        getattr(comments, what)(said, by=Actor.of(member), now=DURING)
    assert getattr(Comment.objects.get(pk=said.pk), field) is None


def test_an_objection_is_not_overruled_without_a_reason(client, circulation, said, chair):
    client.force_login(chair)
    page = client.post(at("comment-dispose", said.pk), {f"comment-{said.pk}-disposition": "overruled"})
    assertContains(page, "An objection is overruled by a chair, with a reason.", status_code=400)
    assert Comment.objects.standing_objections().count() == 1


def test_only_an_objection_is_offered_to_be_overruled(client, circulation, said, chair):
    client.force_login(chair)
    assertContains(client.get(at("circulation", circulation.pk)), 'value="overruled"', count=1)


def test_members_dispose_of_nothing(client, circulation, said, member):
    client.force_login(member)
    assertNotContains(client.get(at("circulation", circulation.pk)), at("comment-dispose", said.pk))
    assert client.post(at("comment-dispose", said.pk), {}).status_code == 403


def test_a_comment_at_another_desk_is_not_there(client, circulation, said, other_secretary):
    client.force_login(other_secretary)
    assert client.post(at("comment-dispose", said.pk), {}).status_code == 404
    assert client.post(at("comment-withdraw", said.pk), {}).status_code == 404


def test_the_window_is_moved_with_a_reason(client, circulation, chair):
    client.force_login(chair)
    given = {"window-closes_on": "2025-10-20", "window-reason": "The meeting is near."}
    assertRedirects(client.post(at("circulation-window", circulation.pk), given), at("circulation", circulation.pk))
    circulation.refresh_from_db()
    assert (circulation.closes_on, circulation.shortened_because) == (date(2025, 10, 20), "The meeting is near.")
    assert Event.objects.get(verb="move_window").reason == "The meeting is near."
    assertContains(client.get(at("circulation", circulation.pk)), "The window was shortened: The meeting is near.")


def test_without_a_reason_the_window_stays(client, circulation, secretary):
    client.force_login(secretary)
    page = client.post(at("circulation-window", circulation.pk), {"window-closes_on": "2025-10-20"})
    assertContains(page, 'value="2025-10-20"', status_code=400)
    circulation.refresh_from_db()
    assert circulation.closes_on == date(2025, 10, 27)


def test_members_do_not_move_the_window(client, circulation, member):
    client.force_login(member)
    assertNotContains(client.get(at("circulation", circulation.pk)), at("circulation-window", circulation.pk))
    assert client.post(at("circulation-window", circulation.pk), {}).status_code == 403


def test_the_page_asks_the_database_as_often_for_three_comments_as_for_one(client, circulation, member, chair):
    client.force_login(chair)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(at("circulation", circulation.pk))
        return len(asked)

    comments.comment(circulation, by=Actor.of(member), kind="question", text="One?", now=NOW)
    first = queries()
    for word in ("Two?", "Three?"):
        comments.comment(circulation, by=Actor.of(member), kind="question", text=word, now=NOW)
    assert queries() == first


def test_a_document_in_circulation_gets_no_more_files(circulation):
    blob = Blob.objects.keep(b"%PDF-1.7", "application/pdf")
    more = DocumentFile(document=circulation.document, blob=blob, name="more.pdf")
    for add in (more.save, lambda: circulation.document.files.bulk_create([more])):
        with pytest.raises(Refused, match="JCA-MV-Doc-001 is in circulation with the files it has"):
            add()
    assert not DocumentFile.objects.exists()


def test_a_report_in_circulation_is_read_in_its_file(client, desk, secretary):
    series = Series.objects.create(group=desk.group, kind="documents", period="", last_number=9)
    document = Document.objects.create(
        series=series, number=9, reference="JCA-MV-Doc-009", kind="report", title="Report", registered_at=NOW
    )
    circulation = Circulation.objects.create(desk=desk, document=document, window_days=14, opened_at=NOW)
    circulation.distribute(NOW)
    client.force_login(secretary)
    assertContains(client.get(at("circulation", circulation.pk)), "The text of JCA-MV-Doc-009 is in its files.")


# By the link that went to the list


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


class TestMovingTheWindow:
    def test_the_list_is_told_why(self, circulated, secretary):
        circulation = Circulation.objects.get()
        comments.move_window(
            circulation, date(2025, 10, 20), reason="The meeting is near.", by=Actor.of(secretary), now=DURING
        )
        (told,) = Message.objects.filter(kind="notify", circulation=circulation)
        assert told.recipient == "list@jca-mv.example.org"
        assert told.subject == "JCA-MV-Doc-001: comments until 20 October 2025 now"
        assert "> The meeting is near." in told.text

    def test_it_closes_at_once_when_asked(self, circulated, secretary):
        circulation = Circulation.objects.get()
        moved = comments.move_window(circulation, None, reason="All have spoken.", by=Actor.of(secretary), now=DURING)
        assert moved.is_over(DURING)
        assert moved.shortened_because == "All have spoken."

    @pytest.mark.parametrize(
        ("day", "sentence"),
        [
            (date(2025, 10, 1), "That day is over."),
            (date(2025, 10, 27), "The window closes on that day already."),
        ],
    )
    def test_a_day_that_changes_nothing_or_is_over_is_refused(self, circulated, secretary, day, sentence):
        with pytest.raises(Refused, match=sentence):
            comments.move_window(Circulation.objects.get(), day, reason="A reason.", by=Actor.of(secretary), now=DURING)

    def test_an_objection_is_not_disposed_of_without_a_word(self, circulated, secretary, member):
        objection = comments.comment(
            Circulation.objects.get(), by=Actor.of(member), kind="objection", text="Not so.", now=DURING
        )
        with pytest.raises(Refused, match="Say in a sentence what is done about the objection"):
            comments.dispose(
                objection, "referred", seen=objection.standing, text=" ", by=Actor.of(secretary), now=DURING
            )


def test_a_window_keeps_its_zone_when_the_desk_moves(circulated, desk, secretary):
    circulation = Circulation.objects.get()
    desk.zone = "Pacific/Auckland"
    desk.save()
    moved = comments.move_window(
        circulation, date(2025, 10, 30), reason="A day more.", by=Actor.of(secretary), now=DURING
    )
    assert moved.zone == "Europe/Zurich"
    assert moved.closes_at.isoformat() == "2025-10-30T23:00:00+00:00"


class TestWhatGoesWithAComment:
    def test_files_are_kept_until_the_form_is_right_and_served_to_be_saved(self, client, circulation, member):
        client.force_login(member)
        address = at("circulation-comment", circulation.pk)
        file = SimpleUploadedFile("proposal.pdf", b"%PDF-1.7 words")
        page = client.post(address, {"kind": "technical", "text": " ", "files": file})
        assertContains(page, "is here already: you need not choose it again", status_code=400)
        kept = page.context["form"]["kept"].value()
        client.post(address, {"kind": "technical", "text": "See the file.", "kept": kept})
        comment = Comment.objects.get()
        [row] = comment.comment_files.all()
        assert row.name == "proposal.pdf"
        served = client.get(at("comment-file", comment.pk, row.pk))
        assert served.content == b"%PDF-1.7 words"
        assert served["Content-Disposition"] == 'attachment; filename="proposal.pdf"'
        assertContains(client.get(at("circulation", circulation.pk)), at("comment-file", comment.pk, row.pk))

    def test_a_strangers_file_is_served_once_the_comment_counts(self, client, circulation, listlink):
        file = SimpleUploadedFile("proposal.pdf", b"%PDF-1.7 words")
        given = {"kind": "technical", "text": "See.", "files": file, "name": "Dee", "email": "dee@example.org"}
        client.post(at("link-comment", listlink), given)
        comment = Comment.objects.get()
        address = at("link-comment-file", listlink, comment.pk, comment.comment_files.get().pk)
        assert comment.way == "link"
        assert client.get(address).status_code == 404
        comments.confirm(comment, by=Actor("link"), now=DURING)
        assert client.get(address).content == b"%PDF-1.7 words"

    def test_a_file_of_another_comment_is_not_found_under_this_one(self, client, circulation, said, member):
        kept = Blob.objects.keep(b"%PDF-1.7", "application/pdf")
        other = comments.comment(
            circulation, by=Actor.of(member), kind="question", text="?", files=[(kept, "a.pdf")], now=NOW
        )
        client.force_login(member)
        assert client.get(at("comment-file", said.pk, other.comment_files.get().pk)).status_code == 404

    @pytest.mark.parametrize(
        ("clause", "kept"), [("1", "1"), ("paragraph 1", "1"), ("§ 1.", "1"), ("the title", "the title"), ("", "")]
    )
    def test_a_paragraph_is_kept_by_its_number(self, client, circulation, member, clause, kept):
        client.force_login(member)
        given = {"kind": "question", "text": "?", "clause": clause, "quoted": "to nominate"}
        assert client.post(at("circulation-comment", circulation.pk), given).status_code == 302
        comment = Comment.objects.get()
        assert (comment.clause, comment.quoted) == (kept, "to nominate")

    @pytest.mark.parametrize("clause", ["2", "A1.1", "paragraph 40"])
    def test_one_that_the_text_has_not_is_asked_for_again(self, client, circulation, member, clause):
        client.force_login(member)
        given = {"kind": "question", "text": "?", "clause": clause}
        page = client.post(at("circulation-comment", circulation.pk), given)
        number = clause.rpartition(" ")[2]
        assertContains(page, f"The text has no paragraph {number}, only 1.", status_code=400)
        assert not Comment.objects.exists()

    def test_the_words_of_the_paragraph_stand_beside_the_form(self, client, circulation, member):
        client.force_login(member)
        page = client.get(f"{at('circulation', circulation.pk)}?at=1")
        assert page.context["beside"].startswith("JCA-MV asks your group to nominate a representative")
        assertContains(page, 'class="say-about"')


class TestDisposingOfSeveral:
    @pytest.fixture
    def rows(self, circulation, member, rapporteur):
        texts = [(member, "editorial", "Comma."), (member, "editorial", "Stop."), (rapporteur, "technical", "Why?")]
        return [
            comments.comment(circulation, by=Actor.of(user), kind=kind, text=text, now=NOW)
            for user, kind, text in texts
        ]

    def test_those_ticked_get_the_same_answer(self, client, circulation, rows, secretary):
        client.force_login(secretary)
        assertContains(client.get(at("circulation", circulation.pk)), at("circulation-dispose", circulation.pk))
        page = client.get(at("circulation-dispose", circulation.pk))
        assert [ticked for _row, ticked in page.context["rows"]] == [True, True, False]
        given = {"ticked": [rows[0].pk, rows[1].pk], "disposition": "accepted", "text": "Done."}
        page = client.post(at("circulation-dispose", circulation.pk), given, follow=True)
        assertContains(page, "2 comments: accepted.")
        assert list(Comment.objects.order_by("pk").values_list("disposition", flat=True)) == ["accepted"] * 2 + [""]

    def test_without_a_tick_nothing_is_said(self, client, circulation, rows, secretary):
        client.force_login(secretary)
        page = client.post(at("circulation-dispose", circulation.pk), {"disposition": "accepted"})
        assertContains(page, "Tick the comments that this is said of.", status_code=400)

    def test_objections_are_not_among_them(self, client, circulation, said, secretary):
        client.force_login(secretary)
        page = client.get(at("circulation-dispose", circulation.pk))
        assert [row.kind for row, _ticked in page.context["rows"]] == ["editorial"]
        page = client.get(at("circulation", circulation.pk))
        assertNotContains(page, at("circulation-dispose", circulation.pk))  # there is only one

    def test_members_have_no_such_page(self, client, circulation, member):
        client.force_login(member)
        assert client.get(at("circulation-dispose", circulation.pk)).status_code == 403


def test_the_secretary_sets_the_kind_of_a_comment_right(client, circulation, said, rapporteur, secretary, chair):
    comment = Comment.objects.get(author=rapporteur.person)
    address = at("comment-kind", comment.pk)
    client.force_login(chair)
    assertNotContains(client.get(at("circulation", circulation.pk)), address)
    client.force_login(secretary)
    page = client.get(at("circulation", circulation.pk))
    assertContains(page, address)
    assertNotContains(page, at("comment-kind", said.pk))  # an objection stays one
    given = {f"kind-{comment.pk}-{name}": value for name, value in (("kind", "technical"), ("reason", "Substance."))}
    page = client.post(address, given, follow=True)
    assertContains(page, "The comment of Ray Rapporteur counts as: technical comment.")
    page = client.post(
        at("comment-kind", said.pk), {f"kind-{said.pk}-kind": "editorial", f"kind-{said.pk}-reason": "-"}
    )
    assertContains(page, "An objection stays one", status_code=400)


def test_a_window_that_was_closed_at_once_says_so(client, circulation, secretary):
    comments.move_window(circulation, None, reason="All spoke.", by=Actor.of(secretary), now=DURING)
    client.force_login(secretary)
    page = client.get(at("circulation", circulation.pk))
    assertContains(page, "Comments were closed early, on Wednesday 15 October 2025, 10:00 in Geneva.")
    assertContains(page, "Asked was the list, from 13 October 2025 to 15 October 2025.")
