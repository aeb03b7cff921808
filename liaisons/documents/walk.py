"""A comparison on a page of the desk: its changes numbered, each a link to the next, and told to screen readers."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from lxml import html
from lxml.html import HtmlElement

from liaisons.documents.marks import CAME, WENT, as_elements

ANCHOR = "change-"  # followed by the number of the change, the id of its link


@dataclass(frozen=True)
class Walk:
    """HTML with `changes` changes in it."""

    html: SafeString
    changes: int


def walk(rendered: str) -> Walk:
    """Of a page that was rendered with signs; what stands in the place of something else is one change with it."""
    root = html.fragment_fromstring(as_elements(rendered), create_parent="div", parser=html.HTMLParser(huge_tree=True))
    for row in list(root.iter("tr")):
        _mark_cells(row)
    changes = list(_changes(root))
    for number, change in enumerate(changes, start=1):
        for marked in change:
            _say(marked)
        _put_before(change[0], _link(number, len(changes)))
    text = root.text or ""
    return Walk(
        mark_safe(text + "".join(html.tostring(child, encoding="unicode") for child in root)),  # noqa: S308 – was HTML
        len(changes),
    )


def _mark_cells(row: HtmlElement) -> None:
    """A row cannot stand in an <ins> or <del>, so that what is in its cells does."""
    tag = {CAME: "ins", WENT: "del"}.get(row.get("class", ""))
    if tag is None:
        return
    for cell in row:
        inside = html.Element(tag)
        inside.text, cell.text = cell.text, None
        inside.extend(list(cell))
        cell.append(inside)


def _changes(root: HtmlElement) -> Iterator[list[HtmlElement]]:
    change: list[HtmlElement] = []
    for marked in root.iter("ins", "del"):
        if change and not _continues(change[-1], marked):
            yield change
            change = []
        change.append(marked)
    if change:
        yield change


def _continues(before: HtmlElement, marked: HtmlElement) -> bool:
    """Whether nothing that stayed stands between the two."""
    if _of_row(before) is not None and _of_row(before) is _of_row(marked):
        return True
    between, second = _outer(before), _outer(marked)
    while not (between.tail or "").strip():
        following = between.getnext()
        if following is None or following is second:
            return following is second
        if following.tag != "br":
            return False
        between = following
    return False


def _outer(marked: HtmlElement) -> HtmlElement:
    """The item or row that came or went, or the mark itself."""
    around = next(
        (element for element in marked.iterancestors("li", "tr") if element.get("class") in (CAME, WENT)), None
    )
    return marked if around is None else around


def _of_row(marked: HtmlElement) -> HtmlElement | None:
    outer = _outer(marked)
    return outer if outer.tag == "tr" else None


def _say(marked: HtmlElement) -> None:
    """Few screen readers tell of <ins> and <del> by themselves."""
    came = marked.tag == "ins"
    first = _leaf(marked)
    begin = _hidden(_("inserted:") if came else _("deleted:"))
    begin.tail, first.text = first.text, None
    first.insert(0, begin)
    end = _hidden(_("end of insertion") if came else _("end of deletion"))
    last = _leaf(marked, last=True)
    last.append(end)


def _leaf(marked: HtmlElement, *, last: bool = False) -> HtmlElement:
    """The first or last text in a mark: blocks hold blocks."""
    lines = list(marked.iter("p", "h2", "h3", "h4", "figcaption", "caption"))
    return (lines[-1] if last else lines[0]) if lines else marked


def _hidden(text: str) -> HtmlElement:
    element = html.Element("span")
    element.set("class", "visually-hidden")
    element.text = f" {text} "
    return element


def _link(number: int, of: int) -> HtmlElement:
    onward = number % of + 1
    link = html.Element("a")
    link.set("class", "change")
    link.set("id", f"{ANCHOR}{number}")
    link.set("href", f"#{ANCHOR}{onward}")
    link.set("title", _("Change %(number)d of %(of)d: on to the next") % {"number": number, "of": of})
    link.text = str(number)
    return link


def _put_before(marked: HtmlElement, link: HtmlElement) -> None:
    """Before the mark in its line, before the words in a block of its own, and never inside another link."""
    block = _leaf(marked)
    if block is not marked:
        link.tail, block.text = block.text, None
        block.insert(0, link)
        return
    around = next(iter(list(marked.iterancestors("a"))[-1:]), marked)
    parent = around.getparent()
    assert parent is not None  # everything stands in the parent that walk() made
    at = parent.index(around)
    parent.insert(at, link)
