"""A mail's HTML: what its template says line by line, and the page around it."""

import re
from html import escape

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import get_language, get_language_bidi

from liaisons.mail.blocks import STYLES, Block, pieces

_RULE = re.compile(r"-{10,}")
_SMALL = "margin:0 0 1em;font-size:.875em"


def inside(filled: str, *addresses: str) -> str:
    """The lines and blocks of a filled template as HTML; what begins with one of the `addresses` is a link.

    An empty line ends a paragraph, as it does in the text.
    """
    known = "|".join(re.escape(address) for address in (f"{settings.SITE_URL}/", *addresses))
    address = re.compile(rf"(?:{known})\S*")
    parts: list[str] = []
    lines: list[str] = []
    style = STYLES["p"]

    def end_paragraph() -> None:
        if lines:
            parts.append(f'<p style="{style};overflow-wrap:anywhere">{"<br>".join(lines)}</p>')
            lines.clear()

    for piece in pieces(filled):
        if not isinstance(piece, Block) and (line := piece.strip()) and not _is_special(piece):
            lines.append(_linked(line, address))
            continue
        end_paragraph()
        if isinstance(piece, Block):
            parts.append(piece.html)
        elif piece == "-- ":  # the signature, as mail programs know it
            parts.append(_rule())
            style = _SMALL
        elif _RULE.fullmatch(piece):
            parts.append(_rule())
        elif piece.startswith("* "):
            parts.append(f'<h2 style="{STYLES["h2"]}">{escape(piece[2:])}</h2>')
    end_paragraph()
    return "\n".join(parts) + "\n"


def page(subject: str, content: str) -> str:
    """The whole page, in the language that is active; neither styles nor pictures come from anywhere else."""
    around = {
        "subject": subject,
        "content": "{content}",
        "language": get_language(),
        "direction": "rtl" if get_language_bidi() else "ltr",
    }
    head, tail = render_to_string("liaisons/mail/_page.html", around).split("{content}")
    return f"{head}{content}{tail}"


def _is_special(line: str) -> bool:
    return line == "-- " or line.startswith("* ") or bool(_RULE.fullmatch(line))


def _linked(line: str, address: re.Pattern[str]) -> str:
    told, at = "", 0
    for found in address.finditer(line):
        whole = escape(found[0])
        told += f'{escape(line[at : found.start()])}<a href="{whole}">{whole}</a>'
        at = found.end()
    return told + escape(line[at:])


def _rule() -> str:
    return f'<hr style="{STYLES["hr"]}">'
