"""Comments on a text in circulation: made, confirmed, withdrawn, disposed; and the window they are made in."""

from .disposing import TOGETHER, correct_kind, dispose, dispose_together
from .saying import MOST_UNCONFIRMED, Said, came_together, comment, comment_together, confirm, may_withdraw, withdraw
from .windows import move_window

__all__ = [
    "MOST_UNCONFIRMED",
    "TOGETHER",
    "Said",
    "came_together",
    "comment",
    "comment_together",
    "confirm",
    "correct_kind",
    "dispose",
    "dispose_together",
    "may_withdraw",
    "move_window",
    "withdraw",
]
