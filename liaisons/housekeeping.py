"""What comes due by itself: approvals to ask for, statements that owe nothing, answers that are out for good."""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TypeVar

from django.db import DatabaseError, transaction
from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet

from contacts.actor import Actor
from contacts.models import Desk, Person
from liaisons import handover, mail, outbox, relations
from liaisons.comments.holding import locked
from liaisons.details import Answered, Details
from liaisons.models import (
    Addressee,
    Approval,
    Circulation,
    Comment,
    Message,
    Registration,
    Relation,
    Request,
    Statement,
)
from liaisons.rules import CHAIRS, Refused, awaited_approvers
from liaisons.workflow import advance

logger = logging.getLogger(__name__)

Row = TypeVar("Row", bound=Model)
T = TypeVar("T", Statement, Registration)

EVERY = Q()  # of the circulations, all


def keep_house(now: datetime) -> None:
    """Run once a minute; a second run at the same time finds nothing left to do."""
    tell_of_windows(now)
    close_what_is_over(now)
    mark_answered(now)


def tell_of_windows(now: datetime, which: Q = EVERY) -> None:
    """Whatever is to be asked and told where windows have closed."""
    tell_of_lost(now, which)
    ask_chairs(now, which)
    tell_of_unasked(now, which)
    tell_what_stops(now, which)
    tell_of_reports(now, which)


def tell_of_lost(now: datetime, which: Q = EVERY) -> int:
    """Tell the secretariat that the list never got a text: once when that is known, once when its window is over.

    Returns the number of mails queued.
    """
    known, over = Exists(_told("lost", since="opened_at")), Exists(_told("lost"))
    untold = ~known | Q(~over, closes_at__lte=now)
    lost = _before_a_list(which).filter(Message.objects.lost_to_the_list_of("pk"), untold)
    rows = lost.select_related("desk__group", "document", "statement")
    return _each(rows, lambda circulation: len(outbox.queue(mail.lost(circulation, now))))


def ask_chairs(now: datetime, which: Q = EVERY) -> int:
    """Ask the chairs where a window has closed without a standing objection; returns the number of mails queued."""
    perhaps = _perhaps_not_asked(now, which)
    silent = _silent(now, which).select_related("desk__group", "statement").filter(pk__in=perhaps)
    return _each(silent, lambda circulation: _ask_chairs_about(circulation, now))


def tell_of_unasked(now: datetime, which: Q = EVERY) -> int:
    """Tell the secretariat once that nobody can be asked by mail for a word that a statement needs.

    Returns the number of mails queued. A report can be declared approved by the secretariat itself, which hears of it.
    """
    waiting = _silent(now, which).filter(~Exists(_told("unasked")), statement__isnull=False)
    queued = 0
    for desk in Desk.objects.filter(circulations__in=waiting).distinct().select_related("group"):
        unreachable = list(_without_an_address(desk, now))
        if _deciding(desk, now).exists() and not (unreachable and desk.approvers == Desk.Approvers.ALL):
            continue
        rows = waiting.filter(desk=desk).select_related("desk__group", "document", "statement__revision")
        queued += _each(rows, partial(_tell_of_unasked, unreachable=unreachable, now=now))
    return queued


def _tell_of_unasked(circulation: Circulation, *, unreachable: list[Person], now: datetime) -> int:
    assert circulation.statement is not None  # reports are left out
    awaited = awaited_approvers(circulation.statement)
    people = [person for person in unreachable if person.pk in awaited]
    if unreachable and not people:
        return 0  # they have given their word on the page
    return len(outbox.queue([mail.unasked(circulation, people, now)]))


def tell_what_stops(now: datetime, which: Q = EVERY) -> int:
    """Tell secretariat and chairs once that a window has closed with an objection; returns the mails queued."""
    standing = Comment.objects.standing_objections().filter(circulation=OuterRef("pk"))
    over = Circulation.objects.filter(which, closes_at__lte=now, ended_at__isnull=True)
    rows = over.filter(Exists(standing), ~Exists(_told("stopped")))
    rows = rows.select_related("desk__group", "document", "statement")
    return _each(rows, lambda circulation: _tell_what_stops(circulation, now))


def _tell_what_stops(circulation: Circulation, now: datetime) -> int:
    return len(outbox.queue(mail.stopped(circulation, _deciding(circulation.desk, now), now)))


def tell_of_reports(now: datetime, which: Q = EVERY) -> int:
    """Tell the secretariat once that a report can be declared approved; returns the number of mails queued."""
    silent = _silent(now, which).filter(~Exists(_told("report")), statement__isnull=True)
    rows = silent.select_related("desk__group", "document")
    return _each(rows, lambda circulation: len(outbox.queue([mail.report_over(circulation, now)])))


def _silent(now: datetime, which: Q = EVERY) -> QuerySet[Circulation]:
    """Circulations, of statements and of reports, that are over in silence and wait for the chairs."""
    standing = Comment.objects.standing_objections().filter(circulation=OuterRef("pk"))
    lost = Message.objects.lost_to_the_list_of("pk")
    return _before_a_list(which).filter(~Exists(standing), ~lost, closes_at__lte=now)


def _before_a_list(which: Q) -> QuerySet[Circulation]:
    of_statement = Q(statement__state=Statement.State.CIRCULATED)
    return Circulation.objects.filter(which, of_statement | Q(statement__isnull=True), ended_at__isnull=True)


def _told(what: str, since: str = "closes_at") -> QuerySet[Message]:
    """The mails of that name about a window, as it has closed: one that was lost on the way begins anew."""
    told = Message.objects.filter(circulation=OuterRef("pk"), queued_at__gte=OuterRef(since))
    return told.filter(key__startswith=f"{what}:")


def _perhaps_not_asked(now: datetime, which: Q) -> list[int]:
    """Those of which not everybody who decides has a mail; the many others are not looked at one by one each minute."""
    silent = _silent(now, which)
    asked = Message.objects.filter(
        Q(revision=F("circulation__statement__revision")) | Q(circulation__statement__isnull=True),
        circulation__in=silent,
        kind=Message.Kind.APPROVE,
        person__isnull=False,
        queued_at__gte=F("circulation__closes_at"),
    )
    done = set(asked.values_list("circulation", "person"))
    found = []
    for desk in Desk.objects.filter(circulations__in=silent).distinct().select_related("group"):
        deciding = list(_deciding(desk, now).values_list("pk", flat=True))
        waiting = silent.filter(desk=desk).values_list("pk", flat=True)
        found += [pk for pk in waiting if any((pk, person) not in done for person in deciding)]
    return found


def _ask_chairs_about(circulation: Circulation, now: datetime) -> int:
    if not _not_asked(circulation, now).exists():
        return 0  # whoever has no mail has given a word, or somebody has in their place
    with transaction.atomic():
        locked(circulation)
        still = _silent(now).filter(pk=circulation.pk).select_related("desk__group", "document", "statement").first()
        if still is None:
            return 0  # somebody moved it on in the meantime
        return len(outbox.queue(mail.ask_approval(still, list(_not_asked(still, now)), now)))


def _deciding(desk: Desk, now: datetime) -> QuerySet[Person]:
    """Who decides today and can be asked, also whoever stands in for a chair since yesterday."""
    return Person.objects.holding(*CHAIRS, group=desk.group, on=desk.today(now)).exclude(email="")


def _without_an_address(desk: Desk, now: datetime) -> QuerySet[Person]:
    """Chairs in office who have no mail address, nor anybody who stands in for them with one."""
    today = desk.today(now)
    in_office = desk.group.appointments.in_force(today).filter(role__in=CHAIRS)
    stood_in_for = desk.group.stand_ins.in_force(today).exclude(person__email="").values("chair")
    people = Person.objects.filter(pk__in=in_office.values("person"), email="")
    return people.exclude(pk__in=stood_in_for).order_by("name")


def _not_asked(circulation: Circulation, now: datetime) -> QuerySet[Person]:
    """Who decides today and has not been asked about this text.

    A word that was given, by the chair or in the chair's place, is asked for no more.
    """
    desk, statement = circulation.desk, circulation.statement
    revision = statement.revision if statement else None
    asked = circulation.messages.filter(revision=revision, kind=Message.Kind.APPROVE, person__isnull=False)
    asked = asked.filter(queued_at__gte=circulation.closes_at or now)
    given = Approval.objects.filter(revision=revision)  # of a report the first word ends its circulation
    heard = {person for words in given.values_list("person", "in_place_of") for person in words if person}
    in_their_place = desk.group.stand_ins.in_force(desk.today(now)).filter(chair__in=heard)
    return _deciding(desk, now).exclude(
        Q(pk__in=asked.values("person")) | Q(pk__in=heard) | Q(pk__in=in_their_place.values("person"))
    )


def close_what_is_over(now: datetime) -> None:
    """Close sent statements that asked nothing once everybody has them, and those that a correction has replaced.

    What was replied or closed before its correction left stays so, and is marked as corrected.
    """
    leaving = Message.objects.waiting().filter(statement=OuterRef("pk"))
    asked = Request.objects.filter(addressee__statement=OuterRef("pk"), addressee__dropped=False)
    still_held = Message.objects.waiting().filter(statement=OuterRef("pk"), kind=Message.Kind.SEND)
    corrections = Statement.objects.filter(~Exists(still_held), corrects__isnull=False, sent_at__isnull=False).exclude(
        state=Statement.State.WITHDRAWN
    )
    # Asked for apart: of an OR of the two PostgreSQL looks into every sent statement, one after the other.
    corrected = Statement.objects.filter(pk__in=corrections.values("corrects"))
    asked_nothing = Statement.objects.filter(~Exists(leaving), ~Exists(asked), state=Statement.State.SENT)
    _each(corrected.filter(state=Statement.State.SENT), lambda statement: _take(statement, "close", now))
    # Few, and looked into together: some of them wait for months until somebody hands the letter over.
    if few := list(asked_nothing.values_list("pk", flat=True)):
        over = handover.settled(Statement.objects.filter(pk__in=few))
        _each(over, lambda statement: _take(statement, "close", now))
    ended = corrected.filter(state__in=[Statement.State.REPLIED, Statement.State.CLOSED])
    _each(
        ended.exclude(outcome=Statement.Outcome.CORRECTED),
        lambda statement: relations.mark_corrected(statement, now),
    )


def mark_answered(now: datetime) -> None:
    """Mark received statements as answered when our answer has left for good and is with the body that asked."""
    leaving = Message.objects.waiting().filter(statement=OuterRef("statement"), kind=Message.Kind.SEND)
    having = Addressee.objects.having_it().filter(statement=OuterRef("statement"))
    asking = Addressee.objects.filter(statement=OuterRef("statement"), group=OuterRef("to__source"))
    # It may have gone to the heir of a body, or to another one that speaks for it.
    reached = Exists(having.filter(group=OuterRef("to__source"))) | Q(~Exists(asking), Exists(having))
    out = (
        Relation.objects.counting()
        .filter(
            ~Exists(leaving),
            Q(statement__dispatch_round=0) | reached,
            kind=Relation.Kind.REPLIES_TO,
            statement__desk__isnull=False,
            statement__sent_at__isnull=False,
        )
        .exclude(statement__state__in=[Statement.State.DRAFT, Statement.State.WITHDRAWN])
    )
    open_ = [Registration.State.RECEIVED, Registration.State.ASSIGNED]
    waiting = Registration.objects.filter(state__in=open_, watched=False)
    theirs = waiting.filter(statement=OuterRef("to"), desk=OuterRef("statement__desk"))
    found = out.filter(Exists(theirs)).select_related("statement")
    _each(found, lambda relation: _mark_answered_by(relation, waiting, now))


def _mark_answered_by(relation: Relation, waiting: QuerySet[Registration], now: datetime) -> int:
    theirs = waiting.filter(statement=relation.to_id, desk=relation.statement.desk_id)
    return sum(_take(registration, "answer", now, Answered(relation.statement)) for registration in theirs)


def _each(rows: QuerySet[Row], do: Callable[[Row], int]) -> int:
    """Do it for each; what cannot be done for one must not keep the others waiting, and is tried again in a minute."""
    done = 0
    for row in list(rows):
        try:
            done += do(row)
        except DatabaseError:
            raise
        except Exception:
            logger.exception("What is due by itself was not done: %s %s", row._meta.verbose_name, row.pk)
    return done


def _take(thing: T, step: str, now: datetime, details: Details | None = None) -> int:
    """Take a step for the system; one that somebody has moved on meanwhile must not stop the rest."""
    try:
        advance(thing, step, by=Actor.system(), seen=None, details=details, now=now)
    except Refused as refused:
        logger.info("%s %s was not taken: %s", step, thing, refused)
        return 0
    return 1
