"""Numbers for the paragraphs of a text in circulation, so that a comment can say where it belongs.

"3" is the third paragraph of the body, "A1.3" of the first annex: the same on the page, in the PDF and in Word.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from lxml import html
from lxml.html import HtmlElement

from liaisons.documents.marks import WENT

NUMBER = "paragraph"  # the class of the element that holds a number
_NAMED = re.compile(r"(?:paragraph|para\.?|§|¶)?\s*((?:A\d+\.)?\d+)\.?", re.IGNORECASE)


def number_paragraphs(root: HtmlElement, prefix: str = "") -> None:
    """Put its number before each paragraph of a tidied body, as <span class="paragraph">."""
    for number, block in enumerate(list(_paragraphs(root)), start=1):
        _mark(block, f"{prefix}{number}")


def numbers(root: HtmlElement) -> dict[str, str]:
    """The numbers in a body, in reading order, each with the words of its paragraph."""
    return {
        str(mark.text): " ".join(_words_after(mark).split())
        for mark in root.iter("span")
        if mark.get("class") == NUMBER
    }


def named(clause: str) -> str:
    """The number when the words name one paragraph ("3", "§ 3", "paragraph A1.2"), else ""."""
    found = _NAMED.fullmatch(clause.strip())
    return found[1].upper() if found else ""


def ranges(known: Iterable[str]) -> list[tuple[str, str]]:
    """First and last number of the body and of each annex."""
    groups = [list(group) for _annex, group in groupby(known, key=lambda number: number.rpartition(".")[0])]
    return [(group[0], group[-1]) for group in groups]


def place(clause: str, known: Sequence[str]) -> tuple[int, str]:
    """The key that sorts by paragraph, then by what else was written; what is about the whole text comes last."""
    number = named(clause)
    return (known.index(number) if number in known else len(known) + (not clause), clause.casefold())


def _words_after(mark: HtmlElement) -> str:
    """The paragraph of the number; of a table or a figure the block that follows the number's own line."""
    line = mark.getparent()
    assert line is not None  # it stands in its paragraph
    block = line.getnext() if line.get("class") == "mark" else line
    words = "" if block is None else str(block.text_content())
    return words.removeprefix(mark.text or "")


def _paragraphs(container: HtmlElement) -> Iterator[HtmlElement]:
    """What gets a number, in reading order: paragraphs, headings, those in lists and quotations, tables and figures.

    In a comparison what has gone gets none, so that the rest is numbered as the later text is.
    """
    for block in container:
        if block.tag in ("ul", "ol"):
            for item in block:
                if item.get("class") != WENT:
                    yield from _paragraphs(item)
        elif block.tag in ("blockquote", "ins"):
            yield from _paragraphs(block)
        elif block.tag != "del":
            yield block


def _mark(block: HtmlElement, number: str) -> None:
    mark = html.Element("span")
    mark.set("class", NUMBER)
    mark.set("id", f"p{number}")
    mark.text = number
    if block.tag in ("table", "figure"):
        parent = block.getparent()
        assert parent is not None  # it came out of its section
        line = html.Element("p")
        line.set("class", "mark")
        line.append(mark)
        parent.insert(parent.index(block), line)
        return
    mark.tail, block.text = block.text, None
    block.insert(0, mark)
