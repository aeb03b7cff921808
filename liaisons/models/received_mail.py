"""Mail that came in: kept as it came, with what it was taken for."""

from typing import Self

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from contacts.models import Desk, Person

from .addressee import Addressee
from .blob import Blob
from .circulation import Circulation
from .message import Message
from .statement import Statement


class ReceivedMailQuerySet(models.QuerySet["ReceivedMail"]):
    def of_desk(self, desk: Desk) -> Self:
        return self.filter(desk=desk)

    def waiting(self) -> Self:
        return self.filter(state=ReceivedMail.State.WAITING)


class ReceivedMail(models.Model):
    """One mail as it came to a desk's mailbox; the same one twice is one row.

    `fingerprint` is the SHA-256 of its Message-ID, or of the whole mail where it has none. `found_by` says what
    tied it to `ours`, the mail of ours it answers, or to what else it belongs. Who wrote it is what the mail
    claims: a sender can be forged, so nothing here takes a step.
    """

    class Kind(models.TextChoices):
        LETTER = "letter", _("mail")
        BOUNCE = "bounce", _("bounce")
        AUTOMATIC = "automatic", _("automatic answer")
        LOOP = "loop", _("mail of our own that came back")

    class FoundBy(models.TextChoices):
        TOKEN = "token", _("token")
        THREAD = "thread", _("thread")
        SUBJECT = "subject", _("number in the subject")
        PERSON = "person", _("a person here")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        TAKEN = "taken", _("taken")
        SET_ASIDE = "set_aside", _("set aside")

    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="received_mails")
    fingerprint = models.CharField(max_length=64)
    message_id = models.CharField("Message-ID", max_length=500, blank=True)
    raw = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    state = models.CharField(_("state"), max_length=10, choices=State.choices)
    found_by = models.CharField(_("matched by"), max_length=10, choices=FoundBy.choices, blank=True)
    sender = models.CharField(_("From"), max_length=320, blank=True)
    sender_name = models.CharField(_("name"), max_length=200, blank=True)
    subject = models.CharField(_("subject"), max_length=500, blank=True)
    dated_at = models.DateTimeField(_("dated"), null=True, blank=True)
    received_at = models.DateTimeField(_("received"))
    text = models.TextField(_("text"), blank=True)
    ours = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, blank=True, related_name="answers")
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, null=True, blank=True, related_name="mails")
    addressee = models.ForeignKey(Addressee, on_delete=models.PROTECT, null=True, blank=True, related_name="mails")
    circulation = models.ForeignKey(Circulation, on_delete=models.PROTECT, null=True, blank=True, related_name="mails")
    handled_at = models.DateTimeField(_("handled"), null=True, blank=True)
    handled_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(_("what was done with it"), max_length=300, blank=True)
    files: "models.ManyToManyField[Blob, ReceivedFile]" = models.ManyToManyField(
        Blob, through="ReceivedFile", related_name="+"
    )

    objects = ReceivedMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail received")
        verbose_name_plural = _("mails received")
        ordering = ["-received_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["desk", "fingerprint"], name="received_mail_once")]

    def __str__(self) -> str:
        return f"{self.subject} ({self.sender})"

    def get_absolute_url(self) -> str:
        return reverse("received-mail", args=[self.pk])


class ReceivedFile(models.Model):
    """A file that came with a mail, under the name it came with."""

    mail = models.ForeignKey(ReceivedMail, on_delete=models.PROTECT, related_name="received_files")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("file name"), max_length=200)

    class Meta:
        verbose_name = _("file of a mail")
        verbose_name_plural = _("files of a mail")

    def __str__(self) -> str:
        return self.name
