"""Which paragraph of the text that circulated each line of a file is, or where it stands among them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from liaisons.documents.difference import aligned, similarity
from liaisons.intake.marked import Line

_RELATED = 0.3  # the share of the words of one of them from which two texts are taken for one
_WHOLE = 0.5  # with less of what circulated a file is an excerpt
_LONGEST_PLACE = 60
_LABEL, _ANNEX = "tsbheaderlabel", "annexnotitle"

Pair = tuple[Line | None, Line | None]


@dataclass(frozen=True)
class Where:
    """The number of a paragraph as it circulated; for what has none, what it stands beside: "Title", "Annex 2: …"."""

    paragraph: str = ""
    place: str = ""


class Alignment:
    """Two files side by side, their lines as they were before any tracked change.

    With `same_text` the numbers that are typed into the second one say the same as in the first.
    """

    def __init__(self, sent: Sequence[Line], returned: Sequence[Line], *, same_text: bool) -> None:
        self._numbers = {line.typed for line in sent} - {""}
        olds = [line for line in sent if line.key]
        news = [line for line in returned if line.key and not self._is_number_only(line)]

        def likeness(old: Line, new: Line) -> float:
            share = similarity(old.bag, new.bag)
            return share + 1 if same_text and old.typed and old.typed == new.typed else share

        pairs = aligned(olds, news, lambda line: line.key, likeness)
        self.pairs: list[Pair] = list(pairs)
        self._partners = {new: old for old, new in self.pairs if old is not None and new is not None}
        found = _size(self._partners.values()) / max(_size(olds), 1)
        self.is_related = max(found, _size(self._partners) / max(_size(news), 1)) >= _RELATED
        self.is_whole = found >= _WHOLE
        self.where = dict(self._places(returned))

    def _is_number_only(self, line: Line) -> bool:
        """The number of a paragraph in a file that has lost its styles; in a table it may be anything."""
        return line.key in self._numbers and line.beside is None

    def _places(self, returned: Sequence[Line]) -> Iterator[tuple[Line, Where]]:
        where = Where()
        for line in returned:
            if self.is_related:
                where = self._place(line, where)
            yield line, where

    def _place(self, line: Line, above: Where) -> Where:
        """What is new belongs to what it stands below; an empty cell to its table."""
        if (partner := self._partners.get(line)) is not None:
            return where_of(partner)
        return Where(line.number) if not line.key and line.number in self._numbers else above


def where_of(sent: Line) -> Where:
    if sent.number:
        return Where(sent.number)
    if sent.beside is not None and sent.beside.style == _LABEL:
        return Where(place=sent.beside.key.rstrip(" :：")[:_LONGEST_PLACE])
    return Where(place=sent.key[:_LONGEST_PLACE]) if sent.style == _ANNEX else Where()


def _size(lines: Iterable[Line]) -> int:
    return sum(len(line.key) for line in lines)
