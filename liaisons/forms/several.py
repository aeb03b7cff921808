"""Several comments on a text, a row for each."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from liaisons.comments import Said
from liaisons.forms.links import CommentForm, OpenCommentForm, place
from liaisons.models import Comment

AT_FIRST = 3
MOST_ROWS = 50

PARTS = ("kind", "clause", "text", "proposed")


class SeveralForm(forms.Form):
    """`count` rows; one in which nothing stands is nothing. `open_`: from somebody nobody knows yet."""

    count = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, count: int, open_: bool, paragraphs: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.paragraphs = paragraphs
        self.rows = range(min(count, MOST_ROWS))
        self.initial["count"] = len(self.rows)
        for at in self.rows:
            for part in PARTS:
                self.fields[f"{part}-{at}"] = _field(part, at)
        if open_:
            for name in ("name", "email", "group_text"):
                self.fields[name] = deepcopy(OpenCommentForm.base_fields[name])

    @property
    def can_grow(self) -> bool:
        return len(self.rows) < MOST_ROWS

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for at in self.rows:
            self._judge(at, given)
        if not self.errors and not self.said():
            raise ValidationError(gettext("There is nothing to send yet. Fill in at least one row."))
        return given

    def _judge(self, at: int, given: dict[str, Any]) -> None:
        """Say in the row itself what is missing in it."""
        if not any(given.get(f"{part}-{at}") for part in PARTS):
            return
        try:
            given[f"clause-{at}"] = place(given.get(f"clause-{at}", ""), self.paragraphs)
        except ValidationError as wrong:
            self.add_error(f"clause-{at}", wrong)
        kind = given.get(f"kind-{at}")
        proposes = given.get(f"proposed-{at}", "").strip() and kind != Comment.Kind.OBJECTION
        if not kind:
            self.add_error(f"kind-{at}", gettext("Say what it is."))
        elif kind != Comment.Kind.SUPPORT and not given.get(f"text-{at}", "").strip() and not proposes:
            self.add_error(f"text-{at}", gettext("Write what you want to say."))

    def lines(self) -> Iterator[dict[str, BoundField]]:
        for at in self.rows:
            yield {part: self[f"{part}-{at}"] for part in PARTS}

    def said(self) -> list[Said]:
        rows = ({part: self.cleaned_data.get(f"{part}-{at}", "") for part in PARTS} for at in self.rows)
        return [Said(**row) for row in rows if row["kind"]]


def _field(part: str, at: int) -> forms.Field:
    """The field of a single comment, none of it required: most rows stay empty."""
    field: forms.Field = deepcopy(CommentForm.base_fields[part])
    if part == "kind":
        field = forms.ChoiceField(label=_("What is it?"), choices=[("", "–"), *Comment.Kind.choices])
    field.required = False
    field.label = gettext("%(part)s, row %(number)d") % {"part": field.label, "number": at + 1}
    if part != "kind":
        field.help_text = ""
    if part in ("text", "proposed"):
        field.widget.attrs["rows"] = 3
    return field
