"""The page of an addressee: the letter, what is asked of it, what it has answered, and the form to answer with."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from contacts.http import DeskRequest
from liaisons import enclosed, links, sheets
from liaisons.documents.page import Page
from liaisons.documents.screen import on_screen
from liaisons.forms.links import AnswerForm
from liaisons.letter import Sheet
from liaisons.models import Addressee, Link, Reply, Statement
from liaisons.received import registering
from liaisons.replies import answers
from liaisons.rules import Moved, Refused
from liaisons.views.opened import by_link
from liaisons.workflow import advance, obstacles


def open_answer(
    request: DeskRequest, link: Link, now: datetime, form: AnswerForm | None = None, status: int = 200
) -> HttpResponse:
    addressee = _addressee(link)
    statement = addressee.statement
    assert statement.desk is not None
    assert statement.approved_revision is not None  # only what was sent has such links
    page = Page(Sheet(statement.approved_revision.letter, sheets.masthead_now(statement)))
    asked = list(addressee.requests.order_by("key"))
    context = {
        "link": link,
        "token": links.token(link.pk),
        "addressee": addressee,
        "statement": statement,
        "at": statement.desk,
        "page": page,
        "sections": on_screen(page),
        "files": enclosed.of_addressee(addressee),
        "asked": asked,
        "still_open": [one for one in asked if not one.outcome],
        "replies": _replies(addressee),
        "obstacles": obstacles(addressee, "settle", links.actor(link), now),
        "corrected_by": statement.corrections.posted().exclude(state="withdrawn").last(),
        "form": form or _form(link, addressee, now),
        "overdue": addressee.is_overdue(now),
    }
    return render(request, "liaisons/answer.html", context, status=status)


@require_POST
@by_link(Link.Purpose.ANSWER)
def link_answer(request: DeskRequest, link: Link, now: datetime) -> HttpResponse:
    """Take what the addressee of the link sends; no other addressee can be named here."""
    addressee = _addressee(link)
    form = _form(link, addressee, now, request)
    if not form.is_valid():
        return open_answer(request, link, now, form, status=400)
    by, given, said = links.actor(link), form.cleaned_data, form.details()
    try:
        with transaction.atomic():
            # As every step does; whoever pressed the button twice waits here for the first.
            Statement.objects.select_for_update(of=("self",)).get(pk=addressee.statement_id)
            reply = answers.said_already(addressee, said, now)
            if reply is None:
                answer = registering.from_answer(addressee, said, form.of_theirs(), by=by, now=now)
                advance(addressee, "settle", by=by, seen=given["seen"], details=answer, now=now)
                reply = addressee.replies.filter(received_at=now).latest("pk")
    except Refused as refused:
        for sentence in refused.sentences:
            form.add_error(None, sentence)
        return open_answer(request, link, now, form, status=409 if isinstance(refused, Moved) else 400)
    return redirect("link-recorded", links.token(link.pk), reply.pk)


@require_safe
@by_link(Link.Purpose.ANSWER)
def link_recorded(request: DeskRequest, link: Link, now: datetime, pk: int) -> HttpResponse:
    """What was recorded of one reply, and what is still open after it."""
    addressee = _addressee(link)
    reply = get_object_or_404(_replies(addressee), pk=pk)
    context = {
        "link": link,
        "token": links.token(link.pk),
        "addressee": addressee,
        "statement": addressee.statement,
        "at": addressee.statement.desk,
        "reply": reply,
        "still_open": list(addressee.requests.still_open().order_by("key")),
    }
    return render(request, "liaisons/answer_recorded.html", context)


def _addressee(link: Link) -> Addressee:
    assert link.addressee is not None  # a constraint binds the link to it
    rows = Addressee.everyone.select_related("group", "statement__desk__group", "statement__approved_revision")
    return rows.get(pk=link.addressee.pk)


def _replies(addressee: Addressee) -> QuerySet[Reply]:
    return addressee.replies.prefetch_related("reply_files__blob", "settlements__request", "nominations").order_by(
        "received_at", "pk"
    )


def _form(link: Link, addressee: Addressee, now: datetime, request: DeskRequest | None = None) -> AnswerForm:
    statement = addressee.statement
    assert statement.desk is not None
    given = (request.POST, request.FILES) if request else ()
    # What was settled while somebody wrote, by the same page sent twice for one, can still be answered.
    ticked = request.POST.getlist("requests") if request else []
    return AnswerForm(
        addressee,
        *given,
        asked=list(addressee.requests.filter(Q(outcome="") | Q(key__in=ticked)).order_by("key")),
        today=statement.desk.today(now),
        initial={"seen": statement.revision_id, "kind": Reply.Kind.ANSWER, **_contact(link, addressee)},
    )


def _contact(link: Link, addressee: Addressee) -> dict[str, str]:
    """Who wrote last from there, else whom the link was sent to."""
    last = addressee.replies.exclude(name="").last()
    if last is not None:
        return {"name": last.name, "email": last.email}
    name = link.person.name if link.person else ""
    return {"name": name, "email": link.email or (link.person.email if link.person else "")}
