"""What the mails say, to whom, under which headers: as their readers get them, at most 72 columns wide."""

import re
from dataclasses import replace
from datetime import date, timedelta
from email import message_from_bytes, policy
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils import translation

from contacts.actor import Actor
from contacts.models import Channel
from liaisons import comments, links, mail, outbox, unfilled
from liaisons.details import Answer, Nominee
from liaisons.letter import Addressed, Annex, Contact
from liaisons.mail import text
from liaisons.mail.seen import Seen
from liaisons.mail.text import COLUMNS, columns, fold
from liaisons.mail.ways import Way
from liaisons.models import (
    Blob,
    Comment,
    Document,
    DocumentFile,
    Link,
    Meeting,
    Message,
    Registration,
    Reminder,
    Rendition,
    Reply,
    Series,
    Statement,
)
from liaisons.outbox import Draft, enclosures
from liaisons.received.registering import register
from liaisons.texts.writing import begin, rewrite
from liaisons.workflow import advance
from tests.fixtures import AFTER, NOW
from tests.liaisons.intake.files import p, word_file

pytestmark = pytest.mark.django_db

TEMPLATES = Path(settings.BASE_DIR, "templates/liaisons/mail")

# Facts of FG-MV-LS1, with the longest names among its addressees and all kinds of letters in its contacts.
FG_MV_TITLE = (
    "LS on the establishment of the ITU-T Focus Group on metaverse (FG-MV) and invitation to share information "
    "on related standardization activities"
)
FG_MV_CONTACTS = (
    Contact("Shin-Gak Kang", "ETRI", "Korea (Rep. of)", email="sgkang@example.org"),
    Contact("Per Fröjdh", "Telefon AB – LM Ericsson", "Sweden", "+46 10 000 00 00", "per.frojdh@example.org"),
    Contact("Leonidas Anthopoulos", "University of Thessaly", "Greece", email="leonidas@example.org"),
    Contact("王云涛", "工业和信息化部信息通信研究院标准化研究中心 (MIIT)", "China", email="wang@example.org"),
)
FG_MV_ADDRESSEES = (
    Addressed("ITU-T SG21", "action", "ITU-T SG21"),
    Addressed("IETF", "comment", "IETF"),
    Addressed("World Metaverse Council", "action", "World Metaverse Council"),
    Addressed("ITU-T TSAG", "information", "ITU-T TSAG"),
    Addressed("Institute of Electrical and Electronics Engineers – Virtual Reality and Augmented Reality Working Group "
              "(IEEE VRARSC)", "information"),
)  # fmt: skip


@pytest.fixture
def fg_mv(letter):
    """A letter as long and as various as real ones are."""
    point, sentence = "A point. " * 20, "The Focus Group was established by TSAG and has met twice. " * 5
    cells = "<tr><th>Work item</th><th>Title</th></tr><tr><td>H.IIS-reqts</td><td>" + "Requirements " * 12
    chinese = "元宇宙标准化工作的范围包括术语、架构和互操作性，并与其他组织协调，以避免重复的工作和不必要的差异。"
    address = "https://example.org/a/very/long/address/that/no/line/can/hold/because/it/is/one/word"
    return replace(
        letter,
        title=FG_MV_TITLE,
        addressees=FG_MV_ADDRESSEES,
        contacts=FG_MV_CONTACTS,
        in_reply_to=("SG20-LS9",),
        abstract="FG-MV tells of its establishment and asks for information. " * 4,
        body=f"<p>{sentence}</p><ul><li>{point}</li></ul><table>{cells}</td></tr></table><p>{chinese}</p>"
        f"<p>See <a href='{address}'>here</a>.</p>",
        annexes=(Annex("Terms of reference of the Focus Group, adopted by TSAG in December 2022, with amendments"),),
    )


@pytest.fixture
def sent_mails(sent) -> list[Message]:
    return list(Message.objects.of_dispatch(sent).order_by("pk"))


def to(address: str, messages) -> Message:
    [found] = [message for message in messages if message.recipient == address]
    return found


# The dispatch


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


# Headers


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


# The page


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
