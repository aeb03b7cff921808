"""What the secretariat says to a nomination that came by an answer link: appoint the person, or leave it at that."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from contacts.actor import Actor
from contacts.http import AtDesk, at_desk
from liaisons.models import Nomination
from liaisons.replies import nominations
from liaisons.rules import SECRETARIAT, Refused
from liaisons.views.reading import visible


class Decision(Protocol):
    def __call__(self, nomination: Nomination, *, by: Actor, now: datetime) -> Nomination: ...


@at_desk(*SECRETARIAT)
@require_POST
def nomination_confirm(request: AtDesk, pk: int, nomination_pk: int) -> HttpResponse:
    return _decide(
        request,
        pk,
        nomination_pk,
        nominations.confirm,
        lambda row: _("%(name)s represents %(body)s from today on.") % {"name": row, "body": row.reply.addressee},
    )


@at_desk(*SECRETARIAT)
@require_POST
def nomination_set_aside(request: AtDesk, pk: int, nomination_pk: int) -> HttpResponse:
    return _decide(
        request,
        pk,
        nomination_pk,
        nominations.set_aside,
        lambda row: _("The nomination of %(name)s is set aside. The answer stays to be read.") % {"name": row},
    )


def _decide(
    request: AtDesk, pk: int, nomination_pk: int, decide: Decision, says: Callable[[Nomination], str]
) -> HttpResponse:
    statement = visible(request, pk=pk, desk=request.desk)
    rows = Nomination.objects.filter(reply__addressee__statement=statement)
    nomination = get_object_or_404(rows, pk=nomination_pk)
    try:
        messages.success(request, says(decide(nomination, by=request.actor, now=timezone.now())))
    except Refused as refused:
        messages.error(request, " ".join(refused.sentences))
    return redirect(f"{statement.get_absolute_url()}#addressees")
