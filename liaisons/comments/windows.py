"""The days for comments: shortened, extended, closed early, each time with a reason that the list is told."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.actor import Actor
from liaisons import mail, outbox
from liaisons.models import Circulation, Event
from liaisons.rules import CHAIRS, SECRETARIAT, Refused

from .holding import locked

MOST_DAYS = 90  # as many as a desk may set


def move_window(
    circulation: Circulation, closes_on: date | None, *, reason: str, by: Actor, now: datetime
) -> Circulation:
    """Let the window close with another day, or at once where no day is given; the list is told why. Raises Refused."""
    desk = circulation.desk
    if not by.roles_at(desk.group, desk.today(now)) & (SECRETARIAT | CHAIRS):
        raise Refused([_("The window is moved by the secretariat and the chairs.")])
    if not reason.strip():
        raise Refused([_("Give a reason: it is kept with the decision.")])
    with transaction.atomic():
        circulation = locked(circulation)
        before = circulation.closes_on
        today = now.astimezone(ZoneInfo(circulation.zone)).date()
        _require_movable(circulation, closes_on, today, now)
        circulation.close_on(closes_on or today)
        if closes_on is None:
            circulation.closes_at = now
        circulation.shortened_because = _why_shorter(circulation, before, reason.strip())
        outbox.queue(mail.window_moved(circulation, reason.strip(), now))
        circulation.save(update_fields=["closes_on", "closes_at", "shortened_because"])
        Event.objects.record(
            "move_window",
            by=by,
            at=now,
            desk=desk,
            statement=circulation.statement,
            circulation=circulation,
            reason=reason.strip(),
            data={
                "from": before.isoformat() if before else None,
                "to": (closes_on or today).isoformat(),
                "at_once": closes_on is None,
            },
        )
    return circulation


def _require_movable(circulation: Circulation, closes_on: date | None, today: date, now: datetime) -> None:
    if circulation.distributed_at is None or circulation.is_over(now):
        raise Refused([_("Only a window that is open can be moved.")])
    if closes_on is None:
        return
    if closes_on < today:
        raise Refused([_("That day is over. Choose a later one, or let the window close at once.")])
    if closes_on == circulation.closes_on:
        raise Refused([_("The window closes on that day already.")])
    if closes_on > _day_of_distribution(circulation) + timedelta(days=MOST_DAYS):
        raise Refused([_("A window lasts %(days)d days at most. Choose an earlier day.") % {"days": MOST_DAYS}])


def _why_shorter(circulation: Circulation, before: date | None, reason: str) -> str:
    """What the chairs read of a window that ends sooner than the list was promised; nothing of one that does not."""
    promised = _day_of_distribution(circulation) + timedelta(days=circulation.window_days)
    closes_on = circulation.closes_on or promised
    if closes_on > promised or (closes_on == promised and not circulation.closed_at_once):
        return ""
    moved_forward = before is not None and closes_on > before
    return circulation.shortened_because or reason if moved_forward else reason


def _day_of_distribution(circulation: Circulation) -> date:
    assert circulation.distributed_at is not None  # the window has begun
    return circulation.distributed_at.astimezone(ZoneInfo(circulation.zone)).date()
