"""Forms of what several people write down: what somebody saved meanwhile is not written over."""

from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

from django import forms
from django.core import signing
from django.db.models import Model
from django.forms.models import model_to_dict
from django.utils.dateparse import parse_date
from django.utils.formats import date_format

from liaisons.texts import changes, merging
from liaisons.texts.changes import Change

SALT = "liaisons.seen"

M = TypeVar("M", bound=Model)
Values = dict[str, str]


@dataclass(frozen=True)
class Met:
    """Two people changed the same thing. `had` is (label, words) of what both began with, empty where nobody knows."""

    had: list[tuple[str, str]]
    theirs: list[Change]
    mine: list[Change]
    taken: list[str]
    both: list[str]
    values: Values


class SeenForm(forms.ModelForm[M], Generic[M]):
    """A thing to be changed; `seen` holds, sealed, what it said when its page was opened. A new thing has none."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Kept before the form is judged, which changes the instance.
        self.stored = self._plain(model_to_dict(self.instance, self._meta.fields))
        if self.instance.pk is None:
            del self.fields["seen"]
        else:
            self.initial["seen"] = signing.dumps(self.stored, salt=SALT, compress=True)

    def changes(self) -> list[str]:
        """The names of the fields that say something else now; the form is valid."""
        return [name for name, value in self._plain(self.cleaned_data).items() if value != self.stored[name]]

    def met(self) -> Met | None:
        """What to look at when somebody saved something else since the page was opened; the form is valid."""
        if "seen" not in self.fields:
            return None
        typed, had = self._plain(self.cleaned_data), self._had()
        if self.stored in (had, typed):
            return None
        merged = merging.merge_fields(had, self.stored, typed)
        labels = {name: str(self.fields[name].label) for name in typed}
        before, theirs, mine = (self._words(values) for values in (had or self.stored, self.stored, typed))
        changed = [name for name in typed if not before[name] == theirs[name] == mine[name]]
        return Met(
            had=[(labels[name], before[name]) for name in changed] if had else [],
            theirs=changes.between_fields(labels, before, theirs),
            mine=changes.between_fields(labels, before, mine),
            taken=[labels[name] for name in merged.taken],
            both=[labels[name] for name in merged.both],
            values=merged.values,
        )

    def again(self, met: Met) -> Self:
        """The form with both authors' changes where they do not meet, and else with what was typed."""
        return type(self)(instance=type(self.instance)._default_manager.get(pk=self.instance.pk), initial=met.values)

    def _had(self) -> Values | None:
        try:
            had = signing.loads(self.cleaned_data["seen"], salt=SALT)
        except signing.BadSignature:
            return None
        return had if had.keys() == self.stored.keys() else None

    def _plain(self, values: dict[str, Any]) -> Values:
        """The values as texts that compare, whatever line ends a browser sends."""
        return {name: _text(values.get(name)) for name in self._meta.fields or ()}

    def _words(self, values: Values) -> Values:
        """The same as people read them."""
        return {name: _shown(self.fields[name], value) for name, value in values.items()}


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(value.pk if isinstance(value, Model) else value).replace("\r\n", "\n").strip()


def _shown(field: forms.Field, value: str) -> str:
    if isinstance(field, forms.ModelChoiceField):
        chosen = field.queryset.filter(pk=value).first() if value and field.queryset is not None else None
        return field.label_from_instance(chosen) if chosen else ""
    day = parse_date(value) if isinstance(field, forms.DateField) else None
    return date_format(day, "j F Y") if day else value
