"""A Word file at a desk: the letter it begins, or the next revision of a draft."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _

from contacts.actor import Actor
from contacts.designations import Directory
from contacts.models import Desk
from liaisons import sheets
from liaisons.documents import renderer
from liaisons.intake import reader
from liaisons.intake.addressees import resolved
from liaisons.intake.merging import merged
from liaisons.intake.reading import Reading
from liaisons.letter import Contact, Letter
from liaisons.models import Document, Revision
from liaisons.rules import Refused


@dataclass(frozen=True)
class Proposed:
    """The letter that would be written, with what the person should know before it is."""

    letter: Letter
    reading: Reading
    sentences: tuple[str, ...]


def read_at(desk: Desk, content: bytes, now: datetime) -> Reading:
    """Read a file as the desk reads: its own groups, its documents, its label of the Questions. Raises Refused."""
    read = reader.reading(
        content,
        references=set(Document.objects.of_desk(desk).values_list("reference", flat=True)),
        questions_label=desk.questions_label,
    )
    return resolved(read, Directory.load(desk.today(now), desk.group))


def new_letter(desk: Desk, content: bytes, *, by: Actor, now: datetime) -> Proposed:
    """The letter that a file begins at the desk; what the file leaves open is filled as in a new form."""
    reading = read_at(desk, content, now)
    letter, sentences = reading.letter, list(reading.sentences)
    own = desk.group.designation
    if letter.source not in ("", own):
        sentences.append(
            _("The file names “%(source)s” as its source. What is written at this desk comes from %(own)s.")
            % {"source": letter.source, "own": own}
        )
    letter = replace(
        letter,
        source=own,
        questions=letter.questions or desk.questions_default,
        venue_date=letter.venue_date or _("by correspondence"),
    )
    if "contacts" not in reading.carried and (person := by.person) is not None:
        contact = Contact(person.name, person.organization, person.country, person.phone, person.email)
        letter = replace(letter, contacts=(contact,))
    return Proposed(letter, reading, tuple(sentences))


def next_letter(revision: Revision, desk: Desk, content: bytes, now: datetime) -> Proposed:
    """The revision in force with what the file says otherwise. Raises Refused."""
    reading = read_at(desk, content, now)
    before = revision.letter
    letter = merged(before, _as_printed(revision, desk, now), reading)
    sentences = [*reading.sentences, *_not_asked(before, letter), *_not_said(before, reading)]
    if "requests" in reading.carried and {one.key for one in letter.requests} - {one.key for one in before.requests}:
        sentences.append(_("A new request came in. Say in the form of what kind it is, and whom it is put to."))
    return Proposed(letter, reading, tuple(sentences))


def _as_printed(revision: Revision, desk: Desk, now: datetime) -> Letter:
    """What a file made from the revision reads as. Raises Refused: without it all that no page shows would be lost."""
    try:
        sheet = sheets.sheet(revision.letter, sheets.masthead_of(revision.statement))
        return read_at(desk, renderer.render(sheet, "docx").content, now).letter
    except (renderer.RenderError, Refused) as error:
        raise Refused(
            [_("The file cannot be compared with the draft just now. Try again in a minute."), str(error)]
        ) from error


def _not_asked(before: Letter, after: Letter) -> list[str]:
    """Say who stands in the letter no more: what was agreed with them goes too."""
    gone = {one.name for one in before.addressees} - {one.name for one in after.addressees}
    if not gone:
        return []
    return [_("No longer addressed: %(names)s.") % {"names": ", ".join(sorted(gone))}]


def _not_said(before: Letter, reading: Reading) -> list[str]:
    """Say what the file leaves as it is, though somebody may have meant to take it away."""
    sentences = []
    if before.title and "title" not in reading.carried:
        sentences.append(_("The title stays as it is."))
    if before.annexes and "annexes" not in reading.carried:
        sentences.append(_("The annexes stay: the file has none of its own. Take them out in the form."))
    return sentences
