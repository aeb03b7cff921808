"""Tables of groups and people: to take away, to read in, and between the two a look at what would change."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.core import signing
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from contacts.forms import CsvForm
from contacts.http import AtDesk, at_desk, posted
from contacts.rights import OFFICERS, SECRETARIES
from contacts.transfer import GroupsTable, PeopleTable, Plan, Unreadable, table
from contacts.transfer import groups as groups_table
from contacts.transfer import people as people_table

# How long somebody may look at a plan; the table travels with its page, sealed, and is stored nowhere.
LOOKED_AT_FOR = 3600  # seconds


@dataclass(frozen=True)
class Kind:
    """What there is a table of; `name` is that of its list and begins those of its addresses."""

    name: str
    plan: Callable[[AtDesk, str], Plan]
    apply: Callable[[AtDesk, str, str], Plan | None]
    columns: tuple[str, ...]

    def salt(self, request: AtDesk) -> str:
        return f"contacts.transfer.{self.name}.{request.desk.pk}.{request.user.pk}"


def _read_people(request: AtDesk, text: str) -> PeopleTable:
    return PeopleTable(text, request.desk, request.roles, request.desk.today(timezone.now()))


GROUPS = Kind(
    name="groups",
    plan=lambda _request, text: GroupsTable(text).plan,
    apply=lambda _request, text, fingerprint: groups_table.apply(text, fingerprint),
    columns=GroupsTable.columns,
)
PEOPLE = Kind(
    name="people",
    plan=lambda request, text: _read_people(request, text).plan,
    apply=lambda request, text, fingerprint: people_table.apply(lambda: _read_people(request, text), fingerprint),
    columns=PeopleTable.columns,
)


@require_safe
@at_desk(*OFFICERS)
def groups_export(request: AtDesk) -> HttpResponse:
    return _download(GroupsTable.export(), "groups.csv")


@at_desk(*SECRETARIES)
def groups_import(request: AtDesk) -> HttpResponse:
    return _look(request, GROUPS)


@require_POST
@at_desk(*SECRETARIES)
def groups_import_apply(request: AtDesk) -> HttpResponse:
    return _apply(request, GROUPS)


@require_safe
@at_desk(*SECRETARIES)
def people_export(request: AtDesk) -> HttpResponse:
    return _download(PeopleTable.export(request.desk), f"people-{request.desk.slug}.csv")


@at_desk(*SECRETARIES)
def people_import(request: AtDesk) -> HttpResponse:
    return _look(request, PEOPLE)


@require_POST
@at_desk(*SECRETARIES)
def people_import_apply(request: AtDesk) -> HttpResponse:
    return _apply(request, PEOPLE)


def _download(content: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


def _look(request: AtDesk, kind: Kind) -> HttpResponse:
    """Show what a table would change; nothing is."""
    form = CsvForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            text = table.decode(form.cleaned_data["file"].read(table.MAX_BYTES + 1))
            return _show(request, kind, text, kind.plan(request, text))
        except Unreadable as problem:
            form.add_error("file", str(problem))
    context = {"form": form, "kind": kind}
    return render(request, "contacts/import.html", context, status=400 if form.errors else 200)


def _apply(request: AtDesk, kind: Kind) -> HttpResponse:
    """Do what was shown; when the table means something else by now, show that instead."""
    try:
        text = signing.loads(request.POST.get("table", ""), salt=kind.salt(request), max_age=LOOKED_AT_FOR)
    except signing.BadSignature:
        messages.error(request, _("Nothing was changed: this page is more than an hour old. Choose the file again."))
        return redirect(f"{kind.name}-import")
    try:
        done = kind.apply(request, text, request.POST.get("plan", ""))
    except IntegrityError:  # somebody entered the same thing at this very moment
        done = None
    if done is None:
        messages.warning(request, _("Nothing was changed: the data moved on meanwhile. This is what would change now."))
        return _show(request, kind, text, kind.plan(request, text), status=409)
    messages.success(
        request,
        ngettext("%(count)d line is taken over.", "%(count)d lines are taken over.", done.effective)
        % {"count": done.effective},
    )
    return redirect(kind.name)


def _show(request: AtDesk, kind: Kind, text: str, plan: Plan, status: int = 200) -> HttpResponse:
    context = {
        "kind": kind,
        "plan": plan,
        "counts": plan.counts(),
        "table": signing.dumps(text, salt=kind.salt(request), compress=True),
    }
    return render(request, "contacts/import_plan.html", context, status=status)
