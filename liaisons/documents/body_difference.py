"""Two tidied bodies as one, with what came in and what went out marked as liaisons.documents.marks says."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby

from lxml import html
from lxml.html import HtmlElement

from liaisons.documents.body import HEADINGS, rows_of, span
from liaisons.documents.difference import State, aligned, bag, similarity, tokens, word_runs
from liaisons.documents.marks import CAME, WENT

_ELEMENT = {"inserted": "ins", "deleted": "del"}
_CLASS = {"inserted": CAME, "deleted": WENT}
_LEAVES = ("p", *HEADINGS)
# How words are set is taken from the later text and is no change by itself.
_LOOKS = ("strong", "em", "u")
_LOOK_TAGS = re.compile(rf"</?(?:{'|'.join(_LOOKS)})>")
_SPACES = re.compile(r"[ \t\r\n\f]+")
_SAME_BEGINNING = 0.5  # how alike two rows are at least whose first cells are the same

Attributes = tuple[tuple[str, str], ...]
Place = tuple[tuple[str, Attributes], ...]  # the inline elements around a word, outermost first


def merged(old: HtmlElement, new: HtmlElement) -> HtmlElement:
    """The later body with the earlier one in it; both trees are used up."""
    root = html.Element("div")
    root.extend(_blocks(list(old), list(new)))
    return root


@dataclass(frozen=True)
class _Part:
    """A block, an item, or rows that cells tie together; `kind` is what a part must share with another to be it."""

    elements: tuple[HtmlElement, ...]

    @property
    def only(self) -> HtmlElement:
        return self.elements[0]

    @cached_property
    def key(self) -> str:
        """The same for parts between which a reader would see no difference."""
        written = "".join(html.tostring(element, encoding="unicode", with_tail=False) for element in self.elements)
        return _SPACES.sub(" ", _LOOK_TAGS.sub("", written))

    @cached_property
    def bag(self) -> Counter[str]:
        return bag(" ".join(text for element in self.elements for text in element.itertext()))

    @cached_property
    def kind(self) -> tuple[object, ...]:
        if self.only.tag == "tr":
            return tuple(_shape(row) for row in self.elements)
        if self.only.tag == "table":
            return "table", max((sum(span(cell, "colspan") for cell in row) for row in rows_of(self.only)), default=0)
        if self.only.tag == "figure":
            return "figure", *((picture.get("src"), picture.get("alt")) for picture in self.only.iter("img"))
        return (self.only.tag,)


def _part(element: HtmlElement) -> _Part:
    return _Part((element,))


def _likeness(was: _Part, now: _Part) -> float:
    if was.kind != now.kind:
        return 0.0
    if now.only.tag == "figure":
        return 1.0
    if now.only.tag == "tr" and _first_cell(was) and _first_cell(was) == _first_cell(now):
        return max(_SAME_BEGINNING, similarity(was.bag, now.bag))
    return similarity(was.bag, now.bag)


def _first_cell(rows: _Part) -> str:
    return " ".join(str(rows.only[0].text_content()).split()) if len(rows.only) else ""


def _pairs(old: Iterable[_Part], new: Iterable[_Part]) -> Iterator[tuple[_Part | None, _Part | None]]:
    yield from aligned(list(old), list(new), _key, _likeness)


def _key(part: _Part) -> str:
    return part.key


def _blocks(old: list[HtmlElement], new: list[HtmlElement]) -> Iterator[HtmlElement]:
    told: list[tuple[State, HtmlElement]] = []
    for was, now in _pairs(map(_part, old), map(_part, new)):
        if was and now:
            told.append(("same", now.only if was.key == now.key else _changed(was.only, now.only)))
        elif was:
            told.append(("deleted", was.only))
        elif now:
            told.append(("inserted", now.only))
    for state, blocks in groupby(told, key=lambda one: one[0]):
        elements = [element for _, element in blocks]
        yield from elements if state == "same" else [_wrapped(state, elements)]


def _wrapped(state: State, blocks: list[HtmlElement]) -> HtmlElement:
    wrapper = html.Element(_ELEMENT[state])
    wrapper.extend(blocks)
    return wrapper


def _changed(was: HtmlElement, now: HtmlElement) -> HtmlElement:
    if now.tag in _LEAVES:
        return _words(was, now)
    if now.tag in ("ul", "ol"):
        return _items(was, now)
    if now.tag == "table":
        return _table(was, now)
    if now.tag == "figure":
        _caption(was, now, "figcaption", at=len(now))
        return now
    return _refilled(now, _blocks(list(was), list(now)))


def _refilled(element: HtmlElement, content: Iterable[HtmlElement]) -> HtmlElement:
    """The same element, its attributes kept, with other blocks in it."""
    blocks = list(content)
    for child in list(element):
        element.remove(child)
    element.extend(blocks)
    return element


# Lists and tables


def _items(was: HtmlElement, now: HtmlElement) -> HtmlElement:
    items = []
    for old, new in _pairs(map(_part, was), map(_part, now)):
        if old and new:
            same = old.key == new.key
            items.append(new.only if same else _refilled(new.only, _blocks(list(old.only), list(new.only))))
        elif old:
            items.append(_item("deleted", old.only))
        elif new:
            items.append(_item("inserted", new.only))
    return _refilled(now, items)


def _item(state: State, item: HtmlElement) -> HtmlElement:
    item.set("class", _CLASS[state])
    if len(item):
        item.append(_wrapped(state, list(item)))
    return item


def _table(was: HtmlElement, now: HtmlElement) -> HtmlElement:
    parts = [part for part in now if part.tag in ("caption", "colgroup")]
    for name in ("thead", "tbody"):
        rows = _rows(_tied(was.find(name)), _tied(now.find(name)))
        if rows:
            part = html.Element(name)
            part.extend(rows)
            parts.append(part)
    _caption(was, _refilled(now, parts), "caption", at=0)
    return now


def _rows(old: list[_Part], new: list[_Part]) -> list[HtmlElement]:
    rows: list[HtmlElement] = []
    for was, now in _pairs(old, new):
        if was and now:
            if was.key != now.key:
                for before, after in zip(was.elements, now.elements, strict=True):
                    _cells(before, after)
            rows += now.elements
        else:
            came = now or was
            assert came is not None  # a pair has one part at least
            for row in came.elements:
                row.set("class", _CLASS["inserted" if now else "deleted"])
            rows += came.elements
    return rows


def _cells(was: HtmlElement, now: HtmlElement) -> None:
    for before, after in zip(was, now, strict=True):
        _refilled(after, _blocks(list(before), list(after)))


def _tied(part: HtmlElement | None) -> list[_Part]:
    """Rows that one cell reaches across belong together; most stand alone."""
    groups: list[list[HtmlElement]] = []
    reach = 0
    for at, row in enumerate(() if part is None else part):
        if at >= reach:
            groups.append([])
        groups[-1].append(row)
        reach = max(reach, at + max((span(cell, "rowspan") for cell in row), default=1))
    return [_Part(tuple(group)) for group in groups]


def _shape(row: HtmlElement) -> tuple[tuple[int, int], ...]:
    return tuple((span(cell, "colspan"), span(cell, "rowspan")) for cell in row)


def _caption(was: HtmlElement, now: HtmlElement, tag: str, *, at: int) -> None:
    """Compare the captions, of which one or both may be missing."""
    before, after = was.find(tag), now.find(tag)
    if before is None and after is None:
        return
    if after is None:
        after = html.Element(tag)
        now.insert(at, after)
    _words(html.Element(tag) if before is None else before, after)


# Words


@dataclass(frozen=True)
class _Word:
    """A token in its place. An element without text, such as a line break, is a word by itself."""

    text: str
    place: Place = field(compare=False)
    meant: Place  # what of the place is more than looks: a link, an index, the number of a heading
    void: tuple[str, Attributes] | None = None


def _words(was: HtmlElement, now: HtmlElement) -> HtmlElement:
    runs = word_runs(list(_words_of(was)), list(_words_of(now)), lambda word: word.text)
    writer = _Writer(now)
    for run in runs:
        if run.same:
            writer.write(run.new)
        else:
            writer.write(run.old, "deleted")
            writer.write(run.new, "inserted")
    return now


def _words_of(element: HtmlElement, place: Place = ()) -> Iterator[_Word]:
    meant = tuple(around for around in place if around[0] not in _LOOKS)
    for token in tokens(element.text or ""):
        yield _word(token, place, meant)
    for child in element:
        around = str(child.tag), tuple(sorted((str(name), str(value)) for name, value in child.attrib.items()))
        if child.tag in ("br", "img"):
            yield _Word("", place, meant, around)
        else:
            yield from _words_of(child, (*place, around))
        for token in tokens(child.tail or ""):
            yield _word(token, place, meant)


def _word(text: str, place: Place, meant: Place) -> _Word:
    return _Word(_SPACES.sub(" ", text), place, meant)


class _Writer:
    """Fills an element with words, opening and closing the elements around them."""

    def __init__(self, element: HtmlElement) -> None:
        for child in list(element):
            element.remove(child)
        element.text = None
        self._open = [element]
        self._place: Place = ()

    def write(self, words: Iterable[_Word], state: State = "same") -> None:
        mark: Place = () if state == "same" else ((_ELEMENT[state], ()),)
        for (place, void), same in groupby(words, key=lambda word: (word.place, word.void)):
            self._go(place + mark)
            if void:
                self._open[-1].extend(_element(void) for _ in same)
            else:
                self._say("".join(word.text for word in same))

    def _say(self, text: str) -> None:
        inmost = self._open[-1]
        if len(inmost):
            inmost[-1].tail = (inmost[-1].tail or "") + text
        else:
            inmost.text = (inmost.text or "") + text

    def _go(self, place: Place) -> None:
        common = 0
        while common < min(len(place), len(self._place)) and place[common] == self._place[common]:
            common += 1
        del self._open[common + 1 :]
        for around in place[common:]:
            element = _element(around)
            self._open[-1].append(element)
            self._open.append(element)
        self._place = place


def _element(written: tuple[str, Attributes]) -> HtmlElement:
    element = html.Element(written[0])
    for name, value in written[1]:
        element.set(name, value)
    return element
