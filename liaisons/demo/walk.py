"""One statement's whole life without a browser: the JCA-MV invitation, with time passed in and not waited for."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from contacts.actor import Actor
from contacts.models import Appointment, Desk, Person
from liaisons import comments, housekeeping, links, mail, outbox, reminders
from liaisons.demo.invitation import invitation
from liaisons.details import Answer, Forwarding, Nominee
from liaisons.models import Addressee, Circulation, Comment, Link, Message, Nomination, Rendition, Reply, Statement
from liaisons.replies import nominations
from liaisons.texts import writing
from liaisons.workflow import advance

# Monday after the first meeting of JCA-MV, ten in the morning in Geneva.
BEGINS = datetime(2025, 10, 13, 8, 0, tzinfo=UTC)

Tell = Callable[[str], None]


@dataclass
class Walk:
    """The desk, its people and the clock."""

    tell: Tell
    desk: Desk
    now: datetime = BEGINS
    statement: Statement = field(init=False)

    def say(self, line: str) -> None:
        local = timezone.localtime(self.now, self.desk.zoneinfo)
        self.tell(f"{local:%a %d %b %Y %H:%M}  {line}")

    def wait(self, **span: float) -> None:
        """Let time pass, with the work of each day done at its hour."""
        until = self.now + timedelta(**span)
        while self.now + timedelta(days=1) <= until:
            self.now += timedelta(days=1)
            self.tick()
        self.now = until
        self.tick()

    def tick(self) -> None:
        """What the scheduler would have done by now; twice, because a mail can be due to what the first round did."""
        for _round in range(2):
            housekeeping.keep_house(self.now)
            reminders.fill(self.now)
            reminders.digest(self.now)
            while outbox.deliver_due(self.now):
                pass

    def as_person(self, email: str) -> Actor:
        person = Person.objects.get(email=email)
        return Actor("account", person=person, email=email)

    @property
    def secretary(self) -> Actor:
        return self.as_person("secretary@jca-mv.example.org")

    def take(self, step: str, by: Actor, reason: str = "") -> None:
        seen = Statement.objects.get(pk=self.statement.pk).revision_id
        self.statement = advance(self.statement, step, by=by, seen=seen, reason=reason, now=self.now)

    def delivered(self, kind: str) -> int:
        return Message.objects.filter(statement=self.statement, kind=kind, state=Message.State.SENT).count()


def walk(tell: Tell, folder: Path) -> Statement:
    """Take the invitation from draft to replied; its PDF, Word and mails go to the folder. Needs the demo's groups."""
    way = Walk(tell, Desk.objects.select_related("group").get(slug="jca-mv"))
    seat_role_accounts(way.desk)
    draft_and_circulate(way)
    first_window(way)
    second_window(way)
    approve_and_send(way)
    reminded_and_answered(way)
    leave_files(way, folder)
    return way.statement


def seat_role_accounts(desk: Desk) -> None:
    """Let role accounts be the Co-Chairs: no real person is said to have approved what they never saw."""
    today = desk.today(BEGINS)
    offices = Appointment.objects.filter(group=desk.group, role=Appointment.Role.COCHAIR)
    offices.update(valid_to=today - timedelta(days=1))
    for ordinal in ("First", "Second"):
        person = Person.objects.create(
            name=f"{ordinal} Co-Chair of JCA-MV", email=f"{ordinal.lower()}.cochair@jca-mv.example.org", demo=True
        )
        Appointment.objects.create(
            person=person, group=desk.group, role=Appointment.Role.COCHAIR, valid_from=today, basis="Walk"
        )


def draft_and_circulate(way: Walk) -> None:
    letter = invitation(way.desk.group.designation, way.desk.today(way.now))
    way.statement = writing.begin(way.desk, letter, by=way.secretary, now=way.now)
    unreached = way.statement.addressees.unreachable()
    way.say(f"The secretary drafts “{letter.title}” to {len(letter.addressees)} addressees.")
    way.say(f"Not reached by mail: {', '.join(str(addressee) for addressee in unreached)}.")
    way.take("circulate", way.secretary)
    way.wait(minutes=1)
    circulation = _circulation(way)
    way.say(f"Circulated to {way.desk.mailing_list} as {circulation}; comments until {circulation.closes_on:%d %B %Y}.")


def first_window(way: Walk) -> None:
    """Support, a remark and an objection; the objection leads to a revision."""
    circulation = _circulation(way)
    delegate = way.as_person("member@jca-mv.example.org")
    officer = way.as_person("liaison@sc24.example.org")
    way.wait(days=2)
    comments.comment(circulation, by=delegate, kind=Comment.Kind.SUPPORT, now=way.now)
    way.say("A delegate supports the draft.")
    way.wait(days=1)
    remark = comments.comment(
        circulation,
        by=delegate,
        kind=Comment.Kind.EDITORIAL,
        clause="Annex 1",
        text="Say in the note that a cell of the category column may name several.",
        now=way.now,
    )
    way.say("The delegate makes an editorial comment on Annex 1.")
    way.wait(days=3)
    objection = comments.comment(
        circulation,
        by=officer,
        kind=Comment.Kind.OBJECTION,
        clause="2",
        text="We cannot fill in a table for work that our own register already lists.",
        proposed="Rows that only point to a public list of yours are useful too.",
        now=way.now,
    )
    way.say(f"The liaison officer of {objection.group} objects.")
    way.wait(days=1)
    secretary = way.secretary
    for said, text in ((remark, "Added to the note."), (objection, "Reworded as proposed.")):
        comments.dispose(said, Comment.Disposition.ACCEPTED, seen=said.standing, text=text, by=secretary, now=way.now)
    way.take("revise", secretary, reason="The objection to the second request is accepted.")
    way.say("The secretary accepts both comments and takes the draft back.")


def second_window(way: Walk) -> None:
    letter = Statement.objects.get(pk=way.statement.pk).revision.letter  # type: ignore[union-attr]
    changed = replace(
        letter,
        body=letter.body.replace(
            "Rows that only point to a public list of yours are useful too.",
            "If your work is listed in public already, one row that points to the list is enough.",
        ),
    )
    statement = Statement.objects.get(pk=way.statement.pk)
    writing.rewrite(statement, changed, by=way.secretary, seen=statement.revision_id or 0, now=way.now)
    way.take("circulate", way.secretary)
    way.wait(minutes=1)
    circulation = _circulation(way)
    way.say(f"Circulated again as {circulation}; comments until {circulation.closes_on:%d %B %Y}.")
    way.wait(days=way.desk.window_days + 1)
    way.say(f"The window has closed in silence; {way.delivered('approve')} Co-Chairs have been asked.")


def approve_and_send(way: Walk) -> None:
    for link in Link.objects.filter(statement=way.statement, purpose=Link.Purpose.APPROVE).order_by("pk"):
        way.wait(hours=3)
        way.take("approve", links.actor(link))
        way.say(f"{link.person} approves by link. The statement is {way.statement.get_state_display()}.")
    way.say(f"Its number is {way.statement.reference}; Approval: {way.statement.approval_text}.")
    way.wait(days=1)
    drafts = mail.dispatch(way.statement, way.now, preview=True)
    way.say(f"The secretary looks at {len(drafts)} mails as they will leave; the first begins:")
    for line in mail.preview(drafts[0]).splitlines()[:12]:
        way.tell(f"                          | {line}")
    way.take("send", way.secretary)
    way.say(f"Sent: {way.statement.messages.of_dispatch(way.statement).count()} mails are held.")
    way.take("recall", way.secretary, reason="The date of the next meeting is to be checked.")
    way.say("Taken back within the hold: all of them cancelled, none has left.")
    way.wait(hours=1)
    way.take("send", way.secretary)
    way.wait(minutes=way.desk.hold_minutes + 1)
    way.say(f"Sent again: {way.delivered('send')} mails have been taken by the server.")


def reminded_and_answered(way: Walk) -> None:
    """Seven bodies answer, each in a way of its own; the rest after they were reminded."""
    way.wait(days=6)
    _answer(way, "IETF", Answer(Reply.Kind.ACKNOWLEDGEMENT, text="Received; we look at it at our next meeting."))
    way.wait(days=8)
    _answer(
        way,
        "ITU-T SG21",
        Answer(
            Reply.Kind.ANSWER,
            settles=("1",),
            text="We nominate a representative; the table follows after our meeting.",
            nominee=Nominee("Representative of ITU-T SG21", "representative@sg21.example.org", "ITU-T SG21"),
        ),
    )
    nomination = Nomination.objects.waiting().get(reply__addressee__statement=way.statement)
    nominations.confirm(nomination, by=way.secretary, now=way.now)
    way.say(f"The secretary confirms the nomination that came by link: {nomination} is appointed.")
    way.wait(days=20)
    _answer(
        way,
        "W3C",
        Answer(Reply.Kind.ANSWER, settles=("1", "2"), text="A representative and one row.", reference="W3C-2025-12-01"),
    )
    _answer(way, "ISO/TC 69", Answer(Reply.Kind.DECLINE, text="None of our work concerns the metaverse."))
    _answer(
        way, "3GPP SA1", Answer(Reply.Kind.NOT_FOR_US, for_whom="3GPP TSG SA", text="TSG SA answers for its groups.")
    )
    _leave(way, "3GPP SA1")
    _answer(
        way,
        "ETSI ISG ARF",
        Answer(Reply.Kind.MORE_TIME, until=date(2026, 2, 20), text="Our next meeting is in February."),
    )
    _until(way, date(2026, 2, 3))
    reminded = Message.objects.filter(kind=Message.Kind.REMIND, state=Message.State.SENT)
    way.say(f"The deadline has passed; {reminded.count()} reminders have left since the dispatch.")
    _until(way, date(2026, 2, 9))
    for addressee in list(Addressee.objects.owing().filter(statement=way.statement)):
        still = tuple(addressee.requests.still_open().values_list("key", flat=True))
        _answer(way, str(addressee), Answer(Reply.Kind.ANSWER, settles=still, text="What was still open."), quiet=True)
    way.statement = Statement.objects.get(pk=way.statement.pk)
    way.say(f"The others answer what was open. The statement is {way.statement.get_state_display()}.")
    way.wait(days=1)


def leave_files(way: Walk, folder: Path) -> None:
    """Put the PDF, the Word file and every mail where a person finds them."""
    for rendition in Rendition.objects.filter(revision__statement=way.statement, blob__isnull=False):
        if rendition.blob:
            (folder / rendition.name).write_bytes(rendition.blob.read())
    for eml in sorted(Path(settings.MAILBOX_DIR).glob("*.eml")):
        shutil.copy(eml, folder / eml.name)


def _answer(way: Walk, name: str, answer: Answer, *, quiet: bool = False) -> None:
    addressee = Addressee.objects.get(statement=way.statement, designation=name)
    link = Link.objects.filter(addressee=addressee, purpose=Link.Purpose.ANSWER, revoked_at=None).last()
    by = links.actor(link) if link else way.secretary
    seen = Statement.objects.get(pk=way.statement.pk).revision_id
    addressee = advance(addressee, "settle", by=by, seen=seen, details=answer, now=way.now)
    if not quiet:
        kind = Reply.Kind(answer.kind).label
        way.say(f"{name}: {kind}. Reply {addressee.get_reply_display()}.")
        way.tick()


def _leave(way: Walk, name: str) -> None:
    """The body that it names has the statement already."""
    reply = Reply.objects.to_pass_on().get(addressee__statement=way.statement, addressee__designation=name)
    seen = Statement.objects.get(pk=way.statement.pk).revision_id
    advance(reply.addressee, "forward", by=way.secretary, seen=seen, details=Forwarding(reply, None), now=way.now)
    way.say(f"{reply.for_whom} is asked already: the secretary leaves it at that.")


def _until(way: Walk, day: date) -> None:
    way.wait(days=(day - way.desk.today(way.now)).days)


def _circulation(way: Walk) -> Circulation:
    circulation = Statement.objects.get(pk=way.statement.pk).circulation
    if circulation is None:
        raise RuntimeError("the statement has not been circulated")
    return circulation
