"""The text of a statement, revision by revision: written once, never changed."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from contacts.models import Person
from liaisons.letter import Letter

from .blob import Blob
from .statement import Statement

if TYPE_CHECKING:
    from .register import Document


def long_texts(path: str) -> list[str]:
    """Name the fields that lists do without, of the revision at that path: each may hold hundreds of pages."""
    return [f"{path}__{name}" for name in ("abstract", "body", "content")]


class Revision(models.Model):
    """The text of a statement at one moment. A new text is a new row: the old one stays readable.

    `number` counts from 1 within the statement. `deadline` is a local date in `deadline_zone`, `deadline_at`
    the end of that day in UTC. `content` is the canonical JSON of the whole letter, `sha256` its hash.
    """

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveSmallIntegerField(_("revision"))
    language = models.CharField(_("language"), max_length=12, default="en")
    title = models.CharField(_("title"), max_length=500)
    questions = models.CharField(_("Questions"), max_length=300, blank=True)
    meeting = models.ForeignKey("liaisons.Meeting", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    venue_date = models.CharField(_("place and date"), max_length=200, blank=True)
    abstract = models.TextField(_("abstract"), blank=True)
    body = models.TextField(_("body"), blank=True)
    deadline = models.DateField(_("deadline"), null=True, blank=True)
    deadline_zone = models.CharField(max_length=64, default="Europe/Zurich")
    deadline_at = models.DateTimeField(null=True, blank=True)
    deadline_text = models.CharField(_("deadline in words"), max_length=200, blank=True)
    content = models.JSONField(editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    author = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="revisions")
    note = models.CharField(_("why it changed"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["statement", "number"]
        constraints = [models.UniqueConstraint(fields=["statement", "number"], name="revision_once")]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("a revision is written once; a new text is a new revision")
        super().save(*args, **kwargs)

    @cached_property
    def letter(self) -> Letter:
        return Letter.from_dict(self.content)


class RevisionContact(models.Model):
    """A contact person named in a revision, as printed there, and who that is among the people we know."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="contacts")
    position = models.PositiveSmallIntegerField(default=0)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(_("name"), max_length=200)
    organization = models.CharField(_("organization"), max_length=200, blank=True)
    country = models.CharField(_("country"), max_length=100, blank=True)
    phone = models.CharField(_("telephone"), max_length=50, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["revision", "position"]

    def __str__(self) -> str:
        return self.name


class Annex(models.Model):
    """A text after the letter, written here or a document of the register at a given revision."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="annexes")
    position = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(_("title"), max_length=300)
    body = models.TextField(_("text"), blank=True)
    document: "models.ForeignKey[Document | None, Document | None]" = models.ForeignKey(
        "liaisons.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="annexed_in"
    )

    class Meta:
        verbose_name = _("annex")
        verbose_name_plural = _("annexes")
        ordering = ["revision", "position"]

    def __str__(self) -> str:
        return self.title


class Attachment(models.Model):
    """A file that travels with a revision."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="attachments")
    position = models.PositiveSmallIntegerField(default=0)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("file name"), max_length=200)
    title = models.CharField(_("title"), max_length=300, blank=True)
    reference = models.CharField(_("reference"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["revision", "position"]

    def __str__(self) -> str:
        return self.title or self.name
