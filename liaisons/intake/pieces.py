"""The words of a paragraph with their marks, and the HTML that says the same."""

import re
from dataclasses import dataclass, field, replace
from html import escape
from itertools import groupby
from typing import NoReturn

from django.utils.translation import gettext as _
from lxml.etree import _Element

from liaisons.refusals import Refused

MOST_PIECES = 10_000  # of one paragraph, set differently or not


@dataclass(frozen=True)
class Piece:
    """Words set alike. A line break is "\\n", a tabulator "\\t"."""

    text: str
    tags: tuple[str, ...] = ()
    href: str = ""


@dataclass
class Line:
    """A paragraph, with what hangs on it."""

    pieces: list[Piece] = field(default_factory=list)
    figures: list[str] = field(default_factory=list)
    boxes: list[_Element] = field(default_factory=list)
    notes: list[tuple[int, str]] = field(default_factory=list)
    breaks_before: bool = False  # a page begins before its words
    breaks_after: bool = False
    has_words: bool = False
    number: str = ""  # that stands before it in a copy for comment

    @property
    def raw(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    @property
    def text(self) -> str:
        """On one line."""
        return " ".join(self.raw.split())

    @property
    def lines(self) -> list[str]:
        return [line for part in self.raw.split("\n") if (line := " ".join(part.split()))]

    def html(self, *, without: tuple[str, ...] = ()) -> str:
        """The words with their marks; those that all words of such a paragraph have are left out."""
        pieces = _joined(self.pieces)
        if without:
            pieces = [replace(piece, tags=tuple(tag for tag in piece.tags if tag not in without)) for piece in pieces]
        return _nested(_trimmed(pieces))

    def cut(self, characters: int) -> None:
        """Take away the first characters."""
        whole = 0
        while whole < len(self.pieces) and characters >= len(self.pieces[whole].text):
            characters -= len(self.pieces[whole].text)
            whole += 1
        del self.pieces[:whole]
        if characters and self.pieces:
            self.pieces[0] = replace(self.pieces[0], text=self.pieces[0].text[characters:])

    def go_on(self, other: "Line") -> None:
        """Take in the paragraph behind it, whose beginning was deleted."""
        self.say(other.pieces)
        self.figures += other.figures
        self.boxes += other.boxes
        self.notes += other.notes
        self.breaks_before, self.breaks_after = other.breaks_before, other.breaks_after

    def say(self, pieces: list[Piece]) -> None:
        self.pieces += pieces
        self.has_words = self.has_words or any(piece.text.strip() for piece in pieces)
        if len(self.pieces) > MOST_PIECES:
            too_many_pieces()


def too_many_pieces() -> NoReturn:
    raise Refused([_("A paragraph is in too many pieces to be read. Paste it anew as plain text in Word.")])


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Word splits runs as it likes; a space between words that are set alike is set like them."""
    stretches: list[_Stretch] = []
    for (tags, href), alike in groupby(pieces, key=lambda piece: (piece.tags, piece.href)):
        texts = [piece.text for piece in alike]
        one = _Stretch(texts, tags, href, not any(text.strip(" \t") for text in texts))
        if len(stretches) > 1 and stretches[-1].is_blank and stretches[-2].is_set_as(one):
            space = stretches.pop()
            stretches[-1].texts += space.texts + one.texts
            stretches[-1].is_blank &= one.is_blank
        else:
            stretches.append(one)
    return [Piece("".join(one.texts), one.tags, one.href) for one in stretches]


@dataclass
class _Stretch:
    """Pieces set alike; joined at the end, for that copies the words."""

    texts: list[str]
    tags: tuple[str, ...]
    href: str
    is_blank: bool

    def is_set_as(self, other: "_Stretch") -> bool:
        return (self.tags, self.href) == (other.tags, other.href)


def _trimmed(pieces: list[Piece]) -> list[Piece]:
    """Without white space at both ends."""
    said = [at for at, piece in enumerate(pieces) if piece.text.strip()]
    pieces = pieces[said[0] : said[-1] + 1] if said else []
    if pieces:
        pieces[0] = replace(pieces[0], text=pieces[0].text.lstrip())
        pieces[-1] = replace(pieces[-1], text=pieces[-1].text.rstrip())
    return pieces


def _nested(pieces: list[Piece]) -> str:
    """Elements inside one another; what goes on from one piece to the next is not closed between them."""
    if len(pieces) == 1 and not pieces[0].tags and not pieces[0].href:
        return _escaped(pieces[0].text)
    out: list[str] = []
    open_tags: list[str] = []
    for piece in [*pieces, Piece("")]:
        wanted = [*([f'a href="{escape(piece.href)}"'] if piece.href else []), *piece.tags]
        same = 0
        while same < min(len(open_tags), len(wanted)) and open_tags[same] == wanted[same]:
            same += 1
        out += [f"</{tag.partition(' ')[0]}>" for tag in reversed(open_tags[same:])]
        out += [f"<{tag}>" for tag in wanted[same:]]
        open_tags = wanted
        out.append(_escaped(piece.text))
    return "".join(out)


def _escaped(text: str) -> str:
    return escape(re.sub(r"[ \t]+", " ", text), quote=False).replace("\n", "<br>")
