"""The mails of a dispatch say who writes to whom, what is asked and until when."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from contacts.actor import Actor
from contacts.models import Channel
from liaisons import comments, links, mail, outbox
from liaisons.letter import Annex
from liaisons.mail.seen import Seen
from liaisons.models import (
    Blob,
    Document,
    DocumentFile,
    Link,
    Message,
    Rendition,
    Series,
)
from liaisons.received.registering import register
from liaisons.texts.writing import begin
from tests.fixtures import AFTER, NOW
from tests.liaisons.intake.files import p, word_file
from tests.liaisons.mail.facts import to

pytestmark = pytest.mark.django_db


def test_each_addressee_reads_first_from_whom_to_whom_what_is_asked_until_when_and_where_it_stands(sent_mails):
    message = to("sg21@example.org", sent_mails)
    assert message.text.startswith("""\
From:     JCA-MV, Joint Coordination Activity on Metaverse
          Standardization
To:       ITU-T SG21
Number:   JCA-MV-LS1
Title:    LS on nominating representatives and giving input to the
          roadmap
Purpose:  for action
Deadline: 30 January 2026, end of day in Geneva (Europe/Zurich)
Approval: JCA-MV, by correspondence (28 October 2025)

You are asked to:
1) Nominate a representative to JCA-MV.
2) Fill in the template of the roadmap.
""")
    assert "http://localhost:8000/statements/2025-2028/JCA-MV-LS1/\n" in message.text
    assert "An invitation to take part in JCA-MV.\n" in message.text
    assert "JCA-MV asks your group to nominate a representative and to tell of its\nwork.\n" in message.text


def test_a_body_written_to_for_information_is_asked_nothing_and_given_no_deadline(sent_mails):
    message = to("tsag@example.org", sent_mails)
    assert "Purpose:  for information" in message.text
    assert "No answer is expected." in message.text
    assert "Deadline" not in message.text.partition("Abstract:")[0]
    assert message.subject.startswith("JCA-MV-LS1, for information: ")


def test_who_gets_the_dispatch(sent_mails):
    """The reachable addressees; then the contact, the chairs and the desk, each once."""
    assert [(message.recipient, str(message.addressee or "")) for message in sent_mails] == [
        ("sg21@example.org", "ITU-T SG21"),
        ("ietf@example.org", "IETF"),
        ("tsag@example.org", "ITU-T TSAG"),
        ("sam@example.org", ""),
        ("chris@example.org", ""),
        ("kim@example.org", ""),
        ("secretariat@jca-mv.example.org", ""),
    ]
    assert {message.kind for message in sent_mails} == {"send"}
    assert {message.round for message in sent_mails} == {1}


def test_a_copy_says_to_whom_the_statement_goes_and_whom_it_does_not_reach(sent_mails):
    message = to("secretariat@jca-mv.example.org", sent_mails)
    assert "– for action: ITU-T SG21, IETF, World Metaverse Council\n– for information: ITU-T TSAG\n" in message.text
    assert "Not reached by mail, and to be served otherwise:\n– World Metaverse Council\n" in message.text
    assert "[[link" not in message.text


def test_a_dispatch_is_held_for_the_desks_minutes(sent_mails, desk):
    assert {message.not_before - AFTER for message in sent_mails} == {timedelta(minutes=desk.hold_minutes)}


def test_pdf_word_and_the_files_of_annexed_documents_travel_with_it(groups, letter, secretary, desk):
    report = Document.objects.create(
        series=Series.objects.create(group=desk.group, kind="documents"), number=19, reference="JCA-MV-Doc-019",
        kind="report", title="Report", registered_at=NOW,
    )  # fmt: skip
    blob = Blob.objects.keep(word_file(p("Report"), p("It met.")), "application/zip")
    DocumentFile.objects.create(document=report, blob=blob, name="JCA-MV-Doc-019.docx")
    annexed = replace(letter, annexes=(Annex("Report of the first meeting", document="JCA-MV-Doc-019"),))
    statement = begin(desk, annexed, by=Actor.of(secretary), now=NOW)
    [first, *_rest] = mail.dispatch(statement, NOW)
    [message] = outbox.queue([first])
    assert [(file.name.rpartition(".")[2], file.blob) for file in message.files.all()] == [
        ("pdf", None),
        ("docx", None),
        ("docx", blob),
    ]
    assert "1) Report of the first meeting (JCA-MV-Doc-019)" in message.text


def test_each_addressee_has_a_link_of_its_own_and_no_other_mail_shows_it(sent_mails, now):
    answering = {link.email: link for link in Link.objects.filter(purpose="answer")}
    assert set(answering) == {"sg21@example.org", "ietf@example.org", "tsag@example.org"}
    for message in sent_mails:
        mine = {links.placeholder(answering[message.recipient])} if message.recipient in answering else set()
        assert set(re.findall(r"\[\[link:\d+\]\]", message.text)) == mine
        assert "/l/" not in message.text
    Rendition.objects.update(blob=Blob.objects.keep(b"%PDF", "application/pdf"))
    leaves = outbox.compose(to("ietf@example.org", sent_mails), now)
    assert links.url(answering["ietf@example.org"]) in leaves.body


def test_words_of_people_cannot_bring_in_the_link_of_another(circulated, now, secretary):
    stolen = links.issue("comment", circulation=circulated.circulation, now=now)
    said = comments.comment(
        circulated.circulation, by=Actor("link"), kind="technical", text=f"[[link:{stolen.pk}]]",
        name="Mallory", email="mallory@example.org", now=now,
    )  # fmt: skip
    comments.confirm(said, by=Actor.system(), now=now)
    comments.dispose(said, "noted", seen="", text=f"[[link:{stolen.pk}]]", by=Actor.of(secretary), now=now)
    for message in Message.objects.filter(recipient="mallory@example.org"):
        assert links.token(stolen.pk) not in outbox.compose(message, now).body


def test_no_title_of_others_brings_one_into_the_head_of_the_html(desk, received, secretary, member):
    """The subject, which names the title, is that of the page too."""
    titled = replace(received, title="LS on [[link:1]] [[elsewhere]]")
    registration = register(desk, titled, by=Actor.of(secretary), now=NOW)
    registration.assignee, registration.due_on = member.person, AFTER.date()
    draft = mail.assigned(registration, {}, Actor.of(secretary), AFTER)[0]
    assert "LS on [[link:1]]" in draft.message.subject
    assert links.token(1) not in links.fill(draft.message.html)
    assert "SG21-LS76" in Seen.of(draft).html


def test_a_letter_goes_to_the_first_mailbox_of_the_group_and_nowhere_else(approved, groups):
    Channel.objects.filter(group=groups["IETF"]).update(attention="IAB")
    Channel.objects.create(group=groups["IETF"], kind="mail", email="second@ietf.example.org")
    Channel.objects.filter(group=groups["ITU-T SG21"]).delete()
    Channel.objects.create(group=groups["ITU-T SG21"], kind="web_form", url="https://example.org/form")
    messages = [draft.message for draft in mail.dispatch(approved, AFTER)]
    assert [message.recipient for message in messages if message.addressee] == [
        "ietf@example.org",
        "tsag@example.org",
    ]
    assert "Attention: IAB" in messages[0].text


def test_a_preview_shows_the_mail_as_it_will_leave_with_its_link_masked_and_stores_nothing(approved):
    counted = [model.objects.count() for model in (Message, Link)]
    [first, *_others] = mail.dispatch(approved, AFTER, preview=True)
    shown = mail.preview(first)
    assert [model.objects.count() for model in (Message, Link)] == counted
    assert "[the addressee's own link]" in shown
    assert shown.startswith('From: "JCA-MV Secretariat" <secretariat@jca-mv.example.org>\nTo: "ITU-T SG21" <sg21@exam')
    assert shown.endswith("\nAttached:\n[JCA-MV-LS1.pdf]\n[JCA-MV-LS1.docx]\n")
    sent = mail.dispatch(approved, AFTER)[0].message
    assert links.mask(sent.text) == links.mask(first.message.text)


def test_what_is_stored_is_previewed_the_same(sent_mails):
    assert "[the addressee's own link]" in mail.preview(sent_mails[0])
    assert "[JCA-MV-LS1.pdf]" in mail.preview(sent_mails[0])
