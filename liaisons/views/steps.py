"""Steps with a statement and with an addressee: one address per verb, a form that also works on a page of its own."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from contacts.http import AtDesk, at_desk
from contacts.models import Person
from liaisons import printed, renditions, rules
from liaisons.arrivals import deciding, proposing
from liaisons.forms.steps import FORMS, SettleForm, StepForm
from liaisons.letter import Letter
from liaisons.models import Addressee, Event, Statement
from liaisons.received import registering
from liaisons.replies import answers
from liaisons.rules import CHAIRS, ROLES, SECRETARIAT, Moved, Refused
from liaisons.silence import Outcome
from liaisons.texts import changes
from liaisons.views import by_mail, rehearsing
from liaisons.workflow import advance, obstacles

Context = dict[str, Any]

# Steps before which the page is printed and looked at, so that nothing leaves that cannot be read.
PRINTED = frozenset({"circulate", "approve"})


@at_desk(*ROLES["circulate"])
def statement_circulate(request: AtDesk, pk: int) -> HttpResponse:
    return _step(request, pk, "circulate", _circulated)


@at_desk(*ROLES["approve"])
def statement_approve(request: AtDesk, pk: int) -> HttpResponse:
    return _step(request, pk, "approve", _approved)


@at_desk(*ROLES["circulate"])
@require_POST
def statement_as_it_is(request: AtDesk, pk: int) -> HttpResponse:
    """Let the revision in force leave with gaps for what no font can print: said once, and kept."""
    statement = _issued(request, pk)
    if request.POST.get("seen") != str(statement.revision_id):
        messages.error(request, _("The text changed in the meantime. Look at the new revision, then decide again."))
        return redirect(statement)
    characters = printed.gaps(statement.revision) if statement.revision else ""
    if characters:
        Event.objects.record(
            "as_it_is",
            by=request.actor,
            at=timezone.now(),
            desk=request.desk,
            statement=statement,
            revision=statement.revision,
            data={"characters": characters},
            private=True,
        )
        messages.success(request, _("It goes as it is: a gap will stand where no font has a character."))
    return redirect(statement)


@at_desk(*ROLES["revise"])
def statement_revise(request: AtDesk, pk: int) -> HttpResponse:
    return _step(request, pk, "revise", lambda _statement: _("It is a draft again. Change it, then circulate it anew."))


@at_desk(*ROLES["complete"])
def statement_complete(request: AtDesk, pk: int) -> HttpResponse:
    return _step(request, pk, "complete", lambda _statement: _("It counts as replied. Reminders have stopped."))


@at_desk(*ROLES["close"])
def statement_close(request: AtDesk, pk: int) -> HttpResponse:
    return _step(request, pk, "close", lambda row: _("Closed: %(outcome)s.") % {"outcome": row.get_outcome_display()})


@at_desk(*ROLES["correct"])
def statement_correct(request: AtDesk, pk: int) -> HttpResponse:
    return _step(
        request, pk, "correct", lambda _statement: _("The correction is begun, as a draft with the same number.")
    )


@at_desk(*ROLES["withdraw"])
def statement_withdraw(request: AtDesk, pk: int) -> HttpResponse:
    return _step(request, pk, "withdraw", _withdrawn)


TELLING = {
    "circulate": statement_circulate,
    "approve": statement_approve,
    "revise": statement_revise,
    "withdraw": statement_withdraw,
}


@at_desk(*SECRETARIAT, *CHAIRS)
def statement_mails(request: AtDesk, pk: int, step: str) -> HttpResponse:
    """The mails of a step, with the reason that was typed; whoever may not take it is told so."""
    if step not in TELLING:
        raise Http404(_("No mails leave with this step."))
    statement = _issued(request, pk)
    if step in PRINTED:  # before the step is tried, of which nothing is kept
        renditions.proof(statement)
    form = FORMS[step](statement, request.roles)
    return rehearsing.mails_of(TELLING[step], form.label, style=form.style or "primary")(request, pk=pk)


@at_desk(*ROLES["settle"])
def addressee_settle(request: AtDesk, pk: int, addressee_pk: int) -> HttpResponse:
    """Record what came back from an addressee by another way than its link; ?mail= names the mail it came by."""
    now = timezone.now()
    mail = by_mail.taken_up(request)
    rows = Addressee.objects.select_related("statement__desk__group", "statement__revision", "group")
    addressee = get_object_or_404(
        rows.prefetch_related("requests"), pk=addressee_pk, statement=pk, statement__desk=request.desk
    )
    against = obstacles(addressee, "settle", request.actor, now)
    if request.method != "POST":
        first = {"seen": addressee.statement.revision_id, **(proposing.answer(mail) if mail else {})}
        form = SettleForm(addressee, initial=first)
        by_mail.with_files(form, mail)
        return _settle_page(request, addressee, form, against, status=409 if against else 200)
    form = SettleForm(addressee, request.POST, request.FILES)
    if not form.is_valid():
        return _settle_page(request, addressee, form, [], status=400)
    try:
        with transaction.atomic():
            # As every step does: before the series of documents.
            Statement.objects.select_for_update(of=("self",)).get(pk=addressee.statement_id)
            answer, settled = form.answer(), addressee
            if answers.said_already(addressee, answer, now) is None:
                answer = registering.from_answer(addressee, answer, form.of_theirs(), by=request.actor, now=now)
                settled = advance(
                    addressee,
                    "settle",
                    by=request.actor,
                    seen=form.cleaned_data["seen"],
                    details=replace(answer, mail=mail),
                    now=now,
                )
            if mail is not None:
                note = _("Recorded as the answer of %(addressee)s.") % {"addressee": addressee}
                deciding.taken(mail, note, by=request.actor, now=now)
    except Refused as refused:
        return _settle_page(request, addressee, form, refused.sentences, status=_status(refused))
    still = settled.requests.still_open().count()
    said = (
        ngettext("%(count)d request is still open.", "%(count)d requests are still open.", still) % {"count": still}
        if still
        else _("Nothing is owed by them any more.")
    )
    messages.success(request, _("What %(addressee)s said is kept.") % {"addressee": settled} + " " + said)
    return redirect(settled.statement)


addressee_settle_mails = rehearsing.mails_of(addressee_settle, gettext_lazy("Keep the answer"), back="addressee-settle")


def _step(request: AtDesk, pk: int, step: str, says: Callable[[Statement], str]) -> HttpResponse:
    """Show the step's form, or take the step and say what happened; `says` makes the sentence."""
    statement = _issued(request, pk)
    if step in PRINTED:
        renditions.proof(statement)
    if request.method != "POST":
        against = obstacles(statement, step, request.actor, timezone.now())
        return _page(request, step, statement, FORMS[step](statement, request.roles), {"obstacles": against})
    form = FORMS[step](statement, request.roles, request.POST)
    if not form.is_valid():
        return _page(request, step, statement, form, {}, status=400)
    try:
        taken = _advance(request, step, statement, form)
    except Refused as refused:
        return _refused(request, step, pk, form, refused)
    messages.success(request, says(taken))
    return redirect(_after(step, taken))


def _advance(request: AtDesk, step: str, statement: Statement, form: StepForm) -> Statement:
    return advance(
        statement,
        step,
        by=request.actor,
        seen=form.cleaned_data["seen"],
        reason=form.cleaned_data.get("reason", ""),
        details=form.details(),
        now=timezone.now(),
    )


def _refused(request: AtDesk, step: str, pk: int, form: StepForm, refused: Refused) -> HttpResponse:
    """The form again, with what was typed; when the text changed meanwhile, with the changes, to be seen first."""
    statement = _issued(request, pk)
    context: Context = {"obstacles": refused.sentences}
    if isinstance(refused, Moved) and statement.revision:
        seen = statement.revisions.filter(pk=form.cleaned_data["seen"]).first()
        before: Letter | None = seen.letter if seen else None
        context |= {
            "theirs": statement.revision,
            "changes": changes.between(before, statement.revision.letter) if before else [],
            "may_repeat": not obstacles(statement, step, request.actor),
        }
        given = request.POST.copy()
        given["seen"] = str(statement.revision.pk)
        form = FORMS[step](statement, request.roles, given)
        form.is_valid()
    return _page(request, step, statement, form, context, status=_status(refused))


def _page(
    request: AtDesk, step: str, statement: Statement, form: StepForm, context: Context, status: int = 200
) -> HttpResponse:
    wrong = rules.warnings(statement) if step in PRINTED else []
    circulation = statement.circulation if step == "approve" else None
    shown = {
        "may_repeat": not context.get("obstacles"),
        "warnings": wrong,
        "circulation": circulation,
        "outcome": Outcome.of(circulation) if circulation else None,
        **context,
    }
    return render(
        request, "liaisons/step.html", {"step": step, "statement": statement, "form": form, **shown}, status=status
    )


def _settle_page(
    request: AtDesk, addressee: Addressee, form: SettleForm, against: list[str], status: int
) -> HttpResponse:
    context = {
        "addressee": addressee,
        "statement": addressee.statement,
        "address": reverse("addressee-settle", args=[addressee.statement_id, addressee.pk]),
        "form": form,
        "obstacles": against,
        "nominee": [form[name] for name in form.NOMINEE if name in form.fields],
        "replies": addressee.replies.order_by("received_at"),
    }
    return render(request, "liaisons/settle.html", context, status=status)


def _issued(request: AtDesk, pk: int) -> Statement:
    rows = Statement.objects.visible_to(request.actor, request.desk.today(timezone.now())).issued_by(request.desk)
    return get_object_or_404(rows.select_related("desk__group", "revision__author"), pk=pk)


def _status(refused: Refused) -> int:
    return 409 if isinstance(refused, Moved) else 400


def _after(step: str, statement: Statement) -> Statement:
    """Where to go on: a correction is a statement of its own."""
    if step != "correct":
        return statement
    return statement.corrections.order_by("-correction")[0]


def _circulated(statement: Statement) -> str:
    circulation = statement.circulation
    if circulation is None:
        return ""
    return _("%(document)s is on its way to %(list)s. Comments are open until %(day)s, counted from today.") % {
        "document": circulation.document,
        "list": circulation.desk.mailing_list,
        "day": date_format(circulation.expected_close(), "j F Y"),
    }


def _approved(statement: Statement) -> str:
    if statement.state == Statement.State.APPROVED:
        return _("Approved as %(reference)s. It can be sent now.") % {"reference": statement.reference}
    event = Event.objects.filter(statement=statement, verb="approve").latest("at", "pk")
    waiting = Person.objects.filter(pk__in=event.data.get("waiting_for", []))
    return _("Your approval is kept. Still asked: %(names)s.") % {"names": ", ".join(str(person) for person in waiting)}


def _withdrawn(statement: Statement) -> str:
    event = Event.objects.filter(statement=statement, verb="withdraw").latest("at", "pk")
    told = int(event.data.get("told", 0))
    if told:
        return ngettext(
            "Withdrawn. %(count)d mail tells those who had it.",
            "Withdrawn. %(count)d mails tell those who had it.",
            told,
        ) % {"count": told}
    return _("Withdrawn. Nothing more of it will leave.")
