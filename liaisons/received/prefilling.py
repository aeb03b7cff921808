"""Answers to statements that came in: what the form starts with, and what an answer says it answers."""

import re
from typing import Any

from django.utils.html import linebreaks

from liaisons.documents.sanitize import TAGS, clean
from liaisons.models import Registration

# "LS/i on …", "Liaison statement on …", "LS/r to SG11 on …": what stands before the subject in titles and registers.
_LEAD = re.compile(
    r"(?:LS(?:/[ior])*|liaison statement)(?:\s+to\s+[^:“”]{1,60}?(?=\son\s))?\s*(?:on|about|regarding|:|[-–])\s+",
    re.IGNORECASE,
)
_TYPE_LETTERS = re.compile(r"LS(?:/[ior])+(?![^\W_])")
_TAIL = re.compile(r"\s*\((?:reply|response) to [^()]*\)|\s*\[from [^\[\]]*\]", re.IGNORECASE)
_MARKED = re.compile(rf"</?(?:{'|'.join(sorted(TAGS))})(?:\s[^<>]*)?/?>", re.IGNORECASE)


def subject(title: str) -> str:
    """What the statement is about: its title without what a register puts around it."""
    return _TAIL.sub("", _LEAD.sub("", title, count=1) if _LEAD.match(title) else title).strip()


def as_received(title: str) -> str:
    """The title as the register of whoever gets the letter has it: LS/o becomes LS/i, LS/o/r becomes LS/i/r."""
    letters = _TYPE_LETTERS.match(title)
    return letters[0].replace("/o", "/i") + title[letters.end() :] if letters else title


def body(text: str) -> str:
    """The text of a letter as a body. Without any tag of ours it is a mail's, in which <…> stands around addresses."""
    return clean(text if _MARKED.search(text) or not text.strip() else linebreaks(text, autoescape=True))


def references(answered: Registration | None) -> tuple[str, ...]:
    """The number the other body gave its statement; one without a number is cited by our document."""
    if answered is None:
        return ()
    reference = answered.statement.reference or str(answered.document or "")
    return (reference,) if reference else ()


def prefilled(answered: Registration) -> dict[str, Any]:
    """The addressing reversed: back to the source, whoever forwarded it. The author sets the purposes.

    Who forwarded it gets a copy by a rule of the desk (liaisons.mail.copying).
    """
    statement = answered.statement
    reply = "".join(f" (reply to {reference})" for reference in references(answered))
    return {
        "answers": answered.pk,
        "title": f"LS/o/r on {subject(statement.title)[:400]}{reply}",
        "information": str(statement.source or statement.source_text),
    }
