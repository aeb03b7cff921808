"""Triggers that keep events, and revisions with their parts, as they were written, whoever speaks to the database."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

# Table → what the refusal calls one row of it.
GUARDED = {
    "liaisons_event": "an event",
    "liaisons_revision": "a revision",
    "liaisons_revisioncontact": "a contact in a revision",
    "liaisons_annex": "an annex",
    "liaisons_attachment": "an attachment",
}

POSTGRESQL = """
CREATE OR REPLACE FUNCTION liaisons_keep() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is written once and stays', TG_ARGV[0]; END $$;
"""


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers that are missing. PostgreSQL's TRUNCATE passes them; nothing of ours truncates."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(POSTGRESQL)
        for table, what in GUARDED.items():
            for verb in ("UPDATE", "DELETE"):
                cursor.execute(_trigger(connection.vendor, table, verb, what))


def lift(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers: for the flush after a test, and for nothing else."""
    with connection.cursor() as cursor:
        for table in GUARDED:
            for verb in ("UPDATE", "DELETE"):
                on = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {_name(table, verb)}{on}")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Name the triggers the database should have and has not: SQLite drops them when a table is rebuilt."""
    where = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(where)
        there = {row[0] for row in cursor.fetchall()}
    return sorted({_name(table, verb) for table in GUARDED for verb in ("UPDATE", "DELETE")} - there)


def install_after_migrate(sender: AppConfig, using: str, **kwargs: object) -> None:
    connection = connections[using]
    if set(GUARDED) <= set(connection.introspection.table_names()):
        install(connection)


@register("database")
def check_guards(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    return [
        Error(
            f"The triggers {', '.join(names)} are missing.",
            hint="Run manage.py migrate: it installs them again.",
            id="liaisons.E001",
        )
        for alias in databases or []
        if set(GUARDED) <= set(connections[alias].introspection.table_names())
        and (names := missing(connections[alias]))
    ]


def _name(table: str, verb: str) -> str:
    return f"{table}_keep_{verb.lower()}"


def _trigger(vendor: str, table: str, verb: str, what: str) -> str:
    name = _name(table, verb)
    if vendor == "postgresql":
        return (
            f"CREATE OR REPLACE TRIGGER {name} BEFORE {verb} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION liaisons_keep('{what}')"
        )
    return (
        f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{what} is written once and stays'); END"
    )
