"""Sending a statement: each mail before it leaves, how far they are, taking back, and what goes without mail."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from contacts.http import AtDesk, at_desk
from contacts.models import Channel, Desk
from liaisons import handover, outbox, renditions, resending, rules
from liaisons.calendar import time_left
from liaisons.forms.dispatch import HandoverForm
from liaisons.forms.links import DecideForm
from liaisons.mail.seen import Seen
from liaisons.models import Addressee, Message, Statement
from liaisons.rules import Moved, Refused
from liaisons.views import as_it_leaves
from liaisons.views.rehearsing import mails_of
from liaisons.workflow import advance, obstacles

LOOKERS = ("secretariat", "chair", "cochair", "administrator")


def whom(message: Message) -> str:
    """The addressee, or what somebody else gets the mail as."""
    if message.addressee:
        return str(message.addressee)
    return _("Copy") if message.key.startswith("copy:") else _("Notice of the correction")


@dataclass(frozen=True)
class Leaving:
    """A mail of a dispatch on its way, with the state in which people see it: one that is held is not just queued."""

    message: Message
    now: datetime

    @property
    def state(self) -> str:
        return "held" if self.message.is_held(self.now) and not self.message.tries else self.message.state

    @property
    def label(self) -> str:
        return _("held") if self.state == "held" else self.message.get_state_display()

    @property
    def whom(self) -> str:
        return whom(self.message)

    @property
    def is_stuck(self) -> bool:
        return self.state in (Message.State.FAILED, Message.State.IN_DOUBT, Message.State.BOUNCED)

    @property
    def waits_to_be_tried_again(self) -> bool:
        return self.state == Message.State.QUEUED and self.message.tries > 0


@dataclass(frozen=True)
class Progress:
    """How far a dispatch is, what needs a decision first. What was taken back does not count."""

    rows: list[Leaving]
    numbers: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, statement: Statement, now: datetime) -> "Progress":
        sent = Message.objects.of_dispatch(statement).select_related("addressee").order_by("pk")
        rows = sorted((Leaving(message, now) for message in sent), key=lambda row: not row.is_stuck)
        return cls(rows, Counter(row.state for row in rows))

    @property
    def done(self) -> int:
        return self.numbers[Message.State.SENT]

    @property
    def total(self) -> int:
        return len(self.rows) - self.numbers[Message.State.CANCELLED]

    @property
    def held(self) -> int:
        return self.numbers["held"]

    @property
    def moves(self) -> bool:
        """Whether anything is still going to happen by itself."""
        return bool(self.held + self.numbers[Message.State.QUEUED] + self.numbers[Message.State.SENDING])

    @property
    def leaves_at(self) -> datetime | None:
        return min((row.message.not_before for row in self.rows if row.state == "held"), default=None)

    @property
    def leaves_in(self) -> str:
        return time_left(self.leaves_at, self.rows[0].now) if self.leaves_at else ""

    @property
    def stuck(self) -> int:
        return sum(
            self.numbers[state] for state in (Message.State.FAILED, Message.State.IN_DOUBT, Message.State.BOUNCED)
        )


@dataclass(frozen=True)
class Otherwise:
    """An addressee whose letter does not go by mail: how its group takes letters, and whether it has it."""

    addressee: Addressee
    ways: list[Channel]
    waits: bool = False
    form: HandoverForm | None = None


@require_safe
@at_desk(*LOOKERS)
def statement_dispatch(request: AtDesk, pk: int) -> HttpResponse:
    now = timezone.now()
    statement = _statement(request.desk, pk)
    if request.headers.get("HX-Request") and statement.sent_at:
        return render(request, "liaisons/_dispatch_progress.html", _progress(request, statement, now))
    return _page(request, statement, now)


@at_desk(*LOOKERS)
def statement_send(request: AtDesk, pk: int) -> HttpResponse:
    """Send; whoever only looks is shown what would leave."""
    if request.method != "POST":
        return redirect("statement-dispatch", pk)
    now = timezone.now()
    statement = _statement(request.desk, pk)
    renditions.proof(statement)
    form = DecideForm(request.POST)
    try:
        advance(statement, "send", by=request.actor, seen=form.cleaned_data["seen"] if form.is_valid() else 0, now=now)
    except Refused as refused:
        return _refused(request, statement, refused, now)
    return redirect("statement-dispatch", pk)


@require_POST
@at_desk(*LOOKERS)
def statement_recall(request: AtDesk, pk: int) -> HttpResponse:
    now = timezone.now()
    statement = _statement(request.desk, pk)
    form = DecideForm(request.POST)
    try:
        advance(
            statement, "recall", by=request.actor, seen=form.cleaned_data["seen"] if form.is_valid() else 0, now=now
        )
    except Refused as refused:
        return _refused(request, statement, refused, now)
    messages.success(request, _("The dispatch is taken back: none of its mails has left. The statement is approved."))
    return redirect("statement-dispatch", pk)


@require_POST
@at_desk("secretariat")
def statement_send_missed(request: AtDesk, pk: int) -> HttpResponse:
    """Send it again to those who did not get it: the ones chosen."""
    now = timezone.now()
    statement = _statement(request.desk, pk)
    try:
        count = resending.send_to_missed(statement, request.POST.getlist("who"), request.actor, now)
    except Refused as refused:
        return _refused(request, statement, refused, now)
    told = ngettext("%(count)d mail leaves once more.", "%(count)d mails leave once more.", count)
    messages.success(request, told % {"count": count})
    return redirect("statement-dispatch", pk)


statement_send_missed_mails = mails_of(statement_send_missed, gettext_lazy("Send it again to these"))


@require_POST
@at_desk("secretariat")
def addressee_handover(request: AtDesk, pk: int) -> HttpResponse:
    """Note that the letter went by another way than mail."""
    now = timezone.now()
    addressee = get_object_or_404(
        Addressee.objects.filter(statement__in=Statement.objects.issued_by(request.desk)), pk=pk
    )
    form = HandoverForm(request.POST, addressee=addressee)
    if form.is_valid():
        try:
            handover.hand_over(addressee, form.cleaned_data["on"], form.said(), by=request.actor, now=now)
        except Refused as refused:
            for sentence in refused.sentences:
                form.add_error(None, sentence)
        else:
            messages.success(request, _("Noted: %(name)s has the letter.") % {"name": addressee})
            return redirect(f"{reverse('statement-dispatch', args=[addressee.statement_id])}#otherwise")
    return _page(request, _statement(request.desk, addressee.statement_id), now, handing=form, status=400)


def _statement(desk: Desk, pk: int) -> Statement:
    rows = Statement.objects.issued_by(desk).select_related("desk__group", "revision", "corrects__desk")
    return get_object_or_404(rows, pk=pk)


def _refused(request: AtDesk, statement: Statement, refused: Refused, now: datetime) -> HttpResponse:
    """Show the dispatch as it stands now, with the reason above it."""
    for sentence in refused.sentences:
        messages.error(request, sentence)
    status = 409 if isinstance(refused, Moved) else 400
    return _page(request, _statement(request.desk, statement.pk), now, status=status)


def _page(
    request: AtDesk, statement: Statement, now: datetime, *, handing: HandoverForm | None = None, status: int = 200
) -> HttpResponse:
    is_out = statement.sent_at is not None and statement.state != Statement.State.APPROVED
    if statement.state == Statement.State.APPROVED:
        renditions.proof(statement)
    not_by_mail = otherwise(request, statement, now, is_out=is_out, handing=handing)
    context = {
        "statement": statement,
        "at": request.desk,
        "is_out": is_out,
        "to_be_told": handover.to_be_told(statement),
        "not_told": handover.not_told_by(statement),
        "warnings": rules.warnings(statement),
        "otherwise": not_by_mail,
        "to_hand_over": sum(row.waits for row in not_by_mail),
        "nothing_leaves": outbox.refusal(),
        **(_progress(request, statement, now) if is_out else _preview(request, statement, now)),
    }
    return render(request, "liaisons/dispatch.html", context, status=status)


def _preview(request: AtDesk, statement: Statement, now: datetime) -> dict[str, Any]:
    """Every mail as it would leave now, the one asked for in full."""
    drafts = as_it_leaves.drafts_of(statement) if statement.state == Statement.State.APPROVED else []
    at = request.GET.get("mail", "")
    number = int(at) % len(drafts) if drafts and at.isdecimal() and len(at) < 6 else 0
    taken_back = statement.messages.of_dispatch(statement).filter(state=Message.State.CANCELLED).exists()
    return {
        "may_send": rules.permits(statement, "send", request.actor),
        "obstacles": obstacles(statement, "send", request.actor, now),
        "decide_form": DecideForm(initial={"seen": statement.revision_id}),
        "drafts": [(draft, whom(draft.message)) for draft in drafts],
        "shown": drafts[number] if drafts else None,
        "seen": Seen.of(drafts[number]) if drafts else None,
        "number": number,
        "taken_back": taken_back,
        "addressed": sum(draft.message.addressee_id is not None for draft in drafts),
    }


def _progress(request: AtDesk, statement: Statement, now: datetime) -> dict[str, Any]:
    progress = Progress.of(statement, now)
    return {
        "statement": statement,
        "at": request.desk,
        "progress": progress,
        "summary": _summary(progress),
        "against_recall": obstacles(statement, "recall", request.actor, now),
        "decide_form": DecideForm(initial={"seen": statement.revision_id}),
        "decides": "secretariat" in request.roles,
        "missed": resending.missed(statement) if "secretariat" in request.roles else [],
    }


def _summary(progress: Progress) -> str:
    """What is not simply sent, in words."""
    numbers, told = progress.numbers, []
    if count := numbers["held"]:
        told.append(ngettext("%(count)d held", "%(count)d held", count) % {"count": count})
    if count := numbers[Message.State.QUEUED] + numbers[Message.State.SENDING]:
        told.append(ngettext("%(count)d on its way", "%(count)d on their way", count) % {"count": count})
    if count := numbers[Message.State.IN_DOUBT]:
        told.append(ngettext("%(count)d in doubt", "%(count)d in doubt", count) % {"count": count})
    if count := numbers[Message.State.FAILED]:
        told.append(ngettext("%(count)d failed", "%(count)d failed", count) % {"count": count})
    if count := numbers[Message.State.BOUNCED]:
        told.append(ngettext("%(count)d came back", "%(count)d came back", count) % {"count": count})
    if count := numbers[Message.State.GIVEN_UP]:
        told.append(ngettext("%(count)d given up", "%(count)d given up", count) % {"count": count})
    if count := numbers[Message.State.CANCELLED]:
        told.append(ngettext("%(count)d cancelled", "%(count)d cancelled", count) % {"count": count})
    return ", ".join(told)


def otherwise(
    request: AtDesk, statement: Statement, now: datetime, *, is_out: bool, handing: HandoverForm | None = None
) -> list[Otherwise]:
    """Addressees no mail goes to, by name; once it is sent those it did not reach, and those served by hand."""
    left_out = set(statement.addressees.unreachable().values_list("pk", flat=True))
    if is_out and statement.dispatch_round:  # a channel may have come or gone since: what counts are the mails
        served = Message.objects.of_dispatch(statement).exclude(state__in=Message.LOST).filter(addressee__isnull=False)
        left_out = set(statement.addressees.exclude(pk__in=served.values("addressee")).values_list("pk", flat=True))
    may_note = statement.state in handover.OUT and "secretariat" in request.roles
    waiting = set(handover.of_statement(statement).values_list("pk", flat=True))
    rows = []
    for addressee in statement.addressees.select_related("group").prefetch_related("group__channels__via"):
        if addressee.pk not in left_out and addressee.posted_at is None:
            continue
        form = None
        if may_note:
            prefix = f"addressee-{addressee.pk}"
            given = handing if handing is not None and handing.prefix == prefix else None
            form = given or HandoverForm(
                addressee=addressee, initial={"on": request.desk.today(now), "note": addressee.posted_note}
            )
        ways = list(addressee.group.channels.all()) if addressee.group else []
        rows.append(Otherwise(addressee, ways, addressee.pk in waiting, form))
    return rows
