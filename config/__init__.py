"""How the desk runs: settings, addresses, Celery, start."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
