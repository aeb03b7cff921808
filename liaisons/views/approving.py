"""A chair decides by a link of their own: about a statement, or about a meeting report."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from contacts.http import DeskRequest
from contacts.models import Desk, Person
from liaisons import enclosed, links, printed, sheets
from liaisons.comments import reports
from liaisons.details import Returned
from liaisons.documents.page import Page
from liaisons.documents.screen import on_screen
from liaisons.forms.circulation import DispositionForm, TakeBackForm
from liaisons.forms.links import DecideForm, ReturnForm
from liaisons.letter import Sheet
from liaisons.models import Circulation, Comment, Link, Statement
from liaisons.rules import CHAIRS, Moved, Refused, absent_chair
from liaisons.silence import Outcome
from liaisons.views import comparing
from liaisons.views.circulation import TOP, Said, comments_on, say
from liaisons.views.disposing import disposed
from liaisons.views.opened import by_link
from liaisons.views.rehearsing import mails_of
from liaisons.workflow import advance, obstacles

# An objection, and what was said about it in a form that is to be shown again.
About = tuple[Comment, DispositionForm]


def open_approve(
    request: DeskRequest, link: Link, now: datetime, *, about: About | None = None, status: int = 200
) -> HttpResponse:
    open_ = _open_statement if link.statement else _open_report
    return open_(request, link, now, about=about, status=status)


@require_POST
@by_link(Link.Purpose.APPROVE)
def link_approve(request: DeskRequest, link: Link, now: datetime) -> HttpResponse:
    return _approve_statement(request, link, now) if link.statement else _approve_report(request, link, now)


link_approve_mails = mails_of(link_approve, gettext_lazy("Approve"))


@require_POST
@by_link(Link.Purpose.APPROVE)
def link_comment_dispose(request: DeskRequest, link: Link, now: datetime, pk: int) -> HttpResponse:
    """Say what is done about an objection: a chair overrules it, or refers it to the next meeting."""
    objections = Comment.objects.counted().filter(kind=Comment.Kind.OBJECTION, circulation=link.circulation)
    comment = get_object_or_404(objections.select_related("circulation__desk__group", "author"), pk=pk)
    form = disposed(request, comment, links.actor(link), now, may_overrule=True)
    if form:
        return open_approve(request, link, now, about=(comment, form), status=400)
    return redirect(f"{reverse('link', args=[links.token(link.pk)])}#comment-{pk}")


link_comment_dispose_mails = mails_of(link_comment_dispose, gettext_lazy("Keep"))


# A statement


def _open_statement(
    request: DeskRequest,
    link: Link,
    now: datetime,
    return_form: ReturnForm | None = None,
    *,
    about: About | None = None,
    status: int = 200,
) -> HttpResponse:
    statement = _statement(link)
    revision, circulation = statement.revision, statement.circulation
    assert statement.desk is not None
    assert revision is not None  # what is not written is not approved
    actor = links.actor(link)
    masthead = sheets.masthead_of_copy(statement, circulation) if circulation else sheets.masthead_of(statement)
    page = Page(Sheet(revision.letter, masthead))
    context = {
        **_decision(link, statement.desk, circulation, now, about),
        "statement": statement,
        "page": page,
        "sections": on_screen(page),
        "files": enclosed.of_circulation(circulation, revision) if circulation else [],
        "since": comparing.since(circulation, links.token(link.pk)) if circulation else None,
        "approvals": revision.approvals.select_related("person", "in_place_of").order_by("given_at"),
        "obstacles": obstacles(statement, "approve", actor, now),
        "warnings": printed.warnings(revision),
        "may_return": not obstacles(statement, "revise", actor, now),
        "decide_form": DecideForm(initial={"seen": revision.pk}),
        "return_form": return_form or ReturnForm(initial={"seen": revision.pk}),
        "returning": return_form is not None,
    }
    return render(request, "liaisons/approve.html", context, status=status)


def _approve_statement(request: DeskRequest, link: Link, now: datetime) -> HttpResponse:
    form = DecideForm(request.POST)
    seen = form.cleaned_data["seen"] if form.is_valid() else 0
    try:
        statement = advance(_statement(link), "approve", by=links.actor(link), seen=seen, now=now)
    except Refused as refused:
        _tell(request, refused)
        return _open_statement(request, link, now, status=409 if isinstance(refused, Moved) else 400)
    if statement.state == Statement.State.APPROVED:
        messages.success(request, _("You approved it. It is %(number)s now.") % {"number": statement.reference})
    else:
        messages.success(request, _("Your approval is kept. The others have been asked."))
    return redirect("link", links.token(link.pk))


@require_POST
@by_link(Link.Purpose.APPROVE)
def link_return(request: DeskRequest, link: Link, now: datetime) -> HttpResponse:
    """Give the text back to its authors, with a reason."""
    if link.statement is None:
        raise Http404(_("This link is to a report."))
    form = ReturnForm(request.POST)
    if not form.is_valid():
        return _open_statement(request, link, now, form, status=400)
    seen, reason = form.cleaned_data["seen"], form.cleaned_data["reason"]
    try:
        advance(_statement(link), "revise", by=links.actor(link), seen=seen, reason=reason, details=Returned(), now=now)
    except Refused as refused:
        say(form, refused)
        return _open_statement(request, link, now, form, status=409 if isinstance(refused, Moved) else 400)
    messages.success(request, _("You returned it. Its authors read your reason with the draft."))
    return redirect(f"{reverse('link', args=[links.token(link.pk)])}{TOP}")


link_return_mails = mails_of(link_return, gettext_lazy("Return it"), style="danger")


def _statement(link: Link) -> Statement:
    assert link.statement is not None  # asked for by the view
    return Statement.objects.select_related("desk__group", "revision__author").get(pk=link.statement.pk)


# A report


def _open_report(
    request: DeskRequest,
    link: Link,
    now: datetime,
    back_form: TakeBackForm | None = None,
    *,
    about: About | None = None,
    status: int = 200,
) -> HttpResponse:
    circulation = _report(link)
    actor = links.actor(link)
    context = {
        **_decision(link, circulation.desk, circulation, now, about),
        "document": circulation.document,
        "files": enclosed.of_circulation(circulation),
        "obstacles": reports.against_approving(circulation, actor, now),
        "may_return": not reports.against_deciding(circulation, actor, now),
        "return_form": back_form or TakeBackForm(),
        "returning": back_form is not None,
    }
    return render(request, "liaisons/approve_report.html", context, status=status)


def _approve_report(request: DeskRequest, link: Link, now: datetime) -> HttpResponse:
    try:
        circulation = reports.approve(_report(link), by=links.actor(link), now=now)
    except Refused as refused:
        _tell(request, refused)
        return _open_report(request, link, now, status=400)
    messages.success(request, _("%(report)s is approved.") % {"report": circulation.document})
    return redirect("link", links.token(link.pk))


@require_POST
@by_link(Link.Purpose.APPROVE)
def link_take_back(request: DeskRequest, link: Link, now: datetime) -> HttpResponse:
    """End the days of a report on the list without an approval, with a reason."""
    if link.statement is not None:
        raise Http404(_("This link is to a statement."))
    form = TakeBackForm(request.POST)
    if not form.is_valid():
        return _open_report(request, link, now, form, status=400)
    try:
        reports.take_back(_report(link), reason=form.cleaned_data["reason"], by=links.actor(link), now=now)
    except Refused as refused:
        say(form, refused)
        return _open_report(request, link, now, form, status=400)
    messages.success(request, _("You took it back. The list gets your reason by mail."))
    return redirect(f"{reverse('link', args=[links.token(link.pk)])}{TOP}")


link_take_back_mails = mails_of(link_take_back, gettext_lazy("Take it back"), style="danger")


def _report(link: Link) -> Circulation:
    assert link.circulation is not None  # a constraint binds a link that is to no statement to it
    return link.circulation


# What they share


def _decision(
    link: Link, desk: Desk, circulation: Circulation | None, now: datetime, about: About | None
) -> dict[str, Any]:
    """Who decides in whose place, and what the list had to say."""
    decides = bool(CHAIRS & links.actor(link).roles_at(desk.group, desk.today(now)))
    return {
        "link": link,
        "token": links.token(link.pk),
        "at": desk,
        "circulation": circulation,
        "said": [_said(comment, about, decides=decides) for comment in comments_on(circulation)] if circulation else [],
        "outcome": Outcome.of(circulation) if circulation else None,
        "earlier": _earlier(circulation) if circulation else [],
        "absent": Person.objects.filter(pk=absent_chair(desk, links.actor(link), now) or 0).first(),
    }


def _said(comment: Comment, about: About | None, *, decides: bool) -> Said:
    """The comment, with a form where it is an objection that stops the approval unless a chair says otherwise."""
    if about and about[0].pk == comment.pk:
        return Said(comment, about[1])
    stops = comment.kind == Comment.Kind.OBJECTION and not comment.late and comment.withdrawn_at is None
    return Said(comment, DispositionForm(comment=comment, may_overrule=True) if decides and stops else None)


def _earlier(circulation: Circulation) -> QuerySet[Circulation]:
    """The circulations before this one, each with the number of comments it brought."""
    counted = Count("comments", filter=Q(comments__confirmed_at__isnull=False))
    return circulation.earlier().select_related("document").annotate(said=counted)


def _tell(request: DeskRequest, refused: Refused) -> None:
    for sentence in refused.sentences:
        messages.error(request, sentence)
