"""Reads Word files of others in the renderer's child process: one that takes too much ends with a sentence."""

import logging
from collections.abc import Collection, Mapping

from django.utils import translation
from django.utils.translation import gettext as _

from liaisons.documents import renderer
from liaisons.intake.reading import Reading, reading_from_json
from liaisons.intake.remarks import Remarks, remarks_from_json
from liaisons.refusals import Refused

SECONDS = 20.0
logger = logging.getLogger(__name__)


def reading(content: bytes, *, references: Collection[str] = (), questions_label: str = "") -> Reading:
    """What liaisons.intake.word.read_word() reads. Raises Refused with a sentence."""
    job = {"kind": "read", "references": sorted(references), "questions_label": questions_label}
    return reading_from_json(_answer(job, content))


def remarks(content: bytes, circulated: bytes) -> Remarks:
    """What liaisons.intake.remarks.read() finds. Raises Refused with a sentence."""
    return remarks_from_json(_answer({"kind": "remarks", "size": len(content)}, content + circulated))


def _answer(job: Mapping[str, object], content: bytes) -> bytes:
    try:
        answer, read = renderer.ask({**job, "language": translation.get_language() or "en"}, content, timeout=SECONDS)
    except renderer.Failed as failed:
        if failed.detail:
            logger.error("A Word file of %d bytes could not be read:\n%s", len(content), failed.detail)
        raise Refused([_sentence(failed.reason)]) from None
    if sentences := answer.get("refused"):
        raise Refused(sentences)
    return read


def _sentence(reason: str) -> str:
    if reason == "busy":
        return _("Other documents are being made. Try again in a minute.")
    if reason == "time":
        return _(
            "Reading the file took longer than %(seconds)d seconds. Take large tables and pictures out of it, and "
            "attach them instead."
        ) % {"seconds": SECONDS}
    if reason in ("memory", "broken"):
        return _(
            "Reading the file takes more memory than it may. Take large tables and pictures out of it, and attach "
            "them instead."
        )
    return _("A fault in this program keeps it from reading the file; it has been recorded.")
