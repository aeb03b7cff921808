"""What comes due by itself: approvals to ask for, statements that owe nothing, answers that are out for good."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from contacts.actor import Actor
from contacts.models import Person
from liaisons import mail, outbox
from liaisons.details import Answered
from liaisons.models import Circulation, Comment, Message, Registration, Relation, Request, Statement
from liaisons.rules import CHAIRS
from liaisons.workflow import advance


def keep_house(now: datetime) -> None:
    """Run once a minute; a second run at the same time finds nothing left to do."""
    ask_chairs(now)
    close_what_owes_nothing(now)
    mark_answered(now)


def ask_chairs(now: datetime) -> int:
    """Ask the chairs where a window has closed without a standing objection; returns the number of mails queued."""
    standing = Comment.objects.standing_objections().filter(circulation=OuterRef("pk"))
    silent = Circulation.objects.filter(
        ~Exists(standing), closes_at__lte=now, ended_at__isnull=True, statement__state=Statement.State.CIRCULATED
    )
    asked = 0
    for circulation in silent.exclude(messages__kind=Message.Kind.APPROVE).select_related("desk__group", "statement"):
        desk = circulation.desk
        chairs = Person.objects.holding(*CHAIRS, group=desk.group, on=desk.today(now)).exclude(email="")
        asked += len(outbox.queue(mail.ask_approval(circulation, list(chairs), now)))
    return asked


def close_what_owes_nothing(now: datetime) -> None:
    """Close sent statements that asked nothing, once their dispatch can no longer be taken back."""
    leaving = Message.objects.waiting().filter(statement=OuterRef("pk"))
    asked = Request.objects.filter(addressee__statement=OuterRef("pk"), addressee__dropped=False)
    for statement in Statement.objects.filter(~Exists(leaving), ~Exists(asked), state=Statement.State.SENT):
        advance(statement, "close", by=Actor.system(), seen=None, now=now)


def mark_answered(now: datetime) -> None:
    """Mark received statements as answered when our answer has left for good."""
    leaving = Message.objects.waiting().filter(statement=OuterRef("statement"), kind=Message.Kind.SEND)
    out = Relation.objects.filter(
        ~Exists(leaving),
        Q(inferred=False) | Q(confirmed_at__isnull=False),
        kind=Relation.Kind.REPLIES_TO,
        statement__desk__isnull=False,
        statement__sent_at__isnull=False,
    ).exclude(statement__state__in=[Statement.State.DRAFT, Statement.State.WITHDRAWN])
    for relation in out.select_related("statement").filter(
        to__registrations__state__in=[Registration.State.RECEIVED, Registration.State.ASSIGNED]
    ):
        for registration in Registration.objects.filter(statement=relation.to, desk=relation.statement.desk).exclude(
            state__in=[Registration.State.ANSWERED, Registration.State.NOTED]
        ):
            advance(registration, "answer", by=Actor.system(), seen=None, details=Answered(relation.statement), now=now)
