"""Registers the app liaisons with Django."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class LiaisonsConfig(AppConfig):
    name = "liaisons"

    def ready(self) -> None:
        # Loaded before the web server divides itself: all of it counts from the same start.
        from liaisons import health  # noqa: F401
        from liaisons.guards import install_after_migrate  # registers its check as well

        post_migrate.connect(install_after_migrate, sender=self)
