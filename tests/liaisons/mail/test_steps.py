"""The headers of mails, and what the mails of the other steps say."""

import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from contacts.actor import Actor
from liaisons import comments, links, mail, outbox
from liaisons.details import Answer, Nominee
from liaisons.letter import Contact
from liaisons.models import (
    Comment,
    Link,
    Message,
)
from liaisons.workflow import advance
from tests.fixtures import AFTER
from tests.liaisons.mail.facts import to

pytestmark = pytest.mark.django_db


def test_headers_of_a_dispatch(sent_mails, sent):
    message = to("sg21@example.org", sent_mails)
    assert message.sender == '"JCA-MV Secretariat" <secretariat@jca-mv.example.org>'
    assert message.reply_to == "secretariat@jca-mv.example.org"
    assert message.to == '"ITU-T SG21" <sg21@example.org>'
    assert re.fullmatch(r"<[0-9a-f-]{36}@localhost>", message.message_id)
    assert message.headers == {
        "List-Id": '"JCA-MV Secretariat" <secretariat.jca-mv.example.org>',
        "References": f"<statement-{sent.pk}@localhost>",
    }
    assert len({one.message_id for one in sent_mails}) == len(sent_mails)


def test_the_list_gets_its_list_id(circulated):
    message = Message.objects.get(kind="circulate")
    assert message.headers["List-Id"] == '"JCA-MV" <list.jca-mv.example.org>'
    assert message.recipient == "list@jca-mv.example.org"
    assert message.subject.startswith("JCA-MV-Doc-001, for comment until 27 October 2025: ")


def test_umlauts_and_other_scripts_survive_subject_and_names(approved, now):
    approved.revision.__dict__["letter"] = replace(
        approved.revision.letter,
        title="Beiträge von Per Fröjdh – 元宇宙",
        contacts=(Contact("Fröjdh, Per", email="per@example.org"),),
    )
    copy = to("per@example.org", [draft.message for draft in mail.dispatch(approved, AFTER)])
    [stored] = outbox.queue([copy])
    wire = outbox.compose(stored, now).lines
    assert wire.partition(b"\r\n\r\n")[0].isascii()
    read = message_from_bytes(wire, policy=policy.default)
    assert read["Subject"] == "Copy of JCA-MV-LS1: Beiträge von Per Fröjdh – 元宇宙"
    assert [(who.display_name, who.addr_spec) for who in read["To"].addresses] == [("Fröjdh, Per", "per@example.org")]


def test_a_title_of_two_lines_is_refused_before_it_becomes_a_subject(approved):
    approved.revision.__dict__["letter"] = replace(approved.revision.letter, title="A\r\nBcc: everybody@example.org")
    with pytest.raises(ValidationError):
        outbox.queue(mail.dispatch(approved, AFTER))


def test_a_reply_says_so_in_title_and_subject(approved):
    approved.revision.__dict__["letter"] = replace(approved.revision.letter, in_reply_to=("SG20-LS9",))
    message = mail.dispatch(approved, AFTER)[0].message
    assert message.subject.endswith("(reply to SG20-LS9)")


def test_mails_do_not_come_in_the_language_of_whoever_took_the_step(draft, secretary, now):
    with translation.override("fr"):
        advance(draft, "circulate", by=Actor.of(secretary), seen=draft.revision_id, now=now)
    assert "27 October 2025" in Message.objects.get().subject


# The other mails


def test_the_chairs_get_links_of_their_own_and_read_what_came(circulated, chair, cochair, member, now):
    circulation = circulated.circulation
    comments.comment(circulation, by=Actor.of(member), kind="support", now=now)
    comments.comment(circulation, by=Actor.of(member), kind="editorial", text="A comma, in clause 2.", now=now)
    drafts = mail.ask_approval(circulation, [chair.person, cochair.person], AFTER)
    assert [draft.message.recipient for draft in drafts] == ["chris@example.org", "kim@example.org"]
    text = drafts[0].message.text
    assert "What came: 1 in support, 1 comment, no objection." in " ".join(text.split())
    assert "– Mel Member, editorial comment: A comma, in clause 2." in text
    assert "It is approved when all chairs have said so." in text
    doors = Link.objects.filter(purpose="approve").order_by("pk")
    assert [link.person for link in doors] == [chair.person, cochair.person]
    assert {draft.message.circulation for draft in drafts} == {circulation}


def test_silence_is_told_as_silence(circulated, chair):
    [draft] = mail.ask_approval(circulated.circulation, [chair.person], AFTER)
    said = "Asked was the list, from 13 October 2025 to 27 October 2025. What came: no comment, no objection."
    assert said in " ".join(draft.message.text.split())


def test_the_desk_hears_of_an_approval(approved):
    message = Message.objects.get(key__startswith="approved:")
    assert message.recipient == "secretariat@jca-mv.example.org"
    assert message.subject.startswith("JCA-MV-LS1 is approved and can be sent: ")
    assert "Nobody can reach these by mail; hand it over to them otherwise:\n– World Metaverse Council" in message.text


def test_an_unknown_commenter_is_asked_to_confirm_and_told_what_was_written(circulated, now):
    comments.comment(
        circulated.circulation, by=Actor("link"), kind="technical", text="Name\nthe clause.", name="Nora", now=now,
        email="nora@example.org",
    )  # fmt: skip
    message = Message.objects.get(kind="confirm")
    assert (message.recipient, message.headers["Auto-Submitted"]) == ("nora@example.org", "auto-replied")
    assert "> Name\n> the clause.\n" in message.text
    assert Link.objects.get(purpose="confirm").expires_at == now + timedelta(days=7)


def test_a_commenter_is_told_each_time_a_disposition_changes(circulated, member, secretary, now):
    circulation = circulated.circulation
    said = comments.comment(circulation, by=Actor.of(member), kind="technical", text="Why?", clause="3", now=now)
    said = comments.dispose(said, "noted", seen="", text="Noted.", by=Actor.of(secretary), now=now)
    comments.dispose(
        said, "accepted", seen=said.standing, text="Done.", by=Actor.of(secretary), now=now + timedelta(hours=1)
    )
    told = Message.objects.filter(recipient="mel@example.org").order_by("pk")
    assert [message.subject for message in told] == [
        "Your comment on JCA-MV-Doc-001: noted",
        "Your comment on JCA-MV-Doc-001: accepted",
    ]
    assert "Your comment (technical comment) on 3: accepted." in told[1].text
    assert "> Done." in told[1].text


@pytest.mark.parametrize(
    ("kind", "disposition", "stands"),
    [("objection", "noted", True), ("objection", "accepted", True), ("objection", "referred", False),
     ("technical", "noted", False)],
)  # fmt: skip
def test_who_objects_is_told_that_the_objection_still_stands(
    circulated, member, secretary, now, kind, disposition, stands
):
    said = comments.comment(circulated.circulation, by=Actor.of(member), kind=kind, text="Not ours.", now=now)
    comments.dispose(said, disposition, seen="", text="It is on record.", by=Actor.of(secretary), now=now)
    told = " ".join(Message.objects.get(recipient="mel@example.org").text.split())
    assert ("Your objection still stands: the text is not approved before you withdraw it" in told) == stands


def test_the_chairs_read_which_objection_came_late_and_stops_nothing(circulated, member, chair):
    comments.comment(circulated.circulation, by=Actor.of(member), kind="objection", text="I was ill.", now=AFTER)
    [draft] = mail.ask_approval(circulated.circulation, [chair.person], AFTER)
    assert "– Mel Member, objection (late): I was ill." in draft.message.text


def test_an_answer_is_told_to_the_desk_and_receipted_to_the_sender(sent, now):
    addressee = sent.addressees.get(text="ITU-T SG21")
    link = Link.objects.get(addressee=addressee)
    answer = Answer(
        kind="answer", settles=("1",), text="We nominate Per Fröjdh.\nBest regards", reference="SG21-LS90",
        name="Olu", email="olu@example.org", nominee=Nominee("Per Fröjdh", "per@example.org"),
    )  # fmt: skip
    advance(addressee, "settle", by=links.actor(link), seen=sent.revision_id, details=answer, now=AFTER)
    told = Message.objects.get(key__startswith="reply:")
    assert told.subject == "JCA-MV-LS1, ITU-T SG21: answer"
    assert "– Nominate a representative to JCA-MV: settled" in told.text
    assert "Still open from this addressee:\n– Fill in the template of the roadmap.\n" in told.text
    assert "> We nominate Per Fröjdh.\n> Best regards\n" in told.text
    receipt = Message.objects.get(kind="receipt")
    assert (receipt.recipient, receipt.to) == ("olu@example.org", '"Olu" <olu@example.org>')
    assert "With it you have settled:\n– Nominate a representative to JCA-MV.\n" in receipt.text
    assert "Still open, until 30 January 2026" in receipt.text
    assert receipt.headers["Auto-Submitted"] == "auto-replied"


def test_those_who_had_a_statement_are_told_of_its_withdrawal_in_its_thread(sent, sent_mails, secretary):
    for message in sent_mails[:2]:
        Message.objects.filter(pk=message.pk).update(state="sent", sent_at=AFTER)
    Message.objects.filter(pk=sent_mails[2].pk).update(state="failed")
    at = AFTER + timedelta(days=1)
    advance(sent, "withdraw", by=Actor.of(secretary), seen=sent.revision_id, reason="Sent by mistake.", now=at)
    told = Message.objects.filter(key__startswith="withdraw:").order_by("pk")
    assert [message.recipient for message in told] == ["sg21@example.org", "ietf@example.org"]
    assert told[0].headers["In-Reply-To"] == sent_mails[0].message_id
    assert "Reason: Sent by mistake.\n" in told[0].text
    assert told[0].text.startswith("From:      JCA-MV, ")
    assert "Withdrawn: 29 October 2025\n" in told[0].text


def test_of_a_correction_only_those_hear_who_do_not_get_the_new_text_and_a_recall_takes_it_back(
    sent, sent_mails, secretary, chair, cochair, letter
):
    Message.objects.of_dispatch(sent).update(state="sent", sent_at=AFTER)
    actor, at = Actor.of(secretary), AFTER + timedelta(days=1)
    advance(sent, "correct", by=actor, seen=sent.revision_id, reason="A wrong date.", now=at)
    new = sent.corrections.get()
    new.addressees.filter(text="IETF").update(dropped=True)
    new.reference, new.series, new.number = sent.reference, sent.series, sent.number
    drafts = mail.correction(sent, new, at)
    assert [draft.message.recipient for draft in drafts] == ["ietf@example.org"]
    message = drafts[0].message
    assert (message.kind, message.statement, message.addressee) == ("send", new, None)
    assert message.not_before > at
    assert "has been corrected" in message.text
    assert "Reason: A wrong date.\n" in message.text
    assert "/statements/2025-2028/JCA-MV-LS1/1/" in message.text


def test_of_a_long_comment_a_mail_shows_the_beginning_and_says_where_all_of_it_is(circulated, chair, now):
    circulation, word = circulated.circulation, "x" * 9_000
    comments.comment(
        circulation, by=Actor("link"), kind="technical", text=word, name="Dee", email="dee@example.org", now=now
    )
    confirm = Message.objects.get(kind="confirm")
    Comment.objects.update(confirmed_at=now)
    [ask] = mail.ask_approval(circulation, [chair.person], AFTER)
    for message, told in (
        (confirm, "It is longer: all of it is kept with the document."),
        (ask.message, "A comment that ends in … is longer: the page of your link has all of it."),
    ):
        assert told in " ".join(message.text.split())
        assert "x…" in message.text
        assert message.text.count("x") < 2_100
        assert max(len(line) for line in message.text.split("\n")) <= 72
