"""The Celery application; what it is to do lies in the database, the broker only wakes somebody up."""

import os

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("liaise")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def begin_with_what_waits(**_said: object) -> None:
    """Deliver at once what a worker that died left behind; the next tick may be a minute away."""
    app.send_task("liaisons.tasks.deliver_due", expires=60)
