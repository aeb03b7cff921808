"""The register of statements as lines: which way each went, to or from whom, and what is due next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Min, OuterRef, Prefetch, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.models import Desk
from liaisons.models import Addressee, Circulation, Registration, Statement
from liaisons.models.revision import long_texts
from liaisons.models.statement import StatementQuerySet

DIRECTIONS = {
    "ours": gettext_lazy("outgoing"),
    "incoming": gettext_lazy("incoming"),
    "watched": gettext_lazy("between others"),
}
NAMED = 3  # addressees that a line names before it counts the others


@dataclass(frozen=True)
class Line:
    """A statement in the register as one desk sees it; outsiders see what left, as its senders see it."""

    statement: Statement
    reference: str
    url: str
    direction: str
    state: str
    label: str
    groups: str
    purposes: str
    deadline: date | None
    deadline_text: str
    next_on: date | None
    next_what: str
    is_late: bool
    registration: Registration | None = None  # of a letter of others

    @property
    def direction_label(self) -> str:
        return str(DIRECTIONS[self.direction])


def of_direction(statements: StatementQuerySet, direction: str, desk: Desk) -> StatementQuerySet:
    if direction == "ours":
        return statements.issued_by(desk)
    received = Registration.objects.of_desk(desk).filter(watched=direction == "watched")
    return statements.exclude(desk=desk).filter(pk__in=received.values("statement"))


def with_dates(statements: StatementQuerySet) -> StatementQuerySet:
    """Add what the lines ask of each statement: the end of its latest window, and the next answer that is owed."""
    windows = Circulation.objects.filter(statement=OuterRef("pk")).order_by("-opened_at", "-pk")
    owed = Addressee.objects.owing().filter(statement=OuterRef("pk")).order_by().values("statement")
    return (
        statements.select_related("desk__group", "source", "revision")
        .defer(*long_texts("revision"))
        .annotate(
            window_closes=Subquery(windows.values("closes_on")[:1]),
            window_document=Subquery(windows.values("document__reference")[:1]),
            next_answer=Subquery(owed.annotate(first=Min("due_on")).values("first")),
        )
    )


def received_at(statements: StatementQuerySet, desk: Desk | None) -> StatementQuerySet:
    """Add the registrations at the desk as `received`."""
    rows = Registration.objects.of_desk(desk) if desk else Registration.objects.none()
    return statements.prefetch_related(
        Prefetch("registrations", rows.select_related("document", "forwarded_by", "noted_at"), to_attr="received")
    )


def lines(statements: Iterable[Statement], desk: Desk | None, today: date) -> list[Line]:
    """Two queries, however many statements there are."""
    rows = list(statements)
    addressed: dict[int, list[tuple[str, str]]] = {row.pk: [] for row in rows}
    found = Addressee.objects.filter(statement__in=rows).order_by("statement", "position", "pk")
    for statement, purpose, designation, text in found.values_list("statement", "purpose", "designation", "text"):
        addressed[statement].append((purpose, designation or text))
    return [_line(row, addressed[row.pk], desk, today) for row in rows]


def _line(statement: Statement, addressed: list[tuple[str, str]], desk: Desk | None, today: date) -> Line:
    registration: Registration | None = next(iter(getattr(statement, "received", [])), None)
    revision = statement.revision
    deadline = revision.deadline if revision else None
    if registration is None or (desk is not None and statement.desk_id == desk.pk):
        next_on, what = _next_of_ours(statement, deadline, today)
        return Line(
            statement=statement,
            reference=statement.reference or getattr(statement, "window_document", "") or "",
            url=statement.get_absolute_url(),
            direction="ours",
            state=statement.state,
            label=statement.get_state_display(),
            groups=some_of([name for _purpose, name in addressed]),
            purposes=_purposes({purpose for purpose, _name in addressed}),
            deadline=deadline,
            deadline_text=revision.deadline_text if revision else "",
            next_on=next_on,
            next_what=what,
            is_late=next_on is not None and next_on < today and statement.state != Statement.State.CIRCULATED,
        )
    waits = not registration.watched and registration.state in (
        Registration.State.RECEIVED,
        Registration.State.ASSIGNED,
    )
    untouched = registration.watched and registration.state == Registration.State.RECEIVED
    return Line(
        statement=statement,
        reference=statement.reference or str(registration.document or ""),
        url=statement.get_absolute_url(),
        direction="watched" if registration.watched else "incoming",
        # Nothing is owed to a letter between others: it must not look as if it waited.
        state="watched" if untouched else registration.state,
        label=_("watched") if untouched else registration.get_state_display(),
        groups=str(statement.source or statement.source_text),
        purposes=_purposes({registration.purpose} - {""}),
        deadline=deadline,
        deadline_text=revision.deadline_text if revision else "",
        next_on=registration.due_on if waits else None,
        next_what=_("answer due"),
        is_late=waits and registration.due_on is not None and registration.due_on < today,
        registration=registration,
    )


def _next_of_ours(statement: Statement, deadline: date | None, today: date) -> tuple[date | None, str]:
    states = Statement.State
    if statement.state == states.CIRCULATED:
        closes: date | None = getattr(statement, "window_closes", None)
        return closes, _("window closed") if closes and closes < today else _("comments until")
    if statement.state == states.SENT:
        return getattr(statement, "next_answer", None), _("answers due")
    if statement.state in (states.DRAFT, states.APPROVED):
        return deadline, _("deadline")
    return None, ""


def some_of(names: list[str]) -> str:
    """The first three of them, and how many others there are."""
    others = len(names) - NAMED
    if others <= 1:
        return ", ".join(names)
    return _("%(names)s and %(count)d others") % {"names": ", ".join(names[:NAMED]), "count": others}


def _purposes(purposes: set[str]) -> str:
    return ", ".join(str(purpose.label) for purpose in Addressee.Purpose if purpose in purposes)
