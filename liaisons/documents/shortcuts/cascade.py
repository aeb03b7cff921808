"""The styles of elements, kept from one document to the next: letters are made of the same few dozen elements.

An element is known again by its place among its ancestors and by what a selector can see of each (`_seen()`). Nothing
of a letter is kept but that: no text, no box, no position.
"""

from collections.abc import Iterator
from math import inf
from xml.etree.ElementTree import Element

from cssselect2 import ElementWrapper  # type: ignore[import-untyped] # it ships no types
from weasyprint import CSS, HTML
from weasyprint.css import (
    ComputedStyle,
    StyleFor,
    declaration_precedence,
    find_style_attributes,
    preprocess_declarations,
)
from weasyprint.css.targets import TargetCollector
from weasyprint.text.fonts import FontConfiguration

MOST = 1000  # styles that are kept: more of them are those of one letter, with widths of its own tables
_VALUES = ("class", "dir", "scope", "lang", "style", "id")

_Before = tuple[str, str | None] | None
_Sheets = list[tuple[CSS, str, tuple[int, int, int] | None]]
_Cascaded = dict[str, tuple[object, tuple[object, ...]]]


class _Known:
    """An element as it was seen in some document: its styles, by pseudo-element, and what was seen inside."""

    def __init__(self) -> None:
        self.styles: dict[str | None, ComputedStyle] = {}
        self.inside: dict[object, _Known] = {}


class _Knowledge:
    def __init__(self) -> None:
        self._size = 0
        self._roots: dict[object, tuple[_Known, dict[str, object]]] = {}

    def begin(self, *root: object) -> tuple[_Known, dict[str, object]]:
        """What is known of documents with the same sheets, and the sizes of their first page."""
        if self._size > MOST:
            self._roots.clear()
            self._size = 0
        return self._roots.setdefault(root, (_Known(), {"box": None, "area": None}))

    def add(self, parent: _Known, seen: object) -> _Known:
        self._size += 1
        parent.inside[seen] = _Known()
        return parent.inside[seen]


_knowledge = _Knowledge()


class KeptStyles(StyleFor):  # type: ignore[misc] # WeasyPrint has no types
    """In place of StyleFor, which matches each element of each document with all selectors."""

    def __init__(
        self,
        html: HTML,
        sheets: _Sheets,
        presentational_hints: bool,  # noqa: FBT001 – as WeasyPrint calls it
        font_config: FontConfiguration,
        target_collector: TargetCollector,
    ) -> None:
        if presentational_hints:
            super().__init__(html, sheets, presentational_hints, font_config, target_collector)
            return
        self._html, self._sheets, self._targets, self.font_config = html, sheets, target_collector, font_config
        self._cascaded_styles: dict[object, _Cascaded] = {}
        self._computed_styles: dict[object, ComputedStyle] = {}
        self._open: list[Element] = []  # the element and its ancestors
        with_rules = tuple(sheet for sheet in sheets if sheet[0].matcher.order)
        root, self.initial_page_sizes = _knowledge.begin(with_rules, font_config, html.base_url)
        self._recognize(html.etree_element, root, None)

    def _recognize(self, element: Element, parent: _Known, before: _Before) -> None:
        self._open.append(element)
        seen = _seen(element, before)
        known = parent.inside.get(seen)
        if known is None:
            known = _knowledge.add(parent, seen)
            self._learn(element, known)
        for pseudo, style in known.styles.items():
            self._computed_styles[element, pseudo] = style
        if anchor := known.styles[None]["anchor"]:
            self._targets.collect_anchor(anchor)
        before = None
        for child in element:
            if isinstance(child.tag, str):
                self._recognize(child, known, before)
                before = child.tag, child.attrib.get("class")
        self._open.pop()

    def _learn(self, element: Element, known: _Known) -> None:
        """As StyleFor does it for each element."""
        parent = self._open[-2] if len(self._open) > 1 else None
        for pseudo, cascaded in self._cascade(element).items():
            self._cascaded_styles[element, pseudo] = cascaded
            self.set_computed_styles(
                element,
                parent=element if pseudo else parent,
                root=self._html.etree_element,
                pseudo_type=pseudo,
                base_url=self._html.base_url,
            )
            known.styles[pseudo] = self._computed_styles[element, pseudo]
        self._cascaded_styles.clear()

    def _cascade(self, element: Element) -> dict[str | None, _Cascaded]:
        cascaded: dict[str | None, _Cascaded] = {None: {}}
        for pseudo, name, value, weight in self._declarations(element):
            of_element = cascaded.setdefault(pseudo, {})
            if name not in of_element or of_element[name][1] <= weight:
                of_element[name] = value, weight
        return cascaded

    def _declarations(self, element: Element) -> Iterator[tuple[str | None, str, object, tuple[object, ...]]]:
        alone = Element(element.tag, element.attrib)
        for specificity, _, declarations, base_url in find_style_attributes(alone, base_url=self._html.base_url):
            for name, value, important in preprocess_declarations(base_url, declarations):
                yield None, name, value, (declaration_precedence("author", important), inf, specificity)
        wrapper = self._wrapper()
        for sheet, origin, of_sheet in self._sheets:
            for specificity, _, pseudo, (declarations, layer) in sheet.matcher.match(wrapper):
                order = inf if layer is None else sheet.layers.index(layer)
                for name, value, important in declarations:
                    weight = (declaration_precedence(origin, important), order, of_sheet or specificity)
                    yield pseudo, name, value, weight

    def _wrapper(self) -> ElementWrapper:
        wrapper = self._html.wrapper_element
        for element in self._open[1:]:
            wrapper = next(child for child in wrapper.iter_children() if child.etree_element is element)
        return wrapper


def _seen(element: Element, before: _Before) -> tuple[object, ...]:
    """All of an element that selectors of elements.css and statement.css ask for; a test says so of each selector.

    Of the element before it that is the name and the class, of what it holds whether that is nothing or much.
    """
    attributes, count = element.attrib, len(element)
    if not attributes:
        return element.tag, before, count > 4, not count and not element.text
    return (
        *(element.tag, before, count > 4, not count and not element.text),
        *("href" in attributes, "colspan" in attributes),
        *map(attributes.get, _VALUES),
    )
