"""Whether worker and scheduler are alive: the tick they leave, and what people are told when it does not come."""

from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

# Two ticks that did not come mean that the scheduler, or the worker, stands still.
SILENT = timedelta(seconds=2 * settings.TICK_SECONDS)
# A desk that has just been started has not ticked yet.
STARTED_AT = timezone.now()


def tick(now: datetime) -> None:
    """Note that the scheduler asked and a worker answered; in a file, so that it needs no database and no broker."""
    fresh = _file().with_name(f".tick-{uuid4().hex}")
    fresh.write_text(now.isoformat())
    fresh.replace(_file())


def last_tick() -> datetime | None:
    try:
        return datetime.fromisoformat(_file().read_text())
    except FileNotFoundError:
        return None


def late(now: datetime | None = None) -> str | None:
    """Say that mail and reminders stand still, or None while all is well."""
    now = now or timezone.now()
    silent = now - max(last_tick() or STARTED_AT, STARTED_AT)
    if silent < SILENT:
        return None
    return _(
        "The worker has been silent for %(minutes)d minutes: nothing is sent until it is back. "
        "What you do here is kept. Tell the administrator."
    ) % {"minutes": silent.total_seconds() // 60}


def _file() -> Path:
    return Path(settings.LIAISE_VAR) / "tick"
