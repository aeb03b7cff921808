"""What is open and has no next date, so that nothing would bring it back; and what was put off until today."""

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from liaisons import referring
from liaisons.models import Action, Addressee, Registration, Statement

from .desktop import MOST, Desktop, Heap, Row, counted
from .theirs import registration_row


def to_look_at_again(here: Desktop) -> list[Heap]:
    """Sent statements whose day to be looked at again has come."""
    if not here.is_secretary:
        return []
    come = Statement.objects.issued_by(here.desk).filter(
        state=Statement.State.SENT, look_again_on__isnull=False, look_again_on__lte=here.today
    )
    rows = [
        Row(
            reference=statement.reference,
            title=statement.title,
            url=f"{statement.get_absolute_url()}#look-again",
            state=statement.state,
            label=statement.get_state_display(),
            on=statement.look_again_on,
            what=_("to be looked at"),
            tone=here.tone(statement.look_again_on),
        )
        for statement in come.select_related("revision").order_by("look_again_on", "pk")[:MOST]
    ]
    return [Heap("again", _("To look at again"), rows)]


def undated(here: Desktop) -> list[Heap]:
    """Open answers, assigned letters, actions and comments for which no day is set: each row leads to where one is."""
    if not here.is_secretary:
        return []
    rows = [*_statements(here), *_registrations(here), *_actions(here), *_referred(here)]
    return [Heap("undated", _("Open, without a next date"), rows)]


def _statements(here: Desktop) -> list[Row]:
    owed = Addressee.objects.owing().filter(statement=OuterRef("pk"), due_on__isnull=True)
    waiting = Statement.objects.issued_by(here.desk).filter(Exists(owed), look_again_on__isnull=True)
    rows = waiting.select_related("revision").annotate(owing=counted(owed, "statement")).order_by("sent_at", "pk")
    return [
        Row(
            reference=statement.reference,
            title=statement.title,
            url=f"{statement.get_absolute_url()}#look-again",
            state=statement.state,
            label=statement.get_state_display(),
            on=here.desk.today(statement.sent_at) if statement.sent_at else None,
            what=_("sent"),
            note=_owing(getattr(statement, "owing", 0)),
        )
        for statement in rows[:MOST]
    ]


def _owing(count: int) -> str:
    sentence = ngettext("%(n)d answer owed without a deadline", "%(n)d answers owed without a deadline", count)
    return sentence % {"n": count}


def _registrations(here: Desktop) -> list[Row]:
    rows = Registration.objects.of_desk(here.desk).filter(
        state=Registration.State.ASSIGNED, watched=False, due_on__isnull=True
    )
    known = rows.select_related("document", "statement__revision", "statement__source", "assignee")
    return [registration_row(here, row) for row in known.order_by("received_on", "pk")[:MOST]]


def _actions(here: Desktop) -> list[Row]:
    open_ = Q(done_on__isnull=True, due_on__isnull=True)
    rows = Action.objects.filter(open_, meeting__group=here.desk.group).select_related("meeting", "owner")
    return [
        Row(
            reference=_("Action"),
            title=action.text,
            url=reverse("meeting-action-edit", args=[action.meeting_id, action.pk]),
            state="awaiting",
            label=_("open"),
            on=action.meeting.ends_on,
            what=_("meeting"),
            note=str(action.owner or action.owner_text),
        )
        for action in rows.order_by("meeting__starts_on", "position")[:MOST]
    ]


def _referred(here: Desktop) -> list[Row]:
    """Comments that wait for the next meeting while none is planned."""
    rows = list(referring.still_open(here.desk)[:MOST])
    meetings = referring.meetings_of(here.desk) if rows else []
    return [
        Row(
            reference=str(comment.circulation.document),
            title=referring.title_of(comment),
            url=reverse("meeting-new"),
            state="awaiting",
            label=_("open"),
            on=here.desk.today(comment.referred_at),
            what=_("referred"),
            note=_("Its meeting is not planned yet."),
        )
        for comment in rows
        if comment.referred_at and referring.next_for(comment, meetings, here.today) is None
    ]
