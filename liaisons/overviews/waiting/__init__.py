"""What waits for a person at a desk, by role: the desk's first page, in a constant number of queries."""

from collections.abc import Callable, Iterable
from datetime import datetime

from contacts.actor import Actor
from contacts.models import Desk

from .desktop import Desktop, Heap, Row
from .mails import troubled
from .ours import answers, drafts, to_dispatch, to_hand_over
from .theirs import asking_for_time, for_others, nominated, received
from .undated import to_look_at_again, undated
from .windows import closed_windows, windows

__all__ = ["Heap", "Row", "heaps"]

KINDS: tuple[Callable[[Desktop], Iterable[Heap]], ...] = (
    troubled,
    closed_windows,
    to_dispatch,
    to_hand_over,
    answers,
    received,
    asking_for_time,
    for_others,
    nominated,
    to_look_at_again,
    undated,
    windows,
    drafts,
)


def heaps(desk: Desk, actor: Actor, roles: frozenset[str], now: datetime) -> list[Heap]:
    """What waits, most urgent kind first, only what is not empty."""
    here = Desktop(desk, actor, roles, now)
    found: list[Heap] = []
    for kind in KINDS:
        found += kind(here)
    return [heap for heap in found if heap.rows]
