"""Texts before the list for comment: windows that are open, and those that have closed."""

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from liaisons.models import (
    Approval,
    Circulation,
    Comment,
    Message,
    Statement,
)

from .desktop import MOST, Desktop, Heap, Row, counted


def closed_windows(here: Desktop) -> list[Heap]:
    """Circulations whose window is over and that nobody has taken further: approvals, and what stands against them."""
    if not (here.is_secretary or here.is_chair):
        return []
    over = Circulation.objects.of_desk(here.desk).filter(
        Q(statement__state=Statement.State.CIRCULATED) | Q(statement__isnull=True),
        closes_at__lte=here.now,
        ended_at__isnull=True,
    )
    standing = Comment.objects.standing_objections().filter(circulation=OuterRef("pk"))
    granted = Approval.objects.granted().filter(revision=OuterRef("statement__revision"))
    rows = over.select_related("document", "statement__revision").annotate(
        objections=counted(standing, "circulation"),
        approvals=counted(granted, "revision"),
        is_lost=Message.objects.lost_to_the_list_of("pk"),
        is_given=Exists(Approval.objects.word_of(here.chair).filter(revision=OuterRef("statement__revision"))),
    )
    asked: list[Row] = []
    others: list[Row] = []
    for circulation in rows.order_by("closes_at", "pk")[:MOST]:
        settled = [getattr(circulation, name) for name in ("objections", "is_given", "is_lost")]
        mine = here.is_chair and not any(settled)
        (asked if mine else others).append(_closed_window(here, circulation, mine=mine))
    return [
        Heap("approvals", _("Approvals asked of you"), asked),
        Heap("closed", _("Windows that have closed"), others),
    ]


def _closed_window(here: Desktop, circulation: Circulation, *, mine: bool) -> Row:
    statement = circulation.statement  # a report has none
    objections, approvals = getattr(circulation, "objections", 0), getattr(circulation, "approvals", 0)
    if objections:
        note = ngettext("%(n)d objection stands", "%(n)d objections stand", objections) % {"n": objections}
    elif getattr(circulation, "is_lost", False):
        note = _("the mail to the list did not arrive")
    elif approvals:
        note = ngettext("%(n)d approval so far", "%(n)d approvals so far", approvals) % {"n": approvals}
    elif mine or statement is None:
        note = _("no objection")
    elif here.chairs_are_reached:
        note = _("waits for the chairs")
    else:
        note = _("nobody can be asked: no chair has a mail address")
    return Row(
        reference=str(circulation.document),
        title=circulation.document.title,
        url=statement.get_absolute_url() if statement else reverse("circulation", args=[circulation.pk]),
        state="objection" if objections else Statement.State.CIRCULATED,
        label=_("objection") if objections else str(Statement.State.CIRCULATED.label),
        on=circulation.closes_on,
        what=_("closed"),
        note=note,
    )


def windows(here: Desktop) -> list[Heap]:
    """Windows for comment that are open: everybody at the desk may say something."""
    valid = Comment.objects.counted().filter(circulation=OuterRef("pk"))
    rows = (
        Circulation.objects.of_desk(here.desk)
        .running(here.now)
        .select_related("document", "statement__revision", "desk__group")
        .annotate(
            said=counted(valid.filter(withdrawn_at__isnull=True), "circulation"),
            objections=counted(Comment.objects.standing_objections().filter(circulation=OuterRef("pk")), "circulation"),
            is_lost=Message.objects.lost_to_the_list_of("pk"),
            is_mine=Exists(valid.filter(author=here.actor.person)),
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
    if getattr(circulation, "is_lost", False):
        notes.append(_("the mail to the list did not arrive"))
    elif circulation.distributed_at is None:
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
