"""What follows from a mail by itself: a bounce marks, a comment waits for its author, all else waits for a person."""

from datetime import timedelta

import pytest
from django.db import OperationalError

from contacts.actor import Actor
from liaisons import outbox
from liaisons.arrivals import commenting, taking
from liaisons.arrivals.taking import take
from liaisons.models import Addressee, Comment, Event, Message, ReceivedMail, Reminder
from tests.fixtures import AFTER
from tests.liaisons.arrivals.mails import HOSTILE, a_bounce, an_answer, from_qmail

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
SOON = AFTER + timedelta(minutes=5)


def again(row):
    return type(row)._base_manager.get(pk=row.pk)


# Bounces


@pytest.mark.parametrize("bounce", [a_bounce, from_qmail])
def test_a_bounce_marks_the_mail_that_came_back_with_the_reason(to_ietf, bounce):
    row = take(bounce(to_ietf), SOON)
    assert (row.kind, row.state, row.ours) == ("bounce", "taken", to_ietf)
    assert row.note == "The mail to ietf@example.org is marked as come back."
    message = again(to_ietf)
    assert message.state == "bounced"
    assert "no mailbox here" in message.answer or "User unknown" in message.answer
    assert Message.objects.troubled().get() == message
    event = Event.objects.get(verb="bounce")
    assert (event.private, event.actor_kind, event.data["message"]) == (True, "mail", to_ietf.pk)


def test_the_same_bounce_again_marks_nothing_anew(to_ietf, secretary):
    bounce = a_bounce(to_ietf)
    row = take(bounce, SOON)
    outbox.send_again(again(to_ietf), Actor.of(secretary), SOON)
    assert take(bounce, SOON + timedelta(days=1)) == row
    assert again(to_ietf).state == "queued"
    assert again(to_ietf).message_id == to_ietf.message_id
    assert ReceivedMail.objects.count() == Event.objects.filter(verb="bounce").count() == 1


@pytest.mark.parametrize(
    ("state", "handed_over", "then"),
    [
        ("sent", True, "bounced"),
        ("in_doubt", True, "bounced"),  # it came back, so it had left
        ("sending", True, "bounced"),  # the bounce was quicker than our record
        ("sending", False, "sending"),
        ("queued", False, "queued"),
        ("failed", True, "failed"),
        ("given_up", True, "given_up"),
        ("cancelled", False, "cancelled"),
    ],
)
def test_only_what_has_left_comes_back(to_ietf, state, handed_over, then):
    Message.objects.filter(pk=to_ietf.pk).update(state=state, handed_over_at=AFTER if handed_over else None)
    row = take(a_bounce(to_ietf), SOON)
    assert again(to_ietf).state == then
    assert row.state == "taken"
    assert ("nothing was changed" in row.note) == (then != "bounced")


def test_a_delay_is_only_noted(to_ietf):
    row = take(a_bounce(to_ietf, action="delayed"), SOON)
    assert again(to_ietf).state == "sent"
    assert (row.state, row.note) == (
        "taken",
        "The mail to ietf@example.org is delayed on its way; a server still tries.",
    )


def test_a_bounce_of_somebody_behind_the_address_waits_for_a_person(to_ietf):
    """The alias has the mail; one of those it passes it on to has not."""
    row = take(a_bounce(to_ietf, recipient="gone@members.example.org"), SOON)
    assert again(to_ietf).state == "sent"
    assert row.state == "waiting"
    assert row.note == (
        "It did not reach gone@members.example.org, to whom ietf@example.org seems to pass its mail on."
    )


def test_a_bounce_that_names_the_alias_as_its_first_recipient_marks_it(to_ietf):
    take(a_bounce(to_ietf, recipient="inner@members.example.org", original=to_ietf.recipient), SOON)
    assert again(to_ietf).state == "bounced"


def test_a_bounce_without_the_mail_it_is_about_waits(to_ietf):
    row = take(a_bounce(to_ietf, whole=False), SOON)
    assert (row.state, row.ours) == ("waiting", None)
    assert again(to_ietf).state == "sent"


def test_no_reminder_follows_a_letter_that_came_back(to_ietf, secretary):
    addressee = to_ietf.addressee
    queued = Message.objects.create(
        desk=to_ietf.desk, kind="remind", key="r", addressee=addressee, message_id="<r@x>", sender="s@b",
        to="x", recipient=to_ietf.recipient, subject="s", text="t", queued_at=AFTER, not_before=SOON,
    )  # fmt: skip
    due = addressee.due_on

    def reminder(recipient, **fields):
        return Reminder.objects.create(
            desk=to_ietf.desk, addressee=addressee, due_on=due, recipient=recipient, came_at=AFTER, **fields
        )

    first = reminder(to_ietf.recipient, stage=7, outsider=True, message=queued)
    second = reminder(to_ietf.recipient, stage=-1, outsider=True)
    own = reminder("sam@example.org", stage=7, person=secretary.person)
    take(a_bounce(to_ietf), SOON)
    assert again(queued).state == "cancelled"
    assert again(first).cancelled_at == again(second).cancelled_at == SOON
    assert again(own).cancelled_at is None


def test_a_confirmation_that_bounces_troubles_nobody(to_list):
    take(an_answer("A comma is missing.\n", ours=to_list), SOON)
    confirmation = Message.objects.get(kind="confirm")
    Message.objects.filter(pk=confirmation.pk).update(state="sent")
    take(a_bounce(confirmation), SOON)
    assert again(confirmation).state == "bounced"
    assert not Message.objects.troubled().exists()


# Everything else


def test_an_answer_to_a_letter_waits_for_the_secretary_and_settles_nothing(to_ietf):
    row = take(an_answer("We decline.\n", token=to_ietf, From=to_ietf.recipient), SOON)
    assert (row.kind, row.state, row.addressee) == ("letter", "waiting", to_ietf.addressee)
    assert again(to_ietf.addressee).reply == Addressee.ReplyState.AWAITING
    assert not to_ietf.addressee.replies.exists()


def test_the_same_mail_twice_is_one(to_ietf):
    mail = an_answer(token=to_ietf, files=(("a.pdf", b"%PDF-"),))
    first = take(mail, SOON)
    assert take(b"Received: by another way\r\n" + mail, SOON + timedelta(hours=1)) == first
    assert ReceivedMail.objects.count() == first.received_files.count() == 1
    assert again(first).received_at == SOON
    assert again(first).raw.read() == mail


def test_who_uses_the_message_id_of_another_mail_first_does_not_make_it_vanish(to_ietf):
    forged = take(an_answer("Never mind.\n", token=to_ietf, Message_ID="<seen@list>"), SOON)
    mail = an_answer("We nominate Nora.\n", token=to_ietf, Message_ID="<seen@list>", files=(("a.pdf", b"%PDF-"),))
    real = take(mail, SOON)
    assert (real != forged, real.text, real.received_files.count()) == (True, "We nominate Nora.", 1)
    assert take(b"Received: by another way\r\n" + mail, SOON) == real
    assert ReceivedMail.objects.count() == 2


def test_a_copy_that_a_list_has_put_its_foot_under_is_the_same_mail(to_ietf):
    first = take(an_answer("We agree.\n", token=to_ietf, Message_ID="<1@x>", files=(("a.pdf", b"%PDF-"),)), SOON)
    foot = (
        "_" * 47 + "\nlist mailing list -- list@example.org\nTo unsubscribe send an email to list-leave@example.org\n"
    )
    copy = an_answer(f"We agree.\n{foot}", token=to_ietf, Message_ID="<1@x>", Subject="[list] Re: your letter")
    assert take(copy, SOON) == first
    assert take(an_answer(f"Or not.\n{foot}", token=to_ietf, Message_ID="<1@x>"), SOON) != first


def test_a_mail_to_two_desks_is_kept_at_both_though_it_answers_one(to_ietf, other_desk):
    mail = an_answer(token=to_ietf, Cc=other_desk.mailbox)
    row = take(mail, SOON)
    assert (row.desk, row.statement) == (to_ietf.desk, to_ietf.statement)
    other = ReceivedMail.objects.get(desk=other_desk)
    assert (other.state, other.found_by, other.statement, other.ours) == ("waiting", "", None, None)
    assert take(mail, SOON, desk=other_desk) == row
    assert ReceivedMail.objects.count() == 2


def test_what_lies_in_the_mailbox_of_one_desk_and_answers_another_is_kept_at_both(to_ietf, other_desk):
    take(an_answer(ours=to_ietf, Cc=other_desk.mailbox), SOON, desk=other_desk)
    assert set(ReceivedMail.objects.values_list("desk", "found_by")) == {
        (to_ietf.desk_id, "thread"),
        (other_desk.pk, ""),
    }
    take(an_answer(ours=to_ietf), SOON, desk=other_desk)  # a mailbox that two desks share, and only one is written to
    assert ReceivedMail.objects.filter(desk=other_desk).count() == 1


def test_without_a_message_id_the_whole_mail_tells_it_from_others(desk):
    mail = HOSTILE["no Message-ID"]
    assert take(mail, SOON) == take(mail, SOON)
    assert take(mail + b" More.", SOON) != take(mail, SOON)


def test_a_machine_that_answers_changes_nothing(to_list):
    row = take(an_answer("I am away.\n", ours=to_list, Auto_Submitted="auto-replied"), SOON)
    assert (row.kind, row.state, row.ours) == ("automatic", "taken", to_list)
    assert not Comment.objects.exists()
    assert not Message.objects.filter(kind="confirm").exists()


def test_a_machine_that_sends_files_is_read_by_a_person(to_ietf):
    row = take(an_answer(ours=to_ietf, Precedence="bulk", files=(("ls.pdf", b"%PDF-"),)), SOON)
    assert (row.kind, row.state) == ("automatic", "waiting")


@pytest.mark.parametrize("mark", [{"Precedence": "bulk"}, {"Auto_Submitted": "auto-generated"}])
def test_an_answer_that_a_ticket_system_marks_as_its_own_is_read_by_a_person(to_ietf, mark):
    row = take(an_answer("We nominate Nora.\n", token=to_ietf, **mark), SOON)
    assert (row.kind, row.state) == ("automatic", "waiting")
    assert row.note.endswith("Read it.")
    assert take(an_answer("Buy now.\n", **mark), SOON).state == "taken"


def test_our_own_mail_that_comes_round_the_list_is_left_alone(to_list):
    row = take(an_answer(Message_ID=to_list.message_id, From=to_list.desk.mailbox), SOON)
    assert (row.kind, row.state) == ("loop", "set_aside")


def test_two_machines_that_answer_each_other_come_to_an_end(to_list):
    """One that says nothing of being a machine, and answers each of our mails with a new one."""
    answered = to_list
    for minute in range(100):
        now = SOON + timedelta(seconds=10 * minute)
        take(an_answer("Your mail is important to us.\n", ours=answered, From="robot@example.org"), now)
        outbox_ = Message.objects.filter(recipient="robot@example.org").order_by("-pk")
        Message.objects.filter(state="queued", recipient="robot@example.org").update(state="sent")
        answered = outbox_.first() or to_list
    assert Message.objects.filter(recipient="robot@example.org").count() == 1
    rows = ReceivedMail.objects.filter(sender="robot@example.org")
    assert rows.filter(kind="letter").count() == taking.MOST_AN_HOUR
    assert set(rows.exclude(kind="letter").values_list("kind", "state")) == {("loop", "set_aside")}


def test_sixty_letters_after_a_meeting_are_no_loop(desk):
    for number in range(60):
        mail = an_answer("Please find our letter attached.\n", Subject=f"LS{number}", files=(("ls.pdf", b"%PDF-"),))
        take(mail if number % 2 else an_answer(f"On {'x' * number}.\n", Subject="LS"), SOON)
    assert set(ReceivedMail.objects.values_list("kind", "state")) == {("letter", "waiting")}


def test_a_machine_that_answers_the_same_mail_over_and_over_gets_three_answers_at_most(to_list):
    for second in range(30):
        take(an_answer("Busy.\n", ours=to_list, From="robot@example.org"), SOON + timedelta(seconds=second))
    assert Message.objects.filter(recipient="robot@example.org").count() == 1
    for second in range(30):
        take(an_answer(f"{'x' * second}\n", ours=to_list, From="other@example.org"), SOON)
    assert Message.objects.filter(recipient="other@example.org").count() == 3


def test_many_bounces_at_once_are_no_loop(sent):
    messages = list(Message.objects.filter(kind="send"))
    Message.objects.filter(kind="send").update(state="sent")
    for number in range(taking.MOST_AN_HOUR + 5):
        take(a_bounce(messages[number % len(messages)]), SOON)
    assert set(ReceivedMail.objects.values_list("kind", flat=True)) == {"bounce"}


def test_a_mail_is_kept_whatever_goes_wrong_with_it(to_list, monkeypatch):
    def broken(*_args, **_fields):
        Comment.objects.all().update(text="half")
        raise ZeroDivisionError

    monkeypatch.setattr(commenting.comments, "comment_together", broken)
    row = take(an_answer(ours=to_list), SOON)
    assert row.state == "waiting"
    assert "the administrator finds the reason in the log" in row.note


def test_when_the_database_fails_nothing_is_kept_so_that_it_is_brought_again(to_list, monkeypatch):
    def away(*_args, **_fields):
        raise OperationalError

    monkeypatch.setattr(commenting.comments, "comment_together", away)
    with pytest.raises(OperationalError):
        take(an_answer(ours=to_list), SOON)
    assert not ReceivedMail.objects.exists()


def test_hostile_mails_are_all_kept(desk):
    for raw in HOSTILE.values():
        take(raw.replace(b"<h@example.org>", b""), SOON)
    assert ReceivedMail.objects.count() == len(HOSTILE)
