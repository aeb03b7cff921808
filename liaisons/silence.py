"""What the record says of a circulation at its end: who was asked, for how long, and what came."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.models import Appointment, Desk
from liaisons.models import Circulation, Comment
from liaisons.rules import day_text

ASKED = (Appointment.Role.MEMBER, Appointment.Role.REPRESENTATIVE)


def appointed(desk: Desk, at: datetime) -> int:
    """How many people are members or representatives of the group on that day; the list may reach others too."""
    held = Appointment.objects.in_force(desk.today(at)).filter(group=desk.group, role__in=ASKED)
    return held.values("person").distinct().count()


@dataclass(frozen=True)
class Outcome:
    """`asked` counts appointed members, None where nobody counted; what was taken back is in none of the others."""

    asked: int | None
    begins: date | None
    ends: date | None
    support: int
    remarks: int
    objections: int
    standing: int
    late: int

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
        return cls(
            asked=circulation.asked,
            begins=begun.astimezone(ZoneInfo(circulation.zone)).date() if begun else None,
            ends=circulation.closes_on,
            standing=circulation.comments.standing_objections().count(),
            **counts,
        )

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Read back what data() wrote into an Event."""
        days = {name: date.fromisoformat(data[name]) if data[name] else None for name in ("begins", "ends")}
        return cls(**{**data, **days})

    def data(self) -> dict[str, Any]:
        days = {"begins": self.begins, "ends": self.ends}
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
        parts.append(self._objected)
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

    @staticmethod
    def _counted(words: str, number: int) -> str:
        return words % {"n": number} if number else ""
