"""The mails of a step, seen before it is taken: it is taken once and rolled back, so they are the very ones."""

import hashlib
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from typing import cast

from django.contrib.messages import ERROR
from django.contrib.messages.storage.base import BaseStorage, Message
from django.core.cache import caches
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django_stubs_ext import StrOrPromise

from contacts.http import DeskRequest
from liaisons import outbox
from liaisons.forms.kept import FilesForm
from liaisons.mail.seen import Seen
from liaisons.views.as_it_leaves import framed
from liaisons.views.opened import discreet

View = Callable[..., HttpResponse]
Label = StrOrPromise | Callable[[QueryDict], StrOrPromise]

KEPT = 3600  # seconds for which a form is remembered while its mails are looked at
OURS = ("typed", "number", "as")  # what this page says in its address


@dataclass(frozen=True)
class Step:
    """A step of which the mails are looked at: its name, the page it is taken from, and what takes it.

    What comes by itself has no address, and says when it comes.
    """

    label: StrOrPromise
    back: str
    address: str = ""
    style: str = "primary"
    given: tuple[tuple[str, str], ...] = ()
    comes: str = ""


def mails_of(view: View, label: Label, *, back: str = "", style: str = "primary") -> View:
    """The page before a step, whose address is that of the step with "mails/" behind it, for whoever may take it.

    `label` is what its button says, where there are several by what was pressed. `back` names the page with the form,
    where that is not the one the step leads to. A form that is refused is answered as the step answers it.
    """

    @xframe_options_sameorigin
    def mails(request: DeskRequest, **kwargs: object) -> HttpResponse:
        given = _posted(request) if request.method == "POST" else _typed(request)
        trial = _Trial(request, given)
        drafts = outbox.rehearse(lambda: trial.take(view, **kwargs))
        if trial.leads_to is None:
            return trial.answer
        if request.method == "POST" and not trial.against:
            return redirect(f"{request.path}?{_query(request, typed=_keep(request, given))}")
        step = Step(
            label(given) if callable(label) else label,
            _address(request, reverse(back, kwargs=kwargs)) if back else trial.leads_to,
            _address(request, request.path.removesuffix("mails/")),
            style,
            tuple((name, value) for name, values in given.lists() for value in values if name != "csrfmiddlewaretoken"),
        )
        return show(request, step, drafts, trial.against)

    return mails


class _Trial:
    """A step taken as if its form had been sent to it. What it says of itself is told to nobody as done."""

    def __init__(self, request: DeskRequest, given: QueryDict) -> None:
        request.FILES  # noqa: B018 – read while the method is the one it came by
        self.request = copy(request)
        self.said = _Said(self.request)
        vars(self.request).update(method="POST", _post=given, GET=QueryDict(_query(request)), _messages=self.said)

    def take(self, view: View, **kwargs: object) -> None:
        self.answer = view(self.request, **kwargs)

    @property
    def against(self) -> list[str]:
        """What keeps the step from being taken, where it tells so on the page that it leads to."""
        return [str(message) for message in self.said if message.level == ERROR]

    @property
    def leads_to(self) -> str | None:
        """Where the step leads; one that is not taken shows its form again, or how to sign in."""
        if not isinstance(self.answer, HttpResponseRedirect) or self.answer.url.startswith(reverse("sign-in")):
            return None
        return self.answer.url


class _Said(BaseStorage):
    """Messages that nobody else has seen and that are kept for no other page."""

    def _get(self, *_args: object, **_kwargs: object) -> tuple[list[Message], bool]:
        return [], True


def show(request: DeskRequest, step: Step, drafts: list[outbox.Draft], against: list[str]) -> HttpResponse:
    """Show the mails, the one asked for in full; ?as=html is what stands in its frame."""
    number = _asked_for(request, len(drafts))
    seen = Seen.of(drafts[number]) if drafts and not against else None
    if request.GET.get("as") == "html":
        if seen is None:
            raise Http404(_("There is no such mail here."))
        return discreet(framed(seen.html))
    query = _query(request, typed=request.GET.get("typed", ""))
    context = {
        "step": step,
        "obstacles": against,
        "drafts": drafts,
        "seen": seen,
        "number": number,
        "frame": f"?{query}&as=html&number={number}",
        "query": query,
        "nothing_leaves": outbox.refusal(),
    }
    return discreet(render(request, "liaisons/mails.html", context, status=400 if against else 200))


def _posted(request: DeskRequest) -> QueryDict:
    """The form that was sent. Its files are kept, as of a form that was refused, and named in it."""
    form = FilesForm(request.POST, request.FILES)
    if not request.FILES or not form.is_valid():
        return request.POST
    request.FILES.clear()
    return cast("QueryDict", form.data)


def _keep(request: DeskRequest, given: QueryDict) -> str:
    """Keep what was typed, which may be too long for an address and is nothing for a log; returns its name."""
    name = get_random_string(22)
    caches["leaves"].set(_key(request, name), given.urlencode(), KEPT)
    return name


def _typed(request: DeskRequest) -> QueryDict:
    return QueryDict(caches["leaves"].get(_key(request, request.GET.get("typed", "")), ""))


def _key(request: DeskRequest, name: str) -> str:
    """Nobody is led to a form that somebody else has filled in, nor to that of another step."""
    return hashlib.sha256(f"{request.user.pk} {request.path} {name}".encode()).hexdigest()


def _query(request: DeskRequest, **ours: str) -> str:
    """What stands in the address beside what this page says there itself."""
    query = request.GET.copy()
    for name in OURS:
        query.pop(name, None)
    query.update(ours)
    return query.urlencode()


def _address(request: DeskRequest, path: str) -> str:
    return f"{path}?{_query(request)}".removesuffix("?")


def _asked_for(request: DeskRequest, count: int) -> int:
    at = request.GET.get("number", "")
    return int(at) % count if count and at.isdecimal() and len(at) < 6 else 0
