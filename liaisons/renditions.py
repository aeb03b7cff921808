"""PDF and Word of a revision: ordered with the step that needs them, made outside its transaction, kept by hash."""

import hashlib
import json
import logging
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import cast

from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from liaisons import printed, sheets
from liaisons.documents import renderer
from liaisons.documents.naming import stem
from liaisons.documents.rendered import masthead_from_dict, masthead_to_dict
from liaisons.letter import Masthead, Sheet
from liaisons.models import Blob, Rendition, Revision, Statement
from liaisons.rules import Refused

logger = logging.getLogger(__name__)

MEDIA_TYPES = {
    Rendition.Kind.PDF: "application/pdf",
    Rendition.Kind.WORD: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
SECONDS = 20.0
# Celery ends a task after fifty seconds: one begun just before this is still done by then.
BEGIN_WITHIN_SECONDS = 25.0
AT_ONCE = 20
# How long a process may be silent about the file it makes; longer than a task lives.
CLAIM = timedelta(seconds=60)


def order(
    revision: Revision, masthead: Masthead, kinds: Iterable[str] = (Rendition.Kind.PDF, Rendition.Kind.WORD)
) -> list[Rendition]:
    """Ask for the files of a revision under a masthead; what was ordered before is not ordered twice."""
    rows = unsaved(revision, masthead, kinds)
    Rendition.objects.bulk_create(rows, ignore_conflicts=True)
    found = {
        row.kind: row
        for row in Rendition.objects.filter(
            revision=revision, masthead_sha256__in=[row.masthead_sha256 for row in rows]
        )
    }
    return [found[row.kind] for row in rows]


def unsaved(
    revision: Revision, masthead: Masthead, kinds: Iterable[str] = (Rendition.Kind.PDF, Rendition.Kind.WORD)
) -> list[Rendition]:
    """The same files for a preview: named, not ordered."""
    plain = masthead_to_dict(masthead)
    sha256 = hashlib.sha256(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    return [
        Rendition(
            revision=revision,
            kind=kind,
            name=f"{_stem(revision, masthead)}.{kind}",
            masthead=plain,
            masthead_sha256=sha256,
        )
        for kind in kinds
    ]


def in_force(statement: Statement, revision: Revision, kind: Rendition.Kind) -> Rendition:
    """The file of the text in force: the one that left, or one that is ordered now."""
    left = sheets.went_out(statement).filter(kind=kind).select_related("blob").first()
    return left or order(revision, sheets.masthead_now(statement), [kind])[0]


def make_missing(only: Iterable[int] | None = None, *, until: float | None = None) -> int:
    """Make files that were ordered; returns how many came out. Three failures set a file aside.

    Begins no file after `until` on the monotonic clock. Must run outside any transaction: rendering takes seconds.
    """
    until = time.monotonic() + BEGIN_WITHIN_SECONDS if until is None else until
    recover(timezone.now())
    missing = Rendition.objects.missing().select_related("revision__statement").order_by("tries", "pk")
    if only is not None:
        missing = missing.filter(pk__in=only)
    made = 0
    for rendition in missing[:AT_ONCE]:
        if time.monotonic() >= until:
            break
        made += _make(rendition)
    return made


def proof(statement: Statement) -> list[str]:
    """Print the text in force, unless that has been done, and say what is wrong with the page.

    Waits for the renderer: not for transactions. liaisons.printed asks the same of the file, and of it alone.
    """
    revision = statement.revision
    if revision is None:
        return []
    if (latest := printed.proofed(revision)) is None or latest.blob_id is None:
        [ordered] = order(revision, sheets.masthead_now(statement), [Rendition.Kind.PDF])
        make_missing(only=[ordered.pk])
    return printed.warnings(revision)


def recover(now: datetime) -> int:
    """Count as a failure what a process died over; returns how many files that were."""
    expired = Rendition.objects.filter(blob__isnull=True, claimed_at__lt=now - CLAIM)
    return expired.update(
        tries=F("tries") + 1, claimed_at=None, error=_("The process that was making it stopped before it was done.")
    )


def try_again(renditions: Iterable[int]) -> None:
    """Give files that were set aside three more tries."""
    Rendition.objects.filter(pk__in=renditions, blob__isnull=True).update(tries=0, error="")


def sheet_of(rendition: Rendition) -> Sheet:
    """Read the letter and its masthead back as they were when the file was ordered."""
    return sheets.sheet(rendition.revision.letter, masthead_from_dict(rendition.masthead))


def _make(rendition: Rendition) -> bool:
    # Of two workers only one gets it; a try that is still under way is no failure yet.
    claimed_at = timezone.now()
    if not Rendition.objects.missing().filter(pk=rendition.pk).update(claimed_at=claimed_at):
        return False
    mine = Rendition.objects.filter(pk=rendition.pk, claimed_at=claimed_at)
    try:
        with translation.override(rendition.revision.language):
            kind = cast("renderer.Kind", rendition.kind)
            rendered = renderer.render(sheet_of(rendition), kind, timeout=SECONDS)
            notes = rendered.notes()
            warnings = [notes] if any(notes.values()) else []
    except (renderer.RenderError, Refused) as error:
        logger.warning("%s could not be made: %s", rendition.name, error)
        mine.update(tries=F("tries") + 1, claimed_at=None, error=str(error)[:500])
        return False
    blob = Blob.objects.keep(rendered.content, MEDIA_TYPES[Rendition.Kind(rendition.kind)])
    # A result that comes late is as good as any.
    Rendition.objects.filter(pk=rendition.pk).update(blob=blob, claimed_at=None, error="", warnings=warnings)
    return True


def _stem(revision: Revision, masthead: Masthead) -> str:
    """The number of the letter as the name of a file; a draft without one is told apart by its keys."""
    named = stem(masthead.number, revision.statement.correction)
    return named or f"draft-{revision.statement_id}-{revision.number}"
