"""What the last run over a desk's folder did, kept in a file beside the tick, and the lock of a run."""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from django.conf import settings

from contacts.models import Desk
from liaisons.folder.writing import Outcome


class Busy(Exception):
    """Another process is at this desk's folder just now."""


@dataclass
class PlaceReport(Outcome):
    """A place and its last run. `in_line_at` is when it last held all it should, `changed_at` when a file changed."""

    where: str = ""
    tried_at: str = ""
    in_line_at: str = ""
    changed_at: str = ""
    error: str = ""

    @property
    def tried(self) -> datetime | None:
        return datetime.fromisoformat(self.tried_at) if self.tried_at else None

    @property
    def in_line(self) -> datetime | None:
        return datetime.fromisoformat(self.in_line_at) if self.in_line_at else None

    @property
    def changed(self) -> datetime | None:
        return datetime.fromisoformat(self.changed_at) if self.changed_at else None


@dataclass(frozen=True)
class Report:
    """The folder on this machine, and the one on the server where there is one; `waiting` files are being made."""

    local: PlaceReport
    server: PlaceReport | None = None
    waiting: int = 0


def last(desk: Desk) -> Report | None:
    try:
        plain = json.loads(_file(desk, "json").read_text())
        server = PlaceReport(**plain["server"]) if plain["server"] else None
        return Report(PlaceReport(**plain["local"]), server, plain["waiting"])
    except (OSError, ValueError, TypeError, KeyError):
        return None  # no run yet, one of another version, or a file nobody may read: the next one says it anew


def keep(desk: Desk, report: Report) -> None:
    fresh = _file(desk, f"{uuid4().hex}.part")
    fresh.write_text(json.dumps(asdict(report)))
    fresh.replace(_file(desk, "json"))


@contextmanager
def alone(desk: Desk) -> Iterator[None]:
    """Let no other process in while this one is at the folder; it ends with the process. Raises Busy."""
    with _file(desk, "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(desk.slug) from error
        yield


def _file(desk: Desk, extension: str) -> Path:
    folder = Path(settings.LIAISE_VAR) / "mirror"
    folder.mkdir(exist_ok=True)
    return folder / f"{desk.slug}.{extension}"
