"""Brings a folder in line with the register: writes what differs, takes away what was its own, leaves the rest."""

import hashlib
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from contacts.models import Desk
from liaisons.folder import index
from liaisons.folder.contents import Paper
from liaisons.folder.index import Row
from liaisons.folder.placing import Placed, named

# After so many files the index is written: after a break the next run knows them as its own.
CHECKPOINT = 100
RESERVED = (index.PAGE, index.FILE)
ASIDE = re.compile(r".+-changed-[0-9a-f]{8}(\.\w+)?")
PART = ".liaise-"  # how the names of files begin that are being written


@dataclass(frozen=True)
class Seen:
    """What stands under a name; `size` in bytes."""

    size: int
    is_file: bool = True
    modified: float = 0.0


class Place(Protocol):
    """A folder on this machine or on a server. Each method leaves a file whole or not there."""

    def prepare(self) -> None:
        """Make the folder where there is none, and take away what a killed process left half written."""

    def listing(self) -> dict[str, Seen]: ...

    def read(self, name: str) -> bytes: ...

    def write(self, name: str, content: bytes, at: datetime | None) -> None:
        """Put the bytes under the name, at once; dated as the paper where the place can."""

    def date(self, name: str, at: datetime) -> None:
        """Give a file that is right the date of its paper."""

    def remove(self, name: str) -> None: ...

    def rename(self, name: str, to: str) -> None: ...

    def seems_untouched(self, seen: Seen, at: datetime) -> bool:
        """Whether a file of the right size need not be read to know that it is the one that was written."""


@dataclass
class Outcome:
    """What a run did, by the names of files; with dry_run what it would do."""

    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)  # lies there, is not ours, stays
    in_the_way: list[str] = field(default_factory=list)  # foreign too, where a file of ours should be
    set_aside: list[str] = field(default_factory=list)  # ours, changed by somebody, now or once: kept under these names
    lost: list[str] = field(default_factory=list)  # the storage of the desk has not got its bytes
    unfinished: int = 0  # files for another run
    files: int = 0
    size: int = 0


@dataclass
class Run:
    """One run over one place."""

    place: Place
    dry_run: bool
    until: float | None
    there: dict[str, Seen]
    before: dict[str, Row]  # what the index said
    outcome: Outcome = field(default_factory=Outcome)
    ours: dict[str, Row] = field(default_factory=dict)
    since_checkpoint: int = 0

    @property
    def is_over(self) -> bool:
        return self.until is not None and time.monotonic() >= self.until

    def sha256(self, name: str) -> str:
        return hashlib.sha256(self.place.read(name)).hexdigest()


def bring_in_line(
    place: Place, desk: Desk, papers: Sequence[Paper], *, until: float | None = None, dry_run: bool = False
) -> Outcome:
    """Make the folder hold the papers, and its index say so. Begins no file after `until` on the monotonic clock.

    Raises index.NotOurs where another index.csv lies: by it the mirror knows what it has written itself.
    """
    if not dry_run:
        place.prepare()
    there = place.listing()
    before = index.read(place.read(index.FILE)) if index.FILE in there else {}
    run = Run(place, dry_run, until, there, before)
    run.ours = {name: row for name, row in before.items() if name in there}
    placed = placed_after(before, papers)
    for one in placed:
        for name, file in one.files:
            row = Row.of(one.paper, name, file.blob.size, file.blob.sha256)
            _settle(run, row, file.blob.read, one.paper.at)
    _take_away(run, placed)
    _write_index(run, desk, placed)
    _name_others(run)
    return run.outcome


def placed_after(before: Mapping[str, Row], papers: Sequence[Paper]) -> list[Placed]:
    """The papers under their names, of which none that the index has published goes to another paper."""
    return named(papers, {name.lower(): row.identity for name, row in before.items()}, RESERVED)


def _settle(run: Run, row: Row, read: Callable[[], bytes], at: datetime | None) -> None:
    """See to it that the file of this row is there, whatever stands under its name."""
    if _seems_right(run, row, at):
        run.ours[row.name] = row
        return
    if at is not None and run.is_over:  # the page of the index, which has no date, says what there is by then
        run.outcome.unfinished += 1
        return
    verdict = _verdict(run, row, at)
    if verdict == "in the way":
        run.ours.pop(row.name, None)
        run.outcome.in_the_way.append(row.name)
    elif verdict == "right":
        run.ours[row.name] = row
    else:
        _put(run, row, read, at, instead_of_changed=verdict == "changed")


def _seems_right(run: Run, row: Row, at: datetime | None) -> bool:
    """Whether the file need not be read: it is as the mirror wrote it, by all that a listing tells."""
    seen, before = run.there.get(row.name), run.before.get(row.name)
    if seen is None or before is None or at is None:
        return False
    same = before.sha256 == row.sha256 and seen.size == int(row.size) and seen.is_file
    return same and run.place.seems_untouched(seen, at)


def _verdict(run: Run, row: Row, at: datetime | None) -> str:
    """What stands under the name of the row: nothing, what should, what somebody changed, or something foreign."""
    seen, before = run.there.get(row.name), run.before.get(row.name)
    if seen is None:
        return "missing"
    if not seen.is_file:
        return "in the way"
    found = run.sha256(row.name) if before or seen.size == int(row.size) else ""
    if found == row.sha256:
        if at and not run.dry_run:
            run.place.date(row.name, at)
        return "right"
    if before is None:
        return "in the way"
    return "outdated" if found == before.sha256 else "changed"


def _put(run: Run, row: Row, read: Callable[[], bytes], at: datetime | None, *, instead_of_changed: bool) -> None:
    try:
        content = read()
    except FileNotFoundError:
        content = b""
    if hashlib.sha256(content).hexdigest() != row.sha256:
        run.outcome.lost.append(row.name)
        return
    if instead_of_changed:
        _set_aside(run, row.name)
    _write(run, row, content, at)


def _set_aside(run: Run, name: str) -> None:
    """Keep what somebody put in the place of our file, under a name that says so."""
    root, dot, extension = name.rpartition(".")
    aside = f"{root}-changed-{run.sha256(name)[:8]}{dot}{extension}"
    if aside in run.there:
        return  # the same change, made again: it is kept already
    if not run.dry_run:
        run.place.rename(name, aside)
    run.there[aside] = run.there[name]


def _write(run: Run, row: Row, content: bytes, at: datetime | None) -> None:
    if not run.dry_run:
        run.place.write(row.name, content, at)
    run.outcome.written.append(row.name)
    run.there[row.name] = Seen(len(content))
    run.ours[row.name] = row
    run.since_checkpoint += 1
    if run.since_checkpoint == CHECKPOINT:
        run.since_checkpoint = 0
        if not run.dry_run:
            run.place.write(index.FILE, index.write(run.ours.values()), None)


def _take_away(run: Run, placed: Sequence[Placed]) -> None:
    """Remove files of ours that belong to nothing any more and that nobody has changed."""
    wanted = {name for one in placed for name, _file in one.files} | {index.PAGE, *run.outcome.in_the_way}
    being_made = {one.paper.identity for one in placed if one.paper.unmade or one.paper.failed}
    for name, row in list(run.ours.items()):
        if name in wanted or row.identity in being_made:
            continue
        del run.ours[name]
        if run.there[name].is_file and run.sha256(name) == row.sha256:
            if not run.dry_run:
                run.place.remove(name)
            del run.there[name]
            run.outcome.removed.append(name)


def _name_others(run: Run) -> None:
    known = {index.PAGE, index.FILE, *run.ours, *run.outcome.in_the_way}
    for name in sorted(_printable(name) for name in run.there if name not in known):
        (run.outcome.set_aside if ASIDE.fullmatch(name) else run.outcome.foreign).append(name)


def _printable(name: str) -> str:
    """A name that somebody else has chosen, without what steers a terminal or is no letter in any encoding."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in name)


def _write_index(run: Run, desk: Desk, placed: Sequence[Placed]) -> None:
    """The page first, then the file that vouches for it and for all others."""
    page = index.page(desk, placed, run.ours)
    _settle(run, Row.of_page(page), lambda: page, None)
    content = index.write(index.rows_of(placed, run.ours))
    if index.FILE not in run.there or run.place.read(index.FILE) != content:
        if not run.dry_run:
            run.place.write(index.FILE, content, None)
        run.outcome.written.append(index.FILE)
    run.outcome.files = len(run.ours) - (index.PAGE in run.ours)
    run.outcome.size = sum(int(row.size) for name, row in run.ours.items() if name != index.PAGE)
