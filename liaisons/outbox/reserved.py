"""What a mail tells of other desks than its own: its reader gets it, whoever looks at the stored mail does not.

It stands between marks until the mail leaves.
"""

import re

from django.utils.translation import gettext as _

BEGIN, END = "[[elsewhere]]", "[[/elsewhere]]"
# Where the end is missing all that follows is kept back.
_RESERVED = re.compile(rf"{re.escape(BEGIN)}.*?(?:{re.escape(END)}|\Z)", re.DOTALL)


def reserve(written: str) -> str:
    return f"{BEGIN}\n{written}{END}\n"


def reveal(written: str) -> str:
    """As the reader gets it: for delivery only."""
    return written.replace(f"{BEGIN}\n", "").replace(f"{END}\n", "")


def is_in(written: str) -> bool:
    return BEGIN in written


def mask(written: str) -> str:
    """As everybody else may read it."""
    return _RESERVED.sub(lambda _found: _("[What it tells of other desks is for its reader alone.]"), written)


def defuse(written: str) -> str:
    """Break what looks like one of the marks in words that people wrote."""
    return written.replace(BEGIN, f"[ {BEGIN[1:]}").replace(END, f"[ {END[1:]}")
