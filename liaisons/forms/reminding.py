"""When a statement is reminded of: as its desk does, or by days of its own."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.desk_form import StagesField
from liaisons.models import Statement


class StatementStagesForm(forms.ModelForm[Statement]):
    """For each of the two kinds of readers whether the desk's days hold, else which; who types days means them."""

    field_order = ["own_outsiders", "remind_outsiders", "own_insiders", "remind_insiders"]

    own_outsiders = forms.BooleanField(label=gettext_lazy("Its own days for addressees"), required=False)
    remind_outsiders = StagesField(
        label=gettext_lazy("Reminders to addressees"),
        required=False,
        help_text=gettext_lazy(
            "Days before the deadline: 7 is a week before, 0 the day itself, -1 the day after. Empty: none."
        ),
    )
    own_insiders = forms.BooleanField(label=gettext_lazy("Its own days for our own people"), required=False)
    remind_insiders = StagesField(
        label=gettext_lazy("Reminders to our own people"),
        required=False,
        help_text=gettext_lazy("In the same way; after the deadline weekly, if the desk does so. Empty: none."),
    )

    class Meta:
        model = Statement
        fields = ["remind_outsiders", "remind_insiders"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        desk = self.instance.desk
        for whom in ("outsiders", "insiders"):
            own = getattr(self.instance, f"remind_{whom}")
            self.initial[f"own_{whom}"] = own is not None
            if own is None:
                self.initial[f"remind_{whom}"] = getattr(desk, f"remind_{whom}")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for whom in ("outsiders", "insiders"):
            days = given.get(f"remind_{whom}")
            typed = bool(days) and f"remind_{whom}" in self.changed_data
            if not given.get(f"own_{whom}") and not typed:
                given[f"remind_{whom}"] = None
            elif days and not all(-365 <= day <= 365 for day in days):
                self.add_error(f"remind_{whom}", ValidationError(_("Choose days within a year of the deadline.")))
        return given
