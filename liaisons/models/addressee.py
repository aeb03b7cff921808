"""Whom a statement addresses, what it asks of each, and what has come back."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE, FSMField, transition

from contacts.models import Channel, Desk, Group
from contacts.models.person import validate_one_line
from liaisons.rules import is_open, may

if TYPE_CHECKING:
    from .statement import Statement


class AddresseeManager(models.Manager["Addressee"]):
    """Everybody the statement addresses now: without those whom an author took off the list again."""

    def get_queryset(self) -> "AddresseeQuerySet":
        return AddresseeQuerySet(self.model, using=self._db).filter(dropped=False)

    def owing(self) -> "AddresseeQuerySet":
        return self.get_queryset().owing()

    def reachable(self) -> "AddresseeQuerySet":
        return self.get_queryset().reachable()

    def unreachable(self) -> "AddresseeQuerySet":
        return self.get_queryset().unreachable()

    def having_it(self) -> "AddresseeQuerySet":
        return self.get_queryset().having_it()

    def with_a_channel(self) -> "AddresseeQuerySet":
        return self.get_queryset().with_a_channel()


class AddresseeQuerySet(models.QuerySet["Addressee"]):
    def owing(self) -> Self:
        """Addressees of statements that are out, with a request still open."""
        still_open = Request.objects.still_open().filter(addressee=OuterRef("pk"))
        return self.filter(Exists(still_open), reply__in=Addressee.WAITING, statement__state="sent")

    def reachable(self) -> Self:
        """Addressees whose group takes letters by mail, or through a body that does."""
        mail = Q(kind=Channel.Kind.MAIL) | Q(kind=Channel.Kind.VIA, via__channels__kind=Channel.Kind.MAIL)
        return self.filter(Exists(Channel.objects.filter(mail, group=OuterRef("group"))))

    def unreachable(self) -> Self:
        """Addressees that nobody knows, or whose group takes letters some other way or none we know."""
        return self.exclude(pk__in=self.reachable().values("pk"))

    def having_it(self) -> Self:
        """Addressees whose server took the letter, or to whom somebody handed it over."""
        from .message import Message  # which names addressees

        taken = Message.objects.filter(addressee=OuterRef("pk"), kind=Message.Kind.SEND, state=Message.State.SENT)
        return self.filter(Q(posted_at__isnull=False) | Q(Exists(taken)))

    def with_a_channel(self) -> Self:
        """Addressees whose group has said how it takes letters, by mail or otherwise."""
        return self.filter(Exists(Channel.objects.filter(group=OuterRef("group"))))


class Addressee(models.Model):
    """A body a statement goes to, with its own purpose, deadline and what has come back from it.

    The rows belong to the statement, because replies and links hang on them; what a revision said of them
    stands in its canonical JSON. `due_on` is the addressee's own deadline or that of the statement, a day in
    `due_zone`, the desk's when it was written; `due_at` is the end of that day in UTC.
    """

    class Purpose(models.TextChoices):
        ACTION = "action", _("for action")
        COMMENT = "comment", _("for comment")
        INFORMATION = "information", _("for information")

    class ReplyState(models.TextChoices):
        NOT_EXPECTED = "not_expected", _("not expected")
        AWAITING = "awaiting", _("awaiting")
        ACKNOWLEDGED = "acknowledged", _("acknowledged")
        REPLIED = "replied", _("replied")
        DECLINED = "declined", _("declined")

    # Nothing that ends the matter has come.
    WAITING = (ReplyState.AWAITING, ReplyState.ACKNOWLEDGED)

    as_of: datetime | None = None

    statement: "models.ForeignKey[Statement, Statement]" = models.ForeignKey(
        "liaisons.Statement", on_delete=models.PROTECT, related_name="addressees"
    )
    position = models.PositiveSmallIntegerField(default=0)
    text = models.CharField(_("as written"), max_length=300, validators=[validate_one_line])
    group = models.ForeignKey(Group, on_delete=models.PROTECT, null=True, blank=True, related_name="addressed_in")
    designation = models.CharField(_("name at that time"), max_length=120, blank=True)
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose.choices)
    own_deadline = models.DateField(_("own deadline"), null=True, blank=True)
    due_on = models.DateField(_("deadline"), null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    due_zone = models.CharField(max_length=64, default="Europe/Zurich")
    dropped = models.BooleanField(_("taken off the list before it left"), default=False)
    posted_at = models.DateTimeField(_("handed over outside the mail"), null=True, blank=True)
    posted_note = models.CharField(_("how it was handed over"), max_length=300, blank=True)
    given_up_at = models.DateTimeField(_("not handed over any more since"), null=True, blank=True)
    unreminded_since = models.DateTimeField(_("wants no reminders since"), null=True, blank=True)
    reply = FSMField(_("reply"), default=ReplyState.NOT_EXPECTED, choices=ReplyState.choices, protected=True)

    objects = AddresseeManager()
    everyone = models.Manager["Addressee"]()

    class Meta:
        verbose_name = _("addressee")
        verbose_name_plural = _("addressees")
        ordering = ["statement", "position", "pk"]
        indexes = [
            models.Index(
                fields=["due_at"], name="addressee_owing", condition=Q(reply__in=["awaiting", "acknowledged"])
            ),
            # In the order of the page of answers, those without a day last.
            models.Index(
                Coalesce("due_on", Value(date.max)),
                "id",
                name="addressee_awaited",
                condition=Q(reply__in=["awaiting", "acknowledged"]),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "text", "purpose"],
                name="addressee_once",
                violation_error_message=_("This body is addressed twice for the same purpose."),
            ),
        ]

    def __str__(self) -> str:
        return self.designation or self.text

    @property
    def stepping_desk(self) -> Desk | None:
        return self.statement.desk

    @property
    def is_awaited(self) -> bool:
        return self.reply in self.WAITING

    def is_overdue(self, now: datetime) -> bool:
        return self.due_at is not None and self.due_at < now and self.is_awaited

    @transition(
        reply,
        source=list(ReplyState),
        target=RETURN_VALUE(*ReplyState),
        permission=may("settle"),
        conditions=[is_open("settle")],
    )
    def settle(self, now: datetime, reached: str) -> str:
        """Something came back; `reached` is the reply state derived from all that has come."""
        return reached

    @transition(reply, source=list(ReplyState), target=None, permission=may("forward"), conditions=[is_open("forward")])
    def forward(self, now: datetime) -> None:
        """It named another body: that one is asked in its place, or the secretariat leaves it at that."""


class RequestQuerySet(models.QuerySet["Request"]):
    def still_open(self) -> Self:
        return self.filter(outcome="")


class Request(models.Model):
    """One thing asked of one addressee; answers settle requests one by one."""

    class Kind(models.TextChoices):
        NOMINATION = "nomination", _("nominate a representative")
        ROADMAP = "roadmap", _("give input to the roadmap")
        COMMENT = "comment", _("comment")
        INFORMATION = "information", _("give information")
        ANSWER = "answer", _("answer")

    class Outcome(models.TextChoices):
        SETTLED = "settled", _("settled")
        DECLINED = "declined", _("declined")
        WAIVED = "waived", _("no longer asked")

    addressee = models.ForeignKey(Addressee, on_delete=models.PROTECT, related_name="requests")
    key = models.CharField(max_length=10)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    text = models.CharField(_("what is asked"), max_length=500)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        ordering = ["addressee", "key"]
        constraints = [
            models.UniqueConstraint(fields=["addressee", "key"], name="request_once"),
            models.CheckConstraint(
                condition=Q(outcome="", settled_at__isnull=True) | (~Q(outcome="") & Q(settled_at__isnull=False)),
                name="request_settled_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.text or self.get_kind_display()
