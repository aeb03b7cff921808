"""The only place where a statement, an addressee or a registration changes state."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django_fsm import can_proceed

from contacts.actor import Actor
from liaisons import effects, rules
from liaisons.details import Details
from liaisons.letter import Letter
from liaisons.models import Addressee, Event, Registration, Request, Statement
from liaisons.rules import Moved, Refused
from liaisons.texts import annexing, writing

__all__ = ["Moved", "Offer", "Refused", "advance", "obstacles", "offers", "record_past"]

Thing = Statement | Addressee | Registration
T = TypeVar("T", Statement, Addressee, Registration)

STEPS: dict[type[Thing], tuple[str, ...]] = {
    Statement: (
        "circulate", "amend", "revise", "approve", "send", "recall", "complete", "close", "correct", "withdraw",
    ),
    Addressee: ("settle", "forward"),
    Registration: ("assign", "answer", "note", "reopen"),
}  # fmt: skip

# Steps that a person takes only with a reason.
WANT_A_REASON = frozenset({"amend", "revise", "complete", "close", "correct", "withdraw", "reopen"})


@dataclass(frozen=True)
class Offer:
    """A step the actor may take here, with what still stands against it; open when nothing does."""

    step: str
    obstacles: list[str]

    @property
    def is_open(self) -> bool:
        return not self.obstacles


def advance(
    thing: T,
    step: str,
    *,
    by: Actor,
    seen: int | str | None,
    reason: str = "",
    details: Details | None = None,
    now: datetime | None = None,
) -> T:
    """Take a step: state, Event and mails change together, or nothing does. Returns the row as it stands after it.

    `seen` is the key of the revision the person had before them (of a Registration: its state); only the system
    may pass None. Raises Refused with sentences for the person, or Moved when they saw something older.
    """
    now = now or timezone.now()
    with transaction.atomic():
        thing = _locked(thing)
        thing.as_of = now
        _require_seen(thing, seen, by)
        sentences = obstacles(thing, step, by, now)
        if step in WANT_A_REASON and not by.is_system and not reason.strip():
            sentences.append(_("Give a reason: it is kept with the decision."))
        if sentences:
            raise Refused(sentences)
        before = _state(thing)
        taken = effects.Taken(by=by, reason=reason.strip(), details=details, now=now)
        effect = cast("Callable[[Thing, effects.Taken], dict[str, Any]]", effects.EFFECTS[step])
        data = effect(thing, taken)
        Event.objects.record(
            step,
            by=by,
            at=now,
            reason=taken.reason,
            source_state=before,
            target_state=_state(thing),
            data=data,
            **_subject(thing),
        )
        if isinstance(thing, Addressee):
            _complete_when_all_has_come(thing, now)
    return thing


def obstacles(thing: Thing, step: str, actor: Actor, now: datetime | None = None) -> list[str]:
    """Why the step is not open to the actor: sentences for people; an empty list means that it is open."""
    if now is not None:
        thing.as_of = now
    transition = getattr(thing, step)
    if not can_proceed(transition, check_conditions=False):
        return [_where_it_stands(thing)]
    if not rules.permits(thing, step, actor):  # has_transition_perm() is false for unmet conditions too
        return [_not_yours(step)]
    sentences = rules.broken(thing, step)
    if step in rules.PERSONAL:
        sentences = rules.PERSONAL[step](thing, actor) + sentences
    return sentences


def offers(thing: Thing, actor: Actor, now: datetime | None = None) -> list[Offer]:
    """The steps the machine has for this actor in this state, open or not yet."""
    if now is not None:
        thing.as_of = now
    return [
        Offer(step, obstacles(thing, step, actor, now))
        for step in STEPS[type(thing)]
        if can_proceed(getattr(thing, step), check_conditions=False) and rules.permits(thing, step, actor)
    ]


def record_past(
    row: T, letter: Letter | None = None, *, by: Actor, now: datetime, source: str, data: dict[str, Any] | None = None
) -> T:
    """Enter what happened before Liaise, in the state it reached: insert only, with an Event that names the source.

    The one other door beside advance(), for imports and the demo. Raises ValueError for a row already stored.
    """
    if row.pk is not None:
        raise ValueError("record_past inserts; what is here already changes by advance()")
    if isinstance(row, Statement) and letter is not None:
        letter = annexing.filled(letter, row.desk, None)
    with transaction.atomic():
        if isinstance(row, Statement):
            row.posted_at = row.posted_at or row.sent_at
        row.save()
        if isinstance(row, Statement) and letter is not None:
            revision = writing.write(row, letter, by=by, now=now)
            if row.approved_at is not None:
                row.approved_revision = revision
                row.save(update_fields=["approved_revision"])
        Event.objects.record(
            "record", by=by, at=now, reason=source, target_state=_state(row), data=data or {}, **_subject(row)
        )
    return row


def _locked(thing: T) -> T:
    """The row as it is now, locked: a statement before its addressees and registrations, in this order everywhere."""
    # Locked bare and read afterwards: PostgreSQL joins what it saw before the wait to the row it got after it.
    Statement.objects.select_for_update(of=("self",)).get(pk=_statement_key(thing))
    if isinstance(thing, Statement):
        return Statement.objects.select_related("desk__group", "revision").get(pk=thing.pk)
    if isinstance(thing, Addressee):
        addressees = Addressee.everyone.select_for_update(of=("self",))
        return addressees.select_related("statement__desk__group", "statement__revision").get(pk=thing.pk)
    registrations = Registration.objects.select_for_update(of=("self",))
    return registrations.select_related("statement", "desk__group").get(pk=thing.pk)


def _statement_key(thing: Thing) -> int:
    return thing.pk if isinstance(thing, Statement) else thing.statement_id


def _require_seen(thing: Thing, seen: int | str | None, by: Actor) -> None:
    if seen is None and by.is_system:
        return
    if isinstance(thing, Registration):
        if seen != thing.state:
            raise Moved([_where_it_stands(thing)])
        return
    statement = thing.statement if isinstance(thing, Addressee) else thing
    writing.require_seen(statement, int(seen or 0))


def _state(thing: Thing) -> str:
    return str(thing.reply if isinstance(thing, Addressee) else thing.state)


def _subject(thing: Thing) -> dict[str, Any]:
    if isinstance(thing, Addressee):
        statement = thing.statement
        return {"addressee": thing, "statement": statement, "desk": statement.desk, "revision": statement.revision}
    if isinstance(thing, Registration):
        return {"registration": thing, "statement": thing.statement, "desk": thing.desk}
    return {"statement": thing, "desk": thing.desk, "revision": thing.revision, "circulation": thing.circulation}


def _where_it_stands(thing: Thing) -> str:
    """Say what state the thing is in and who brought it there."""
    moved = Event.objects.filter(target_state=_state(thing)).exclude(source_state=F("target_state"))
    moved = moved.order_by("at", "pk")
    if isinstance(thing, Registration):
        event = moved.filter(registration=thing).last()
        state = thing.get_state_display()
    else:
        statement = thing.statement if isinstance(thing, Addressee) else thing
        event = moved.filter(statement=statement, addressee=None, registration=None).last()
        state = statement.get_state_display()
    desk = thing.stepping_desk
    if event is None or desk is None:
        return _("It is %(state)s.") % {"state": state}
    local = timezone.localtime(event.at, desk.zoneinfo)
    return _("It is %(state)s: %(who)s took the step on %(time)s.") % {
        "state": state,
        "who": event.who,
        "time": date_format(local, "j F Y, H:i"),
    }


def _not_yours(step: str) -> str:
    roles = ", ".join(sorted(rules.ROLES[step])).replace("_", "-")
    return _("This step belongs to other roles at the desk: %(roles)s.") % {"roles": roles}


def _complete_when_all_has_come(addressee: Addressee, now: datetime) -> None:
    statement = addressee.statement
    something_was_owed = Request.objects.filter(addressee__statement=statement, addressee__dropped=False).exists()
    if statement.state == Statement.State.SENT and something_was_owed and not effects.still_owed(statement):
        advance(statement, "complete", by=Actor.system(), seen=None, now=now)
