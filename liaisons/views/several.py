"""Saying several things about a text in circulation at once: a row for each, one mail to confirm them all."""

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.http import AtDesk, DeskRequest, at_desk
from liaisons import links
from liaisons.forms.several import AT_FIRST, SeveralForm
from liaisons.models import Comment, Link
from liaisons.views.circulation import TOP, of_desk, paragraphs_of, reading
from liaisons.views.door import Door, keep
from liaisons.views.opened import by_link


@at_desk()
def circulation_several(request: AtDesk, pk: int) -> HttpResponse:
    circulation = of_desk(request.desk, pk)
    back = reverse("circulation", args=[pk])
    return _page(request, Door(circulation, request.actor, back), Comment.Way.PAGE, timezone.now())


@by_link(Link.Purpose.COMMENT)
def link_several(request: DeskRequest, link: Link, now: datetime) -> HttpResponse:
    assert link.circulation is not None  # a constraint binds the link to it
    back = reverse("link", args=[links.token(link.pk)])
    return _page(request, Door(link.circulation, links.actor(link), back), Comment.Way.LINK, now)


def _page(request: DeskRequest, door: Door, way: Comment.Way, now: datetime) -> HttpResponse:
    given = request.POST
    told = given.get("count", "")
    count = int(told) if told.isdecimal() and len(told) < 4 else AT_FIRST
    paragraphs = list(paragraphs_of(door.circulation))
    if "more" in given:  # nothing is judged yet: what was typed comes back with more room
        form = SeveralForm(initial=given.dict(), count=count + AT_FIRST, open_=door.is_open)
    elif request.method == "POST":
        form = SeveralForm(given, count=count, open_=door.is_open, paragraphs=paragraphs)
        sent = _("We have sent a mail to %(email)s. What you say counts once you open its link.")
        if form.is_valid() and keep(request, door, form, form.said(), now, way=way, sent=sent):
            return redirect(f"{door.back}{TOP}")
    else:
        form = SeveralForm(count=AT_FIRST, open_=door.is_open)
    context = {**reading(door.circulation, now, ""), "form": form, "door": door, "obstacles": door.obstacles}
    return render(request, "liaisons/circulation_several.html", context, status=400 if form.errors else 200)
