"""A text whose mail to the list was lost: nobody agrees to it by silence, and its days begin when it leaves again."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils.html import escape
from pytest_django.asserts import assertContains, assertNotContains

from contacts.actor import Actor
from contacts.models import Desk
from liaisons import comments, housekeeping, outbox, reminders, resending, too_late
from liaisons.arrivals.taking import take
from liaisons.comments import reports
from liaisons.details import MeetingApproval
from liaisons.filing import Paper, file_document
from liaisons.models import Blob, Circulation, Comment, Link, Message, Statement
from liaisons.rules import Refused
from liaisons.workflow import advance, obstacles
from tests.fixtures import AFTER, NOW
from tests.liaisons.arrivals.mails import a_bounce
from tests.liaisons.reminders.mornings import geneva
from tests.pages import at

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]

DURING = NOW + timedelta(days=2)
CAME_BACK = "The mail to the list came back (550 5.1.1 no mailbox here), and nobody agrees by silence"


def lose(circulation: Circulation, state: str = "bounced") -> Message:
    circulation.messages.filter(kind="circulate").update(
        state=state, handed_over_at=NOW, answer="550 5.1.1 no mailbox here"
    )
    return circulation.messages.get(kind="circulate")


def taken_by_the_server(secretary) -> None:
    Message.objects.filter(kind="circulate").update(state="in_doubt", handed_over_at=AFTER)
    outbox.mark_arrived(Message.objects.get(kind="circulate"), Actor.of(secretary), AFTER)


def told(prefix: str) -> list[Message]:
    return list(Message.objects.filter(key__startswith=f"{prefix}:").order_by("pk"))


def words(message: Message) -> str:
    return " ".join(message.text.split())


@pytest.fixture
def report(desk, secretary, chair, cochair) -> Circulation:
    blob = Blob.objects.keep(b"PK report", "application/msword")
    paper = Paper(kind="report", title="Report", source_text="JCA-MV", files=((blob, "report.docx"),))
    document = file_document(desk, paper, by=Actor.of(secretary), now=NOW)
    reports.circulate(document, desk, by=Actor.of(secretary), now=NOW).distribute(NOW)
    return Circulation.objects.get()


def test_no_chair_approves_what_came_back_from_the_list(circulation, circulated, chair):
    circulation.messages.filter(kind="circulate").update(state="sent", handed_over_at=NOW)
    take(a_bounce(circulation.messages.get(kind="circulate")), DURING)
    with pytest.raises(Refused, match=r"The mail to the list came back .+ nobody agrees by silence"):
        advance(circulated, "approve", by=Actor.of(chair), seen=circulated.revision_id, now=AFTER)
    assert not circulated.approvals.exists()


@pytest.mark.parametrize("state", ["failed", "given_up", "cancelled"])
def test_nor_what_never_left(circulation, circulated, chair, state):
    lose(circulation, state)
    [sentence] = obstacles(circulated, "approve", Actor.of(chair), AFTER)
    assert sentence.startswith("The mail to the list did not leave, and nobody agrees by silence")
    Circulation.objects.update(distributed_at=None)
    assert obstacles(circulated, "approve", Actor.of(chair), AFTER) == [sentence]


def test_a_meeting_may_approve_it_all_the_same(circulation, circulated, secretary, at_meeting: MeetingApproval):
    lose(circulation)
    row = advance(
        circulated, "approve", by=Actor.of(secretary), seen=circulated.revision_id, details=at_meeting, now=AFTER
    )
    assert row.state == "approved"


def test_a_report_that_came_back_is_not_declared_approved(report, secretary):
    lose(report)
    with pytest.raises(Refused, match="The mail to the list came back"):
        reports.approve(report, by=Actor.of(secretary), now=AFTER)


def test_the_page_tells_those_who_decide(client, circulation, secretary, chair, member, time_machine):
    time_machine.move_to(DURING, tick=False)
    mail = lose(circulation)
    address = reverse("circulation", args=[circulation.pk])
    client.force_login(secretary)
    assertContains(client.get(address), CAME_BACK)
    assertContains(client.get(address), mail.get_absolute_url())
    assertContains(client.get(reverse("desk")), "the mail to the list did not arrive")
    client.force_login(chair)
    assertContains(client.get(address), CAME_BACK)
    assertNotContains(client.get(address), mail.get_absolute_url())
    client.force_login(member)
    assertNotContains(client.get(address), "came back")


def test_a_chair_who_was_asked_before_reads_why_there_is_nothing_to_approve(client, circulation, time_machine):
    time_machine.move_to(AFTER, tick=False)
    housekeeping.keep_house(AFTER)
    lose(circulation)
    page = client.get(at("link", Link.objects.filter(purpose="approve").first()))
    assertContains(page, "There is nothing for you to approve now")
    assertContains(page, escape(CAME_BACK))


@pytest.mark.parametrize("which", ["circulation", "report"])
def test_the_secretariat_is_told_in_place_of_the_chairs(request, which, desk, secretary, chair, cochair):
    row = request.getfixturevalue(which)
    lose(row)
    for at_ in (DURING, DURING + timedelta(minutes=1), AFTER, AFTER + timedelta(minutes=1)):
        housekeeping.keep_house(at_)
    known, over = told("lost")
    assert {mail.recipient for mail in (known, over)} == {desk.mailbox}
    assert known.subject == "JCA-MV-Doc-001 has not reached the list"
    assert CAME_BACK in words(known)
    assert "The days for comments run on, but at their end the chairs are not asked." in words(known)
    assert "The chairs cannot approve the text, and nobody is asked to." in words(over)
    assert not Message.objects.filter(kind="approve").exists()
    assert told("report") == told("unasked") == []


def test_of_one_that_never_left_it_is_told_at_once_and_once(circulation, secretary):
    Circulation.objects.update(distributed_at=None, closes_on=None, closes_at=None)
    lose(circulation, "failed")
    for at_ in (DURING, AFTER):
        housekeeping.keep_house(at_)
    [known] = told("lost")
    assert "The days for comments have not begun." in words(known)


def test_nobody_is_reminded_of_it(circulation):
    friday = date(2025, 10, 24)
    lose(circulation)
    assert reminders.fill(geneva(friday)) == 0
    Message.objects.update(state="sent")
    assert reminders.fill(geneva(friday)) == 1
    lose(circulation)
    assert reminders.digest(geneva(friday, 9)) == 0


class TestSentAgain:
    @pytest.fixture
    def again(self, circulation, secretary, member) -> Circulation:
        """Chairs were asked at the end of a silent window, and a late objection came, before the bounce did."""
        housekeeping.keep_house(AFTER)
        comments.comment(circulation, by=Actor.of(member), kind="objection", text="Late.", now=AFTER)
        resending.send_again(lose(circulation), Actor.of(secretary), AFTER)
        return Circulation.objects.get()

    def test_its_days_begin_when_the_server_takes_it(self, again, circulated, chair, secretary):
        assert (again.distributed_at, again.closes_on) == (None, None)
        assert "has not taken the draft yet" in obstacles(circulated, "approve", Actor.of(chair), AFTER)[0]
        taken_by_the_server(secretary)
        row = Circulation.objects.get()
        assert (row.distributed_at, row.closes_on) == (AFTER, date(2025, 11, 11))
        assert obstacles(circulated, "approve", Actor.of(chair), AFTER)[0].startswith("Comments are open until 11 Nov")

    def test_the_mail_says_until_when_and_goes_to_the_list_as_it_is_now(self, circulation, secretary):
        before = lose(circulation)
        Desk.objects.update(mailing_list="all@jca-mv.example.org")
        resending.send_again(Message.objects.get(pk=before.pk), Actor.of(secretary), AFTER)
        mail = Message.objects.get(kind="circulate")
        assert (mail.message_id, mail.state, mail.recipient) == (before.message_id, "queued", "all@jca-mv.example.org")
        assert "for comment until 27 October 2025" in before.subject
        assert "for comment until 11 November 2025" in mail.subject
        assert "27 October" not in mail.text + mail.html
        assert [file.rendition.masthead["comments_until"] for file in mail.files.all()] == ["2025-11-11"] * 2
        assert Link.objects.filter(purpose="comment").count() == 1

    def test_what_was_late_is_in_time_now(self, again):
        assert not Comment.objects.get().late
        assert again.comments.standing_objections().count() == 1

    def test_the_chairs_are_asked_at_its_end(self, again, secretary):
        taken_by_the_server(secretary)
        Comment.objects.all().update(disposition="overruled", disposed_at=AFTER)
        assert housekeeping.ask_chairs(AFTER + timedelta(days=1)) == 0
        assert housekeeping.ask_chairs(AFTER + timedelta(days=15)) == 2
        assert housekeeping.ask_chairs(AFTER + timedelta(days=15, minutes=1)) == 0

    def test_the_reminders_go_by_its_days(self, again, secretary):
        taken_by_the_server(secretary)
        assert reminders.fill(geneva(date(2025, 10, 29))) == 0
        assert reminders.fill(geneva(date(2025, 11, 8), 12)) == 1  # the list; the only member has spoken

    def test_the_chairs_asked_before_are_reminded_by_its_days_too(self, again, secretary):
        taken_by_the_server(secretary)
        Comment.objects.all().update(disposition="overruled", disposed_at=AFTER)
        end = AFTER + timedelta(days=15)
        assert reminders.fill(end) == 0
        housekeeping.ask_chairs(end)
        assert reminders.fill(end + timedelta(days=4)) == 2

    def test_one_that_was_taken_back_while_a_server_put_it_off(self, client, circulation, secretary, time_machine):
        time_machine.move_to(AFTER, tick=False)
        mail = lose(circulation, "cancelled")
        client.force_login(secretary)
        address = reverse("message-send-again", args=[mail.pk])
        assertContains(client.get(mail.get_absolute_url()), address)
        page = client.post(address, follow=True)
        assertContains(page, "The days for comments begin when the server of the list takes it.")
        assert Message.objects.get(pk=mail.pk).state == "queued"

    def test_a_desk_without_a_list_is_told_what_is_missing(self, circulation, secretary):
        Desk.objects.update(mailing_list="")
        with pytest.raises(Refused, match="no mailing list"):
            resending.send_again(lose(circulation), Actor.of(secretary), AFTER)


def test_what_has_arrived_all_the_same_is_approved_in_its_days(circulation, circulated, secretary, chair):
    outbox.mark_arrived(lose(circulation), Actor.of(secretary), DURING, "The archive has it.")
    assert Circulation.objects.get().closes_on == date(2025, 10, 27)
    assert obstacles(circulated, "approve", Actor.of(chair), AFTER) == []


def test_who_sends_is_warned_where_the_approval_was_quicker_than_the_bounce(
    circulation, circulated, secretary, chair, cochair
):
    circulation.messages.filter(kind="circulate").update(state="sent", handed_over_at=NOW)
    for user in (chair, cochair):
        advance(circulated, "approve", by=Actor.of(user), seen=circulated.revision_id, now=AFTER)
    approved = Statement.objects.get()
    assert too_late.warnings(approved) == []
    take(a_bounce(circulation.messages.get(kind="circulate")), AFTER)
    [sentence] = too_late.warnings(approved)
    assert sentence.startswith("The mail to the list came back, which was not known when the text was approved")
