"""Signed links: one address that opens each by its purpose; confirming lives here.

Opening a link never changes anything: programs that look into mails for their readers open every link in them.
"""

from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from contacts.http import DeskRequest
from liaisons import comments, enclosed, links
from liaisons.models import Link
from liaisons.rules import Refused
from liaisons.views import reminders
from liaisons.views.answer import open_answer
from liaisons.views.approving import open_approve
from liaisons.views.circulation import open_circulation
from liaisons.views.files import serve
from liaisons.views.opened import by_link


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
        return serve(enclosed.of_addressee(link.addressee), name)
    circulation, revision = link.circulation, None
    if link.statement:  # to be approved as it is now
        circulation, revision = link.statement.circulation, link.statement.revision
    return serve(enclosed.of_circulation(circulation, revision) if circulation else [], name)


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
