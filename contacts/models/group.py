"""Groups of the standards world: the tree they form, their spellings, successors and channels."""

from datetime import date
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .person import or_no_day, or_none, validate_one_line, validate_zone


class GroupQuerySet(models.QuerySet["Group"]):
    def in_force(self, on: date) -> Self:
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=on),
            Q(valid_to__isnull=True) | Q(valid_to__gte=on),
        )

    def study_groups(self, on: date) -> Self:
        """The ITU-T study groups in force on that day: what "All SGs" means then."""
        return self.in_force(on).filter(kind=Group.Kind.STUDY_GROUP, parent__designation="ITU-T").order_by("ordinal")


class Group(models.Model):
    """A body that writes or receives letters: an organization, study group, committee, Question or forum."""

    class Kind(models.TextChoices):
        ORGANIZATION = "organization", _("organization")
        SECTOR = "sector", _("sector")
        ASSEMBLY = "assembly", _("assembly")
        ADVISORY_GROUP = "advisory_group", _("advisory group")
        STUDY_GROUP = "study_group", _("study group")
        WORKING_PARTY = "working_party", _("working party")
        QUESTION = "question", _("Question")
        FOCUS_GROUP = "focus_group", _("focus group")
        JOINT_ACTIVITY = "joint_activity", _("joint coordination activity")
        COMMITTEE = "committee", _("committee")
        SUBCOMMITTEE = "subcommittee", _("subcommittee")
        WORKING_GROUP = "working_group", _("working group")
        BOARD = "board", _("board")
        FORUM = "forum", _("forum or consortium")
        AD_HOC = "ad_hoc", _("ad hoc or joint group")
        SECRETARIAT = "secretariat", _("secretariat")
        COMMUNITY = "community", _("community or list")

    designation = models.CharField(_("designation"), max_length=120, validators=[validate_one_line])
    name = models.CharField(_("name"), max_length=300, blank=True, validators=[validate_one_line])
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    ordinal = models.PositiveIntegerField(_("number in its series"), null=True, blank=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    also_under = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="shared_children")
    valid_from = models.DateField(_("exists from"), null=True, blank=True)
    valid_to = models.DateField(_("exists until"), null=True, blank=True)
    valid_text = models.CharField(_("validity as the source says it"), max_length=200, blank=True)
    zone = models.CharField(_("time zone"), max_length=64, blank=True, validators=[validate_zone])
    note = models.TextField(_("note"), blank=True)
    demo = models.BooleanField(_("belongs to the demo"), default=False, editable=False)

    objects = GroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        ordering = ["designation"]
        constraints = [
            models.UniqueConstraint("designation", or_no_day("valid_from"), name="group_once"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_from__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="group_ends_after_it_begins",
                violation_error_message=_("A group cannot end before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return self.designation

    def get_absolute_url(self) -> str:
        return reverse("group", args=[self.pk])

    def clean(self) -> None:
        same = Group.objects.filter(designation__iexact=self.designation).exclude(pk=self.pk)
        if same.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=self.valid_from or date.min),
            Q(valid_from__isnull=True) | Q(valid_from__lte=self.valid_to or date.max),
        ).exists():
            raise ValidationError({"designation": _("A group of this designation exists in that time already.")})
        above = self.parent
        while above is not None:
            if above.pk == self.pk:
                raise ValidationError({"parent": _("A group cannot stand under itself. Choose another parent.")})
            above = above.parent

    def is_in_force(self, on: date) -> bool:
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or self.valid_to >= on)

    def successors(self, on: date) -> list["Group"]:
        """The groups that receive what is meant for this one on that day: itself while it is in force."""
        if self.is_in_force(on):
            return [self]
        heirs: dict[int, Group] = {}
        seen: set[int] = set()
        waiting = [self]
        while waiting:
            group = waiting.pop(0)
            if group.pk in seen:
                continue
            seen.add(group.pk)
            for succession in group.followed_by.filter(taken_effect_on__lte=on).select_related("successor"):
                heir = succession.successor
                if heir.is_in_force(on):
                    heirs[heir.pk] = heir
                else:
                    waiting.append(heir)
        return list(heirs.values())


class Succession(models.Model):
    """One group carrying on the work of another from a day on (SG9 and SG16 became SG21)."""

    predecessor = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="followed_by")
    successor = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="follows")
    taken_effect_on = models.DateField(_("from"))
    basis = models.CharField(_("basis"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("succession")
        verbose_name_plural = _("successions")
        ordering = ["taken_effect_on"]
        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor"], name="succession_once"),
            models.CheckConstraint(condition=~Q(predecessor=F("successor")), name="succession_to_another"),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor}"


class Alias(models.Model):
    """Another spelling of a group; `key` is the spelling as contacts.designations.key() folds it.

    `within` limits an alias to letters read in the context of one body: "WG1" is not the same group everywhere.
    """

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="aliases")
    text = models.CharField(_("spelling"), max_length=200, validators=[validate_one_line])
    key = models.CharField(max_length=200, editable=False)
    within = models.ForeignKey(Group, on_delete=models.PROTECT, null=True, blank=True, related_name="local_aliases")

    class Meta:
        verbose_name = _("spelling")
        verbose_name_plural = _("spellings")
        ordering = ["text"]
        constraints = [
            models.UniqueConstraint(
                "key",
                or_none("within"),
                name="alias_once",
                violation_error_message=_("This spelling already stands for another group."),
            ),
        ]

    def __str__(self) -> str:
        return self.text


class Channel(models.Model):
    """How a group wants to be written to."""

    class Kind(models.TextChoices):
        MAIL = "mail", _("e-mail")
        WEB_FORM = "web_form", _("web form")
        BY_HAND = "by_hand", _("by hand")
        VIA = "via", _("via another body")

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="channels")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    email = models.EmailField(_("e-mail"), blank=True)
    url = models.URLField(_("address of the form"), blank=True)
    via = models.ForeignKey(Group, on_delete=models.PROTECT, null=True, blank=True, related_name="channels_for_others")
    attention = models.CharField(_("for the attention of"), max_length=200, blank=True, validators=[validate_one_line])
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        ordering = ["group", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(kind="mail") & ~Q(email=""))
                | (Q(kind="web_form") & ~Q(url=""))
                | (Q(kind="via") & Q(via__isnull=False))
                | Q(kind="by_hand"),
                name="channel_has_its_address",
                violation_error_message=_(
                    "A channel by mail needs an e-mail, by web form a URL, via a body that body."
                ),
            ),
            models.UniqueConstraint("group", "kind", "email", "url", or_none("via"), name="channel_once"),
        ]

    def __str__(self) -> str:
        return self.email or self.url or str(self.via or self.get_kind_display())
