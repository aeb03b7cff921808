"""Mirrors the registers of desks into folders, here and by SFTP: every few minutes, or when somebody asks."""

import logging
import math
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.models import Desk
from liaisons import renditions
from liaisons.folder import index, report
from liaisons.folder.contents import Contents, contents_of, order
from liaisons.folder.index import Row
from liaisons.folder.local import LocalFolder
from liaisons.folder.placing import Placed
from liaisons.folder.report import PlaceReport, Report
from liaisons.folder.server import Broken, NotConfigured, Server, Unreachable
from liaisons.folder.writing import Outcome, Place, bring_in_line, placed_after

logger = logging.getLogger(__name__)

Bring = Callable[[Place], Outcome]  # the papers of a desk into a place

# Celery ends a task after fifty seconds: what is begun just before this is done by then.
BEGIN_WITHIN_SECONDS = 25.0
GRACE_SECONDS = 20.0
PATIENCE_SECONDS = 15.0  # for one thing on a server, in a tick
UNHURRIED_SECONDS = 600.0  # the same when somebody waits at a terminal
ORDERED_AT_ONCE = 100
TRIES = 3  # connections in one run


def mirror_due() -> int:
    """Bring the folders of all desks that keep one in line; returns how many files were written.

    Those that waited longest come first, so that a large one does not keep the others out.
    """
    until = time.monotonic() + BEGIN_WITHIN_SECONDS
    written = 0
    for desk in sorted(Desk.objects.filter(mirrored=True).select_related("group"), key=_last_tried):
        if time.monotonic() >= until:
            break
        try:
            done = mirror(desk, timezone.now(), until=until)
        except report.Busy:
            continue
        written += len(done.local.written)
    return written


def mirror(
    desk: Desk, now: datetime, *, until: float | None = None, dry_run: bool = False, make: bool = False
) -> Report:
    """Bring the folder of one desk in line, here and on the server. Raises Busy.

    What goes wrong stands in the report, and in the log. With `make`, PDF and Word files that are missing are
    made first; else the next tick makes them. Must run outside any transaction.
    """
    try:
        with report.alone(desk):
            before = report.last(desk)
            contents = contents_of(desk)
            if not dry_run:
                contents = _complete(desk, contents, make=make)
            bring = partial(bring_in_line, desk=desk, papers=contents.papers, until=until, dry_run=dry_run)
            done = Report(
                _local(desk, before, bring, now), _server(desk, before, bring, now, until), len(contents.waiting)
            )
            if not dry_run:
                report.keep(desk, done)
    except report.Busy:
        raise
    except Exception as fault:
        # Whatever it is, it is about this desk: the others are mirrored behind it.
        logger.exception("The folder of %s was not brought in line", desk)
        done = _faulty(desk, fault, now)
        if not dry_run:
            with suppress(OSError):  # then it is the first again, and still keeps nobody out
                report.keep(desk, done)
    return done


def path_of(desk: Desk) -> Path:
    return Path(settings.FOLDER) / desk.slug


def shelf(desk: Desk) -> tuple[list[Placed], dict[str, Row]]:
    """What belongs in the folder under its names there, and what its index says is in it."""
    try:
        there = index.read((path_of(desk) / index.FILE).read_bytes())
    except (OSError, index.NotOurs):
        there = {}
    return placed_after(there, contents_of(desk).papers), there


def _last_tried(desk: Desk) -> str:
    before = report.last(desk)
    return before.local.tried_at if before else ""


def _faulty(desk: Desk, fault: Exception, now: datetime) -> Report:
    """What was known before, and that the run stopped; what the fault says of itself is for the log."""
    before = report.last(desk) or Report(PlaceReport(where=str(path_of(desk))))
    sentence = _(
        "The run stopped at a fault in the program (%(name)s), so something may be missing. The next run tries again; "
        "if this stays, ask those who run the program: its log says more."
    )
    return replace(before, local=_failed(before.local, sentence % {"name": type(fault).__name__}, now, desk))


def _complete(desk: Desk, contents: Contents, *, make: bool) -> Contents:
    """Order what nobody has ordered yet, and with `make` make what is missing."""
    if not contents.unordered and not (make and contents.waiting):
        return contents
    ordered = order(contents.unordered if make else contents.unordered[:ORDERED_AT_ONCE])
    while make and renditions.make_missing(only=[*contents.waiting, *ordered], until=math.inf):
        pass
    return contents_of(desk)


# The two places


def _local(desk: Desk, before: Report | None, bring: Bring, now: datetime) -> PlaceReport:
    path = path_of(desk)
    earlier = before.local if before else PlaceReport()
    return _reported(replace(earlier, where=str(path)), lambda: bring(LocalFolder(path)), now, desk)


def _server(desk: Desk, before: Report | None, bring: Bring, now: datetime, until: float | None) -> PlaceReport | None:
    earlier = before.server if before and before.server else PlaceReport()
    try:
        server = Server.from_settings()
    except NotConfigured as error:
        return _failed(earlier, str(error), now, desk)
    if server is None:
        return None
    if until is not None and time.monotonic() >= until:
        return before.server if before else None  # the next tick has time for it
    where = f"{server}/{desk.slug}"
    patience = UNHURRIED_SECONDS if until is None else PATIENCE_SECONDS
    deadline = math.inf if until is None else until + GRACE_SECONDS

    def run() -> Outcome:
        from liaisons.folder.sftp import SftpFolder  # thirty megabytes that a desk without a server need not carry

        with SftpFolder(server, desk.slug, patience=patience, deadline=deadline) as place:
            return bring(place)

    return _reported(replace(earlier, where=where), lambda: _again(run, until), now, desk)


def _again(run: Callable[[], Outcome], until: float | None) -> Outcome:
    """Connect anew after a break and go on from there, a few times."""
    for _try in range(TRIES - 1):
        try:
            return run()
        except Unreachable:
            raise
        except Broken as broken:
            logger.info("The connection for the folder broke (%s); connecting again", broken)
            if until is not None and time.monotonic() >= until:
                raise
    return run()


def _reported(earlier: PlaceReport, run: Callable[[], Outcome], now: datetime, desk: Desk) -> PlaceReport:
    try:
        outcome = run()
    except index.NotOurs:
        sentence = _("There is another %(name)s in the folder. Move it away: by its own the desk knows its files.")
        return _failed(earlier, sentence % {"name": index.FILE}, now, desk)
    except NotConfigured as error:
        return _failed(earlier, str(error), now, desk)
    except Broken as broken:
        sentence = _("The server did not answer or ended the connection (%(reason)s). The next run goes on from there.")
        return _failed(earlier, sentence % {"reason": broken}, now, desk)
    except OSError as error:
        sentence = _("The folder cannot be written: %(reason)s")
        reason = f"{error.strerror or error} ({error.filename})" if error.filename else str(error.strerror or error)
        return _failed(earlier, sentence % {"reason": reason}, now, desk)
    if earlier.error:
        logger.info("The folder of %s at %s is written again", desk, earlier.where)
    moment = now.isoformat()
    return PlaceReport(
        **vars(outcome),
        where=earlier.where,
        tried_at=moment,
        in_line_at=earlier.in_line_at if outcome.unfinished else moment,
        changed_at=moment if outcome.written or outcome.removed else earlier.changed_at,
    )


def _failed(earlier: PlaceReport, sentence: str, now: datetime, desk: Desk) -> PlaceReport:
    """Say it in the log when it is new; the page shows it as long as it lasts."""
    if earlier.error != sentence:
        logger.warning("The folder of %s at %s: %s", desk, earlier.where, sentence)
    return replace(earlier, error=sentence, tried_at=now.isoformat(), written=[], removed=[])
