"""Two texts of a statement side by side in one: the page, the PDF and the Word file that mark what changed."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from contacts.http import DeskRequest
from liaisons import links, on_demand
from liaisons.documents.comparison import page_of
from liaisons.documents.rendered import sheet_to_json
from liaisons.documents.renderer import Kind
from liaisons.documents.screen import on_screen
from liaisons.documents.walk import Walk, walk
from liaisons.letter import Sheet
from liaisons.models import Circulation, Link, Rendition, Statement
from liaisons.renditions import MEDIA_TYPES
from liaisons.rules import Refused
from liaisons.texts import changes, comparisons
from liaisons.texts.changes import Change
from liaisons.texts.comparisons import Pair
from liaisons.views.opened import by_link
from liaisons.views.reading import reader_of, visible

T = TypeVar("T")
_KINDS: dict[Kind, Rendition.Kind] = {"pdf": Rendition.Kind.PDF, "docx": Rendition.Kind.WORD}


@dataclass(frozen=True)
class Since:
    """What changed since the text that circulated before, and where the whole comparison is."""

    earlier: str
    changes: list[Change]
    url: str
    pdf: str
    word: str


# At the desk


@require_safe
def statement_compare(request: DeskRequest, pk: int, new: int, old: int) -> HttpResponse:
    statement, pair = _asked_for(request, pk, new, old)
    at = [pk, pair.new.number, pair.old.number]
    context = {
        "statement": statement,
        "back": statement.get_absolute_url(),
        "choices": comparisons.choices(statement),
        "pdf": reverse("statement-compare-pdf", args=at),
        "word": reverse("statement-compare-word", args=at),
    }
    return _page(request, pair, context)


@require_safe
def statement_compare_pdf(request: DeskRequest, pk: int, new: int, old: int) -> HttpResponse:
    _statement, pair = _asked_for(request, pk, new, old)
    return _file(request, pair, "pdf", reverse("statement-compare", args=_place(pair)))


@require_safe
def statement_compare_word(request: DeskRequest, pk: int, new: int, old: int) -> HttpResponse:
    _statement, pair = _asked_for(request, pk, new, old)
    return _file(request, pair, "docx", reverse("statement-compare", args=_place(pair)))


@require_safe
def statement_compare_chosen(request: DeskRequest, pk: int) -> HttpResponse:
    """Lead from the form, which holds two numbers, to their comparison, the later one before the earlier one."""
    numbers = sorted(int(given) for name in ("new", "old") if (given := request.GET.get(name, "")).isdecimal())
    if len(numbers) != 2 or numbers[-1] > 32_767:
        raise Http404(_("Choose two revisions."))
    return redirect("statement-compare", pk, numbers[1], numbers[0])


# By link


@require_safe
@by_link(Link.Purpose.COMMENT, Link.Purpose.APPROVE)
def link_changes(request: DeskRequest, link: Link, now: datetime) -> HttpResponse:
    circulation, pair = _circulated(link)
    token = links.token(link.pk)
    context = {
        "at": circulation.desk,
        "document": circulation.document,
        "back": reverse("link", args=[token]),
        "pdf": reverse("link-changes-pdf", args=[token]),
        "word": reverse("link-changes-word", args=[token]),
    }
    return _page(request, pair, context)


@require_safe
@by_link(Link.Purpose.COMMENT, Link.Purpose.APPROVE)
def link_changes_pdf(request: DeskRequest, link: Link, now: datetime) -> HttpResponse:
    return _file(request, _circulated(link)[1], "pdf", reverse("link-changes", args=[links.token(link.pk)]))


@require_safe
@by_link(Link.Purpose.COMMENT, Link.Purpose.APPROVE)
def link_changes_word(request: DeskRequest, link: Link, now: datetime) -> HttpResponse:
    return _file(request, _circulated(link)[1], "docx", reverse("link-changes", args=[links.token(link.pk)]))


# For the pages of a text in circulation


def since(circulation: Circulation, token: str = "") -> Since | None:
    """What circulated before and what has changed since, for the desk or for whoever holds the token of a link."""
    pair = comparisons.since_earlier(circulation)
    if pair is None:
        return None
    name, at = ("link-changes", [token]) if token else ("statement-compare", _place(pair))
    addresses = [reverse(f"{name}{ending}", args=at) for ending in ("", "-pdf", "-word")]
    return Since(pair.called[0], _kept("changes", pair.shown(), lambda: changes.between(*pair.letters)), *addresses)


# What they share


def _asked_for(request: DeskRequest, pk: int, new: int, old: int) -> tuple[Statement, Pair]:
    """Raises Http404 for everybody but the desk that wrote the statement, as its older texts do."""
    statement = visible(request, pk=pk)
    if not reader_of(request, statement).inside:
        raise Http404(_("Older texts are for the desk."))
    one, other = (get_object_or_404(statement.revisions.all(), number=number) for number in (new, old))
    return statement, comparisons.of_revisions(statement, one, other)


def _circulated(link: Link) -> tuple[Circulation, Pair]:
    circulation = link.circulation
    pair = comparisons.since_earlier(circulation) if circulation else None
    if circulation is None or pair is None:
        raise Http404(_("This is the first text of the statement that circulates."))
    return circulation, pair


def _place(pair: Pair) -> list[int]:
    return [pair.new.statement_id, pair.new.number, pair.old.number]


def _page(request: DeskRequest, pair: Pair, context: dict[str, Any]) -> HttpResponse:
    walked = _kept("walk", pair.shown(), lambda: _walked(pair.shown()))
    return render(request, "liaisons/compare.html", {"pair": pair, "walk": walked, **context})


def _walked(sheet: Sheet) -> Walk:
    page = page_of(sheet)
    return walk(render_to_string("liaisons/_letter.html", {"page": page, "sections": on_screen(page)}))


def _kept(what: str, sheet: Sheet, make: Callable[[], T]) -> T:
    """Comparing takes seconds where letters are very long, and whoever has a link may ask again and again."""
    sha256 = hashlib.sha256(sheet_to_json(sheet)).hexdigest()
    return cast("T", cache.get_or_set(f"{what}-{translation.get_language()}-{sha256}", make, on_demand.DAY))


def _file(request: DeskRequest, pair: Pair, kind: Kind, page: str) -> HttpResponse:
    try:
        content = on_demand.file(pair.sheet(), kind)
    except (on_demand.NotMade, Refused) as error:
        told = error.sentences if isinstance(error, Refused) else [str(error)]
        context = {"obstacles": told, "waits": isinstance(error, on_demand.NotMade) and error.waits, "page": page}
        return render(request, "liaisons/compare_not_made.html", context, status=409)
    response = HttpResponse(content, content_type=MEDIA_TYPES[_KINDS[kind]])
    how = "inline" if kind == "pdf" else "attachment"
    response["Content-Disposition"] = f'{how}; filename="{pair.stem}.{kind}"'
    response["Cache-Control"] = "private, no-cache"
    return response
