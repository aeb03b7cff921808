"""What the secretariat does with a mail that waits: what it belongs to, what it was taken for, or nothing."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.actor import Actor
from liaisons.arrivals import commenting, matching
from liaisons.arrivals.parsing import parse
from liaisons.models import Addressee, Circulation, Comment, Event, ReceivedMail, Statement
from liaisons.rules import SECRETARIAT, Moved, Refused

State = ReceivedMail.State


def tie(
    row: ReceivedMail, to: Statement | Circulation, addressee: Addressee | None = None, *, by: Actor, now: datetime
) -> None:
    """Say what a mail that waits belongs to: a report before the list, or a statement, by whom. Raises Refused."""
    with transaction.atomic():
        row = _locked(row, by, now)
        row.statement, row.addressee = (to, addressee) if isinstance(to, Statement) else (to.statement, None)
        row.circulation = _before_the_list(to)
        if row.ours is not None and row.ours.statement != row.statement:
            row.ours = None
        row.found_by = ReceivedMail.FoundBy.PERSON
        row.save(update_fields=["statement", "addressee", "circulation", "ours", "found_by"])
        _record("tie_mail", row, by, now)


def _before_the_list(to: Statement | Circulation) -> Circulation | None:
    if isinstance(to, Circulation):
        return to
    return to.circulation if to.state == Statement.State.CIRCULATED else None


def comment(row: ReceivedMail, *, by: Actor, now: datetime) -> list[Comment]:
    """Take a mail that waits as comments; its author is asked to confirm them. Raises Refused."""
    said = commenting.in_word(row.circulation, _contents(row), row.sender_name)
    with transaction.atomic():
        row = _locked(row, by, now)
        made = commenting.take(row, now, said)
        _handled(row, State.TAKEN, commenting.told(made), by, now)
    return made


def taken(row: ReceivedMail, note: str, *, by: Actor, now: datetime, statement: Statement | None = None) -> None:
    """Say what a mail has become: a reply, or the registered `statement`. Raises Refused, also when it was handled."""
    with transaction.atomic():
        row = _locked(row, by, now)
        if statement is not None:
            row.statement = statement
        _handled(row, State.TAKEN, note, by, now)


def set_aside(row: ReceivedMail, note: str, *, by: Actor, now: datetime) -> None:
    """Let nothing come of it; it stays. Raises Refused."""
    with transaction.atomic():
        _handled(_locked(row, by, now), State.SET_ASIDE, note, by, now)


def wait_again(row: ReceivedMail, *, by: Actor, now: datetime) -> None:
    """Put a mail back among those that wait; what was made of it stays. Raises Refused."""
    with transaction.atomic():
        row = _locked(row, by, now, waiting=False)
        row.state, row.handled_at, row.handled_by = State.WAITING, None, None
        row.save(update_fields=["state", "handled_at", "handled_by"])
        _record("reopen_mail", row, by, now)


def _contents(row: ReceivedMail) -> Iterator[tuple[str, bytes]]:
    for file in row.received_files.select_related("blob").order_by("pk"):
        with suppress(FileNotFoundError):  # the storage has lost it
            yield file.name, file.blob.read()


def _locked(row: ReceivedMail, by: Actor, now: datetime, *, waiting: bool = True) -> ReceivedMail:
    """The mail as it is now, for the secretariat of its desk. Raises Moved when somebody was quicker."""
    if not by.roles_at(row.desk.group, row.desk.today(now)) & SECRETARIAT:
        raise Refused([_("What came in belongs to the secretariat of the desk.")])
    # With it what other desks have of the same mail, in one order, for who takes up what names no desk.
    list(ReceivedMail.objects.select_for_update(of=("self",)).filter(raw=row.raw_id).order_by("pk"))
    joined = ("desk__group", "ours__person", "statement", "addressee", "circulation", "handled_by")
    row = ReceivedMail.objects.select_related(*joined).get(pk=row.pk)
    if waiting != (row.state == State.WAITING):
        told = _("%(who)s has dealt with this mail meanwhile. Look at it again.")
        raise Moved([told % {"who": row.handled_by or _("Somebody")}])
    return row


def _handled(row: ReceivedMail, state: State, note: str, by: Actor, now: datetime) -> None:
    row.state, row.note, row.handled_by, row.handled_at = state, note.strip()[:300], by.person, now
    row.save(update_fields=["state", "note", "handled_by", "handled_at", "statement"])
    if state == State.TAKEN:
        _spare_the_others(row, now)
    _record("set_aside_mail" if state == State.SET_ASIDE else "take_mail", row, by, now)


def _spare_the_others(row: ReceivedMail, now: datetime) -> None:
    """A mail that names no desk waits at several; where one has taken it up, the others need not read it."""
    others = ReceivedMail.objects.waiting().filter(raw=row.raw_id).exclude(pk=row.pk)
    with suppress(FileNotFoundError):  # the storage has lost it
        if others.exists() and not matching.desks_written_to(parse(row.raw.read())):
            others.update(state=State.SET_ASIDE, note=_("Another desk has taken it up."), handled_at=now)


def _record(verb: str, row: ReceivedMail, by: Actor, now: datetime) -> None:
    Event.objects.record(
        verb,
        by=by,
        at=now,
        desk=row.desk,
        statement=row.statement,
        addressee=row.addressee,
        circulation=row.circulation,
        reason=row.note,
        data={"mail": row.pk},
        private=True,
    )
