"""Forms for groups, people and tables of them."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.designations import Directory, key, read
from contacts.models import Alias, Appointment, Channel, Group, Person, Succession
from contacts.rights import may_give

MOST_PROPOSALS = 1_000


class DayField(forms.DateField):
    """A date without a time, with the browser's own calendar; its value is ISO 8601, as those want it.

    After the last day of the calendar there is none on which another zone could be.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("validators", [MaxValueValidator(date(2999, 12, 31), gettext_lazy("Choose an earlier day."))])
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        super().__init__(**kwargs)


class GroupField(forms.CharField):
    """A body in the words people use; cleans to the one group that is meant. DirectoryForm gives it its directory."""

    directory: Directory

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 200)
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("list", "designations")
        self.widget.attrs.setdefault("autocomplete", "off")

    def prepare_value(self, value: object) -> object:
        """Show a stored key as the designation."""
        if isinstance(value, int):
            return Group.objects.filter(pk=value).values_list("designation", flat=True).first() or ""
        return str(value) if isinstance(value, Group) else value

    def clean(self, value: object) -> Group | None:
        text = super().clean(value)
        if not text:
            return None
        mentions = read(text, self.directory)
        if len(mentions) > 1:
            raise ValidationError(_("“%(text)s” names several bodies. Name one.") % {"text": text})
        if not mentions or mentions[0].group is None:
            raise ValidationError(
                _("Nobody here knows “%(text)s”. Write it in another way, or add the body under Groups first.")
                % {"text": text}
            )
        return mentions[0].group


def designations() -> QuerySet[Group, str]:
    """What browsers propose in a field that names a group."""
    return Group.objects.order_by("designation").values_list("designation", flat=True)[:MOST_PROPOSALS]


class DirectoryMixin(forms.BaseForm):
    """Hands its directory to the fields that name groups."""

    def __init__(self, *args: Any, directory: Directory, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.directory = directory
        for field in self.fields.values():
            if isinstance(field, GroupField):
                field.directory = directory


class LinesField(forms.CharField):
    """A list of short texts, one on each line."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value: object) -> object:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: object) -> list[str]:
        lines = (line.strip() for line in super().clean(value).splitlines())
        return list(dict.fromkeys(line for line in lines if line))


class GroupForm(DirectoryMixin, forms.ModelForm[Group]):
    """A group and where it stands."""

    parent = GroupField(label=gettext_lazy("Stands under"), required=False)
    valid_from = DayField(label=gettext_lazy("Exists from"), required=False)
    valid_to = DayField(label=gettext_lazy("Exists until"), required=False)

    class Meta:
        model = Group
        fields = [
            "designation",
            "name",
            "kind",
            "ordinal",
            "parent",
            "valid_from",
            "valid_to",
            "valid_text",
            "zone",
            "note",
        ]
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "designation": gettext_lazy("As letters name it: ITU-T SG21, ISO/IEC JTC 1/SC 24."),
            "ordinal": gettext_lazy("21 for SG21: sorts the study groups and tells what “All SGs” means."),
            "valid_text": gettext_lazy("Where the source does not give a day."),
            "zone": gettext_lazy(
                "It is reminded on the day and in the working hours it has there. Empty: as the desk that wrote to it."
            ),
        }

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if "designation" in given and "valid_from" in given:
            same = Group.objects.filter(designation=given["designation"], valid_from=given["valid_from"])
            if same.exclude(pk=self.instance.pk).exists():
                self.add_error(
                    "designation", _("A group of this name is known already. If it is another one, say when it begins.")
                )
        return given


class AliasForm(DirectoryMixin, forms.ModelForm[Alias]):
    """Another spelling of a group; `instance.group` is set by the caller."""

    within = GroupField(
        label=gettext_lazy("Only in letters of"),
        required=False,
        help_text=gettext_lazy("For short names that mean another group elsewhere, such as WG1."),
    )

    class Meta:
        model = Alias
        fields = ["text", "within"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "text" in cleaned and "within" in cleaned:
            self.instance.key = key(cleaned["text"])
            refuse_taken_spelling(self.instance, cleaned["within"])
        return cleaned


def refuse_taken_spelling(alias: Alias, within: Group | None) -> None:
    """Raise ValidationError for a spelling that says nothing, or that is another group's already."""
    if not alias.key:
        raise ValidationError({"text": _("Write letters or digits: this spelling has none.")})
    same = Alias.objects.filter(key=alias.key, within=within).exclude(pk=alias.pk).select_related("group").first()
    if same:
        raise ValidationError({"text": _("This spelling already stands for %(group)s.") % {"group": same.group}})
    if within is None:
        for other in Group.objects.exclude(pk=alias.group_id).only("designation"):
            if key(other.designation) == alias.key:
                raise ValidationError({"text": _("This is how %(group)s is called.") % {"group": other}})


class ChannelForm(DirectoryMixin, forms.ModelForm[Channel]):
    """How a group wants letters; `instance.group` is set by the caller."""

    via = GroupField(label=gettext_lazy("Via"), required=False)

    class Meta:
        model = Channel
        fields = ["kind", "email", "url", "via", "attention", "note"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        wanted = {"mail": "email", "web_form": "url", "via": "via"}
        kind = cleaned.get("kind", "")
        for of_kind, name in wanted.items():
            if kind and of_kind != kind:
                cleaned[name] = None if name == "via" else ""
        if wanted.get(kind) in cleaned and not cleaned[wanted[kind]]:
            self.add_error(wanted[kind], _("This channel needs it. Fill it in, or choose another kind."))
        elif kind == "via" and cleaned.get("via") == self.instance.group:
            self.add_error("via", _("Name another body than the group itself."))
        elif kind and not self.errors and self._is_there(cleaned):
            self.add_error(None, _("The group has this channel already."))
        return cleaned

    def _is_there(self, cleaned: dict[str, Any]) -> bool:
        same = {name: cleaned[name] for name in ("kind", "email", "url", "via")}
        return Channel.objects.filter(group=self.instance.group, **same).exclude(pk=self.instance.pk).exists()


class SuccessionForm(DirectoryMixin, forms.ModelForm[Succession]):
    """Which group carries on the work of this one; `instance.predecessor` is set by the caller."""

    successor = GroupField(label=gettext_lazy("Its work goes to"))
    taken_effect_on = DayField(label=gettext_lazy("From"))

    class Meta:
        model = Succession
        fields = ["successor", "taken_effect_on", "basis"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        successor = cleaned.get("successor")
        if successor and successor == self.instance.predecessor:
            self.add_error("successor", _("A group cannot follow itself. Name another one."))
        elif successor and self.instance.predecessor.followed_by.filter(successor=successor).exists():
            self.add_error("successor", _("%(group)s is a successor already.") % {"group": successor})
        return cleaned


class PersonForm(forms.ModelForm[Person]):
    """What is known of a person, whatever roles they hold."""

    spellings = LinesField(
        label=gettext_lazy("Other spellings"), required=False, help_text=gettext_lazy("One on each line.")
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"), choices=settings.LANGUAGES, help_text=gettext_lazy("Of mails to this person.")
    )

    class Meta:
        model = Person
        fields = [
            "name",
            "spellings",
            "salutation",
            "organization",
            "country",
            "email",
            "phone",
            "zone",
            "language",
        ]
        help_texts = {"zone": gettext_lazy("Times are shown and reminders sent in it, as in Asia/Seoul.")}

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if email and Person.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("Another person has this address."))
        return email


class NewPersonForm(PersonForm):
    """Somebody new at a desk: an address that is known already names the person who has it."""

    known: Person | None = None

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        self.known = Person.objects.filter(email__iexact=email).first() if email else None
        return "" if self.known else email  # no second person with this address


class AppointmentForm(DirectoryMixin, forms.ModelForm[Appointment]):
    """A role in the group of the desk; `instance.group` is set by the caller, `roles` are those of who appoints."""

    represents = GroupField(
        label=gettext_lazy("Represents"),
        required=False,
        help_text=gettext_lazy("The body for which the person speaks here."),
    )
    valid_from = DayField(label=gettext_lazy("From"), required=False)
    valid_to = DayField(label=gettext_lazy("Until"), required=False)

    class Meta:
        model = Appointment
        fields = ["role", "represents", "valid_from", "valid_to", "basis"]

    def __init__(self, *args: Any, roles: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roles = roles

    def clean_role(self) -> str:
        role: str = self.cleaned_data["role"]
        if not may_give(role, self.roles):
            raise ValidationError(_("Administrators are appointed by an administrator."))
        return role

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        speaks_for_none = "represents" in cleaned and cleaned["represents"] is None
        if cleaned.get("role") == Appointment.Role.REPRESENTATIVE and speaks_for_none:
            self.add_error("represents", _("Say which body the person represents."))
        return cleaned

    def refuse_double(self, person: Person) -> bool:
        """Tell, with an error in the form, whether the person holds this very role already."""
        cleaned = self.cleaned_data
        same = person.appointments.filter(
            group=self.instance.group,
            role=cleaned["role"],
            represents=cleaned["represents"],
            valid_from=cleaned["valid_from"],
        )
        if same.exclude(pk=self.instance.pk).exists():
            self.add_error("role", _("%(person)s holds this role already.") % {"person": person})
        return not self.is_valid()


class CsvForm(forms.Form):
    """A table to be read in."""

    file = forms.FileField(
        label=gettext_lazy("Table (CSV)"), widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"})
    )
