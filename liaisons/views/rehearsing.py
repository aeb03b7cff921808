"""The mails of a step, seen before it is taken: it is taken once and rolled back, so they are the very ones."""

from collections.abc import Callable
from dataclasses import dataclass

from django.core import signing
from django.forms import BaseForm
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from contacts.http import AtDesk
from liaisons import outbox
from liaisons.mail.seen import Seen
from liaisons.rules import Refused
from liaisons.views.as_it_leaves import framed

SALT = "liaisons.views.rehearsing"


@dataclass(frozen=True)
class Step:
    """A step of which the mails are looked at: its name, the address that takes it, and the page it is taken from."""

    label: StrOrPromise
    address: str
    back: str
    style: str = "primary"


def typed(request: AtDesk) -> QueryDict:
    """What was in the form from which somebody came to look; short, and in no log as words."""
    try:
        fields = signing.loads(request.GET.get("typed", ""), salt=_salt(request))
    except signing.BadSignature:
        fields = ""
    return QueryDict(fields)


def look(request: AtDesk, step: Step, take: Callable[[], object], form: BaseForm | None = None) -> HttpResponse:
    """Show the mails that `take` would queue, the one asked for in full; ?as=html is what stands in its frame."""
    if request.method == "POST":
        given = request.POST.copy()
        given.pop("csrfmiddlewaretoken", None)
        sealed = signing.dumps(given.urlencode(), salt=_salt(request), compress=True)
        return redirect(f"{request.path}?{urlencode({'typed': sealed})}")
    against = _wrong_in(form) if form is not None else []
    drafts: list[outbox.Draft] = []
    if not against:
        try:
            drafts = outbox.rehearse(take)
        except Refused as refused:
            against = refused.sentences
    number = _asked_for(request, len(drafts))
    seen = Seen.of(drafts[number]) if drafts else None
    if request.GET.get("as") == "html":
        if seen is None:
            raise Http404(_("There is no such mail here."))
        return framed(seen.html)
    query = urlencode({"typed": request.GET.get("typed", "")})
    context = {
        "step": step,
        "obstacles": against,
        "drafts": drafts,
        "seen": seen,
        "number": number,
        "frame": f"?{query}&as=html&mail={number}",
        "query": query,
        "given": [(name, value) for name, values in typed(request).lists() for value in values],
        "nothing_leaves": outbox.refusal(),
    }
    return render(request, "liaisons/mails.html", context, status=400 if against else 200)


def _salt(request: AtDesk) -> str:
    """Nobody is led to a form that somebody else has filled in."""
    return f"{SALT}.{request.user.pk}"


def _wrong_in(form: BaseForm) -> list[str]:
    return [str(sentence) for sentences in form.errors.values() for sentence in sentences]


def _asked_for(request: AtDesk, count: int) -> int:
    at = request.GET.get("mail", "")
    return int(at) % count if count and at.isdecimal() and len(at) < 6 else 0
