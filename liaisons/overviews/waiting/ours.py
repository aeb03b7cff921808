"""Our statements that wait for somebody here: drafts, approved ones to be sent, sent ones whose answers are due."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db.models import F, Min, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from liaisons import handover
from liaisons.models import (
    Addressee,
    Circulation,
    Reply,
    Statement,
)
from liaisons.models.revision import long_texts
from liaisons.rules import AUTHORS

from .desktop import MOST, SOON, Desktop, Heap, Row, counted

RECENTLY = timedelta(days=7)
OFFICERS = AUTHORS | {"vice_chair"}


def to_hand_over(here: Desktop) -> list[Heap]:
    """Letters that go by no mail and nobody has handed over yet."""
    if not here.is_secretary:
        return []
    waiting = list(handover.waiting(here.desk)[: MOST + 1])
    rows = [
        Row(
            reference=addressee.statement.reference,
            title=str(addressee),
            url=reverse("addressee-letter", args=[addressee.pk]),
            state="awaiting",
            label=_("to be handed over"),
            on=here.desk.today(addressee.statement.sent_at) if addressee.statement.sent_at else None,
            what=_("sent"),
        )
        for addressee in waiting
    ]
    more = reverse("to-hand-over") if len(rows) > MOST else ""
    return [Heap("hand-over", _("Letters to hand over"), rows[:MOST], more)]


def drafts(here: Desktop) -> list[Heap]:
    if not here.roles & AUTHORS:
        return []
    person = here.actor.person
    rows = [
        _statement(
            row,
            *_deadline(here, row, row.revision.created_at if row.revision else row.created_at, _("written")),
            mine=person is not None
            and person.pk in (row.responsible_id, row.revision.author_id if row.revision else 0),
            note=_("last written by %(name)s") % {"name": row.revision.author}
            if row.revision and row.revision.author and row.revision.author != person
            else "",
        )
        for row in _statements(here, Statement.State.DRAFT).order_by("-revision__created_at", "-pk")[: MOST + 1]
    ]
    more = f"{reverse('statements')}?state=draft" if len(rows) > MOST else ""
    return [Heap("drafts", _("Drafts"), rows[:MOST], more)]


def to_dispatch(here: Desktop) -> list[Heap]:
    if not here.is_secretary:
        return []
    approved = _statements(here, Statement.State.APPROVED)
    rows = [
        _statement(row, *_deadline(here, row, row.approved_at, _("approved")))
        for row in approved.order_by("approved_at", "pk")[:MOST]
    ]
    return [Heap("approved", _("Approved, to be sent"), rows)]


def answers(here: Desktop) -> list[Heap]:
    """Sent statements that wait for answers: overdue, due soon, and later; each says what has come of late."""
    if not here.roles & OFFICERS:
        return []
    owing = Addressee.objects.owing()
    of_each = owing.filter(statement__desk=here.desk).order_by().values("statement")
    first_due = of_each.annotate(first_due=Min("due_on")).order_by(F("first_due").asc(nulls_last=True), "statement")
    days = dict(first_due.values_list("statement", "first_due")[:MOST])
    owed = owing.filter(statement=OuterRef("pk"))
    came = Reply.objects.filter(addressee__statement=OuterRef("pk"), received_at__gt=here.now - RECENTLY)
    # Counted for those that are shown alone: thousands may be out.
    waiting = _statements(here, Statement.State.SENT).annotate(
        late=counted(owed.filter(due_at__lt=here.now), "statement"),
        owing=counted(owed, "statement"),
        came=counted(came, "addressee__statement"),
    )
    found = waiting.in_bulk(days)
    overdue: list[Row] = []
    soon: list[Row] = []
    later: list[Row] = []
    for key, first in days.items():
        statement = found[key]
        late, open_ = getattr(statement, "late", 0), getattr(statement, "owing", 0)
        if late:
            note = ngettext("%(late)d answer overdue, %(owing)d owed", "%(late)d answers overdue, %(owing)d owed", late)
            row = _statement(statement, first, _("was due"), "over", note=note % {"late": late, "owing": open_})
            overdue.append(replace(row, state="overdue", label=_("overdue")))
        else:
            note = ngettext("%(owing)d answer owed", "%(owing)d answers owed", open_) % {"owing": open_}
            if arrived := getattr(statement, "came", 0):
                note += ", " + ngettext("%(n)d came this week", "%(n)d came this week", arrived) % {"n": arrived}
            row = _statement(statement, first, _("answers due"), here.tone(first), note=note)
            (soon if first and first <= here.today + SOON else later).append(row)
    return [
        Heap("overdue", _("Answers overdue"), overdue, f"{reverse('answers')}?show=late"),
        Heap("soon", _("Answers due soon"), soon, reverse("answers")),
        Heap("later", _("Answers awaited"), later, reverse("answers")),
    ]


def _statements(here: Desktop, state: str) -> QuerySet[Statement]:
    document = Circulation.objects.filter(statement=OuterRef("pk")).order_by("-opened_at", "-pk")
    return (
        Statement.objects.issued_by(here.desk)
        .filter(state=state)
        .select_related("revision__author")
        .defer(*long_texts("revision"))
        .annotate(document_reference=Subquery(document.values("document__reference")[:1]))
    )


def _statement(
    statement: Statement, on: date | None, what: str, tone: str, *, note: str = "", mine: bool = False
) -> Row:
    return Row(
        reference=statement.reference or getattr(statement, "document_reference", None) or "",
        title=statement.title or _("(no title yet)"),
        url=statement.get_absolute_url(),
        state=statement.state,
        label=statement.get_state_display(),
        on=on,
        what=what,
        tone=tone,
        note=note,
        mine=mine,
    )


def _deadline(here: Desktop, statement: Statement, since: datetime | None, what: str) -> tuple[date | None, str, str]:
    """The statement's deadline with its tone; where it has none, since when it waits."""
    if statement.revision and statement.revision.deadline:
        return statement.revision.deadline, _("deadline"), here.tone(statement.revision.deadline)
    return here.desk.today(since) if since else None, what, ""
