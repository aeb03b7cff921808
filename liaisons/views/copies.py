"""Who gets copies of what a desk sends: its rules, which an administrator adds, orders, changes and removes."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from contacts.designations import Directory
from contacts.forms import designations
from contacts.http import AtDesk, at_desk, posted
from contacts.models import Desk
from liaisons.forms.copies import CopyRuleForm
from liaisons.mail import copying
from liaisons.models import CopyRule, Event

LOOKERS = ("administrator", "secretariat")


@at_desk(*LOOKERS)
def copies(request: AtDesk) -> HttpResponse:
    """The rules in their order, and a form for another one."""
    if request.method == "POST" and "administrator" not in request.roles:
        return _page(request, CopyRuleForm(directory=_directory(request)), refused=True)
    form = CopyRuleForm(posted(request), instance=CopyRule(desk=request.desk), directory=_directory(request))
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            rows = _own(request.desk)
            form.instance.position = len(rows)
            form.save()
            _record(request)
        messages.success(request, _("The rule holds for what is sent from now on."))
        return redirect("copies")
    return _page(request, form)


@at_desk("administrator")
def copy_rule(request: AtDesk, pk: int) -> HttpResponse:
    """One rule, to be changed."""
    rule = get_object_or_404(CopyRule, desk=request.desk, pk=pk)
    form = CopyRuleForm(posted(request), instance=rule, directory=_directory(request))
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save()
            _record(request)
        messages.success(request, _("The rule is changed, for what is sent from now on."))
        return redirect("copies")
    context = {"rule": rule, "form": form, "designations": designations()}
    return render(request, "liaisons/copy_rule.html", context, status=400 if form.errors else 200)


@require_POST
@at_desk("administrator")
def copies_own(request: AtDesk) -> HttpResponse:
    """Make the standing rules those of the desk, so that each can be changed."""
    with transaction.atomic():
        _own(request.desk)
        _record(request)
    return redirect("copies")


@require_POST
@at_desk("administrator")
def copy_rule_up(request: AtDesk, pk: int) -> HttpResponse:
    """Put it before the one above it: the first rule that names an address gives the reason."""
    rule = get_object_or_404(CopyRule, desk=request.desk, pk=pk)
    rows = list(CopyRule.objects.filter(desk=request.desk))
    at = rows.index(rule)
    if at:
        rows[at - 1], rows[at] = rows[at], rows[at - 1]
        with transaction.atomic():
            for position, row in enumerate(rows):
                row.position = position
            CopyRule.objects.bulk_update(rows, ["position"])
            _record(request)
    return redirect("copies")


@require_POST
@at_desk("administrator")
def copy_rule_remove(request: AtDesk, pk: int) -> HttpResponse:
    with transaction.atomic():
        get_object_or_404(CopyRule, desk=request.desk, pk=pk).delete()
        _record(request)
    if CopyRule.objects.filter(desk=request.desk).exists():
        messages.success(request, _("The rule is removed, for what is sent from now on."))
    else:
        messages.success(request, _("The last rule is removed: from now on nobody gets a copy."))
    return redirect("copies")


@require_POST
@at_desk("administrator")
def copies_standing(request: AtDesk) -> HttpResponse:
    """Give the desk's own rules up for the standing ones."""
    with transaction.atomic():
        CopyRule.objects.filter(desk=request.desk).delete()
        _hold_own(request.desk, own=False)
        _record(request)
    messages.success(request, _("The standing rules hold for what is sent from now on."))
    return redirect("copies")


def _own(desk: Desk) -> list[CopyRule]:
    """The stored rules of a desk; one without its own takes the standing ones, in the language that is active."""
    rows = copying.rules_of(desk)
    if not desk.own_copy_rules:
        for row in rows:
            row.why = copying.why_of(row)
            row.save()
        _hold_own(desk, own=True)
    return rows


def _hold_own(desk: Desk, *, own: bool) -> None:
    desk.own_copy_rules = own
    desk.save(update_fields=["own_copy_rules"])


def _record(request: AtDesk) -> None:
    rules = [
        [rule.who, rule.role, rule.group_id, rule.email, rule.purpose]
        for rule in CopyRule.objects.filter(desk=request.desk)
    ]
    Event.objects.record(
        "settings",
        by=request.actor,
        at=timezone.now(),
        desk=request.desk,
        data={"copy_rules": rules},
        private=True,
    )


def _directory(request: AtDesk) -> Directory:
    return Directory.load(request.desk.today(timezone.now()), within=request.desk.group)


def _page(request: AtDesk, form: CopyRuleForm, *, refused: bool = False) -> HttpResponse:
    rows = copying.rules_of(request.desk)
    context = {
        "rows": [(rule, copying.why_of(rule)) for rule in rows],
        "standing": not request.desk.own_copy_rules,
        "may_change": "administrator" in request.roles,
        "form": form,
        "designations": designations(),
    }
    if refused:
        messages.error(request, _("The rules are changed by administrators of the desk."))
    return render(request, "liaisons/copies.html", context, status=403 if refused else 400 if form.errors else 200)
