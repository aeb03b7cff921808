"""What comments in the margin of a Word file say: each thread once, its answers below what they answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _
from lxml.etree import _Element

from liaisons.intake.marked import MarkedReader, author_of, moment_of
from liaisons.intake.package import Package, Part, W
from liaisons.intake.styles import Styles

_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_W15 = "{http://schemas.microsoft.com/office/word/2012/wordml}"


@dataclass
class Thread:
    """A comment with the answers to it. `key` names it in the text; `resolved`: somebody ticked it off in Word."""

    key: str
    author: str
    at: datetime | None
    said: str
    resolved: bool = False
    answers: list["Thread"] = field(default_factory=list)

    @property
    def text(self) -> str:
        named = (_("%(name)s: %(text)s") % {"name": one.author, "text": one.said} for one in self.answers)
        return "\n".join(filter(None, (self.said, *named)))


@dataclass(frozen=True)
class _More:
    """What newer Words know of a comment, by the identifiers of its paragraphs."""

    parents: Mapping[str, str]
    resolved: frozenset[str]


def threads(package: Package, document: Part, styles: Styles) -> list[Thread]:
    """The threads in the order of the file's list of comments."""
    part = package.part(document.related("comments"))
    if part is None:
        return []
    more = _more(package.part(document.related("commentsExtended")))
    found: list[Thread] = []
    by_paragraph: dict[str, Thread] = {}  # of an answer, the thread that it is part of
    for comment in part.root.iter(f"{W}comment"):
        paragraphs = [p.get(f"{_W14}paraId", "") for p in comment.iter(f"{W}p")]
        thread = Thread(
            key=comment.get(f"{W}id", ""),
            author=author_of(comment),
            at=moment_of(comment),
            said=_said(comment, part, styles),
            resolved=not more.resolved.isdisjoint(paragraphs),
        )
        above = next((by_paragraph[up] for one in paragraphs if (up := more.parents.get(one)) in by_paragraph), None)
        if above is None:
            found.append(thread)
        else:
            above.answers.append(thread)
        by_paragraph |= dict.fromkeys(filter(None, paragraphs), above or thread)
    return found


def _said(comment: _Element, part: Part, styles: Styles) -> str:
    """The words of a comment as they read when its own tracked changes are taken."""
    lines = MarkedReader(part, styles).read(comment).lines
    texts = ("".join(one.text for one in line.stretches if one.went is None) for line in lines)
    return "\n".join(text for line in texts if (text := line.strip()))


def _more(part: Part | None) -> _More:
    rows = [] if part is None else list(part.root.iter(f"{_W15}commentEx"))
    parents = {row.get(f"{_W15}paraId", ""): row.get(f"{_W15}paraIdParent", "") for row in rows}
    ticked = (row.get(f"{_W15}paraId", "") for row in rows if row.get(f"{_W15}done") in ("1", "true"))
    return _More({one: up for one, up in parents.items() if one and up}, frozenset(filter(None, ticked)))
