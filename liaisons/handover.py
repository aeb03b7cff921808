"""Who has a letter and who has not: what went by another way than mail is noted here, or that it never will."""

from datetime import date, datetime, time

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from contacts.actor import Actor
from contacts.models import Desk
from liaisons import links
from liaisons.models import Addressee, Event, Link, Message, Reply, Statement
from liaisons.models.message import MessageQuerySet
from liaisons.rules import SECRETARIAT, Refused, day_text, state_text

OUT = (Statement.State.SENT, Statement.State.REPLIED, Statement.State.CLOSED)


def hand_over(addressee: Addressee, on: date, note: str, *, by: Actor, now: datetime) -> Addressee:
    """Note that the letter was handed over on a day at the desk's seat, and how; noted again, the last word counts.

    Changes no state. Raises Refused.
    """
    with transaction.atomic():
        addressee, desk = _locked(addressee)
        statement = addressee.statement
        if not by.roles_at(desk.group, desk.today(now)) & SECRETARIAT:
            raise Refused([_("What was handed over is noted by the secretariat.")])
        refuse_what_cannot_be(statement, desk, on, now)
        addressee.posted_at = now if on == desk.today(now) else _noon(on, desk)
        addressee.posted_note = note.strip()
        addressee.given_up_at = None
        addressee.save(update_fields=["posted_at", "posted_note", "given_up_at"])
        Statement.objects.filter(pk=statement.pk, posted_at__isnull=True).update(posted_at=addressee.posted_at)
        Event.objects.record(
            "hand_over",
            by=by,
            at=now,
            desk=desk,
            statement=statement,
            addressee=addressee,
            revision=statement.revision,
            reason=addressee.posted_note,
            data={"on": on.isoformat()},
        )
    return addressee


def give_up(addressee: Addressee, reason: str, *, by: Actor, now: datetime) -> Addressee:
    """Note that the letter is not handed over any more, and why. Changes no state. Raises Refused."""
    with transaction.atomic():
        addressee, desk = _locked(addressee)
        if not by.roles_at(desk.group, desk.today(now)) & SECRETARIAT:
            raise Refused([_("What is handed over no more is noted by the secretariat.")])
        if not reason.strip():
            raise Refused([_("Give a reason: it is kept with the decision.")])
        if not of_statement(addressee.statement).filter(pk=addressee.pk).exists():
            raise Refused([_("%(name)s is not on the list of letters to hand over.") % {"name": addressee}])
        addressee.given_up_at = now
        addressee.save(update_fields=["given_up_at"])
        Event.objects.record(
            "give_up_handing", by=by, at=now, desk=desk, statement=addressee.statement, addressee=addressee,
            revision=addressee.statement.revision, reason=reason.strip(),
        )  # fmt: skip
    return addressee


def answer_link(addressee: Addressee, now: datetime) -> Link | None:
    """The link to answer by that was made for the text to paste, while it opens."""
    found = addressee.links.valid(now).filter(purpose=Link.Purpose.ANSWER, email="", person=None)
    return found.order_by("pk").last()


def make_answer_link(addressee: Addressee, *, by: Actor, now: datetime) -> Link:
    """Make the link by which a body answers that gets its letter some other way than mail. Raises Refused."""
    with transaction.atomic():
        addressee, desk = _locked(addressee)
        statement = addressee.statement
        if not by.roles_at(desk.group, desk.today(now)) & SECRETARIAT:
            raise Refused([_("A link to answer by is made by the secretariat.")])
        if statement.state not in OUT:
            raise Refused([_("The statement is %(state)s: nobody answers it now.") % {"state": state_text(statement)}])
        if there := answer_link(addressee, now):
            return there
        link = links.answer(addressee, "", now)
        link.save()
        Event.objects.record(
            "make_link", by=by, at=now, desk=desk, statement=statement, addressee=addressee,
            data={"link": link.pk}, private=True,
        )  # fmt: skip
    return link


def waiting(desk: Desk) -> QuerySet[Addressee]:
    """Whom the letters of a desk are still to be handed to, also of statements that have ended, oldest first."""
    rows = _still_to_get_it().filter(statement__desk=desk)
    return rows.select_related("statement", "group").order_by("statement__sent_at", "position", "pk")


def of_statement(statement: Statement) -> QuerySet[Addressee]:
    """Those of them whom one statement addresses."""
    return waiting(statement.desk).filter(statement=statement) if statement.desk else Addressee.objects.none()


def settled(statements: QuerySet[Statement]) -> QuerySet[Statement]:
    """Those of which everybody to whom they go has the letter, or somebody has given up on them.

    Of one that was sent before Liaise this is believed.
    """
    mails = Message.objects.filter(statement=OuterRef("pk"), kind=Message.Kind.SEND, round=OuterRef("dispatch_round"))
    given_up = _mails().filter(state=Message.State.GIVEN_UP)
    waited_for = _still_to_get_it().filter(statement=OuterRef("pk")).exclude(Exists(given_up))
    return statements.filter(~Exists(mails.waiting()), ~Exists(mails.troubled()), ~Exists(waited_for))


def _still_to_get_it() -> QuerySet[Addressee]:
    """Those without it whose statement is out and has not been corrected."""
    rows = _without_it().filter(statement__state__in=OUT, statement__dispatch_round__gt=0)
    return rows.exclude(statement__outcome=Statement.Outcome.CORRECTED)


def _without_it() -> QuerySet[Addressee]:
    """Those to whom no mail went or still goes, nobody handed it over, and who have said nothing that shows it."""
    under_way = _mails().exclude(state__in=Message.LOST)
    replies = Reply.objects.filter(addressee=OuterRef("pk"))
    return Addressee.objects.filter(~Exists(under_way), ~Exists(replies), posted_at=None, given_up_at=None)


def _mails() -> MessageQuerySet:
    """Of an addressee in an outer query: what the latest dispatch sends there."""
    return Message.objects.filter(
        addressee=OuterRef("pk"), kind=Message.Kind.SEND, round=OuterRef("statement__dispatch_round")
    )


def to_be_told(statement: Statement) -> QuerySet[Addressee]:
    """Who had the letter by hand and gets no notice by mail that it was withdrawn or corrected."""
    over = statement.state == Statement.State.WITHDRAWN or statement.outcome == Statement.Outcome.CORRECTED
    had = Message.objects.filter(addressee=OuterRef("pk"), kind=Message.Kind.SEND, state=Message.State.SENT)
    rows = statement.addressees.filter(~Exists(had), posted_at__isnull=False)
    return rows if over else rows.none()


def not_told_by(correction: Statement) -> QuerySet[Addressee]:
    """Who had by hand what a statement corrects, and is not among those whom the correction addresses."""
    if correction.corrects is None:
        return Addressee.objects.none()
    addressed = correction.addressees.filter(group__isnull=False).values("group")
    return to_be_told(correction.corrects).exclude(group__in=addressed)


def refuse_what_cannot_be(statement: Statement, desk: Desk, on: date, now: datetime) -> None:
    """Nobody hands over tomorrow's letter, nor one that has not been approved. Raises Refused."""
    if statement.state not in OUT:
        raise Refused([_("The statement is %(state)s: nothing is handed over now.") % {"state": state_text(statement)}])
    if on > desk.today(now):
        raise Refused([_("%(day)s is still to come. Note it when it is done.") % {"day": day_text(on)}])
    if statement.approved_at and on < desk.today(statement.approved_at):
        raise Refused(
            [
                _("The statement was approved on %(day)s. It cannot have been handed over before.")
                % {"day": day_text(desk.today(statement.approved_at))}
            ]
        )


def _locked(addressee: Addressee) -> tuple[Addressee, Desk]:
    """The row as it stands now, with its desk. Raises Refused."""
    rows = Addressee.objects.select_for_update(of=("self",)).select_related("statement__desk__group")
    locked = rows.get(pk=addressee.pk)
    desk = locked.statement.desk
    if desk is None:
        raise Refused([_("Only letters of a desk here are handed over.")])
    return locked, desk


def _noon(day: date, desk: Desk) -> datetime:
    return datetime.combine(day, time(12), tzinfo=desk.zoneinfo)
