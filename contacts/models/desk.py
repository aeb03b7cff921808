"""The settings with which a group issues letters."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from .group import Group
from .person import validate_one_line, validate_zone


def outsiders_default() -> list[int]:
    return [7, -1]


def insiders_default() -> list[int]:
    return [14, 7, 3, 1, 0]


def window_default() -> list[int]:
    return [3]


def validate_number_pattern(pattern: str) -> None:
    # "{n}" and "{n:03d}", and not "{n.__class__}" or anything else that format() would look into.
    rest = re.sub(r"\{group\}|\{n(?::0?\d{1,2}d)?\}", "", pattern)
    if "{n" not in pattern or "{" in rest or "}" in rest:
        raise ValidationError(_("Write the pattern with {group} and {n}, as in {group}-LS{n} or {group}-Doc-{n:03d}."))


class Desk(models.Model):
    """The secretariat of a group that issues letters, and its habits. One installation may hold several.

    Reminder stages are days before the deadline: 7 is a week before, 0 the day itself, -1 the day after.
    """

    class Approvers(models.TextChoices):
        ONE = "one", _("one chair or co-chair")
        ALL = "all", _("all chairs and co-chairs")

    group = models.OneToOneField(Group, on_delete=models.PROTECT, related_name="desk")
    slug = models.SlugField(_("short name in addresses"), unique=True)
    mailbox = models.EmailField(_("mailbox"))
    mailing_list = models.EmailField(_("mailing list"), blank=True)
    locality = models.CharField(_("seat"), max_length=100, default="Geneva", validators=[validate_one_line])
    zone = models.CharField(_("time zone"), max_length=64, default="Europe/Zurich", validators=[validate_zone])
    number_pattern = models.CharField(
        _("pattern of numbers"), max_length=60, default="{group}-LS{n}", validators=[validate_number_pattern]
    )
    document_pattern = models.CharField(
        _("pattern of document numbers"),
        max_length=60,
        default="{group}-Doc-{n:03d}",
        validators=[validate_number_pattern],
    )
    questions_label = models.CharField(_("label of the Questions row"), max_length=40, default="Question(s):")
    questions_default = models.CharField(_("default of the Questions row"), max_length=100, default="N/A")
    printed_as = models.CharField(
        _("name printed at the head of a statement"), max_length=120, blank=True, validators=[validate_one_line]
    )
    capitals = models.BooleanField(_("print the name of the group in capitals"), default=False)
    word_inside = models.BooleanField(
        _("carry the Word file inside the PDF, which then keeps to PDF/A-3a"), default=False
    )
    mirrored = models.BooleanField(_("keep a folder with the files of the register"), default=False)
    window_days = models.PositiveSmallIntegerField(
        _("days for comments"), default=14, validators=[MinValueValidator(1), MaxValueValidator(90)]
    )
    approvers = models.CharField(_("who approves"), max_length=3, choices=Approvers.choices, default=Approvers.ALL)
    hold_minutes = models.PositiveSmallIntegerField(
        _("minutes a dispatch can be taken back"), default=5, validators=[MaxValueValidator(24 * 60)]
    )
    attach_up_to_mb = models.PositiveSmallIntegerField(
        _("attach files up to so many megabytes together, larger ones as links; 0: always links"),
        default=10,
        validators=[MaxValueValidator(50)],
    )
    own_copy_rules = models.BooleanField(_("its own rules of copies hold, even where it has none"), default=False)
    subaddressing = models.BooleanField(
        _("the mailbox takes mail to name+token@…, so that replies carry a token"), default=False
    )
    remind_outsiders = models.JSONField(_("reminders to addressees"), default=outsiders_default)
    remind_insiders = models.JSONField(_("reminders to our own people"), default=insiders_default)
    remind_weekly = models.BooleanField(_("remind our own people weekly after the deadline"), default=True)
    remind_window = models.JSONField(_("reminders before comments close"), default=window_default)

    class Meta:
        verbose_name = _("desk")
        verbose_name_plural = _("desks")
        ordering = ["group__designation"]

    def __str__(self) -> str:
        return self.group.designation

    @property
    def zoneinfo(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def today(self, now: datetime) -> date:
        """The calendar day at the desk's seat."""
        return now.astimezone(self.zoneinfo).date()

    def printed_group(self) -> str:
        """The name of the group as the page prints it in the block at the right."""
        name = self.printed_as or self.group.name or self.group.designation
        return name.upper() if self.capitals else name

    def clean(self) -> None:
        for field in ("remind_outsiders", "remind_insiders", "remind_window"):
            stages = getattr(self, field)
            if not isinstance(stages, list) or not all(type(day) is int and -365 <= day <= 365 for day in stages):
                raise ValidationError({field: _("List whole days before the deadline, as in [7, -1].")})
        if other := self._numbering_alike():
            raise ValidationError(
                {
                    "number_pattern": _("%(other)s numbers its statements so already. Name the group in the pattern.")
                    % {"other": other}
                }
            )

    def _numbering_alike(self) -> "Desk | None":
        """Another desk whose statements would get the same numbers; the addresses of both are public."""
        try:
            mine = self.number_pattern.format(group=self.group.designation, n=1)
        except (KeyError, IndexError, ValueError):
            return None  # the field's own validator has said so
        others = Desk.objects.exclude(pk=self.pk).select_related("group")
        return next(
            (one for one in others if one.number_pattern.format(group=one.group.designation, n=1) == mine), None
        )
