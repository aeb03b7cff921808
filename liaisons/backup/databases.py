"""The whole database as a file, and a file as the whole database: by SQLite itself, or by PostgreSQL's own programs."""

import gzip
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from django.db import connection
from django.utils.translation import gettext as _

# All or nothing: in the transaction that brings the old rows in, whatever a newer version has made goes.
_EMPTY = "DROP SCHEMA IF EXISTS public CASCADE;\nCREATE SCHEMA public;\n"


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
        with closing(sqlite3.connect(given)) as copy, closing(sqlite3.connect(_name())) as live:
            copy.backup(live)
        return
    command = [_program("psql"), "--quiet", "--no-psqlrc", "--single-transaction", "--set", "ON_ERROR_STOP=1"]
    with gzip.open(given, "rb") as rows, _running(command, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None  # it was asked for
        try:
            process.stdin.write(_EMPTY.encode())
            shutil.copyfileobj(rows, process.stdin)
        except BrokenPipeError:
            pass  # it has stopped reading, and says why
        finally:
            process.stdin.close()
        _require_success(process, "psql")


def _running(
    command: list[str], *, stdin: int = subprocess.DEVNULL, stdout: int = subprocess.DEVNULL
) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603 – PostgreSQL's own programs, with nothing of anybody's in their arguments
        command, env=_environment(), stdin=stdin, stdout=stdout, stderr=subprocess.PIPE
    )


def _require_success(process: "subprocess.Popen[bytes]", name: str) -> None:
    said = process.stderr.read().decode(errors="replace").strip() if process.stderr else ""
    if process.wait():
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
