"""People, the accounts some of them have, and the roles they hold in groups."""

import zoneinfo
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from .group import Group


@cache
def _zones() -> frozenset[str]:
    """All names of time zones; read once, as asking walks through the whole database of zones on the disk."""
    return frozenset(zoneinfo.available_timezones())


def validate_zone(name: str) -> None:
    if name not in _zones():
        raise ValidationError(_("%(zone)s is not a time zone. Write one such as Europe/Zurich."), params={"zone": name})


def validate_one_line(text: str) -> None:
    """Refuse line breaks in what may become a mail header."""
    if "\r" in text or "\n" in text:
        raise ValidationError(_("Write this on one line, without line breaks."))


def or_none(field: str) -> Coalesce:
    """Let a unique constraint take two rows without a value for equal; SQLite has no NULLS NOT DISTINCT."""
    return Coalesce(field, 0)


def or_no_day(field: str) -> Coalesce:
    return Coalesce(field, models.Value(date.min, models.DateField()))


class PersonQuerySet(models.QuerySet["Person"]):
    def holding(self, *roles: str, group: "Group", on: date) -> Self:
        """People who hold one of the roles in the group on that day, or stand in for somebody who does."""
        from .stand_in import StandIn  # which names people

        held = Appointment.objects.in_force(on).filter(role__in=roles, group=group).values("person")
        standing_in = StandIn.objects.in_force(on).filter(group=group, chair__in=held).values("person")
        return self.filter(Q(pk__in=held) | Q(pk__in=standing_in))

    def known_at(self, group: "Group") -> Self:
        """People whom a desk knows: appointed in its group or representing another body there."""
        return self.filter(pk__in=Appointment.objects.filter(group=group).values("person"))


class Person(models.Model):
    """Somebody who writes, approves, represents or answers; may have no account and no address."""

    name = models.CharField(_("name"), max_length=200, validators=[validate_one_line])
    spellings = models.JSONField(_("other spellings"), default=list, blank=True)
    salutation = models.CharField(_("salutation"), max_length=20, blank=True, validators=[validate_one_line])
    organization = models.CharField(_("organization"), max_length=200, blank=True, validators=[validate_one_line])
    country = models.CharField(_("country"), max_length=100, blank=True, validators=[validate_one_line])
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=50, blank=True, validators=[validate_one_line])
    zone = models.CharField(_("time zone"), max_length=64, default="Europe/Zurich", validators=[validate_zone])
    language = models.CharField(_("language"), max_length=12, default="en")
    demo = models.BooleanField(_("belongs to the demo"), default=False, editable=False)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("email"), condition=~Q(email=""), name="person_email_once"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("person", args=[self.pk])


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Raises ValueError without an address."""
        if not email:
            raise ValueError("an account needs an e-mail address")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """An account: what somebody signs in with. Rights come from the appointments of its person."""

    email = models.EmailField(_("e-mail"), unique=True)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="user")
    is_staff = models.BooleanField(_("may open the administration"), default=False)
    is_active = models.BooleanField(_("may sign in"), default=True)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def __str__(self) -> str:
        return str(self.person) if self.person else self.email


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def in_force(self, on: date) -> Self:
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=on),
            Q(valid_to__isnull=True) | Q(valid_to__gte=on),
        )


class Appointment(models.Model):
    """A role that a person holds in a group for a time; a representative speaks there for another body."""

    class Role(models.TextChoices):
        SECRETARIAT = "secretariat", _("secretariat")
        CHAIR = "chair", _("chair")
        COCHAIR = "cochair", _("co-chair")
        VICE_CHAIR = "vice_chair", _("vice-chair")
        RAPPORTEUR = "rapporteur", _("rapporteur")
        EDITOR = "editor", _("editor")
        MEMBER = "member", _("member")
        REPRESENTATIVE = "representative", _("representative")
        ADMINISTRATOR = "administrator", _("administrator")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="appointments")
    group = models.ForeignKey("contacts.Group", on_delete=models.PROTECT, related_name="appointments")
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    represents = models.ForeignKey(
        "contacts.Group",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="representatives",
        verbose_name=_("represents"),
    )
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_to = models.DateField(_("until"), null=True, blank=True)
    basis = models.CharField(_("basis"), max_length=300, blank=True, help_text=_("The letter or meeting that said so."))

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        ordering = ["group", "role", "person"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_from__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="appointment_ends_after_it_begins",
                violation_error_message=_("An appointment cannot end before it begins."),
            ),
            models.UniqueConstraint(
                "person",
                "group",
                "role",
                or_none("represents"),
                or_no_day("valid_from"),
                name="appointment_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.get_role_display()}, {self.group}"
