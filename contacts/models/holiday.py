"""Days on which a desk does not work."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .desk import Desk
from .person import validate_one_line


class Holiday(models.Model):
    """A day, in the calendar of the desk's seat, on which it reminds nobody."""

    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="holidays")
    day = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=100, validators=[validate_one_line])

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["desk", "day"]
        constraints = [
            models.UniqueConstraint(
                fields=["desk", "day"],
                name="holiday_once",
                violation_error_message=_("That day is in the calendar already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.day.isoformat()})"
