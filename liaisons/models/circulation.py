"""The two weeks of a draft on the list: the window, the comments, and who approved what."""

from datetime import date, datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from contacts.models import Desk, Group, Person
from contacts.models.person import validate_one_line
from liaisons.calendar import end_of_day

from .blob import Blob
from .meeting import Meeting
from .register import Document
from .revision import Revision
from .statement import Statement

# Mails that tell people what became of their own comments: they leave also when the text is called off.
TO_COMMENTERS = Q(key__startswith="disposed:") | Q(key__startswith="kind:")


class CirculationQuerySet(models.QuerySet["Circulation"]):
    def of_desk(self, desk: Desk) -> Self:
        return self.filter(desk=desk)

    def running(self, now: datetime) -> Self:
        """Circulations whose window has begun or is about to, and has not ended."""
        return self.filter(Q(closes_at__isnull=True) | Q(closes_at__gt=now), ended_at__isnull=True)


class Circulation(models.Model):
    """A text before the list for comment, under a document number.

    The window runs from `distributed_at`, when the list's server took the message, for `window_days` calendar days
    and closes with the end of the day `closes_on` in `zone`, which is the desk's when the text goes out and stays so
    when the desk moves. `asked` counts who was appointed on the day of the distribution. `ended_at` is set when the
    text leaves circulation. Of a statement `revision` is the text sent out; a meeting report has none, its text is
    the document's file, and `approved_at` says when the list had agreed to it.
    """

    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="circulations")
    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, null=True, blank=True, related_name="circulations"
    )
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, null=True, blank=True, related_name="circulations")
    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="circulation")
    window_days = models.PositiveSmallIntegerField(_("days for comments"))
    opened_at = models.DateTimeField(_("circulated"))
    distributed_at = models.DateTimeField(_("taken by the list's server"), null=True, blank=True)
    closes_on = models.DateField(_("comments until"), null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    zone = models.CharField(_("time zone of the window"), max_length=64, default="Europe/Zurich")
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    asked = models.PositiveIntegerField(_("members who were asked"), null=True, blank=True)
    shortened_because = models.CharField(_("why the window was shortened"), max_length=500, blank=True)

    objects = CirculationQuerySet.as_manager()

    class Meta:
        verbose_name = _("circulation")
        verbose_name_plural = _("circulations")
        ordering = ["-opened_at", "-pk"]

    def __str__(self) -> str:
        return str(self.document)

    def earlier(self) -> CirculationQuerySet:
        """The other circulations of the same statement, or of the same report under its number, as they came."""
        same = Q(statement=self.statement_id)
        if self.statement_id is None:
            same = Q(document__series=self.document.series_id, document__number=self.document.number)
        return Circulation.objects.filter(same).exclude(pk=self.pk).order_by("opened_at")

    def distribute(self, at: datetime, *, asked: int | None = None) -> None:
        """Start the window; a second report of the same distribution changes nothing."""
        if self.distributed_at is None:
            self.distributed_at = at
            self.close_on(at.astimezone(ZoneInfo(self.zone)).date() + timedelta(days=self.window_days))
            self.asked = asked
            self.save(update_fields=["distributed_at", "closes_on", "closes_at", "asked"])

    def begin_anew(self, at: datetime) -> None:
        """Take back a window in which the list had nothing to read: it starts when the list's server takes the text."""
        self.opened_at, self.shortened_because = at, ""
        self.distributed_at = self.closes_on = self.closes_at = self.asked = None
        self.save(update_fields=["opened_at", "shortened_because", "distributed_at", "closes_on", "closes_at", "asked"])
        self.comments.filter(late=True).update(late=False)

    def close_on(self, day: date) -> None:
        """Let the window close with the end of that day in its zone."""
        self.closes_on = day
        self.closes_at = end_of_day(day, ZoneInfo(self.zone))

    def expected_close(self) -> date:
        """The last day for comments, as known now: before the distribution counted from the day of circulation."""
        return self.closes_on or self.desk.today(self.opened_at) + timedelta(days=self.window_days)

    @property
    def closed_at_once(self) -> bool:
        """Whether somebody closed the window in the course of its last day."""
        if self.closes_on is None or self.closes_at is None:
            return False
        return self.closes_at < end_of_day(self.closes_on, ZoneInfo(self.zone))

    @property
    def takes_comments(self) -> bool:
        """Whether comments are kept, if late: while the text circulates, and once it is approved until it is sent."""
        if self.ended_at is None or self.statement is None:
            return self.ended_at is None
        statement = self.statement
        return statement.state == Statement.State.APPROVED and statement.approved_at == self.ended_at

    def is_over(self, now: datetime) -> bool:
        return self.ended_at is not None or (self.closes_at is not None and now >= self.closes_at)


class CommentQuerySet(models.QuerySet["Comment"]):
    def counted(self) -> Self:
        """Comments of people we know, and of others who confirmed their address."""
        return self.filter(confirmed_at__isnull=False)

    def since_the_end(self) -> Self:
        """Comments that counted only when their text had left circulation, and of which nothing has been said yet."""
        late = self.counted().filter(confirmed_at__gt=F("circulation__ended_at"), withdrawn_at__isnull=True)
        return late.filter(disposition="").exclude(kind=Comment.Kind.SUPPORT)

    def standing_objections(self) -> Self:
        """Objections made in time that still stop an approval; to accept one means to revise."""
        lifted = [Comment.Disposition.OVERRULED, Comment.Disposition.REFERRED]
        return (
            self.counted()
            .filter(kind=Comment.Kind.OBJECTION, late=False, withdrawn_at__isnull=True)
            .exclude(disposition__in=lifted)
        )


class Comment(models.Model):
    """What somebody said of a text in circulation, and what was done about it.

    One from an address nobody knows counts when `confirmed_at` is set: a mail to it was answered. Of several that
    came in one go, as in a Word file, the later ones point to the first, which holds the files. `referred_at` is when
    it was last referred to a meeting, and stays when that has decided.
    """

    class Kind(models.TextChoices):
        SUPPORT = "support", _("support")
        EDITORIAL = "editorial", _("editorial comment")
        TECHNICAL = "technical", _("technical comment")
        QUESTION = "question", _("question")
        OBJECTION = "objection", _("objection")

    class Disposition(models.TextChoices):
        ACCEPTED = "accepted", _("accepted")
        IN_PART = "in_part", _("accepted in part")
        NOTED = "noted", _("noted")
        REJECTED = "rejected", _("not accepted")
        OVERRULED = "overruled", _("overruled by the chair")
        REFERRED = "referred", _("referred to the next meeting")

    class Way(models.TextChoices):
        PAGE = "page", _("on the page")
        LINK = "link", _("by link")
        MAIL = "mail", _("by mail")
        WORD = "word", _("in the Word file")

    circulation = models.ForeignKey(Circulation, on_delete=models.PROTECT, related_name="comments")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, null=True, blank=True, related_name="comments")
    author = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="comments")
    name = models.CharField(_("name"), max_length=200, validators=[validate_one_line])
    email = models.EmailField(_("e-mail"), blank=True)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    group_text = models.CharField(_("for which group"), max_length=200, blank=True, validators=[validate_one_line])
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    clause = models.CharField(_("clause or paragraph"), max_length=100, blank=True)
    text = models.TextField(_("comment"), blank=True)
    quoted = models.TextField(_("words it is about"), blank=True)
    proposed = models.TextField(_("proposed text"), blank=True)
    way = models.CharField(_("how it came"), max_length=4, choices=Way.choices, default=Way.PAGE)
    came_with = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="others")
    mail = models.ForeignKey(
        "liaisons.ReceivedMail", on_delete=models.PROTECT, null=True, blank=True, related_name="comments"
    )
    files: "models.ManyToManyField[Blob, CommentFile]" = models.ManyToManyField(
        Blob, through="CommentFile", related_name="+"
    )
    late = models.BooleanField(_("after the window"), default=False)
    made_at = models.DateTimeField(_("made"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    disposition = models.CharField(_("disposition"), max_length=10, choices=Disposition.choices, blank=True)
    disposition_text = models.TextField(_("reason"), blank=True)
    disposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    disposed_at = models.DateTimeField(_("disposed"), null=True, blank=True)
    referred_at = models.DateTimeField(_("referred to a meeting"), null=True, blank=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["circulation", "made_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(disposition="", disposed_at__isnull=True)
                | (~Q(disposition="") & Q(disposed_at__isnull=False)),
                name="comment_disposed_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.name})"

    @property
    def who(self) -> str:
        """Its author; where only an address is known, the name as it was given, which may be anybody's.

        Empty when it was erased.
        """
        if self.author is not None or not self.name:
            return str(self.author or "")
        return gettext("%(name)s (as given; not known here)") % {"name": self.name}

    @property
    def speaks_for(self) -> str:
        """The body that its author was appointed for, or named without anybody having confirmed it."""
        if self.group is not None or not self.group_text:
            return str(self.group or "")
        return gettext("%(group)s (as given)") % {"group": self.group_text}

    @property
    def lateness(self) -> str:
        """How a comment that came after the days for it is marked; "" for others."""
        ended_at = self.circulation.ended_at if self.late else None
        if ended_at is not None and self.made_at > ended_at:
            return gettext("after the approval")  # no other end leaves the way open for comments
        return gettext("late") if self.late else ""

    @property
    def standing(self) -> str:
        """What has become of it, in a form to be compared with what somebody had before them."""
        return f"{self.disposition} {self.disposed_at or ''} {self.withdrawn_at or ''}".strip()


class CommentFile(models.Model):
    """A file that came with a comment, under the name it came with."""

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="comment_files")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("file name"), max_length=200, validators=[validate_one_line])

    class Meta:
        verbose_name = _("file of a comment")
        verbose_name_plural = _("files of a comment")

    def __str__(self) -> str:
        return self.name


class ApprovalQuerySet(models.QuerySet["Approval"]):
    def granted(self) -> Self:
        return self.filter(returned=False)

    def word_of(self, chair: int) -> Self:
        """Granted by the chair with that key, or in the chair's place."""
        return self.granted().filter(Q(in_place_of=chair) | Q(in_place_of__isnull=True, person=chair))


class Approval(models.Model):
    """One approver's word on one revision: granted, or returned with a reason."""

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="approvals")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="approvals")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="approvals")
    in_place_of = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("in place of")
    )
    returned = models.BooleanField(_("returned"), default=False)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    given_at = models.DateTimeField(_("given"))
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="approvals")
    clause = models.CharField(_("clause of the report"), max_length=10, blank=True)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        ordering = ["statement", "given_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "person"],
                condition=Q(returned=False),
                name="approval_once",
                violation_error_message=_("This person has already approved this revision."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.revision}"
