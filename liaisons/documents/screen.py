"""The text of a letter on a page of the desk: the same words as on paper, without the measures that are for paper."""

from copy import deepcopy
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from lxml.html import HtmlElement

from liaisons.documents.body import markup
from liaisons.documents.figures import caption_of
from liaisons.documents.page import Page
from liaisons.documents.paragraphs import NUMBER


@dataclass(frozen=True)
class OnScreen:
    """The body or an annex."""

    heading: str
    abstract: list[str]
    html: SafeString


def on_screen(page: Page, *, address: str = "") -> list[OnScreen]:
    """The sections of a letter, body first. With an address each number of a paragraph is a link to it (?at=3)."""
    told = []
    for section in (page.body, *page.annexes):
        root = deepcopy(section.body)  # the section hands the same tree to everybody
        if address:
            _link_numbers(root, address)
        _describe_figures(root)
        told.append(OnScreen(section.heading, section.abstract, without_styles(root)))
    return told


def _link_numbers(root: HtmlElement, address: str) -> None:
    for mark in root.iter("span"):
        if mark.get("class") == NUMBER:
            mark.tag = "a"
            mark.set("href", f"{address}?at={mark.text}#say")
            mark.set("title", _("Comment on paragraph %(number)s") % {"number": mark.text})


def _describe_figures(root: HtmlElement) -> None:
    """Name undescribed pictures by their captions: browsers take a picture without words for an ornament."""
    for figure in root.iter("figure"):
        for image in figure.iter("img"):
            image.set("alt", image.get("alt") or caption_of(figure) or _("Figure"))


def without_styles(root: HtmlElement) -> SafeString:
    for element in root.iter():
        # The widths of columns are for paper; the policy of our pages allows no style in the text.
        element.attrib.pop("style", None)
    return mark_safe(markup(root))  # noqa: S308 – every text in it came through clean()
