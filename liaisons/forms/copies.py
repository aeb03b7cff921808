"""A rule of copies, typed."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.forms import DirectoryMixin, GroupField
from liaisons.models import CopyRule

Who = CopyRule.Who
# What a kind of rule names beside itself.
NEEDS = {
    Who.SENDER: ("role",),
    Who.ADDRESSED: ("role",),
    Who.PARENT: ("role",),
    Who.NAMED: ("role", "group"),
    Who.CONTACTS: (),
    Who.FORWARDER: (),
    Who.ADDRESS: ("email",),
}


class CopyRuleForm(DirectoryMixin, forms.ModelForm[CopyRule]):
    """Who gets copies of what the desk sends; `instance.desk` is set by the caller. What is not needed is dropped."""

    group = GroupField(label=gettext_lazy("Group"), required=False)

    class Meta:
        model = CopyRule
        fields = ["who", "role", "group", "email", "purpose", "why"]
        help_texts = {
            "why": gettext_lazy("Printed in the mail after “You get this copy because”, such as: you chair the group."),
            "purpose": gettext_lazy("Only when somebody is addressed for this purpose; empty: always."),
        }

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        needed = NEEDS.get(given.get("who", ""))
        for name in ("role", "group", "email") if needed is not None else ():
            if name not in (needed or ()):
                given[name] = None if name == "group" else ""
                self.errors.pop(name, None)
            elif name in given and not given[name]:
                self.add_error(name, _("This rule needs it. Fill it in, or choose other people."))
        return given
