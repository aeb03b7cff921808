"""The table of comments and dispositions: as a page that can be sorted, as Word and as a sheet."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from contacts.http import AtDesk, at_desk
from liaisons import on_demand
from liaisons.documents.naming import stem
from liaisons.documents.tables import Table, write_sheet
from liaisons.forms.circulation import RemarksFilter
from liaisons.forms.uploads import KINDS
from liaisons.models import Circulation
from liaisons.overviews import remarks
from liaisons.silence import Outcome
from liaisons.views.circulation import of_desk, paragraphs_of


@require_safe
@at_desk()
def circulation_table(request: AtDesk, pk: int) -> HttpResponse:
    circulation, rows, chosen = _asked_for(request, pk)
    context = {
        "circulation": circulation,
        "document": circulation.document,
        "outcome": Outcome.of(circulation),
        "lines": rows,
        "filter": chosen,
        "narrowed": any(request.GET.get(name) for name in ("kind", "fate")),
        "all": circulation.comments.counted().count(),
        "query": request.GET.urlencode(),
    }
    return render(request, "liaisons/circulation_table.html", context)


@require_safe
@at_desk()
def circulation_table_word(request: AtDesk, pk: int) -> HttpResponse:
    circulation, rows, _chosen = _asked_for(request, pk)
    table = remarks.table(circulation, rows)
    try:
        content = on_demand.word_table(table)
    except on_demand.NotMade as why:
        messages.error(request, str(why))
        return redirect(f"{reverse('circulation-table', args=[pk])}?{request.GET.urlencode()}")
    return _file(content, table, "docx")


@require_safe
@at_desk()
def circulation_table_sheet(request: AtDesk, pk: int) -> HttpResponse:
    circulation, rows, _chosen = _asked_for(request, pk)
    table = remarks.table(circulation, rows)
    return _file(write_sheet(table), table, "xlsx")


def _asked_for(request: AtDesk, pk: int) -> tuple[Circulation, list[remarks.Line], RemarksFilter]:
    circulation = of_desk(request.desk, pk)
    chosen = RemarksFilter(request.GET)
    chosen.is_valid()  # a value that does not exist is left out
    return circulation, remarks.lines(circulation, list(paragraphs_of(circulation)), **chosen.cleaned_data), chosen


def _file(content: bytes, table: Table, extension: str) -> HttpResponse:
    response = HttpResponse(content, content_type=KINDS[extension].media_type)
    name = f"{stem(table.number)}-comments.{extension}"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
