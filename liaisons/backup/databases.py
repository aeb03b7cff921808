"""The whole database as a file, and a file as the whole database: by SQLite itself, or by PostgreSQL's own programs."""

import gzip
import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from django.db import connection
from django.db.models import Model
from django.utils.translation import gettext as _

# All or nothing: in the transaction that brings the old rows in, whatever a newer version has made goes. Somebody who
# is still connected, from another machine perhaps, holds what they read.
_EMPTY = """
SET client_min_messages = warning;
SET lock_timeout = '10s';
DROP SCHEMA IF EXISTS public CASCADE;
CREATE SCHEMA public;
"""
_WAIT_SECONDS = 10.0


class Failed(Exception):
    """The database could not be written out or brought in; says why, for the administrator."""


def dump(to: Path) -> None:
    """Write the database as it is at one moment, while others go on working. Raises Failed."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(to)) as copy:
            connection.connection.backup(copy)
        return
    command = [_program("pg_dump"), "--no-owner", "--no-privileges"]
    with gzip.open(to, "wb", compresslevel=6) as out, _running(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None  # it was asked for
        shutil.copyfileobj(process.stdout, out)
        _require_success(process, "pg_dump")


def load(given: Path) -> None:
    """Let the file's rows take the place of all rows here, in one transaction. Raises Failed; then all is as before."""
    connection.close()
    if connection.vendor == "sqlite":
        _load_sqlite(given)
        return
    command = [_program("psql"), "--quiet", "--no-psqlrc", "--single-transaction", "--set", "ON_ERROR_STOP=1"]
    with gzip.open(given, "rb") as rows, _running(command, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None  # it was asked for
        try:
            process.stdin.write(_EMPTY.encode())
            shutil.copyfileobj(rows, process.stdin)
            process.stdin.close()
        except BrokenPipeError:
            pass  # it has stopped reading, and says why
        except BaseException:
            process.kill()  # at the end of what it reads it would keep the half it has
            raise
        _require_success(process, "psql")


def skip_keys(models: Iterable[type[Model]], count: int) -> None:
    """Let these tables go on with keys that are so many further, also those without a row."""
    with connection.cursor() as cursor:
        for model in models:
            table, column = model._meta.db_table, model._meta.pk.column
            if connection.vendor == "sqlite":
                cursor.execute("UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s", [count, table])
                if not cursor.rowcount:
                    cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, count])
            else:
                name = [connection.ops.quote_name(table), column]
                cursor.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, %s), nextval(pg_get_serial_sequence(%s, %s)) + %s)",
                    [*name, *name, count],
                )


def _load_sqlite(given: Path) -> None:
    until = time.monotonic() + _WAIT_SECONDS

    def give_up_when_locked(status: int, _remaining: int, _total: int) -> None:
        """Called after each attempt; without it the wait for somebody who writes has no end."""
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > until:
            raise Failed(_in_use())

    try:
        with closing(sqlite3.connect(given)) as copy, closing(sqlite3.connect(_name())) as live:
            copy.backup(live, progress=give_up_when_locked)
    except sqlite3.Error as error:
        raise Failed(f"SQLite: {error}") from error


def _in_use() -> str:
    return _("Somebody else works in the database. Stop every desk and program that uses it, then restore again.")


def _running(
    command: list[str], *, stdin: int = subprocess.DEVNULL, stdout: int = subprocess.DEVNULL
) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603 – PostgreSQL's own programs, with nothing of anybody's in their arguments
        command, env=_environment(), stdin=stdin, stdout=stdout, stderr=subprocess.PIPE
    )


def _require_success(process: "subprocess.Popen[bytes]", name: str) -> None:
    said = process.stderr.read().decode(errors="replace").strip() if process.stderr else ""
    if process.wait():
        if "lock timeout" in said:
            raise Failed(_in_use())
        raise Failed(f"{name}: {said.splitlines()[0] if said else process.returncode}")


def _program(name: str) -> str:
    """PostgreSQL's newest program of that name; Debian keeps those of a server's version out of the PATH."""
    newest = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    found = str(newest[-1]) if newest else shutil.which(name)
    if found is None:
        raise Failed(
            _("%(program)s is missing. Install PostgreSQL's programs: apt-get install postgresql-client.")
            % {"program": name}
        )
    return found


def _environment() -> dict[str, str]:
    """How PostgreSQL's programs are told where the database is; a password has no place on a command line."""
    settings = connection.settings_dict
    given = {
        "PGDATABASE": settings["NAME"],
        "PGUSER": settings["USER"],
        "PGPASSWORD": settings["PASSWORD"],
        "PGHOST": settings["HOST"],
        "PGPORT": settings["PORT"],
        "PGSSLMODE": settings["OPTIONS"].get("sslmode", ""),
    }
    return {**os.environ, **{name: str(value) for name, value in given.items() if value}}


def _name() -> str:
    return str(connection.settings_dict["NAME"])
