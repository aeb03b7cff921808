"""Values of styles: most properties have no rule, and need none of the work of those that have one."""

from collections.abc import Callable
from functools import lru_cache

from cssselect2 import ElementWrapper  # type: ignore[import-untyped] # it ships no types
from weasyprint.css import AnonymousStyle, ComputedStyle
from weasyprint.css.computed_values import PHYSICAL_FUNCTIONS
from weasyprint.css.properties import INHERITED, INITIAL_NOT_COMPUTED, INITIAL_VALUES

# Names such as margin_inline_start, which stand for others; and the properties that depend on nothing but a rule.
_LOGICAL = {name(block="ttb", inline=inline) for name in PHYSICAL_FUNCTIONS.values() for inline in ("ltr", "rtl")}
_SIMPLE = {
    name
    for name in INITIAL_VALUES
    if name not in ("float", "display", "position", "page") and not name.startswith(("__", "text_decoration_"))
}
_FROM_PARENT = frozenset(_SIMPLE & INHERITED)
_FROM_START = frozenset(_SIMPLE - INHERITED - INITIAL_NOT_COMPUTED)

_compile = ElementWrapper._compile
_work_out = ComputedStyle.__missing__
_work_out_anonymous = AnonymousStyle.__missing__


def _look_up(style: ComputedStyle, key: str) -> object:
    """Most properties have no rule: they are those of the parent, or as they are at the start."""
    cascaded = style.cascaded
    if key not in cascaded and style.parent_style is not None:
        plain = style.__dict__.get("_known_plain_names")
        if plain is None:
            plain = style._known_plain_names = _LOGICAL.isdisjoint(cascaded)
        if plain and key in _FROM_PARENT:
            value: object = style.parent_style[key]
        elif plain and key in _FROM_START:
            value = INITIAL_VALUES[key]
        else:
            return _work_out(style, key)
        style[key] = value
        return value
    return _work_out(style, key)


def _look_up_anonymous(style: AnonymousStyle, key: str) -> object:
    """The same for the boxes that have no element of their own."""
    if key in _FROM_PARENT:
        value: object = style.parent_style[key]
    elif key in _FROM_START:
        value = INITIAL_VALUES[key]
    else:
        return _work_out_anonymous(style, key)
    style[key] = value
    return value


@lru_cache(100)
def _compile_once(*selectors: str) -> list[Callable[[ElementWrapper], bool]]:
    """What WeasyPrint looks for in each page is the same five names."""
    tests: list[Callable[[ElementWrapper], bool]] = _compile(selectors)
    return tests


METHODS = (
    (ComputedStyle, "__missing__", _look_up),
    (AnonymousStyle, "__missing__", _look_up_anonymous),
    (ElementWrapper, "_compile", staticmethod(lambda selectors: _compile_once(*selectors))),
)
