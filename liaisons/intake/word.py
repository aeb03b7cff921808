"""Reads a Word file: the formatted form of a liaison statement, the unformatted one, or any text."""

from collections.abc import Collection, Iterator
from datetime import date
from itertools import islice

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from lxml.etree import _Element

from liaisons.documents.sanitize import clean, printable
from liaisons.intake import fields
from liaisons.intake.body import ANNEX, BodyReader, Section, without_lists_of_parts, words_of
from liaisons.intake.found import Found
from liaisons.intake.header import Header, is_long, left_over, read_table, telling_labels
from liaisons.intake.lines import LineReader, paragraphs
from liaisons.intake.numbering import Numbering
from liaisons.intake.package import Package, Part, W, said_plainly
from liaisons.intake.reading import Form, Reading
from liaisons.intake.styles import Styles
from liaisons.letter import PURPOSES, Annex, Asked, Contact, Letter, Purpose, pictures_of
from liaisons.refusals import Refused

LONGEST_BODY = 1_000_000  # characters of HTML, as the form takes
LONGEST_ABSTRACT = 5_000
MOST_ROWS = 40
_HEADER_WITHIN = 12  # blocks from the top
_ABSTRACT_WITHIN = 4
_NO_TITLE_ENDS_SO = tuple(",.;:!，。；：！،؛")  # "Dear colleagues,"

_PARTS = {"styles": "styles", "numbering": "numbering", "footnotes": "footnote", "endnotes": "endnote"}


def read_word(content: bytes, *, references: Collection[str] = (), questions_label: str = "") -> Reading:
    """Read a file without storing anything. Raises Refused with a sentence for a file that cannot be read.

    Pages read through liaisons.intake.reader, where a file cannot take more time and memory than it may.
    `references` are documents of the register, by which an annex is known to be one of them; `questions_label` is
    what the desk calls the row of Questions.
    """
    with said_plainly(content):
        return _Reader(Package(content), references, questions_label).reading()


class _Reader:
    def __init__(self, package: Package, references: Collection[str], questions_label: str) -> None:
        self._part = package.document
        self._found = _found(package, self._part)
        self._named: dict[Purpose, str] = {}
        self._own_deadlines: dict[str, date] = {}
        self._references = references
        self._questions_label = questions_label
        self._read_from: dict[str, str] = {}

    def reading(self) -> Reading:
        body = self._part.root.find(f"{W}body")
        assert body is not None  # Package.document looked
        elements = list(paragraphs(body, self._found))
        header, below = self._header(elements)
        sections = BodyReader(self._found, self._part).sections(below)
        form: Form = "plain" if header is None else "formatted" if header.is_block else "unformatted"
        header = header or Header()
        header.rows |= self._rows_above(sections[0], {"abstract", "requested", "keywords", "purpose"})
        letter = self._letter(header, sections, form)
        self._say_comments()
        return Reading(
            form=form,
            letter=letter,
            read_from=self._read_from,
            carried=_carried(form, header, letter),
            sentences=tuple(self._found.sentences),
            pictures={sha256: self._found.pictures[sha256] for sha256 in pictures_of(letter)},
            named=self._named,
            own_deadlines=self._own_deadlines,
        )

    def _header(self, elements: list[_Element]) -> tuple[Header | None, list[_Element]]:
        """The table at the head, if there is one, and what stands below it."""
        for at, element in enumerate(islice(elements, _HEADER_WITHIN)):
            if element.tag != f"{W}tbl":
                continue
            if telling_labels(element, self._found, self._part, self._questions_label) < 2:
                continue
            above = " ".join(
                line.text for line in words_of(elements[:at], LineReader(self._found, self._part, words_only=True))
            )
            if above:
                self._found.say(_("What stands above the table was left out: “%(text)s”") % {"text": above[:200]})
            header = Header()
            read_table(element, self._found, self._part, header, self._questions_label)
            return header, elements[at + 1 :]
        return None, elements

    def _rows_above(self, section: Section, names: set[str]) -> dict[str, list[list[str]]]:
        """Takes the tables of abstract and requests out of the first blocks, and returns what they say."""
        rows: dict[str, list[list[str]]] = {}
        for block in section.blocks[:_ABSTRACT_WITHIN]:
            if block.element is None or is_long(block.element):
                continue
            read = Header()
            read_table(block.element, self._found, self._part, read)
            if not read.rows or not set(read.rows) <= names:
                break
            rows |= read.rows
            section.blocks = [one for one in section.blocks if one is not block]
        return rows

    def _letter(self, header: Header, sections: list[Section], form: Form) -> Letter:
        found = self._found
        title, replies = fields.title_and_replies(self._line(header, "title", 500, _("Title")))
        if form == "plain":
            title, replies = fields.title_and_replies(self._first_line(sections[0]))
        if not title:
            found.say(_("No title was found."))
        day, words, self._own_deadlines = fields.deadlines(self._text(header, "deadline"))
        self._named = {purpose: fields.names(self._text(header, purpose)) for purpose in PURPOSES}
        if len(words) > 200:
            words = fields.bounded(words, 200, _("Deadline"), found)
        annexes = tuple(self._annex(number, section) for number, section in enumerate(sections[1:], start=1))
        for sentence in left_over(header):
            found.say(sentence)
        return Letter(
            title=title,
            source=self._line(header, "source", 200, _("Source")) or self._line(header, "group", 200, _("Source")),
            body=self._body(sections[0], len(annexes)),
            language=header.language or "en",
            questions=self._line(header, "questions", 300, _("Questions")),
            venue_date=self._line(header, "meeting", 200, _("Place and date")),
            ref=self._line(header, "ref", 80, _("Ref.")),
            abstract=self._abstract(header, "abstract"),
            deadline=day,
            deadline_text=words,
            addressees=fields.addressees(self._named, self._own_deadlines),
            requests=self._requests(header),
            contacts=self._contacts(header),
            annexes=annexes[:MOST_ROWS],
            in_reply_to=replies,
        )

    def _text(self, header: Header, name: str) -> str:
        if name in ("questions", "meeting"):
            _split_questions(header)
        text = header.text(name)
        if text:
            self._read_from["venue_date" if name == "meeting" else name] = text
        return fields.value_or_none(text)

    def _line(self, header: Header, name: str, most: int, label: str) -> str:
        return fields.bounded(self._text(header, name), most, label, self._found)

    def _abstract(self, header: Header, name: str) -> str:
        text = header.text(name, "\n")
        if text:
            self._read_from[name] = text
        if len(text) > LONGEST_ABSTRACT:
            self._found.say(
                _("%(label)s: only the first %(count)d characters were taken.")
                % {"label": _("Abstract"), "count": LONGEST_ABSTRACT}
            )
        return fields.value_or_none(text[:LONGEST_ABSTRACT])

    def _requests(self, header: Header) -> tuple[Asked, ...]:
        texts = [line for cell in header.rows.get("requested", []) for line in cell if fields.value_or_none(line)]
        if texts:
            self._read_from["requests"] = "\n".join(texts)
        return tuple(
            Asked(str(number), "answer", fields.bounded(text, 500, _("Action"), self._found))
            for number, text in enumerate(texts[:MOST_ROWS], start=1)
        )

    def _contacts(self, header: Header) -> tuple[Contact, ...]:
        contacts = [contact for cells in header.contacts if (contact := fields.contact_of(cells, self._found))]
        if contacts:
            self._read_from["contacts"] = "\n\n".join(
                "\n".join(line for cell in cells for line in cell) for cells in header.contacts
            )
        return tuple(contacts[:MOST_ROWS])

    def _first_line(self, section: Section) -> str:
        """The title of a plain text: its first heading, or its first line when that is short and no sentence."""
        first = section.blocks[0] if section.blocks else None
        if first is None or first.kind not in ("p", "heading") or len(first.text) > 300:
            return ""
        if first.kind == "p" and first.style != "title" and first.text.endswith(_NO_TITLE_ENDS_SO):
            return ""
        section.blocks = section.blocks[1:]
        self._read_from["title"] = first.text
        return first.text

    def _body(self, section: Section, annexes: int) -> str:
        section.blocks = without_lists_of_parts(section.blocks, annexes)
        if words := _words(section):
            self._read_from["body"] = words
        return _clean(section.html)

    def _annex(self, number: int, section: Section) -> Annex:
        abstract = Header(self._rows_above(section, {"abstract"})).text("abstract", "\n")[:LONGEST_ABSTRACT]
        title, document = self._annex_title(number, section.heading)
        self._read_from[f"annex {number}"] = f"{section.heading}\n{_words(section)}".strip()
        return Annex(title, _clean(section.html), document, abstract)

    def _annex_title(self, number: int, heading: str) -> tuple[str, str]:
        """The title without "Annex 1:", which is printed before it, and without the document it names."""
        found = ANNEX.match(heading)
        title = heading[found.end() :].strip() if found and found[1] == str(number) else heading
        for reference in self._references:
            if title.endswith(f"({reference})"):
                return fields.bounded(title[: -len(reference) - 2], 300, _("Annex"), self._found), reference
        return fields.bounded(title or heading, 300, _("Annex"), self._found), ""

    def _say_comments(self) -> None:
        if count := self._found.comments:
            self._found.say(
                ngettext(
                    "%(count)d comment in the margin was left out.",
                    "%(count)d comments in the margin were left out.",
                    count,
                )
                % {"count": count}
            )
        if self._found.cited:
            self._found.say(
                _("Footnotes stand in brackets where they are cited, and as paragraphs at the end of their part.")
            )


def _found(package: Package, document: Part) -> Found:
    """The styles, lists and footnotes of the file."""
    parts = {kind: package.part(document.related(kind)) for kind in _PARTS}
    styles = Styles(parts["styles"].root if parts["styles"] else None)
    found = Found(package, styles, Numbering(parts["numbering"].root if parts["numbering"] else None, styles))
    for kind in ("footnotes", "endnotes"):
        part, name = parts[kind], _PARTS[kind]
        if part is not None:
            found.note_parts[name] = part
            found.notes |= {f"{name} {one.get(f'{W}id', '')}": one for one in _notes(part.root, name)}
    return found


def _notes(root: _Element, name: str) -> Iterator[_Element]:
    """The notes that say something, not the lines that part them from the text."""
    return (one for one in root.iter(f"{W}{name}") if one.get(f"{W}type", "normal") == "normal")


def _split_questions(header: Header) -> None:
    """In the formatted form place and date stand at the right of the Questions, without a label."""
    cells = header.rows.get("questions", [])
    if "meeting" not in header.rows and len(cells) > 1:
        header.rows["questions"], header.rows["meeting"] = cells[:1], cells[1:]


def _carried(form: Form, header: Header, letter: Letter) -> frozenset[str]:
    """The fields the file speaks of: of the forms all rows, of a plain text its words. No title is none to take."""
    always = {"body", *(["title"] if letter.title else []), *(["annexes"] if letter.annexes else [])}
    if form != "plain":
        always |= {"questions", "venue_date", "deadline", "addressees", "contacts", "annexes"}
    if form == "formatted":
        return frozenset({*always, "ref", "abstract", "requests"})
    there = {"ref": "ref", "abstract": "abstract", "requested": "requests"}
    return frozenset({*always, *(name for row, name in there.items() if row in header.rows)})


def _words(section: Section) -> str:
    return "\n\n".join(block.text for block in section.blocks if block.text)


def _clean(html: str) -> str:
    body = clean(printable(html))
    if len(body) > LONGEST_BODY:
        raise Refused([_("The text is longer than a letter can be. Attach the file instead, or split it.")])
    return body
