"""The changes of one paragraph as places: neighbouring ones of one author are one, in whole words and sentences."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from liaisons.intake.marked import Change, Stretch
from liaisons.intake.pieces import too_many_pieces

MOST_PLACES = 500  # of one paragraph
_WORDS_BETWEEN = 2  # that stay as they are between two changes which are one place
_STRETCHES_BETWEEN = 20
_LONGEST_WORD = 60
_SENTENCE_ENDS = re.compile(r"[.!?؟][\"”’»)\]]*\s+(?![a-z])|[。！？]|\n")
_SENTENCE_END = re.compile(r"[.!?؟。！？][\"”’»)\]]*\Z")
_LONGEST_SENTENCE = 2_000  # characters before and after a change
_WORD_BEFORE, _WORD_AFTER = re.compile(r"[\w'’-]+\Z"), re.compile(r"\A[\w'’-]+")


@dataclass(frozen=True)
class Place:
    """Where one author changed a paragraph, from stretch to stretch; `offset` is in the paragraph as it was.

    `quoted` are the words as they were, `instead` what the author wants there, `sentence` what then stands there as a
    whole. `marks_only`: nothing but ends of paragraphs came or went. `struck` are others whose insertions go with it.
    """

    author: str
    at: datetime | None
    first: int
    last: int
    offset: int
    quoted: str
    instead: str
    sentence: str
    marks_only: bool
    moves: frozenset[tuple[str, bool]]  # the name of the move, and whether it leads here
    struck: tuple[str, ...]

    @property
    def says_anything(self) -> bool:
        """Whether more than spaces were changed."""
        return self.marks_only or bool(self.struck) or " ".join(self.quoted.split()) != " ".join(self.instead.split())


def places_of(stretches: Sequence[Stretch]) -> Iterator[Place]:
    """The places in the order in which they begin. Raises Refused for more of them than anybody makes by hand."""
    latest: dict[str, list[int]] = {}
    groups: list[tuple[str, list[int]]] = []
    for at, stretch in enumerate(stretches):
        for author in _authors(stretch):
            group = latest.get(author)
            if group is not None and _is_near(stretches[group[-1] + 1 : at], author):
                group.append(at)
            else:
                latest[author] = [at]
                groups.append((author, latest[author]))
    if len(groups) > MOST_PLACES:
        too_many_pieces()
    return (_place(stretches, author, group) for author, group in groups)


def _authors(stretch: Stretch) -> list[str]:
    """Whose change it is. What somebody put in and took out again is nobody's."""
    came, went = stretch.came, stretch.went
    if came is not None and went is not None and came.author == went.author:
        return []
    return list(dict.fromkeys(change.author for change in (came, went) if change is not None))


def _is_near(between: Sequence[Stretch], author: str) -> bool:
    if len(between) > _STRETCHES_BETWEEN:
        return False
    text = _joined(one for one in between if one.stands_for(author))
    return len(text.split()) <= _WORDS_BETWEEN and not _SENTENCE_ENDS.search(text)


def _place(stretches: Sequence[Stretch], author: str, group: list[int]) -> Place:
    first, last = group[0], group[-1]
    inside = stretches[first : last + 1]
    quoted = _joined(one for one in inside if one.came is None)
    instead = _joined(one for one in inside if one.stands_for(author))
    earlier = _joined(one for one in stretches[:first] if one.stands_for(author))
    later = _joined(one for one in stretches[last + 1 :] if one.stands_for(author))
    changes = [change for at in group for change in _of(stretches[at], author)]
    left, right = _rest_of_word(quoted, instead, earlier, later)
    return Place(
        author=author,
        at=max((change.at for change, _came in changes if change.at), default=None),
        first=first,
        last=last,
        offset=sum(len(one.text) for one in stretches[:first] if one.came is None),
        quoted=(left + quoted + right).strip(),
        instead=(left + instead + right).strip(),
        sentence=_sentence(earlier, instead, later, quoted),
        marks_only="\n" in quoted + instead and not (quoted + instead).strip(),
        moves=frozenset((change.move, came) for change, came in changes if change.move),
        struck=_struck(stretches, author, group),
    )


def _of(stretch: Stretch, author: str) -> list[tuple[Change, bool]]:
    """The author's changes of a stretch, and of each whether it brought the words."""
    both = ((stretch.came, True), (stretch.went, False))
    return [(change, came) for change, came in both if change is not None and change.author == author]


def _struck(stretches: Sequence[Stretch], author: str, group: list[int]) -> tuple[str, ...]:
    """The authors of insertions that this one takes out: they are not in the text as it was."""
    names = (one.came.author for at in group if (one := stretches[at]).went and one.came and one.came.author != author)
    return tuple(dict.fromkeys(names))


def _rest_of_word(quoted: str, instead: str, earlier: str, later: str) -> tuple[str, str]:
    """What stands left and right of a change in the same word, so that nobody reads “ed” in place of “s”."""
    before, after = _WORD_BEFORE.search(earlier[-_LONGEST_WORD:]), _WORD_AFTER.search(later[:_LONGEST_WORD])
    left = before[0] if before and _is_word(earlier[-1]) else ""
    right = after[0] if after and _is_word(later[0]) else ""
    if left and right and not (quoted + instead).strip(" \t") and bool(quoted) != bool(instead):
        return left, right  # a space came into a word, or went
    edges = [text for text in (quoted, instead) if text]
    joins_left = any(_is_word(text[0]) for text in edges)
    joins_right = any(_is_word(text[-1]) for text in edges)
    return left if joins_left else "", right if joins_right else ""


def _is_word(character: str) -> bool:
    """Whether it goes into one word with the next. Of writing without spaces each character is a word."""
    return character.isalnum() and unicodedata.east_asian_width(character) not in "WF"


def _sentence(earlier: str, instead: str, later: str, quoted: str) -> str:
    """The sentences that the place is in as they then read; "" when they go as a whole."""
    earlier, later = earlier[-_LONGEST_SENTENCE:], later[:_LONGEST_SENTENCE]
    if not instead.strip() and _is_end(earlier) and (_is_end(quoted) or not later.strip()):
        return ""
    text = earlier + instead + later
    begin, end = len(earlier), len(earlier) + len(instead)
    if instead.strip():
        begin += len(instead) - len(instead.lstrip())
        end -= len(instead) - len(instead.rstrip())
    ends = [found.end() for found in _SENTENCE_ENDS.finditer(text)]
    first = max((at for at in ends if at <= begin), default=0)
    last = min((at for at in ends if at > end or (at == end and instead.strip())), default=len(text))
    return text[first:last].strip()


def _is_end(text: str) -> bool:
    """Whether a sentence ends with it, or a paragraph; so does nothing at all."""
    return not text.strip() or text.endswith("\n") or _SENTENCE_END.search(text.rstrip()) is not None


def _joined(stretches: Iterable[Stretch]) -> str:
    return "".join(one.text for one in stretches)
