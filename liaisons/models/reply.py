"""What came back from an addressee, what it settled, and whom it nominated."""

from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from contacts.models import Appointment, Person
from contacts.models.person import validate_one_line

from .addressee import Addressee, Request
from .blob import Blob
from .register import Document
from .statement import Statement


class ReplyQuerySet(models.QuerySet["Reply"]):
    def undecided(self) -> Self:
        """Requests for more time about which the secretariat has said nothing yet, where it still matters.

        The same as `is_undecided` of each: a later one takes the place of those before it.
        """
        same_moment = Q(received_at=OuterRef("received_at"), pk__gt=OuterRef("pk"))
        later = Reply.objects.filter(
            same_moment | Q(received_at__gt=OuterRef("received_at")),
            addressee=OuterRef("addressee"),
            kind=Reply.Kind.MORE_TIME,
            until__isnull=False,
        )
        return self.filter(
            ~Exists(later),
            Q(addressee__due_on__isnull=True) | Q(until__gt=F("addressee__due_on")),
            kind=Reply.Kind.MORE_TIME,
            until__isnull=False,
            decided_at__isnull=True,
            addressee__statement__state="sent",
            addressee__reply__in=Addressee.WAITING,
        )

    def to_pass_on(self) -> Self:
        """Replies that name another body, where the secretariat has neither passed it on nor left it at that.

        The same as `is_to_pass_on` of each: a body of which something was asked has not answered it itself since.
        """
        declined = Settlement.objects.filter(reply=OuterRef("pk"), request__outcome=Request.Outcome.DECLINED)
        return self.filter(
            Q(addressee__purpose=Addressee.Purpose.INFORMATION) | Exists(declined),
            kind=Reply.Kind.NOT_FOR_US,
            decided_at__isnull=True,
            addressee__statement__state="sent",
        )


class Reply(models.Model):
    """One thing that came back from one addressee. An incoming statement that answers several is several rows.

    A request for more time is decided once: `granted_until` is the new deadline, none when it was not granted.
    One that names another body is decided once too: `forwarded_to` is the row made for that body, none when it was
    left at that.
    """

    class Kind(models.TextChoices):
        ACKNOWLEDGEMENT = "acknowledgement", _("acknowledgement")
        PRELIMINARY = "preliminary", _("preliminary answer")
        ANSWER = "answer", _("answer")
        DECLINE = "decline", _("decline")
        MORE_TIME = "more_time", _("asks for more time")
        NOT_FOR_US = "not_for_us", _("not for us but for another body")

    addressee = models.ForeignKey(Addressee, on_delete=models.PROTECT, related_name="replies")
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, null=True, blank=True, related_name="as_replies")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    reference = models.CharField(_("their reference"), max_length=80, blank=True, validators=[validate_one_line])
    text = models.TextField(_("text"), blank=True)
    for_whom = models.CharField(_("for which body"), max_length=200, blank=True, validators=[validate_one_line])
    until = models.DateField(_("asks for time until"), null=True, blank=True)
    granted_until = models.DateField(_("time granted until"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decision_text = models.TextField(_("reason of the decision"), blank=True)
    forwarded_to = models.ForeignKey(
        Addressee, on_delete=models.PROTECT, null=True, blank=True, related_name="forwarded_from"
    )
    mail = models.ForeignKey(
        "liaisons.ReceivedMail", on_delete=models.PROTECT, null=True, blank=True, related_name="replies"
    )
    name = models.CharField(_("from whom"), max_length=200, blank=True, validators=[validate_one_line])
    email = models.EmailField(_("e-mail"), blank=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="replies")
    received_at = models.DateTimeField(_("received"))
    files: "models.ManyToManyField[Blob, ReplyFile]" = models.ManyToManyField(
        Blob, through="ReplyFile", related_name="+"
    )

    objects = ReplyQuerySet.as_manager()

    class Meta:
        verbose_name = _("reply")
        verbose_name_plural = _("replies")
        ordering = ["addressee", "received_at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.addressee})"

    @property
    def is_undecided(self) -> bool:
        """Whether it asks for time, and the secretariat has still to say something about it."""
        asks = self.kind == Reply.Kind.MORE_TIME and self.until is not None
        return asks and self.decided_at is None and not self.moot

    @property
    def is_to_pass_on(self) -> bool:
        """Whether it names another body, and the secretariat has still to say who is asked."""
        return self.kind == Reply.Kind.NOT_FOR_US and self.decided_at is None and not self.moot

    @property
    def moot(self) -> str:
        """Why the secretariat, which has said nothing about it, need not any more; "" where it has, or has to."""
        if self.decided_at is not None:
            return ""
        if self.kind == Reply.Kind.NOT_FOR_US:
            return self._answered_itself()
        return self._needs_no_time() if self.kind == Reply.Kind.MORE_TIME and self.until else ""

    def _needs_no_time(self) -> str:
        addressee = self.addressee
        if any(one.kind == self.kind and one.until and self._is_before(one) for one in addressee.replies.all()):
            return gettext("A later request for more time took its place.")
        if addressee.reply in (Addressee.ReplyState.REPLIED, Addressee.ReplyState.DECLINED):
            return gettext("It is not needed any more: the answer has come.")
        if addressee.statement.state != Statement.State.SENT or not addressee.is_awaited:
            return gettext("It is not needed any more: no answer is waited for.")
        if addressee.due_on and self.until and self.until <= addressee.due_on:
            day = date_format(addressee.due_on, "j F Y")
            return gettext("It is not needed any more: the answer is awaited until %(day)s.") % {"day": day}
        return ""

    def _answered_itself(self) -> str:
        if self.addressee.statement.state != Statement.State.SENT:
            return gettext("Nothing has to be passed on any more: no answer is waited for.")
        outcomes = {settlement.request.outcome for settlement in self.settlements.all()}
        if self.addressee.purpose == Addressee.Purpose.INFORMATION or Request.Outcome.DECLINED in outcomes:
            return ""
        return gettext("Nothing has to be passed on any more: the body has answered itself.")

    def _is_before(self, other: "Reply") -> bool:
        return (self.received_at, self.pk) < (other.received_at, other.pk)

    @property
    def replaced(self) -> Document | None:
        """The document whose place it took in the register, as the record says: the same letter came before it."""
        if self.statement_id is None:
            return None
        kept = self.addressee.events.filter(verb="settle", data__reply=self.pk, data__has_key="replaces").first()
        return Document.objects.get(pk=kept.data["replaces"]) if kept else None


class ReplyFile(models.Model):
    """A file that came with a reply, under the name it came with."""

    reply = models.ForeignKey(Reply, on_delete=models.PROTECT, related_name="reply_files")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("file name"), max_length=200)

    class Meta:
        verbose_name = _("file of a reply")
        verbose_name_plural = _("files of a reply")

    def __str__(self) -> str:
        return self.name


class Settlement(models.Model):
    """A request that a reply settled or declined."""

    reply = models.ForeignKey(Reply, on_delete=models.PROTECT, related_name="settlements")
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="settlements")
    outcome = models.CharField(_("outcome"), max_length=10, choices=Request.Outcome.choices)

    class Meta:
        verbose_name = _("settlement")
        verbose_name_plural = _("settlements")
        constraints = [models.UniqueConstraint(fields=["reply", "request"], name="settlement_once")]

    def __str__(self) -> str:
        return f"{self.request}: {self.get_outcome_display()}"


class NominationQuerySet(models.QuerySet["Nomination"]):
    def waiting(self) -> Self:
        """Nominations about which the secretariat has said nothing yet."""
        return self.filter(appointment__isnull=True, set_aside_at__isnull=True)


class Nomination(models.Model):
    """The person an addressee names as its representative; an appointment once the secretariat has confirmed it.

    Whoever holds an answer link can name anybody: until then nobody has a right because of it.
    """

    reply = models.ForeignKey(Reply, on_delete=models.PROTECT, related_name="nominations")
    name = models.CharField(_("name"), max_length=200, validators=[validate_one_line])
    email = models.EmailField(_("e-mail"), blank=True)
    organization = models.CharField(_("organization"), max_length=200, blank=True, validators=[validate_one_line])
    country = models.CharField(_("country"), max_length=100, blank=True, validators=[validate_one_line])
    appointment = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, null=True, blank=True, related_name="nominations"
    )
    set_aside_at = models.DateTimeField(_("set aside"), null=True, blank=True)

    objects = NominationQuerySet.as_manager()

    class Meta:
        verbose_name = _("nomination")
        verbose_name_plural = _("nominations")
        constraints = [
            models.UniqueConstraint(fields=["reply", "name", "email"], name="nomination_once"),
            models.CheckConstraint(
                condition=Q(appointment__isnull=True) | Q(set_aside_at__isnull=True),
                name="nomination_confirmed_or_set_aside",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_waiting(self) -> bool:
        return self.appointment_id is None and self.set_aside_at is None
