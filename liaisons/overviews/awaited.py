"""What all our statements ask of everybody: addressees × requests over a whole desk, for those who wait for answers."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Prefetch, Value
from django.db.models.functions import Coalesce

from contacts.actor import Actor
from contacts.models import Desk
from liaisons.models import Addressee, Reply, Request, Statement
from liaisons.models.addressee import AddresseeQuerySet
from liaisons.models.revision import long_texts

from .matrix import OUT


@dataclass(frozen=True)
class Asked:
    """One addressee of one statement, what it was asked and what came last."""

    addressee: Addressee
    statement: Statement
    requests: list[Request]
    last: Reply | None
    is_late: bool
    is_open: bool


def asked_by(desk: Desk) -> AddresseeQuerySet:
    """Everybody of whom a statement that is out asked something, with `due`, which is never empty, to order by."""
    rows = Addressee.objects.get_queryset().filter(statement__desk=desk, statement__state__in=OUT)
    asked = rows.filter(Exists(Request.objects.filter(addressee=OuterRef("pk"))))
    return asked.annotate(due=Coalesce("due_on", Value(date.max)))


def of_those_shown(rows: AddresseeQuerySet, shown: str, now: datetime) -> AddresseeQuerySet:
    if shown == "all":
        return rows
    if shown == "answered":
        return rows.exclude(pk__in=Addressee.objects.owing().values("pk"))
    owing = rows.owing()
    return owing.filter(due_at__lt=now) if shown == "late" else owing


def waited_for_by(rows: AddresseeQuerySet, actor: Actor) -> AddresseeQuerySet:
    """Of statements that the actor is responsible for."""
    return rows.filter(statement__responsible=actor.person)


def with_all(rows: AddresseeQuerySet) -> AddresseeQuerySet:
    """Add what the lines show, in a constant number of queries."""
    replies = Reply.objects.select_related("statement").order_by("received_at", "pk")
    known = rows.select_related("group", "statement__revision", "statement__responsible", "statement__desk")
    return known.defer(*long_texts("statement__revision")).prefetch_related("requests", Prefetch("replies", replies))


def lines(addressees: list[Addressee], now: datetime) -> list[Asked]:
    found = []
    for addressee in addressees:
        replies = list(addressee.replies.all())
        is_open = addressee.statement.state == Statement.State.SENT and addressee.is_awaited
        found.append(
            Asked(
                addressee,
                addressee.statement,
                list(addressee.requests.all()),
                replies[-1] if replies else None,
                is_late=is_open and addressee.is_overdue(now),
                is_open=is_open,
            )
        )
    return found
