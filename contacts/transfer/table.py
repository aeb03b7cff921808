"""CSV files as spreadsheets write and read them, with cells that no spreadsheet takes for a formula."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

MAX_BYTES = 2 * 1024 * 1024
MAX_ROWS = 10_000
SEPARATORS = (",", ";", "\t")
BETWEEN = " | "  # of several values in one cell

# What a spreadsheet would calculate. Such a cell is written with an apostrophe before it, which reading takes away;
# a cell that has apostrophes there already gets one more, so that none is lost.
_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
_GUARDED = re.compile(r"'+[=+\-@\t\r＝＋－＠]")


class Unreadable(Exception):
    """A file that is no table of ours; the sentence says what to do."""


@dataclass(frozen=True)
class Row:
    """A line of the file: where it begins, counted from 1, and its cells by column."""

    number: int
    cells: Mapping[str, str]


def write(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with the mark by which spreadsheets know it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_guard(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def decode(content: bytes) -> str:
    """Raises Unreadable for what is not UTF-8."""
    if len(content) > MAX_BYTES:
        raise Unreadable(_("The file is larger than 2 MB. Split it and import the parts one after the other."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(
            _("The file is not in UTF-8. Save it again and choose “CSV UTF-8”, or Unicode (UTF-8) as character set.")
        ) from error
    if "\0" in text:
        raise Unreadable(_("The file is not a table in CSV. In the spreadsheet program, save it as CSV."))
    return text


def read(text: str, columns: Sequence[str], required: Sequence[str]) -> list[Row]:
    """The rows of the table, with "" for cells at the end of a line that are not there. Raises Unreadable."""
    head, _newline, _rest = text.partition("\n")
    separator = max(SEPARATORS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[Row] = []
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        _check_header(header, columns, required)
        begins = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(Row(begins, _named(header, cells, begins)))
            begins = reader.line_num + 1
            if len(rows) > MAX_ROWS:
                raise Unreadable(_("The table has more than 10,000 lines. Split it and import the parts."))
    except csv.Error as error:
        raise Unreadable(
            _("Line %(line)d cannot be read (%(error)s). Open the file in a spreadsheet program and save it as CSV.")
            % {"line": reader.line_num, "error": error}
        ) from error
    return rows


def many(cell: str) -> list[str]:
    """The values of a cell that holds several."""
    values = (value.strip() for value in re.split(r"\s+\|\s+|\n", cell))
    return list(dict.fromkeys(value for value in values if value))


def _check_header(header: list[str], columns: Sequence[str], required: Sequence[str]) -> None:
    while header and not header[-1]:
        header.pop()
    if unknown := [name for name in header if name not in columns]:
        raise Unreadable(
            _("The column “%(name)s” is not one of this table. Its columns are: %(columns)s.")
            % {"name": unknown[0], "columns": ", ".join(columns)}
        )
    if missing := [name for name in required if name not in header]:
        raise Unreadable(
            _("The column “%(name)s” is missing. The first line names the columns: %(columns)s.")
            % {"name": missing[0], "columns": ", ".join(columns)}
        )
    if twice := [name for name in header if header.count(name) > 1]:
        raise Unreadable(_("The column “%(name)s” stands there twice. Keep one.") % {"name": twice[0]})


def _named(header: list[str], cells: list[str], number: int) -> dict[str, str]:
    if any(cell.strip() for cell in cells[len(header) :]):
        raise Unreadable(_("Line %(line)d has more cells than the first line has columns.") % {"line": number})
    cells = cells[: len(header)] + [""] * (len(header) - len(cells))
    return {name: _unguard(cell) for name, cell in zip(header, cells, strict=True)}


def _guard(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """The cell without the apostrophe that kept it from being calculated."""
    return cell[1:] if _GUARDED.match(cell) else cell


def _unguard(cell: str) -> str:
    cell = unguarded(cell) if _GUARDED.match(cell) else cell.strip(" \n\r")
    return "\n".join(cell.splitlines()) if "\n" in cell or "\r" in cell else cell
