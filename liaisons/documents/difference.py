"""What differs between two texts, word by word, and which parts of two lists belong together.

Every comparison of the house stands on this. Both are bounded: words that are everywhere open no match, texts too long
for their words are compared by sentences, and lists too long for all of their parts by those that stand there once.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Generic, Literal, TypeVar

from liaisons.documents.marks import DELETED, END_DELETED, END_INSERTED, INSERTED

T = TypeVar("T", bound=Hashable)
State = Literal["same", "inserted", "deleted"]

LONGEST = 2_000  # words, or parts, of both sides together that are matched one by one
LIKE = 0.5  # the share of common words from which a text is another one changed
_FREQUENT = 50  # times in one text: matches are not begun with such a word, only extended over it
_CHUNK = 50  # parts in which the partner of a part is looked for
_UNLIKE = 0.3  # with fewer words in common a text is shown as a whole, old and new

_WIDE = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60"  # written without spaces: each character is a word
_WIDE_OR_NOT = re.compile(f"[{_WIDE}]|[^{_WIDE}]+")
_CHUNKS = re.compile(r"[ \t\r\n\f]+|[^ \t\r\n\f]+")
_EDGES = ".,;:!?()[]\"'“”‘’«»…،؛؟"
_ENDS = (".", "!", "?", "。", "？", "！", "؟", ";", "；")

_SIGNS = {"same": ("", ""), "inserted": (INSERTED, END_INSERTED), "deleted": (DELETED, END_DELETED)}


@dataclass(frozen=True)
class Piece:
    """A stretch of text that is in both versions, or in one of them."""

    state: State
    text: str


@dataclass(frozen=True)
class Run(Generic[T]):
    """A stretch of two sequences: the same on both sides, or what stands in each in the place of the other."""

    same: bool
    old: Sequence[T]
    new: Sequence[T]


def words(old: str, new: str) -> list[Piece]:
    """The later text with the words of the earlier one that it has no more, those before what came in their place."""
    pieces: list[Piece] = []
    for run in word_runs(tokens(old), tokens(new), str):
        for state, part in _told(run):
            _add(pieces, state, "".join(part))
    return pieces


def whole(state: State, text: str) -> list[Piece]:
    return [Piece(state, text)] if text else []


def joined(pieces: Iterable[Piece]) -> list[Piece]:
    """The same with neighbours of one state made one."""
    told: list[Piece] = []
    for piece in pieces:
        _add(told, piece.state, piece.text)
    return told


def signed(pieces: Iterable[Piece]) -> str:
    """Plain text with the signs of a comparison."""
    return "".join(piece.text.join(_SIGNS[piece.state]) for piece in pieces)


def tokens(text: str) -> list[str]:
    """Words, the punctuation around them, and the spaces between them; together they are the text."""
    return [token for chunk in _CHUNKS.findall(text) for token in _tokens(chunk)]


def word_runs(old: Sequence[T], new: Sequence[T], text: Callable[[T], str]) -> list[Run[T]]:
    """Compare texts made of tokens; `text` says what a token reads."""
    if len(old) + len(new) > LONGEST:
        runs = _by_sentences(old, new, text)
    else:
        runs = _quietly(matched(old, new, space=lambda token: not text(token).strip()), text)
    common = sum(len(run.new) for run in runs if run.same)
    if 2 * common < _UNLIKE * (len(old) + len(new)):
        return [Run(same=False, old=old, new=new)]
    return runs


def aligned(
    old: Sequence[T], new: Sequence[T], key: Callable[[T], Hashable], likeness: Callable[[T, T], float]
) -> Iterator[tuple[T | None, T | None]]:
    """Both lists in their order, what belongs together side by side; what has no partner is beside None.

    Equal keys belong together, and between them the pairs that are most alike; a likeness of 0 never is a pair.
    """
    old_keys, new_keys = [key(part) for part in old], [key(part) for part in new]
    at_old = at_new = 0
    for run in matched(old_keys, new_keys):
        olds, news = old[at_old : at_old + len(run.old)], new[at_new : at_new + len(run.new)]
        at_old, at_new = at_old + len(olds), at_new + len(news)
        if run.same:
            yield from zip(olds, news, strict=True)
        else:
            yield from _paired(olds, news, likeness)


def similarity(old: "Counter[str]", new: "Counter[str]") -> float:
    """The share of words that two bags have in common, from 0 to 1; 0 where it is too small for a pair."""
    sizes = old.total(), new.total()
    if 2 * min(sizes) < LIKE * sum(sizes) or not sum(sizes):
        return 0.0
    few, many = (old, new) if len(old) < len(new) else (new, old)
    share = 2 * sum(min(count, many[word]) for word, count in few.items() if word in many) / sum(sizes)
    return share if share >= LIKE else 0.0


def bag(text: str) -> "Counter[str]":
    return Counter(token for token in tokens(text) if not token.isspace())


def _told(run: Run[T]) -> list[tuple[State, Sequence[T]]]:
    return [("same", run.new)] if run.same else [("deleted", run.old), ("inserted", run.new)]


def _add(pieces: list[Piece], state: State, text: str) -> None:
    if not text:
        return
    if pieces and pieces[-1].state == state:
        text = pieces.pop().text + text
    pieces.append(Piece(state, text))


def _tokens(chunk: str) -> Iterator[str]:
    """A stretch without spaces: the punctuation at its edges sign by sign, and what they enclose."""
    if chunk.isspace():
        yield chunk
        return
    begin = len(chunk) - len(chunk.lstrip(_EDGES))
    end = max(len(chunk.rstrip(_EDGES)), begin)
    yield from chunk[:begin]
    yield from _WIDE_OR_NOT.findall(chunk[begin:end])
    yield from chunk[end:]


def matched(old: Sequence[T], new: Sequence[T], space: Callable[[T], bool] = lambda token: False) -> list[Run[T]]:
    """What both sequences share; a `space` opens no match. What they share at their ends is cut off first."""
    shorter = min(len(old), len(new))
    first = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    rest = shorter - first
    last = next((at for at in range(rest) if old[-1 - at] != new[-1 - at]), rest)
    runs = [Run(same=True, old=old[:first], new=new[:first])] if first else []
    old_middle, new_middle = old[first : len(old) - last], new[first : len(new) - last]
    if len(old_middle) + len(new_middle) > LONGEST:
        runs += _matched_by_anchors(old_middle, new_middle, space)
    else:
        runs += _matched_middle(old_middle, new_middle, space)
    if last:
        runs.append(Run(same=True, old=old[len(old) - last :], new=new[len(new) - last :]))
    return runs


def _matched_by_anchors(old: Sequence[T], new: Sequence[T], space: Callable[[T], bool]) -> list[Run[T]]:
    """Cut long sequences at what stands once in each, in the order of both, and match what is between."""
    runs: list[Run[T]] = []
    done_old = done_new = 0
    for i, j in [*_anchors(old, new), (len(old), len(new))]:
        olds, news = old[done_old:i], new[done_new:j]
        if len(olds) + len(news) <= LONGEST:
            runs += _matched_middle(olds, news, space)
        else:
            runs.append(Run(same=False, old=olds, new=news))
        if i < len(old):
            runs.append(Run(same=True, old=old[i : i + 1], new=new[j : j + 1]))
        done_old, done_new = i + 1, j + 1
    return runs


def _anchors(old: Sequence[T], new: Sequence[T]) -> list[tuple[int, int]]:
    """The longest row of places, rising on both sides, of tokens that neither side has twice."""
    olds, news = Counter(old), Counter(new)
    place = {token: at for at, token in enumerate(old) if olds[token] == 1}
    pairs = [(place[token], at) for at, token in enumerate(new) if news[token] == 1 and token in place]
    ends: list[int] = []  # of the rows of each length, the one that ends first in the old sequence
    rows: list[int] = []  # the pairs that end them
    before: list[int | None] = []
    for number, (i, _) in enumerate(pairs):
        length = bisect_left(ends, i)
        before.append(rows[length - 1] if length else None)
        ends[length : length + 1] = [i]
        rows[length : length + 1] = [number]
    anchors = []
    last = rows[-1] if rows else None
    while last is not None:
        anchors.append(pairs[last])
        last = before[last]
    return anchors[::-1]


def _matched_middle(old: Sequence[T], new: Sequence[T], space: Callable[[T], bool]) -> list[Run[T]]:
    numbers: dict[T, int] = {}  # matching looks tokens up thousands of times, and numbers are found fastest
    old_numbers, new_numbers = ([numbers.setdefault(token, len(numbers)) for token in side] for side in (old, new))
    often = {number for number, count in Counter(new_numbers).items() if count > _FREQUENT}
    opens_none = often | {number for token, number in numbers.items() if space(token)}
    matcher = SequenceMatcher(opens_none.__contains__, old_numbers, new_numbers, autojunk=False)
    return [Run(same=kind == "equal", old=old[i:j], new=new[k:m]) for kind, i, j, k, m in matcher.get_opcodes()]


def _quietly(runs: list[Run[T]], text: Callable[[T], str]) -> list[Run[T]]:
    """Where only a space stands between two changes, they are one change."""
    quiet: list[Run[T]] = []
    for at, run in enumerate(runs):
        between = run.same and 0 < at < len(runs) - 1
        if between and not any(text(token).strip() for token in run.new):
            run = Run(same=False, old=run.old, new=run.new)
        if quiet and not quiet[-1].same and not run.same:
            before = quiet.pop()
            run = Run(same=False, old=[*before.old, *run.old], new=[*before.new, *run.new])
        quiet.append(run)
    return quiet


def _by_sentences(old: Sequence[T], new: Sequence[T], text: Callable[[T], str]) -> list[Run[T]]:
    old_sentences, new_sentences = _sentences(old, text), _sentences(new, text)
    return [
        Run(
            same=run.same,
            old=[token for sentence in run.old for token in sentence],
            new=[token for sentence in run.new for token in sentence],
        )
        for run in matched(old_sentences, new_sentences)
    ]


def _sentences(text_tokens: Sequence[T], text: Callable[[T], str]) -> list[tuple[T, ...]]:
    sentences: list[tuple[T, ...]] = []
    sentence: list[T] = []
    for token in text_tokens:
        sentence.append(token)
        if text(token) in _ENDS:
            sentences.append(tuple(sentence))
            sentence = []
    return [*sentences, tuple(sentence)] if sentence else sentences


def _paired(
    old: Sequence[T], new: Sequence[T], likeness: Callable[[T, T], float]
) -> Iterator[tuple[T | None, T | None]]:
    """Long stretches are cut into as many pieces on both sides, so that each part is held against few others."""
    pieces = -(-max(len(old), len(new)) // _CHUNK)
    for at in range(pieces):
        olds = old[len(old) * at // pieces : len(old) * (at + 1) // pieces]
        news = new[len(new) * at // pieces : len(new) * (at + 1) // pieces]
        done_old = done_new = 0
        for i, j in [*_best_pairs(olds, news, likeness), (len(olds), len(news))]:
            yield from ((part, None) for part in olds[done_old:i])
            yield from ((None, part) for part in news[done_new:j])
            if i < len(olds):
                yield olds[i], news[j]
            done_old, done_new = i + 1, j + 1


def _best_pairs(old: Sequence[T], new: Sequence[T], likeness: Callable[[T, T], float]) -> list[tuple[int, int]]:
    """The pairs, in the order of both, that together are most alike."""
    like = [[likeness(was, now) for now in new] for was in old]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]  # from these positions to the ends
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            pair = like[i][j] + best[i + 1][j + 1] if like[i][j] else 0.0
            best[i][j] = max(pair, best[i + 1][j], best[i][j + 1])
    pairs, i, j = [], 0, 0
    while i < len(old) and j < len(new):
        if like[i][j] and best[i][j] == like[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs
