"""How Word counts: what stands before a paragraph that numbers itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml.etree import _Element

from liaisons.intake.package import W
from liaisons.intake.styles import Styles, value, whole

_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc")),
    *((50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
_DEEPEST = 8


@dataclass(frozen=True)
class Mark:
    """What stands before a paragraph: `text` as Word shows it, `count` behind it; a bullet is not ordered."""

    level: int
    text: str
    count: int
    ordered: bool
    figures: bool  # counted 1, 2, 3 and not a, b, c


@dataclass(frozen=True)
class _Look:
    kind: str
    text: str
    start: int
    style: str
    figures_only: bool


class Numbering:
    """The lists of one file. Paragraphs must be asked about in their order: asking counts."""

    def __init__(self, root: _Element | None, styles: Styles) -> None:
        self._styles = styles
        self._of_style: dict[str, list[tuple[_Element, str]]] = {}
        self._looks: dict[str, dict[int, _Look]] = {}  # abstract list → level → how it looks
        self._abstract: dict[str, str] = {}  # list → its abstract list
        self._starts: dict[tuple[str, int], int] = {}  # where a list begins to count anew
        self._counts: dict[str, dict[int, int]] = {}  # abstract list → level → the last number given
        if root is not None:
            self._learn(root)

    def mark(self, paragraph: _Element) -> Mark | None:
        """What stands before this paragraph; None when it is not numbered."""
        number, level = self._of(paragraph)
        abstract = self._abstract.get(number, "")
        look = self._looks.get(abstract, {}).get(level)
        if look is None or look.kind == "none":
            return None
        if look.kind == "bullet":
            return Mark(level, "", 0, ordered=False, figures=False)
        count = self._count(number, abstract, level, look)
        text = self._text(abstract, look)
        return Mark(level, text, count, ordered=True, figures=look.kind in ("decimal", "decimalZero"))

    def _of(self, paragraph: _Element) -> tuple[str, int]:
        """The list and the level, said in the paragraph or in its style."""
        level: int | None = None
        for numbers, from_style in self._said(paragraph, value(paragraph, "pPr/pStyle")):
            said = numbers.find(f"{W}ilvl")
            if level is None and said is not None:
                level = min(whole(said), _DEEPEST)
            if not (number := value(numbers, "numId")):
                continue  # a style may say the level and leave the list to the one it is based on
            if level is None:
                looks = self._looks.get(self._abstract.get(number, ""), {})
                level = next((at for at, look in looks.items() if from_style and look.style == from_style), 0)
            return number, level
        return "", 0

    def _said(self, paragraph: _Element, style: str) -> Iterator[tuple[_Element, str]]:
        own = paragraph.find(f"{W}pPr/{W}numPr")
        if own is not None:
            yield own, style
        if style not in self._of_style:
            self._of_style[style] = [
                (numbers, one.get(f"{W}styleId", ""))
                for one in self._styles.chain(style)
                if (numbers := one.find(f"{W}pPr/{W}numPr")) is not None
            ]
        yield from self._of_style[style]

    def _count(self, number: str, abstract: str, level: int, look: _Look) -> int:
        counts = self._counts.setdefault(abstract, {})
        start = self._starts.pop((number, level), None)
        counts[level] = (
            counts[level] + 1 if start is None and level in counts else look.start if start is None else start
        )
        for deeper in [other for other in counts if other > level]:
            del counts[deeper]
        for above in range(level):
            if above not in counts and above in self._looks[abstract]:
                counts[above] = self._looks[abstract][above].start
        return counts[level]

    def _text(self, abstract: str, look: _Look) -> str:
        counts, looks = self._counts[abstract], self._looks[abstract]

        def put_in(found: re.Match[str]) -> str:
            level = int(found[1]) - 1
            kind = "decimal" if look.figures_only or level not in looks else looks[level].kind
            return _written(counts.get(level, 0), kind)

        return re.sub(r"%([1-9])", put_in, look.text)

    def _learn(self, root: _Element) -> None:
        by_style: dict[str, str] = {}
        pointing: dict[str, str] = {}
        for abstract in root.iter(f"{W}abstractNum"):
            key = abstract.get(f"{W}abstractNumId", "")
            self._looks[key] = {min(whole(one, "ilvl"), _DEEPEST): _look(one) for one in abstract.iter(f"{W}lvl")}
            by_style[value(abstract, "styleLink")] = key
            if link := value(abstract, "numStyleLink"):
                pointing[key] = link
        for key, link in pointing.items():
            self._looks[key] = self._looks.get(by_style.get(link, ""), {})
        for one in root.iter(f"{W}num"):
            self._learn_list(one)

    def _learn_list(self, one: _Element) -> None:
        number = one.get(f"{W}numId", "")
        abstract = value(one, "abstractNumId")
        self._abstract[number] = abstract
        for override in one.iter(f"{W}lvlOverride"):
            level = min(whole(override, "ilvl"), _DEEPEST)
            if (look := override.find(f"{W}lvl")) is not None:
                # A look of its own makes it another abstract list, which counts for itself.
                own = f"{abstract}/{number}"
                self._looks[own] = {**self._looks.get(self._abstract[number], {}), level: _look(look)}
                self._abstract[number] = own
            if (start := override.find(f"{W}startOverride")) is not None:
                self._starts[number, level] = whole(start)


def _look(level: _Element) -> _Look:
    start = level.find(f"{W}start")
    return _Look(
        kind=value(level, "numFmt") or "decimal",
        text=value(level, "lvlText")[:60],
        start=whole(start) if start is not None else 0,
        style=value(level, "pStyle"),
        figures_only=level.find(f"{W}isLgl") is not None,
    )


def _written(count: int, kind: str) -> str:
    match kind:
        case "lowerLetter" | "upperLetter" if count > 0:
            letter = chr(ord("a") + (count - 1) % 26) * min((count - 1) // 26 + 1, 9)
            return letter.upper() if kind == "upperLetter" else letter
        case "lowerRoman" | "upperRoman" if 0 < count < 4000:
            text = ""
            for size, sign in _ROMAN:
                text += sign * (count // size)
                count %= size
            return text.upper() if kind == "upperRoman" else text
        case "decimalZero":
            return f"{count:02}"
        case "none" | "bullet":
            return ""
    return str(count)
