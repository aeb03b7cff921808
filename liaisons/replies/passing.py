"""Not for us but for another body: that one is asked in its place, or the secretariat leaves it at that."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _

from contacts.actor import Actor
from contacts.models import Desk, Group
from liaisons import mail, outbox
from liaisons.calendar import end_of_day
from liaisons.details import Forwarding
from liaisons.models import Addressee, Reply, Request, Statement
from liaisons.rules import Refused


def on(first: Addressee, forwarding: Forwarding, *, by: Actor, now: datetime) -> Addressee | None:
    """Ask the body instead of the first one: a row with what that one did not take on, and the letter to its mailbox.

    For liaisons.effects, which has locked the statement. Raises Refused when it cannot be, or was decided before.
    """
    reply = _to_decide(first, forwarding.reply)
    to = _ask(first, reply, forwarding.to, forwarding.due_on, now) if forwarding.to else None
    reply.forwarded_to = to
    reply.decided_at = now
    reply.decided_by = by.person
    reply.save(update_fields=["forwarded_to", "decided_at", "decided_by"])
    if to is not None:
        outbox.queue([*mail.forwarded(to, first, now), *mail.passed_on(reply, now)])
    return to


def undecided(statement: Statement) -> bool:
    """Whether something asked of a body that named another one waits for the secretariat to say who is asked now."""
    still_declined = Q(settlements__request__outcome=Request.Outcome.DECLINED)
    replies = Reply.objects.to_pass_on().filter(addressee__statement=statement, addressee__dropped=False)
    return replies.filter(still_declined).exists()


def left_open(reply: Reply) -> QuerySet[Request]:
    """What was asked of the body that named another one and has not been answered by it since."""
    return Request.objects.filter(settlements__reply=reply, outcome=Request.Outcome.DECLINED).order_by("key")


def _to_decide(first: Addressee, reply: Reply) -> Reply:
    reply = Reply.objects.select_related("decided_by", "addressee").get(pk=reply.pk, addressee=first)
    if reply.kind != Reply.Kind.NOT_FOR_US:
        raise Refused([_("%(body)s did not name another body with this answer.") % {"body": first}])
    if reply.decided_at is not None:
        raise Refused([_("%(who)s has decided about it already.") % {"who": reply.decided_by or _("Somebody")}])
    return reply


def _ask(first: Addressee, reply: Reply, group: Group, due_on: date | None, now: datetime) -> Addressee:
    statement = first.statement
    desk = statement.desk
    assert desk is not None  # the machine has no step for a statement issued elsewhere
    asked = list(left_open(reply))
    _refuse_who_has_it(statement, group, desk)
    _refuse_what_cannot_be(first, asked, due_on, desk, now)
    # A body that an author took off the list before it left may have the row already.
    addressee, _created = Addressee.everyone.get_or_create(
        statement=statement,
        text=group.designation,
        purpose=first.purpose,
        defaults={"reply": Addressee.ReplyState.AWAITING if asked else Addressee.ReplyState.NOT_EXPECTED},
    )
    addressee.group = group
    addressee.designation = group.designation
    addressee.position = 1 + (statement.addressees.aggregate(last=Max("position"))["last"] or 0)
    addressee.own_deadline = addressee.due_on = due_on
    addressee.due_zone = desk.zone
    addressee.due_at = end_of_day(due_on, ZoneInfo(desk.zone)) if due_on else None
    addressee.dropped = False
    addressee.save()
    Request.objects.bulk_create(
        Request(addressee=addressee, key=request.key, kind=request.kind, text=request.text) for request in asked
    )
    return addressee


def _refuse_who_has_it(statement: Statement, group: Group, desk: Desk) -> None:
    if group == desk.group:
        raise Refused([_("%(body)s wrote the statement itself. Name another body.") % {"body": group}])
    named = Q(group=group) | Q(designation=group.designation) | Q(text=group.designation)
    if there := statement.addressees.filter(named).first():
        sentence = _("%(body)s has the statement already, %(purpose)s. Leave it at that, or write anew.")
        raise Refused([sentence % {"body": there, "purpose": there.get_purpose_display()}])


def _refuse_what_cannot_be(
    first: Addressee, asked: list[Request], due_on: date | None, desk: Desk, now: datetime
) -> None:
    is_asked = first.purpose != Addressee.Purpose.INFORMATION
    if is_asked and not asked:
        raise Refused([_("%(body)s has answered itself since: nothing is left to pass on.") % {"body": first}])
    if due_on is not None and due_on < desk.today(now):
        raise Refused([_("That day is over. Choose a later one.")])
    revision = first.statement.revision
    if first.purpose == Addressee.Purpose.ACTION and due_on is None and not (revision and revision.deadline_text):
        raise Refused([_("Action is asked for: say until which day (A.1, 1.5.1).")])
