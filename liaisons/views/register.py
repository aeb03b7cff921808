"""The documents and the meetings of a desk."""

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

from contacts.designations import Directory
from contacts.forms import designations
from contacts.http import AtDesk, at_desk, posted
from contacts.paging import page_of
from liaisons import reporting
from liaisons.comments import reports
from liaisons.filing import file_document
from liaisons.forms.papers import (
    BY_THEMSELVES,
    ActionForm,
    DecisionForm,
    DocumentFilter,
    DocumentForm,
    ItemDocumentForm,
    ItemForm,
    ItemTextForm,
    MeetingForm,
)
from liaisons.models import Action, AgendaItem, Decision, Document, Event, ItemDocument, Meeting, Revision, Statement
from liaisons.models.register import DocumentQuerySet
from liaisons.rules import Refused
from liaisons.views.files import attachment

MOST_WORDS = 12


@require_safe
@at_desk()
def documents(request: AtDesk) -> HttpResponse:
    chosen = DocumentFilter(request.GET, request.desk)
    rows = _narrowed(Document.objects.of_desk(request.desk), chosen)
    at_items = ItemDocument.objects.select_related("item__meeting").order_by(
        "item__meeting__starts_on", "item__position"
    )
    rows = rows.select_related("source").prefetch_related(Prefetch("at_items", at_items), "files")
    context = {
        "page": page_of(rows, "number", request.GET, descending=True),
        "filter": chosen,
        "narrowed": any(request.GET.get(name) for name in ("q", "kind", "meeting")),
        "secretary": "secretariat" in request.roles,
    }
    return render(request, "liaisons/documents.html", context)


@require_safe
@at_desk()
def document(request: AtDesk, pk: int) -> HttpResponse:
    today = request.desk.today(timezone.now())
    found = _document(request, pk)
    visible = Statement.objects.visible_to(request.actor, today)
    annexed = Revision.objects.filter(annexes__document=found, statement__in=visible, current_in__isnull=False)
    series = Document.objects.filter(series=found.series, number=found.number).exclude(pk=found.pk)
    circulation = getattr(found, "circulation", None)
    context = {
        "document": found,
        "files": found.files.select_related("blob"),
        "registration": getattr(found, "registration", None),
        "circulation": circulation,
        "may_revise": "secretariat" in request.roles and found.kind not in BY_THEMSELVES,
        "may_circulate": reports.may_circulate(found, request.desk, request.actor, timezone.now()),
        "against_circulating": reports.against_circulating(found, request.desk),
        "circulated": visible.filter(pk=circulation.statement_id).first() if circulation else None,
        "annexed": annexed.select_related("statement").distinct(),
        "at_items": found.at_items.select_related("item__meeting", "presenter"),
        "other_revisions": series.order_by("-revision"),
    }
    return render(request, "liaisons/document.html", context)


@require_safe
@at_desk()
def document_file(request: AtDesk, pk: int, file: int) -> HttpResponse:
    """A file of the document; one of another document is not found here."""
    row = get_object_or_404(_document(request, pk).files.select_related("blob"), pk=file)
    return attachment(row.blob, row.name)


@at_desk("secretariat")
def document_new(request: AtDesk) -> HttpResponse:
    now = timezone.now()
    directory = Directory.load(request.desk.today(now), within=request.desk.group)
    form = DocumentForm(
        posted(request), request.FILES or None, desk=request.desk, directory=directory, initial=_revised(request)
    )
    refused: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            filed = file_document(request.desk, form.paper(), by=request.actor, now=now)
        except Refused as refusal:
            refused = refusal.sentences
        else:
            messages.success(request, _("Registered as %(document)s.") % {"document": filed})
            return redirect(filed)
    context = {"form": form, "refused": refused, "designations": designations()}
    return render(request, "liaisons/document_form.html", context, status=400 if form.errors or refused else 200)


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


def _revised(request: AtDesk) -> dict[str, Any]:
    """What the form begins with on the way from the document whose next revision is filed."""
    asked = request.GET.get("revises", "")
    rows = Document.objects.of_desk(request.desk).exclude(kind__in=BY_THEMSELVES)
    found = rows.filter(pk=asked).first() if asked.isdecimal() and len(asked) < 10 else None
    if found is None:
        return {}
    source = str(found.source) if found.source else found.source_text
    return {"revises": found.pk, "kind": found.kind, "title": found.title, "source": source}


def _document(request: AtDesk, pk: int) -> Document:
    rows = Document.objects.of_desk(request.desk).select_related("source", "series", "registration", "circulation")
    return get_object_or_404(rows, pk=pk)


def _meeting(request: AtDesk, pk: int) -> Meeting:
    return get_object_or_404(Meeting.objects.filter(group=request.desk.group), pk=pk)


def _narrowed(rows: DocumentQuerySet, chosen: DocumentFilter) -> DocumentQuerySet:
    chosen.is_valid()
    given = chosen.cleaned_data
    for word in given.get("q", "").replace("\0", "").split()[:MOST_WORDS]:
        said = Q(reference__icontains=word) | Q(title__icontains=word) | Q(source_text__icontains=word)
        rows = rows.filter(said | Q(source__designation__icontains=word))
    if given.get("kind"):
        rows = rows.filter(kind=given["kind"])
    if given.get("meeting"):
        at_meeting = ItemDocument.objects.filter(item__meeting=given["meeting"])
        rows = rows.filter(pk__in=at_meeting.values("document"))
    return rows


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
