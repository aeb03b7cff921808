"""What came back, addressee by addressee: the table of addressees × requests."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from contacts.designations import key
from liaisons.models import Addressee, Message, Reply, Request, Statement

OUT = (Statement.State.SENT, Statement.State.REPLIED, Statement.State.CLOSED)


@dataclass(frozen=True)
class Column:
    """One thing the letter asks."""

    key: str
    label: str
    text: str


@dataclass(frozen=True)
class Cell:
    """How a request to an addressee stands; `state` names the badge."""

    state: str
    label: str
    on: date | None = None


@dataclass(frozen=True)
class Line:
    """An addressee. `cells`: what stands under each column, None where it is not asked; `served`: how it got it."""

    addressee: Addressee
    note: str
    state: str
    label: str
    due_on: date | None
    cells: list[tuple[Column, Cell | None]]
    replies: list[Reply]
    served: str

    @property
    def is_due(self) -> bool:
        """Whether a day matters to it: of those who are only informed nothing is waited for."""
        return self.due_on is not None and self.addressee.is_awaited


@dataclass(frozen=True)
class Table:
    """The addressees under their purposes. `answered` of `owing` have nothing open any more."""

    columns: list[Column]
    purposes: list[tuple[str, list[Line]]]
    answered: int
    owing: int

    @property
    def width(self) -> int:
        """Columns at most: addressee, answer, the requests, what came."""
        return len(self.columns) + 3

    @property
    def total(self) -> int:
        return sum(len(lines) for _purpose, lines in self.purposes)


def table(statement: Statement, now: datetime, *, inside: bool) -> Table:
    """Outsiders see whether something came, not what or from whom."""
    addressees = list(_addressees(statement, inside=inside))
    columns = _columns(statement, addressees)
    served = _served(statement, addressees) if inside else {}
    lines = [_line(addressee, columns, served, statement, now, inside=inside) for addressee in addressees]
    asked = [line for line in lines if line.addressee.reply != Addressee.ReplyState.NOT_EXPECTED]
    return Table(
        columns,
        [
            (str(purpose.label), of_purpose)
            for purpose in Addressee.Purpose
            if (of_purpose := [line for line in lines if line.addressee.purpose == purpose])
        ],
        answered=sum(not line.addressee.is_awaited for line in asked),
        owing=len(asked),
    )


def _addressees(statement: Statement, *, inside: bool) -> Iterable[Addressee]:
    rows = statement.addressees.select_related("group").prefetch_related("requests")
    if inside:
        replies = Reply.objects.select_related("statement", "person", "decided_by", "forwarded_to").prefetch_related(
            "reply_files__blob", "nominations", "settlements__request"
        )
        named = Reply.objects.select_related("addressee")
        rows = rows.prefetch_related(Prefetch("replies", replies), Prefetch("forwarded_from", named))
    return rows.order_by("position", "pk")


def _columns(statement: Statement, addressees: list[Addressee]) -> list[Column]:
    """The requests of the letter; one column for all where the addressees are simply asked to answer or comment."""
    letter = statement.revision.letter if statement.revision else None
    if letter and letter.requests:
        kinds = dict(Request.Kind.choices)
        return [Column(asked.key, str(kinds.get(asked.kind, asked.kind)), asked.text) for asked in letter.requests]
    kinds_asked = {request.get_kind_display() for addressee in addressees for request in addressee.requests.all()}
    return [Column("1", " / ".join(sorted(kinds_asked)), "")] if kinds_asked else []


def _line(
    addressee: Addressee,
    columns: list[Column],
    served: dict[int, str],
    statement: Statement,
    now: datetime,
    *,
    inside: bool,
) -> Line:
    requests = {request.key: request for request in addressee.requests.all()}
    is_overdue = statement.state == Statement.State.SENT and addressee.is_overdue(now)
    if statement.state not in OUT and addressee.reply == Addressee.ReplyState.AWAITING:
        state, label = "not_expected", ""
    elif is_overdue:
        state, label = "overdue", _("overdue")
    else:
        state, label = addressee.reply, addressee.get_reply_display()
    return Line(
        addressee=addressee,
        note=_note(addressee) if inside else "",
        state=state,
        label=label,
        due_on=addressee.due_on if statement.state != Statement.State.WITHDRAWN else None,
        cells=[(column, _cell(requests.get(column.key), statement)) for column in columns],
        replies=list(addressee.replies.all()) if inside else [],
        served=served.get(addressee.pk, ""),
    )


def _cell(request: Request | None, statement: Statement) -> Cell | None:
    if request is None:
        return None
    if request.settled_at is None and statement.state == Statement.State.WITHDRAWN:
        return Cell(Request.Outcome.WAIVED, str(Request.Outcome.WAIVED.label))
    if request.settled_at is None:
        return Cell("awaiting", _("open")) if statement.state == Statement.State.SENT else Cell("asked", _("asked"))
    zone = statement.desk.zoneinfo if statement.desk else None
    return Cell(request.outcome, request.get_outcome_display(), request.settled_at.astimezone(zone).date())


def _note(addressee: Addressee) -> str:
    """What the author should see beside the name: nobody known by it, or the words it was written with."""
    if addressee.unreminded_since and addressee.is_awaited:
        return _("wants no reminders")
    if addressee.group_id is None:
        return _("not known here: kept as written")
    if named_by := [str(reply.addressee) for reply in addressee.forwarded_from.all()]:
        return _("named by %(body)s") % {"body": ", ".join(named_by)}
    shorter = key(addressee.designation).endswith(key(addressee.text))
    return "" if shorter else addressee.text


def _served(statement: Statement, addressees: list[Addressee]) -> dict[int, str]:
    """How each addressee got the letter, or will."""
    if statement.state not in OUT or not statement.dispatch_round:
        return {row.pk: row.posted_note or _("handed over") for row in addressees if row.posted_at}
    states = dict(Message.State.choices)
    mails: dict[int, str] = {}
    rows = Message.objects.of_dispatch(statement).order_by("pk").values_list("addressee", "state")
    for addressee_id, state in rows:
        if addressee_id is not None:
            mails[addressee_id] = _("mail: %(state)s") % {"state": states[Message.State(state)]}
    return {
        addressee.pk: _otherwise(addressee) or mails.get(addressee.pk) or _left(addressee) for addressee in addressees
    }


def _otherwise(addressee: Addressee) -> str:
    return (addressee.posted_note or _("handed over")) if addressee.posted_at else ""


def _left(addressee: Addressee) -> str:
    if addressee.given_up_at:
        return _("not by mail, and not handed over any more")
    return _("not by mail, still to be handed over")
