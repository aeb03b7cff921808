"""Paragraphs become blocks: items that follow one another a list, with the lists inside it."""

from dataclasses import dataclass, field

from lxml.etree import _Element


@dataclass
class Block:
    """A piece of HTML at the outermost level. `text` are the words of a paragraph or heading."""

    kind: str  # p, heading, list, quote, table, figure, box
    html: str
    text: str = ""
    style: str = ""
    element: _Element | None = None


@dataclass
class _List:
    level: int
    start: int | None  # None: bulleted
    last: int
    items: list[list[str]] = field(default_factory=list)

    @property
    def html(self) -> str:
        if self.start is None:
            opening, closing = "<ul>", "</ul>"
        else:
            opening, closing = f'<ol start="{self.start}">' if self.start != 1 else "<ol>", "</ol>"
        return opening + "".join(f"<li>{''.join(item)}</li>" for item in self.items) + closing


class Outline:
    """Collects the blocks of one section."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._lists: list[_List] = []
        self._listed: list[str] = []  # the words of the open list
        self._quoted: list[str] = []

    def block(self, kind: str, html: str, *, text: str = "", style: str = "", element: _Element | None = None) -> None:
        self._end()
        if html:
            self._blocks.append(Block(kind, html, text, style, element))

    def item(self, level: int, html: str, text: str, count: int | None) -> None:
        """An item at a level from 0; `count` is its number, None for a bullet."""
        self._end_quote()
        while self._lists and self._lists[-1].level > level:
            self._close_list()
        top = self._lists[-1] if self._lists else None
        if top is None or top.level < level:
            self._lists.append(_List(level, count, 0))
        elif (top.start is None) != (count is None) or (count is not None and count != top.last + 1):
            self._close_list()
            if not self._lists:
                self._end()
            self._lists.append(_List(level, count, 0))
        top = self._lists[-1]
        top.items.append([f"<p>{html}</p>"])
        top.last = count or 0
        self._listed.append(text)

    def go_on(self, level: int, html: str, text: str) -> bool:
        """Another paragraph of the item before it at that level; False when there is none."""
        if not any(one.level <= level for one in self._lists):
            return False
        while self._lists[-1].level > level:
            self._close_list()
        self._lists[-1].items[-1].append(f"<p>{html}</p>")
        self._listed.append(text)
        return True

    def quote(self, html: str, text: str) -> None:
        self._end_lists()
        self._quoted.append(html)

    def caption_figure(self, html: str) -> bool:
        """Put a caption under the figure just before; False when there is none, or it has one."""
        last = self._blocks[-1] if self._blocks and not self._lists and not self._quoted else None
        if last is None or last.kind != "figure" or "<figcaption>" in last.html:
            return False
        last.html = last.html.replace("</figure>", f"<figcaption>{html}</figcaption></figure>")
        return True

    def finish(self) -> list[Block]:
        self._end()
        blocks, self._blocks = self._blocks, []
        return blocks

    def _end(self) -> None:
        self._end_lists()
        self._end_quote()

    def _end_lists(self) -> None:
        while self._lists:
            self._close_list()

    def _end_quote(self) -> None:
        if self._quoted:
            self._blocks.append(Block("quote", f"<blockquote>{''.join(self._quoted)}</blockquote>"))
            self._quoted = []

    def _close_list(self) -> None:
        """The innermost list goes into the item that it stands in, or is a block."""
        closed = self._lists.pop()
        if self._lists:
            self._lists[-1].items[-1].append(closed.html)
        else:
            self._blocks.append(Block("list", closed.html, " ".join(self._listed)))
            self._listed = []
