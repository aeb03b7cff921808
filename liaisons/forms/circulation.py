"""What the desk decides about a circulation: its window, and what becomes of each comment."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from liaisons.models import Comment


class WindowForm(forms.Form):
    """Another last day for comments."""

    closes_on = forms.DateField(
        label=_("Comments until"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The window closes with the end of that day at the seat of the desk."),
        required=False,
    )
    at_once = forms.BooleanField(label=_("Close it at once"), required=False)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The list gets it by mail, and the chairs read it."),
    )

    def clean(self) -> dict[str, Any] | None:
        given = super().clean() or {}
        if given.get("at_once"):
            given["closes_on"] = None
        elif "closes_on" in given and given["closes_on"] is None:
            self.add_error("closes_on", _("Choose a day, or let the window close at once."))
        return given


class DispositionForm(forms.Form):
    """What was done about a comment; `seen` is how it stood on the page.

    Only chairs are offered to overrule, and only objections.
    """

    seen = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)
    disposition = forms.ChoiceField(label=_("Disposition"))
    text = forms.CharField(
        label=_("Reason or remark"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The commenter gets it by mail."),
    )

    def __init__(self, *args: Any, comment: Comment, may_overrule: bool, **kwargs: Any) -> None:
        kwargs.setdefault("prefix", f"comment-{comment.pk}")
        standing = {"disposition": comment.disposition, "text": comment.disposition_text, "seen": comment.standing}
        kwargs.setdefault("initial", standing)
        super().__init__(*args, **kwargs)
        overruled = Comment.Disposition.OVERRULED
        offered = may_overrule and comment.kind == Comment.Kind.OBJECTION
        field = self.fields["disposition"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", "–"),
            *(choice for choice in Comment.Disposition.choices if offered or choice[0] != overruled),
        ]
