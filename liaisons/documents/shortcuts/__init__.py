"""Shorter ways through WeasyPrint, to the same pages, where it spends two thirds of its time.

It works out the same styles for each document, the same thirty values of a style for each of the hundreds of boxes that
share it, and shapes each line twice; here that is done once. The ways are those of one version: with another nothing is
put in place, and a test says so.
"""

import sys

import pydyf  # type: ignore[import-untyped] # it ships no types
import weasyprint
from weasyprint.css import StyleFor

from liaisons.documents.packing import packed_stream
from liaisons.documents.shortcuts import boxes, text, values
from liaisons.documents.shortcuts.cascade import KeptStyles

KNOWN = "70.0"

_METHODS = tuple(
    (owner, name, owner.__dict__[name], way)
    for owner, name, way in (
        *values.METHODS,
        *boxes.METHODS,
        *text.METHODS,
        (pydyf.Stream, "data", property(packed_stream)),
    )
)
_FUNCTIONS = (("StyleFor", StyleFor, KeptStyles), *boxes.FUNCTIONS, *text.FUNCTIONS)


def take() -> None:
    """Put the ways in place, for the whole process."""
    if weasyprint.__version__ == KNOWN:
        for owner, name, _, way in _METHODS:
            setattr(owner, name, way)
        for name, slow, fast in _FUNCTIONS:
            replace(name, slow, fast)


def leave() -> None:
    """Take them away, to compare."""
    for owner, name, original, _ in _METHODS:
        setattr(owner, name, original)
    for name, slow, fast in _FUNCTIONS:
        replace(name, fast, slow)


def replace(name: str, old: object, new: object) -> None:
    """In each module that has taken it by its name."""
    for module in [module for key, module in sys.modules.items() if key.partition(".")[0] == "weasyprint"]:
        if getattr(module, name, None) is old:
            setattr(module, name, new)
