"""A PostgreSQL server for a measurement, as durable as in real life, and a desk's tables in it."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import django
from django.core.management import call_command

from tests.services import Postgres


@contextmanager
def prepared() -> Iterator[None]:
    """Set Django up on an empty database. Unlike the tests' this server waits for the disk with each commit."""
    os.sched_setaffinity(0, range(os.cpu_count() or 1))  # what measures documents keeps to one core
    with tempfile.TemporaryDirectory(prefix="liaise-pg-") as folder:
        server = Postgres(folder)
        server.options = f"-c listen_addresses='' -k {folder}"
        server.start()
        try:
            os.environ |= {"TEST_DATABASE_URL": server.url, "DJANGO_SETTINGS_MODULE": "tests.benchmarks.settings"}
            django.setup()
            call_command("migrate", verbosity=0)
            call_command("createcachetable", verbosity=0)
            yield
        finally:
            server.stop()
