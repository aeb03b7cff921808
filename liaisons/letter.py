"""The content of a revision as plain data: what page, mail, PDF and Word are all made from."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Literal, Self

Purpose = Literal["action", "comment", "information"]
# Where a page finds a figure, and how the text names it: by the hash of its bytes.
PICTURES = "/pictures/"
_PICTURE = re.compile(rf'src="{PICTURES}([0-9a-f]{{64}})"')

# What stands at the left of the block where an organization has set nothing else; other languages have their own.
ENGLISH_ORGANIZATION = ("INTERNATIONAL TELECOMMUNICATION UNION", "TELECOMMUNICATION", "STANDARDIZATION SECTOR")

PURPOSES: tuple[Purpose, ...] = ("action", "comment", "information")


@dataclass(frozen=True)
class Contact:
    """A person who answers questions about the statement (A.1, 1.5.1)."""

    name: str
    organization: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Asked:
    """One thing the statement asks for; `key` is unique within the letter ("1", "2", …)."""

    key: str
    kind: str  # a value of liaisons.models.Request.Kind
    text: str


@dataclass(frozen=True)
class Addressed:
    """A body the statement goes to, with the purpose that belongs to it alone (A.1, 1.5.1).

    `text` is what the author wrote, `designation` the name of the group on the day of writing, or "" when
    nobody knows the group. `requests` are keys of Asked.
    """

    text: str
    purpose: Purpose
    designation: str = ""
    deadline: date | None = None
    requests: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.designation or self.text


@dataclass(frozen=True)
class Annex:
    """Text that follows the statement on a page of its own.

    `document` is the reference of a registered document at one revision, whose text and abstract then stand here
    as they were when the statement was written, with their own numbering.
    """

    title: str
    body: str = ""  # sanitized HTML
    document: str = ""
    abstract: str = ""


@dataclass(frozen=True)
class Attached:
    """A file that travels with the statement."""

    title: str
    name: str  # file name
    sha256: str
    reference: str = ""


@dataclass(frozen=True)
class Letter:
    """What an author writes. `body` and the bodies of annexes are sanitized HTML; the language is a BCP 47 tag."""

    title: str
    source: str
    body: str = ""
    language: str = "en"
    questions: str = ""
    venue_date: str = ""  # "Riyadh, 8–9 March 2023", or "by correspondence"
    ref: str = ""  # the sender's own output document number, not a reply
    abstract: str = ""
    deadline: date | None = None
    deadline_text: str = ""  # in the author's words where no date says it: "by your next meeting"
    addressees: tuple[Addressed, ...] = ()
    requests: tuple[Asked, ...] = ()
    contacts: tuple[Contact, ...] = ()
    annexes: tuple[Annex, ...] = ()
    attachments: tuple[Attached, ...] = ()
    in_reply_to: tuple[str, ...] = ()  # references of the statements it answers

    def to(self, purpose: Purpose) -> tuple[Addressed, ...]:
        return tuple(addressed for addressed in self.addressees if addressed.purpose == purpose)

    def to_dict(self) -> dict[str, Any]:
        """The letter as JSON types only: dates as ISO 8601 strings, sequences as lists."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self), default=date.isoformat))
        return plain

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Self:
        return cls(
            **{
                **plain,
                "deadline": _date(plain["deadline"]),
                "addressees": tuple(
                    Addressed(**{**row, "deadline": _date(row["deadline"]), "requests": tuple(row["requests"])})
                    for row in plain["addressees"]
                ),
                "requests": tuple(Asked(**row) for row in plain["requests"]),
                "contacts": tuple(Contact(**row) for row in plain["contacts"]),
                "annexes": tuple(Annex(**row) for row in plain["annexes"]),
                "attachments": tuple(Attached(**row) for row in plain["attachments"]),
                "in_reply_to": tuple(plain["in_reply_to"]),
            }
        )

    def sha256(self) -> str:
        return sha256_of(self.to_dict())


@dataclass(frozen=True)
class Masthead:
    """What the desk and the moment add to a letter on its printed page."""

    number: str  # "JCA-MV-LS1", or of a draft the document number "JCA-MV-Doc-021-R1"
    group: str  # as printed at the right of the block, capitals already applied
    study_period: str  # "2025-2028"
    questions_label: str = "Question(s):"
    approval: str = ""
    comments_until: date | None = None  # set on copies that circulate for comment: they say DRAFT
    dated: date | None = None
    word_inside: bool = False  # the PDF carries the Word file and keeps to PDF/A-3a
    emblem: str = ""  # SHA-256 of a picture of the sheet; empty: a neutral placeholder
    organization: tuple[str, ...] = ENGLISH_ORGANIZATION


@dataclass(frozen=True)
class Sheet:
    """A letter under its masthead: the one source of PDF and Word.

    `pictures` holds the bytes of the emblem and of the figures, by their SHA-256. With `before`, an earlier letter
    called `before_number`, the sheet is a comparison: what came in and what went out is marked.
    """

    letter: Letter
    masthead: Masthead
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    before: Letter | None = None
    before_number: str = ""


def sha256_of(plain: Mapping[str, Any]) -> str:
    """The hash of a letter's canonical JSON: sorted keys, no white space, UTF-8."""
    canonical = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def pictures_of(letter: Letter) -> list[str]:
    """The SHA-256 of each figure in the letter, in order of appearance."""
    return list(dict.fromkeys(_PICTURE.findall(" ".join([letter.body, *(annex.body for annex in letter.annexes)]))))


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
