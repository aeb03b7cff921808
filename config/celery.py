"""The Celery application; what it is to do lies in the database, the broker only wakes somebody up."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("liaise")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
