"""Files that go with a mail: attached, or fetched from an address where they are more than the desk attaches.

How large they are is known when they are made. Until then a mail holds both: its files, and the words that say where
to fetch them, between marks.
"""

import re

BEGIN, END, SIZE = "[[files]]", "[[/files]]", "[[size]]"
_FETCHED = re.compile(rf"\n?{re.escape(BEGIN)}.*?{re.escape(END)}\n?", re.DOTALL)
MEGABYTE = 1_000_000


def are_attached(written: str, size: int, up_to_mb: int) -> bool:
    """Whether files of `size` bytes together travel with the mail: always where it does not say how to fetch them."""
    return BEGIN not in written or 0 < size <= up_to_mb * MEGABYTE


def settle(written: str, size: int, *, attached: bool) -> str:
    """Keep or leave out the words about fetching the files, now that their size is known."""
    if attached or not size:
        return _FETCHED.sub("", written)
    return written.replace(f"{BEGIN}\n", "").replace(f"{END}\n", "").replace(SIZE, _size_text(size))


def defuse(written: str) -> str:
    """Break what looks like one of the marks in words that people wrote."""
    for mark in (BEGIN, END, SIZE):
        written = written.replace(mark, f"[ {mark[1:]}")
    return written


def _size_text(size: int) -> str:
    return f"{size / MEGABYTE:.1f} MB" if size >= MEGABYTE / 10 else f"{max(size // 1000, 1)} kB"
