"""The table of comments and dispositions: as a page that can be sorted, as Word and as a sheet."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from contacts.http import AtDesk, DeskRequest, at_desk
from liaisons import links, on_demand
from liaisons.documents.naming import stem
from liaisons.documents.tables import Table, write_sheet
from liaisons.forms.circulation import RemarksFilter
from liaisons.forms.uploads import KINDS
from liaisons.models import Circulation, Link
from liaisons.overviews import remarks
from liaisons.silence import Outcome
from liaisons.views.circulation import of_desk, paragraphs_of
from liaisons.views.opened import by_link


@dataclass(frozen=True)
class Addresses:
    """Where the table is, alone and as a file, and the page with the text: at the desk, or by link."""

    back: str
    table: str
    word: str
    sheet: str

    @classmethod
    def of(cls, argument: int | str, back: str, table: str) -> Self:
        names = (back, table, f"{table}-word", f"{table}-sheet")
        return cls(*(reverse(name, args=[argument]) for name in names))


# At the desk


@require_safe
@at_desk()
def circulation_table(request: AtDesk, pk: int) -> HttpResponse:
    return _page(request, of_desk(request.desk, pk), _at_desk(pk))


@require_safe
@at_desk()
def circulation_table_word(request: AtDesk, pk: int) -> HttpResponse:
    return _word(request, of_desk(request.desk, pk), _at_desk(pk))


@require_safe
@at_desk()
def circulation_table_sheet(request: AtDesk, pk: int) -> HttpResponse:
    return _sheet(request, of_desk(request.desk, pk))


# By link


@require_safe
@by_link(Link.Purpose.COMMENT, Link.Purpose.APPROVE)
def link_table(request: DeskRequest, link: Link, now: datetime) -> HttpResponse:
    return _page(request, _circulated(link), _by_link(link))


@require_safe
@by_link(Link.Purpose.COMMENT, Link.Purpose.APPROVE)
def link_table_word(request: DeskRequest, link: Link, now: datetime) -> HttpResponse:
    return _word(request, _circulated(link), _by_link(link))


@require_safe
@by_link(Link.Purpose.COMMENT, Link.Purpose.APPROVE)
def link_table_sheet(request: DeskRequest, link: Link, now: datetime) -> HttpResponse:
    return _sheet(request, _circulated(link))


# What they share


def _at_desk(pk: int) -> Addresses:
    return Addresses.of(pk, "circulation", "circulation-table")


def _by_link(link: Link) -> Addresses:
    return Addresses.of(links.token(link.pk), "link", "link-table")


def _circulated(link: Link) -> Circulation:
    """What the link is to comment on, or was circulated of what it is to approve."""
    circulation = link.circulation or (link.statement.circulation if link.statement else None)
    if circulation is None:
        raise Http404(_("This text was not before the list."))
    return circulation


def _page(request: DeskRequest, circulation: Circulation, addresses: Addresses) -> HttpResponse:
    rows, chosen = _asked_for(request, circulation)
    context = {
        "at": circulation.desk,
        "addresses": addresses,
        "document": circulation.document,
        "outcome": Outcome.of(circulation),
        "lines": rows,
        "filter": chosen,
        "narrowed": any(request.GET.get(name) for name in ("kind", "fate")),
        "all": circulation.comments.counted().count(),
        "query": request.GET.urlencode(),
    }
    return render(request, "liaisons/circulation_table.html", context)


def _word(request: DeskRequest, circulation: Circulation, addresses: Addresses) -> HttpResponse:
    table = remarks.table(circulation, _asked_for(request, circulation)[0])
    try:
        content = on_demand.word_table(table)
    except on_demand.NotMade as why:
        messages.error(request, str(why))
        return redirect(f"{addresses.table}?{request.GET.urlencode()}")
    return _file(content, table, "docx")


def _sheet(request: DeskRequest, circulation: Circulation) -> HttpResponse:
    table = remarks.table(circulation, _asked_for(request, circulation)[0])
    return _file(write_sheet(table), table, "xlsx")


def _asked_for(request: DeskRequest, circulation: Circulation) -> tuple[list[remarks.Line], RemarksFilter]:
    chosen = RemarksFilter(request.GET)
    chosen.is_valid()  # a value that does not exist is left out
    return remarks.lines(circulation, list(paragraphs_of(circulation)), **chosen.cleaned_data), chosen


def _file(content: bytes, table: Table, extension: str) -> HttpResponse:
    response = HttpResponse(content, content_type=KINDS[extension].media_type)
    name = f"{stem(table.number)}-comments.{extension}"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
