"""Two revisions as one page: what came in is marked as inserted, what went out as deleted."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain

from lxml.html import HtmlElement

from liaisons.documents.body import text_of, tidy
from liaisons.documents.body_difference import merged
from liaisons.documents.difference import (
    Piece,
    Run,
    State,
    aligned,
    bag,
    joined,
    matched,
    signed,
    similarity,
    whole,
    words,
)
from liaisons.documents.page import ContactLines, Page, Row, Section, lines_of
from liaisons.documents.paragraphs import number_paragraphs
from liaisons.documents.sanitize import clean, printable
from liaisons.letter import Annex, Letter, Sheet


class Compared(Page):
    """The later letter with the words of the earlier one that it has no more.

    What names the document in its metadata (number, title, keywords) is the later one's alone.
    """

    @cached_property
    def _was(self) -> Page:
        assert self.sheet.before is not None  # page_of() has seen it
        return Page(replace(self.sheet, letter=self.sheet.before, before=None))

    @property
    def draft(self) -> str:
        return self.labels.compared.format(number=self.number, earlier=printable(self.sheet.before_number))

    @property
    def questions(self) -> Row:
        return _row(self._was.questions, super().questions)

    @property
    def venue_date(self) -> str:
        return _text(self._was.venue_date, super().venue_date)

    @property
    def origin(self) -> list[Row]:
        return _rows(self._was.origin, super().origin)

    @property
    def destination(self) -> list[Row]:
        return _rows(self._was.destination, super().destination)

    @property
    def contacts(self) -> list[ContactLines]:
        return [_contact(was, now) for was, now in aligned(self._was.contacts, super().contacts, _itself, _same_person)]

    @property
    def abstract(self) -> list[str]:
        return lines(self._was.abstract, super().abstract)

    @property
    def requested(self) -> list[str]:
        return lines(self._was.requested, super().requested)

    @cached_property
    def body(self) -> Section:
        return Section("", self._merged(self._was._letter.body, self._letter.body))

    @cached_property
    def annexes(self) -> list[Section]:
        old, new = _numbered(self._was._letter), _numbered(self._letter)
        return [self._annex(was, now) for was, now in aligned(old, new, _itself, _same_annex)]

    @property
    def attachments_heading(self) -> str:
        old = self._was.attachments_heading if self._was.attachments else ""
        return _text(old, super().attachments_heading if super().attachments else "")

    @property
    def attachments(self) -> list[str]:
        """Two files are the same attachment only if they have the same content."""
        old = list(zip(self._was.attachments, self._was._letter.attachments, strict=True))
        new = list(zip(super().attachments, self._letter.attachments, strict=True))
        pairs = aligned(
            [(line, file.sha256) for line, file in old],
            [(line, file.sha256) for line, file in new],
            _itself,
            lambda was, now: similarity(bag(was[0]), bag(now[0])) if was[1] == now[1] else 0.0,
        )
        return [_text(was[0] if was else "", now[0] if now else "") for was, now in pairs]

    def _annex(self, was: tuple[int, Annex] | None, now: tuple[int, Annex] | None) -> Section:
        """Its paragraphs bear the number that the annex has in the later letter."""
        old = self._was._annex_heading(was[0], was[1].title, was[1].document) if was else ""
        new = self._annex_heading(now[0], now[1].title, now[1].document) if now else ""
        return Section(
            _text(old, new),
            self._merged(was[1].body if was else "", now[1].body if now else "", f"A{now[0]}." if now else ""),
            lines(lines_of(was[1].abstract) if was else [], lines_of(now[1].abstract) if now else []),
        )

    def _merged(self, old: str, new: str, prefix: str = "") -> HtmlElement:
        body = merged(tidy(clean(old)), tidy(clean(new)))
        if self._masthead.comments_until:
            number_paragraphs(body, prefix)
        return body


def page_of(sheet: Sheet) -> Page:
    return Compared(sheet) if sheet.before else Page(sheet)


def _text(old: str, new: str) -> str:
    return signed(words(old, new))


def _whole(old: str, new: str) -> str:
    """For dates, addresses and numbers, of which half a change tells nobody anything."""
    return new if old == new else signed([*whole("deleted", old), *whole("inserted", new)])


def _itself(part: object) -> object:
    return part


def lines(old: Sequence[str], new: Sequence[str]) -> list[str]:
    pairs = aligned(old, new, _itself, lambda was, now: similarity(bag(was), bag(now)))
    return [_text(was or "", now or "") for was, now in pairs]


# Rows


def _rows(old: list[Row], new: list[Row]) -> list[Row]:
    pairs = aligned(old, new, lambda row: row.key, lambda was, now: 0.0)
    return [_row(was, now) for was, now in pairs]


def _row(was: Row | None, now: Row | None) -> Row:
    row = now or was
    assert row is not None  # a pair has one part at least
    label = _text(was.label if was else "", now.label if now else "")
    old, new = (was.parts if was else ()), (now.parts if now else ())
    if row.separator:
        return Row(row.key, label, _names(old, new, row.separator), row.separator)
    return Row(row.key, label, (_text("".join(old), "".join(new)),))


def _names(old: Sequence[str], new: Sequence[str], separator: str) -> tuple[str, ...]:
    """Names side by side, each as a whole.

    A separator goes with the name that needs it: a part of the row ends only where both letters have one.
    """
    parts: list[list[Piece]] = [[]]
    has_before = {"old": False, "new": False}
    for state, name in chain.from_iterable(map(_stated, matched(old, new))):
        texts = [text for text in ("old", "new") if state in ("same", _STATE_OF[text])]
        before = [text for text in texts if has_before[text]]
        if len(before) == 2:
            parts.append([])
        else:
            parts[-1] += [Piece(_STATE_OF[text], separator) for text in before]
        parts[-1].append(Piece(state, name))
        has_before |= dict.fromkeys(texts, True)
    return tuple(signed(joined(part)) for part in parts)


_STATE_OF: dict[str, State] = {"old": "deleted", "new": "inserted"}


def _stated(run: Run[str]) -> list[tuple[State, str]]:
    if run.same:
        return [("same", name) for name in run.new]
    return [("deleted", name) for name in run.old] + [("inserted", name) for name in run.new]


# Contacts and annexes


def _same_person(was: ContactLines, now: ContactLines) -> float:
    return float(was.email == now.email != "") or float(was.who[:1] == now.who[:1] != ())


def _contact(was: ContactLines | None, now: ContactLines | None) -> ContactLines:
    old, new = was or ContactLines((), "", ""), now or ContactLines((), "", "")
    return ContactLines(tuple(lines(old.who, new.who)), _whole(old.phone, new.phone), _whole(old.email, new.email))


def _numbered(letter: Letter) -> list[tuple[int, Annex]]:
    return list(enumerate(letter.annexes, start=1))


def _same_annex(was: tuple[int, Annex], now: tuple[int, Annex]) -> float:
    """The same document at another revision, the same title, or else much the same text or a title much the same."""
    (_, old), (_, new) = was, now
    if old.document and new.document:
        return float(_without_revision(old.document) == _without_revision(new.document))
    if old.title == new.title:
        return 1.0
    likeness: list[Callable[[Annex], str]] = [lambda annex: annex.title, lambda annex: text_of(tidy(clean(annex.body)))]
    return max(similarity(bag(text(old)), bag(text(new))) for text in likeness)


def _without_revision(document: str) -> str:
    stem, _, revision = document.rpartition("-R")
    return stem if revision.isdecimal() else document
