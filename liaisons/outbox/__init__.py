"""The outbox: the only place that talks to a mail server. A row is written with the change it reports and leaves later.

A row is claimed in a commit of its own, marked as handed over in the next just before it is, and the server's answer
is recorded in the one after, which also marks the row behind it: whatever is killed in between, no mail is lost and at
most one is in doubt.
"""

from .deciding import give_up, mark_arrived, readdress, send_again, take_back
from .delivering import AT_ONCE, CLAIM, compose, deliver_due, recover, refusal
from .holding import hold_for_review
from .queueing import Draft, File, cancel, name_of, queue, rehearse
from .waking import wake

__all__ = [
    "AT_ONCE",
    "CLAIM",
    "Draft",
    "File",
    "cancel",
    "compose",
    "deliver_due",
    "give_up",
    "hold_for_review",
    "mark_arrived",
    "name_of",
    "queue",
    "readdress",
    "recover",
    "refusal",
    "rehearse",
    "send_again",
    "take_back",
    "wake",
]
