"""Which reminders are due: set-based statements fill the rows; they become mails in their readers' mornings."""

from datetime import datetime

from .cancelling import cancel_for, replan
from .digesting import digest
from .filling import fill
from .muting import mute, mute_all, remind_addressee, unmute

__all__ = ["cancel_for", "digest", "fill", "mute", "mute_all", "remind", "remind_addressee", "replan", "unmute"]


def remind(now: datetime) -> int:
    """Fill in what has come and write the mails that are due; returns the number of mails queued."""
    fill(now)
    return digest(now)
