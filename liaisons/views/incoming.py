"""Statements that came in: the list, one registered by hand, and its page with the steps it offers."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from contacts.designations import Directory
from contacts.forms import designations
from contacts.http import AtDesk, DeskRequest, at_desk, posted
from contacts.models import Desk
from contacts.paging import page_of
from liaisons import addressing, relations
from liaisons.arrivals import deciding, proposing
from liaisons.forms.incoming import FORMS, IncomingFilter, RegistrationForm, RegistrationStep, RelateForm
from liaisons.letter import PURPOSES
from liaisons.models import DocumentFile, Event, Registration, Statement
from liaisons.models.register import RegistrationQuerySet
from liaisons.overviews.history import told
from liaisons.overviews.search import find
from liaisons.received import registering
from liaisons.received.matching import Answering, Named, answered_by
from liaisons.rules import ROLES, may_read_letter, may_write, permits
from liaisons.views import by_mail
from liaisons.views.files import attachment
from liaisons.views.rehearsing import mails_of
from liaisons.workflow import Moved, Refused, advance, offers

JOINED = ("desk__group", "statement__source", "document", "assignee", "forwarded_by", "noted_at")
WAITING = (Registration.State.RECEIVED, Registration.State.ASSIGNED)
WATCHED = "watched"  # of the tabs: what passes between two other bodies, whatever its state


@require_safe
@at_desk()
def incoming(request: AtDesk) -> HttpResponse:
    now = timezone.now()
    registered = Registration.objects.of_desk(request.desk)
    state = request.GET.get("state", "")
    chosen = IncomingFilter(request.GET, request.desk)
    rows = _in_state(_narrowed(registered, chosen, request.desk), state)
    counts = dict(registered.filter(watched=False).order_by().values_list("state").annotate(Count("pk")))
    total = registered.count()
    states = [(value, str(label), counts.get(value, 0)) for value, label in Registration.State.choices]
    states.append((WATCHED, _("watched"), total - sum(counts.values())))
    rows = rows.select_related(*JOINED, "statement__revision").defer(
        "statement__revision__content", "statement__revision__body"
    )
    context = {
        "page": page_of(rows, "created_at", request.GET, descending=True),
        "filter": chosen,
        "state": state,
        "states": states,
        "total": total,
        "filtered": any(request.GET.get(name) for name in ("q", "purpose", "assignee")),
        "today": request.desk.today(now),
        "waiting": WAITING,
        "may_register": bool(request.roles & {"secretariat"}),
    }
    return render(request, "liaisons/incoming.html", context)


@at_desk("secretariat")
def registration_new(request: AtDesk) -> HttpResponse:
    """Register a statement that came in; ?mail= names the mail it came by."""
    now = timezone.now()
    mail = by_mail.taken_up(request)
    today = request.desk.today(now)
    directory = Directory.load(today, within=request.desk.group)
    form = RegistrationForm(
        posted(request),
        request.FILES or None,
        desk=request.desk,
        directory=directory,
        initial=proposing.registration(mail) if mail else {"received_on": today},
    )
    by_mail.with_files(form, mail)
    refused: list[str] = []
    if request.method == "POST" and form.is_valid():
        received = form.received()
        try:
            with transaction.atomic():
                registration = registering.register(request.desk, received, by=request.actor, now=now)
                if mail is not None:
                    note = _("Registered as %(document)s.") % {"document": registration.document}
                    deciding.taken(mail, note, by=request.actor, now=now, statement=registration.statement)
        except Refused as refusal:
            refused = refusal.sentences
        else:
            messages.success(request, _("Registered as %(document)s.") % {"document": registration.document})
            if received.source is None:
                messages.warning(
                    request,
                    _("Nobody here knows “%(source)s”: it stays as written until a group gets that spelling.")
                    % {"source": received.source_text},
                )
            return redirect(registration)
    context = {"form": form, "refused": refused, "designations": designations()}
    return render(request, "liaisons/registration_form.html", context, status=400 if form.errors or refused else 200)


@require_safe
def registration(request: DeskRequest, pk: int) -> HttpResponse:
    found = _allocated(request, pk)
    return registration_page(request, found, timezone.now()) if found else _registration_here(request, pk=pk)


@at_desk()
def _registration_here(request: AtDesk, pk: int) -> HttpResponse:
    return registration_page(request, found_here(request, pk), timezone.now())


@require_safe
def registration_file(request: DeskRequest, pk: int, file: int) -> HttpResponse:
    """A file of the letter; one of another letter is not found here."""
    found = _allocated(request, pk)
    return _file(found, file) if found else _registration_file_here(request, pk=pk, file=file)


@at_desk()
def _registration_file_here(request: AtDesk, pk: int, file: int) -> HttpResponse:
    return _file(found_here(request, pk), file)


@require_POST
@at_desk()
def registration_assign(request: AtDesk, pk: int) -> HttpResponse:
    return _take(request, pk, "assign", _("Assigned."))


registration_assign_mails = mails_of(registration_assign, FORMS["assign"].label)


@require_POST
@at_desk()
def registration_answer(request: AtDesk, pk: int) -> HttpResponse:
    return _take(request, pk, "answer", _("Marked as answered."))


@require_POST
@at_desk()
def registration_note(request: AtDesk, pk: int) -> HttpResponse:
    return _take(request, pk, "note", _("Noted."))


@require_POST
@at_desk()
def registration_reopen(request: AtDesk, pk: int) -> HttpResponse:
    return _take(request, pk, "reopen", _("Reopened: it waits to be assigned."))


@require_POST
@at_desk("secretariat")
def registration_relate(request: AtDesk, pk: int) -> HttpResponse:
    """Say which of our statements it answers."""
    now = timezone.now()
    found = found_here(request, pk)
    form = RelateForm(found, request.POST)
    if not form.is_valid():
        return registration_page(request, found, now, relate=form)
    registering.relate(found, form.cleaned_data["statement"], by=request.actor, now=now)
    return redirect(f"{found.get_absolute_url()}#answers")


# What several of them need


@dataclass(frozen=True)
class Choice:
    """A step the person may take here, with its form, or with what stands against it."""

    step: str
    url: str
    form: RegistrationStep
    obstacles: list[str]

    @property
    def is_refused(self) -> bool:
        return bool(self.form.errors)


def found_here(request: AtDesk, pk: int) -> Registration:
    return get_object_or_404(_letters().of_desk(request.desk), pk=pk)


def _allocated(request: DeskRequest, pk: int) -> Registration | None:
    """The letter where it is allocated to somebody who holds no role at its desk."""
    now = timezone.now()
    found = _letters().exclude(desk=request.desk).filter(pk=pk).first()
    if found is None or _roles(request, found, now) or not may_read_letter(found, request.actor, now):
        return None
    return found


def _file(found: Registration, file: int) -> HttpResponse:
    row = get_object_or_404(DocumentFile.objects.select_related("blob"), pk=file, document=found.document_id)
    return attachment(row.blob, row.name)


def _letters() -> RegistrationQuerySet:
    return Registration.objects.select_related(*JOINED, "statement__revision", "deputy", "answered_by")


def _roles(request: DeskRequest, found: Registration, now: datetime) -> frozenset[str]:
    """What the reader is at the desk of the letter; nothing for whom it is only allocated to."""
    return request.actor.roles_at(found.desk.group, found.desk.today(now))


def _take(request: AtDesk, pk: int, step: str, done: str) -> HttpResponse:
    now = timezone.now()
    found = found_here(request, pk)
    found.as_of = now
    if not permits(found, step, request.actor):
        roles = ", ".join(sorted(ROLES[step])).replace("_", "-")
        raise PermissionDenied(_("This step belongs to other roles at the desk: %(roles)s.") % {"roles": roles})
    form = FORMS[step](found, request.POST)
    if not form.is_valid():
        return registration_page(request, found, now, form=form)
    given = form.cleaned_data
    try:
        advance(
            found,
            step,
            by=request.actor,
            seen=given["seen"],
            reason=given.get("reason", ""),
            details=form.details(),
            now=now,
        )
    except Refused as refusal:
        status = 409 if isinstance(refusal, Moved) else 400
        return registration_page(
            request, found_here(request, pk), now, form=form, refused=refusal.sentences, status=status
        )
    messages.success(request, done)
    return redirect(found)


def registration_page(
    request: DeskRequest,
    found: Registration,
    now: datetime,
    *,
    form: RegistrationStep | None = None,
    relate: RelateForm | None = None,
    refused: list[str] | None = None,
    status: int = 0,
) -> HttpResponse:
    """The page of a registration; a form that was refused stands open with what was typed."""
    today = found.desk.today(now)
    roles = _roles(request, found, now)
    secretary = "secretariat" in roles
    answers = answered_by(found)
    context = {
        "registration": found,
        "statement": found.statement,
        "revision": found.statement.revision,
        "files": found.document.files.select_related("blob") if found.document else [],
        "addressed": _addressed(found),
        "choices": [one for one in _choices(request, found, form, now) if one.obstacles or one.form.has_choices],
        # Who may write drafts here begins the answer; the machine marks it when it has left.
        "may_answer": found.state in WAITING and not found.watched and may_write(found.desk, request.actor, now),
        "answers": answers,
        "relate": (relate or RelateForm(found)) if secretary else None,
        "related": _others(relations.of(found.statement, request.actor, today), answers),
        "events": told(_events(found) if roles else _events(found).filter(private=False)),
        "here": bool(roles),
        "refused": refused,
        "today": today,
        "waits": found.state in WAITING,
        "secretary": secretary,
        "informed": list(found.informed.all()),
        "named": Named.of(found),
        "to_tick": secretary and any(answering.to_tick for answering in answers),
        "unknown": secretary and found.statement.source_id is None,
    }
    refused_form = bool((form and form.errors) or (relate and relate.errors))
    return render(request, "liaisons/registration.html", context, status=status or (400 if refused_form else 200))


def _addressed(found: Registration) -> list[tuple[str, str]]:
    """Whom the letter names for each purpose, as far as we were told."""
    if found.statement.revision is None:
        return []
    letter = found.statement.revision.letter
    labels = {
        "action": _("For action to"),
        "comment": _("For comment to"),
        "information": _("For information to"),
    }
    return [(labels[purpose], addressing.written(letter.to(purpose))) for purpose in PURPOSES if letter.to(purpose)]


def _choices(request: DeskRequest, found: Registration, given: RegistrationStep | None, now: datetime) -> list[Choice]:
    """The steps that the machine offers, each with its form."""
    return [
        Choice(
            offer.step,
            reverse(f"registration-{offer.step}", args=[found.pk]),
            given if isinstance(given, FORMS[offer.step]) else FORMS[offer.step](found),
            offer.obstacles,
        )
        for offer in offers(found, request.actor, now)
    ]


def _others(all_related: list[relations.Related], answers: list[Answering]) -> list[relations.Related]:
    """The thread without what stands above it as answered."""
    shown = {one.statement.pk for one in answers}
    return [related for related in all_related if related.statement.pk not in shown or related.is_inferred]


def _events(found: Registration) -> QuerySet[Event]:
    joined = ("person", "user", "addressee", "revision", "statement", "registration__document")
    return found.events.select_related(*joined).order_by("-at", "-pk")


def _narrowed(rows: RegistrationQuerySet, chosen: IncomingFilter, desk: Desk) -> RegistrationQuerySet:
    chosen.is_valid()
    given = chosen.cleaned_data
    if given.get("q"):
        rows = rows.filter(statement__in=find(Statement.objects.of_desk(desk), given["q"], desk).values("pk"))
    if given.get("purpose"):
        rows = rows.filter(purpose=given["purpose"])
    if given.get("assignee"):
        rows = rows.filter(assignee=given["assignee"])
    return rows


def _in_state(rows: RegistrationQuerySet, state: str) -> RegistrationQuerySet:
    if state == WATCHED:
        return rows.filter(watched=True)
    return rows.filter(state=state, watched=False) if state in Registration.State.values else rows
