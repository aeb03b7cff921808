"""The styles of a Word file, by names that neither Word's language nor LibreOffice changes."""

import re
from collections.abc import Iterator
from functools import cache

from lxml.etree import _Element

from liaisons.intake.package import W

_LONGEST_CHAIN = 20
_HEADING = re.compile(r"heading([1-9])")


def value(element: _Element, path: str) -> str:
    """What the w:val of a descendant says: value(paragraph, "pPr/pStyle")."""
    found = element.find(_path(path))
    return "" if found is None else found.get(f"{W}val", "")


@cache
def _path(path: str) -> str:
    return "/".join(f"{W}{step}" for step in path.split("/"))


def whole(element: _Element, attribute: str = "val", most: int = 32_000) -> int:
    """A whole number between 0 and `most`; 0 for what is none."""
    text = element.get(f"{W}{attribute}", "")
    return min(int(text), most) if re.fullmatch(r"[0-9]{1,9}", text) else 0


def is_on(properties: _Element | None, name: str) -> bool | None:
    """Whether a switch such as w:b is on; None when nothing is said of it."""
    found = None if properties is None else properties.find(f"{W}{name}")
    return None if found is None else found.get(f"{W}val", "1") not in ("0", "false", "off", "none")


def key(name: str) -> str:
    """The letters and digits of a name: "Annex_No & title" and "AnnexNotitle" are the same."""
    return re.sub(r"[\W_]+", "", name.casefold())


class Styles:
    def __init__(self, root: _Element | None) -> None:
        self._styles: dict[str, _Element] = {}
        self._default = ""
        self._names: dict[str, str] = {}
        self._levels: dict[str, int] = {}
        for style in [] if root is None else root.iter(f"{W}style"):
            style_id = style.get(f"{W}styleId", "")
            self._styles.setdefault(style_id, style)
            if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in ("1", "true", "on"):
                self._default = style_id

    def chain(self, style_id: str) -> Iterator[_Element]:
        """The style, the one it is based on, and so on."""
        for _step in range(_LONGEST_CHAIN):
            style = self._styles.get(style_id or self._default)
            if style is None:
                return
            yield style
            style_id = value(style, "basedOn")
            if not style_id:
                return

    def name(self, style_id: str) -> str:
        if style_id not in self._names:
            style = self._styles.get(style_id or self._default)
            self._names[style_id] = key(style_id if style is None else value(style, "name") or style_id)
        return self._names[style_id]

    def heading(self, style_id: str) -> int:
        """The level of a heading, 1 to 9; 0 for other styles."""
        if style_id not in self._levels:
            names = (*(key(value(style, "name")) for style in self.chain(style_id)), key(style_id))
            levels = (int(found[1]) for name in names if (found := _HEADING.fullmatch(name)))
            self._levels[style_id] = next(levels, 0)
        return self._levels[style_id]

    def switch(self, style_id: str, name: str) -> bool:
        """Whether the style, or one below it, sets text in bold ("b") or italics ("i")."""
        said = (is_on(style.find(f"{W}rPr"), name) for style in self.chain(style_id))
        return bool(style_id) and next((one for one in said if one is not None), False)
