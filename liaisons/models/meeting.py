"""Meetings of a group: agenda, what was done with each document, decisions and actions."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from contacts.models import Group, Person
from contacts.models.person import validate_one_line

from .register import Document


class Meeting(models.Model):
    """A meeting of a group; times are local to its place and kept as written."""

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="meetings")
    name = models.CharField(_("name"), max_length=200, validators=[validate_one_line])
    place = models.CharField(_("place"), max_length=200, blank=True, validators=[validate_one_line])
    starts_on = models.DateField(_("begins"))
    ends_on = models.DateField(_("ends"))
    times = models.CharField(_("times as written"), max_length=100, blank=True)
    collocated = models.CharField(_("in conjunction with"), max_length=200, blank=True)
    participants = models.PositiveIntegerField(_("participants"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    report = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="report_of", verbose_name=_("report")
    )

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="meeting_ends_after_it_begins"),
            models.UniqueConstraint(fields=["group", "name", "starts_on"], name="meeting_once"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("meeting", args=[self.pk])


class AgendaItem(models.Model):
    """An item of the agenda; `clause` is its number in the report ("7.3"), `comment` one that was referred to it."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="items")
    position = models.PositiveSmallIntegerField()
    clause = models.CharField(_("clause"), max_length=10)
    title = models.CharField(_("title"), max_length=300)
    text = models.TextField(_("what was said"), blank=True)
    comment = models.ForeignKey(
        "liaisons.Comment", on_delete=models.PROTECT, null=True, blank=True, related_name="at_items"
    )

    class Meta:
        verbose_name = _("agenda item")
        verbose_name_plural = _("agenda items")
        ordering = ["meeting", "position"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "clause"], name="agenda_item_once"),
            models.UniqueConstraint(fields=["meeting", "comment"], name="agenda_item_comment_once"),
        ]

    def __str__(self) -> str:
        return f"{self.clause} {self.title}"


class ItemDocument(models.Model):
    """A document at an agenda item: who presented it and what the meeting did with it."""

    class Disposition(models.TextChoices):
        APPROVED = "approved", _("approved")
        PRESENTED = "presented", _("presented")
        DISCUSSED = "discussed", _("discussed")
        NOTED = "noted", _("noted")

    item = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, related_name="documents")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="at_items")
    presenter = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    presenter_text = models.CharField(_("presenter as written"), max_length=200, blank=True)
    disposition = models.CharField(_("disposition"), max_length=10, choices=Disposition.choices, blank=True)

    class Meta:
        verbose_name = _("document at an item")
        verbose_name_plural = _("documents at items")
        ordering = ["item", "document"]
        constraints = [models.UniqueConstraint(fields=["item", "document"], name="item_document_once")]

    def __str__(self) -> str:
        return f"{self.document} ({self.item})"


class Decision(models.Model):
    """What a meeting decided."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="decisions")
    item = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, null=True, blank=True, related_name="decisions")
    position = models.PositiveSmallIntegerField()
    text = models.TextField(_("text"))

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["meeting", "position"]

    def __str__(self) -> str:
        return self.text


class Action(models.Model):
    """What somebody undertook at a meeting."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="actions")
    position = models.PositiveSmallIntegerField()
    text = models.TextField(_("text"))
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="actions")
    owner_text = models.CharField(_("owner as written"), max_length=200, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    done_on = models.DateField(_("done on"), null=True, blank=True)

    class Meta:
        verbose_name = _("action")
        verbose_name_plural = _("actions")
        ordering = ["meeting", "position"]

    def __str__(self) -> str:
        return self.text
