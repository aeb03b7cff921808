"""What waits for a person at a desk, by role: the desk's first page, in a constant number of queries."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.actor import Actor
from contacts.models import Desk
from liaisons.models import (
    Addressee,
    Approval,
    Circulation,
    Comment,
    Message,
    Nomination,
    Registration,
    Reply,
    Statement,
)
from liaisons.rules import AUTHORS, CHAIRS, SECRETARIAT

SOON = timedelta(days=14)
RECENTLY = timedelta(days=7)
SHORTLY = timedelta(days=7)
MOST = 25  # rows of one heap; what is beyond them is in the register
OFFICERS = AUTHORS | {"vice_chair"}


@dataclass(frozen=True)
class Row:
    """One thing that waits, with its next date; `on` is a day in the desk's zone, `what` says what happens then.

    `tone` is "over" when the day has passed and it matters, "soon" within a week, else "".
    """

    reference: str
    title: str
    url: str
    state: str
    label: str
    on: date | None = None
    what: str = ""
    tone: str = ""
    note: str = ""
    mine: bool = False


@dataclass(frozen=True)
class Heap:
    """Things of one kind that wait. `more` is the address of all of them where there are more than shown."""

    key: str
    title: str
    rows: list[Row]
    more: str = ""


@dataclass
class Desktop:
    """Whose desk it is, where and when; what everything below is asked with."""

    desk: Desk
    actor: Actor
    roles: frozenset[str]
    now: datetime
    today: date = field(init=False)

    def __post_init__(self) -> None:
        self.today = self.desk.today(self.now)

    @property
    def is_secretary(self) -> bool:
        return bool(self.roles & SECRETARIAT)

    @property
    def is_chair(self) -> bool:
        return bool(self.roles & CHAIRS)

    def tone(self, on: date | None) -> str:
        if on is None or on > self.today + SHORTLY:
            return ""
        return "over" if on < self.today else "soon"


def heaps(desk: Desk, actor: Actor, roles: frozenset[str], now: datetime) -> list[Heap]:
    """What waits, most urgent kind first, only what is not empty."""
    here = Desktop(desk, actor, roles, now)
    found: list[Heap] = []
    for kind in KINDS:
        found += kind(here)
    return [heap for heap in found if heap.rows]


def troubled(here: Desktop) -> list[Heap]:
    """Mails that failed or are in doubt, and dispatches on their way, statement by statement."""
    if not (here.is_secretary or "administrator" in here.roles):
        return []
    open_ = [Message.State.QUEUED, Message.State.SENDING]
    mails = Message.objects.of_desk(here.desk)
    shown = mails.troubled() | mails.filter(state__in=open_, kind=Message.Kind.SEND)
    counted = shown.values("statement", "statement__reference", "statement__revision__title").annotate(
        failed=Count("pk", filter=Q(state=Message.State.FAILED)),
        in_doubt=Count("pk", filter=Q(state=Message.State.IN_DOUBT)),
        waiting=Count("pk", filter=Q(state__in=open_)),
        leaves=Min("not_before", filter=Q(state__in=open_)),
    )
    rows = [_mails(here, group) for group in counted.order_by("statement")[:MOST]]
    return [
        Heap("trouble", _("Mails that need you"), [row for row in rows if row.state != "sending"]),
        Heap("dispatches", _("Dispatches under way"), [row for row in rows if row.state == "sending"]),
    ]


def _mails(here: Desktop, group: Mapping[str, Any]) -> Row:
    failed, in_doubt, waiting = group["failed"], group["in_doubt"], group["waiting"]
    notes = []
    if in_doubt:
        notes.append(ngettext("%(n)d in doubt", "%(n)d in doubt", in_doubt) % {"n": in_doubt})
    if failed:
        notes.append(ngettext("%(n)d failed", "%(n)d failed", failed) % {"n": failed})
    if waiting:
        notes.append(ngettext("%(n)d still to leave", "%(n)d still to leave", waiting) % {"n": waiting})
    state = Message.State.IN_DOUBT if in_doubt else Message.State.FAILED if failed else Message.State.SENDING
    leaves = group["leaves"]
    return Row(
        reference=group["statement__reference"] or "",
        title=group["statement__revision__title"] or _("Other mails"),
        url=reverse("statement-dispatch", args=[group["statement"]]) if group["statement"] else reverse("outbox"),
        state=state,
        label=str(state.label),
        on=here.desk.today(leaves) if leaves else here.today,
        what=_("leaves") if waiting else _("look at it"),
        note=", ".join(notes),
    )


def closed_windows(here: Desktop) -> list[Heap]:
    """Circulations whose window is over and that nobody has taken further: approvals, and what stands against them."""
    if not (here.is_secretary or here.is_chair):
        return []
    over = Circulation.objects.of_desk(here.desk).filter(
        closes_at__lte=here.now, ended_at__isnull=True, statement__state=Statement.State.CIRCULATED
    )
    standing = Comment.objects.standing_objections().filter(circulation=OuterRef("pk"))
    granted = Approval.objects.granted().filter(revision=OuterRef("statement__revision"))
    rows = over.select_related("document", "statement__revision").annotate(
        objections=_counted(standing, "circulation"),
        approvals=_counted(granted, "revision"),
        is_mine=Exists(granted.filter(person=here.actor.person)),
    )
    asked: list[Row] = []
    others: list[Row] = []
    for circulation in rows.order_by("closes_at", "pk")[:MOST]:
        settled = getattr(circulation, "objections", 0) or getattr(circulation, "is_mine", False)
        mine = here.is_chair and not settled
        (asked if mine else others).append(_closed_window(circulation, mine=mine))
    return [
        Heap("approvals", _("Approvals asked of you"), asked),
        Heap("closed", _("Windows that have closed"), others),
    ]


def _closed_window(circulation: Circulation, *, mine: bool) -> Row:
    statement = circulation.statement
    assert statement is not None  # asked for by its state
    objections, approvals = getattr(circulation, "objections", 0), getattr(circulation, "approvals", 0)
    if objections:
        note = ngettext("%(n)d objection stands", "%(n)d objections stand", objections) % {"n": objections}
    elif approvals:
        note = ngettext("%(n)d approval so far", "%(n)d approvals so far", approvals) % {"n": approvals}
    else:
        note = _("no objection") if mine else _("waits for the chairs")
    return Row(
        reference=str(circulation.document),
        title=statement.title,
        url=statement.get_absolute_url(),
        state="objection" if objections else statement.state,
        label=_("objection") if objections else statement.get_state_display(),
        on=circulation.closes_on,
        what=_("closed"),
        note=note,
    )


def to_dispatch(here: Desktop) -> list[Heap]:
    if not here.is_secretary:
        return []
    approved = _statements(here, Statement.State.APPROVED)
    rows = [
        _statement(row, *_deadline(here, row, row.approved_at, _("approved")))
        for row in approved.order_by("approved_at", "pk")[:MOST]
    ]
    return [Heap("approved", _("Approved, to be sent"), rows)]


def windows(here: Desktop) -> list[Heap]:
    """Windows for comment that are open: everybody at the desk may say something."""
    counted = Comment.objects.counted().filter(circulation=OuterRef("pk"))
    rows = (
        Circulation.objects.of_desk(here.desk)
        .running(here.now)
        .select_related("document", "statement__revision", "desk__group")
        .annotate(
            said=_counted(counted.filter(withdrawn_at__isnull=True), "circulation"),
            objections=_counted(
                Comment.objects.standing_objections().filter(circulation=OuterRef("pk")), "circulation"
            ),
            is_mine=Exists(counted.filter(author=here.actor.person)),
        )
    )
    shown = sorted(rows[:MOST], key=lambda circulation: circulation.expected_close())
    return [Heap("windows", _("Windows for comments"), [_window(here, circulation) for circulation in shown])]


def _window(here: Desktop, circulation: Circulation) -> Row:
    said, objections = getattr(circulation, "said", 0), getattr(circulation, "objections", 0)
    notes = [ngettext("%(n)d comment", "%(n)d comments", said) % {"n": said} if said else _("no comment yet")]
    if objections:
        notes.append(ngettext("%(n)d objection stands", "%(n)d objections stand", objections) % {"n": objections})
    if getattr(circulation, "is_mine", False):
        notes.append(_("you have commented"))
    if circulation.distributed_at is None:
        notes.append(_("the list's server has not taken it yet"))
    return Row(
        reference=str(circulation.document),
        title=circulation.document.title,
        url=reverse("circulation", args=[circulation.pk]),
        state=Statement.State.CIRCULATED,
        label=str(Statement.State.CIRCULATED.label),
        on=circulation.expected_close(),
        what=_("comments until"),
        tone=here.tone(circulation.expected_close()),
        note=", ".join(notes),
    )


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


def answers(here: Desktop) -> list[Heap]:
    """Sent statements that wait for answers: overdue, due soon, and later; each says what has come of late."""
    if not here.roles & OFFICERS:
        return []
    owed = Addressee.objects.owing().filter(statement=OuterRef("pk"))
    came = Reply.objects.filter(addressee__statement=OuterRef("pk"), received_at__gt=here.now - RECENTLY)
    waiting = (
        _statements(here, Statement.State.SENT)
        .annotate(
            first_due=Subquery(owed.filter(due_at__isnull=False).order_by("due_at").values("due_on")[:1]),
            late=_counted(owed.filter(due_at__lt=here.now), "statement"),
            owing=_counted(owed, "statement"),
            came=_counted(came, "addressee__statement"),
        )
        .filter(owing__gt=0)
        .order_by(Coalesce("first_due", date.max), "pk")
    )
    overdue: list[Row] = []
    soon: list[Row] = []
    later: list[Row] = []
    for statement in waiting[:MOST]:
        late, owing = getattr(statement, "late", 0), getattr(statement, "owing", 0)
        first: date | None = statement.first_due
        if late:
            note = ngettext("%(late)d answer overdue, %(owing)d owed", "%(late)d answers overdue, %(owing)d owed", late)
            row = _statement(statement, first, _("was due"), "over", note=note % {"late": late, "owing": owing})
            overdue.append(replace(row, state="overdue", label=_("overdue")))
        else:
            note = ngettext("%(owing)d answer owed", "%(owing)d answers owed", owing) % {"owing": owing}
            if arrived := getattr(statement, "came", 0):
                note += ", " + ngettext("%(n)d came this week", "%(n)d came this week", arrived) % {"n": arrived}
            row = _statement(statement, first, _("answers due"), here.tone(first), note=note)
            (soon if first and first <= here.today + SOON else later).append(row)
    return [
        Heap("overdue", _("Answers overdue"), overdue),
        Heap("soon", _("Answers due soon"), soon),
        Heap("later", _("Answers awaited"), later),
    ]


def received(here: Desktop) -> list[Heap]:
    """Incoming statements: to be assigned, mine to answer, and those of others that are due."""
    open_ = Registration.objects.of_desk(here.desk).filter(
        state__in=[Registration.State.RECEIVED, Registration.State.ASSIGNED], watched=False
    )
    unassigned, mine, due = [], [], []
    known = open_.select_related("document", "statement__revision", "statement__source", "assignee")
    for registration in known.order_by(Coalesce("due_on", date.max), "pk")[: 4 * MOST]:
        row = _registration(here, registration)
        if registration.state == Registration.State.RECEIVED:
            unassigned.append(row)
        elif here.actor.person and here.actor.person.pk in (registration.assignee_id, registration.deputy_id):
            mine.append(row)
        elif registration.due_on and registration.due_on <= here.today + SOON:
            due.append(row)
    found = [Heap("mine", _("Incoming, yours to answer"), mine)]
    if here.is_secretary:
        found.append(Heap("incoming", _("Incoming, to be assigned"), unassigned[:MOST], reverse("incoming")))
        found.append(Heap("assigned", _("Incoming, assigned and due"), due[:MOST]))
    return found


def _registration(here: Desktop, registration: Registration) -> Row:
    statement = registration.statement
    who = registration.questions or str(registration.assignee or "")
    source = str(statement.source or statement.source_text)
    return Row(
        reference=str(registration.document or statement.reference),
        title=statement.title,
        url=registration.get_absolute_url(),
        state=registration.state,
        label=registration.get_state_display(),
        on=registration.due_on or registration.received_on,
        what=_("answer due") if registration.due_on else _("received"),
        tone=here.tone(registration.due_on),
        note=_("from %(source)s, with %(who)s") % {"source": source, "who": who}
        if who
        else _("from %(source)s") % {"source": source},
    )


def nominated(here: Desktop) -> list[Heap]:
    """People whom an answer by link nominates: nobody has a role before the secretariat says so."""
    if not here.is_secretary:
        return []
    waiting = Nomination.objects.waiting().filter(reply__addressee__statement__desk=here.desk)
    rows = waiting.select_related("reply__addressee__statement__revision", "reply__addressee__group")
    return [
        Heap(
            "nominations",
            _("Nominations to confirm"),
            [_nomination(here, row) for row in rows.order_by("reply__received_at", "pk")[:MOST]],
        )
    ]


def _nomination(here: Desktop, nomination: Nomination) -> Row:
    addressee = nomination.reply.addressee
    statement = addressee.statement
    return Row(
        reference=statement.reference,
        title=_("%(name)s for %(body)s") % {"name": nomination.name, "body": addressee},
        url=f"{statement.get_absolute_url()}#addressees",
        state="awaiting",
        label=_("to confirm"),
        on=here.desk.today(nomination.reply.received_at),
        what=_("nominated"),
        note=nomination.organization or nomination.email,
    )


KINDS: tuple[Callable[[Desktop], Iterable[Heap]], ...] = (
    troubled,
    closed_windows,
    to_dispatch,
    answers,
    received,
    nominated,
    windows,
    drafts,
)


def _statements(here: Desktop, state: str) -> QuerySet[Statement]:
    document = Circulation.objects.filter(statement=OuterRef("pk")).order_by("-opened_at", "-pk")
    return (
        Statement.objects.issued_by(here.desk)
        .filter(state=state)
        .select_related("revision__author")
        .defer("revision__content", "revision__body", "revision__abstract")
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


def _counted(rows: QuerySet[Addressee] | QuerySet[Approval] | QuerySet[Comment] | QuerySet[Reply], of: str) -> Coalesce:
    """How many rows belong to the outer one, as a subquery: joins of several would multiply one another."""
    counted = rows.order_by().values(of).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)
