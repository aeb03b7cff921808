"""Entries of the roadmap, where each came from, and the editions made of them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contacts.models import Desk, Group
from contacts.models.person import validate_one_line
from liaisons.models import Document, Reply


class Category(models.Model):
    """A category of the roadmap; the list is the desk's to edit."""

    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="categories")
    name = models.CharField(_("name"), max_length=100, validators=[validate_one_line])
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["desk", "position"]
        constraints = [models.UniqueConstraint(fields=["desk", "name"], name="category_once")]

    def __str__(self) -> str:
        return self.name


class CategorySpelling(models.Model):
    """A text that bodies write for a category ("Infrastructure")."""

    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="spellings")
    text = models.CharField(_("spelling"), max_length=120)

    class Meta:
        verbose_name = _("spelling of a category")
        verbose_name_plural = _("spellings of categories")
        constraints = [models.UniqueConstraint(fields=["category", "text"], name="category_spelling_once")]

    def __str__(self) -> str:
        return self.text


class Entry(models.Model):
    """A standard or work on one, as a body reported it. `key` folds spellings of the same reference into one entry."""

    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="entries")
    organization = models.ForeignKey(Group, on_delete=models.PROTECT, null=True, blank=True, related_name="entries")
    organization_text = models.CharField(_("SDO / Org. as written"), max_length=200)
    reference = models.CharField(_("reference"), max_length=200, blank=True, validators=[validate_one_line])
    key = models.CharField(max_length=250, editable=False)
    placeholder = models.BooleanField(_("stands for a reference nobody has given yet"), default=False)
    type = models.CharField(_("type"), max_length=100, blank=True)
    title = models.CharField(_("title"), max_length=500, validators=[validate_one_line])
    status = models.CharField(_("status"), max_length=100, blank=True)
    category_text = models.CharField(_("category as written"), max_length=200, blank=True)
    categories: "models.ManyToManyField[Category, models.Model]" = models.ManyToManyField(
        Category, blank=True, related_name="entries"
    )
    summary = models.TextField(_("summary"), blank=True)
    example = models.BooleanField(_("an example of the template"), default=False)
    updated_at = models.DateTimeField(_("last input"))

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        ordering = ["organization_text", "reference", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["desk", "key"], condition=~Q(key=""), name="entry_once"),
        ]

    def __str__(self) -> str:
        return self.reference or self.title


class Input(models.Model):
    """One row of a filled template: the provenance of an entry (reply or document, row, when) and its words."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="inputs")
    reply = models.ForeignKey(Reply, on_delete=models.PROTECT, null=True, blank=True, related_name="inputs")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="inputs")
    row = models.PositiveSmallIntegerField(_("row"))
    content = models.JSONField(_("the row as written"))
    received_at = models.DateTimeField(_("received"))

    class Meta:
        verbose_name = _("input")
        verbose_name_plural = _("inputs")
        ordering = ["entry", "received_at", "pk"]

    def __str__(self) -> str:
        return f"{self.entry} ({self.received_at:%Y-%m-%d})"


class Edition(models.Model):
    """The roadmap as issued: a document of the register."""

    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveSmallIntegerField(_("edition"))
    document = models.OneToOneField(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="edition")
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    content = models.JSONField(default=list)

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ["desk", "number"]
        constraints = [models.UniqueConstraint(fields=["desk", "number"], name="edition_once")]

    def __str__(self) -> str:
        return f"{self.desk} {self.number}"
