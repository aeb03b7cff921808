"""One of everything at the desk of JCA-MV, under the names that tests/addresses.txt gives them.

Each name stands for the arguments of an address; "?" is what follows it, "data" what is posted there.
"""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.mail import EmailMessage

from contacts.actor import Actor
from contacts.models import Alias, Appointment, Holiday, Person, StandIn, Succession
from liaisons import links, reminders
from liaisons.arrivals.taking import take
from liaisons.comments import comment, dispose, reports
from liaisons.details import Answer, MeetingApproval, Received
from liaisons.filing import Paper, file_document
from liaisons.letter import Attached
from liaisons.models import (
    Action,
    AgendaItem,
    Blob,
    Circulation,
    CopyRule,
    Decision,
    Link,
    Meeting,
    Message,
    MessageFile,
    Nomination,
    Relation,
    Rendition,
    Reply,
    Statement,
)
from liaisons.outbox.transport import MailboxBackend
from liaisons.received.registering import register
from liaisons.texts.writing import TakenFrom, begin
from liaisons.workflow import advance
from roadmap.models import Deliverable
from tests.fixtures import AFTER
from tests.liaisons.arrivals.mails import an_answer
from tests.pages import PDF


@pytest.fixture
def world(desk, groups, letter, sent, secretary, chair, member, meeting):
    """Name → the arguments of an address that names such a thing."""
    by = Actor.of(secretary)
    blob = Blob.objects.keep(PDF, "application/pdf")
    draft = begin(
        desk, replace(letter, title="A draft", attachments=(Attached("", "a.pdf", blob.sha256),)), by=by, now=AFTER
    )
    circulation = _circulated(desk, letter, by)
    from_word = begin(desk, replace(letter, title="Typed"), by=by, now=AFTER, taken_from=TakenFrom(blob, "a.docx"))
    type(desk).objects.filter(pk=desk.pk).update(mirrored=True, own_copy_rules=True)
    return {
        "-": {},
        "picture": {"sha256": Blob.objects.keep(b"\x89PNG", "image/png").sha256},
        "leaf": {"sha256": "0" * 64},
        "draft": _as_seen(draft),
        "from-word": {"pk": from_word.pk, "number": 1},
        "circulated": {**_as_seen(circulation.statement), "step": "withdraw"},
        "approved": _as_seen(_approved(desk, letter, meeting, by, "Approved")),
        "copy-rule": {"pk": CopyRule.objects.create(desk=desk, who="contacts", why="you are named.").pk},
        "dispatch-mail": {"pk": Statement.objects.get(reference="JCA-MV-LS2").pk, "number": 0},
        "held": _as_seen(_held(_approved(desk, letter, meeting, by, "Held"), by)),
        **_statements(sent, by, blob),
        "attachment": {"pk": draft.pk, "file_pk": draft.revision.attachments.get().pk},
        **_circulation(circulation, member),
        **_links(circulation, sent, chair, member),
        "link-report": {"token": links.token(_report(desk, blob, by, chair).pk)},
        **_mails(sent, blob),
        "referred": _referred(desk, circulation, by, member),
        **_papers(desk, groups, meeting, sent, by, blob),
        **_contacts(groups, member, chair),
        "holiday": {"pk": Holiday.objects.create(desk=desk, day=AFTER.date(), name="Founding day").pk},
    }


def _circulated(desk, letter, by):
    statement = begin(desk, replace(letter, title="In circulation"), by=by, now=AFTER)
    advance(statement, "circulate", by=by, seen=statement.revision_id, now=AFTER)
    circulation = Circulation.objects.get(statement=statement)
    circulation.distribute(AFTER)
    return circulation


def _as_seen(statement):
    """Forms on its pages tell which revision the person has before them."""
    return {"pk": statement.pk, "data": {"seen": statement.revision_id}}


def _approved(desk, letter, meeting, by, title):
    statement = begin(desk, replace(letter, title=title), by=by, now=AFTER)
    at_meeting = MeetingApproval(meeting=meeting, clause="10")
    return advance(statement, "approve", by=by, seen=statement.revision_id, details=at_meeting, now=AFTER)


def _held(approved, by):
    return advance(approved, "send", by=by, seen=approved.revision_id, now=AFTER)


def _statements(sent, by, blob):
    answer = Answer(kind="answer", settles=("1",), files=((blob, "answer.pdf"),))
    addressee = sent.addressees.get(text="ITU-T SG21")
    advance(addressee, "settle", by=by, seen=sent.revision_id, details=answer, now=AFTER)
    reply = Reply.objects.get()
    Nomination.objects.create(reply=reply, name="Nora Nominee", email="nora@example.org")
    wish = Reply.objects.create(addressee=addressee, kind="more_time", until=date(2027, 1, 1), received_at=AFTER)
    elsewhere = Reply.objects.create(addressee=addressee, kind="not_for_us", for_whom="IETF", received_at=AFTER)
    advance(sent, "correct", by=by, seen=sent.revision_id, reason="A slip.", now=AFTER)
    correction = Statement.objects.get(corrects=sent)
    permanent = {"study_period": sent.study_period, "reference": sent.reference}
    return {
        "sent": _as_seen(sent),
        "revision": {"pk": sent.pk, "number": 1},
        "compared": {"pk": sent.pk, "new": 1, "old": 1},
        "chosen": {"pk": sent.pk, "?": "?new=1&old=1"},
        "addressee": {"pk": sent.pk, "addressee_pk": addressee.pk},
        "addressee-alone": {"pk": sent.addressees.get(text="World Metaverse Council").pk},
        "nomination": {"pk": sent.pk, "nomination_pk": Nomination.objects.get().pk},
        "reply-file": {"pk": sent.pk, "file_pk": reply.reply_files.get().pk},
        "for-another": {"pk": sent.pk, "reply_pk": elsewhere.pk},
        "more-time": {"pk": sent.pk, "reply_pk": wish.pk},
        "permanent": permanent,
        "correction": {**permanent, "correction": correction.correction},
    }


def _circulation(circulation, member):
    kept = [(Blob.objects.keep(PDF, "application/pdf"), "said.pdf")]
    said = comment(circulation, by=Actor.of(member), kind="technical", text="Why?", files=kept, now=AFTER)
    file = MessageFile.objects.filter(message__circulation=circulation).first()
    return {
        "circulation": {"pk": circulation.pk},
        "circulation-file": {"pk": circulation.pk, "name": file.name},
        "comment": {"pk": said.pk},
        "comment-file": {"pk": said.pk, "file": said.comment_files.get().pk},
    }


def _links(circulation, sent, chair, member):
    stranger = comment(
        circulation, by=Actor("link"), kind="editorial", text="A comma.", name="Lea", email="lea@example.org", now=AFTER
    )
    said = comment(circulation, by=Actor.of(member), kind="support", now=AFTER)
    with_file = circulation.comments.get(comment_files__isnull=False)
    addressee = sent.addressees.get(text="ITU-T SG21")
    reading = links.issue("comment", now=AFTER, circulation=circulation, person=member.person)
    to_approve = {"statement": circulation.statement, "circulation": circulation}
    approving = links.issue("approve", now=AFTER, **to_approve, person=chair.person)
    objection = comment(circulation, by=Actor.of(member), kind="objection", text="No.", now=AFTER)
    answering = links.issue("answer", now=AFTER, addressee=addressee, email="sg21@example.org")
    confirming = Link.objects.filter(purpose="confirm", comment=stranger).get()
    of_member = {"person": member.person, "desk": circulation.desk, "now": AFTER}
    muting, reading_days = links.issue("mute", **of_member), links.issue("feed", **of_member)
    mute = reminders.mute(member.person, circulation.desk, AFTER)
    file = MessageFile.objects.filter(message__circulation=circulation).first()
    tokens = {
        name: links.token(link.pk)
        for name, link in zip("rawcmd", (reading, approving, answering, confirming, muting, reading_days), strict=True)
    }
    return {
        "link": {"token": tokens["r"]},
        "link-file": {"token": tokens["r"], "name": file.name},
        "link-comment": {"token": tokens["r"], "pk": said.pk},
        "link-comment-file": {"token": tokens["r"], "pk": with_file.pk, "file": with_file.comment_files.get().pk},
        "link-approve": {"token": tokens["a"]},
        "link-objection": {"token": tokens["a"], "pk": objection.pk},
        "link-answer": {"token": tokens["w"]},
        "link-confirm": {"token": tokens["c"]},
        "link-mute": {"token": tokens["m"]},
        "link-unmute": {"token": tokens["m"], "pk": mute.pk},
        "link-calendar": {"token": tokens["d"]},
        "mute": {"pk": mute.pk},
        "link-recorded": {"token": tokens["w"], "pk": Reply.objects.earliest("pk").pk},
    }


def _report(desk, blob, by, chair):
    """The link by which a chair decides about a report of a meeting."""
    paper = Paper(kind="report", title="Report", source_text="JCA-MV", files=((blob, "report.pdf"),))
    circulation = reports.circulate(file_document(desk, paper, by=by, now=AFTER), desk, by=by, now=AFTER)
    return links.issue("approve", now=AFTER, circulation=circulation, person=chair.person)


def _mails(sent, blob):
    Rendition.objects.update(blob=blob)
    message = Message.objects.of_dispatch(sent).order_by("pk").first()
    mail = EmailMessage(
        "JCA-MV-LS1", "Text.", message.sender, [message.recipient], headers={"Message-ID": message.message_id}
    )
    mail.attach("a.pdf", PDF, "application/pdf")
    MailboxBackend().send_messages([mail])
    from liaisons.outbox.transport import mailbox_list

    [name] = [kept.name for kept in mailbox_list() if kept.message_id == message.message_id]
    arrived = take(an_answer(ours=message, files=(("a.pdf", PDF),)), AFTER)
    return {
        "message": {"pk": message.pk},
        "message-file": {"pk": message.pk, "name": message.files.first().name},
        "mail": {"name": name},
        "mail-file": {"name": name, "number": 0},
        "arrived": {"pk": arrived.pk, "data": {"statement": sent.pk}},
        "arrived-file": {"pk": arrived.pk, "file": arrived.received_files.get().pk},
    }


def _referred(desk, circulation, by, member):
    """A comment that the next meeting is to decide about."""
    said = comment(circulation, by=Actor.of(member), kind="question", text="Where?", now=AFTER)
    dispose(said, "referred", seen="", text="", by=by, now=AFTER)
    day = AFTER.date() + timedelta(days=30)
    following = Meeting.objects.create(group=desk.group, name="The next meeting", starts_on=day, ends_on=day)
    return {"pk": following.pk, "comment": said.pk}


def _papers(desk, groups, meeting, sent, by, blob):
    received = Received(
        source_text="SG21", source=groups["ITU-T SG21"], title="LS", received_on=AFTER.date(), files=((blob, "ls.pdf"),)
    )
    registration = register(desk, received, by=by, now=AFTER)
    relation = Relation.objects.create(
        statement=registration.statement, to=sent, kind="replies_to", inferred=True, why="Doc-010"
    )
    document = registration.document
    file = document.files.get().pk
    AgendaItem.objects.create(meeting=meeting, position=1, clause="7", title="Letters")
    action = Action.objects.create(meeting=meeting, position=1, text="Act")
    decision = Decision.objects.create(meeting=meeting, position=1, text="Decide")
    deliverable = Deliverable.objects.create(group=groups["ITU-T SG21"], kind="TR", title="Deliverable")
    return {
        "registration": {"pk": registration.pk},
        "answering": {"pk": registration.pk, "?": f"?addressee={sent.addressees.get(text='IETF').pk}"},
        "registration-file": {"pk": registration.pk, "file": file},
        "relation": {"pk": sent.pk, "relation_pk": relation.pk},
        "document": {"pk": document.pk},
        "document-file": {"pk": document.pk, "file": file},
        "folder-file": {"name": f"{document.reference}.pdf"},
        "meeting": {"pk": meeting.pk},
        "item": {"pk": meeting.pk, "item": meeting.items.create(position=1, clause="1", title="Opening").pk},
        "action": {"pk": meeting.pk, "action": action.pk},
        "decision": {"pk": meeting.pk, "decision": decision.pk},
        "deliverable": {"pk": deliverable.pk},
    }


def _contacts(groups, member, chair):
    ietf = groups["IETF"]
    alias = Alias.objects.create(group=ietf, text="I E T F", key="ietf2")
    succession = Succession.objects.create(
        predecessor=ietf, successor=groups["ITU-T SG21"], taken_effect_on=AFTER.date()
    )
    person = member.person
    return {
        "group": {"pk": ietf.pk},
        "alias": {"pk": ietf.pk, "alias": alias.pk},
        "channel": {"pk": ietf.pk, "channel": ietf.channels.get().pk},
        "succession": {"pk": ietf.pk, "succession": succession.pk},
        "person": {"pk": person.pk},
        "role": {"pk": person.pk, "role": person.appointments.get().pk},
        **_standing_in(groups["JCA-MV"], chair.person),
    }


def _standing_in(group, chair):
    person = Person.objects.create(name="Vic Vice", email="vic@example.org")
    Appointment.objects.create(person=person, group=group, role="vice_chair")
    row = StandIn.objects.create(
        group=group, chair=chair, person=person, valid_from=AFTER.date(), valid_to=AFTER.date()
    )
    return {"vice_chair": {"pk": person.pk}, "stand_in": {"pk": person.pk, "row": row.pk}}
