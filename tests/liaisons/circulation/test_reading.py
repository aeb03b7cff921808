"""A text in circulation: who reads it, who says what, and what the desk decides about it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from contacts.actor import Actor
from liaisons import comments, links
from liaisons.details import Amendment
from liaisons.models import (
    Blob,
    Circulation,
    Comment,
    Document,
    DocumentFile,
    Event,
    Message,
    Series,
)
from liaisons.rules import Moved, Refused
from liaisons.workflow import advance
from tests.fixtures import AFTER, NOW
from tests.pages import at

DURING = NOW + timedelta(days=2)

pytestmark = pytest.mark.time_machine(DURING, tick=False)


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


@pytest.mark.parametrize("role", ["secretary", "chair"])
def test_the_form_says_before_that_a_refusal_wants_a_reason_and_asks_for_it(
    client, circulation, said, request, rapporteur, role
):
    client.force_login(request.getfixturevalue(role))
    comment = circulation.comments.get(author=rapporteur.person)
    page = client.get(at("circulation", circulation.pk))
    assertContains(page, "Say why it is not accepted, or only in part.")
    assertContains(page, "Say in a sentence what is done, unless it is only noted.")
    given = {f"comment-{comment.pk}-disposition": "rejected", f"comment-{comment.pk}-text": ""}
    refused = client.post(at("comment-dispose", comment.pk), given)
    assertContains(refused, "“Not accepted” wants a sentence that says why", status_code=400)
    assert not Message.objects.filter(key__startswith="disposed:").exists()


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
