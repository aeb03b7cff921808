"""What each step is given: by whom it is taken, why, and its details."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from contacts.actor import Actor
from liaisons.details import Details

Data = dict[str, Any]
D = TypeVar("D")


@dataclass(frozen=True)
class Taken:
    """A step being taken: by whom, why, with what, when."""

    by: Actor
    reason: str
    details: Details | None
    now: datetime


def given(taken: Taken, kind: type[D]) -> D:
    """Return the details the step came with. Raises TypeError for those of another step."""
    if not isinstance(taken.details, kind):
        raise TypeError(f"this step wants {kind.__name__}, not {type(taken.details).__name__}")
    return taken.details
