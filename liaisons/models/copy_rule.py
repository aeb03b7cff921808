"""Who else gets a copy of what leaves a desk."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contacts.models import Appointment, Desk, Group
from contacts.models.person import validate_one_line

from .addressee import Addressee


class CopyRule(models.Model):
    """That somebody gets a copy of what is sent: whoever holds a role in a group, the letter's contacts, an address.

    The group is the one that sends, the one addressed, or one that is named. `purpose` narrows the rule to letters
    that address somebody for that purpose. `why` is printed in the mail.
    """

    class Who(models.TextChoices):
        SENDER = "sender", _("who holds the role in the group that sends")
        ADDRESSED = "addressed", _("who holds the role in a group addressed")
        PARENT = "parent", _("who holds the role in the parent of a group addressed")
        NAMED = "named", _("who holds the role in the group named here")
        CONTACTS = "contacts", _("the contacts of the letter")
        FORWARDER = "forwarder", _("the body that forwarded the statement which it answers")
        ADDRESS = "address", _("the address named here")

    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="copy_rules")
    position = models.PositiveSmallIntegerField(default=0)
    who = models.CharField(_("who"), max_length=10, choices=Who.choices)
    role = models.CharField(_("role"), max_length=20, choices=Appointment.Role.choices, blank=True)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    email = models.EmailField(_("e-mail"), blank=True)
    purpose = models.CharField(_("only for"), max_length=12, choices=Addressee.Purpose.choices, blank=True)
    why = models.CharField(_("why"), max_length=200, validators=[validate_one_line])

    class Meta:
        verbose_name = _("rule of copies")
        verbose_name_plural = _("rules of copies")
        ordering = ["desk", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(who__in=["sender", "addressed", "parent"], group__isnull=True, email="") & ~Q(role="")
                | Q(who="named", group__isnull=False, email="") & ~Q(role="")
                | Q(who__in=["contacts", "forwarder"], role="", group__isnull=True, email="")
                | Q(who="address", role="", group__isnull=True) & ~Q(email=""),
                name="copy_rule_names_what_it_needs",
                violation_error_message=_("Name the role, the group or the address this rule needs, and no other."),
            ),
        ]

    def __str__(self) -> str:
        return self.why
