"""What may stand in a body: exactly the elements the editor offers; and how the same body reads in a mail."""

import re
import textwrap
import unicodedata
from collections.abc import Iterator

import nh3
from django.utils.html import linebreaks
from django.utils.translation import gettext as _
from lxml.html import HtmlElement

from liaisons.documents.body import grid, rows_of, text_of, tidy
from liaisons.documents.marks import SIGNS
from liaisons.letter import PICTURES

TAGS = {
    *("p", "br", "h2", "h3", "h4", "blockquote", "strong", "em", "u", "sub", "sup", "a"),
    *("ul", "ol", "li", "table", "caption", "thead", "tbody", "tr", "th", "td"),
    *("figure", "img", "figcaption"),
}
DEEPEST = 60  # elements inside one another
_BOUNDS = {"colspan": 63, "rowspan": 1000, "start": 9999}
_ATTRIBUTES = {
    "a": {"href"},
    "ol": {"start"},
    "th": {"colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
    "img": {"src", "alt"},
}
_ADDRESS = re.compile(r"(?:https?://|mailto:)[^\s<>\"]+\Z", re.IGNORECASE)
_PICTURE = re.compile(rf"{PICTURES}[0-9a-f]{{64}}")
# What stands in a line of text and leads somewhere.
_WHOLE = re.compile(r"://|www\.|\w@\w")
# What is left of a picture that is not stored here.
_NO_PICTURE = re.compile(r'<img(?: alt="[^"]*")?>')
_NO_FIGURE = re.compile(r"<figure>\s*(?:<figcaption>\s*(?:<p>\s*</p>)?\s*</figcaption>)?\s*</figure>")
# Characters that XML, and so Word, cannot hold, and the signs with which a comparison marks words.
_CONTROLS = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff{SIGNS}]")


def printable(text: str) -> str:
    return _CONTROLS.sub("", text)


def clean(html: str) -> str:
    """HTML with nothing in it but the editor's elements; text without any tag becomes paragraphs."""
    html = printable(html).strip()
    if html and not nh3.is_html(html):
        html = linebreaks(html)
    cleaned = nh3.clean(
        html,
        tags=TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_bounded,
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    ).strip()
    cleaned = _NO_FIGURE.sub("", _NO_PICTURE.sub("", cleaned)).strip()
    if _depth(cleaned) > DEEPEST:
        # Nobody writes so; keep the words and let the boxes go, before something recurses into them.
        words = nh3.clean(cleaned.replace("<", " <"), tags={"p", "br"})
        cleaned = re.sub(r"\s*(</?p>|<br>)\s*", r"\1", words).strip()
    if cleaned and "<" not in cleaned:
        cleaned = linebreaks(cleaned)
    return cleaned


def plain(html: str, width: int = 72) -> str:
    """The body as a mail shows it: lines of at most `width` columns, lists with their marks, tables to be read."""
    return "\n\n".join(_blocks(tidy(clean(html)), width))


def alternative(image: HtmlElement) -> str:
    """What stands in a mail in place of a picture."""
    return _("[Figure: %(text)s]") % {"text": image.get("alt") or "–"}


def _depth(cleaned: str) -> int:
    depth = deepest = 0
    for closing in re.findall(r"<(/?)(?!br>|img[ >])[a-z]", cleaned):
        depth += -1 if closing else 1
        deepest = max(deepest, depth)
    return deepest


def _bounded(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "href":
        return value if _ADDRESS.match(value) else None
    if attribute == "src":
        return value if _PICTURE.fullmatch(value) else None
    if attribute == "alt":
        return value
    # Called for attributes that are not allowed as well.
    bound = _BOUNDS.get(attribute)
    return str(min(int(value), bound)) if bound and re.fullmatch("[0-9]{1,18}", value) else None


def _blocks(container: HtmlElement, width: int) -> Iterator[str]:
    for block in container:
        if block.tag in ("ul", "ol"):
            yield _list(block, width)
        elif block.tag == "table":
            yield _table(block, width)
        elif block.tag == "figure":
            yield _figure(block, width)
        elif block.tag == "blockquote":
            yield textwrap.indent("\n\n".join(_blocks(block, width - 4)), "    ")
        else:
            yield wrap(_inline(block), width)


def _list(items: HtmlElement, width: int) -> str:
    lines = []
    for number, item in enumerate(items, start=int(items.get("start", "1"))):
        mark = "– " if items.tag == "ul" else f"{number}) "
        text = "\n".join(_blocks(item, width - len(mark)))
        lines.append(mark + textwrap.indent(text, " " * len(mark))[len(mark) :])
    return "\n".join(lines)


def _figure(figure: HtmlElement, width: int) -> str:
    lines = [wrap(alternative(image), width) for image in figure.iter("img")]
    return "\n".join([*lines, *(wrap(_inline(caption), width) for caption in figure.iterchildren("figcaption"))])


def _inline(element: HtmlElement) -> str:
    """The words of a paragraph, with the address after a link that does not show it; a line break stays one."""
    text = _words(element.text)
    for child in element:
        text += "\n" if child.tag == "br" else _inline(child)
        if child.tag == "a" and (address := child.get("href", "")):
            shown = address.removeprefix("mailto:")
            text += "" if shown in text_of(child) else f" <{shown}>"
        if child.get("class") == "number":
            text += " "
        text += _words(child.tail)
    return text


def _words(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "")


def columns(line: str) -> int:
    if line.isascii():
        return len(line)
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line)


def wrap(text: str, width: int) -> str:
    return "\n".join("\n".join(_lines(line.strip(), width)) for line in text.split("\n")).strip("\n")


def _lines(text: str, width: int) -> list[str]:
    """Lines of words; Chinese and Japanese may break after each character, which takes two columns."""
    lines, line, used = [], "", 0
    words = re.findall(
        r"[\u2e80-\u9fff\uf900-\ufaff\uff01-\uff60]|[^\s\u2e80-\u9fff\uf900-\ufaff\uff01-\uff60]+|\s+", text
    )
    for token in (piece for word in words for piece in _fitting(word, width)):
        if used + columns(token) > width and line.strip() and not token.isspace():
            lines.append(line.rstrip())
            line, used = "", 0
        if line or not token.isspace():
            line += token
            used += columns(token)
    return [*lines, line.rstrip()]


def _fitting(token: str, width: int) -> Iterator[str]:
    """A word in pieces that fit on a line; an address stays whole, for in pieces it leads nowhere."""
    while columns(token) > width and not token.isspace() and not _WHOLE.search(token):
        at = width if columns(token[:width]) <= width else width // 2
        while at > 1 and unicodedata.category(token[at]).startswith("M"):
            at -= 1  # a mark stays with its letter
        yield token[:at]
        token = token[at:]
    yield token


def _table(table: HtmlElement, width: int) -> str:
    head = [row for row in rows_of(table) if (part := row.getparent()) is not None and part.tag == "thead"]
    rest = rows_of(table)[len(head) :]
    titles = _cells(head)[-1] if head else []
    rows = [row for row in _cells(rest) if any(row)]
    caption = next(table.iterchildren("caption"), None)
    above = [] if caption is None else [wrap(_inline(caption), width)]
    columns = max((len(row) for row in [titles, *rows]), default=0)
    if columns and columns <= 3 and (width - 3 * (columns - 1)) // columns >= 16:
        return "\n\n".join([*above, _ruled(titles, rows, columns, width)])
    return "\n\n".join([*above, *(_record(titles, row, width) for row in rows)])


def _cells(rows: list[HtmlElement]) -> list[list[str]]:
    """The text of every place of the grid; what spans several is said once, in the first."""
    return [
        ["\n".join(_blocks(slot.cell, 10_000)) if slot.first_row and slot.first_column else "" for slot in line]
        for line in grid(rows)
    ]


def _ruled(titles: list[str], rows: list[list[str]], columns: int, width: int) -> str:
    each = (width - 3 * (columns - 1)) // columns
    lines: list[str] = []
    for at, row in enumerate([titles, *rows] if titles else rows):
        cells = [wrap(cell, each).split("\n") for cell in row + [""] * (columns - len(row))]
        for line in range(max(len(cell) for cell in cells)):
            parts = [cell[line] if line < len(cell) else "" for cell in cells]
            lines.append("   ".join(part.ljust(each) for part in parts).rstrip())
        if titles and at == 0:
            lines.append("   ".join("-" * each for _ in range(columns)))
    return "\n".join(lines)


def _record(titles: list[str], row: list[str], width: int) -> str:
    """A row of a wide table, a line for each cell."""
    lines = []
    for at, cell in enumerate(row):
        if cell:
            title = titles[at] if at < len(titles) else ""
            text = wrap(f"{title}: {cell}" if title else cell, width - 2)
            lines.append(textwrap.indent(text, "  ")[2:])
    return "\n".join(lines)
