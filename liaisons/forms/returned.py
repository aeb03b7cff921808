"""A Word file that comes back with tracked changes and remarks, and what of it is taken as comments."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from liaisons.comments import Said
from liaisons.comments.word import Proposed
from liaisons.forms.links import OpenCommentForm
from liaisons.forms.word_in import WordForm
from liaisons.models import Comment

# Support is not what a change of the text says.
KINDS = [choice for choice in Comment.Kind.choices if choice[0] != Comment.Kind.SUPPORT]


class ReturnedWordForm(WordForm):
    """The file that circulates, with somebody's changes in it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _(
            "The .docx that came with the mail, changed with “Track changes” on, or with comments in its margin."
        )


class RemarksForm(forms.Form):
    """Of each remark: as what it is taken, or not at all. `open`: from somebody nobody knows yet."""

    file = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, rows: Sequence[Proposed], open_: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows
        for at, row in enumerate(rows):
            self.fields[f"kind-{at}"] = forms.ChoiceField(
                label=gettext("Row %(number)d counts as") % {"number": at + 1},
                choices=[("", _("leave it out")), *KINDS],
                initial=row.kind,
                required=False,
            )
        if open_:
            for name in ("name", "email", "group_text"):
                self.fields[name] = deepcopy(OpenCommentForm.base_fields[name])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not any(given.get(f"kind-{at}") for at in range(len(self.rows))):
            raise ValidationError(gettext("Every row is left out. Choose a kind for at least one."))
        return given

    def lines(self) -> Iterator[tuple[Proposed, BoundField]]:
        for at, row in enumerate(self.rows):
            yield row, self[f"kind-{at}"]

    def chosen(self, name: str) -> list[Said]:
        kinds = (self.cleaned_data.get(f"kind-{at}", "") for at in range(len(self.rows)))
        return [row.said(kind, name) for row, kind in zip(self.rows, kinds, strict=True) if kind]
