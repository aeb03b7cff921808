"""What a mail seems to be, for the forms in which a person says what it is."""

import re
from pathlib import PurePath
from typing import Any

from liaisons.models import ReceivedMail, Reply
from liaisons.received import prefilling

Kind = Reply.Kind

# The first that fits; read over the first words, where a letter says what it is.
_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(words, re.IGNORECASE))
    for kind, words in (
        (Kind.MORE_TIME, r"more time|extension of|extend the deadline|postpone|need(?:s)? until|délai supplémentaire"),
        (Kind.NOT_FOR_US, r"not (?:within|in) (?:our|the) (?:scope|remit|mandate)|not for us|outside (?:of )?our"),
        (Kind.DECLINE, r"\bdeclin|not in a position|unable to (?:contribute|nominate|answer|provide)|no interest"),
        (Kind.PRELIMINARY, r"preliminary|interim|initial (?:answer|response|feedback)"),
    )
)
_RECEIVED = re.compile(
    r"acknowledg|(?:have|has been|well) received|thank you for your (?:liaison|letter)", re.IGNORECASE
)
_REPLY = re.compile(r"\s*(?:(?:re|aw|sv|fw|fwd|wg|tr|rv|antw|回复|答复)\s*(?:\[\d+\])?\s*[:：]\s*)+", re.IGNORECASE)
_REFERENCE = re.compile(r"\b[A-Z][A-Z0-9]*(?:[-/][A-Z0-9]+)*-LS-?\d+\b|\b[A-Z]\d-\d{6}\b")
_LETTERS = (".pdf", ".docx", ".doc", ".odt")
LOOKED_AT = 2_000
SHORT = 400


def kind_of(row: ReceivedMail) -> str:
    """The kind of reply it seems to be: an answer unless its words say another thing."""
    words = f"{row.subject}\n{row.text[:LOOKED_AT]}"
    for kind, said in _WORDS:
        if said.search(words):
            return kind
    files = any(name.lower().endswith(_LETTERS) for name in _names(row))
    return Kind.ACKNOWLEDGEMENT if _RECEIVED.search(words) and len(row.text) < SHORT and not files else Kind.ANSWER


def answer(row: ReceivedMail) -> dict[str, Any]:
    """What the form of an answer starts with."""
    return {
        "kind": kind_of(row),
        "text": row.text,
        "reference": _reference(row),
        "name": row.sender_name,
        "email": row.sender,
    }


def registration(row: ReceivedMail) -> dict[str, Any]:
    """What the form of a statement that came in starts with."""
    desk = row.desk
    group = row.addressee.group if row.addressee else None
    dated = desk.today(row.dated_at) if row.dated_at else None
    received_on = desk.today(row.received_at)
    ours = row.statement if row.statement and row.statement.desk_id == desk.pk and row.statement.posted_at else None
    return {
        "source": str(group or row.addressee or ""),
        "reference": _reference(row),
        "title": prefilling.subject(_REPLY.sub("", row.subject, count=1)),
        "dated": dated if dated and dated <= received_on else None,
        "received_on": received_on,
        "replies_to": [ours.pk] if ours else [],
        "body": row.text,
    }


def _reference(row: ReceivedMail) -> str:
    """The number that the body seems to give its letter; ours are none of theirs."""
    ours = row.statement.reference if row.statement else ""
    for said in (*(PurePath(name).stem for name in _names(row)), row.subject):
        for found in _REFERENCE.findall(said):
            if found.upper() != ours.upper():
                return str(found)[:80]
    return ""


def _names(row: ReceivedMail) -> list[str]:
    return [file.name for file in row.received_files.all()]
