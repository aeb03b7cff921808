"""What a person is reminded of, what not, and the same days as a calendar and as a table."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.formats import date_format
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contacts.http import AtDesk, DeskRequest, at_desk, posted
from contacts.models import Desk, Person
from contacts.transfer import table
from liaisons import feeds, links
from liaisons import reminders as reminding
from liaisons.forms.reminding import StatementStagesForm
from liaisons.models import Action, Addressee, Circulation, Event, Link, Mute, Registration, Reminder, Statement
from liaisons.models.reminder import Thing
from liaisons.overviews import deadlines
from liaisons.overviews.deadlines import Deadline
from liaisons.rules import AUTHORS
from liaisons.views.opened import by_link

SHOWN = 200  # rows of one list; the table has all that is due
_MAIL = re.compile(r"[0-9a-f-]{36}")  # the local part of a Message-ID of ours
# The field of a form → what it names.
MUTED: dict[str, type[Thing]] = {
    "statement": Statement,
    "circulation": Circulation,
    "registration": Registration,
    "action": Action,
}


@dataclass(frozen=True)
class Told:
    """A thing the person is reminded of; `field` and its key say in a form which one it is."""

    field: str
    thing: Thing


@require_safe
@at_desk()
def reminders(request: AtDesk) -> HttpResponse:
    """The person's own page, with the calendar that only they see the address of."""
    person = _person(request)
    now = timezone.now()
    link = _calendars(person, request.desk, now).first()
    coming = _coming(person, request.desk, now, statements=SHOWN + 1)
    context = {
        **_told(person, request.desk),
        "calendar": f"{links.url(link)}calendar.ics" if link else "",
        "deadlines": coming[:SHOWN],
        "more": len(coming) > SHOWN,
    }
    return render(request, "liaisons/reminders.html", context)


@require_POST
@at_desk()
def reminders_mute(request: AtDesk) -> HttpResponse:
    _mute(request, _person(request), request.desk, timezone.now())
    return redirect("reminders")


@require_POST
@at_desk()
def reminders_unmute(request: AtDesk, pk: int) -> HttpResponse:
    _unmute(request, _person(request), request.desk, pk)
    return redirect("reminders")


@require_POST
@at_desk()
def reminders_calendar(request: AtDesk) -> HttpResponse:
    """Make the address of the calendar, or a new one: the one before opens nothing any more."""
    person, now = _person(request), timezone.now()
    links.revoke(_calendars(person, request.desk, now), now)
    links.issue(Link.Purpose.FEED, person=person, desk=request.desk, now=now)
    messages.success(request, _("The calendar has a new address. Give it to nobody: it opens without a password."))
    return redirect("reminders")


@require_POST
@at_desk()
def reminders_calendar_stop(request: AtDesk) -> HttpResponse:
    now = timezone.now()
    links.revoke(_calendars(_person(request), request.desk, now), now)
    messages.success(request, _("The calendar is closed. Programs that subscribe to it get nothing any more."))
    return redirect("reminders")


@require_safe
@at_desk()
def deadlines_table(request: AtDesk) -> HttpResponse:
    rows = _coming(_person(request), request.desk, timezone.now())
    content = table.write(
        (_("Day"), _("Until"), _("What"), _("More"), _("Address")),
        [
            (
                row.day.isoformat(),
                row.last_day.isoformat() if row.last_day else "",
                row.title,
                row.text.replace("\n", "; "),
                row.address,
            )
            for row in rows
        ],
    )
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    name = f"deadlines-{request.desk.slug}.csv"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    return response


@at_desk(*AUTHORS)
def statement_reminders(request: AtDesk, pk: int) -> HttpResponse:
    """When the addressees of one statement, and our own people, are reminded of it."""
    found = get_object_or_404(
        Statement.objects.issued_by(request.desk).select_related("desk__group", "revision"), pk=pk
    )
    before = (found.remind_outsiders, found.remind_insiders)
    form = StatementStagesForm(posted(request), instance=found)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        with transaction.atomic():
            Statement.objects.select_for_update().get(pk=pk)
            outsiders, insiders = form.cleaned_data["remind_outsiders"], form.cleaned_data["remind_insiders"]
            Statement.objects.filter(pk=pk).update(remind_outsiders=outsiders, remind_insiders=insiders)
            if before != (outsiders, insiders):
                changed = {"remind_outsiders": [before[0], outsiders], "remind_insiders": [before[1], insiders]}
                Event.objects.record(
                    "stages", by=request.actor, at=now, desk=found.desk, statement=found, data=changed, private=True
                )
            found.remind_outsiders, found.remind_insiders = outsiders, insiders
            reminding.replan(found, now)
        messages.success(request, _("These days hold from now on."))
        return redirect(found)
    context = {"form": form, "statement": found}
    return render(request, "liaisons/statement_reminders.html", context, status=400 if form.errors else 200)


# By the links in mails, and the one of the calendar


def open_mute(request: DeskRequest, link: Link) -> HttpResponse:
    person, desk = _bound(link)
    context = {
        "token": links.token(link.pk),
        "at": desk,
        "person": person,
        "mail": request.GET.get("mail", ""),
        "desks": _desks_of_mail(request, person, desk),
        **_told(person, desk),
    }
    return render(request, "liaisons/link_mute.html", context)


# A mail program that unsubscribes its reader sends no cookie (RFC 8058); the address is the key.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@by_link(Link.Purpose.MUTE, Link.Purpose.ANSWER)
def link_mute(request: DeskRequest, link: Link, now: datetime) -> HttpResponse:
    """Mute what is named, or all of the desk, or of every desk that the mail in ?mail= told of.

    By the link of an addressee it mutes the reminders of its letter. Opening it only shows the page: programs look at
    every link.
    """
    page = reverse("link", args=[links.token(link.pk)])
    if request.method == "POST":
        if link.addressee:
            _mute_addressee(request, link.addressee, link, now)
        elif desks := _desks_of_mail(request, *_bound(link)):
            for row in reminding.mute_all(_bound(link)[0], desks, now):
                _say_muted(request, row, row.desk)
        else:
            _mute(request, *_bound(link), now)
        if "List-Unsubscribe" in request.POST:
            return HttpResponse(_("You are not reminded any more."), content_type="text/plain; charset=utf-8")
    elif "mail" in request.GET:
        page = f"{page}?{request.GET.urlencode()}"
    return redirect(page)


@require_POST
@by_link(Link.Purpose.MUTE)
def link_unmute(request: DeskRequest, link: Link, now: datetime, pk: int) -> HttpResponse:
    _unmute(request, *_bound(link), pk)
    return redirect("link", links.token(link.pk))


@require_safe
@by_link(Link.Purpose.FEED)
def link_calendar(request: DeskRequest, link: Link, now: datetime) -> HttpResponse:
    """The calendar as a file; 304 for a program that has it as it is."""
    content = feeds.calendar(*_bound(link), now)
    etag = feeds.etag(content)
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="liaise.ics"'
    response["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response) or response


# What several of them need


def _person(request: AtDesk) -> Person:
    assert request.actor.person is not None  # whoever has a role is a person
    return request.actor.person


def _coming(person: Person, desk: Desk, now: datetime, statements: int | None = None) -> list[Deadline]:
    """What is due, late or not; meetings that are over stay in calendars only."""
    today = desk.today(now)
    found = deadlines.of(person, desk, now, statements=statements)
    return [row for row in found if row.last_day is None or row.last_day >= today]


def _bound(link: Link) -> tuple[Person, Desk]:
    assert link.person is not None  # a constraint binds the link to both
    assert link.desk is not None
    return link.person, link.desk


def _calendars(person: Person, desk: Desk, now: datetime) -> Any:  # noqa: ANN401 – the link's own queryset
    return Link.objects.valid(now).filter(purpose=Link.Purpose.FEED, person=person, desk=desk)


def _told(person: Person, desk: Desk) -> dict[str, Any]:
    """What the person has been reminded of that is due still, and what they muted."""
    rows = Reminder.objects.standing().filter(person=person, desk=desk, cancelled_at__isnull=True)
    about = rows.select_related("addressee__statement", "circulation__statement", "circulation__document")
    things: dict[tuple[str, int], Told] = {}
    for row in about.select_related("registration__document", "action").order_by("due_on", "pk").iterator(2000):
        if len(things) == SHOWN:
            break
        thing = row.thing
        field = thing._meta.model_name or ""
        things.setdefault((field, thing.pk), Told(field, thing))
    mutes = Mute.objects.filter(person=person, desk=desk).order_by("since", "pk")
    named = ("statement__revision", "circulation__document", "registration__document", "registration__statement")
    return {
        "things": list(things.values()),
        "mutes": mutes.select_related(*named, "action"),
        "all_muted": any(row.thing is None for row in mutes),
    }


def _mute(request: HttpRequest, person: Person, desk: Desk, now: datetime) -> None:
    about = _named(request, person, desk)
    _say_muted(request, reminding.mute(person, desk, now, about=about), about or desk)


def _say_muted(request: HttpRequest, row: Mute, what: Thing | Desk) -> None:
    day = date_format(timezone.localtime(row.since), "j F Y")
    messages.success(request, _("Muted since %(day)s: %(what)s.") % {"day": day, "what": what})


def _desks_of_mail(request: HttpRequest, person: Person, desk: Desk) -> list[Desk]:
    """The desks that the person's mail in ?mail= told of; none where it told of this one only, or is not theirs."""
    mail = request.GET.get("mail", "")
    if not _MAIL.fullmatch(mail):
        return []
    told = Reminder.objects.filter(person=person, message__person=person, message__message_id__startswith=f"<{mail}@")
    desks = list(Desk.objects.filter(pk__in=told.values("desk")).select_related("group").order_by("pk"))
    return desks if desk in desks and len(desks) > 1 else []


def _named(request: HttpRequest, person: Person, desk: Desk) -> Thing | None:
    """The thing that the form names, one of which the person has had reminders; None where it names none."""
    for field, model in MUTED.items():
        if (key := request.POST.get(field)) is not None:
            thing: Thing | None = model._default_manager.filter(pk=key).first() if key.isdecimal() else None
            if thing is None or not Reminder.objects.about(thing).filter(person=person, desk=desk).exists():
                raise Http404
            return thing
    return None


def _mute_addressee(request: HttpRequest, addressee: Addressee, link: Link, now: datetime) -> None:
    wanted = "again" in request.POST
    reminding.remind_addressee(addressee, wanted=wanted, by=links.actor(link), now=now)
    if wanted:
        messages.success(request, _("You are reminded of this letter again, from the next stage on."))
    else:
        messages.success(request, _("You are not reminded of this letter any more. Your answer is awaited as before."))


def _unmute(request: HttpRequest, person: Person, desk: Desk, pk: int) -> None:
    row = get_object_or_404(Mute, pk=pk, person=person, desk=desk)
    reminding.unmute(row)
    messages.success(request, _("You are reminded again, from the next stage on."))
