"""What the words of all events share."""

from collections.abc import Callable
from datetime import date

from liaisons.models import Event, Statement
from liaisons.rules import day_text

# Verb → what happened, as a sentence for the event; of one that belongs to no statement that is None.
Words = dict[str, Callable[[Event, Statement | None], str]]


def day(event: Event, name: str) -> str:
    """A day that stands in the data of the event."""
    return str(day_text(date.fromisoformat(event.data[name])))
