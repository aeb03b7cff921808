"""What belongs in the folder of a desk, as plain data: each paper of its register with the files it has.

What has not gone out is not here: no draft before the list has it, no statement while its dispatch can be recalled.
The folder is the desk's own area: its files are those that were sent, with the contacts printed on the letters.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.utils import translation
from django.utils.translation import gettext as _

from contacts.models import Desk
from liaisons import renditions, sheets
from liaisons.documents.naming import stem
from liaisons.folder import naming
from liaisons.letter import Masthead
from liaisons.models import (
    Attachment,
    Blob,
    Circulation,
    Document,
    DocumentFile,
    Message,
    MessageFile,
    Rendition,
    Revision,
    Statement,
)

KINDS = (Rendition.Kind.PDF, Rendition.Kind.WORD)
Made = Mapping[tuple[int, str], Rendition]  # by the key of the revision and the name of the file


@dataclass(frozen=True)
class File:
    """A file of a paper: the name it is to have, its bytes, and the title of one that goes with the paper."""

    name: str
    blob: Blob
    title: str = ""


@dataclass(frozen=True)
class Paper:
    """Something with a number in the register. `at` is when it went out, `dated` what it says of itself."""

    number: str
    revision: str
    period: str  # the study period in which a statement has its number, "" for documents
    kind: str
    title: str
    source: str
    dated: str
    at: datetime
    url: str
    is_statement: bool
    language: str = ""  # of its title, where that is known
    status: str = ""
    files: tuple[File, ...] = ()
    unmade: tuple[str, ...] = ()  # names of files that are still to be made
    failed: tuple[str, ...] = ()  # names of files that could not be made

    @property
    def identity(self) -> tuple[str, ...]:
        """What a name in the folder stands for."""
        return self.number, self.revision, self.period


@dataclass(frozen=True)
class Text:
    """What a paper says: as the final letter of the statement, or as the copy that a circulation carried."""

    statement: Statement
    revision: Revision
    circulation: Circulation | None = None


@dataclass(frozen=True)
class Rendered:
    """PDF and Word of a text: those that are there, and the names of those that are not yet or cannot be made."""

    files: tuple[File, ...] = ()
    unmade: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


@dataclass
class Contents:
    """The papers, statements before documents, each the latest first."""

    papers: list[Paper] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)  # keys of files that were ordered and are still to be made
    unordered: list[tuple[Text, Rendition.Kind]] = field(default_factory=list)  # files that nobody ever asked for


def contents_of(desk: Desk) -> Contents:
    """A fixed number of queries, however many papers there are."""
    contents = Contents()
    with translation.override(settings.LANGUAGE_CODE):
        made = _renditions(desk)
        _add_statements(contents, desk, made)
        _add_documents(contents, desk, made)
    return contents


def order(unordered: Iterable[tuple[Text, Rendition.Kind]]) -> list[int]:
    """Order files that nobody has asked for, as of a letter that was entered as the past; returns their keys."""
    return [renditions.order(text.revision, _masthead_of(text), [kind])[0].pk for text, kind in unordered]


def _masthead_of(text: Text) -> Masthead:
    """The one of the other kind, where that is there."""
    if text.circulation is not None:
        return sheets.masthead_of_copy(text.statement, text.circulation)
    return sheets.masthead_now(text.statement)


def _renditions(desk: Desk) -> dict[tuple[int, str], Rendition]:
    """The files of the desk's letters; of several with one name that which was sent, else the first."""
    dispatched = Q(message__kind=Message.Kind.SEND, message__round=OuterRef("revision__statement__dispatch_round"))
    circulated = Q(message__kind=Message.Kind.CIRCULATE)
    sent = MessageFile.objects.filter(dispatched | circulated, rendition=OuterRef("pk"))
    rows = (
        Rendition.objects.filter(revision__statement__desk=desk)
        .annotate(went_out=Exists(sent))
        .select_related("blob")
        .defer("masthead", "warnings")
        .order_by("-went_out", "pk")
    )
    found: dict[tuple[int, str], Rendition] = {}
    for row in rows:
        found.setdefault((row.revision_id, row.name), row)
    return found


# Statements


def _add_statements(contents: Contents, desk: Desk, made: Made) -> None:
    attachments = Attachment.objects.select_related("blob").order_by("position", "pk")
    rows = (
        Statement.objects.issued_by(desk)
        .posted()
        .select_related("desk__group", "revision", "approved_revision")
        .defer(*(f"{text}__{part}" for text in ("revision", "approved_revision") for part in ("content", "body")))
        .prefetch_related(Prefetch("revision__attachments", attachments))
        .prefetch_related(Prefetch("approved_revision__attachments", attachments))
        .order_by("-posted_at", "-pk")
    )
    statements = list(rows)
    corrected = {
        row.corrects_id: f"{row.reference}-Corr{row.correction}"
        for row in reversed(statements)
        if row.corrects_id and row.state != Statement.State.WITHDRAWN
    }
    for statement in statements:
        revision = statement.approved_revision or statement.revision
        if revision is not None:  # else its text was never entered
            contents.papers.append(_statement(contents, statement, revision, corrected.get(statement.pk, ""), made))


def _statement(contents: Contents, statement: Statement, revision: Revision, correction: str, made: Made) -> Paper:
    assert statement.posted_at is not None  # posted() asks for it
    number = stem(statement.reference, statement.correction)
    root = number or f"statement-{statement.pk}"
    # A letter without a number has its files under another name among the renditions.
    sent = number or f"draft-{statement.pk}-{revision.number}"
    rendered = _rendered(contents, made, Text(statement, revision), sent, root)
    return Paper(
        number=statement.reference,
        revision=f"Corr{statement.correction}" if statement.correction else "",
        period=statement.study_period,
        kind=_("statement"),
        title=revision.title,
        source=statement.source_text,
        dated=statement.dated.isoformat() if statement.dated else statement.dated_text,
        at=statement.posted_at,
        url=statement.get_absolute_url(),
        is_statement=True,
        language=revision.language,
        status=_status(statement, correction),
        files=(*rendered.files, *_attached(revision, root)),
        unmade=rendered.unmade,
        failed=rendered.failed,
    )


def _status(statement: Statement, correction: str) -> str:
    if statement.state == Statement.State.WITHDRAWN:
        return _("withdrawn")
    return _("corrected by %(correction)s") % {"correction": correction} if correction else ""


# Documents


def _add_documents(contents: Contents, desk: Desk, made: Made) -> None:
    files = DocumentFile.objects.select_related("blob").order_by("pk")
    attachments = Attachment.objects.select_related("blob").order_by("position", "pk")
    not_out = Q(circulation__statement__isnull=False, circulation__distributed_at__isnull=True)
    rows = (
        Document.objects.of_desk(desk)
        .exclude(not_out)
        .select_related("source", "circulation__desk__group", "circulation__statement__desk__group")
        .select_related("circulation__revision")
        .defer("circulation__revision__content", "circulation__revision__body")
        .prefetch_related(Prefetch("files", files), Prefetch("circulation__revision__attachments", attachments))
        .order_by("-number", "-revision", "-pk")
    )
    for document in rows:
        contents.papers.append(_document(contents, document, desk, made))


def _document(contents: Contents, document: Document, desk: Desk, made: Made) -> Paper:
    circulation: Circulation | None = getattr(document, "circulation", None)
    statement = circulation.statement if circulation else None
    rendered = _circulated(contents, document, circulation, made) if circulation and statement else _handed_in(document)
    withdrawn = statement is not None and statement.state == Statement.State.WITHDRAWN
    return Paper(
        number=document.reference,
        revision=f"R{document.revision}" if document.revision else "",
        period="",
        kind=str(Document.Kind(document.kind).label),  # get_kind_display() hashes all labels each time
        title=document.title,
        source=document.source.designation if document.source else document.source_text,
        dated=desk.today(document.registered_at).isoformat(),
        at=document.registered_at,
        url=document.get_absolute_url(),
        is_statement=False,
        status=_("withdrawn") if withdrawn else "",
        files=rendered.files,
        unmade=rendered.unmade,
        failed=rendered.failed,
    )


def _handed_in(document: Document) -> Rendered:
    files = list(document.files.all())
    names = naming.of_handed_in(stem(document.reference), [file.name for file in files])
    return Rendered(tuple(File(name, file.blob) for name, file in zip(names, files, strict=True)))


def _circulated(contents: Contents, document: Document, circulation: Circulation, made: Made) -> Rendered:
    """The text as it went to the list: a revision amended while the window ran is not what the number stands for."""
    root, revision, statement = stem(document.reference), circulation.revision, circulation.statement
    assert revision is not None  # of a statement it is the text sent out
    assert statement is not None
    rendered = _rendered(contents, made, Text(statement, revision, circulation), root, root)
    kept = [File(naming.beside(root, file.name), file.blob) for file in document.files.all()]
    return replace(rendered, files=(*rendered.files, *_attached(revision, root), *kept))


# Both


def _rendered(contents: Contents, made: Made, text: Text, sent: str, root: str) -> Rendered:
    """PDF and Word of a text, each for itself; `sent` is the stem of their names as they are sent."""
    files, unmade, failed = [], [], []
    for kind in KINDS:
        name, row = f"{root}.{kind}", made.get((text.revision.pk, f"{sent}.{kind}"))
        if row is None:
            contents.unordered.append((text, kind))
            unmade.append(name)
        elif row.blob is not None:
            files.append(File(name, row.blob))
        elif row.tries >= Rendition.MAX_TRIES:
            failed.append(name)
        else:
            contents.waiting.append(row.pk)
            unmade.append(name)
    return Rendered(tuple(files), tuple(unmade), tuple(failed))


def _attached(revision: Revision, root: str) -> list[File]:
    return [File(naming.beside(root, file.name), file.blob, file.title) for file in revision.attachments.all()]
