"""The register of statements, the page of one, its revisions and its files."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from contacts.http import AtDesk, DeskRequest, at_desk
from contacts.models import Desk, Person
from contacts.paging import page_of
from liaisons import printed, relations, rules
from liaisons.forms.register import RegisterFilter
from liaisons.forms.steps import FORMS, PAGES, StepForm
from liaisons.models import (
    Circulation,
    Comment,
    Message,
    Relation,
    Statement,
)
from liaisons.overviews import history, listing, matrix
from liaisons.rules import AUTHORS, SECRETARIAT, Refused
from liaisons.texts import changes, comparisons
from liaisons.views.looking_again import LookAgainForm
from liaisons.views.reading import Reader, letter_of, reader_of, visible
from liaisons.views.word_in import OPENERS, taken_for
from liaisons.workflow import Offer, offers

Context = dict[str, Any]

GOES_ON = (Statement.State.DRAFT, Statement.State.CIRCULATED, Statement.State.APPROVED)


@dataclass(frozen=True)
class Button:
    """A step on the page: its form and where that goes, or the address of the page that the step has."""

    offer: Offer
    label: str
    url: str
    form: StepForm | None


@require_safe
def statements(request: DeskRequest) -> HttpResponse:
    """The register of the desk; for outsiders, what any desk here has sent."""
    now = timezone.now()
    desk = request.desk
    known = Statement.objects.visible_to(request.actor, desk.today(now) if desk else now.date())
    known = known.of_desk(desk) if desk else known.posted()
    today = desk.today(now) if desk else now.date()
    form = RegisterFilter(request.GET, desk, known)
    found = listing.received_at(listing.with_dates(form.narrow(known)), desk)
    here = page_of(found, "created_at", request.GET, descending=True)
    context = {
        "form": form,
        "lines": listing.lines(here.rows, desk, today),
        "page": here,
        "narrowed": any(form.cleaned_data.values()),
        "may_write": desk is not None and rules.may_write(desk, request.actor, now),
    }
    return render(request, "liaisons/statements.html", context)


@require_safe
def statement(request: DeskRequest, pk: int) -> HttpResponse:
    return _statement_page(request, visible(request, pk=pk))


@require_safe
def statement_permanent(request: DeskRequest, study_period: str, reference: str, correction: int = 0) -> HttpResponse:
    """The public address that stays: /statements/2025-2028/SG21-LS76/."""
    found = visible(
        request, series__isnull=False, study_period=study_period, reference=reference, correction=correction
    )
    return _statement_page(request, found)


@require_safe
def statement_revision(request: DeskRequest, pk: int, number: int) -> HttpResponse:
    """An older text, with what became of the one before it; for the desk that wrote it."""
    found = visible(request, pk=pk)
    reader = reader_of(request, found)
    if not reader.inside:
        raise Http404(_("Older texts are for the desk."))
    revision = get_object_or_404(found.revisions.select_related("author"), number=number)
    choices = comparisons.choices(found)
    before = next((choice for choice in choices if choice.revision.number < number), None)
    context = {
        "statement": found,
        "revision": revision,
        **letter_of(found, revision, reader),
        "taken": taken_for(found, number) if _opens_files(request, found, reader) else None,
        "before": before,
        "choices": choices,
        "changes": changes.between(before.revision.letter, revision.letter) if before else [],
    }
    return render(request, "liaisons/revision.html", context)


@at_desk(*SECRETARIAT)
@require_POST
def statement_confirm_relation(request: AtDesk, pk: int, relation_pk: int) -> HttpResponse:
    found = visible(request, pk=pk)
    rows = Relation.objects.filter(statement=found) | Relation.objects.filter(to=found)
    relation = get_object_or_404(rows, pk=relation_pk)
    try:
        relations.confirm(relation, desk=request.desk, by=request.actor, now=timezone.now())
    except Refused as refused:
        raise Http404(str(refused)) from refused
    messages.success(request, _("The link is confirmed."))
    return redirect(found)


@at_desk(*SECRETARIAT)
@require_POST
def statement_reject_relation(request: AtDesk, pk: int, relation_pk: int) -> HttpResponse:
    found = visible(request, pk=pk)
    rows = Relation.objects.filter(statement=found) | Relation.objects.filter(to=found)
    relation = get_object_or_404(rows, pk=relation_pk)
    try:
        relations.reject(relation, desk=request.desk, by=request.actor, now=timezone.now())
    except Refused as refused:
        raise Http404(str(refused)) from refused
    messages.success(request, _("The link is rejected: it is not proposed again."))
    return redirect(found)


def _statement_page(request: DeskRequest, statement: Statement) -> HttpResponse:
    now = timezone.now()
    reader = reader_of(request, statement)
    today = statement.desk.today(now) if statement.desk else now.date()
    revision = statement.revision
    context: Context = {
        "statement": statement,
        "revision": revision,
        "reader": reader,
        "table": matrix.table(statement, now, inside=reader.inside),
        "is_out": statement.state in matrix.OUT,
        "attachments": revision.attachments.select_related("blob") if revision else [],
        "related": relations.of(statement, request.actor, today),
        "may_confirm": bool(request.desk and SECRETARIAT & request.actor.roles_at(request.desk.group, today)),
        "events": history.of_statement(statement, inside=reader.inside, files=_opens_files(request, statement, reader)),
        "today": today,
        **letter_of(statement, revision, reader),
    }
    if reader.inside:
        context |= _for_the_desk(request, statement, reader, now)
    elif reader.receives and request.desk:
        context["registration"] = statement.registrations.select_related("document", "assignee").get(desk=request.desk)
    return render(request, "liaisons/statement.html", context)


def _opens_files(request: DeskRequest, statement: Statement, reader: Reader) -> bool:
    return request.desk == statement.desk and bool(reader.roles & OPENERS)


def _for_the_desk(request: DeskRequest, statement: Statement, reader: Reader, now: datetime) -> Context:
    is_here = request.desk == statement.desk
    buttons = [_button(statement, offer, reader) for offer in offers(statement, request.actor, now)] if is_here else []
    circulations = (
        statement.circulations.select_related("document", "desk__group")
        .prefetch_related("comments__author", "comments__group", "comments__disposed_by")
        .order_by("-opened_at", "-pk")
    )
    dispatch = Message.objects.of_dispatch(statement).exclude(state=Message.State.CANCELLED)
    gone = dispatch.filter(state=Message.State.SENT)
    asked, every_chair = _asked_to_approve(statement, circulations, now)
    may_print = is_here and statement.state in GOES_ON and bool(reader.roles & rules.ROLES["circulate"])
    return {
        "buttons": [button for button in buttons if button.offer.is_open],
        "closed": [button for button in buttons if not button.offer.is_open and not _is_past(button.offer, dispatch)],
        "warnings": rules.warnings(statement) if statement.state in GOES_ON else [],
        "gaps": printed.gaps(statement.revision) if may_print and statement.revision else "",
        "is_here": is_here,
        "again": LookAgainForm(initial={"on": statement.look_again_on})
        if is_here and statement.state == Statement.State.SENT and reader.roles & AUTHORS
        else None,
        "may_edit": is_here and statement.state == Statement.State.DRAFT and bool(reader.roles & AUTHORS),
        "may_set_reminders": is_here and statement.ended_at is None and bool(reader.roles & AUTHORS),
        "may_settle": is_here and statement.state in matrix.OUT and bool(reader.roles & SECRETARIAT),
        "sees_dispatch": is_here and bool(reader.roles & (SECRETARIAT | rules.CHAIRS | {"administrator"})),
        "circulations": [_counted(circulation) for circulation in circulations],
        "asked": asked,
        "every_chair": every_chair,
        "approvals": statement.approvals.select_related("person", "in_place_of", "revision", "meeting"),
        "revisions": statement.revisions.select_related("author").defer("content", "body").order_by("-number"),
        "mails": dispatch.count() if statement.dispatch_round else 0,
        "mails_gone": gone.count() if statement.dispatch_round else 0,
    }


def _asked_to_approve(
    statement: Statement, circulations: Iterable[Circulation], now: datetime
) -> tuple[list[Person], bool]:
    """The chairs whose word is still missing once the window is over, and whether each of them is needed."""
    if statement.state != Statement.State.CIRCULATED or statement.desk is None:
        return [], False
    if not any(row.ended_at is None and row.is_over(now) for row in circulations):
        return [], False
    missing = Person.objects.filter(pk__in=rules.awaited_approvers(statement)).order_by("name")
    return list(missing), statement.desk.approvers == Desk.Approvers.ALL


def _is_past(offer: Offer, dispatch: QuerySet[Message]) -> bool:
    """A dispatch of which nothing is held any more is not taken back: there is no need to say so for ever."""
    return offer.step == "recall" and not dispatch.filter(state=Message.State.QUEUED).exists()


def _button(statement: Statement, offer: Offer, reader: Reader) -> Button:
    form_class = FORMS.get(offer.step)
    form = form_class(statement, reader.roles) if form_class else None
    name = "statement-dispatch" if offer.step in ("send", "recall") else f"statement-{offer.step}"
    url = reverse(name, args=[statement.pk])
    return Button(offer, str(form.label if form else PAGES[offer.step]), url, form)


def _counted(circulation: Circulation) -> tuple[Circulation, list[Comment]]:
    """The circulation with those of its comments that count."""
    return circulation, [comment for comment in circulation.comments.all() if comment.confirmed_at is not None]
