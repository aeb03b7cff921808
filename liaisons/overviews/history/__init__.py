"""What happened, in words: events as the pages tell them, the words of each kind in a file of their own."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from liaisons.models import Event, Statement
from liaisons.silence import Outcome

from . import answers, comments, mails, meetings, received, texts
from .words import Words

# What anybody may know of a statement that left; the rest is for the desk. A correction is known when it has left too.
PUBLIC = frozenset({"approve", "send", "complete", "close", "withdraw", "record"})
# Of these only the last: what was taken back before counts for nobody else.
LAST = frozenset({"approve", "send"})
JOINED = (
    "person",
    "user",
    "link__comment__author",
    "addressee",
    "revision",
    "circulation__document",
    "registration__document",
)

WORDS: Words = texts.WORDS | comments.WORDS | answers.WORDS | mails.WORDS | received.WORDS | meetings.WORDS


@dataclass(frozen=True)
class Told:
    """One line of a history, as _events.html wants it."""

    at: datetime
    text: str
    who: str = ""
    reason: str = ""
    file: str = ""  # the address of the Word file that was taken in


def of_statement(statement: Statement, *, inside: bool, files: bool = False) -> list[Told]:
    """The statement's events, the latest first; outsiders read neither names nor reasons.

    `files`: the reader may open the Word files of authors.
    """
    events = statement.events.select_related(*JOINED).order_by("-at", "-pk")
    if inside:
        return [
            Told(event.at, text_of(event, statement), event.who, _reason(event), _word(event) if files else "")
            for event in events
        ]
    return [Told(event.at, text_of(event, statement)) for event in _public(events)]


def _reason(event: Event) -> str:
    """Why, and of an approval by silence what the silence was."""
    outcome = Outcome.from_data(event.data["silence"]).sentence if "silence" in event.data else ""
    return " ".join(filter(None, (event.reason, outcome)))


def _word(event: Event) -> str:
    if "word" not in event.data or event.revision is None:
        return ""
    return reverse("statement-word-taken", args=[event.statement_id, event.revision.number])


def _public(events: Iterable[Event]) -> Iterator[Event]:
    """Those for anybody, of events the latest of which comes first."""
    seen: set[str] = set()
    for event in filter(_is_public, events):
        if event.verb not in LAST & seen:
            yield event
        seen.add(event.verb)


def _is_public(event: Event) -> bool:
    """Of what was imported only where it ended up, of several approvals only the last: the way there is the desk's."""
    if event.private or event.verb not in PUBLIC:
        return False
    if event.verb == "approve":
        return event.target_state == Statement.State.APPROVED
    states = Statement.State
    before = (states.DRAFT, states.CIRCULATED, states.APPROVED, "")
    return event.verb != "record" or event.target_state not in before


def told(events: Iterable[Event]) -> list[Told]:
    """Events of one registration or circulation, in the order given."""
    return [Told(event.at, text_of(event, event.statement), event.who, _reason(event)) for event in events]


def text_of(event: Event, statement: Statement | None) -> str:
    words = WORDS.get(event.verb)
    if words is not None:
        return words(event, statement)
    return event.verb.replace("_", " ").capitalize()
