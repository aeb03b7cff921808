"""What stands on the page of a letter, word by word and in order: PDF and Word print this and nothing else."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.utils.safestring import SafeString, mark_safe
from lxml.html import HtmlElement

from liaisons.documents.body import tidy, well_formed
from liaisons.documents.labels import ENGLISH, Labels, direction_of, labels_for
from liaisons.documents.paragraphs import number_paragraphs
from liaisons.documents.sanitize import clean, printable
from liaisons.letter import ENGLISH_ORGANIZATION, Addressed, Letter, Masthead, Purpose, Sheet

NONE = "-"  # as the ITU prints an empty row
END_RULE = 23  # underscores


@dataclass(frozen=True)
class Row:
    """A row under the block; `key` names it in styles and tests. `parts` are names that should not be torn apart."""

    key: str
    label: str
    parts: tuple[str, ...]
    separator: str = ""

    @property
    def value(self) -> str:
        return self.separator.join(self.parts)


@dataclass(frozen=True)
class ContactLines:
    """A contact row: who on the left, how to reach them on the right."""

    who: tuple[str, ...]
    phone: str
    email: str


@dataclass(frozen=True)
class Section:
    """The body, without a heading of its own, or an annex; `abstract` is that of an annexed document."""

    heading: str
    body: HtmlElement
    abstract: list[str] = field(default_factory=list)

    @property
    def html(self) -> SafeString:
        return mark_safe(well_formed(self.body))  # noqa: S308 – every text in it came through clean()


@dataclass(frozen=True)
class Page:
    """A sheet in the words of its language."""

    sheet: Sheet

    @property
    def _letter(self) -> Letter:
        return self.sheet.letter

    @property
    def _masthead(self) -> Masthead:
        return self.sheet.masthead

    @cached_property
    def labels(self) -> Labels:
        return labels_for(self._letter.language)

    @property
    def language(self) -> str:
        return self._letter.language

    @property
    def direction(self) -> str:
        return direction_of(self.language)

    @property
    def number(self) -> str:
        return printable(self._masthead.number)

    @property
    def group(self) -> str:
        return printable(self._masthead.group)

    @property
    def organization(self) -> tuple[str, ...]:
        """The lines at the left; a desk that never set its own gets those of the letter's language."""
        own = self._masthead.organization
        return self.labels.organization if own == ENGLISH_ORGANIZATION else own

    @property
    def study_period(self) -> str:
        period = self._masthead.study_period
        return self.labels.study_period.format(period=period) if period else ""

    @property
    def draft(self) -> str:
        until = self._masthead.comments_until
        return self.labels.draft.format(date=self.labels.day(until)) if until else ""

    @property
    def questions(self) -> Row:
        label = self._masthead.questions_label
        return Row(
            "questions",
            self.labels.questions if label == ENGLISH.questions else label,
            (printable(self._letter.questions) or "N/A",),
        )

    @property
    def venue_date(self) -> str:
        return printable(self._letter.venue_date)

    @property
    def title(self) -> str:
        """A reply says so in its title (A.1, 1.5.1), whether or not its author wrote it there."""
        title = printable(self._letter.title)
        unsaid = [reference for reference in self._letter.in_reply_to if reference not in title]
        return f"{title} {self.labels.reply.format(references=self.labels.comma.join(unsaid))}" if unsaid else title

    @property
    def origin(self) -> list[Row]:
        """The rows above the words LIAISON STATEMENT, after that of the Questions."""
        ref = printable(self._letter.ref)
        return [
            *([Row("ref", self.labels.ref, (ref,))] if ref else []),
            Row("source", self.labels.source, (printable(self._letter.source) or NONE,)),
            Row("title", self.labels.title, (self.title or NONE,)),
        ]

    @property
    def destination(self) -> list[Row]:
        """The rows below them; the one for comment stands only when someone is asked for comment."""
        return [
            self._purpose("action", self.labels.action),
            *([self._purpose("comment", self.labels.comment)] if self._letter.to("comment") else []),
            self._purpose("information", self.labels.information),
            Row("approval", self.labels.approval, (printable(self._masthead.approval) or NONE,)),
            Row("deadline", self.labels.deadline, tuple(self._deadlines()) or (NONE,), "; "),
        ]

    @property
    def contacts(self) -> list[ContactLines]:
        return [
            ContactLines(
                who=tuple(printable(line) for line in (contact.name, contact.organization, contact.country) if line),
                phone=self._in_order(printable(contact.phone)),
                email=printable(contact.email),
            )
            for contact in self._letter.contacts
        ]

    @property
    def abstract(self) -> list[str]:
        return lines_of(self._letter.abstract)

    @property
    def requested(self) -> list[str]:
        return [printable(request.text) for request in self._letter.requests]

    @cached_property
    def body(self) -> Section:
        return Section("", self._text(self._letter.body))

    @cached_property
    def annexes(self) -> list[Section]:
        return [
            Section(
                self._annex_heading(number, annex.title, annex.document),
                self._text(annex.body, f"A{number}."),
                lines_of(annex.abstract),
            )
            for number, annex in enumerate(self._letter.annexes, start=1)
        ]

    @property
    def attachments_heading(self) -> str:
        return self.labels.attachments.format(number=len(self._letter.attachments))

    @property
    def attachments(self) -> list[str]:
        return [
            printable(self.labels.colon.join(part for part in (attached.reference, attached.title) if part))
            for attached in self._letter.attachments
        ]

    @property
    def keywords(self) -> list[str]:
        words = (self.number, self.group, self._masthead.study_period, *self._letter.in_reply_to)
        return [printable(word) for word in words if word]

    def _text(self, body: str, prefix: str = "") -> HtmlElement:
        """A body to be printed; in copies for comment its paragraphs are numbered."""
        text = tidy(clean(body))
        if self._masthead.comments_until:
            number_paragraphs(text, prefix)
        return text

    def _in_order(self, phone: str) -> str:
        """Between words that run from right to left, groups of digits change places unless a mark says otherwise."""
        return f"\u200e{phone}" if self.direction == "rtl" and phone else phone

    def _purpose(self, purpose: Purpose, label: str) -> Row:
        return Row(purpose, label, self._names(self._letter.to(purpose)) or (NONE,), self.labels.comma)

    def _names(self, addressees: Iterable[Addressed]) -> tuple[str, ...]:
        return tuple(printable(addressed.name) for addressed in addressees)

    def _deadlines(self) -> Iterator[str]:
        """The letter's deadline, then those of addressees who have another one."""
        common = self._letter.deadline
        if common:
            yield self.labels.day(common)
        elif self._letter.deadline_text:
            yield printable(self._letter.deadline_text)
        own: dict[date, list[Addressed]] = {}
        for addressed in self._letter.addressees:
            if addressed.deadline and addressed.deadline != common:
                own.setdefault(addressed.deadline, []).append(addressed)
        for day, addressees in own.items():
            yield f"{self.labels.comma.join(self._names(addressees))}{self.labels.colon}{self.labels.day(day)}"

    def _annex_heading(self, number: int, title: str, document: str) -> str:
        """As in "Annex 1: Title (document)"; an author who wrote "Annex 1" before the title does not get it twice."""
        annex, title = self.labels.annex.format(number=number), printable(title).strip()
        heading = (
            title if title.lower().startswith(annex.lower()) else self.labels.colon.join(filter(None, (annex, title)))
        )
        return f"{heading} ({printable(document)})" if document and document not in heading else heading


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in printable(text).splitlines() if line.strip()]
