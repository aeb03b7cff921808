"""That something is due for somebody: rows that become mails, and what a person does not want to hear of."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contacts.models import Desk, Person

from .addressee import Addressee
from .circulation import Circulation
from .meeting import Action
from .message import Message
from .register import Registration
from .statement import Statement


class Reminder(models.Model):
    """That a stage of a day has come for one recipient.

    What is due belongs to one thing: the answer of an addressee, the end of a circulation's window, the approval
    after it, a registration that was assigned, an action of a meeting. `stage` is in days before `due_on` (-1: the
    day after). `outsider` tells the addressee from our own people. A row without a message waits for its digest;
    one with `cancelled_at` will not leave.
    """

    class Kind(models.TextChoices):
        ANSWER = "answer", _("an answer is awaited")
        WINDOW = "window", _("comments close")
        APPROVAL = "approval", _("an approval is awaited")
        ASSIGNMENT = "assignment", _("a letter is to be answered")
        ACTION = "action", _("an action of a meeting is due")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.ANSWER)
    addressee = models.ForeignKey(Addressee, on_delete=models.PROTECT, null=True, blank=True, related_name="reminders")
    circulation = models.ForeignKey(
        Circulation, on_delete=models.PROTECT, null=True, blank=True, related_name="reminders"
    )
    registration = models.ForeignKey(
        Registration, on_delete=models.PROTECT, null=True, blank=True, related_name="reminders"
    )
    action = models.ForeignKey(Action, on_delete=models.PROTECT, null=True, blank=True, related_name="reminders")
    stage = models.SmallIntegerField(_("days before"))
    due_on = models.DateField(_("due on"))
    recipient = models.EmailField(_("recipient"))
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="reminders")
    outsider = models.BooleanField(_("to the addressee"), default=False)
    came_at = models.DateTimeField(_("came"))
    message = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, blank=True, related_name="reminders")
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="answer", addressee__isnull=False)
                | Q(kind__in=["window", "approval"], circulation__isnull=False)
                | Q(kind="assignment", registration__isnull=False)
                | Q(kind="action", action__isnull=False),
                name="reminder_of_its_thing",
            ),
            models.UniqueConstraint(fields=["addressee", "stage", "due_on", "recipient"], name="reminder_once"),
            models.UniqueConstraint(
                fields=["kind", "circulation", "stage", "due_on", "recipient"], name="reminder_of_window_once"
            ),
            models.UniqueConstraint(
                fields=["registration", "stage", "due_on", "recipient"], name="reminder_of_assignment_once"
            ),
            models.UniqueConstraint(fields=["action", "stage", "due_on", "recipient"], name="reminder_of_action_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.stage} → {self.recipient}"

    @property
    def owing(self) -> Addressee:
        """The addressee that owes the answer; only for a reminder of that kind."""
        assert self.addressee is not None  # a constraint binds the kind to it
        return self.addressee


class Mute(models.Model):
    """What one of our own people does not want to be reminded of: a statement, a registration or all of a desk."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="mutes")
    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="mutes")
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, null=True, blank=True, related_name="mutes")
    registration = models.ForeignKey(
        Registration, on_delete=models.PROTECT, null=True, blank=True, related_name="mutes"
    )
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("mute")
        verbose_name_plural = _("mutes")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "desk"],
                condition=Q(statement__isnull=True, registration__isnull=True),
                name="mute_of_desk_once",
            ),
            models.UniqueConstraint(fields=["person", "statement"], name="mute_of_statement_once"),
            models.UniqueConstraint(fields=["person", "registration"], name="mute_of_registration_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.statement or self.registration or self.desk}"
