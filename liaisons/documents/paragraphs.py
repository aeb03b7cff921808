"""Numbers for the paragraphs of a text in circulation, so that a comment can say where it belongs."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from lxml import html
from lxml.html import HtmlElement

from liaisons.documents.body import markup
from liaisons.documents.page import Page


@dataclass(frozen=True)
class OnScreen:
    """The body or an annex for a page; where paragraphs have numbers, "3" is of the body, "A1.3" of the first annex."""

    heading: str
    html: SafeString


def numbered(page: Page, *, address: str = "") -> list[OnScreen]:
    """The sections of a letter, body first. With an address each number is a link to it, ?at= telling the paragraph."""
    sections = [("", page.body), *((f"A{number}.", annex) for number, annex in enumerate(page.annexes, start=1))]
    told = []
    for prefix, section in sections:
        root = deepcopy(section.body)  # the section hands the same tree to everybody
        for number, block in enumerate(list(_paragraphs(root)), start=1):
            _mark(block, f"{prefix}{number}", address)
        told.append(OnScreen(section.heading, _without_styles(root)))
    return told


def unnumbered(page: Page) -> list[OnScreen]:
    """The same sections as they are."""
    return [
        OnScreen(section.heading, _without_styles(deepcopy(section.body))) for section in (page.body, *page.annexes)
    ]


def _without_styles(root: HtmlElement) -> SafeString:
    for element in root.iter():
        # The widths of columns are for paper; the policy of our pages allows no style in the text.
        element.attrib.pop("style", None)
    return mark_safe(markup(root))  # noqa: S308 – every text in it came through clean()


def _paragraphs(container: HtmlElement) -> Iterator[HtmlElement]:
    """What gets a number, in reading order: paragraphs, headings, those in lists and quotations, tables as a whole."""
    for block in container:
        if block.tag in ("ul", "ol"):
            for item in block:
                yield from _paragraphs(item)
        elif block.tag == "blockquote":
            yield from _paragraphs(block)
        else:
            yield block


def _mark(block: HtmlElement, number: str, address: str) -> None:
    mark = html.Element("a" if address else "span")
    mark.set("class", "paragraph")
    mark.set("id", f"p{number}")
    mark.text = number
    if address:
        mark.set("href", f"{address}?at={number}#say")
        mark.set("title", _("Comment on paragraph %(number)s") % {"number": number})
    if block.tag == "table":
        parent = block.getparent()
        assert parent is not None  # it came out of its section
        line = html.Element("p")
        line.append(mark)
        parent.insert(parent.index(block), line)
        return
    mark.tail, block.text = block.text, None
    block.insert(0, mark)
