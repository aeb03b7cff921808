"""Days and hours in Geneva, and what reminders came of them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from liaisons.models import Message, Reminder

GENEVA = ZoneInfo("Europe/Zurich")
DUE = date(2026, 1, 30)  # a Friday


def geneva(day: date, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=GENEVA).astimezone(UTC)


def rows(**fields) -> list[tuple[str, int, str]]:
    """Addressee, stage and recipient of the rows there are."""
    found = Reminder.objects.filter(**fields).order_by("addressee", "-stage", "recipient")
    return list(found.values_list("addressee__text", "stage", "recipient"))


def queued(**fields) -> list[str]:
    """To whom reminders have been queued."""
    return sorted(Message.objects.filter(kind="remind", **fields).values_list("recipient", flat=True))


def digest_of(email: str) -> Message:
    """The latest reminder that has been queued for somebody."""
    return Message.objects.filter(kind="remind", recipient=email).latest("pk")
