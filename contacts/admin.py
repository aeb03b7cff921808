"""Administration of accounts, people, groups and desks: what has no page of its own, or belongs to no single desk."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group as PermissionGroup
from django.utils.translation import gettext_lazy as _

from contacts.designations import key
from contacts.desk_form import DeskForm
from contacts.forms import refuse_taken_spelling
from contacts.models import Alias, Appointment, Channel, Desk, Group, Person, Succession, User

# Rights follow from appointments; Django's own groups of permissions would only mislead.
admin.site.unregister(PermissionGroup)
admin.site.site_header = _("Liaise: administration")
admin.site.site_title = "Liaise"
admin.site.index_title = _("Accounts, people, groups and desks; letters to look at")


class AccountForm(UserChangeForm[User]):
    class Meta:
        model = User
        fields = "__all__"


class NewAccountForm(AdminUserCreationForm[User]):
    class Meta:
        model = User
        fields = ["email"]

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        return email.lower()  # as people are found when they sign in


@admin.register(User)
class UserAdmin(DjangoUserAdmin[User]):
    """Accounts; one without a person can do nothing at a desk."""

    form = AccountForm
    add_form = NewAccountForm
    list_display = ["email", "person", "is_active", "is_staff", "joined_at"]
    list_filter = ["is_active", "is_staff"]
    list_select_related = ["person"]
    search_fields = ["email", "person__name"]
    ordering = ["email"]
    autocomplete_fields = ["person"]
    readonly_fields = ["last_login", "joined_at"]
    filter_horizontal = []
    fieldsets = (
        (None, {"fields": ["email", "password", "person"]}),
        (_("Rights beyond those of the desk"), {"fields": ["is_active", "is_staff", "is_superuser"]}),
        (_("When"), {"fields": ["last_login", "joined_at"]}),
    )
    add_fieldsets = (
        (None, {"classes": ["wide"], "fields": ["email", "person", "usable_password", "password1", "password2"]}),
    )


class AppointmentInline(admin.TabularInline[Appointment, Person]):
    model = Appointment
    extra = 0
    autocomplete_fields = ["group", "represents"]


@admin.register(Person)
class PersonAdmin(admin.ModelAdmin[Person]):
    """People of all desks, also those whom several know and none may change alone."""

    list_display = ["name", "organization", "country", "email"]
    search_fields = ["name", "email", "organization"]
    inlines = [AppointmentInline]


class SpellingForm(forms.ModelForm[Alias]):
    class Meta:
        model = Alias
        fields = ["text", "within"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if "text" in given and "within" in given:
            self.instance.key = key(given["text"])
            refuse_taken_spelling(self.instance, given["within"])
        return given


class AliasInline(admin.TabularInline[Alias, Group]):
    model = Alias
    form = SpellingForm
    fk_name = "group"
    extra = 0
    autocomplete_fields = ["within"]


class ChannelInline(admin.TabularInline[Channel, Group]):
    model = Channel
    fk_name = "group"
    extra = 0
    autocomplete_fields = ["via"]


class SuccessionInline(admin.TabularInline[Succession, Group]):
    model = Succession
    fk_name = "predecessor"
    extra = 0
    autocomplete_fields = ["successor"]


@admin.register(Group)
class GroupAdmin(admin.ModelAdmin[Group]):
    """Groups, shared by all desks."""

    list_display = ["designation", "name", "kind", "parent", "valid_from", "valid_to"]
    list_filter = ["kind"]
    list_select_related = ["parent"]
    search_fields = ["designation", "name", "aliases__text"]
    autocomplete_fields = ["parent", "also_under"]
    inlines = [AliasInline, ChannelInline, SuccessionInline]


@admin.register(Desk)
class DeskAdmin(admin.ModelAdmin[Desk]):
    """Desks: a group becomes one that issues letters here."""

    list_display = ["group", "slug", "mailbox", "mailing_list"]
    list_select_related = ["group"]
    autocomplete_fields = ["group"]
    fields = ["group", "slug", *DeskForm.Meta.fields]
