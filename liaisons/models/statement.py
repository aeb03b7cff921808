"""Liaison statements and how they relate to one another."""

from datetime import date, datetime
from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from contacts.models import Desk, Group, Person
from contacts.models.person import validate_one_line
from liaisons.rules import is_open, may

if TYPE_CHECKING:
    from contacts.actor import Actor

    from .circulation import Circulation


class StatementQuerySet(models.QuerySet["Statement"]):
    def of_desk(self, desk: Desk) -> Self:
        """Statements the desk issued or registered."""
        return self.filter(Q(desk=desk) | _registered(desk=desk))

    def issued_by(self, desk: Desk) -> Self:
        return self.filter(desk=desk)

    def posted(self) -> Self:
        return self.filter(LEFT)

    def visible_to(self, actor: "Actor", on: date) -> Self:
        """What the actor may read: all of its desk as an officer, from circulation on as a member, else what left."""
        if actor.person is None:
            return self.posted()
        held = list(actor.person.appointments.in_force(on).values_list("group", "role"))
        officers = {group for group, role in held if role in Statement.OFFICERS}
        members = {group for group, _role in held}
        # Asked row by row, never as lists of keys: the first page of the register must not read all statements.
        shown = Q(approved_at__isnull=False) | Q(sent_at__isnull=False) | _circulates()
        once_shown = Q(desk__group__in=members) & ~Q(state=Statement.State.DRAFT) & shown
        # A letter issued at another desk of this house is registered like any other, and read from when it has left.
        registered = Q(desk__isnull=True) & _registered(desk__group__in=members)
        return self.filter(Q(desk__group__in=officers) | once_shown | registered | LEFT)


# Of our desks, and it has left: what an outsider may see. A dispatch that is held has not.
LEFT = Q(desk__isnull=False, posted_at__isnull=False)


def _circulates() -> Q:
    """Its text is, or was to the end, before the list: what was withdrawn as a draft again has a newer one."""
    from .circulation import Circulation  # which names statements

    to_the_end = Q(ended_at__isnull=True) | Q(ended_at__gte=OuterRef("ended_at"))
    return Q(Exists(Circulation.objects.filter(to_the_end, statement=OuterRef("pk"))))


def _registered(**where: object) -> Q:
    from .register import Registration  # which names statements

    return Q(Exists(Registration.objects.filter(statement=OuterRef("pk"), **where)))


class Statement(models.Model):
    """A liaison statement, ours or one issued elsewhere, from its first draft to the reply that closes it."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        CIRCULATED = "circulated", _("circulated")
        APPROVED = "approved", _("approved")
        SENT = "sent", _("sent")
        REPLIED = "replied", _("replied")
        CLOSED = "closed", _("closed")
        WITHDRAWN = "withdrawn", _("withdrawn")
        ELSEWHERE = "elsewhere", _("issued elsewhere")

    class Evidence(models.TextChoices):
        SEEN = "seen", _("we have it")
        IMPLIED = "implied", _("another statement mentions it")
        ANNOUNCED = "announced", _("announced, not yet seen")

    class Outcome(models.TextChoices):
        NOTHING_OWED = "nothing_owed", _("nothing was asked")
        PARTLY_ANSWERED = "partly_answered", _("partly answered")
        LAPSED = "lapsed", _("lapsed")
        CORRECTED = "corrected", _("corrected")

    as_of: datetime | None = None  # when conditions are judged, see liaisons.rules.Stepping

    OFFICERS: ClassVar[frozenset[str]] = frozenset(
        {"secretariat", "chair", "cochair", "vice_chair", "administrator", "rapporteur", "editor"}
    )

    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, null=True, blank=True, related_name="statements")
    source = models.ForeignKey(Group, on_delete=models.PROTECT, null=True, blank=True, related_name="statements")
    source_text = models.CharField(_("source as written"), max_length=200)
    study_period = models.CharField(_("study period"), max_length=9, blank=True)
    series = models.ForeignKey("liaisons.Series", on_delete=models.PROTECT, null=True, blank=True)
    number = models.PositiveIntegerField(_("number"), null=True, blank=True)
    reference = models.CharField(
        _("number of the statement"), max_length=80, blank=True, validators=[validate_one_line]
    )
    correction = models.PositiveSmallIntegerField(_("correction"), default=0)
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections")
    state = FSMField(_("state"), default=State.DRAFT, choices=State.choices, protected=True, db_index=True)
    evidence = models.CharField(_("evidence"), max_length=10, choices=Evidence.choices, default=Evidence.SEEN)
    revision = models.ForeignKey(
        "liaisons.Revision", on_delete=models.PROTECT, null=True, blank=True, related_name="current_in"
    )
    approved_revision = models.ForeignKey(
        "liaisons.Revision", on_delete=models.PROTECT, null=True, blank=True, related_name="approved_in"
    )
    approval_text = models.CharField(_("approval"), max_length=300, blank=True)
    dispatch_round = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome.choices, blank=True)
    responsible = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    look_again_on = models.DateField(_("to be looked at again on"), null=True, blank=True)
    remind_outsiders = models.JSONField(_("reminders to its addressees"), null=True, blank=True)
    remind_insiders = models.JSONField(_("reminders about it to our own people"), null=True, blank=True)
    created_at = models.DateTimeField(_("begun"))
    dated = models.DateField(_("date of the statement"), null=True, blank=True)
    dated_text = models.CharField(_("date as the source says it"), max_length=100, blank=True)
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    posted_at = models.DateTimeField(_("first one left"), null=True, blank=True, db_index=True)
    ended_at = models.DateTimeField(_("replied, closed or withdrawn"), null=True, blank=True)

    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="statement_register"),
            models.Index(fields=["study_period", "reference"], name="statement_address"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["series", "number", "correction"], name="statement_number_once"),
            models.UniqueConstraint(
                fields=["study_period", "reference", "correction"],
                condition=Q(series__isnull=False),
                name="statement_address_once",
            ),
            models.CheckConstraint(
                condition=Q(series__isnull=True) | Q(number__isnull=False), name="statement_in_series_has_number"
            ),
            models.CheckConstraint(
                condition=Q(desk__isnull=False) | Q(state="elsewhere"), name="statement_of_a_desk_or_elsewhere"
            ),
        ]

    def __str__(self) -> str:
        return self.reference or self.title

    def get_absolute_url(self) -> str:
        """The permanent public address once the statement has a number of ours, else the address by key."""
        if self.series_id is None:
            return reverse("statement", args=[self.pk])
        if self.correction:
            return reverse("statement-correction", args=[self.study_period, self.reference, self.correction])
        return reverse("statement-permanent", args=[self.study_period, self.reference])

    @property
    def title(self) -> str:
        return self.revision.title if self.revision else ""

    @property
    def stepping_desk(self) -> Desk | None:
        return self.desk

    @property
    def is_ours(self) -> bool:
        return self.desk_id is not None

    @property
    def circulation(self) -> "Circulation | None":
        """The latest circulation, or None before the first."""
        return self.circulations.order_by("-opened_at", "-pk").first()

    # A transition changes this object and nothing else; liaisons.workflow.advance() does the rest.

    @transition(
        state,
        source=State.DRAFT,
        target=State.CIRCULATED,
        permission=may("circulate"),
        conditions=[is_open("circulate")],
    )
    def circulate(self, now: datetime) -> None:
        """The draft goes to the desk's list, two weeks for comments (report of JCA-MV's first meeting, clause 10)."""

    @transition(
        state, source=State.CIRCULATED, target=State.CIRCULATED, permission=may("amend"), conditions=[is_open("amend")]
    )
    def amend(self, now: datetime) -> None:
        """An editorial change while the window goes on."""

    @transition(
        state,
        source=[State.CIRCULATED, State.APPROVED],
        target=State.DRAFT,
        permission=may("revise"),
        conditions=[is_open("revise")],
    )
    def revise(self, now: datetime) -> None:
        """Back to the authors; a statement that has a number keeps it (numbers have no gaps)."""
        self.approved_revision = None
        self.approved_at = None
        self.approval_text = ""

    @transition(
        state,
        source=[State.DRAFT, State.CIRCULATED],
        target=State.APPROVED,
        permission=may("approve"),
        conditions=[is_open("approve")],
    )
    def approve(self, now: datetime) -> None:
        """The last approval needed has come (A.1, 1.5.1: level of approval)."""
        self.approved_revision = self.revision
        self.approved_at = now

    @transition(state, source=State.APPROVED, target=State.SENT, permission=may("send"), conditions=[is_open("send")])
    def send(self, now: datetime) -> None:
        """The secretariat sends the statement to its addressees."""
        self.sent_at = now
        self.dispatch_round += 1

    @transition(
        state, source=State.SENT, target=State.APPROVED, permission=may("recall"), conditions=[is_open("recall")]
    )
    def recall(self, now: datetime) -> None:
        """Nothing has left yet: the dispatch is taken back."""
        self.sent_at = None

    @transition(
        state, source=State.SENT, target=State.REPLIED, permission=may("complete"), conditions=[is_open("complete")]
    )
    def complete(self, now: datetime) -> None:
        """All that was owed has come."""
        self.ended_at = now

    @transition(state, source=State.SENT, target=State.CLOSED, permission=may("close"), conditions=[is_open("close")])
    def close(self, now: datetime) -> None:
        """Nothing is owed or waited for any more."""
        self.ended_at = now

    @transition(
        state,
        source=[State.SENT, State.REPLIED, State.CLOSED],
        target=None,
        permission=may("correct"),
        conditions=[is_open("correct")],
    )
    def correct(self, now: datetime) -> None:
        """A new statement with the same number takes the place of this one."""

    @transition(
        state,
        source=[State.DRAFT, State.CIRCULATED, State.APPROVED, State.SENT],
        target=State.WITHDRAWN,
        permission=may("withdraw"),
        conditions=[is_open("withdraw")],
    )
    def withdraw(self, now: datetime) -> None:
        """The statement is given up; its number, if it has one, stays and is shown as withdrawn."""
        self.ended_at = now


class RelationQuerySet(models.QuerySet["Relation"]):
    def counting(self) -> Self:
        """What somebody said, or has confirmed."""
        return self.filter(Q(inferred=False) | Q(confirmed_at__isnull=False))


class Relation(models.Model):
    """How one statement stands to another. An inferred one counts when a person has confirmed it.

    One that was rejected is kept, so that nothing infers it again.
    """

    class Kind(models.TextChoices):
        REPLIES_TO = "replies_to", _("replies to")
        SAME_AS = "same_as", _("is the same as")
        RELATED = "related", _("is related to")

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="relations")
    to = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="related_from")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    inferred = models.BooleanField(_("inferred"), default=False)
    why = models.CharField(_("why"), max_length=300, blank=True)
    confirmed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    rejected_at = models.DateTimeField(_("rejected"), null=True, blank=True)

    objects = RelationQuerySet.as_manager()

    class Meta:
        verbose_name = _("relation")
        verbose_name_plural = _("relations")
        constraints = [
            models.UniqueConstraint(fields=["statement", "to", "kind"], name="relation_once"),
            models.CheckConstraint(condition=~Q(statement=F("to")), name="relation_to_another"),
        ]

    def __str__(self) -> str:
        return f"{self.statement} {self.get_kind_display()} {self.to}"

    @property
    def counts(self) -> bool:
        return not self.inferred or self.confirmed_at is not None
