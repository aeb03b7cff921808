"""How a statement stands to others: replies, corrections, and links that were inferred and wait for a person's word."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from contacts.actor import Actor
from contacts.models import Desk
from liaisons import links
from liaisons.models import Event, Relation, Statement
from liaisons.rules import SECRETARIAT, Refused


@dataclass(frozen=True)
class Related:
    """Another statement and what it is to this one. `relation` is set where the link is a row."""

    words: str
    statement: Statement
    relation: Relation | None = None

    @property
    def is_inferred(self) -> bool:
        return self.relation is not None and not self.relation.counts


def of(statement: Statement, actor: Actor, today: date) -> list[Related]:
    """What stands in a relation to the statement and may be seen by the actor, in words seen from the statement."""
    found = [
        *_corrections(statement),
        *(
            _seen_from(statement, row)
            for row in Relation.objects.filter(
                Q(statement=statement) | Q(to=statement), rejected_at__isnull=True
            ).select_related("statement__revision", "to__revision", "confirmed_by")
        ),
    ]
    visible = Statement.objects.visible_to(actor, today).filter(pk__in=[related.statement.pk for related in found])
    keys = set(visible.values_list("pk", flat=True)) if found else set()
    shown = [related for related in found if related.statement.pk in keys]
    if any(related.is_inferred for related in shown) and not _is_inside(statement, actor, today):
        return [related for related in shown if not related.is_inferred]
    return shown


def _is_inside(statement: Statement, actor: Actor, today: date) -> bool:
    """Whether the actor has a role at a desk that issued or registered it: what a machine guessed is for them."""
    if actor.person is None:
        return False
    groups = actor.person.appointments.in_force(today).values("group")
    here = Q(desk__group__in=groups) | Q(registrations__desk__group__in=groups)
    return Statement.objects.filter(here, pk=statement.pk).exists()


def mark_corrected(first: Statement, now: datetime) -> bool:
    """Mark one that has ended as corrected, now that its correction has left: its letter and its links count no more.

    Its state tells what became of it before, and stays.
    """
    with transaction.atomic():
        first = Statement.objects.select_for_update(of=("self",)).get(pk=first.pk)
        before = first.outcome
        if before == Statement.Outcome.CORRECTED:
            return False
        first.outcome = Statement.Outcome.CORRECTED
        first.save(update_fields=["outcome"])
        links.revoke(links.of_addressees(first), now)
        Event.objects.record(
            "mark_corrected",
            by=Actor.system(),
            at=now,
            desk=first.desk,
            statement=first,
            data={"outcome": before},
        )
    return True


def confirm(relation: Relation, *, desk: Desk, by: Actor, now: datetime) -> None:
    """A person says that an inferred link is so. Said twice it changes nothing. Raises Refused."""
    _require_secretariat(relation, desk, by, now)
    with transaction.atomic():
        if _undecided(relation).update(confirmed_at=now, confirmed_by=by.person):
            _record("confirm_relation", relation, desk, by, now)


def reject(relation: Relation, *, desk: Desk, by: Actor, now: datetime) -> None:
    """A person says that an inferred link is not so. Said twice it changes nothing. Raises Refused."""
    _require_secretariat(relation, desk, by, now)
    with transaction.atomic():
        if _undecided(relation).update(rejected_at=now):
            _record("reject_relation", relation, desk, by, now)


def _require_secretariat(relation: Relation, desk: Desk, by: Actor, now: datetime) -> None:
    if not by.roles_at(desk.group, desk.today(now)) & SECRETARIAT:
        raise Refused([_("Whether an inferred link is so is said by the secretariat.")])
    issued_by = {relation.statement.desk_id, relation.to.desk_id} - {None}
    if issued_by and desk.pk not in issued_by:
        raise Refused([_("It is about a statement of another desk, whose secretariat says whether it is so.")])
    known = Statement.objects.of_desk(desk).filter(pk__in=[relation.statement_id, relation.to_id])
    if not known.exists():
        raise Refused([_("Neither of the two statements is in the register of this desk.")])


def _undecided(relation: Relation) -> QuerySet[Relation]:
    return Relation.objects.filter(pk=relation.pk, inferred=True, confirmed_at__isnull=True, rejected_at__isnull=True)


def _record(verb: str, relation: Relation, desk: Desk, by: Actor, now: datetime) -> None:
    Event.objects.record(
        verb,
        by=by,
        at=now,
        desk=desk,
        statement=relation.statement,
        data={"relation": relation.pk, "to": relation.to_id},
    )


def _seen_from(statement: Statement, row: Relation) -> Related:
    kinds = Relation.Kind
    if row.statement_id == statement.pk:
        return Related(row.get_kind_display(), row.to, row)
    words = _("is answered by") if row.kind == kinds.REPLIES_TO else row.get_kind_display()
    return Related(words, row.statement, row)


def _corrections(statement: Statement) -> list[Related]:
    rows = [Related(_("corrects"), statement.corrects)] if statement.corrects else []
    corrections = statement.corrections.select_related("revision").order_by("correction")
    return rows + [Related(_("is corrected by"), row) for row in corrections]
