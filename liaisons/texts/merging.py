"""Two people changed the same text: what only one of them touched is taken from them, the rest a person decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _
from lxml import html

from liaisons.letter import PURPOSES, Letter
from liaisons.models import Addressee


@dataclass(frozen=True)
class Part:
    """A part of a letter as an author sees it: some of its fields, or its addressees of one purpose."""

    label: str
    fields: tuple[str, ...] = ()
    purpose: str = ""

    def read(self, letter: Letter) -> tuple[object, ...]:
        if self.purpose:
            return tuple(one for one in letter.addressees if one.purpose == self.purpose)
        return tuple(getattr(letter, name) for name in self.fields)

    def put(self, letter: Letter, values: tuple[Any, ...]) -> Letter:
        """The letter with these values; the addressees of other purposes keep their places."""
        if not self.purpose:
            return replace(letter, **dict(zip(self.fields, values, strict=True)))
        everyone = {of: values if of == self.purpose else letter.to(of) for of in PURPOSES}
        return replace(letter, addressees=tuple(one for of in PURPOSES for one in everyone[of]))


@dataclass(frozen=True)
class Merged:
    """One letter of two that follow the same one, and what was done with the parts that the other author changed.

    `taken` are parts that came over from the other, `both` those that both changed: there the typed ones stand.
    """

    letter: Letter
    taken: tuple[str, ...]
    both: tuple[str, ...]


def merge(before: Letter | None, saved: Letter, typed: Letter) -> Merged:
    """Merge what was typed with what somebody saved meanwhile; both began with `before`.

    Where nobody knows that any more, whatever differs counts as changed by both.
    """
    letter, taken, both = typed, [], []
    for part in _parts():
        had, theirs, mine = part.read(before) if before else None, part.read(saved), part.read(typed)
        if theirs in (had, mine):
            continue
        joined = theirs if mine == had else _joined(had, theirs, mine) if had is not None else None
        if joined is None:
            both.append(part.label)
        else:
            letter = part.put(letter, joined)
            taken.append(part.label)
    return Merged(letter, tuple(taken), tuple(both))


@dataclass(frozen=True)
class MergedFields:
    """The same of a small form: its values by name, and the names of what the other author changed."""

    values: dict[str, str]
    taken: tuple[str, ...]
    both: tuple[str, ...]


def merge_fields(before: Mapping[str, str] | None, saved: Mapping[str, str], typed: Mapping[str, str]) -> MergedFields:
    """Merge what was typed into a form with what somebody saved meanwhile, as merge() does."""
    values, taken, both = dict(typed), [], []
    for name, mine in typed.items():
        had, theirs = before.get(name) if before else None, saved[name]
        if theirs in (had, mine):
            continue
        lines = None if had is None else _woven(had.splitlines(), theirs.splitlines(), mine.splitlines())
        if mine == had:
            values[name] = theirs
        elif lines is not None:
            values[name] = "\n".join(lines)
        else:
            both.append(name)
            continue
        taken.append(name)
    return MergedFields(values, tuple(taken), tuple(both))


def _parts() -> list[Part]:
    return [
        Part(_("Title"), ("title",)),
        Part(_("Questions"), ("questions",)),
        Part(_("Place and date"), ("venue_date",)),
        Part(_("Ref."), ("ref",)),
        Part(_("Language"), ("language",)),
        Part(_("Deadline"), ("deadline", "deadline_text")),
        Part(_("Contacts"), ("contacts",)),
        Part(_("Requests"), ("requests",)),
        Part(_("Abstract"), ("abstract",)),
        Part(_("Body"), ("body",)),
        Part(_("Annexes"), ("annexes",)),
        Part(_("Attachments"), ("attachments",)),
        *(Part(str(Addressee.Purpose(of).label).capitalize(), purpose=of) for of in PURPOSES),
    ]


def _joined(had: tuple[object, ...], theirs: tuple[object, ...], mine: tuple[object, ...]) -> tuple[str] | None:
    """A text of which each author changed other paragraphs; None when they meet in one, or stand side by side."""
    texts = [versions[0] for versions in (had, theirs, mine) if len(versions) == 1 and isinstance(versions[0], str)]
    if len(texts) != 3:
        return None
    blocks = _woven(*(_blocks(text) for text in texts))
    if blocks is None:
        return None
    return (("" if texts[0].lstrip().startswith("<") else "\n").join(blocks),)


def _woven(before: Sequence[str], saved: Sequence[str], typed: Sequence[str]) -> list[str] | None:
    """The paragraphs with the changes of both; None when these meet in one, or stand side by side."""
    changes = sorted([*_changes(before, saved), *_changes(before, typed)], reverse=True)
    if any(later[0] <= earlier[1] for later, earlier in pairwise(changes)):
        return None
    blocks = list(before)
    for first, last, instead in changes:
        blocks[first:last] = instead
    return blocks


def _changes(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int, list[str]]]:
    matcher = SequenceMatcher(a=before, b=after, autojunk=False)
    return [(i1, i2, list(after[j1:j2])) for tag, i1, i2, j1, j2 in matcher.get_opcodes() if tag != "equal"]


def _blocks(text: str) -> list[str]:
    """The paragraphs, lists and tables of a body, or the lines of a plain text."""
    if not text.lstrip().startswith("<"):
        return text.splitlines()
    body = html.fragment_fromstring(text, create_parent="div")
    return [html.tostring(block, encoding="unicode") for block in body]
