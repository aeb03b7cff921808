"""Statements to measure with: each has its own words, numbers, addressees and dates, so that no work repeats itself."""

import random
from datetime import date, timedelta

from liaisons.letter import Addressed, Asked, Contact, Letter, Masthead, Sheet
from tests.liaisons.documents import samples

_NOUNS = (
    "architecture avatar bandwidth carrier catalogue category channel charter clause codec committee contribution "
    "coordination criterion deadline delay deliverable device draft economy edition environment evaluation exchange "
    "federation framework gateway glossary guideline hardware headset identity index infrastructure interface "
    "interoperability inventory keyword landscape latency layer ledger library mapping measurement meeting mirror "
    "namespace network notation object observation ontology operator overlap participant passport platform policy "
    "procedure profile protocol provider quality quantity question record reference registry relation renderer report "
    "requirement response roadmap scenario schedule scheme security segment semantics sensor service signal simulation "
    "space specification standard storage stream structure supplement survey symbol template terminal terminology "
    "texture threshold topology tracking transport twin update usage validation vector venue version vocabulary wallet"
)
_VERBS = (
    "adopts aligns allocates amends approves assesses collects compares completes considers coordinates covers defines "
    "describes discusses drafts examines extends follows gathers harmonizes identifies informs invites lists "
    "maintains maps notes observes offers plans prepares proposes publishes reconsiders records requests "
    "reviews revises shares studies submits summarizes supports tests traces updates welcomes"
)
_LINKS = "for with under beside within against through towards after before"
_QUALITIES = (
    "annual appropriate bilateral binding common complete consistent current detailed early editorial existing "
    "final formal further general immersive initial joint late mature new normative open ordinary physical preliminary "
    "previous provisional published real recent regional related relevant shared spatial stable technical virtual"
)
_SENTENCE = [words.split() for words in (_QUALITIES, _NOUNS, _VERBS, _QUALITIES, _NOUNS, _LINKS, _NOUNS)]
_FIRST_DAY = date(2025, 1, 2)


class Author:
    """Writes sentences that nobody wrote before; the same number always writes the same."""

    def __init__(self, number: int) -> None:
        self._random = random.Random(number)
        self.number = number

    def words(self, count: int) -> str:
        text = " ".join(self._random.choice(_SENTENCE[at % len(_SENTENCE)]) for at in range(count))
        return text[0].upper() + text[1:]

    def sentence(self) -> str:
        return f"{self.words(self.between(9, 16))} {self.between(2, 9999)}."

    def between(self, least: int, most: int) -> int:
        return self._random.randint(least, most)

    def paragraph(self, sentences: int) -> str:
        return f"<p>{' '.join(self.sentence() for _ in range(sentences))}</p>"

    def day(self) -> date:
        return _FIRST_DAY + timedelta(days=self._random.randrange(1400))

    def some(self, names: list[str], count: int) -> list[str]:
        return self._random.sample(names, count)


def one_page(number: int) -> Sheet:
    """A statement as most are: a dozen rows, an abstract, three paragraphs and a short list."""
    author = Author(number)
    items = "".join(f"<li>{author.paragraph(1)}</li>" for _ in range(3))
    body = f"{author.paragraph(2)}{author.paragraph(3)}<ul>{items}</ul>{author.paragraph(1)}"
    return _sheet(author, body)


def three_pages(number: int) -> Sheet:
    """A longer one, with a table of thirty rows as TSAG allocates deliverables."""
    author = Author(number)
    rows = tuple(
        (
            f"{number}-{at:02}",
            author.words(author.between(4, 11)),
            f"{author.day():%B %Y}",
            f"SG{author.between(2, 21)}, SG{author.between(2, 21)}",
        )
        for at in range(1, 31)
    )
    table = samples.table(("Deliverable", "Title", "Approved", "Allocation"), rows)
    body = (
        f"<h2>1 {author.words(3)}</h2>{author.paragraph(4)}{author.paragraph(4)}"
        f"<p>Table 1 – {author.words(5)}</p>{table}"
        f"<h2>2 {author.words(4)}</h2>{author.paragraph(5)}"
        f"<ol>{''.join(f'<li>{author.paragraph(2)}</li>' for _ in range(5))}</ol>"
        f"<h3>2.1 {author.words(3)}</h3>{author.paragraph(6)}{author.paragraph(5)}{author.paragraph(4)}"
    )
    return _sheet(author, body)


def _sheet(author: Author, body: str) -> Sheet:
    number, deadline = author.number, author.day()
    people = ("Jungha Hong", "Hideo Imanaka", "Shin-Gak Kang", "Yining Zhao")
    letter = Letter(
        title=f"LS on {author.words(5).lower()} {number} (reply to SG21-LS{number})",
        source=f"ITU-T Study Group {number % 21 + 1}",
        questions=f"Q{number % 27 + 1}/{number % 21 + 1}",
        venue_date=f"Geneva, {author.day().isoformat()}",
        abstract=author.sentence(),
        deadline=deadline,
        addressees=(
            *(Addressed(name, "action", requests=("1",)) for name in author.some(samples.FOR_ACTION, 4)),
            *(Addressed(name, "information") for name in author.some(samples.FOR_INFORMATION, 3)),
        ),
        requests=(Asked("1", "comment", author.sentence()),),
        contacts=(
            Contact(
                people[number % 4], "ETRI", "Korea (Rep. of)", f"+82 42 860 {number:04}", f"person{number}@example.org"
            ),
        ),
        body=body,
    )
    masthead = Masthead(
        number=f"SG{number % 21 + 1}-LS{number}",
        group=f"STUDY GROUP {number % 21 + 1}",
        study_period="2025-2028",
        approval=f"ITU-T SG{number % 21 + 1} meeting ({author.day().isoformat()})",
        dated=author.day(),
    )
    return Sheet(letter, masthead)
