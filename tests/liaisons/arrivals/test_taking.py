"""What follows from a mail by itself: a bounce marks, a comment waits for its author, all else waits for a person."""

from datetime import timedelta

import pytest
from django.db import OperationalError

from contacts.actor import Actor
from contacts.models import Appointment
from liaisons import links, outbox, renditions
from liaisons.arrivals import commenting, deciding, taking
from liaisons.arrivals.taking import take
from liaisons.housekeeping import keep_house
from liaisons.models import Addressee, Comment, Event, Link, Message, ReceivedMail, Reminder, Rendition, Statement
from liaisons.rules import Refused
from tests.fixtures import AFTER, NOW
from tests.liaisons.arrivals.mails import HOSTILE, a_bounce, an_answer, from_qmail
from tests.liaisons.intake.edits import Edited, cut, end, ins, start, t

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
SOON = AFTER + timedelta(minutes=5)
TEXT = "JCA-MV asks your group to nominate a representative and to tell of its work."


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


# Comments


def test_an_answer_to_the_list_becomes_a_comment_when_its_author_confirms(to_list):
    row = take(an_answer("Objection: clause 2 is wrong.\n", ours=to_list, files=(("a.pdf", b"%PDF-"),)), SOON)
    comment = Comment.objects.get()
    assert (comment.kind, comment.way, comment.mail) == ("objection", "mail", row)
    assert (comment.text, comment.confirmed_at, comment.email) == (
        "Objection: clause 2 is wrong.",
        None,
        "ivy@ietf.example.org",
    )
    assert [file.name for file in comment.comment_files.all()] == ["a.pdf"]
    assert (row.state, row.circulation) == ("taken", to_list.circulation)
    assert "once ivy@ietf.example.org has confirmed it" in row.note
    confirmation = Message.objects.get(kind="confirm")
    assert confirmation.recipient == "ivy@ietf.example.org"
    assert confirmation.headers["Auto-Submitted"] == "auto-replied"
    assert "It was taken as: objection." in " ".join(confirmation.text.split())
    assert Link.objects.get(purpose="confirm").comment == comment


def test_a_spoofed_sender_changes_no_state(to_list, chair):
    """Whoever writes in the name of a chair only makes that chair get a mail that asks whether it was them."""
    before = Statement.objects.get(pk=to_list.statement_id)
    take(an_answer("Objection: stop it.\n", ours=to_list, From=f"Chris <{chair.person.email}>"), SOON)
    comment = Comment.objects.get()
    assert (comment.author, comment.confirmed_at) == (None, None)
    assert not Comment.objects.standing_objections().exists()
    assert Message.objects.get(kind="confirm").recipient == chair.person.email
    assert Statement.objects.get(pk=before.pk).state == before.state == "circulated"


@pytest.fixture
def changed(to_list):
    """The Word file that went out, with one word put for another and a question in its margin."""
    renditions.make_missing()
    file = Edited(Rendition.objects.get(kind="docx").blob.read())
    file.comment("1", "Which work?")
    file.write(
        TEXT, t("JCA-MV asks your "), cut("group"), ins("body"), t(" to nominate a representative and to tell of "),
        start("1"), t("its work"), end("1"), t("."),
    )  # fmt: skip
    return file.saved()


def test_the_word_file_that_comes_back_by_mail_becomes_comments_that_one_link_confirms(to_list, changed):
    mail = an_answer("Two things.\n", ours=to_list, files=(("x.docx", b"PK"), ("Doc-001-ivy.docx", changed)))
    row = take(mail, SOON)
    said = Comment.objects.order_by("pk")
    assert [(one.kind, one.quoted) for one in said] == [
        ("technical", ""),
        ("technical", "group"),
        ("question", "its work"),
    ]
    assert {(one.way, one.mail, one.confirmed_at) for one in said} == {("word", row, None)}
    assert Message.objects.filter(kind="confirm").count() == 1
    assert row.note == "Taken as 3 comments. They count once ivy@ietf.example.org has confirmed them."


def test_a_mail_with_a_file_and_no_word_of_its_own_waits(to_list):
    row = take(an_answer("\n", ours=to_list, files=(("minutes.pdf", b"%PDF-"),)), SOON)
    assert (row.state, row.note) == ("waiting", "It holds no text that could be a comment. Look at its files.")


@pytest.fixture
def to_member(to_list, member) -> Message:
    """A reminder to one person, with a token nobody else was mailed."""
    return Message.objects.create(
        desk=to_list.desk, kind="remind", key="m", statement=to_list.statement, circulation=to_list.circulation,
        person=member.person, message_id="<m@x>", sender="s@b", to=member.person.email,
        recipient=member.person.email, subject="s", text="t", queued_at=NOW, not_before=NOW, state="sent",
    )  # fmt: skip


def test_the_token_of_a_mail_to_one_person_proves_that_it_was_there(to_member, member):
    row = take(an_answer("Support\n", token=to_member, From=f"Mel <{member.person.email.upper()}>"), SOON)
    comment = Comment.objects.get()
    assert (comment.kind, comment.author, comment.confirmed_at) == ("support", member.person, SOON)
    assert row.note == "Taken as a comment: support."
    assert not Message.objects.filter(kind="confirm").exists()


def test_an_objection_is_confirmed_also_by_who_has_the_token(to_member, member):
    """Whoever was sent a copy of the reminder can write its token, and any sender."""
    take(an_answer("Objection: stop it.\n", token=to_member, From=member.person.email), SOON)
    assert Comment.objects.get().confirmed_at is None
    assert not Comment.objects.standing_objections().exists()
    assert Message.objects.get(kind="confirm").recipient == member.person.email


def test_a_mail_of_many_word_files_does_not_hold_up_the_others(to_list, monkeypatch):
    renditions.make_missing()
    asked = []

    def slow(content, _circulated):
        asked.append(content)
        monkeypatch.setattr(commenting.time, "monotonic", lambda: 100_000_000.0)
        raise Refused(["Reading the file took too long."])

    monkeypatch.setattr(commenting.reader, "remarks", slow)
    files = tuple((f"{number}.docx", b"PK%d" % number) for number in range(5))
    row = take(an_answer("See the files.\n", ours=to_list, files=files), SOON)
    assert (asked, row.received_files.count()) == ([b"PK0"], 5)


@pytest.mark.parametrize("way", ["another sender", "only the thread"])
def test_without_both_token_and_address_it_is_asked(to_member, member, way):
    given = {"token": to_member} if way == "another sender" else {"ours": to_member, "From": member.person.email}
    take(an_answer("Support\n", **given), SOON)
    assert Comment.objects.get().confirmed_at is None


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Support", "support"),
        ("Objection: no.", "objection"),
        ("editorial comment:\na comma", "editorial"),
        ("Question.\nWhy?", "question"),
        ("QUESTION\n\nWhy?", "question"),
        ("Question 5 is not ours.", "technical"),
        ("Support for 6G is missing.", "technical"),
        ("We have no objection.", "technical"),
        ("Objections were raised.", "technical"),
    ],
)
def test_only_an_explicit_first_word_tells_the_kind(said, kind):
    assert commenting.kind_of(said) == kind


def test_a_number_in_the_subject_alone_makes_no_comment(to_list):
    row = take(an_answer(Subject=f"Comments on {to_list.circulation.document.reference}"), SOON)
    assert (row.state, row.circulation, row.found_by) == ("waiting", to_list.circulation, "subject")
    assert not Comment.objects.exists()


@pytest.mark.parametrize("own", ["mailbox", "mailing_list"])
def test_nothing_is_asked_of_a_list_or_of_ourselves(to_list, own):
    row = take(an_answer(ours=to_list, From=getattr(to_list.desk, own)), SOON)
    assert row.state == "waiting"
    assert "nobody there can confirm it" in row.note
    assert not Comment.objects.exists()


@pytest.mark.parametrize("sender", ["nobody", "a@b", "x" * 300 + "@example.org"])
def test_without_an_address_there_is_nobody_to_ask(to_list, sender):
    row = take(an_answer(ours=to_list).replace(b"Ivy Ietf <ivy@ietf.example.org>", sender.encode()), SOON)
    assert (row.state, Comment.objects.count()) == ("waiting", 0)


def test_after_the_circulation_the_answer_waits_and_says_why(to_list):
    type(to_list.circulation).objects.update(ended_at=SOON)
    row = take(an_answer(ours=to_list), SOON)
    assert row.state == "waiting"
    assert row.note.startswith("This circulation has ended.")


def test_a_chair_who_quotes_the_mail_that_asks_does_not_give_the_link_away(circulated, chair, secretary):
    """Taken as a comment it is read by everybody who has the link of the list, and they would approve by it."""
    keep_house(AFTER)
    asks = Message.objects.get(kind="approve", person=chair.person)
    mail = f"Your mail says:\n\n{links.fill(asks.text)}\nBefore that I have a question.\n"
    row = take(an_answer(mail, token=asks, From="Chris Chair <chris@example.org>"), AFTER)
    deciding.comment(row, by=Actor.of(secretary), now=AFTER)
    approves = links.token(Link.objects.get(purpose="approve", person=chair.person).pk)
    assert approves in mail
    for text in (row.text, Comment.objects.get().text):
        assert approves not in text
        assert "[a link]" in text


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


def test_a_member_who_answers_with_their_own_role_counts_as_such(to_member, member, groups):
    Appointment.objects.create(
        person=member.person, group=to_member.desk.group, role="representative", represents=groups["IETF"]
    )
    take(an_answer("Support\n", token=to_member, From=member.person.email), SOON)
    assert Comment.objects.get().group == groups["IETF"]
