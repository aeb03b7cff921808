"""A request as the views see it, and who gets as far as a view."""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.actor import Actor
from contacts.desks import SESSION_KEY
from contacts.models import Desk, User

P = ParamSpec("P")


class DeskRequest(HttpRequest):
    """A request after ActorMiddleware. `desk` is that of `desks` the person works at now; None for outsiders."""

    user: User
    actor: Actor
    desk: Desk | None
    desks: list[Desk]
    csp_nonce: str


class AtDesk(DeskRequest):
    """A request of somebody who has a role at `desk`."""

    desk: Desk
    roles: frozenset[str]


def posted(request: HttpRequest) -> QueryDict | None:
    """The form that was sent, however empty; None when its page is only opened."""
    return request.POST if request.method == "POST" else None


def at_desk(*roles: str) -> Callable[[Callable[Concatenate[AtDesk, P], HttpResponse]], Callable[..., HttpResponse]]:
    """Let in who holds one of the roles (or any, when none is named) at the desk they work at; others get 403."""

    def decorate(view: Callable[Concatenate[AtDesk, P], HttpResponse]) -> Callable[..., HttpResponse]:
        @login_required
        @wraps(view)
        def guarded(request: AtDesk, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if request.desk is None:
                raise PermissionDenied(_("You have no role at a desk. The secretariat of the group can give you one."))
            try:
                return entered(request, *args, **kwargs)
            except (Http404, PermissionDenied):
                # An address in a mail may name a thing of another of their desks: it is looked at there.
                if kwargs and request.method in ("GET", "HEAD") and (found := elsewhere(request, *args, **kwargs)):
                    return found
                raise

        def entered(request: AtDesk, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            request.roles = request.actor.roles_at(request.desk.group, request.desk.today(timezone.now()))
            if not request.roles or (roles and not request.roles & set(roles)):
                raise PermissionDenied(_("This page belongs to other roles at this desk."))
            return view(request, *args, **kwargs)

        def elsewhere(request: AtDesk, *args: P.args, **kwargs: P.kwargs) -> HttpResponse | None:
            here = request.desk
            for desk in (one for one in request.desks if one != here):
                request.desk = desk
                with suppress(Http404, PermissionDenied):
                    response = entered(request, *args, **kwargs)
                    request.session[SESSION_KEY] = desk.pk
                    return response
            request.desk = here
            return None

        return guarded

    return decorate
