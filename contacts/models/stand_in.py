"""Who decides in place of a chair who is away."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from contacts.rights import CHAIRS

from .group import Group
from .person import Appointment, Person


class StandInQuerySet(models.QuerySet["StandIn"]):
    def in_force(self, on: date) -> Self:
        """Stand-ins of that day, of whom both are still in office."""
        held = Appointment.objects.in_force(on).filter(group=OuterRef("group"))
        return self.filter(
            Exists(held.filter(person=OuterRef("chair"), role__in=CHAIRS)),
            Exists(held.filter(person=OuterRef("person"), role=Appointment.Role.VICE_CHAIR)),
            valid_from__lte=on,
            valid_to__gte=on,
        )

    def meeting(self, other: "StandIn") -> Self:
        """Others of the group in which the same chair or the same vice-chair is bound on one of the days."""
        same = self.filter(Q(chair=other.chair_id) | Q(person=other.person_id), group=other.group_id)
        return same.filter(valid_from__lte=other.valid_to, valid_to__gte=other.valid_from).exclude(pk=other.pk)


class StandIn(models.Model):
    """That a vice-chair of a group decides in place of one of its chairs, from one day to another, both included.

    The days are those of the calendar at the desk's seat. On one day a chair has one, and a vice-chair is one's.
    """

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="stand_ins")
    chair = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="represented_by", verbose_name=_("chair"))
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="stands_in", verbose_name=_("vice-chair who stands in")
    )
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until"))

    objects = StandInQuerySet.as_manager()

    class Meta:
        verbose_name = _("stand-in")
        verbose_name_plural = _("stand-ins")
        ordering = ["group", "-valid_from", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")),
                name="stand_in_ends_after_it_begins",
                violation_error_message=_("The last day cannot be before the first."),
            ),
            models.CheckConstraint(
                condition=~Q(chair=F("person")),
                name="stand_in_is_another",
                violation_error_message=_("Nobody stands in for themselves."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} ({self.chair})"
