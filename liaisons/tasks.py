"""What Celery calls: each task calls one function and nothing else."""

from celery import shared_task
from django.utils import timezone

from liaisons import health, housekeeping, outbox, reminders, renditions
from liaisons.arrivals import fetching
from liaisons.folder import mirroring


@shared_task
def deliver_due() -> int:
    return outbox.deliver_due()


@shared_task
def make_documents() -> int:
    return renditions.make_missing()


@shared_task
def fill_reminders() -> int:
    return reminders.remind(timezone.now())


@shared_task
def fetch_mail() -> int:
    return sum(inbox.taken for inbox in fetching.fetch())


@shared_task
def mirror_folders() -> int:
    return mirroring.mirror_due()


@shared_task
def housekeep() -> None:
    """The tick that says that worker and scheduler are alive, whatever becomes of its work."""
    now = timezone.now()
    health.tick(now)
    housekeeping.keep_house(now)
