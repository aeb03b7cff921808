"""What a person says of many mails at once of which nobody knows whether they left: after a restore, most of all."""

from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from liaisons.models import Message

State = Message.State

DECISIONS = {
    "arrived": gettext_lazy("They have arrived"),
    "send-again": gettext_lazy("Send them again"),
    "give-up": gettext_lazy("Do not send them"),
}
# What can be said of mails in a state.
POSSIBLE: dict[str, tuple[str, ...]] = {
    State.IN_DOUBT: ("arrived", "send-again", "give-up"),
    State.BOUNCED: ("arrived", "send-again", "give-up"),
    State.FAILED: ("send-again", "give-up"),
}
# Of a key, so that none is more than a database holds.
MOST_DIGITS = 18


class DecisionForm(forms.Form):
    """Of which mails of a state what is decided: of those that are ticked, or of all on every page."""

    state = forms.ChoiceField(choices=[(value, value) for value in POSSIBLE], widget=forms.HiddenInput)
    ticked = forms.TypedMultipleChoiceField(coerce=int, required=False)
    every = forms.BooleanField(label=gettext_lazy("All of them, on the other pages too"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("Reason, or how you know"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("It is kept with the decision. Needed where they are not to be sent."),
    )
    decision = forms.ChoiceField(choices=list(DECISIONS.items()))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Whatever key is sent, only mails of the desk are looked up with it.
        ticked = cast("forms.TypedMultipleChoiceField", self.fields["ticked"])
        ticked.choices = [(key, str(key)) for key in self.chosen()]

    def chosen(self) -> list[int]:
        """The keys of the mails that are ticked."""
        keys = self.data.getlist("ticked") if isinstance(self.data, QueryDict) else []
        return [int(key) for key in keys if key.isdecimal() and len(key) <= MOST_DIGITS]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("decision") not in POSSIBLE.get(given.get("state", ""), ()):
            raise forms.ValidationError(_("That cannot be said of these mails."))
        if given["decision"] == "give-up" and not given.get("reason", "").strip():
            self.add_error("reason", _("Say why they are not to be sent."))
        if not given.get("every") and not given.get("ticked"):
            raise forms.ValidationError(_("Tick the mails that this is said of."))
        return given
