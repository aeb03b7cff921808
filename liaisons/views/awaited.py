"""Answers over all statements of a desk: who owes what, who is late, what came."""

from typing import cast

from django import forms
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from contacts.actor import Actor
from contacts.http import AtDesk, at_desk
from contacts.models import Desk, Group
from contacts.paging import page_of
from contacts.questions import by_question
from liaisons.models import Statement
from liaisons.models.addressee import AddresseeQuerySet
from liaisons.overviews import awaited, matrix
from liaisons.rules import SECRETARIAT


class AwaitedFilter(forms.Form):
    """Any of the filters may be empty; a value that does not exist is left out."""

    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[("", _("open")), ("late", _("overdue")), ("answered", _("answered")), ("all", _("all"))],
    )
    whose = forms.ChoiceField(
        label=_("Whose"), required=False, choices=[("", _("everybody's")), ("mine", _("mine to follow up"))]
    )
    question = forms.ChoiceField(label=_("Question"), required=False)
    group = forms.ModelChoiceField(Group.objects.none(), label=_("Group"), required=False, empty_label=_("any"))

    def __init__(self, given: object, desk: Desk, rows: AddresseeQuerySet) -> None:
        super().__init__(given)  # type: ignore[arg-type]
        question = cast("forms.ChoiceField", self.fields["question"])
        group = cast("forms.ModelChoiceField[Group]", self.fields["group"])
        out = Statement.objects.issued_by(desk).filter(state__in=matrix.OUT)
        used = out.order_by("revision__questions").values_list("revision__questions", flat=True).distinct()
        # The row of a statement may name several.
        self.questions = by_question(used, desk.group, desk.today(timezone.now()))
        question.choices = [("", _("any")), *((name, name) for name in self.questions)]
        group.queryset = Group.objects.filter(pk__in=rows.values("group")).order_by("designation")

    def narrow(self, rows: AddresseeQuerySet, actor: Actor) -> AddresseeQuerySet:
        self.is_valid()
        chosen = self.cleaned_data
        rows = awaited.of_those_shown(rows, chosen.get("show") or "open", timezone.now())
        if chosen.get("whose"):
            rows = awaited.waited_for_by(rows, actor)
        if chosen.get("question"):
            rows = rows.filter(statement__revision__questions__in=self.questions[chosen["question"]])
        if chosen.get("group"):
            rows = rows.filter(Q(group=chosen["group"]) | Q(group__parent=chosen["group"]))
        return rows


@require_safe
@at_desk()
def answers(request: AtDesk) -> HttpResponse:
    asked = awaited.asked_by(request.desk)
    form = AwaitedFilter(request.GET, request.desk, asked)
    page = page_of(awaited.with_all(form.narrow(asked, request.actor)), "due", request.GET, within=asked)
    context = {
        "form": form,
        "page": page,
        "lines": awaited.lines(page.rows, timezone.now()),
        "narrowed": any(form.cleaned_data.values()),
        "may_settle": bool(request.roles & SECRETARIAT),
    }
    return render(request, "liaisons/answers.html", context)
