"""The documents of a desk."""

from typing import Any

from django.contrib import messages
from django.db.models import Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from contacts.designations import Directory
from contacts.forms import designations
from contacts.http import AtDesk, at_desk, posted
from contacts.paging import page_of
from liaisons.comments import reports
from liaisons.filing import file_document
from liaisons.forms.papers import BY_THEMSELVES, DocumentFilter, DocumentForm
from liaisons.models import Document, ItemDocument, Registration, Revision, Statement
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
        "registration": Registration.objects.filed_as(found).select_related("statement__revision", "document").first(),
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
