"""What comes back from an addressee: kept as a reply, with what it settles and whom it nominates."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from contacts.actor import Actor
from liaisons.details import Answer
from liaisons.models import Addressee, Reply, ReplyFile, Request, Settlement
from liaisons.replies import extensions, nominations
from liaisons.rules import Refused


def keep(addressee: Addressee, answer: Answer, *, by: Actor, now: datetime) -> Reply:
    """Store the reply and settle the requests it names. Raises Refused for one that was not asked.

    A request that is settled already keeps its settlement; the reply only adds its words.
    """
    refuse_what_says_nothing(addressee, answer)
    theirs = by.kind in ("link", "mail")  # what the secretariat records was not written by it
    reply = Reply.objects.create(
        addressee=addressee,
        statement=answer.statement,
        kind=answer.kind,
        reference=answer.reference,
        text=answer.text,
        for_whom=answer.for_whom,
        until=answer.until,
        mail=answer.mail,
        name=answer.name or (str(by.person) if theirs and by.person else ""),
        email=answer.email or (by.email if theirs else ""),
        person=by.person if theirs else None,
        received_at=answer.mail.received_at if answer.mail else now,
    )
    ReplyFile.objects.bulk_create(ReplyFile(reply=reply, blob=blob, name=name) for blob, name in answer.files)
    _settle(reply, answer.settles, Request.Outcome.SETTLED)
    _settle(reply, _declined(addressee, answer), Request.Outcome.DECLINED)
    if answer.nominee is not None:
        nominations.nominate(reply, answer.nominee, by=by, now=now)
    return reply


def refuse_what_says_nothing(addressee: Addressee, answer: Answer) -> None:
    if answer.kind == Reply.Kind.DECLINE and not answer.text.strip():
        raise Refused([_("Say in a sentence why you decline.")])
    if answer.kind == Reply.Kind.MORE_TIME and answer.until is None:
        raise Refused([_("Say until which day you need more time.")])
    asks = answer.kind == Reply.Kind.MORE_TIME and answer.until
    if asks and (sentence := extensions.asks_for_nothing(addressee, asks)):
        raise Refused([sentence])
    if answer.kind == Reply.Kind.NOT_FOR_US and not answer.for_whom.strip():
        raise Refused([_("Say which body the statement is for.")])


def said_already(addressee: Addressee, answer: Answer, now: datetime) -> Reply | None:
    """The same answer within the hour before: a button was pressed twice, a page was sent again."""
    lately = addressee.replies.filter(received_at__gt=now - timedelta(hours=1), kind=answer.kind, text=answer.text)
    same = lately.filter(
        reference=answer.reference,
        for_whom=answer.for_whom,
        until=answer.until,
        name=answer.name,
        email=answer.email,
    )
    files = {blob.pk for blob, _name in answer.files}
    for reply in same.order_by("pk"):
        settled = set(reply.settlements.values_list("request__key", flat=True))
        named = {answer.nominee.name} if answer.nominee else set()
        if (
            files == set(reply.files.values_list("pk", flat=True))
            and settled.issuperset(answer.settles + answer.declines)
            and named == set(reply.nominations.values_list("name", flat=True))
        ):
            return reply
    return None


def reached(addressee: Addressee) -> str:
    """The reply state that all that came back adds up to."""
    states = Addressee.ReplyState
    outcomes = set(addressee.requests.values_list("outcome", flat=True))
    kinds = set(addressee.replies.values_list("kind", flat=True))
    if "" in outcomes:
        return states.ACKNOWLEDGED if kinds else states.AWAITING
    if Request.Outcome.SETTLED in outcomes or Reply.Kind.ANSWER in kinds:
        return states.REPLIED
    if Request.Outcome.DECLINED in outcomes or Reply.Kind.DECLINE in kinds:
        return states.DECLINED
    return states.NOT_EXPECTED  # nothing was asked, or nothing is asked any more


def _settle(reply: Reply, keys: tuple[str, ...], outcome: Request.Outcome) -> None:
    for key in keys:
        request = reply.addressee.requests.filter(key=key).first()
        if request is None:
            raise Refused([_("This addressee was not asked that.")])
        if request.outcome == Request.Outcome.SETTLED:
            continue  # a second answer to the same request adds its words, not a second settlement
        request.outcome = outcome
        request.settled_at = reply.received_at
        request.save(update_fields=["outcome", "settled_at"])
        Settlement.objects.create(reply=reply, request=request, outcome=outcome)


def _declined(addressee: Addressee, answer: Answer) -> tuple[str, ...]:
    """A body that declines, or names another one, without saying which request, declines what is open."""
    whole = answer.kind in (Reply.Kind.DECLINE, Reply.Kind.NOT_FOR_US)
    if whole and not answer.declines and not answer.settles:
        return tuple(addressee.requests.still_open().values_list("key", flat=True))
    return answer.declines
