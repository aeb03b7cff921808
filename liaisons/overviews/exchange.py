"""What a desk and a group have written to each other."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from contacts.actor import Actor
from contacts.models import Desk, Group
from liaisons.models import Addressee, Registration, Statement

MOST = 50


@dataclass(frozen=True)
class Correspondence:
    """The latest letters each way; `owing` counts what the group owes the desk."""

    to: list[Addressee]
    received: list[Registration]
    owing: int


def with_group(group: Group, desk: Desk, actor: Actor, today: date) -> Correspondence:
    visible = Statement.objects.visible_to(actor, today).issued_by(desk)
    addressed = Addressee.objects.filter(group=group, statement__in=visible)
    received: QuerySet[Registration] = Registration.objects.of_desk(desk).filter(statement__source=group)
    return Correspondence(
        to=list(
            addressed.select_related("statement__revision")
            .defer("statement__revision__content", "statement__revision__body")
            .order_by("-statement__created_at", "-pk")[:MOST]
        ),
        received=list(
            received.select_related("statement__revision", "document", "desk")
            .defer("statement__revision__content", "statement__revision__body")
            .order_by("-created_at", "-pk")[:MOST]
        ),
        owing=Addressee.objects.owing().filter(group=group, statement__desk=desk).count(),
    )
