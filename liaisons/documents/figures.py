"""Pictures of a body: each stands in a figure between blocks, above its caption, whatever HTML they came in."""

import re

from lxml import html
from lxml.html import HtmlElement

_CONTAINERS = {"li", "td", "th", "blockquote"}
_INLINE = {"br", "strong", "em", "u", "sub", "sup", "a"}
# As with tables, authors may write the caption as a paragraph: that of a figure stands below it.
_CAPTION = re.compile(r"\s*(Figure|Fig\.|Figura|Рисунок|图|الشكل)\s*[\w.]{0,8}\s*[-–—:：]")
_LONGEST_CAPTION = 300


def set_figures_apart(root: HtmlElement) -> None:
    """Of the pictures and figures in a body make figures that hold pictures and one caption, and nothing else."""
    for image in reversed(list(root.iter("img"))):  # each goes right below its paragraph
        if _figure_around(image) is None:
            _lift(image, root)
    for figure in list(root.iter("figure")):
        _tidy(figure)


def take_captions_below(root: HtmlElement) -> None:
    """Make the paragraph below a figure its caption where it reads as one; once containers hold only blocks."""
    for figure in root.iter("figure"):
        below = figure.getnext()
        if below is None or below.tag != "p" or _caption(figure) is not None:
            continue
        words = str(below.text_content())
        if len(words) <= _LONGEST_CAPTION and _CAPTION.match(words):
            below.tag = "figcaption"
            figure.append(below)


def caption_of(figure: HtmlElement) -> str:
    """Its words, or nothing."""
    caption = _caption(figure)
    return "" if caption is None else " ".join(str(caption.text_content()).split())


def _caption(figure: HtmlElement) -> HtmlElement | None:
    return next(figure.iterchildren("figcaption"), None)


def _figure_around(image: HtmlElement) -> HtmlElement | None:
    return next(image.iterancestors("figure"), None)


def _lift(image: HtmlElement, root: HtmlElement) -> None:
    """Put a picture among words into a figure below the paragraph, or whatever it is, that holds them."""
    block = image
    while block.getparent() is not root and (around := block.getparent()) is not None:
        if around.tag in _CONTAINERS:
            break
        block = around
    figure = html.Element("figure")
    if block is image:
        figure.tail, image.tail = image.tail, None
        _parent(image).replace(image, figure)
    else:
        _take_out(image)
        _after(block, figure)
    figure.append(image)


def _tidy(figure: HtmlElement) -> None:
    images = list(figure.iter("img"))
    captions = list(figure.iter("figcaption"))
    for image in images:
        _take_out(image)
    caption = captions[0] if captions else None
    for other in captions[1:]:
        other.tag = "p"
    if caption is not None:
        _take_out(caption)
        _keep_inline(caption)
        if not images:
            caption.tag = "p"
            figure.insert(0, caption)
            caption.tail, figure.text = figure.text, None
    if not images:
        figure.drop_tag()
        return
    _empty_into_siblings(figure)
    for image in images:
        image.set("alt", " ".join(image.get("alt", "").split()))
        figure.append(image)
    if caption is not None and str(caption.text_content()).strip():
        figure.append(caption)


def _keep_inline(caption: HtmlElement) -> None:
    for inner in list(caption.iterdescendants()):
        if inner.tag not in _INLINE:
            inner.tail = f" {inner.tail or ''}"
            inner.drop_tag()


def _empty_into_siblings(figure: HtmlElement) -> None:
    """What is neither picture nor caption goes below the figure, words and all."""
    last = figure
    words, figure.text = figure.text, None
    if words and words.strip():
        last = html.Element("p")
        last.text = words
        _after(figure, last)
    for block in list(figure):
        tail = block.tail
        _after(last, block, tail)
        last = block


def _take_out(element: HtmlElement) -> None:
    """Leave the words that follow it where they are."""
    element.drop_tree()
    element.tail = None


def _after(block: HtmlElement, moved: HtmlElement, tail: str | None = None) -> None:
    moved.tail, block.tail = (tail or "") + (block.tail or ""), None
    parent = _parent(block)
    parent.insert(parent.index(block) + 1, moved)


def _parent(element: HtmlElement) -> HtmlElement:
    parent = element.getparent()
    assert parent is not None  # the root of a body is no figure and no picture
    return parent
