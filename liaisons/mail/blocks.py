"""The parts of a mail that are more than lines: each made once, from the same words, as text and as HTML."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from uuid import uuid4

from django.utils.html import escape
from lxml import html
from lxml.html import HtmlElement

from liaisons.documents import sanitize
from liaisons.documents.body import markup, tidy
from liaisons.documents.labels import direction_of
from liaisons.documents.sanitize import columns

COLUMNS = 72
# What a template writes in place of a block; nobody's words hold it, because it is drawn when the process starts.
_SEAL = uuid4().hex
_SEALED = re.compile(rf"\x02{_SEAL}(.*?)\x03")

_MARGIN = "margin:0 0 1em"
_LINE = "1px solid #888"
# Mail programs keep styles only on elements; without colours of its own a mail follows its reader's, light or dark.
STYLES = {
    "p": _MARGIN,
    "h1": f"margin:2em 0 1em;padding-bottom:.25em;border-bottom:{_LINE};font-size:1.3em",
    "h2": "margin:1.5em 0 .5em;font-size:1.15em",
    "h3": "margin:1.5em 0 .5em;font-size:1.05em",
    "h4": "margin:1.5em 0 .5em;font-size:1em",
    "ul": f"{_MARGIN};padding-inline-start:1.5em",
    "ol": f"{_MARGIN};padding-inline-start:2em",
    "blockquote": f"{_MARGIN};padding-inline-start:1em;border-inline-start:3px solid #888",
    "table": f"{_MARGIN};border-collapse:collapse;max-width:100%",
    "caption": "padding-bottom:.5em;text-align:start;font-weight:bold",
    "th": f"border:{_LINE};padding:.3em .5em;text-align:start;vertical-align:top",
    "td": f"border:{_LINE};padding:.3em .5em;text-align:start;vertical-align:top",
    "figure": _MARGIN,
    "hr": f"margin:1.5em 0;border:0;border-top:{_LINE}",
}


@dataclass(frozen=True)
class Block:
    """A part of a mail in both of its forms. In a template it stands on a line of its own."""

    plain: str
    html: str

    def __bool__(self) -> bool:
        return bool(self.plain)

    def __str__(self) -> str:
        """What unseal() finds again in a filled template."""
        return f"\x02{_SEAL}{json.dumps([self.plain, self.html])}\x03" if self else ""


def unseal(filled: str, write: Callable[[Block], str]) -> str:
    """The filled template with each block in it as `write` has it."""
    return _SEALED.sub(lambda found: write(Block(*json.loads(found[1]))), filled)


def pieces(filled: str) -> Iterator[str | Block]:
    """The lines of a filled template and the blocks among them, in order."""
    for line in filled.split("\n"):
        for at, piece in enumerate(_SEALED.split(line)):
            if at % 2:
                yield Block(*json.loads(piece))
            elif piece or not _SEALED.search(line):
                yield piece


def hang(begin: str, rest: str) -> list[str]:
    """Lines of which the first begins with `begin` and the others stand under its end."""
    indent = columns(begin)
    lines = sanitize.wrap(rest, max(COLUMNS - indent, 20)).split("\n")
    return [(begin + lines[0]).rstrip(), *(" " * indent + line for line in lines[1:])]


def heading(words: str) -> Block:
    """Over a part of a mail that has headings of its own."""
    words = " ".join(words.split())
    return Block(f"{words}\n{'=' * min(columns(words), COLUMNS)}", f'<h1 style="{STYLES["h1"]}">{escape(words)}</h1>')


def facts(rows: Iterable[tuple[str, str]]) -> Block:
    """Labels and what stands beside them, in two columns; rows without a value are left out."""
    told = [(f"{label}:", " ".join(value.split())) for label, value in rows if value]
    width = max((columns(label) for label, _value in told), default=0) + 1
    lines = [line for label, value in told for line in hang(label + " " * (width - columns(label)), value)]
    cell = "padding:.1em 0;text-align:start;vertical-align:top"
    marked = "".join(
        f'<tr><th scope="row" style="{cell};padding-inline-end:1em">{escape(label)}</th>'
        f'<td style="{cell};overflow-wrap:anywhere" dir="auto">{escape(value)}</td></tr>'
        for label, value in told
    )
    return Block("\n".join(lines), f'<table style="{_MARGIN};border-collapse:collapse">{marked}</table>')


def numbered(items: Iterable[str]) -> Block:
    told = [" ".join(item.split()) for item in items]
    lines = [line for number, item in enumerate(told, start=1) for line in hang(f"{number}) ", item)]
    return Block("\n".join(lines), _items("ol", told))


def listed(items: Iterable[str]) -> Block:
    told = [" ".join(item.split()) for item in items]
    return Block("\n".join(line for item in told for line in hang("– ", item)), _items("ul", told))


def quoted(said: str) -> Block:
    """What somebody else wrote, marked as such."""
    said = said.replace("\r\n", "\n").strip()
    folded = sanitize.wrap(said, COLUMNS - 2)
    plain = "\n".join(f"> {line}".rstrip() for line in folded.split("\n"))
    lines = "<br>".join(escape(line) for line in said.split("\n"))
    return Block(plain, f'<blockquote style="{STYLES["blockquote"]}" dir="auto">{lines}</blockquote>')


def paragraph(said: str) -> Block:
    said = " ".join(said.split())
    return Block(sanitize.wrap(said, COLUMNS), f'<p style="{STYLES["p"]}">{escape(said)}</p>' if said else "")


def rich(body: str) -> Block:
    """A sanitized body with its headings, lists and tables; pictures by what their authors say of them."""
    root = tidy(sanitize.clean(body))
    for image in list(root.iter("img")):
        words = html.Element("span")
        words.text = sanitize.alternative(image)
        words.tail = image.tail
        parent = image.getparent()
        assert parent is not None  # it is below the root
        parent.replace(image, words)
    for element in list(root.iter()):
        _style(element)
    return Block(sanitize.plain(body, COLUMNS), markup(root))


def in_language(block: Block, language: str) -> Block:
    """Tell readers of HTML in which language the words are."""
    return Block(block.plain, f'<div lang="{escape(language)}" dir="{direction_of(language)}">{block.html}</div>')


def _items(tag: str, items: list[str]) -> str:
    marked = "".join(f'<li style="overflow-wrap:anywhere">{escape(item)}</li>' for item in items)
    return f'<{tag} style="{STYLES[tag]}">{marked}</{tag}>' if items else ""


def _style(element: HtmlElement) -> None:
    if element.get("class") == "number":
        element.tail = f" {element.tail or ''}"
    element.attrib.pop("class", None)
    element.attrib.pop("style", None)
    if element.tag == "colgroup":
        element.drop_tree()  # shares of a printed page
    elif style := STYLES.get(str(element.tag)):
        element.set("style", style)
