"""What an answer says of itself where it is a statement of its body: asked by link and by the secretary alike."""

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.models.person import validate_one_line
from liaisons.details import OfTheirs
from liaisons.letter import PURPOSES


class OfTheirsForm(forms.Form):
    """The meeting that approved it, and whom it is addressed to."""

    approval = forms.CharField(
        label=_("Approved at which meeting"),
        max_length=300,
        required=False,
        validators=[validate_one_line],
        help_text=_("Such as ITU-T SG21 meeting (Geneva, 22 January 2026), or by correspondence."),
    )
    action = forms.CharField(
        label=_("For action to"),
        max_length=1_000,
        required=False,
        validators=[validate_one_line],
        help_text=_("All whom it is addressed to, us among them: ITU-T SG21; ISO/IEC JTC 1/SC 24."),
    )
    comment = forms.CharField(
        label=_("For comment to"), max_length=1_000, required=False, validators=[validate_one_line]
    )
    information = forms.CharField(
        label=_("For information to"), max_length=1_000, required=False, validators=[validate_one_line]
    )

    def lacks_a_number(self) -> bool:
        """Whether it says what statements say, with neither a number nor a file to be filed by."""
        given = self.cleaned_data
        told = any(given.get(name) for name in ("approval", *PURPOSES))
        return told and not given.get("reference") and not given.get("files") and "files" not in self.errors

    def of_theirs(self) -> OfTheirs:
        given = self.cleaned_data
        return OfTheirs(given["approval"], tuple((purpose, given[purpose]) for purpose in PURPOSES if given[purpose]))
