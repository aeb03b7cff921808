"""The index of a folder: index.csv, by which the mirror knows its own files, and index.html, which people open."""

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from contacts.models import Desk
from contacts.transfer import table
from liaisons.folder.contents import Paper
from liaisons.folder.placing import Placed

PAGE, FILE = "index.html", "index.csv"
COLUMNS = (
    "number", "revision", "study period", "kind", "title", "source", "date", "status", "file name", "size", "sha256",
)  # fmt: skip
# As liaisons.folder.naming makes them: no path, nothing hidden.
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")


class NotOurs(Exception):
    """There is an index.csv that the mirror has not written."""


@dataclass(frozen=True)
class Row:
    """A line of index.csv: a file, or with empty last cells a paper that has none."""

    number: str = ""
    revision: str = ""
    period: str = ""
    kind: str = ""
    title: str = ""
    source: str = ""
    dated: str = ""
    status: str = ""
    name: str = ""
    size: str = ""
    sha256: str = ""

    @classmethod
    def of(cls, paper: Paper, name: str = "", size: int | str = "", sha256: str = "") -> "Row":
        return cls(
            paper.number, paper.revision, paper.period, paper.kind, paper.title, paper.source, paper.dated,
            paper.status, name, str(size), sha256,
        )  # fmt: skip

    @classmethod
    def of_page(cls, content: bytes) -> "Row":
        return cls(kind="index", name=PAGE, size=str(len(content)), sha256=hashlib.sha256(content).hexdigest())

    @property
    def identity(self) -> tuple[str, ...]:
        return self.number, self.revision, self.period

    @property
    def cells(self) -> tuple[str, ...]:
        return tuple(getattr(self, field.name) for field in fields(self))


def write(rows: Iterable[Row]) -> bytes:
    return table.write(COLUMNS, [row.cells for row in rows])


def read(content: bytes) -> dict[str, Row]:
    """The files by name. Raises NotOurs; a line that the mirror cannot have written is left out."""
    try:
        lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise NotOurs(FILE) from error
    if not lines or tuple(lines[0]) != COLUMNS:
        raise NotOurs(FILE)
    rows = [Row(*map(table.unguarded, line)) for line in lines[1:] if len(line) == len(COLUMNS)]
    return {row.name: row for row in rows if _NAME.fullmatch(row.name) and row.size.isdecimal()}


def rows_of(placed: Sequence[Placed], there: Mapping[str, Row]) -> list[Row]:
    """The lines for the files that are there, in the order of the papers; what is there beyond them comes last."""
    rows: list[Row] = []
    for one in placed:
        rows += [there[name] for name, _file in one.files if name in there] or [Row.of(one.paper)]
    shown = {row.name for row in rows}
    return rows + [row for name, row in there.items() if name not in shown]


def page(desk: Desk, placed: Sequence[Placed], there: Mapping[str, Row]) -> bytes:
    """The page for people: self-contained, without a date of its own, so that it changes with the register alone."""
    lines = [
        {"paper": one.paper, "files": [(name, file) for name, file in one.files if name in there]} for one in placed
    ]
    context = {
        "at": desk,
        "language": settings.LANGUAGE_CODE,
        "statements": [line for line, one in zip(lines, placed, strict=True) if one.paper.is_statement],
        "documents": [line for line, one in zip(lines, placed, strict=True) if not one.paper.is_statement],
        "index_file": FILE,
    }
    with translation.override(settings.LANGUAGE_CODE):
        return render_to_string("liaisons/folder_index.html", context).encode()
