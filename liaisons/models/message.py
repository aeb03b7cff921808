"""The outbox: each mail a row, written with the change it reports."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from contacts.models import Desk, Person
from contacts.models.person import validate_one_line

from .addressee import Addressee
from .blob import Blob, Rendition
from .circulation import Circulation
from .revision import Revision
from .statement import Statement


class MessageQuerySet(models.QuerySet["Message"]):
    def of_desk(self, desk: Desk) -> Self:
        return self.filter(desk=desk)

    def due(self, now: datetime) -> Self:
        """Messages that may leave, in the order in which they became due."""
        return self.filter(state=Message.State.QUEUED, not_before__lte=now).order_by("not_before", "pk")

    def troubled(self) -> Self:
        """Messages about which somebody has to decide: not of a letter that is void, handed over or given up."""
        stuck = self.filter(state__in=[Message.State.FAILED, Message.State.IN_DOUBT, Message.State.BOUNCED])
        done = Q(addressee__posted_at__isnull=False) | Q(addressee__given_up_at__isnull=False)
        settled = Q(done, kind=Message.Kind.SEND)
        # To an address that somebody typed, or forged; nobody here can do anything about it.
        unasked = Q(kind=Message.Kind.CONFIRM, state=Message.State.BOUNCED)
        return stuck.exclude(pk__in=Message.objects.void().values("pk")).exclude(settled | unasked)

    def void(self) -> Self:
        """Messages about what no longer stands: they must not leave any more.

        A letter that was taken back, corrected or sent anew, a circulation that has ended, a reminder of which anything
        is due no more.
        """
        from .reminder import Reminder  # which names messages

        state = Statement.State
        not_out = Q(statement__state__in=[state.DRAFT, state.CIRCULATED, state.APPROVED, state.WITHDRAWN])
        replaced = Q(round__lt=F("statement__dispatch_round")) | Q(statement__outcome=Statement.Outcome.CORRECTED)
        over = Q(statement__state__in=[state.REPLIED, state.CLOSED])
        moot = Reminder.objects.moot().filter(message=OuterRef("pk"))
        settled = Q(addressee__isnull=False) & ~Exists(Addressee.objects.owing().filter(pk=OuterRef("addressee")))
        return self.filter(
            Q(not_out | replaced, kind=Message.Kind.SEND)
            | Q(kind__in=[Message.Kind.CIRCULATE, Message.Kind.APPROVE], circulation__ended_at__isnull=False)
            # A reminder of a window is about a statement that is not out yet, and no answer to it is owed.
            | Q(Q(not_out | over, circulation__isnull=True) | settled | Exists(moot), kind=Message.Kind.REMIND)
        )

    def waiting(self) -> Self:
        return self.filter(state__in=[Message.State.QUEUED, Message.State.SENDING])

    def lost_to_a_list(self) -> Self:
        """Texts that went to a list for comment and surely did not arrive: nobody's silence agrees to them."""
        return self.filter(kind=Message.Kind.CIRCULATE, state__in=Message.LOST)

    def lost_to_the_list_of(self, circulation: str) -> Exists:
        """Whether that happened to a circulation, of which `circulation` names the key in the query around it."""
        return Exists(self.lost_to_a_list().filter(circulation=OuterRef(circulation)))

    def of_dispatch(self, statement: Statement) -> Self:
        """The messages of the statement's latest dispatch."""
        return self.filter(statement=statement, kind=Message.Kind.SEND, round=statement.dispatch_round)


class Message(models.Model):
    """One mail to one envelope recipient. `text` and `html` hold [[link:N]] where a signed link goes at delivery.

    `key` makes a second row for the same purpose impossible. Before `not_before` a message is held and can be
    taken back. What machines do here is a plain choice field; no person decides it.
    """

    class Kind(models.TextChoices):
        CIRCULATE = "circulate", _("circulation")
        APPROVE = "approve", _("asks for approval")
        SEND = "send", _("dispatch")
        REMIND = "remind", _("reminder")
        NOTIFY = "notify", _("notice")
        CONFIRM = "confirm", _("asks to confirm an address")
        RECEIPT = "receipt", _("receipt")

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        SENDING = "sending", _("sending")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        GIVEN_UP = "given_up", _("given up")
        IN_DOUBT = "in_doubt", _("in doubt")
        BOUNCED = "bounced", _("came back")
        CANCELLED = "cancelled", _("cancelled")

    # What surely did not arrive. One in doubt is decided by itself, after somebody has looked.
    LOST = (State.FAILED, State.BOUNCED, State.GIVEN_UP, State.CANCELLED)

    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="messages")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    key = models.CharField(max_length=200)
    round = models.PositiveSmallIntegerField(default=0)
    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="messages"
    )
    revision = models.ForeignKey(
        Revision, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="messages"
    )
    circulation = models.ForeignKey(
        Circulation, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="messages"
    )
    addressee = models.ForeignKey(
        Addressee, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="messages"
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="messages"
    )
    message_id = models.CharField(max_length=200, validators=[validate_one_line])
    sender = models.CharField(_("From"), max_length=300, validators=[validate_one_line])
    reply_to = models.CharField(_("Reply-To"), max_length=300, blank=True, validators=[validate_one_line])
    to = models.CharField(_("To"), max_length=1000, validators=[validate_one_line])
    cc = models.CharField(_("Cc"), max_length=1000, blank=True, validators=[validate_one_line])
    recipient = models.EmailField(_("recipient"))
    subject = models.CharField(_("subject"), max_length=500, validators=[validate_one_line])
    text = models.TextField(_("text"))
    html = models.TextField(_("the same for a reader of HTML"), blank=True)
    why = models.CharField(_("why it goes there"), max_length=200, blank=True, validators=[validate_one_line])
    headers = models.JSONField(default=dict, blank=True)
    repeatable = models.BooleanField(_("may be sent again by itself"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.QUEUED)
    queued_at = models.DateTimeField(_("queued"))
    not_before = models.DateTimeField(_("not before"))
    claimed_by = models.CharField(max_length=64, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    handed_over_at = models.DateTimeField(_("handed over"), null=True, blank=True)
    sent_at = models.DateTimeField(_("taken by the server"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    answer = models.CharField(_("what the server said"), max_length=500, blank=True)
    renditions: "models.ManyToManyField[Rendition, MessageFile]" = models.ManyToManyField(
        Rendition, through="MessageFile", related_name="messages"
    )

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-queued_at", "-pk"]
        # On PostgreSQL a change of an indexed field writes to every index of the row, and each mail changes its row
        # three times: so no index that nobody reads, and none that holds when a mail was begun.
        constraints = [
            # Not `unique=True`, which adds an index for LIKE.
            models.UniqueConstraint(fields=["key"], name="message_key"),
            models.UniqueConstraint(fields=["message_id"], name="message_message_id"),
        ]
        indexes = [
            models.Index(fields=["not_before", "id"], name="message_due", condition=Q(state="queued")),
            models.Index(fields=["claimed_by"], name="message_claimed", condition=Q(state="sending")),
            *(
                models.Index(fields=[name], name=f"message_{name}", condition=Q(**{f"{name}__isnull": False}))
                for name in ("statement", "revision", "circulation", "addressee", "person")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.recipient}"

    def get_absolute_url(self) -> str:
        return reverse("message", args=[self.pk])

    def is_held(self, now: datetime) -> bool:
        return self.state == self.State.QUEUED and self.not_before > now


class MessageFile(models.Model):
    """A file that goes with a message: a rendition still to be made, or a stored file."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="files")
    rendition = models.ForeignKey(Rendition, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(_("file name"), max_length=200)

    class Meta:
        verbose_name = _("file of a message")
        verbose_name_plural = _("files of a message")
        constraints = [
            models.CheckConstraint(
                condition=Q(rendition__isnull=False, blob__isnull=True) | Q(rendition__isnull=True, blob__isnull=False),
                name="message_file_is_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return self.name
