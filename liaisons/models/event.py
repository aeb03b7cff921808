"""The append-only record of what happened."""

from typing import TYPE_CHECKING, Any, NoReturn

from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.models import Desk, Person, User

from .addressee import Addressee
from .circulation import Circulation
from .link import Link
from .register import Registration
from .revision import Revision
from .statement import Statement

if TYPE_CHECKING:
    from contacts.actor import Actor


class EventQuerySet(models.QuerySet["Event"]):
    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError("events are appended, never changed")

    def delete(self) -> NoReturn:
        raise TypeError("events are appended, never deleted")


class EventManager(models.Manager.from_queryset(EventQuerySet)):  # type: ignore[misc]
    def record(self, verb: str, *, by: "Actor", **fields: Any) -> "Event":
        event: Event = self.create(
            verb=verb,
            actor_kind=by.kind,
            person=by.person,
            user=by.user,
            link_id=by.link_id,
            **fields,
        )
        return event


class Event(models.Model):
    """That something happened: a verb, who did it, to what, when and why. Ids and not names.

    `data` holds what belongs to the verb alone: ids, dates in ISO 8601, counts. A private event is for the desk.
    """

    verb = models.CharField(_("verb"), max_length=30)
    at = models.DateTimeField(_("when"))
    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, null=True, blank=True, related_name="events")
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, null=True, blank=True, related_name="events")
    registration = models.ForeignKey(
        Registration, on_delete=models.PROTECT, null=True, blank=True, related_name="events"
    )
    addressee = models.ForeignKey(Addressee, on_delete=models.PROTECT, null=True, blank=True, related_name="events")
    circulation = models.ForeignKey(Circulation, on_delete=models.PROTECT, null=True, blank=True, related_name="events")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    actor_kind = models.CharField(max_length=8)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    link = models.ForeignKey(Link, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    source_state = models.CharField(max_length=12, blank=True)
    target_state = models.CharField(max_length=12, blank=True)
    data = models.JSONField(default=dict, blank=True)
    private = models.BooleanField(_("for the desk only"), default=False)

    objects = EventManager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["statement", "at"], name="event_of_statement")]

    def __str__(self) -> str:
        return f"{self.verb} {self.at:%Y-%m-%d %H:%M}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("events are appended, never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("events are appended, never deleted")

    @property
    def who(self) -> str:
        """Of somebody who is no Person here only the link is kept: it, and the comment behind it, can be erased."""
        if known := self.person or self.user:
            return str(known)
        if self.link is not None:
            name = self.link.comment.who if self.link.comment else ""
            return name or (self.link.email if self.link.addressee_id else "") or str(_("somebody by link"))
        return self.actor_kind
