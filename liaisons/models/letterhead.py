"""What stands at the head of every letter of an organization."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.models import Group

from .blob import Blob


class LetterheadManager(models.Manager["Letterhead"]):
    def of(self, group: Group) -> "Letterhead | None":
        """That of the group itself, or of the nearest body above it that has one."""
        above: list[int] = []
        place: Group | None = group
        while place is not None and place.pk not in above:
            above.append(place.pk)
            place = place.parent
        found = {head.organization_id: head for head in self.filter(organization__in=above).select_related("emblem")}
        return next((found[pk] for pk in above if pk in found), None)


class Letterhead(models.Model):
    """Emblem and name that an organization and the groups below it print at the head of their letters.

    `lines` is printed one line below the other: the union, then the sector. The emblem is a PNG or JPEG.
    """

    organization = models.OneToOneField(
        Group, on_delete=models.PROTECT, related_name="letterhead", verbose_name=_("organization")
    )
    emblem = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    lines = models.TextField(_("name at the head of letters"), blank=True)

    objects = LetterheadManager()

    class Meta:
        verbose_name = _("letterhead")
        verbose_name_plural = _("letterheads")

    def __str__(self) -> str:
        return str(self.organization)
