"""Comments referred to the next meeting: at which one they come up, and what became of them there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from contacts.actor import Actor
from contacts.models import Desk
from liaisons import minutes
from liaisons.models import AgendaItem, Comment, ItemDocument, Meeting


@dataclass(frozen=True)
class Referred:
    """A comment that was referred to a meeting; `item` is where its agenda names the comment."""

    comment: Comment
    item: AgendaItem | None

    @property
    def is_open(self) -> bool:
        return is_open(self.comment)

    @property
    def what(self) -> str:
        return title_of(self.comment)


def is_open(comment: Comment) -> bool:
    """Whether a meeting still has to decide about it."""
    return comment.disposition == Comment.Disposition.REFERRED and comment.withdrawn_at is None


def still_open(desk: Desk) -> QuerySet[Comment]:
    return _referred(desk).filter(disposition=Comment.Disposition.REFERRED, withdrawn_at__isnull=True)


def title_of(comment: Comment) -> str:
    """As in "Objection of Mel Member on JCA-MV-Doc-021, 3.1"."""
    words = {
        "kind": comment.get_kind_display().capitalize(),
        "name": comment.who or comment.speaks_for,
        "document": comment.circulation.document,
    }
    title = _("%(kind)s of %(name)s on %(document)s") % words
    return f"{title}, {comment.clause}" if comment.clause else title


def meetings_of(desk: Desk) -> list[Meeting]:
    """The meetings of the desk as they come."""
    return list(Meeting.objects.filter(group=desk.group).order_by("starts_on", "pk"))


def next_for(comment: Comment, meetings: Sequence[Meeting], today: date | None = None) -> Meeting | None:
    """The first meeting that began on the day of the referral or later, and with `today` the first not over then."""
    referred_on = _referred_on(comment)
    return next(
        (one for one in meetings if one.starts_on >= referred_on and (today is None or one.ends_on >= today)), None
    )


def coming_up(comments: Iterable[Comment], desk: Desk, today: date) -> dict[int, Meeting]:
    """The next meeting of each of these that one still has to decide about, by key, as far as it is planned."""
    waiting = [comment for comment in comments if comment.referred_at and is_open(comment)]
    meetings = meetings_of(desk) if waiting else []
    return {comment.pk: found for comment in waiting if (found := next_for(comment, meetings, today))}


def before(meeting: Meeting, desk: Desk, today: date) -> list[Referred]:
    """What was referred to the meeting: on its agenda, still open, or decided at it and in the days after."""
    meetings = meetings_of(desk)
    items = {item.comment_id: item for item in meeting.items.filter(comment__isnull=False)}
    return [
        Referred(comment, items.get(comment.pk))
        for comment in _referred(desk)
        if comment.pk in items or _comes_up(comment, meeting, meetings, today)
    ]


def put_on_agenda(meeting: Meeting, referred: Referred, desk: Desk, *, by: Actor, now: datetime) -> AgendaItem:
    """Make an item of the agenda of a referred comment, with the document; the caller has locked the meeting."""
    if referred.item is not None:
        return referred.item
    last = meeting.items.aggregate(last=Max("position"))["last"] or 0
    item = AgendaItem.objects.create(
        meeting=meeting,
        position=last + 1,
        clause=_next_clause(meeting),
        title=referred.what[:300],
        comment=referred.comment,
    )
    ItemDocument.objects.create(item=item, document=referred.comment.circulation.document)
    minutes.record(item, desk, by=by, now=now)
    return item


def _referred(desk: Desk) -> QuerySet[Comment]:
    rows = Comment.objects.counted().filter(circulation__desk=desk, referred_at__isnull=False)
    return rows.select_related("circulation__desk", "circulation__document", "author", "group").order_by(
        "referred_at", "pk"
    )


def _referred_on(comment: Comment) -> date:
    assert comment.referred_at is not None  # asked for by all who come here
    return comment.circulation.desk.today(comment.referred_at)


def _comes_up(comment: Comment, meeting: Meeting, meetings: Sequence[Meeting], today: date) -> bool:
    if meeting.starts_on < _referred_on(comment):
        return False
    if is_open(comment):
        return meeting.ends_on < today or meeting == next_for(comment, meetings, today)
    if comment.withdrawn_at is not None or comment.disposed_at is None:
        return False
    decided_on = comment.circulation.desk.today(comment.disposed_at)
    after = next((one for one in meetings if one.starts_on > meeting.starts_on), None)
    return meeting.starts_on <= decided_on and (after is None or decided_on < after.starts_on)


def _next_clause(meeting: Meeting) -> str:
    """The number after the last of the main clauses."""
    clauses = meeting.items.values_list("clause", flat=True)
    numbers = [int(first) for clause in clauses if (first := clause.partition(".")[0]).isdecimal()]
    return str(max(numbers, default=0) + 1)
