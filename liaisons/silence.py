"""What the record says of a circulation at its end: who was asked, for how long, and what came."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.models import Appointment, Desk, Person
from liaisons import referring
from liaisons.models import Circulation, Comment
from liaisons.rules import day_text

DAYS = ("begins", "ends", "referred_to")
ASKED = (Appointment.Role.MEMBER, Appointment.Role.REPRESENTATIVE)


def appointed(desk: Desk, at: datetime) -> int:
    """How many people are members or representatives of the group on that day; the list may reach others too."""
    held = Appointment.objects.in_force(desk.today(at)).filter(group=desk.group, role__in=ASKED)
    return held.values("person").distinct().count()


@dataclass(frozen=True)
class Outcome:
    """`asked` counts appointed members, None where nobody counted; what was taken back is in none of the others.

    `referred` counts the objections that are before the next meeting, of which `referred_to` is the first day, as far
    as one is planned; `referred_by` are the keys of the people who referred them.
    """

    asked: int | None
    begins: date | None
    ends: date | None
    support: int
    remarks: int
    objections: int
    standing: int
    late: int
    referred: int = 0
    referred_to: date | None = None
    referred_by: tuple[int, ...] = ()

    @classmethod
    def of(cls, circulation: Circulation) -> Self:
        kind = Comment.Kind
        said = circulation.comments.counted().filter(withdrawn_at__isnull=True)
        counts = said.aggregate(
            support=Count("pk", Q(kind=kind.SUPPORT)),
            remarks=Count("pk", Q(kind__in=[kind.EDITORIAL, kind.TECHNICAL, kind.QUESTION])),
            objections=Count("pk", Q(kind=kind.OBJECTION)),
            late=Count("pk", Q(late=True)),
        )
        begun = circulation.distributed_at
        lifted = said.filter(kind=kind.OBJECTION, late=False, disposition=Comment.Disposition.REFERRED)
        referred = list(lifted.order_by("referred_at", "pk")) if counts["objections"] else []
        meetings = referring.meetings_of(circulation.desk) if referred else []
        for comment in referred:
            comment.circulation = circulation
        days = [meeting.starts_on for one in referred if (meeting := referring.next_for(one, meetings))]
        return cls(
            asked=circulation.asked,
            begins=begun.astimezone(ZoneInfo(circulation.zone)).date() if begun else None,
            ends=circulation.closes_on,
            standing=circulation.comments.standing_objections().count(),
            referred=len(referred),
            referred_to=min(days, default=None),
            referred_by=tuple(sorted({one.disposed_by_id for one in referred if one.disposed_by_id})),
            **counts,
        )

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Read back what data() wrote into an Event."""
        days = {name: date.fromisoformat(data[name]) if data.get(name) else None for name in DAYS}
        return cls(**{**data, **days, "referred_by": tuple(data.get("referred_by", ()))})

    def data(self) -> dict[str, Any]:
        days = {name: getattr(self, name) for name in DAYS}
        return asdict(self) | {name: day.isoformat() if day else None for name, day in days.items()}

    @property
    def sentence(self) -> str:
        return _("%(who)s%(window)s. What came: %(came)s.") % {
            "who": self._who,
            "window": self._window,
            "came": self.came,
        }

    @property
    def came(self) -> str:
        """As in "2 in support, 1 comment, no objection"."""
        parts = [self._counted(ngettext("%(n)d in support", "%(n)d in support", self.support), self.support)]
        parts.append(
            self._counted(ngettext("%(n)d comment", "%(n)d comments", self.remarks), self.remarks) or _("no comment")
        )
        parts += [self._objected, self._referred]
        parts.append(self._counted(ngettext("%(n)d of them late", "%(n)d of them late", self.late), self.late))
        return ", ".join(filter(None, parts))

    @property
    def _who(self) -> str:
        if not self.asked:
            return _("Asked was the list")
        return ngettext(
            "Asked were the list and %(count)d appointed member",
            "Asked were the list and %(count)d appointed members",
            self.asked,
        ) % {"count": self.asked}

    @property
    def _window(self) -> str:
        if self.begins is None or self.ends is None:
            return ""
        return _(", from %(begins)s to %(ends)s") % {"begins": day_text(self.begins), "ends": day_text(self.ends)}

    @property
    def _objected(self) -> str:
        if not self.objections:
            return _("no objection")
        said = ngettext("%(n)d objection", "%(n)d objections", self.objections) % {"n": self.objections}
        if not self.standing:
            return _("%(objections)s, none of which stands") % {"objections": said}
        if self.standing == self.objections:
            return said
        stand = ngettext(
            "%(objections)s, of which %(standing)d stands", "%(objections)s, of which %(standing)d stand", self.standing
        )
        return stand % {"objections": said, "standing": self.standing}

    @property
    def _referred(self) -> str:
        if not self.referred:
            return ""
        people = Person.objects.filter(pk__in=self.referred_by).order_by("name")
        said = ngettext("%(n)d objection referred", "%(n)d objections referred", self.referred) % {"n": self.referred}
        where = _("to the next meeting, which is not planned yet")
        if self.referred_to:
            where = _("to the meeting of %(day)s") % {"day": day_text(self.referred_to)}
        words = {"objections": said, "where": where, "who": ", ".join(map(str, people))}
        return (_("%(objections)s by %(who)s %(where)s") if people else _("%(objections)s %(where)s")) % words

    @staticmethod
    def _counted(words: str, number: int) -> str:
        return words % {"n": number} if number else ""
