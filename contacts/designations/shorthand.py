"""Where one body ends and the next begins in a line of addressees."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 300  # characters: no name is longer, and looking no further keeps the reading linear

# One character for one, so that places in the plain text are places in the author's.
_PLAIN = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-") | dict(zip("，；（）／：", ",;()/:", strict=True)))
_ENDS = re.compile(r"[;\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_JOINT = re.compile(r"[,、•·]|(?<!\S)(?:and/or|as well as|and|or|plus|&)(?!\S)", re.IGNORECASE)
_BREAK = re.compile(rf"[()]|{_JOINT.pattern}", re.IGNORECASE)
_EXAMPLES = re.compile(r"\(\s*(?:especially|including|in particular|such as|e\.g\.)", re.IGNORECASE)
_EVERY = re.compile(r"\ball\b", re.IGNORECASE)
_EXCEPT = re.compile(r"\b(?:except|excluding|other than|apart from|but not|without)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Segment:
    """A stretch between two joints; `joint` is the one before it: a comma, "and", or nothing at the beginning."""

    start: int
    end: int
    joint: str


def plain(text: str) -> str:
    """The text with one kind of dash, comma and bracket, each at its place."""
    return text.translate(_PLAIN)


def has_joint(text: str) -> bool:
    return bool(_JOINT.search(text))


def clauses(text: str) -> Iterator[tuple[int, int]]:
    """What a semicolon or a new line closes; a line that ends in a comma goes on."""
    start = 0
    for end in _ENDS.finditer(text):
        if ";" not in end.group() and text[max(start, end.start() - 20) : end.start()].rstrip().endswith((",", " and")):
            continue
        yield start, end.start()
        start = end.end()
    yield start, len(text)


def is_exception(clause: str) -> bool:
    """Whether the clause takes bodies out ("All SGs except SG9")."""
    return bool(_EVERY.search(clause)) and bool(_EXCEPT.search(clause))


def segments(text: str, start: int, end: int) -> Iterator[Segment]:
    """The stretches of a clause. A closed bracket keeps together what is in it, unless that is a list of examples."""
    kept = _brackets(text, start, end)
    joint, at = "", start
    for found in _BREAK.finditer(text, start, end):
        if kept[found.start() - start]:
            continue
        if text[at : found.start()].strip():
            yield Segment(at, found.start(), joint)
            joint = ""
        joint = "," if joint == "," or found.group() in ",、•·()" else "and"
        at = found.end()
    if text[at:end].strip():
        yield Segment(at, end, joint)


def _brackets(text: str, start: int, end: int) -> bytearray:
    """Which places of the clause lie in a pair of brackets."""
    opened: list[int] = []
    pairs: list[tuple[int, int]] = []
    for found in re.finditer(r"[()]", text[start:end]):
        if found.group() == "(":
            opened.append(found.start())
        elif opened:
            pairs.append((opened.pop(), found.start()))
    kept = bytearray(end - start)
    for begin, until in sorted(pairs):
        if not kept[begin] and not _EXAMPLES.match(text, start + begin):
            kept[begin : until + 1] = b"\1" * (until + 1 - begin)
    return kept
