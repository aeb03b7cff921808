"""Signed links: what somebody without an account may do, with what, until when."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contacts.models import Desk, Person

from .addressee import Addressee
from .circulation import Circulation, Comment
from .statement import Statement


class LinkQuerySet(models.QuerySet["Link"]):
    def valid(self, now: datetime) -> Self:
        return self.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now), revoked_at__isnull=True)


class Link(models.Model):
    """A door for one purpose to one object. `person` is None for a link that went to a mailing list: it is everyone's.

    The address holds the key and its HMAC (liaisons.links); nothing secret is stored here.
    """

    class Purpose(models.TextChoices):
        COMMENT = "comment", _("read and comment")
        APPROVE = "approve", _("approve")
        ANSWER = "answer", _("answer")
        CONFIRM = "confirm", _("confirm an address")
        FEED = "feed", _("calendar")
        MUTE = "mute", _("fewer reminders")

    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose.choices)
    circulation = models.ForeignKey(Circulation, on_delete=models.PROTECT, null=True, blank=True, related_name="links")
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, null=True, blank=True, related_name="links")
    addressee = models.ForeignKey(Addressee, on_delete=models.PROTECT, null=True, blank=True, related_name="links")
    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, null=True, blank=True, related_name="links")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="links")
    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, null=True, blank=True, related_name="links")
    email = models.EmailField(_("e-mail"), blank=True)
    created_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = LinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose="comment", circulation__isnull=False)
                | Q(purpose="approve", statement__isnull=False, person__isnull=False)
                | Q(purpose="approve", circulation__isnull=False, person__isnull=False)  # of a report
                | Q(purpose="answer", addressee__isnull=False)
                | Q(purpose="confirm", comment__isnull=False)
                | Q(purpose__in=["feed", "mute"], person__isnull=False, desk__isnull=False),
                name="link_bound_to_its_object",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} ({self.email or self.person or self.pk})"
