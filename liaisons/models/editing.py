"""Who has a draft open at this moment."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.models import Person

from .statement import Statement


class Editing(models.Model):
    """That a person has the form of a draft open; `seen_at` is when the open page last said so."""

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="editings")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    seen_at = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("draft open")
        verbose_name_plural = _("drafts open")
        constraints = [models.UniqueConstraint(fields=["statement", "person"], name="editing_once")]

    def __str__(self) -> str:
        return f"{self.person}: {self.statement}"
