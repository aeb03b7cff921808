"""The roadmap as plain lists: entries, deliverables with what became of each, work items."""

from typing import cast

from django import forms
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from contacts.http import AtDesk, DeskRequest, at_desk
from contacts.models import Desk, Group
from contacts.paging import page_of
from liaisons.models import Statement
from roadmap.models import Category, Deliverable, DeliverableEvent, Entry, Input, WorkItem
from roadmap.template import CATEGORIES, EXAMPLES, write_template

MOST_WORDS = 12
MOST_EXAMPLES = 6
# The columns of the template as fields of an entry.
TEMPLATE_FIELDS = ("organization_text", "reference", "type", "title", "status", "category_text", "summary")


class EntryFilter(forms.Form):
    """Any of the filters may be empty; a value that does not exist is left out."""

    q = forms.CharField(label=_("Search"), required=False, max_length=200, widget=forms.SearchInput)
    category = forms.ModelChoiceField(
        Category.objects.none(), label=_("Category"), required=False, empty_label=_("any")
    )
    organization = forms.ChoiceField(label=_("Organization"), required=False)

    def __init__(self, given: object, desk: Desk) -> None:
        super().__init__(given)  # type: ignore[arg-type]
        cast("forms.ModelChoiceField[Category]", self.fields["category"]).queryset = Category.objects.filter(desk=desk)
        named = (
            Entry.objects.filter(desk=desk).order_by("organization_text").values_list("organization_text", flat=True)
        )
        bodies = [(name, name) for name in named.distinct()]
        cast("forms.ChoiceField", self.fields["organization"]).choices = [("", _("any")), *bodies]

    def narrow(self, entries: QuerySet[Entry]) -> QuerySet[Entry]:
        self.is_valid()
        chosen = self.cleaned_data
        for word in _words(chosen.get("q", "")):
            entries = entries.filter(
                Q(reference__icontains=word) | Q(title__icontains=word) | Q(summary__icontains=word)
            )
        if chosen.get("category"):
            entries = entries.filter(categories=chosen["category"])
        if chosen.get("organization"):
            entries = entries.filter(organization_text=chosen["organization"])
        return entries


class DeliverableFilter(forms.Form):
    """Any of the filters may be empty; a value that does not exist is left out."""

    q = forms.CharField(label=_("Search"), required=False, max_length=200, widget=forms.SearchInput)
    became = forms.ChoiceField(
        label=_("What became of it"), required=False, choices=[("", _("anything")), *DeliverableEvent.Kind.choices]
    )
    body = forms.ModelChoiceField(Group.objects.none(), label=_("Body"), required=False, empty_label=_("any"))

    def __init__(self, given: object) -> None:
        super().__init__(given)  # type: ignore[arg-type]
        bodies = Group.objects.filter(pk__in=DeliverableEvent.objects.order_by().values("group"))
        cast("forms.ModelChoiceField[Group]", self.fields["body"]).queryset = bodies

    def narrow(self, deliverables: QuerySet[Deliverable]) -> QuerySet[Deliverable]:
        self.is_valid()
        chosen = self.cleaned_data
        for word in _words(chosen.get("q", "")):
            deliverables = deliverables.filter(Q(reference__icontains=word) | Q(title__icontains=word))
        events = DeliverableEvent.objects.all()
        if chosen.get("became"):
            events = events.filter(kind=chosen["became"])
        if chosen.get("body"):
            events = events.filter(group=chosen["body"])
        if chosen.get("became") or chosen.get("body"):
            deliverables = deliverables.filter(pk__in=events.order_by().values("deliverable"))
        return deliverables


@require_safe
@at_desk()
def roadmap(request: AtDesk) -> HttpResponse:
    chosen = EntryFilter(request.GET, request.desk)
    inputs = Input.objects.select_related("reply__addressee__statement", "document").order_by("-received_at", "-pk")
    rows = chosen.narrow(Entry.objects.filter(desk=request.desk)).select_related("organization")
    rows = rows.prefetch_related("categories", Prefetch("inputs", inputs))
    context = {
        "page": page_of(rows, "organization_text", request.GET),
        "filter": chosen,
        "narrowed": any(request.GET.get(name) for name in ("q", "category", "organization")),
    }
    return render(request, "roadmap/entries.html", context)


@require_safe
def template(request: DeskRequest) -> HttpResponse:
    """The template for input, empty: whoever was asked for it fills it in, with or without an account."""
    slug = request.GET.get("desk", "").replace("\0", "")
    desk = get_object_or_404(Desk, slug=slug) if slug else request.desk
    categories = Category.objects.filter(desk=desk).values_list("name", flat=True)
    examples = Entry.objects.filter(desk=desk, example=True).order_by("pk").values_list(*TEMPLATE_FIELDS)
    content = write_template(
        list(categories) or CATEGORIES,
        list(examples[:MOST_EXAMPLES]) or EXAMPLES,
        desk=str(desk) if desk else "",
    )
    name = f"{desk.slug}-roadmap-template.docx" if desk else "roadmap-template.docx"
    return HttpResponse(
        content,
        content_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        headers={"Content-Disposition": content_disposition_header(as_attachment=True, filename=name)},
    )


@require_safe
@at_desk()
def deliverables(request: AtDesk) -> HttpResponse:
    chosen = DeliverableFilter(request.GET)
    events = DeliverableEvent.objects.select_related("group", "work_item").order_by("position")
    rows = chosen.narrow(Deliverable.objects.all()).select_related("group").prefetch_related(Prefetch("events", events))
    context = {
        "page": page_of(rows, "pk", request.GET),
        "filter": chosen,
        "narrowed": any(request.GET.get(name) for name in ("q", "became", "body")),
    }
    return render(request, "roadmap/deliverables.html", context)


@require_safe
@at_desk()
def deliverable(request: AtDesk, pk: int) -> HttpResponse:
    found = get_object_or_404(Deliverable.objects.select_related("group"), pk=pk)
    events = list(found.events.select_related("group", "work_item__group", "statement").order_by("position"))
    today = request.desk.today(timezone.now())
    letters = [event.statement_id for event in events if event.statement_id]
    visible = Statement.objects.visible_to(request.actor, today).filter(pk__in=letters)
    context = {
        "deliverable": found,
        "events": events,
        "visible": set(visible.values_list("pk", flat=True)),
        "work_items": {event.work_item.pk: event.work_item for event in events if event.work_item}.values(),
    }
    return render(request, "roadmap/deliverable.html", context)


@require_safe
@at_desk()
def work_items(request: AtDesk) -> HttpResponse:
    events = DeliverableEvent.objects.select_related("deliverable").order_by("deliverable")
    rows = WorkItem.objects.select_related("group").prefetch_related(Prefetch("events", events))
    for word in _words(request.GET.get("q", "")):
        rows = rows.filter(
            Q(reference__icontains=word) | Q(title__icontains=word) | Q(group__designation__icontains=word)
        )
    context = {"page": page_of(rows, "reference", request.GET), "q": request.GET.get("q", "")}
    return render(request, "roadmap/work_items.html", context)


def _words(typed: str) -> list[str]:
    return typed.replace("\0", "").split()[:MOST_WORDS]
