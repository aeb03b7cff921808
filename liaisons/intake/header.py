"""The table at the head of a liaison statement, formatted or not: which label says which field."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from django.utils.translation import gettext as _
from lxml.etree import _Element

from liaisons.documents.labels import LABELS
from liaisons.intake.body import words_of
from liaisons.intake.found import Found
from liaisons.intake.lines import LineReader, paragraphs
from liaisons.intake.package import Part
from liaisons.intake.pieces import Line
from liaisons.intake.styles import key
from liaisons.intake.tables import cells_of

# Labels by what they say in fewest words: "For action to:" and "FOR ACTION TO" are "foractionto".
_ALSO: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "questions": ("question", "questions", "wg", "wgs", "workinggroup", "workinggroups"),
        "group": ("studygroup", "sg", "fg", "focusgroup", "group"),
        "party": ("workingparty", "workingparties", "wp", "wps"),
        "meeting": ("meeting", "placedate", "placeanddate", "venue", "venuedate"),
        "ref": ("ref", "reference", "ourref"),
        "source": ("source", "from"),
        "title": ("title", "subject"),
        "action": ("foraction", "foractionto"),
        "comment": ("forcomment", "forcommentto", "forcomments", "forcommentsto"),
        "information": ("forinformation", "forinformationto", "forinfo", "forinfoto"),
        "approval": ("approval", "approvedby"),
        "deadline": ("deadline", "dateline"),
        "contact": ("contact", "contacts", "contactperson", "contactpersons"),
        "abstract": ("abstract", "summary"),
        "requested": ("action", "actions", "actionrequested", "requestedaction"),
        "keywords": ("keywords",),
        "purpose": ("purpose",),
    }
)
# Our name of a row → that among the words printed on the page.
_PRINTED = {
    **{name: name for name in ("questions", "meeting", "ref", "source", "title", "action", "comment", "information")},
    **{name: name for name in ("approval", "deadline", "contact", "abstract", "requested")},
    "group": "study_group",
    "party": "working_party",
}
_LABELS: dict[str, str] = {
    **{key(getattr(labels, printed)): name for labels in LABELS.values() for name, printed in _PRINTED.items()},
    **{word: name for name, words in _ALSO.items() for word in words},
}
_MOST_ROWS = 100
_STATEMENT = {key(labels.statement) for labels in LABELS.values()}
_TELLING = {"source", "title", "action", "comment", "information", "deadline", "approval"}
_INLINE = re.compile(r"\s*([^:：]{2,40}?)\s*[:：]\s*(.*)", re.DOTALL)
_ORIGINALS = "|".join({re.escape(re.split("[:：]", labels.original)[0].strip()) for labels in LABELS.values()})
_ORIGINAL = re.compile(rf"(?:^|\s)(?:{_ORIGINALS})\s*[:：]\s*(.+)", re.IGNORECASE)
_TAG = re.compile(r"[A-Za-z]{2}(?:-[A-Za-z0-9]{1,8})*|[a-z]{3}(?:-[A-Za-z0-9]{1,8})*")
_LONGEST_TAG = 12
_LANGUAGES: Mapping[str, str] = MappingProxyType(
    {
        **{key(re.split("[:：]", labels.original)[1]): language for language, labels in LABELS.items()},
        "english": "en",
        "french": "fr",
        "spanish": "es",
        "russian": "ru",
        "chinese": "zh",
        "arabic": "ar",
        "castellano": "es",
        "العربية": "ar",
        "عربي": "ar",
        "汉语": "zh",
        "英文": "en",
    }
)


@dataclass
class Header:
    """What the tables at the head say, under the names of the fields; each value is a list of cells of lines."""

    rows: dict[str, list[list[str]]] = field(default_factory=dict)
    contacts: list[list[list[str]]] = field(default_factory=list)
    language: str = ""
    unknown_language: str = ""  # as the block names it
    is_statement: bool = False
    is_block: bool = False  # the formatted form, with its block at the top
    _spoken: Counter[str] = field(default_factory=Counter)

    def text(self, name: str, separator: str = " ") -> str:
        return separator.join(line for cell in self.rows.get(name, []) for line in cell)

    def settle_language(self) -> None:
        """That of most labels, unless the block says it."""
        if not self.language and self._spoken:
            best = self._spoken.most_common(1)[0][1]
            spoken = [language for language in LABELS if self._spoken[language] == best]
            self.language = spoken[0]


def telling_labels(table: _Element, found: Found, part: Part, own_label: str) -> int:
    """How many fields of a letter a table names: two make it a header."""
    lines = LineReader(found, part, words_only=True)
    names = set()
    if is_long(table):
        return 0
    for row in cells_of(table, found):
        for cell in row.cells[:6]:
            text = " ".join(line.text for line in words_of(paragraphs(cell.element, found), lines))[:80]
            names.add(_labelled(text, own_label)[0])
    return len(names & _TELLING)


def is_long(table: _Element) -> bool:
    """Longer than any header: looking through it would take time and find nothing."""
    return len(table) > _MOST_ROWS


def read_table(table: _Element, found: Found, part: Part, header: Header, own_label: str = "") -> None:
    """Take in what one of the tables at the head says. `own_label` is what the desk calls the row of Questions."""
    lines = LineReader(found, part, words_only=True)
    last = ""
    for row in cells_of(table, found):
        cells = [list(words_of(paragraphs(cell.element, found), lines)) for cell in row.cells if not cell.goes_on]
        cells = [cell for cell in cells if cell] if len(cells) > 2 else cells
        last = _read_row(cells, header, own_label, last)
    header.settle_language()


def _read_row(cells: list[list[Line]], header: Header, own_label: str, last: str) -> str:
    """Returns the label that holds for a row below it which has none."""
    texts = [" ".join(line.text for line in cell) for cell in cells]
    if any(key(text) in _STATEMENT for text in texts):
        header.is_statement = True
        return ""
    if _is_block(texts, [text for cell in cells for line in cell for text in line.lines], header):
        return ""
    name = ""
    for at, cell in enumerate(cells):
        values = [text for line in cell for text in line.lines]
        said, rest = _labelled(texts[at], own_label)
        if said:
            name = said
            header._spoken.update(_languages(texts[at]))
            if name == "contact" and at + 1 <= len(cells):
                header.contacts.append([])
            elif name != "contact":
                header.rows.setdefault(name, [])
            values = [rest] if rest else []
        elif not name and at == 0 and not texts[0] and last and len(cells) > 1:
            name = last  # a second row under the same label
            continue
        if values and name == "contact":
            header.contacts[-1].append(values)
        elif values and name:
            header.rows[name].append(values)
    return name


def _labelled(text: str, own_label: str) -> tuple[str, str]:
    """The field a cell is the label of, with what follows the label in the same cell."""
    if name := _label(text, own_label):
        return name, ""
    if (found := _INLINE.match(text)) and (name := _label(found[1], own_label)):
        return name, found[2]
    return "", ""


def _label(text: str, own_label: str) -> str:
    short = key(unicodedata.normalize("NFC", text))
    if own_label and short == key(own_label):
        return "questions"
    return _LABELS.get(short, "")


def _languages(text: str) -> Iterable[str]:
    short = key(unicodedata.normalize("NFC", _labelled_part(text)))
    for language, labels in LABELS.items():
        if short in {key(getattr(labels, printed)) for printed in _PRINTED.values()}:
            yield language


def _labelled_part(text: str) -> str:
    found = _INLINE.match(text)
    return text if not found or _label(text, "") else found[1]


def _is_block(texts: list[str], lines: list[str], header: Header) -> bool:
    """The rows with emblem, organization and number: of them only the language is of use."""
    found = next((found for line in lines if (found := _ORIGINAL.search(line))), None)
    if found and not any(_labelled(text, "")[0] for text in texts):
        header.is_block = True
        header.language = _language(found[1])
        header.unknown_language = "" if header.language else found[1]
        return True
    beginnings = (labels.organization[0] for labels in LABELS.values())
    if any(key(text).startswith(key(beginning)) for text in texts for beginning in beginnings):
        header.is_block = True
        return True
    return False


def _language(name: str) -> str:
    """The tag of a language by its name or tag; "" for what is neither."""
    name = name.strip(" .\u200e\u200f")
    if known := _LANGUAGES.get(key(unicodedata.normalize("NFC", name))):
        return known
    language, hyphen, more = name.partition("-")
    return f"{language.lower()}{hyphen}{more}" if len(name) <= _LONGEST_TAG and _TAG.fullmatch(name) else ""


def left_over(header: Header) -> list[str]:
    """What the table says for which a letter has no place."""
    sentences = []
    if header.unknown_language:
        sentences.append(
            _("“%(text)s” was not understood as a language. Choose the language of the text in the form.")
            % {"text": header.unknown_language[:200]}
        )
    for name, sentence in (
        ("party", _("Working party “%(text)s” was left out: a letter has no row for it.")),
        ("keywords", _("Keywords “%(text)s” were left out: a letter has no row for them.")),
        ("purpose", _("Purpose “%(text)s” was left out: it belongs to each addressee.")),
        ("approval", _("Approval “%(text)s” was not taken: it is recorded with the step that approves.")),
    ):
        text = header.text(name)
        if text and text != "-":
            sentences.append(sentence % {"text": text[:200]})
    return sentences
