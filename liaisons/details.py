"""What some steps need to be told beside a reason."""

from dataclasses import dataclass, field
from datetime import date

from contacts.models import Group, Person
from liaisons.letter import Addressed, Contact, Letter, Purpose
from liaisons.models import Blob, Document, Meeting, ReceivedMail, Reply, Statement


@dataclass(frozen=True)
class Amendment:
    """amend: the letter with its editorial change, and the meeting at which it was prepared."""

    letter: Letter
    meeting: Meeting | None = None


@dataclass(frozen=True)
class MeetingApproval:
    """approve: the meeting that approved and the clause of its report that says so."""

    meeting: Meeting
    clause: str


@dataclass(frozen=True)
class Returned:
    """revise: an approver, asked for approval, gives the text back instead; the reason says why."""


@dataclass(frozen=True)
class Closing:
    """close: with which outcome, a value of Statement.Outcome."""

    outcome: str


@dataclass(frozen=True)
class Nominee:
    """settle: a person the addressee nominates to represent it."""

    name: str
    email: str = ""
    organization: str = ""
    country: str = ""


@dataclass(frozen=True)
class Answer:
    """settle: what came back. `settles` and `declines` are keys of the addressee's requests.

    `statement` is the answering statement where one is registered, `replaces` the document whose place it has taken in
    the register, `mail` the mail by which it came; `files` are stored files with their names.
    """

    kind: str
    settles: tuple[str, ...] = ()
    declines: tuple[str, ...] = ()
    text: str = ""
    reference: str = ""
    for_whom: str = ""
    until: date | None = None
    name: str = ""
    email: str = ""
    statement: Statement | None = None
    replaces: Document | None = None
    nominee: Nominee | None = None
    mail: ReceivedMail | None = None
    files: tuple[tuple[Blob, str], ...] = ()


@dataclass(frozen=True)
class OfTheirs:
    """What an answer says of itself as a statement of theirs. `to` are bodies for each purpose, as they wrote them."""

    approval: str = ""
    to: tuple[tuple[Purpose, str], ...] = ()


@dataclass(frozen=True)
class Forwarding:
    """forward: the reply that named another body, and the body that is asked in its place by a day; None: nobody is."""

    reply: Reply
    to: Group | None
    due_on: date | None = None


@dataclass(frozen=True)
class Assignment:
    """assign: Questions or a person take a received statement on, a deputy stands in, an answer is due on a day.

    Other Questions and people get it for information.
    """

    questions: str = ""
    assignee: Person | None = None
    deputy: Person | None = None
    due_on: date | None = None
    informed_questions: str = ""
    informed: tuple[Person, ...] = ()


@dataclass(frozen=True)
class Answered:
    """answer: by which statement of ours."""

    statement: Statement


@dataclass(frozen=True)
class Noted:
    """note: the meeting that noted the statement, where one did."""

    meeting: Meeting | None = None
    clause: str = ""


Details = Amendment | MeetingApproval | Returned | Closing | Answer | Forwarding | Assignment | Answered | Noted


@dataclass(frozen=True)
class Received:
    """How a desk came by a statement issued elsewhere. `received_on` is a day at the desk's seat.

    `speaks_for` names other bodies than the source for which it answers, as the secretary wrote them.
    """

    source_text: str
    title: str
    received_on: date
    source: Group | None = None
    reference: str = ""
    forwarded_by: Group | None = None
    speaks_for: str = ""
    watched: bool = False
    purpose: str = ""
    dated: date | None = None
    body: str = ""
    deadline: date | None = None
    approval: str = ""
    contacts: tuple[Contact, ...] = ()
    addressees: tuple[Addressed, ...] = ()
    replies_to: tuple[Statement, ...] = ()
    files: tuple[tuple[Blob, str], ...] = field(default=())
