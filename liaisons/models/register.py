"""The register of a group: series of numbers, documents, and statements as a desk received them."""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import chain
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from contacts.models import Desk, Group, Person
from contacts.models.person import validate_one_line
from contacts.questions import rapporteurs
from liaisons.rules import Refused, is_open, may

from .blob import Blob
from .statement import Statement


class Series(models.Model):
    """A run of numbers without gaps. `period` is "" for a series that restarts never, else what it restarts with."""

    class Kind(models.TextChoices):
        STATEMENTS = "statements", _("statements")
        DOCUMENTS = "documents", _("documents")

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="series")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    period = models.CharField(_("period"), max_length=60, blank=True)
    last_number = models.PositiveIntegerField(_("last number given"), default=0)

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        constraints = [models.UniqueConstraint(fields=["group", "kind", "period"], name="series_once")]

    def __str__(self) -> str:
        return f"{self.group} {self.get_kind_display()} {self.period}".strip()


class DocumentQuerySet(models.QuerySet["Document"]):
    def of_desk(self, desk: Desk) -> Self:
        return self.filter(series__group=desk.group)


class Document(models.Model):
    """Something with a number to cite in a group's register: JCA-MV-Doc-016-R1."""

    class Kind(models.TextChoices):
        AGENDA = "agenda", _("agenda")
        CONTRIBUTION = "contribution", _("contribution")
        INCOMING = "incoming", _("incoming liaison statement")
        DRAFT = "draft", _("draft in circulation")
        INPUT = "input", _("input")
        INFORMATION = "information", _("information")
        REPORT = "report", _("meeting report")
        LIST = "list", _("list of addressees")
        TERMS = "terms", _("terms of reference")
        RECOMMENDATION = "recommendation", _("recommendation of another body")
        EDITION = "edition", _("edition of the roadmap")

    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="documents")
    number = models.PositiveIntegerField(_("number"))
    revision = models.PositiveSmallIntegerField(_("revision"), default=0)
    reference = models.CharField(_("reference"), max_length=80, validators=[validate_one_line])
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    title = models.CharField(_("title"), max_length=500, validators=[validate_one_line])
    source = models.ForeignKey(Group, on_delete=models.PROTECT, null=True, blank=True, related_name="documents")
    source_text = models.CharField(_("source as written"), max_length=200, blank=True)
    late = models.BooleanField(_("came after the deadline for contributions"), default=False)
    statement_revision = models.ForeignKey(
        "liaisons.Revision", on_delete=models.PROTECT, null=True, blank=True, related_name="documents"
    )
    registered_at = models.DateTimeField(_("registered"))

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["series", "-number", "-revision"]
        constraints = [
            models.UniqueConstraint(fields=["series", "number", "revision"], name="document_once"),
        ]
        indexes = [models.Index(fields=["-number", "-id"], name="document_register")]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("document", args=[self.pk])


class DocumentFileQuerySet(models.QuerySet["DocumentFile"]):
    def bulk_create(self, objs: Iterable["DocumentFile"], *args: Any, **kwargs: Any) -> list["DocumentFile"]:
        """Raises Refused for a document that people are commenting on: they read the files it was sent out with."""
        rows = list(objs)
        refuse_more_files(row.document for row in rows)
        return super().bulk_create(rows, *args, **kwargs)


def refuse_more_files(documents: Iterable[Document]) -> None:
    circulated = Document.objects.filter(pk__in={document.pk for document in documents}, circulation__isnull=False)
    for document in circulated:
        raise Refused(
            [
                _("%(document)s is in circulation with the files it has. File a new one as its next revision.")
                % {"document": document}
            ]
        )


class DocumentFile(models.Model):
    """A file of a document under the name it was handed in with; none is added once the document circulates."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="files")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("file name"), max_length=200)

    objects = DocumentFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file of a document")
        verbose_name_plural = _("files of a document")
        constraints = [models.UniqueConstraint(fields=["document", "name"], name="document_file_once")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        refuse_more_files([self.document])
        super().save(*args, **kwargs)


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def of_desk(self, desk: Desk) -> Self:
        return self.filter(desk=desk)

    def filed_as(self, document: Document) -> Self:
        """The letter that the document is, at whichever of its revisions: the latest is the one that is registered."""
        return self.filter(document__series=document.series_id, document__number=document.number)


class Registration(models.Model):
    """A statement as a desk received it; one that passes between two other bodies is only watched.

    It is allocated to Questions or a person for action, to others for information.
    `due_on` is a day in `due_zone`, the desk's when it was set, `due_at` the end of that day in UTC.
    """

    class State(models.TextChoices):
        RECEIVED = "received", _("received")
        ASSIGNED = "assigned", _("assigned")
        ANSWERED = "answered", _("answered")
        NOTED = "noted", _("noted")

    as_of: datetime | None = None

    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="registrations")
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="registrations")
    document = models.OneToOneField(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="registration"
    )
    purpose = models.CharField(_("purpose for us"), max_length=12, blank=True)
    received_on = models.DateField(_("received on"), null=True, blank=True)
    received_text = models.CharField(_("received, as the source says it"), max_length=100, blank=True)
    forwarded_by = models.ForeignKey(
        Group, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("forwarded by")
    )
    speaks_for = models.CharField(_("speaks also for"), max_length=500, blank=True)
    watched = models.BooleanField(_("between two other bodies, only watched"), default=False)
    state = FSMField(_("state"), default=State.RECEIVED, choices=State.choices, protected=True)
    questions = models.CharField(_("Questions"), max_length=200, blank=True)
    assignee = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="assignments")
    informed_questions = models.CharField(_("Questions, for information"), max_length=200, blank=True)
    informed: "models.ManyToManyField[Person, models.Model]" = models.ManyToManyField(
        Person, blank=True, related_name="+", verbose_name=_("people, for information")
    )
    deputy = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    due_on = models.DateField(_("answer due on"), null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    due_zone = models.CharField(max_length=64, default="Europe/Zurich")
    answered_by = models.ForeignKey(Statement, on_delete=models.PROTECT, null=True, blank=True, related_name="answers")
    noted_at = models.ForeignKey(
        "liaisons.Meeting", on_delete=models.PROTECT, null=True, blank=True, related_name="noted"
    )
    noted_clause = models.CharField(_("clause of its report"), max_length=10, blank=True)
    created_at = models.DateTimeField(_("registered"))

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["desk", "statement"], name="registration_once"),
            models.CheckConstraint(
                condition=~Q(state="assigned") | Q(assignee__isnull=False) | ~Q(questions="", informed_questions=""),
                name="registration_assigned_to_someone",
            ),
        ]

    def __str__(self) -> str:
        return str(self.document or self.statement)

    def get_absolute_url(self) -> str:
        return reverse("registration", args=[self.pk])

    @property
    def stepping_desk(self) -> Desk | None:
        return self.desk

    def holders(self, on: date) -> set[Person]:
        """Everybody to whom it is allocated, for action or for information: they may hold no role at the desk."""
        questions = (self.questions, self.informed_questions)
        of_questions = rapporteurs(questions, within=self.desk.group, on=on).values()
        named = {self.assignee, self.deputy, *self.informed.all(), *chain.from_iterable(of_questions)}
        return {person for person in named if person is not None}

    @transition(
        state,
        source=[State.RECEIVED, State.ASSIGNED],
        target=State.ASSIGNED,
        permission=may("assign"),
        conditions=[is_open("assign")],
    )
    def assign(self, now: datetime) -> None:
        """Questions or a person take it on, with a date and a deputy."""

    @transition(
        state,
        source=[State.RECEIVED, State.ASSIGNED],
        target=State.ANSWERED,
        permission=may("answer"),
        conditions=[is_open("answer")],
    )
    def answer(self, now: datetime) -> None:
        """Our answer has left for good."""

    @transition(
        state,
        source=[State.RECEIVED, State.ASSIGNED],
        target=State.NOTED,
        permission=may("note"),
        conditions=[is_open("note")],
    )
    def note(self, now: datetime) -> None:
        """A meeting has noted it; that forbids nothing afterwards."""

    @transition(
        state, source=State.NOTED, target=State.RECEIVED, permission=may("reopen"), conditions=[is_open("reopen")]
    )
    def reopen(self, now: datetime) -> None:
        """It is to be dealt with after all."""
