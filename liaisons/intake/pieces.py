"""The words of a paragraph with their marks, and the HTML that says the same."""

import re
from dataclasses import dataclass, field, replace
from html import escape

from lxml.etree import _Element


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
        while characters and self.pieces:
            piece = self.pieces[0]
            self.pieces[0] = replace(piece, text=piece.text[characters:])
            characters -= min(characters, len(piece.text))
            if not self.pieces[0].text:
                del self.pieces[0]


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Word splits runs as it likes; a space between words that are set alike is set like them."""
    joined: list[Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last and (last.tags, last.href) == (piece.tags, piece.href):
            joined[-1] = replace(last, text=last.text + piece.text)
        else:
            joined.append(piece)
    bridged: list[Piece] = []
    for piece in joined:
        before, space = bridged[-2:] if len(bridged) > 1 else (None, None)
        if (
            before is not None
            and space is not None
            and not space.text.strip(" \t")
            and (before.tags, before.href) == (piece.tags, piece.href)
        ):
            bridged[-2:] = [replace(before, text=before.text + space.text + piece.text)]
        else:
            bridged.append(piece)
    return bridged


def _trimmed(pieces: list[Piece]) -> list[Piece]:
    """Without white space at both ends."""
    while pieces and not pieces[0].text.strip():
        pieces = pieces[1:]
    while pieces and not pieces[-1].text.strip():
        pieces = pieces[:-1]
    if pieces and pieces[0].text[0].isspace():
        pieces = [replace(pieces[0], text=pieces[0].text.lstrip()), *pieces[1:]]
    if pieces and pieces[-1].text[-1].isspace():
        pieces = [*pieces[:-1], replace(pieces[-1], text=pieces[-1].text.rstrip())]
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
