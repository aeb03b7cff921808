"""Signed links: one address that opens each by its purpose; approving and confirming live here.

Opening a link never changes anything: programs that look into mails for their readers open every link in them.
"""

from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from contacts.http import DeskRequest
from contacts.models import Person
from liaisons import comments, links, printed, sheets
from liaisons.details import Returned
from liaisons.documents.page import Page
from liaisons.documents.screen import on_screen
from liaisons.forms.links import DecideForm, ReturnForm
from liaisons.letter import Sheet
from liaisons.models import Circulation, Link, Statement
from liaisons.rules import Moved, Refused, absent_chair
from liaisons.silence import Outcome
from liaisons.views import comparing, enclosed, reminders
from liaisons.views.answer import open_answer
from liaisons.views.circulation import TOP, Said, comments_on, open_circulation
from liaisons.views.opened import by_link
from liaisons.workflow import advance, obstacles


@require_safe
@by_link()
def link(request: DeskRequest, link: Link, now: datetime) -> HttpResponse:
    if link.purpose == Link.Purpose.COMMENT:
        return open_circulation(request, link, now)
    if link.purpose == Link.Purpose.APPROVE:
        return open_approve(request, link, now)
    if link.purpose == Link.Purpose.ANSWER:
        return open_answer(request, link, now)
    if link.purpose == Link.Purpose.MUTE:
        return reminders.open_mute(request, link)
    if link.purpose == Link.Purpose.FEED:
        return redirect("link-calendar", links.token(link.pk))
    return open_confirm(request, link)


@require_safe
@by_link(Link.Purpose.COMMENT, Link.Purpose.APPROVE, Link.Purpose.ANSWER)
def link_file(request: DeskRequest, link: Link, now: datetime, name: str) -> HttpResponse:
    """A file of what the link is bound to, by its name."""
    if link.addressee:
        return enclosed.serve(enclosed.of_addressee(link.addressee), name)
    if link.purpose == Link.Purpose.APPROVE:
        statement = _statement(link)
        circulation, revision = statement.circulation, statement.revision
    else:
        circulation, revision = link.circulation, None
    return enclosed.serve(enclosed.of_circulation(circulation, revision) if circulation else [], name)


# Approve


def open_approve(
    request: DeskRequest, link: Link, now: datetime, return_form: ReturnForm | None = None, status: int = 200
) -> HttpResponse:
    statement = _statement(link)
    revision, circulation = statement.revision, statement.circulation
    assert statement.desk is not None
    assert revision is not None  # what is not written is not approved
    actor = links.actor(link)
    masthead = sheets.masthead_of_copy(statement, circulation) if circulation else sheets.masthead_of(statement)
    page = Page(Sheet(revision.letter, masthead))
    context = {
        "link": link,
        "token": links.token(link.pk),
        "statement": statement,
        "at": statement.desk,
        "circulation": circulation,
        "page": page,
        "sections": on_screen(page),
        "files": enclosed.of_circulation(circulation, revision) if circulation else [],
        "since": comparing.since(circulation, links.token(link.pk)) if circulation else None,
        "said": [Said(comment) for comment in comments_on(circulation)] if circulation else [],
        "outcome": Outcome.of(circulation) if circulation else None,
        "earlier": earlier_of(statement, circulation),
        "approvals": revision.approvals.select_related("person", "in_place_of").order_by("given_at"),
        "obstacles": obstacles(statement, "approve", actor, now),
        "absent": Person.objects.filter(pk=absent_chair(statement.desk, actor, now) or 0).first(),
        "warnings": printed.warnings(revision),
        "may_return": not obstacles(statement, "revise", actor, now),
        "decide_form": DecideForm(initial={"seen": revision.pk}),
        "return_form": return_form or ReturnForm(initial={"seen": revision.pk}),
        "returning": return_form is not None,
    }
    return render(request, "liaisons/approve.html", context, status=status)


def earlier_of(statement: Statement, circulation: Circulation | None) -> QuerySet[Circulation]:
    """The circulations before this one, each with the number of comments it brought."""
    before = statement.circulations.exclude(pk=circulation.pk if circulation else 0).order_by("opened_at")
    counted = Count("comments", filter=Q(comments__confirmed_at__isnull=False))
    return before.select_related("document").annotate(said=counted)


@require_POST
@by_link(Link.Purpose.APPROVE)
def link_approve(request: DeskRequest, link: Link, now: datetime) -> HttpResponse:
    form = DecideForm(request.POST)
    seen = form.cleaned_data["seen"] if form.is_valid() else 0
    try:
        statement = advance(_statement(link), "approve", by=links.actor(link), seen=seen, now=now)
    except Refused as refused:
        for sentence in refused.sentences:
            messages.error(request, sentence)
        return open_approve(request, link, now, status=409 if isinstance(refused, Moved) else 400)
    if statement.state == Statement.State.APPROVED:
        messages.success(request, _("You approved it. It is %(number)s now.") % {"number": statement.reference})
    else:
        messages.success(request, _("Your approval is kept. The others have been asked."))
    return redirect("link", links.token(link.pk))


@require_POST
@by_link(Link.Purpose.APPROVE)
def link_return(request: DeskRequest, link: Link, now: datetime) -> HttpResponse:
    """Give the text back to its authors, with a reason."""
    form = ReturnForm(request.POST)
    if not form.is_valid():
        return open_approve(request, link, now, form, status=400)
    seen, reason = form.cleaned_data["seen"], form.cleaned_data["reason"]
    try:
        advance(_statement(link), "revise", by=links.actor(link), seen=seen, reason=reason, details=Returned(), now=now)
    except Refused as refused:
        for sentence in refused.sentences:
            form.add_error(None, sentence)
        return open_approve(request, link, now, form, status=409 if isinstance(refused, Moved) else 400)
    messages.success(request, _("You returned it. Its authors read your reason with the draft."))
    return redirect(f"{reverse('link', args=[links.token(link.pk)])}{TOP}")


def _statement(link: Link) -> Statement:
    assert link.statement is not None  # a constraint binds the link to it
    return Statement.objects.select_related("desk__group", "revision__author").get(pk=link.statement.pk)


# Confirm


def open_confirm(request: DeskRequest, link: Link) -> HttpResponse:
    assert link.comment is not None  # a constraint binds the link to it
    circulation = link.comment.circulation
    context = {
        "link": link,
        "token": links.token(link.pk),
        "comment": link.comment,
        "together": comments.came_together(link.comment),
        "files": link.comment.comment_files.select_related("blob"),
        "circulation": circulation,
        "at": circulation.desk,
    }
    return render(request, "liaisons/confirm.html", context)


@require_POST
@by_link(Link.Purpose.CONFIRM)
def link_confirm(request: DeskRequest, link: Link, now: datetime) -> HttpResponse:
    assert link.comment is not None
    comments.confirm(link.comment, by=links.actor(link), now=now)
    return redirect("link", links.token(link.pk))


@require_POST
@by_link(Link.Purpose.CONFIRM)
def link_confirm_withdraw(request: DeskRequest, link: Link, now: datetime) -> HttpResponse:
    """Take back what this link has confirmed."""
    assert link.comment is not None
    try:
        with transaction.atomic():
            for comment in comments.came_together(link.comment):
                comments.withdraw(comment, by=links.actor(link), now=now)
    except Refused as refused:
        messages.error(request, " ".join(refused.sentences))
    return redirect("link", links.token(link.pk))
