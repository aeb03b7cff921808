"""Deliverables of a pre-standardization group and the series of events that tells what became of each."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contacts.models import Group
from contacts.models.person import validate_one_line
from liaisons.models import Statement


class Deliverable(models.Model):
    """A technical report or specification of a focus group (FGMV-43). Unfinished ones have no reference.

    It belongs to no desk and every desk reads it: what a focus group delivered, and to which study groups TSAG
    allocated it, are public facts of ITU-T. What desks wrote about it is theirs, and linked where it may be read.
    """

    class Kind(models.TextChoices):
        TR = "TR", _("Technical Report")
        TS = "TS", _("Technical Specification")

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="deliverables")
    reference = models.CharField(_("reference"), max_length=40, blank=True, validators=[validate_one_line])
    kind = models.CharField(_("kind"), max_length=2, choices=Kind.choices)
    title = models.CharField(_("title"), max_length=500, validators=[validate_one_line])
    approved_text = models.CharField(_("approved, as the source says it"), max_length=100, blank=True)
    task_group = models.CharField(_("task group"), max_length=120, blank=True)
    allocation_text = models.CharField(_("allocation as written"), max_length=300, blank=True)
    status_text = models.TextField(_("status as written"), blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("deliverable")
        verbose_name_plural = _("deliverables")
        ordering = ["reference", "title"]
        constraints = [
            models.UniqueConstraint(fields=["group", "reference"], condition=~Q(reference=""), name="deliverable_once"),
        ]

    def __str__(self) -> str:
        return self.reference or self.title


class WorkItem(models.Model):
    """A draft Recommendation or other text under development in a group, under its provisional name."""

    reference = models.CharField(_("reference"), max_length=60, unique=True, validators=[validate_one_line])
    title = models.CharField(_("title"), max_length=500, blank=True, validators=[validate_one_line])
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="work_items")
    question = models.CharField(_("Question"), max_length=20, blank=True)
    topic = models.CharField(_("topic"), max_length=120, blank=True)
    published = models.BooleanField(_("published"), default=False)
    source_text = models.CharField(_("source"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("work item")
        verbose_name_plural = _("work items")
        ordering = ["reference"]

    def __str__(self) -> str:
        return self.reference


class DeliverableEvent(models.Model):
    """Something that happened to a deliverable. Events have no enforced order: adoption came before allocation."""

    class Kind(models.TextChoices):
        ALLOCATED = "allocated", _("allocated")
        ALLOCATED_QUESTION = "allocated_question", _("allocated to a Question")
        INTERESTED = "interested", _("interested")
        DECLINED = "declined", _("declined")
        ADOPTED = "adopted", _("adopted as work item")
        ADOPTED_PART = "adopted_part", _("adopted in part")
        PUBLISHED = "published", _("published")
        NEEDS_OBSERVATION = "needs_observation", _("needs observation")
        RELATED_WORK = "related_work", _("related work exists")
        COMMENT = "comment", _("comment")

    deliverable = models.ForeignKey(Deliverable, on_delete=models.PROTECT, related_name="events")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    question = models.CharField(_("Question"), max_length=20, blank=True)
    work_item = models.ForeignKey(WorkItem, on_delete=models.PROTECT, null=True, blank=True, related_name="events")
    on = models.DateField(_("date"), null=True, blank=True)
    on_text = models.CharField(_("date as written"), max_length=60, blank=True)
    text = models.CharField(_("as written"), max_length=500, blank=True)
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("event of a deliverable")
        verbose_name_plural = _("events of deliverables")
        ordering = ["deliverable", "position"]
        constraints = [
            models.UniqueConstraint(fields=["deliverable", "position"], name="deliverable_event_once"),
        ]

    def __str__(self) -> str:
        return f"{self.deliverable}: {self.get_kind_display()}"
