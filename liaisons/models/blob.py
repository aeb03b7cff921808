"""Files, kept once by their hash, and the files made from revisions."""

import hashlib
from typing import Self

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models
from django.utils.translation import gettext_lazy as _


class BlobManager(models.Manager["Blob"]):
    def keep(self, content: bytes, media_type: str) -> "Blob":
        """Store the bytes unless they are stored already, and return their row."""
        sha256 = hashlib.sha256(content).hexdigest()
        blob, created = self.get_or_create(
            sha256=sha256, defaults={"size": len(content), "media_type": media_type, "path": Blob.path_of(sha256)}
        )
        if created or not default_storage.exists(blob.path):
            default_storage.save(blob.path, ContentFile(content))
        return blob


class Blob(models.Model):
    """An immutable file, found by its SHA-256; `size` in bytes."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField(_("size"))
    media_type = models.CharField(_("type"), max_length=100)
    path = models.CharField(max_length=200)

    objects = BlobManager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")

    def __str__(self) -> str:
        return self.sha256[:12]

    @staticmethod
    def path_of(sha256: str) -> str:
        return f"blobs/{sha256[:2]}/{sha256}"

    def read(self) -> bytes:
        """The bytes; raises FileNotFoundError when the storage has lost them."""
        with default_storage.open(self.path) as file:
            content: bytes = file.read()
        return content


class RenditionQuerySet(models.QuerySet["Rendition"]):
    def missing(self) -> Self:
        """Files to be made that nobody is just making and that are not set aside."""
        return self.filter(blob__isnull=True, claimed_at__isnull=True, tries__lt=Rendition.MAX_TRIES)


class Rendition(models.Model):
    """A revision as a PDF or Word file under one masthead; made once, outside the transaction that needs it.

    `claimed_at` is set while a process makes it; `tries` counts the failures.
    """

    MAX_TRIES = 3

    class Kind(models.TextChoices):
        PDF = "pdf", "PDF"
        WORD = "docx", "Word"

    revision = models.ForeignKey("liaisons.Revision", on_delete=models.PROTECT, related_name="renditions")
    kind = models.CharField(_("kind"), max_length=4, choices=Kind.choices)
    name = models.CharField(_("file name"), max_length=120)
    masthead = models.JSONField()
    masthead_sha256 = models.CharField(max_length=64)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    claimed_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(_("error"), max_length=500, blank=True)
    warnings = models.JSONField(default=list, blank=True)

    objects = RenditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("rendition")
        verbose_name_plural = _("renditions")
        constraints = [
            models.UniqueConstraint(fields=["revision", "kind", "masthead_sha256"], name="rendition_once"),
        ]

    def __str__(self) -> str:
        return self.name
