"""A meeting report before the list: circulated from its document, commented on, approved by silence or taken back."""

from datetime import timedelta

import pytest
import time_machine
from django.db.models import Q
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from contacts.actor import Actor
from contacts.models import Appointment, StandIn
from liaisons import comments, housekeeping, links, outbox
from liaisons.comments import reports
from liaisons.filing import Paper, file_document
from liaisons.models import Blob, Circulation, Comment, Document, Event, Link, Message, Statement
from liaisons.overviews import history
from liaisons.rules import Refused
from tests.fixtures import AFTER, NOW, somebody
from tests.pages import at

pytestmark = pytest.mark.postgres

DURING = NOW + timedelta(days=2)


@pytest.fixture
def paper():
    blob = Blob.objects.keep(b"PK report", "application/msword")
    return Paper(
        kind=Document.Kind.REPORT, title="Report of the first meeting", source_text="JCA-MV",
        files=((blob, "report.docx"),),
    )  # fmt: skip


@pytest.fixture
def report(desk, paper, secretary, chair, cochair):
    return file_document(desk, paper, by=Actor.of(secretary), now=NOW)


@pytest.fixture
def circulation(report, desk, secretary):
    row = reports.circulate(report, desk, by=Actor.of(secretary), now=NOW)
    outbox.deliver_due(NOW)
    return Circulation.objects.get(pk=row.pk)


def test_commenters_are_told_though_a_report_is_taken_back_at_once(circulation, member, secretary):
    row = comments.comment(circulation, by=Actor.of(member), kind="technical", text="Why?", now=DURING)
    comments.dispose(row, "accepted", seen="", text="", by=Actor.of(secretary), now=DURING)
    reports.take_back(circulation, reason="Not yet.", by=Actor.of(secretary), now=DURING)
    assert Message.objects.get(recipient=member.email).state == "queued"


def words(message) -> str:
    return " ".join(message.text.split())


def test_a_report_is_put_before_the_list_from_its_page(client, report, secretary, member):
    client.force_login(secretary)
    address = reverse("document-circulate", args=[report.pk])
    with time_machine.travel(NOW, tick=False):
        assertContains(client.get(report.get_absolute_url()), address)
        page = client.post(address, follow=True)
        assertContains(page, "Comments are open until 27 October 2025, counted from today.")
        assertNotContains(client.get(report.get_absolute_url()), address)
        client.force_login(member)
        page = client.get(report.get_absolute_url())
        assertContains(page, "It is before the list for comment:")
    circulation = Circulation.objects.get()
    assert (circulation.document, circulation.statement, circulation.window_days) == (report, None, 14)
    [mail] = Message.objects.filter(kind="circulate")
    assert mail.recipient == "list@jca-mv.example.org"
    assert [file.name for file in mail.files.all()] == ["report.docx"]
    assert "This report is before the list for comment, for 14 days" in words(mail)
    assert "put to the chairs" not in words(mail)


@pytest.mark.parametrize("role", ["member", "rapporteur"])
def test_others_do_not_circulate_it(client, report, request, role):
    client.force_login(request.getfixturevalue(role))
    assertNotContains(client.get(report.get_absolute_url()), reverse("document-circulate", args=[report.pk]))
    assert client.post(reverse("document-circulate", args=[report.pk])).status_code == 403


def test_what_is_no_report_is_not_circulated(client, desk, paper, secretary):
    paper = Paper(kind="agenda", title="Agenda", source_text="JCA-MV", files=paper.files)
    agenda = file_document(desk, paper, by=Actor.of(secretary), now=NOW)
    client.force_login(secretary)
    assertNotContains(client.get(agenda.get_absolute_url()), "Circulate for comment")
    with pytest.raises(Refused):
        reports.circulate(agenda, desk, by=Actor.of(secretary), now=NOW)


def test_without_a_file_the_page_says_what_to_do(client, desk, secretary):
    bare = file_document(
        desk, Paper(kind="report", title="Report", source_text="JCA-MV"), by=Actor.of(secretary), now=NOW
    )
    client.force_login(secretary)
    assertContains(client.get(bare.get_absolute_url()), "It has no file that the list could read.")
    page = client.post(reverse("document-circulate", args=[bare.pk]), follow=True)
    assertContains(page, "It has no file that the list could read.")
    assert not Circulation.objects.exists()


def test_comments_on_it_are_made_by_link_and_at_the_desk(client, circulation, member):
    link = Link.objects.get(purpose="comment", circulation=circulation)
    given = {"kind": "editorial", "clause": "7.2", "text": "Name who spoke.", "name": "Dee", "email": "dee@example.org"}
    with time_machine.travel(DURING, tick=False):
        client.post(at("link-comment", link), given)
        comments.confirm(Comment.objects.get(), by=Actor("link"), now=DURING)
        client.force_login(member)
        page = client.get(reverse("circulation", args=[circulation.pk]))
    assertContains(page, "Name who spoke.")
    assertContains(page, "The text of JCA-MV-Doc-001 is in its files.")


def test_its_window_is_moved_as_any_other(circulation, chair):
    moved = comments.move_window(circulation, None, reason="All spoke.", by=Actor.of(chair), now=DURING)
    assert moved.is_over(DURING)
    [told] = Message.objects.filter(key__startswith="window:")
    assert told.subject == "JCA-MV-Doc-001: comments are closed now"


def test_after_its_window_it_is_declared_approved(client, member, circulation, chair, secretary):
    comments.comment(circulation, by=Actor.of(member), kind="editorial", text="Comma.", now=DURING)
    approve = reverse("report-approve", args=[circulation.pk])
    page = reverse("circulation", args=[circulation.pk])
    client.force_login(chair)
    with time_machine.travel(DURING, tick=False):
        assertNotContains(client.get(page), approve)
        assertContains(client.post(approve, follow=True), "Comments are open until 27 October 2025.")
    for _time in range(2):
        housekeeping.keep_house(AFTER)
    asked = Message.objects.filter(circulation=circulation, queued_at=AFTER).order_by("recipient")
    assert [(message.recipient, message.kind) for message in asked] == [
        ("chris@example.org", "approve"), ("kim@example.org", "approve"), ("secretariat@jca-mv.example.org", "notify"),
    ]  # fmt: skip
    sentence = (
        "Asked were the list and 1 appointed member, from 13 October 2025 to 27 October 2025. "
        "What came: 1 comment, no objection."
    )
    assert all(sentence in words(message) for message in asked)
    with time_machine.travel(AFTER, tick=False):
        client.force_login(chair)
        assertContains(client.get(page), approve)
        assertContains(client.post(approve, follow=True), "JCA-MV-Doc-001 is approved.")
        assertContains(client.get(page), "it was declared approved on 28 October 2025")
        assertContains(client.get(circulation.document.get_absolute_url()), "The list approved it by its silence")
    circulation.refresh_from_db()
    assert (circulation.approved_at, circulation.ended_at) == (AFTER, AFTER)
    [told] = history.told(Event.objects.filter(verb="approve_report"))
    assert (told.text, told.who, told.reason) == ("Declared approved", "Chris Chair", sentence)
    assert not Link.objects.valid(AFTER).filter(circulation=circulation).exists()


def test_an_objection_keeps_it_from_being_approved(client, circulation, member, secretary, chair):
    objection = comments.comment(circulation, by=Actor.of(member), kind="objection", text="Not so.", now=DURING)
    housekeeping.keep_house(AFTER)
    told = Message.objects.filter(key__startswith="stopped:").order_by("recipient")
    assert [mail.recipient for mail in told] == [
        "chris@example.org", "kim@example.org", "secretariat@jca-mv.example.org",
    ]  # fmt: skip
    assert not Message.objects.filter(Q(key__startswith="report:") | Q(kind="approve")).exists()
    with pytest.raises(Refused, match="Mel Member objects"):
        reports.approve(circulation, by=Actor.of(secretary), now=AFTER)
    with time_machine.travel(AFTER, tick=False):
        client.force_login(secretary)
        assertContains(client.get(reverse("circulation", args=[circulation.pk])), "The report cannot be approved yet")
        assertContains(client.get("/"), "1 objection stands")
    comments.dispose(objection, "overruled", seen="", text="It is so.", by=Actor.of(chair), now=AFTER)
    assert reports.approve(circulation, by=Actor.of(secretary), now=AFTER).approved_at == AFTER


def test_its_next_revision_takes_its_place_before_the_list(circulation, report, desk, paper, secretary):
    by = Actor.of(secretary)
    again = file_document(
        desk, Paper(kind="report", title=paper.title, source_text="JCA-MV", revises=report, files=paper.files),
        by=by, now=DURING,
    )  # fmt: skip
    with pytest.raises(Refused, match="It has been before the list already"):
        reports.circulate(report, desk, by=by, now=DURING)
    second = reports.circulate(again, desk, by=by, now=DURING)
    circulation.refresh_from_db()
    assert (circulation.ended_at, circulation.approved_at) == (DURING, None)
    assert Circulation.objects.running(DURING).get() == second
    assert second.document.reference == "JCA-MV-Doc-001-R1"


def test_a_report_that_a_later_one_has_replaced_is_not_circulated(report, desk, paper, secretary):
    by = Actor.of(secretary)
    paper = Paper(kind="report", title="Report", source_text="JCA-MV", revises=report, files=paper.files)
    file_document(desk, paper, by=by, now=NOW)
    with pytest.raises(Refused, match="JCA-MV-Doc-001-R1 has taken its place"):
        reports.circulate(report, desk, by=by, now=NOW)


def test_it_is_taken_back_with_a_reason_that_the_list_reads(client, circulation, secretary):
    client.force_login(secretary)
    address = reverse("report-take-back", args=[circulation.pk])
    with time_machine.travel(DURING, tick=False):
        client.force_login(secretary)
        assert client.post(address, {"back-reason": " "}).status_code == 400
        page = client.post(address, {"back-reason": "A wrong list of participants."}, follow=True)
    assertContains(page, "It is taken back.")
    [told] = Message.objects.filter(key__startswith="taken_back:")
    assert told.recipient == "list@jca-mv.example.org"
    assert "> A wrong list of participants." in told.text
    circulation.refresh_from_db()
    assert (circulation.ended_at, circulation.approved_at) == (DURING, None)
    with pytest.raises(Refused, match="This circulation has ended"):
        reports.approve(circulation, by=Actor.of(secretary), now=AFTER)


def test_members_declare_nothing(client, circulation, member):
    client.force_login(member)
    for name in ("report-approve", "report-take-back"):
        assert client.post(reverse(name, args=[circulation.pk])).status_code == 403
    with pytest.raises(Refused):
        reports.approve(circulation, by=Actor.of(member), now=AFTER)


def test_a_statement_is_not_approved_as_a_report(circulated, chair):
    with pytest.raises(Refused, match="This is a statement"):
        reports.approve(circulated.circulation, by=Actor.of(chair), now=AFTER)


# By the link of a chair


@pytest.fixture
def asked(circulation, chair, time_machine):
    """The window is over, and the chairs have their mails."""
    time_machine.move_to(AFTER, tick=False)
    housekeeping.keep_house(AFTER)
    return circulation


def door(user, name: str = "link", *args) -> str:
    link = Link.objects.get(purpose="approve", person=user.person)
    return at(name, link, *args)


def test_each_chair_gets_a_link_of_their_own(asked, chair, cochair):
    mail = Message.objects.get(person=chair.person)
    assert mail.subject == "Please approve JCA-MV-Doc-001: Report of the first meeting"
    assert "Please declare that the list has approved this report, or take it back with a reason." in words(mail)
    assert "The word of one chair is enough." in words(mail)
    assert "It is to go to" not in words(mail)
    assert max(len(line) for line in mail.text.splitlines()) <= 72
    assert [file.name for file in mail.files.all()] == ["report.docx"]
    of_both = Link.objects.filter(purpose="approve", circulation=asked, statement=None)
    assert {link.person for link in of_both} == {chair.person, cochair.person}
    to_desk = Message.objects.get(key__startswith="report:")
    assert "[[link:" not in to_desk.text
    assert "The chairs are asked to declare that the list has approved it, each by a link of their own" in words(
        to_desk
    )


def test_the_other_chair_hears_that_a_report_was_taken_back(asked, chair, cochair):
    Message.objects.filter(kind="approve").update(state="sent")
    reports.take_back(asked, reason="Clause 4 is missing.", by=Actor.of(chair), now=AFTER)
    [told] = Message.objects.filter(key__startswith="called_off:", state="queued")
    assert (told.recipient, told.subject) == (
        cochair.email, "JCA-MV-Doc-001 is no longer to be approved: Report of the first meeting",
    )  # fmt: skip
    assert "Chris Chair has taken this text back, which you were asked to approve" in words(told)


def test_its_page_shows_what_came_and_asks_for_the_decision(client, asked, member, chair):
    late = comments.comment(asked, by=Actor.of(member), kind="objection", text="I was ill.", now=AFTER)
    page = client.get(door(chair))
    for told in (
        "For Chris Chair, JCA-MV", "JCA-MV-Doc-001", "The text of JCA-MV-Doc-001 is in its files.", "I was ill.",
        "What came: no comment, 1 objection, none of which stands, 1 of them late.", "Declare it approved",
        "Take it back",
    ):  # fmt: skip
        assertContains(page, told)
    assert client.get(door(chair, "link-file", "report.docx")).status_code == 200
    assert client.get(door(chair, "link-table")).status_code == 200
    assertContains(page, f'id="comment-{late.pk}"')


def test_by_link_a_chair_declares_it_approved(client, asked, chair, cochair):
    page = client.post(door(chair, "link-approve"), follow=True)
    assertContains(page, "JCA-MV-Doc-001 is approved.", status_code=410)
    asked.refresh_from_db()
    assert asked.approved_at == AFTER
    event = Event.objects.get(verb="approve_report")
    assert (event.actor_kind, event.person, event.link.person) == ("link", chair.person, chair.person)
    other = client.post(door(cochair, "link-approve"))
    assertContains(other, "Chris Chair declared JCA-MV-Doc-001 approved on 28 October 2025.", status_code=410)
    assert Event.objects.filter(verb="approve_report").count() == 1
    of_list = Link.objects.get(purpose="comment", circulation=asked)
    page = client.get(at("link", of_list))
    assertContains(page, "JCA-MV declared JCA-MV-Doc-001 approved on 28 October 2025.", status_code=410)


def test_by_link_a_chair_takes_it_back_with_a_reason(client, asked, chair, cochair):
    assertContains(
        client.post(door(chair, "link-take-back"), {"reason": " "}), '<details class="step" open>', status_code=400
    )
    page = client.post(door(chair, "link-take-back"), {"reason": "Clause 4 is missing."}, follow=True)
    assertContains(page, "You took it back. The list gets your reason by mail.", status_code=410)
    asked.refresh_from_db()
    assert (asked.ended_at, asked.approved_at) == (AFTER, None)
    assert "> Clause 4 is missing." in Message.objects.get(key__startswith="taken_back:").text
    page = client.get(door(cochair))
    assertContains(page, "Chris Chair took JCA-MV-Doc-001 back on 28 October 2025.", status_code=410)
    assertContains(page, "<blockquote>Clause 4 is missing.</blockquote>", status_code=410)


def test_mails_that_ask_for_it_do_not_leave_when_it_is_decided(asked, chair):
    reports.approve(asked, by=Actor.of(chair), now=AFTER)
    assert set(Message.objects.filter(kind="approve").values_list("state", flat=True)) == {"cancelled"}


def test_its_next_revision_closes_the_links_to_it(client, asked, desk, paper, secretary, chair):
    paper = Paper(kind="report", title=paper.title, source_text="JCA-MV", revises=asked.document, files=paper.files)
    by = Actor.of(secretary)
    reports.circulate(file_document(desk, paper, by=by, now=AFTER), desk, by=by, now=AFTER)
    assertContains(client.get(door(chair)), "This report has been revised", status_code=410)


def test_a_link_decides_nothing_once_its_chair_has_left_office(client, asked, chair):
    own = chair.person.appointments.filter(group=asked.desk.group)
    own.update(role="member")
    page = client.get(door(chair))
    assertContains(page, "There is nothing for you to approve now")
    assertNotContains(page, "Take it back")
    for name in ("link-approve", "link-take-back"):
        refused = client.post(door(chair, name), {"reason": "No."})
        assertContains(
            refused, "Reports are approved and taken back by the secretariat and the chairs.", status_code=400
        )
    own.update(valid_to=AFTER.date() - timedelta(days=1))
    assertContains(client.get(door(chair)), "Your role at this desk has ended", status_code=410)
    asked.refresh_from_db()
    assert asked.ended_at is None


def test_an_objection_that_stands_again_keeps_the_link_from_approving(client, circulation, member, chair, time_machine):
    said = comments.comment(circulation, by=Actor.of(member), kind="objection", text="Not so.", now=DURING)
    said = comments.dispose(said, "overruled", seen="", text="It is.", by=Actor.of(chair), now=DURING)
    time_machine.move_to(AFTER, tick=False)
    housekeeping.keep_house(AFTER)
    comments.dispose(said, "noted", seen=said.standing, text="", by=Actor.of(chair), now=AFTER)
    assertContains(client.get(door(chair)), "Mel Member objects.")
    assertContains(client.post(door(chair, "link-approve")), "Mel Member objects.", status_code=400)


def test_who_becomes_chair_or_stands_in_later_is_asked_too(client, asked, desk, chair):
    vice = somebody("Vic Vice", "vic@example.org", desk, "vice_chair")
    new = somebody("New Chair", "new@example.org", desk, "member")
    day = desk.today(AFTER)
    StandIn.objects.create(group=desk.group, chair=chair.person, person=vice.person, valid_from=day, valid_to=day)
    Appointment.objects.create(person=new.person, group=desk.group, role="cochair")
    for _time in range(2):
        housekeeping.keep_house(AFTER)
    mails = Message.objects.filter(kind="approve").order_by("pk")
    assert sorted(mail.recipient for mail in mails) == [
        "chris@example.org", "kim@example.org", "new@example.org", "vic@example.org",
    ]  # fmt: skip
    assert "In place of: Chris Chair" in words(Message.objects.get(person=vice.person))
    assert Message.objects.filter(key__startswith="report:").count() == 1
    assertContains(client.get(door(vice)), "For Vic Vice in place of Chris Chair, JCA-MV")
    client.post(door(vice, "link-approve"))
    [told] = history.told(Event.objects.filter(verb="approve_report"))
    assert (told.text, told.who) == ("Declared approved in place of Chris Chair", "Vic Vice")


def test_a_link_to_a_report_returns_no_statement_and_the_other_way_round(client, asked, circulated, chair):
    assert client.post(door(chair, "link-return"), {"reason": "No.", "seen": 1}).status_code == 404
    link = links.issue("approve", now=AFTER, statement=circulated, person=chair.person)
    assert client.post(at("link-take-back", link), {"reason": "No."}).status_code == 404
    assert Statement.objects.get(pk=circulated.pk).state == "circulated"
