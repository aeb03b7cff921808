"""Tells a worker that a mail is due; the row is the queue, so nothing is lost when nobody hears it."""

import logging
from datetime import timedelta

import celery
from django.db import connection as database
from django.db import transaction
from kombu.exceptions import KombuError

logger = logging.getLogger(__name__)


def wake(after: timedelta = timedelta()) -> None:
    """Tell a worker that something is due. Without a broker nobody is told: the next tick finds the row."""
    try:
        celery.current_app.send_task("liaisons.tasks.deliver_due", countdown=after.total_seconds(), expires=60)
    except (KombuError, OSError) as error:
        logger.warning("The broker cannot be reached, mail leaves with the next tick: %s", error)


def wake_on_commit() -> None:
    if not any(waiting[1] is wake for waiting in database.run_on_commit):
        transaction.on_commit(wake, robust=True)
