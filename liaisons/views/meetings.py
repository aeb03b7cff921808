"""The meetings of a desk: their agenda, what was done with each document, decisions and actions."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Max, Prefetch, Q
from django.forms import ModelForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from contacts.http import AtDesk, at_desk, posted
from contacts.paging import page_of
from liaisons import reporting
from liaisons.forms.papers import ActionForm, DecisionForm, ItemDocumentForm, ItemForm, ItemTextForm, MeetingForm
from liaisons.models import Action, AgendaItem, Decision, Event, ItemDocument, Meeting


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
    return _meeting_form(request, Meeting(group=request.desk.group))


@at_desk("secretariat")
def meeting_edit(request: AtDesk, pk: int) -> HttpResponse:
    return _meeting_form(request, _meeting(request, pk))


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
    found = _meeting(request, pk)
    row = get_object_or_404(found.items.select_related("meeting"), pk=item)
    heading = str(row)
    return _part_edited(request, found, ItemTextForm(posted(request), instance=row), heading, f"item-{row.pk}")


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
def meeting_dispositions(request: AtDesk, pk: int) -> HttpResponse:
    """Say what the meeting did with its documents; a field for each, those of other meetings count for nothing."""
    found = _meeting(request, pk)
    allowed = {"", *ItemDocument.Disposition.values}
    changed = []
    for row in ItemDocument.objects.filter(item__meeting=found):
        disposition = request.POST.get(f"disposition-{row.pk}", row.disposition)
        if disposition in allowed and disposition != row.disposition:
            row.disposition = disposition
            changed.append(row)
    ItemDocument.objects.bulk_update(changed, ["disposition"])
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
    found = _meeting(request, pk)
    row = get_object_or_404(found.decisions.select_related("meeting"), pk=decision)
    return _part_edited(request, found, DecisionForm(posted(request), instance=row), _("A decision"), "decisions")


@require_POST
@at_desk("secretariat")
def meeting_action(request: AtDesk, pk: int) -> HttpResponse:
    found = _meeting(request, pk)
    action = Action(meeting=found, position=_next(found.actions))
    return _added(request, found, action=ActionForm(request.POST, instance=action, prefix="action"))


@at_desk("secretariat")
def meeting_action_edit(request: AtDesk, pk: int, action: int) -> HttpResponse:
    """Give an action another day or owner, or put right what it says."""
    found = _meeting(request, pk)
    row = get_object_or_404(found.actions.select_related("meeting"), pk=action)
    return _part_edited(request, found, ActionForm(posted(request), instance=row), _("An action"), "actions")


@require_POST
@at_desk("secretariat")
def meeting_action_done(request: AtDesk, pk: int, action: int) -> HttpResponse:
    """Mark an action as done today, or as open again."""
    found = _meeting(request, pk)
    row = get_object_or_404(found.actions, pk=action)
    row.done_on = None if row.done_on else request.desk.today(timezone.now())
    with transaction.atomic():
        row.save(update_fields=["done_on"])
        _record_action(request, row)
    return redirect(f"{found.get_absolute_url()}#actions")


# What several of them need


def _meeting(request: AtDesk, pk: int) -> Meeting:
    return get_object_or_404(Meeting.objects.filter(group=request.desk.group), pk=pk)


def _next(rows: Any) -> int:  # noqa: ANN401
    """The position after the last row."""
    last: int | None = rows.aggregate(last=Max("position"))["last"]
    return (last or 0) + 1


def _added(request: AtDesk, found: Meeting, **form: "ModelForm[Any]") -> HttpResponse:
    """Save what a small form adds to the meeting, or show the meeting with the form as it was filled in."""
    ((part, filled),) = form.items()
    if not filled.is_valid():
        return _meeting_page(request, found, **form)
    _save_part(request, filled)
    return redirect(f"{found.get_absolute_url()}#{part}s")


def _part_edited(request: AtDesk, found: Meeting, form: "ModelForm[Any]", heading: str, place: str) -> HttpResponse:
    """Save a changed part of a meeting, or show the page that changes it; `place` is where it stands on its own."""
    if request.method == "POST" and form.is_valid():
        _save_part(request, form)
        return redirect(f"{found.get_absolute_url()}#{place}")
    context = {"form": form, "meeting": found, "heading": heading, "place": place}
    return render(request, "liaisons/meeting_part.html", context, status=400 if form.errors else 200)


def _save_part(request: AtDesk, form: "ModelForm[Any]") -> None:
    with transaction.atomic():
        part = form.save()
        if isinstance(part, Action) and form.has_changed():
            _record_action(request, part)


def _record_action(request: AtDesk, action: Action) -> None:
    """Keep who said what of an action: calendars tell by it that its day was changed (RFC 5545, 3.8.7.4)."""
    days = {"due_on": action.due_on, "done_on": action.done_on}
    said = {name: day.isoformat() if day else None for name, day in days.items()}
    data = {"action": action.pk, "owner": action.owner_id, **said}
    Event.objects.record("action", by=request.actor, at=timezone.now(), desk=request.desk, data=data)


def _meeting_form(request: AtDesk, found: Meeting) -> HttpResponse:
    is_new = found.pk is None
    form = MeetingForm(posted(request), instance=found)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            saved = form.save()
            days = {"starts_on": saved.starts_on.isoformat(), "ends_on": saved.ends_on.isoformat()}
            Event.objects.record(
                "meeting", by=request.actor, at=timezone.now(), desk=request.desk, data={"meeting": saved.pk, **days}
            )
        messages.success(request, _("%(meeting)s is kept.") % {"meeting": saved})
        return redirect(saved)
    context = {"form": form, "meeting": None if is_new else _meeting(request, found.pk)}
    return render(request, "liaisons/meeting_form.html", context, status=400 if form.errors else 200)


def _meeting_page(request: AtDesk, found: Meeting, **given: forms.BaseForm) -> HttpResponse:
    at_items = ItemDocument.objects.select_related("document__source", "presenter").order_by("document__number")
    items = found.items.prefetch_related(Prefetch("documents", at_items), "decisions")
    secretary = "secretariat" in request.roles
    context = {
        "meeting": found,
        "items": items,
        "decisions": found.decisions.select_related("item"),
        "actions": found.actions.select_related("owner"),
        "noted": found.noted.of_desk(request.desk).select_related(
            "document", "statement__source", "statement__revision"
        ),
        "dispositions": ItemDocument.Disposition.choices,
        "documented": any(item.documents.all() for item in items),
        "today": request.desk.today(timezone.now()),
        "secretary": secretary,
    }
    if secretary:
        context |= {
            "item_form": ItemForm(instance=AgendaItem(meeting=found), prefix="item"),
            "document_form": ItemDocumentForm(meeting=found, desk=request.desk, prefix="document"),
            "decision_form": DecisionForm(instance=Decision(meeting=found), prefix="decision"),
            "action_form": ActionForm(instance=Action(meeting=found), prefix="action"),
            **{f"{part}_form": form for part, form in given.items()},
        }
    return render(request, "liaisons/meeting.html", context, status=400 if given else 200)
