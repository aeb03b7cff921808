"""The frame of every page that a signed link opens, and what a link says that opens nothing any more."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.http import DeskRequest
from contacts.models import Desk
from liaisons import links
from liaisons.models import Circulation, Event, Link, Statement
from liaisons.on_demand import DAY

# Files that one link may bring within a day, in times the largest one: the link of a list is in many hands.
MOST_UPLOADS = 25

P = ParamSpec("P")
LinkView = Callable[Concatenate[DeskRequest, Link, datetime, P], HttpResponse]


def by_link(*purposes: str) -> Callable[[LinkView[P]], Callable[..., HttpResponse]]:
    """Hand the view the link behind the token in the address. A link of another purpose has no such page (404)."""

    def decorate(view: LinkView[P]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def opened(request: DeskRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            now = timezone.now()
            try:
                link = links.open(token, now)
            except links.Unusable as unusable:
                return _closed(request, unusable, token)
            if purposes and link.purpose not in purposes:
                return _missing(request)
            if _has_left(link, now):
                over = _("Your role at this desk has ended, and with it what this link was for.")
                return _closed(request, links.Revoked([over]), token)
            if _brings_too_much(request, link, now):
                return _too_much(request, link)
            zone = link.person.zone if link.person else timezone.get_current_timezone_name()
            with timezone.override(ZoneInfo(zone)):
                try:
                    return discreet(view(request, link, now, *args, **kwargs))
                except Http404:
                    return _missing(request)

        return opened

    return decorate


def _has_left(link: Link, now: datetime) -> bool:
    """Whether the link shows what is the desk's own to a person who holds no role there any more."""
    desk = desk_of(link)
    if link.person is None or desk is None or link.purpose not in (Link.Purpose.COMMENT, Link.Purpose.APPROVE):
        return False
    return not links.actor(link).roles_at(desk.group, desk.today(now))


def _brings_too_much(request: DeskRequest, link: Link, now: datetime) -> bool:
    """Count what comes by the link today, also with a form that is refused: its files are kept all the same."""
    size = sum(file.size or 0 for _name, files in request.FILES.lists() for file in files)
    if not size:
        return False
    key = f"uploads-{link.pk}-{now:%Y-%m-%d}"
    brought = cache.get(key, 0) + size
    cache.set(key, brought, DAY)
    return bool(brought > MOST_UPLOADS * settings.UPLOAD_MAX_BYTES)


def _too_much(request: DeskRequest, link: Link) -> HttpResponse:
    sentence = _("By this link no more files can be taken today. Nothing of what you sent just now was kept.")
    context = {"became": Became(_("Too many files"), sentence), "at": desk_of(link), "statement": None}
    return discreet(render(request, "liaisons/link_closed.html", {**context, "approvals": None}, status=429))


def discreet(response: HttpResponse) -> HttpResponse:
    """Keep the address of the page, which is a key, out of caches, search engines and the logs of other hosts.

    "no-referrer" would make browsers send forms from nowhere, and the protection against forged ones refuse them.
    """
    add_never_cache_headers(response)
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _missing(request: DeskRequest) -> HttpResponse:
    """The answer to an address that begins with a key and leads nowhere: as discreet as all the others."""
    return discreet(render(request, "404.html", status=404))


@dataclass(frozen=True)
class Became:
    """What became of the thing that a closed link was for."""

    heading: str
    sentence: str
    reason: str = ""


def _closed(request: DeskRequest, unusable: links.Unusable, token: str) -> HttpResponse:
    """The page of a link that opens nothing: 404 when nobody made it, 410 when it is over."""
    if isinstance(unusable, links.Forged):
        incomplete = Became(_("This link is not complete"), unusable.sentences[0])
        return discreet(render(request, "liaisons/link_closed.html", {"became": incomplete}, status=404))
    if isinstance(unusable, links.Lost):
        lost = Became(_("This link is not known here any more"), unusable.sentences[0])
        return discreet(render(request, "liaisons/link_closed.html", {"became": lost}, status=410))
    # links.open() has checked the seal: the number is that of a link we made.
    bound = ("statement__desk__group", "addressee__statement__desk__group")
    circulated = ("circulation__statement", "circulation__desk__group", "comment__circulation__desk__group")
    rows = Link.objects.select_related(*bound, *circulated, "comment__circulation__statement")
    link = rows.get(pk=int(token.partition(".")[0]))
    statement = statement_of(link)
    circulation = _circulation_of(link)
    report = circulation if circulation and circulation.statement is None else None
    became = _what_became(link, statement) if statement else None
    if report:
        became = _what_became_of_report(link, report)
    decided = statement is not None and link.purpose == Link.Purpose.APPROVE
    approvals = statement.approvals.select_related("person", "in_place_of") if statement and decided else []
    context = {
        "became": became or Became(_("This link is closed"), unusable.sentences[0]),
        "at": desk_of(link),
        "statement": statement,
        "report": report.document if report else None,
        "title": _title(link, statement) if statement else "",
        "approvals": approvals,
    }
    return discreet(render(request, "liaisons/link_closed.html", context, status=410))


def statement_of(link: Link) -> Statement | None:
    if link.addressee:
        return link.addressee.statement
    circulation = _circulation_of(link)
    return circulation.statement if circulation else link.statement


def _circulation_of(link: Link) -> Circulation | None:
    return link.circulation or (link.comment.circulation if link.comment else None)


def _title(link: Link, statement: Statement) -> str:
    """The title of the text that the link was for: what its authors write since is not for whoever holds it."""
    circulation = _circulation_of(link)
    revision = circulation.revision if circulation else statement.approved_revision
    return revision.title if revision else ""


def desk_of(link: Link) -> Desk | None:
    circulation = _circulation_of(link)
    if circulation:
        return circulation.desk
    statement = statement_of(link)
    return statement.desk if statement else link.desk


def _what_became(link: Link, statement: Statement) -> Became | None:
    """Read from the record who ended what the link was for; names are for our own people, groups for others."""
    if statement.outcome == Statement.Outcome.CORRECTED and link.purpose == Link.Purpose.ANSWER:
        return Became(
            _("This statement has been corrected"),
            _("%(who)s sent it again under its number, corrected. Answer that one, by the link in its mail.")
            % {"who": statement.source or statement.source_text},
        )
    ended = Event.objects.filter(
        statement=statement, verb__in=("approve", "revise", "recall", "withdraw"), addressee=None
    ).exclude(target_state="circulated")
    if link.revoked_at:
        ended = ended.filter(at__lte=link.revoked_at)
    event: Event | None = ended.select_related("person", "user", "link__comment", "desk__group").last()
    if event is None or event.desk is None or not link.revoked_at:
        return None
    what = {
        "who": event.who if link.purpose == Link.Purpose.APPROVE else event.desk.group,
        "statement": statement.reference or _title(link, statement),
        "day": date_format(timezone.localtime(event.at, event.desk.zoneinfo), "j F Y"),
    }
    reason = event.reason if event.verb in ("revise", "withdraw") else ""
    if event.verb == "withdraw":
        return Became(_("This statement was withdrawn"), _("%(who)s withdrew %(statement)s on %(day)s.") % what, reason)
    if event.verb == "recall":
        return Became(
            _("This statement was taken back"),
            _("%(who)s took %(statement)s back on %(day)s, before it left. It may come again with a new link.") % what,
        )
    if event.verb == "revise":
        return Became(
            _("The text went back to its authors"),
            _("%(who)s returned it on %(day)s. It will be circulated again, with a new link.") % what,
            reason,
        )
    return Became(_("This is decided"), _("%(statement)s was approved on %(day)s.") % what)


def _what_became_of_report(link: Link, circulation: Circulation) -> Became | None:
    """The same of a report: who ended its days before the list."""
    ended = circulation.events.filter(verb__in=("approve_report", "take_back_report", "revise_report"))
    event: Event | None = ended.select_related("person", "user", "link__comment").last()
    if event is None or not link.revoked_at:
        return None
    desk = circulation.desk
    what = {
        "who": event.who if link.purpose == Link.Purpose.APPROVE else desk.group,
        "report": circulation.document,
        "day": date_format(timezone.localtime(event.at, desk.zoneinfo), "j F Y"),
    }
    if event.verb == "approve_report":
        return Became(_("This report is approved"), _("%(who)s declared %(report)s approved on %(day)s.") % what)
    if event.verb == "revise_report":
        return Became(
            _("This report has been revised"),
            _("%(who)s put its next revision before the list on %(day)s. Look for the link in that mail.") % what,
        )
    return Became(
        _("This report was taken back"),
        _("%(who)s took %(report)s back on %(day)s. It may come again as its next revision, with a new link.") % what,
        event.reason,
    )
