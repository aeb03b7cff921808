"""Every mail is made of lines that any reader shows, and leads somewhere."""

import re
from dataclasses import replace
from datetime import date
from itertools import product

import pytest
from django.template.loader import render_to_string

from contacts.actor import Actor
from liaisons import links, mail, outbox, unfilled
from liaisons.documents.sanitize import columns
from liaisons.mail import text
from liaisons.mail.text import COLUMNS, fold
from liaisons.mail.ways import Way
from liaisons.models import (
    Comment,
    Meeting,
    Message,
    Registration,
    Reminder,
    Reply,
    Statement,
)
from liaisons.outbox import Draft, enclosures
from liaisons.texts.writing import begin, rewrite
from liaisons.workflow import advance
from tests.fixtures import AFTER, NOW
from tests.liaisons.mail.facts import TEMPLATES

pytestmark = pytest.mark.django_db


def every_mail(statement, chair, secretary, member) -> list[Message]:
    """One of each template, of the same letter."""
    circulation = statement.circulation
    circulation.closes_on, circulation.closes_at = AFTER.date(), AFTER
    said = Comment.objects.create(
        circulation=circulation, author=member.person, name="Per Fröjdh " * 5, email="per@example.org",
        kind="objection", clause="Annex 1, paragraph 3", text="Zu lang. " * 60, disposition="overruled",
        disposition_text="Die Gruppe hat anders entschieden. " * 10, disposed_at=AFTER, made_at=NOW, confirmed_at=NOW,
    )  # fmt: skip
    drafts = mail.to_list(circulation, NOW) + mail.ask_approval(circulation, [chair.person], AFTER)
    statement.reference, statement.approval_text = "FG-MV-LS1", "ITU-T FG-MV meeting (Riyadh, 9 March 2023)"
    drafts += mail.approved(statement, AFTER) + mail.dispatch(statement, AFTER)
    had = Message.objects.filter(kind="circulate")
    had.update(state="sent")
    drafts += mail.returned(statement, Actor.of(chair), "Grund. " * 40, AFTER)
    drafts += mail.window_moved(circulation, "Grund. " * 40, AFTER) + mail.taken_back(circulation, "Grund.", AFTER)
    drafts += [*mail.stopped(circulation, [chair.person], AFTER), mail.report_over(circulation, AFTER)]
    drafts += [mail.kind_corrected(said, "support", "Grund. " * 40, AFTER), mail.unasked(circulation, [], AFTER)]
    drafts += [mail.after_approval(said, AFTER)]
    had.update(state="bounced", answer="550 5.1.1 no mailbox here")
    drafts += mail.lost(circulation, AFTER)
    outbox.queue(mail.ask_approval(circulation, [chair.person], AFTER))
    drafts += mail.called_off(circulation, statement.revision, Actor.of(secretary), "Grund. " * 40, AFTER)
    had.update(state="sent")
    drafts += mail.withdrawal(statement, "Grund. " * 40, AFTER) + mail.correction(statement, statement, AFTER)
    addressee = statement.addressees.get(text="ITU-T SG21")
    reply = Reply.objects.create(
        addressee=addressee, kind="answer", text="Antwort " * 50, name="Per Fröjdh", email="per@example.org",
        reference="SG21-LS90", received_at=AFTER,
    )  # fmt: skip
    drafts += [mail.answer_received(reply, AFTER), mail.receipt(reply, AFTER)]
    reply.kind, reply.until, reply.decision_text = "more_time", date(2026, 3, 2), "Grund. " * 40
    drafts += [mail.answer_received(reply, AFTER), *mail.time_decided(reply, AFTER)]
    reply.kind, reply.for_whom, reply.forwarded_to = "not_for_us", "ITU-R SG6 " * 9, addressee
    drafts += mail.passed_on(reply, AFTER)
    drafts += [mail.reminders_wanted(addressee, Actor.of(chair), AFTER)]
    received = registered(statement, secretary, member)
    drafts += mail.assigned(received, {}, Actor.of(chair), AFTER)
    received.noted_at, received.noted_clause = Meeting(name="Tagung " * 12), "5.1"
    drafts += mail.settled(received, Actor.of(chair), AFTER)
    drafts += [mail.confirm_comment(said, NOW), mail.disposed(said, NOW)]
    reminders = [
        Reminder(pk=1, desk=statement.desk, addressee=one, stage=7, due_on=date(2026, 1, 30), came_at=AFTER,
                 recipient="sam@example.org", person=secretary.person)
        for one in statement.addressees.all()
    ]  # fmt: skip
    link = links.answer(addressee, "sg21@example.org", AFTER)
    link.save()
    to_the_list = Reminder(
        pk=9, desk=statement.desk, kind="window", circulation=circulation, stage=3, due_on=circulation.closes_on,
        recipient=statement.desk.mailing_list, came_at=AFTER,
    )  # fmt: skip
    return [
        *(draft.message for draft in drafts),
        mail.remind_list(to_the_list, link, AFTER).message,
        mail.remind_addressee(reminders[0], Way("sg21@example.org"), link, "", AFTER).message,
        mail.reminder_digest(reminders, {statement.desk_id: link}, AFTER).message,
    ]


def registered(statement, secretary, member) -> Registration:
    """The letter as if it had come in, with somebody to see to it."""
    row = Registration.objects.create(desk=statement.desk, statement=statement, created_at=NOW, due_on=NOW.date())
    row.assignee, row.deputy = member.person, secretary.person
    return row


@pytest.fixture
def used_templates(monkeypatch) -> set[str]:
    """Which templates mails are filled from in this test."""
    used: set[str] = set()

    def noting(template: str, *rest: object) -> str:
        used.add(template.partition("mail/")[2].removesuffix(".txt"))
        return render_to_string(template, *rest)

    monkeypatch.setattr(text, "render_to_string", noting)
    return used


def test_no_line_of_any_mail_is_wider_than_72_columns_except_an_address(
    desk, fg_mv, secretary, chair, cochair, member, now, used_templates
):
    draft = begin(desk, fg_mv, by=Actor.of(secretary), now=now)
    statement = advance(draft, "circulate", by=Actor.of(secretary), seen=draft.revision_id, now=now)
    messages = every_mail(statement, chair, secretary, member)
    of_mails = {path.stem for path in TEMPLATES.glob("*.txt") if not path.stem.startswith("_")}
    assert used_templates == of_mails - {"paste"}  # which no mail carries
    for message in messages:
        assert message.headers["List-Id"], message.key
        assert message.reply_to == desk.mailbox, message.key
        # A digest tells of several statements and is in the thread of none.
        is_digest = message.kind == "remind" and message.person is not None
        assert ("References" in message.headers) != is_digest, message.key
        assert "http://" in links.fill(message.text), f"{message.key} leads nowhere"
    for message, attached in product(messages, (True, False)):
        text = links.fill(enclosures.settle(message.text, 12_345_678, attached=attached))
        for line in text.split("\n"):
            assert columns(line) <= COLUMNS or re.fullmatch(r"\s*\S*https?://\S+", line), (message.key, line)
            assert line == line.rstrip() or line == "-- ", (message.key, line)
        assert "\n\n\n" not in text
        assert "\r" not in text
        assert not re.search(r"&(amp|lt|gt|quot|#\d+);", text), message.key
        assert not unfilled.MERGE_FIELD.search(text), message.key


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("a " * 50, "a " * 35 + "a\n" + "a " * 13 + "a\n"),
        ("– " + "word " * 20, "– " + "word " * 13 + "word\n  " + "word " * 5 + "word\n"),
        ("1) " + "word " * 20, "1) " + "word " * 13 + "word\n   " + "word " * 5 + "word\n"),
        ("a\n\n\n\nb  \n", "a\n\nb\n"),
        ("-- \nDesk", "-- \nDesk\n"),
        ("A " + "x" * 168, "A\n" + "x" * 72 + "\n" + "x" * 72 + "\n" + "x" * 24 + "\n"),
        ("> " + "x" * 80 + " end", "> " + "x" * 70 + "\n  " + "x" * 10 + " end\n"),
        ("a" * 71 + "e\u0301" + "b", "a" * 71 + "\n" + "e\u0301b\n"),  # a mark stays with its letter
        ("\ud55c" * 40, "\ud55c" * 36 + "\n" + "\ud55c" * 4 + "\n"),
        ("https://example.org/" + "x" * 90, "https://example.org/" + "x" * 90 + "\n"),
        ("To " + "x" * 80 + "@example.org", "To\n" + "x" * 80 + "@example.org\n"),
    ],
)
def test_folding(written, folded):
    assert fold(written) == folded


def test_drafts_carry_their_files_to_the_outbox(approved):
    [first, *_rest] = mail.dispatch(approved, AFTER)
    assert isinstance(first, Draft)
    [message] = outbox.queue([first])
    assert [file.name for file in message.files.all()] == ["JCA-MV-LS1.pdf", "JCA-MV-LS1.docx"]


def test_a_notice_follows_the_mail_it_is_about_and_to_the_list_it_names_the_list(circulated):
    Message.objects.filter(kind="circulate").update(state="sent")
    [notice] = mail.withdrawal(circulated, "An error.", AFTER)
    had = Message.objects.get(kind="circulate")
    assert notice.message.headers == {
        "List-Id": '"JCA-MV" <list.jca-mv.example.org>',
        "In-Reply-To": had.message_id,
        "References": f"<statement-{circulated.pk}@localhost> {had.message_id}",
    }
    assert notice.message.why == "You had this statement before."


def test_the_list_reads_in_a_withdrawal_the_title_it_knows_and_not_that_of_a_draft(circulated, letter, secretary):
    Message.objects.filter(kind="circulate").update(state="sent")
    by = Actor.of(secretary)
    advance(circulated, "revise", by=by, seen=circulated.revision_id, reason="Too long.", now=AFTER)
    draft = Statement.objects.get(pk=circulated.pk)
    rewrite(draft, replace(letter, title="LS on a plan"), by=by, seen=draft.revision_id, now=AFTER)
    seen = Statement.objects.get(pk=draft.pk).revision_id
    advance(draft, "withdraw", by=by, seen=seen, reason="Not needed.", now=AFTER)
    told = Message.objects.get(key__startswith="withdraw:")
    assert told.subject == f"JCA-MV-Doc-001 has been withdrawn: {letter.title}"
    assert "LS on a plan" not in told.text + told.html
