"""The desk's settings with a scheduler that ticks every three seconds, so that tests need not wait for minutes."""

from config.settings import *  # noqa: F403
from config.settings import CELERY_BEAT_SCHEDULE

TICK_SECONDS = 3
for _name in ("deliver-due", "housekeep"):
    CELERY_BEAT_SCHEDULE[_name] |= {"schedule": TICK_SECONDS, "options": {"expires": TICK_SECONDS - 0.5}}
