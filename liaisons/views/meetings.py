"""The meetings of a desk: their agenda, what was done with each document, decisions and actions."""

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any, TypeVar

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Max, Prefetch, Q
from django.forms import ModelForm
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from contacts.http import AtDesk, at_desk, posted
from contacts.paging import page_of
from liaisons import minutes, referring, reporting
from liaisons.forms.papers import ActionForm, DecisionForm, ItemDocumentForm, ItemForm, ItemTextForm, MeetingForm
from liaisons.forms.seen import Met, SeenForm
from liaisons.models import Action, AgendaItem, Decision, ItemDocument, Meeting
from liaisons.overviews import history
from liaisons.rules import CHAIRS, SECRETARIAT

MOST_EVENTS = 30
P = TypeVar("P", AgendaItem, Decision, Action)
SAID = "disposition-"  # begins the names of the fields that say what was done with a document


@require_safe
@at_desk()
def meetings(request: AtDesk) -> HttpResponse:
    rows = Meeting.objects.filter(group=request.desk.group).annotate(
        documents=Count("items__documents", distinct=True),
        open_actions=Count("actions", filter=Q(actions__done_on=None), distinct=True),
    )
    context = {
        "page": page_of(rows, "starts_on", request.GET, descending=True),
        "today": request.desk.today(timezone.now()),
        "secretary": "secretariat" in request.roles,
    }
    return render(request, "liaisons/meetings.html", context)


@require_safe
@at_desk()
def meeting(request: AtDesk, pk: int) -> HttpResponse:
    return _meeting_page(request, _meeting(request, pk))


@at_desk("secretariat")
def meeting_new(request: AtDesk) -> HttpResponse:
    return _meeting_form(request)


@at_desk("secretariat")
def meeting_edit(request: AtDesk, pk: int) -> HttpResponse:
    return _meeting_form(request, pk)


@require_POST
@at_desk("secretariat")
def meeting_item(request: AtDesk, pk: int) -> HttpResponse:
    """Add an item to the agenda."""
    found = _meeting(request, pk)
    form = ItemForm(request.POST, instance=AgendaItem(meeting=found, position=_next(found.items)), prefix="item")
    return _added(request, found, item=form)


@at_desk("secretariat")
def meeting_item_edit(request: AtDesk, pk: int, item: int) -> HttpResponse:
    """What was said at an item, as its report will say it."""
    return _part_edited(request, pk, AgendaItem, item, ItemTextForm)


@require_POST
@at_desk("secretariat")
def meeting_report(request: AtDesk, pk: int) -> HttpResponse:
    """Make a draft of the report from what is recorded, and file it."""
    document = reporting.draft_report(_meeting(request, pk), request.desk, by=request.actor, now=timezone.now())
    messages.success(
        request,
        _("%(document)s is in the register. Go on with it in Word, file it as the next revision, then circulate it.")
        % {"document": document},
    )
    return redirect(document)


@require_POST
@at_desk("secretariat")
def meeting_document(request: AtDesk, pk: int) -> HttpResponse:
    """Put a document at an item of the agenda."""
    found = _meeting(request, pk)
    form = ItemDocumentForm(request.POST, meeting=found, desk=request.desk, prefix="document")
    return _added(request, found, document=form)


@require_POST
@at_desk("secretariat")
def meeting_referred(request: AtDesk, pk: int, comment: int) -> HttpResponse:
    """Put a comment that was referred to the meeting on its agenda."""
    now = timezone.now()
    with transaction.atomic():
        found = _locked(request, pk)
        before = referring.before(found, request.desk, request.desk.today(now))
        referred = next((one for one in before if one.comment.pk == comment), None)
        if referred is None:
            raise Http404(_("This comment is not before this meeting."))
        item = referring.put_on_agenda(found, referred, request.desk, by=request.actor, now=now)
    messages.success(request, _("On the agenda as item %(clause)s.") % {"clause": item.clause})
    return redirect(f"{found.get_absolute_url()}#item-{item.pk}")


@require_POST
@at_desk("secretariat")
def meeting_dispositions(request: AtDesk, pk: int) -> HttpResponse:
    """Say what the meeting did with its documents; a field for each, those of other meetings count for nothing."""
    keys = [name.removeprefix(SAID) for name in request.POST if name.startswith(SAID)]
    said = {
        int(key): (request.POST.get(f"stood-{key}", ""), request.POST[f"{SAID}{key}"])
        for key in keys
        if key.isdecimal() and len(key) < 19
    }
    with transaction.atomic():
        found = _locked(request, pk)
        changed, otherwise = minutes.say_dispositions(found, request.desk, said, by=request.actor, now=timezone.now())
    if otherwise:
        typed = {key: mine for key, (_stood, mine) in said.items()}
        return _meeting_page(request, found, {"otherwise": otherwise}, typed=typed, status=409)
    messages.success(
        request,
        ngettext("%(count)d disposition is kept.", "%(count)d dispositions are kept.", len(changed))
        % {"count": len(changed)},
    )
    return redirect(f"{found.get_absolute_url()}#items")


@require_POST
@at_desk("secretariat")
def meeting_decision(request: AtDesk, pk: int) -> HttpResponse:
    found = _meeting(request, pk)
    decision = Decision(meeting=found, position=_next(found.decisions))
    return _added(request, found, decision=DecisionForm(request.POST, instance=decision, prefix="decision"))


@at_desk("secretariat")
def meeting_decision_edit(request: AtDesk, pk: int, decision: int) -> HttpResponse:
    """Put right how a decision is recorded."""
    return _part_edited(request, pk, Decision, decision, DecisionForm)


@require_POST
@at_desk("secretariat")
def meeting_action(request: AtDesk, pk: int) -> HttpResponse:
    found = _meeting(request, pk)
    action = Action(meeting=found, position=_next(found.actions))
    return _added(request, found, action=ActionForm(request.POST, instance=action, prefix="action"))


@at_desk("secretariat")
def meeting_action_edit(request: AtDesk, pk: int, action: int) -> HttpResponse:
    """Give an action another day or owner, or put right what it says."""
    return _part_edited(request, pk, Action, action, ActionForm)


@require_POST
@at_desk("secretariat")
def meeting_action_done(request: AtDesk, pk: int, action: int) -> HttpResponse:
    """Mark an action as done today, or as open again."""
    with transaction.atomic():
        found = _locked(request, pk)
        row = get_object_or_404(found.actions, pk=action)
        row.done_on = None if row.done_on else request.desk.today(timezone.now())
        row.save(update_fields=["done_on"])
        minutes.record(row, request.desk, ["done_on"], by=request.actor, now=timezone.now())
    return redirect(f"{found.get_absolute_url()}#actions")


# What several of them need


def _meeting(request: AtDesk, pk: int) -> Meeting:
    return get_object_or_404(Meeting.objects.filter(group=request.desk.group), pk=pk)


def _next(rows: Any) -> int:  # noqa: ANN401
    """The position after the last row."""
    last: int | None = rows.aggregate(last=Max("position"))["last"]
    return (last or 0) + 1


def _locked(request: AtDesk, pk: int) -> Meeting:
    """The meeting, whose record nobody else writes until the transaction ends."""
    return get_object_or_404(Meeting.objects.select_for_update().filter(group=request.desk.group), pk=pk)


def _added(request: AtDesk, found: Meeting, **form: "ModelForm[Any]") -> HttpResponse:
    """Save what a small form adds to the meeting, or show the meeting with the form as it was filled in."""
    ((part, filled),) = form.items()
    if not filled.is_valid():
        return _meeting_page(request, found, {f"{part}_form": filled}, status=400)
    with transaction.atomic():
        minutes.record(filled.save(), request.desk, by=request.actor, now=timezone.now())
    return redirect(f"{found.get_absolute_url()}#{part}s")


def _part_edited(request: AtDesk, pk: int, kind: type[P], key: int, form_of: type[SeenForm[P]]) -> HttpResponse:
    """Save a changed part of a meeting, or show the page that changes it."""
    with transaction.atomic() if request.method == "POST" else nullcontext():
        found = _locked(request, pk) if request.method == "POST" else _meeting(request, pk)
        row = get_object_or_404(kind, meeting=found, pk=key)
        context: dict[str, Any] = {"meeting": found, **_named(row)}
        form, met = _kept_or_met(request, form_of(posted(request), instance=row))
        if form is None:
            return redirect(f"{found.get_absolute_url()}#{context['place']}")
        if met is not None:
            context |= {"met": met, "who": minutes.last_writer(row, request.desk)}
    status = 409 if met else 400 if form.errors else 200
    return render(request, "liaisons/meeting_part.html", {**context, "form": form}, status=status)


def _named(row: AgendaItem | Decision | Action) -> dict[str, str]:
    """The heading of the page that changes it, and where it stands on the page of the meeting."""
    if isinstance(row, AgendaItem):
        return {"heading": str(row), "place": f"item-{row.pk}"}
    if isinstance(row, Decision):
        return {"heading": _("A decision"), "place": "decisions"}
    return {"heading": _("An action"), "place": "actions"}


def _kept_or_met(request: AtDesk, form: SeenForm[Any]) -> tuple[SeenForm[Any] | None, Met | None]:
    """Nothing when it was saved; else the form to be looked at, with what somebody else saved meanwhile."""
    if request.method != "POST" or not form.is_valid():
        return form, None
    met = form.met()
    if met is not None:
        return form.again(met), met
    is_new, fields = form.instance.pk is None, form.changes()
    saved = form.save()
    if is_new or fields:
        minutes.record(saved, request.desk, [] if is_new else fields, by=request.actor, now=timezone.now())
    return None, None


def _meeting_form(request: AtDesk, pk: int | None = None) -> HttpResponse:
    with transaction.atomic() if request.method == "POST" else nullcontext():
        if pk is None:
            found = Meeting(group=request.desk.group)
        else:
            found = _locked(request, pk) if request.method == "POST" else _meeting(request, pk)
        form, met = _kept_or_met(request, MeetingForm(posted(request), instance=found))
        if form is None:
            messages.success(request, _("%(meeting)s is kept.") % {"meeting": found})
            return redirect(found)
        context: dict[str, Any] = {"form": form, "meeting": _meeting(request, pk) if pk else None}
        if met is not None:
            context |= {"met": met, "who": minutes.last_writer(found, request.desk)}
    status = 409 if met else 400 if form.errors else 200
    return render(request, "liaisons/meeting_form.html", context, status=status)


def _meeting_page(
    request: AtDesk,
    found: Meeting,
    given: Mapping[str, object] | None = None,
    *,
    typed: Mapping[int, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of the meeting; `typed` are dispositions that were sent and not kept, by key of their rows."""
    at_items = ItemDocument.objects.select_related("document__source", "presenter").order_by("document__number")
    items = [
        (item, [(at, (typed or {}).get(at.pk, at.disposition)) for at in item.documents.all()])
        for item in found.items.prefetch_related(Prefetch("documents", at_items))
    ]
    secretary, today = "secretariat" in request.roles, request.desk.today(timezone.now())
    context: dict[str, Any] = {
        "meeting": found,
        "referred": referring.before(found, request.desk, today),
        "decides": bool(request.roles & (SECRETARIAT | CHAIRS)),
        "items": items,
        "decisions": found.decisions.select_related("item"),
        "actions": found.actions.select_related("owner"),
        "noted": found.noted.of_desk(request.desk).select_related(
            "document", "statement__source", "statement__revision"
        ),
        "dispositions": ItemDocument.Disposition.choices,
        "documented": any(documents for _item, documents in items),
        "today": today,
        "secretary": secretary,
    }
    if secretary:
        context |= {
            "item_form": ItemForm(instance=AgendaItem(meeting=found), prefix="item"),
            "document_form": ItemDocumentForm(meeting=found, desk=request.desk, prefix="document"),
            "decision_form": DecisionForm(instance=Decision(meeting=found), prefix="decision"),
            "action_form": ActionForm(instance=Action(meeting=found), prefix="action"),
            "events": history.told(minutes.events(found, request.desk).select_related(*history.JOINED)[:MOST_EVENTS]),
        }
    return render(request, "liaisons/meeting.html", {**context, **(given or {})}, status=status)
