"""What the secretariat notes while letters leave."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from contacts.forms import DayField
from contacts.models.person import validate_one_line
from liaisons.forms.links import Address
from liaisons.models import Addressee


class HandoverForm(forms.Form):
    """That a letter went by hand, by web form or through another body."""

    on = DayField(label=_("Handed over on"))
    reference = forms.CharField(
        label=_("Their reference"), max_length=80, required=False, validators=[validate_one_line]
    )
    note = forms.CharField(
        label=_("How"),
        max_length=200,
        required=False,
        validators=[validate_one_line],
        help_text=_("Such as: web form, or carried to the meeting."),
    )

    def __init__(self, *args: Any, addressee: Addressee, **kwargs: Any) -> None:
        kwargs.setdefault("prefix", f"addressee-{addressee.pk}")
        super().__init__(*args, **kwargs)

    def said(self) -> str:
        """Note and reference as one line of the record."""
        reference = self.cleaned_data["reference"]
        told = gettext("their reference: %(reference)s") % {"reference": reference} if reference else ""
        return "; ".join(part for part in (self.cleaned_data["note"], told) if part)[:300]


class ReasonForm(forms.Form):
    """Why a message is not sent again or a letter not handed over, or how it is known to have arrived."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class AddressForm(forms.Form):
    """Where a mail that is still held is to go."""

    email = Address(label=_("Address"))
