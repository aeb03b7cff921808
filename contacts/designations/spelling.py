"""Folds the spellings of a name into one key."""

import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby

_PHRASES = {
    ("study", "group"): "sg",
    ("study", "groups"): "sg",
    ("working", "party"): "wp",
    ("working", "parties"): "wp",
    ("working", "group"): "wg",
    ("working", "groups"): "wg",
    ("technical", "committee"): "tc",
    ("sub", "committee"): "sc",
}
_WORDS = {
    "sgs": "sg",
    "wps": "wp",
    "wgs": "wg",
    "tcs": "tc",
    "scs": "sc",
    "subcommittee": "sc",
    "qs": "q",
    "question": "q",
    "questions": "q",
}


@lru_cache(maxsize=8192)
def key(text: str) -> str:
    """Fold a spelling: "Study Group 20" and "SG-20" are one, so are "ISO TC307" and "ISO/TC 307".

    Letters and numbers are glued, two numbers are kept apart by a slash ("q9/21"). Never longer than the text in NFKC.
    """
    return glue(words(text))


def words(text: str) -> list[str]:
    """The runs of letters and of digits, in the short form that the field uses."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    runs = [(kind, "".join(run)) for kind, run in groupby(plain, _kind) if kind]
    return list(_shortened([_number(run) if kind == "digit" else run for kind, run in runs]))


def glue(parts: Iterable[str]) -> str:
    glued = ""
    for part in parts:
        glued += f"/{part}" if glued[-1:].isdecimal() and part[:1].isdecimal() else part
    return glued


def _kind(char: str) -> str:
    if char.isdecimal():
        return "digit"
    # A vowel sign of an Indic script is a mark, and as much of the word as its letters.
    return "letter" if char.isalnum() or unicodedata.category(char)[0] == "M" else ""


def _number(digits: str) -> str:
    return "".join(str(unicodedata.decimal(digit)) for digit in digits).lstrip("0") or "0"


def _shortened(runs: list[str]) -> Iterator[str]:
    at = 0
    while at < len(runs):
        word, after, then = (*runs[at : at + 3], "", "")[:3]
        if phrase := _PHRASES.get((word, after)):
            yield phrase
            at += 2
        elif word == "com" and after.isdecimal():  # "COM 16 – LS 124": how SG16 signed its letters
            yield "sg"
            at += 1
        elif word in ("sa", "ran", "ct") and after == "wg" and then.isdecimal():  # 3GPP writes SA WG4 and SA4
            yield word
            at += 2
        else:
            yield _WORDS.get(word, word)
            at += 1
