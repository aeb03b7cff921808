"""Saying several things about a text in circulation at once: a row for each, one mail to confirm them all."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.actor import Actor
from contacts.http import AtDesk, DeskRequest, at_desk
from liaisons import comments, links
from liaisons.forms.several import AT_FIRST, SeveralForm
from liaisons.models import Circulation, Comment, Link
from liaisons.rules import Refused
from liaisons.views.circulation import TOP, of_desk, paragraphs_of, reading, say
from liaisons.views.opened import by_link


@dataclass(frozen=True)
class Door:
    """How somebody came to the circulation: at the desk, or by a link, which is a person's or everybody's."""

    circulation: Circulation
    actor: Actor
    back: str
    way: Comment.Way

    @property
    def is_open(self) -> bool:
        return self.actor.person is None


@at_desk()
def circulation_several(request: AtDesk, pk: int) -> HttpResponse:
    circulation = of_desk(request.desk, pk)
    back = reverse("circulation", args=[pk])
    return _page(request, Door(circulation, request.actor, back, Comment.Way.PAGE), timezone.now())


@by_link(Link.Purpose.COMMENT)
def link_several(request: DeskRequest, link: Link, now: datetime) -> HttpResponse:
    assert link.circulation is not None  # a constraint binds the link to it
    back = reverse("link", args=[links.token(link.pk)])
    return _page(request, Door(link.circulation, links.actor(link), back, Comment.Way.LINK), now)


def _page(request: DeskRequest, door: Door, now: datetime) -> HttpResponse:
    given = request.POST
    told = given.get("count", "")
    count = int(told) if told.isdecimal() and len(told) < 4 else AT_FIRST
    paragraphs = list(paragraphs_of(door.circulation))
    if "more" in given:  # nothing is judged yet: what was typed comes back with more room
        form = SeveralForm(initial=given.dict(), count=count + AT_FIRST, open_=door.is_open)
    elif request.method == "POST":
        form = SeveralForm(given, count=count, open_=door.is_open, paragraphs=paragraphs)
        if form.is_valid() and _keep(request, door, form, now):
            return redirect(f"{door.back}{TOP}")
    else:
        form = SeveralForm(count=AT_FIRST, open_=door.is_open)
    ended = [_("This circulation has ended: comments are no longer taken.")] if door.circulation.ended_at else []
    context = {**reading(door.circulation, now, ""), "form": form, "door": door, "obstacles": ended}
    return render(request, "liaisons/circulation_several.html", context, status=400 if form.errors else 200)


def _keep(request: DeskRequest, door: Door, form: SeveralForm, now: datetime) -> bool:
    """Keep all of them; what the rules refuse becomes a sentence in the form."""
    who = {name: form.cleaned_data.get(name, "") for name in ("name", "email", "group_text")}
    try:
        rows = comments.comment_together(door.circulation, form.said(), by=door.actor, now=now, way=door.way, **who)
    except Refused as refused:
        say(form, refused)
        return False
    if door.is_open:
        told = _("We have sent a mail to %(email)s. What you say counts once you open its link.")
        messages.warning(request, told % who)
    else:
        told = ngettext("%(count)d comment is kept.", "%(count)d comments are kept.", len(rows))
        messages.success(request, told % {"count": len(rows)})
    return True
