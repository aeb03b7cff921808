"""What a statement that came in settles of ours: for one addressee in full, or for all that are ticked at once."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from contacts.http import AtDesk, at_desk, posted
from liaisons.details import Answer
from liaisons.forms.steps import SettleForm
from liaisons.models import Addressee, Registration, Reply, Statement
from liaisons.received.matching import answered_by, open_requests
from liaisons.replies import answers
from liaisons.views.incoming import found_here, registration_page
from liaisons.views.rehearsing import mails_of
from liaisons.workflow import Moved, Refused, advance


@at_desk("secretariat")
def registration_settle(request: AtDesk, pk: int) -> HttpResponse:
    """What the letter settles for one addressee of a statement of ours."""
    now = timezone.now()
    found = found_here(request, pk)
    key = request.GET.get("addressee", "")
    ours = Addressee.objects.filter(statement__desk=request.desk).select_related("statement__desk__group", "group")
    addressee = get_object_or_404(
        ours.filter(statement__in=found.statement.relations.values("to")), pk=key if key.isdecimal() else 0
    )
    said = _said_by(found)
    first = {
        "seen": addressee.statement.revision_id, "kind": said.kind, "reference": said.reference, "name": said.name,
    }  # fmt: skip
    form = SettleForm(addressee, posted(request), request.FILES or None, initial=first)
    refused: list[str] = []
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            answer = replace(form.answer(), statement=found.statement)
            try:
                with transaction.atomic():
                    Statement.objects.select_for_update(of=("self",)).get(pk=addressee.statement_id)
                    if answers.said_already(addressee, answer, now) is None:
                        seen = form.cleaned_data["seen"]
                        advance(addressee, "settle", by=request.actor, seen=seen, details=answer, now=now)
            except Refused as refusal:
                refused, status = refusal.sentences, 409 if isinstance(refusal, Moved) else 400
            else:
                messages.success(request, _("Recorded for %(addressee)s.") % {"addressee": addressee})
                return redirect(f"{found.get_absolute_url()}#answers")
    context = {
        "registration": found,
        "addressee": addressee,
        "statement": addressee.statement,
        "address": reverse("registration-settle", args=[pk]),
        "form": form,
        "obstacles": refused,
        "nominee": [form[name] for name in SettleForm.NOMINEE if name in form.fields],
        "replies": addressee.replies.select_related("statement").prefetch_related("reply_files"),
    }
    return render(request, "liaisons/registration_settle.html", context, status=status)


registration_settle_mails = mails_of(registration_settle, gettext_lazy("Keep the answer"), back="registration-settle")


@require_POST
@at_desk("secretariat")
def registration_settle_ticked(request: AtDesk, pk: int) -> HttpResponse:
    """What the letter settles for every addressee it speaks for, of each statement of ours: all of it or nothing."""
    now = timezone.now()
    found = found_here(request, pk)
    ticked = _ticked(found, request.POST.getlist("settles"))
    if not ticked:
        refused = [_("Tick what the letter settles, or say for an addressee that it says something else.")]
        return registration_page(request, found, now, refused=refused, status=400)
    try:
        with transaction.atomic():
            for addressee, keys in ticked:
                seen = request.POST.get(f"seen-{addressee.statement_id}", "")
                _settle(request, addressee, replace(_said_by(found), settles=keys), seen, now)
    except Refused as refusal:
        status = 409 if isinstance(refusal, Moved) else 400
        return registration_page(request, found_here(request, pk), now, refused=refusal.sentences, status=status)
    done = ngettext("Recorded for %(count)d addressee.", "Recorded for %(count)d addressees.", len(ticked))
    messages.success(request, done % {"count": len(ticked)})
    return redirect(f"{found.get_absolute_url()}#answers")


registration_settle_ticked_mails = mails_of(registration_settle_ticked, gettext_lazy("It settles what is ticked"))


def _ticked(found: Registration, given: Iterable[str]) -> list[tuple[Addressee, tuple[str, ...]]]:
    """The addressees with the requests that were ticked, of those that the page offered; anything else is left out."""
    values = set(given)
    offered = [one for answering in answered_by(found) for one in answering.to_tick]
    keys = {
        one: tuple(asked.key for asked in open_requests(one) if f"{one.pk}:{asked.key}" in values) for one in offered
    }
    return [(one, ticked) for one, ticked in keys.items() if ticked]


def _settle(request: AtDesk, addressee: Addressee, answer: Answer, seen: str, now: datetime) -> None:
    revision = int(seen) if seen.isdecimal() and len(seen) < 19 else 0
    advance(addressee, "settle", by=request.actor, seen=revision, details=answer, now=now)


def _said_by(found: Registration) -> Answer:
    """An answer by the letter itself, in the name of its source."""
    statement = found.statement
    return Answer(
        Reply.Kind.ANSWER,
        reference=statement.reference,
        name=str(statement.source or statement.source_text),
        statement=statement,
    )
