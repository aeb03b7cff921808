"""What happens with each step: the transition, the rows that go with it, and the mails that tell of it.

Called by liaisons.workflow.advance() alone, inside its transaction and after its checks; what a function returns
goes into the Event as data.
"""

from collections.abc import Callable
from typing import Any

from .of_addressees import forward, settle
from .of_registrations import answer, assign, note, reopen
from .of_statements import (
    amend,
    approve,
    circulate,
    close,
    complete,
    correct,
    recall,
    revise,
    send,
    still_owed,
    withdraw,
)
from .taken import Data, Taken

__all__ = ["EFFECTS", "Taken", "still_owed"]

EFFECTS: dict[str, Callable[[Any, Taken], Data]] = {
    "circulate": circulate,
    "amend": amend,
    "revise": revise,
    "approve": approve,
    "send": send,
    "recall": recall,
    "complete": complete,
    "close": close,
    "correct": correct,
    "withdraw": withdraw,
    "settle": settle,
    "forward": forward,
    "assign": assign,
    "answer": answer,
    "note": note,
    "reopen": reopen,
}
