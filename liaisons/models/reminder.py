"""That something is due for somebody: rows that become mails, and what a person does not want to hear of."""

from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from contacts.models import Appointment, Desk, Person, StandIn
from contacts.rights import CHAIRS

from .addressee import Addressee
from .circulation import Approval, Circulation, Comment
from .meeting import Action
from .message import Message
from .register import Registration
from .reply import Reply
from .statement import Statement


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def waiting(self) -> Self:
        """Rows that are in no mail yet."""
        return self.filter(message__isnull=True, cancelled_at__isnull=True)

    def about(self, thing: "Addressee | Statement | Circulation | Registration | Action") -> Self:
        """Rows of one thing; those of a statement are also the ones of its addressees and circulations."""
        if isinstance(thing, Statement):
            return self.filter(Q(addressee__statement=thing) | Q(circulation__statement=thing))
        if isinstance(thing, Addressee):
            return self.filter(addressee=thing)
        if isinstance(thing, Circulation):
            return self.filter(circulation=thing)
        if isinstance(thing, Action):
            return self.filter(action=thing)
        return self.filter(registration=thing)

    def standing(self) -> Self:
        """Rows of what is due still, on that day, for somebody who has it to do and has not muted it."""
        return self.filter(_answer() | _window() | _approval() | _assignment() | _action()).exclude(_muted())

    def moot(self) -> Self:
        """The others: no mail may say any more what they say."""
        return self.filter(~Exists(Reminder.objects.standing().filter(pk=OuterRef("pk"))))


def _answer() -> Q:
    """Owed still, with the reader; an addressee wants to be reminded and waits for no word from us about more time."""
    owing = Addressee.objects.owing().filter(pk=OuterRef("addressee"), due_on=OuterRef("due_on"))
    unheard = Reply.objects.undecided().filter(addressee=OuterRef("addressee"))
    nobodys = _nobodys("addressee__statement__responsible")
    theirs = Q(addressee__statement__responsible=F("person")) | nobodys
    may_be_asked = Q(~Exists(unheard), addressee__unreminded_since__isnull=True, outsider=True)
    return Q(
        may_be_asked | Q(theirs, outsider=False),
        Exists(owing),
        kind__in=[Reminder.Kind.ANSWER, Reminder.Kind.PROMPT],
    )


def _window() -> Q:
    spoken = Comment.objects.counted().filter(circulation=OuterRef("circulation"), author=OuterRef("person"))
    return Q(
        ~Exists(spoken),
        ~Message.objects.lost_to_the_list_of("circulation"),
        kind=Reminder.Kind.WINDOW,
        circulation__ended_at__isnull=True,
        circulation__closes_on=F("due_on"),
    )


def _approval() -> Q:
    """The chair's word, or that of the one a vice-chair stands in for, is not given yet and nothing stops it."""
    given = Approval.objects.granted().filter(revision=OuterRef(OuterRef("circulation__statement__revision")))
    in_person = Q(in_place_of__isnull=True, person=OuterRef("person"))
    stood_in_for = StandIn.objects.filter(chair=OuterRef("person"), person=OuterRef(OuterRef("person")))
    votes = Appointment.objects.filter(
        Q(person=OuterRef("person")) | Q(Exists(stood_in_for)),
        ~Exists(given.filter(Q(in_place_of=OuterRef("person")) | in_person)),
        group=OuterRef("desk__group"),
        role__in=CHAIRS,
    )
    objections = Comment.objects.standing_objections().filter(circulation=OuterRef("circulation"))
    of_report = Q(circulation__statement__isnull=True)
    return Q(
        Q(circulation__statement__state=Statement.State.CIRCULATED) | of_report,
        Exists(votes),
        ~Exists(objections),
        ~Message.objects.lost_to_the_list_of("circulation"),
        kind=Reminder.Kind.APPROVAL,
        circulation__ended_at__isnull=True,
    )


def _assignment() -> Q:
    theirs = Q(registration__assignee=F("person")) | Q(registration__deputy=F("person"))
    nobodys = _nobodys("registration__assignee")
    return Q(
        theirs | nobodys,
        kind=Reminder.Kind.ASSIGNMENT,
        registration__state=Registration.State.ASSIGNED,
        registration__watched=False,
        registration__due_on=F("due_on"),
    )


def _action() -> Q:
    return Q(
        Q(action__owner=F("person")) | _nobodys("action__owner"),
        kind=Reminder.Kind.ACTION,
        action__done_on__isnull=True,
        action__due_on=F("due_on"),
    )


def _nobodys(who: str) -> Q:
    """Nobody has it, nobody to whom mail goes, or somebody who had left the desk when the reminder came."""
    still = Q(valid_to__isnull=True) | Q(valid_to__gte=OuterRef("came_at__date"))
    held = Appointment.objects.filter(still, person=OuterRef(who), group=OuterRef("desk__group"))
    return Q(**{f"{who}__isnull": True}) | Q(**{f"{who}__email": ""}) | Q(~Exists(held))


def _muted() -> Exists:
    everything = Q(statement__isnull=True, circulation__isnull=True, registration__isnull=True, action__isnull=True)
    about_it = (
        Q(statement=OuterRef("addressee__statement"))
        | Q(statement=OuterRef("circulation__statement"))
        | Q(circulation=OuterRef("circulation"))
        | Q(registration=OuterRef("registration"))
        | Q(action=OuterRef("action"))
    )
    return Exists(Mute.objects.filter(everything | about_it, person=OuterRef("person"), desk=OuterRef("desk")))


class Reminder(models.Model):
    """That a stage of a day has come for one recipient.

    What is due belongs to one thing: the answer of an addressee, the end of a circulation's window, the approval
    after it, a registration that was assigned, an action of a meeting. `stage` is in days before `due_on` (-1: the
    day after); of an approval `due_on` is the day on which it was asked for. `outsider` tells the addressee from our
    own people; a row that is neither goes to the desk's list. A row without a message waits for its digest; one with
    `cancelled_at` will not leave.
    """

    class Kind(models.TextChoices):
        ANSWER = "answer", _("an answer is awaited")
        PROMPT = "prompt", _("nothing came after the last reminder")
        WINDOW = "window", _("comments close")
        APPROVAL = "approval", _("an approval is awaited")
        ASSIGNMENT = "assignment", _("a letter is to be answered")
        ACTION = "action", _("an action of a meeting is due")

    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="reminders")
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

    objects = ReminderQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        indexes = [
            models.Index(
                fields=["desk", "person"],
                name="reminder_waiting",
                condition=Q(message__isnull=True, cancelled_at__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["answer", "prompt"], addressee__isnull=False)
                | Q(kind__in=["window", "approval"], circulation__isnull=False)
                | Q(kind="assignment", registration__isnull=False)
                | Q(kind="action", action__isnull=False),
                name="reminder_of_its_thing",
            ),
            models.UniqueConstraint(fields=["kind", "addressee", "stage", "due_on", "recipient"], name="reminder_once"),
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
        """The addressee that owes the answer; only for a reminder of an answer."""
        assert self.addressee is not None  # a constraint binds the kind to it
        return self.addressee

    @property
    def statement(self) -> Statement | None:
        """The statement it is about, unless it is about a letter of others, a report or an action."""
        if self.addressee:
            return self.addressee.statement
        return self.circulation.statement if self.circulation else None

    @property
    def thing(self) -> "Thing":
        """What its reader may mute by itself."""
        thing = self.statement or self.circulation or self.registration or self.action
        assert thing is not None  # a constraint binds the kind to one of them
        return thing


class Mute(models.Model):
    """What one of our own people does not want to be reminded of: one thing, or all of a desk where it names none.

    A circulation is that of a report; a draft in circulation is muted as the statement it is.
    """

    THINGS = ("statement", "circulation", "registration", "action")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="mutes")
    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="mutes")
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, null=True, blank=True, related_name="mutes")
    circulation = models.ForeignKey(Circulation, on_delete=models.PROTECT, null=True, blank=True, related_name="mutes")
    registration = models.ForeignKey(
        Registration, on_delete=models.PROTECT, null=True, blank=True, related_name="mutes"
    )
    action = models.ForeignKey(Action, on_delete=models.PROTECT, null=True, blank=True, related_name="mutes")
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("mute")
        verbose_name_plural = _("mutes")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "desk"],
                condition=Q(
                    statement__isnull=True, circulation__isnull=True, registration__isnull=True, action__isnull=True
                ),
                name="mute_of_desk_once",
            ),
            models.UniqueConstraint(fields=["person", "statement"], name="mute_of_statement_once"),
            models.UniqueConstraint(fields=["person", "circulation"], name="mute_of_report_once"),
            models.UniqueConstraint(fields=["person", "registration"], name="mute_of_registration_once"),
            models.UniqueConstraint(fields=["person", "action"], name="mute_of_action_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.thing or self.desk}"

    @property
    def thing(self) -> "Thing | None":
        """What is muted; None where all of the desk is."""
        return self.statement or self.circulation or self.registration or self.action


Thing = Statement | Circulation | Registration | Action
