"""Numbers for the paragraphs of a text in circulation, so that a comment can say where it belongs.

"3" is the third paragraph of the body, "A1.3" of the first annex: the same on the page, in the PDF and in Word.
"""

from collections.abc import Iterator

from lxml import html
from lxml.html import HtmlElement

from liaisons.documents.marks import WENT

NUMBER = "paragraph"  # the class of the element that holds a number


def number_paragraphs(root: HtmlElement, prefix: str = "") -> None:
    """Put its number before each paragraph of a tidied body, as <span class="paragraph">."""
    for number, block in enumerate(list(_paragraphs(root)), start=1):
        _mark(block, f"{prefix}{number}")


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
