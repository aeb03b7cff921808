"""Taking back what has not left: when it is settled, moved, muted, or was taken out of a mail with others."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from liaisons import outbox
from liaisons.models import Addressee, Circulation, Message, Registration, Reminder, Statement

from .hours import APART
from .stages import weekly


def cancel_for(whom: Addressee | Statement | Circulation | Registration, now: datetime) -> int:
    """Take back every reminder about it that has not left; returns how many rows.

    A digest that told of others too is taken back as well, and made anew without this one.
    """
    return cancel(Reminder.objects.about(whom), now)


def cancel(rows: QuerySet[Reminder], now: datetime) -> int:
    open_ = rows.filter(cancelled_at__isnull=True)
    with transaction.atomic():
        held = list(open_.filter(message__state=Message.State.QUEUED).values_list("message__pk", flat=True).distinct())
        outbox.cancel(Message.objects.filter(pk__in=held))
        taken_back = _freed(held)
        cancelled = open_.filter(Q(message__isnull=True) | Q(message__in=taken_back)).update(cancelled_at=now)
        _let_go(taken_back)
    return cancelled


def bring_in_line(now: datetime) -> None:
    """Rows of mails that the outbox took back wait again; those of which nothing is due any more never become mails.

    A mail that no server has taken since yesterday is taken back too: what it says was true then. One that a server has
    put off stays: it gets its tries, and fails after the last.
    """
    with transaction.atomic():
        outbox.cancel(Message.objects.filter(kind=Message.Kind.REMIND, tries=0, queued_at__lt=now - APART))
        told = Reminder.objects.filter(message__state=Message.State.CANCELLED, cancelled_at__isnull=True)
        _let_go(_freed(list(told.values_list("message__pk", flat=True).distinct())))
    closed = Reminder.objects.filter(kind=Reminder.Kind.WINDOW, circulation__closes_at__lte=now).values("pk")
    waiting = Reminder.objects.waiting()
    if waiting.exists():
        moot = Reminder.objects.waiting().moot().values("pk")
        waiting.filter(Q(pk__in=closed) | Q(pk__in=moot) | Q(pk__in=_overtaken().values("pk"))).update(cancelled_at=now)


def _overtaken() -> QuerySet[Reminder]:
    """Rows to an addressee or a list of which a later stage has come; in a digest the latest is taken anyway."""
    waiting = Reminder.objects.waiting().filter(person__isnull=True)
    later = Reminder.objects.filter(
        kind=OuterRef("kind"), due_on=OuterRef("due_on"), stage__lt=OuterRef("stage"), person__isnull=True
    )
    of_addressee = later.filter(addressee=OuterRef("addressee"), outsider=True)
    return waiting.filter(Exists(of_addressee) | Exists(later.filter(circulation=OuterRef("circulation"))))


def _freed(messages: Collection[int]) -> list[int]:
    """Those of them that are cancelled, their keys free for the ones that take their place."""
    cancelled = Message.objects.filter(pk__in=messages, state=Message.State.CANCELLED)
    cancelled.update(key=Concat("key", Value(":"), Cast("pk", CharField())))
    return list(cancelled.values_list("pk", flat=True))


def _let_go(messages: Collection[int]) -> None:
    Reminder.objects.filter(message__in=messages, cancelled_at__isnull=True).update(message=None)


def replan(statement: Statement, now: datetime) -> int:
    """Take back the reminders of answers that are due at days on which the statement reminds no more."""
    desk = statement.desk
    assert desk is not None  # nothing is owed to a statement issued elsewhere
    dropped = 0
    for outsider, own, of_desk in (
        (True, statement.remind_outsiders, desk.remind_outsiders),
        (False, statement.remind_insiders, desk.remind_insiders),
    ):
        days = of_desk if own is None else own
        rows = Reminder.objects.filter(addressee__statement=statement, kind=Reminder.Kind.ANSWER, outsider=outsider)
        dropped += cancel(rows.exclude(stage__in={*days, *(weekly(desk) if days else ())}), now)
    return dropped
