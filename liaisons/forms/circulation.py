"""What the desk decides about a circulation: its window, and what becomes of each comment."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from contacts.forms import DayField
from liaisons.models import Comment
from liaisons.overviews.remarks import FATES, SORTS


class WindowForm(forms.Form):
    """Another last day for comments."""

    closes_on = DayField(
        label=_("Comments until"),
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


class TakeBackForm(forms.Form):
    """Why a report is before the list no more."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The list gets it by mail."),
    )


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
        help_text=_("The commenter gets it by mail. Say why it is not accepted, or only in part."),
    )

    def __init__(self, *args: Any, comment: Comment, may_overrule: bool, **kwargs: Any) -> None:
        kwargs.setdefault("prefix", f"comment-{comment.pk}")
        standing = {"disposition": comment.disposition, "text": comment.disposition_text, "seen": comment.standing}
        kwargs.setdefault("initial", standing)
        super().__init__(*args, **kwargs)
        if comment.kind == Comment.Kind.OBJECTION:
            self.fields["text"].help_text = _(
                "Whoever objects gets it by mail. Say in a sentence what is done, unless it is only noted."
            )
        overruled = Comment.Disposition.OVERRULED
        offered = may_overrule and comment.kind == Comment.Kind.OBJECTION
        field = self.fields["disposition"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", "–"),
            *(choice for choice in Comment.Disposition.choices if offered or choice[0] != overruled),
        ]


class KindForm(forms.Form):
    """Another kind for a comment, with a reason; `seen` is how it stood on the page."""

    seen = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("It is"), choices=Comment.Kind.choices)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The commenter gets it by mail."),
    )

    def __init__(self, *args: Any, comment: Comment, **kwargs: Any) -> None:
        kwargs.setdefault("prefix", f"kind-{comment.pk}")
        kwargs.setdefault("initial", {"kind": comment.kind, "seen": comment.standing})
        super().__init__(*args, **kwargs)


class TogetherForm(forms.Form):
    """The same disposition for the comments that are ticked; what each came with says how it stood on the page."""

    disposition = forms.ChoiceField(
        label=_("Disposition"),
        choices=[
            ("", "–"),
            *(choice for choice in Comment.Disposition.choices if choice[0] != Comment.Disposition.OVERRULED),
        ],
    )
    text = forms.CharField(
        label=_("Reason or remark"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "Each commenter gets it by mail, once for all of theirs. Say why they are not accepted, or only in part."
        ),
    )

    def __init__(self, *args: Any, comments: Sequence[Comment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.comments = comments

    def clean(self) -> dict[str, Any]:
        if not self.seen():
            raise ValidationError(gettext("Tick the comments that this is said of."))
        return self.cleaned_data

    def seen(self) -> list[tuple[int, str]]:
        """The comments that are ticked, each with how it stood."""
        return [
            (int(key), str(self.data.get(f"stood-{key}", "")))
            for key in (self.data.getlist("ticked") if hasattr(self.data, "getlist") else [])
            if key.isdecimal() and len(key) < 19
        ]

    def rows(self) -> list[tuple[Comment, bool]]:
        """Each comment, and whether it is ticked: at first those of wording alone."""
        if self.is_bound:
            ticked = {key for key, _stood in self.seen()}
            return [(comment, comment.pk in ticked) for comment in self.comments]
        return [(comment, comment.kind == Comment.Kind.EDITORIAL) for comment in self.comments]


class RemarksFilter(forms.Form):
    """How the table of comments is sorted and what it shows; a value that does not exist is left out."""

    sort = forms.ChoiceField(label=_("Sorted"), choices=list(SORTS.items()), required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("any")), *Comment.Kind.choices], required=False)
    fate = forms.ChoiceField(label=_("What was done"), choices=[("", _("any")), *FATES.items()], required=False)
