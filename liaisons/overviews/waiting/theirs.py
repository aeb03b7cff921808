"""What came from others and waits: statements to assign or answer, and people whom an answer nominates."""

from datetime import date

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from liaisons.models import (
    Nomination,
    Registration,
    Reply,
)
from liaisons.overviews import allocated

from .desktop import MOST, SOON, Desktop, Heap, Row


def received(here: Desktop) -> list[Heap]:
    """Incoming statements: to be assigned, mine to answer, and those of others that are due."""
    states = Registration.State
    rows = Registration.objects.of_desk(here.desk).filter(watched=False).order_by(Coalesce("due_on", date.max), "pk")
    open_ = rows.select_related("document", "statement__revision", "statement__source", "assignee")
    assigned = open_.filter(state=states.ASSIGNED)
    mine = Q()
    found = []
    if here.actor.person:
        mine = allocated.to(here.actor.person, here.desk, here.today)
        found.append(Heap("mine", _("Incoming, yours to answer"), _registrations(here, assigned.filter(mine))))
    if here.is_secretary:
        unassigned = _registrations(here, open_.filter(state=states.RECEIVED))
        due = _registrations(here, assigned.filter(~mine, due_on__lte=here.today + SOON))
        found.append(Heap("incoming", _("Incoming, to be assigned"), unassigned, reverse("incoming")))
        found.append(Heap("assigned", _("Incoming, assigned and due"), due))
    return found


def _registrations(here: Desktop, rows: QuerySet[Registration]) -> list[Row]:
    return [registration_row(here, row) for row in rows[:MOST]]


def registration_row(here: Desktop, registration: Registration) -> Row:
    """A letter of others with the day on which its answer is due, else with the one on which it came."""
    statement = registration.statement
    words = {
        "source": statement.source or statement.source_text,
        "who": registration.questions or registration.assignee,
    }
    return Row(
        reference=str(registration.document or statement.reference),
        title=statement.title,
        url=registration.get_absolute_url(),
        state=registration.state,
        label=registration.get_state_display(),
        on=registration.due_on or registration.received_on,
        what=_("answer due") if registration.due_on else _("received"),
        tone=here.tone(registration.due_on),
        note=(_("from %(source)s, with %(who)s") if words["who"] else _("from %(source)s")) % words,
    )


def asking_for_time(here: Desktop) -> list[Heap]:
    """Addressees that asked for more time and have heard nothing yet."""
    if not here.is_secretary:
        return []
    asked = Reply.objects.undecided().filter(addressee__statement__desk=here.desk)
    rows = asked.select_related("addressee__statement__revision", "addressee__group").order_by("received_at", "pk")
    return [Heap("time", _("More time asked for"), [_wish(here, row) for row in rows[:MOST]])]


def _wish(here: Desktop, reply: Reply) -> Row:
    statement = reply.addressee.statement
    return Row(
        reference=statement.reference,
        title=_("%(body)s asks for time until %(day)s")
        % {"body": reply.addressee, "day": date_format(reply.until, "j F Y") if reply.until else ""},
        url=reverse("reply-time", args=[statement.pk, reply.pk]),
        state="awaiting",
        label=_("to decide"),
        on=reply.addressee.due_on or here.desk.today(reply.received_at),
        what=_("due") if reply.addressee.due_on else _("asked"),
        tone=here.tone(reply.addressee.due_on),
        note=reply.name,
    )


def for_others(here: Desktop) -> list[Heap]:
    """Replies that name another body: it is asked when the secretariat passes the statement on."""
    if not here.is_secretary:
        return []
    named = Reply.objects.to_pass_on().filter(addressee__statement__desk=here.desk)
    rows = named.select_related("addressee__statement__revision", "addressee__group").order_by("received_at", "pk")
    return [Heap("forward", _("For another body"), [_for_another(here, row) for row in rows[:MOST]])]


def _for_another(here: Desktop, reply: Reply) -> Row:
    statement = reply.addressee.statement
    return Row(
        reference=statement.reference,
        title=_("%(body)s says: for %(whom)s") % {"body": reply.addressee, "whom": reply.for_whom},
        url=reverse("reply-forward", args=[statement.pk, reply.pk]),
        state="awaiting",
        label=_("to decide"),
        on=here.desk.today(reply.received_at),
        what=_("said"),
        note=reply.name,
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
