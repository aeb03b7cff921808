"""The files that belong to a text in circulation, to a letter and to a mail, each found by its name."""

from dataclasses import dataclass

from django.db.models import QuerySet

from liaisons import renditions, sheets
from liaisons.models import Addressee, Blob, Circulation, Message, MessageFile, Rendition, Revision


@dataclass(frozen=True)
class Enclosed:
    """A file under the name it goes by: a stored one, or a rendition that is made when somebody asks for it."""

    name: str
    blob: Blob | None = None
    rendition: Rendition | None = None
    title: str = ""

    @property
    def size(self) -> int | None:
        return self.blob.size if self.blob else None

    @property
    def cannot_be_made(self) -> bool:
        return self.rendition is not None and self.blob is None and self.rendition.tries >= Rendition.MAX_TRIES


def of_circulation(circulation: Circulation, revision: Revision | None = None) -> list[Enclosed]:
    """The text that circulates (or another revision of it) as PDF and Word, and what goes with it."""
    revision = revision or circulation.revision
    document = circulation.document.files.select_related("blob").order_by("pk")
    kept = [Enclosed(file.name, file.blob) for file in document]
    if revision is None or circulation.statement is None:
        return _distinct(kept)
    went = sheets.copies_of(circulation, revision).select_related("blob")
    rendered = {row.kind: row for row in went}.values() or renditions.unsaved(
        revision, sheets.masthead_of_copy(circulation.statement, circulation)
    )
    return _distinct([*(_rendered(row) for row in rendered), *_attached(revision), *kept])


def word_name(circulation: Circulation) -> str:
    """The name of the Word file in which the text went out, or ""."""
    found = _word(circulation)
    return found.name if found else ""


def word_of(circulation: Circulation) -> Blob | None:
    """That file, made now if nobody has waited for it yet; a report may have gone out without one."""
    found = _word(circulation)
    return blob_of(found) if found else None


def of_addressee(addressee: Addressee) -> list[Enclosed]:
    """What the addressee was sent with the letter in force."""
    statement = addressee.statement
    sent = MessageFile.objects.filter(message__in=Message.objects.of_dispatch(statement).filter(addressee=addressee))
    files = _of_mails(sent)
    if not files and statement.approved_revision:
        masthead = sheets.masthead_now(statement)
        files = [_rendered(row) for row in renditions.unsaved(statement.approved_revision, masthead)]
    return _distinct([*files, *_attached(statement.approved_revision)])


def of_message(message: Message) -> list[Enclosed]:
    return _distinct(_of_mails(MessageFile.objects.filter(message=message)))


def blob_of(file: Enclosed) -> Blob | None:
    """Its content, made now if nobody has waited for it yet; None where it cannot be made."""
    return file.blob or (_made(file.rendition) if file.rendition else None)


def _word(circulation: Circulation) -> Enclosed | None:
    """Of a statement the rendition and not some attachment, of a report the first Word file of its document."""
    is_letter = circulation.statement is not None
    words = (file for file in of_circulation(circulation) if file.name.endswith(".docx"))
    return next((file for file in words if (file.rendition is not None) == is_letter), None)


def _made(rendition: Rendition) -> Blob | None:
    """Make the file now, rather than let its reader wait for the worker."""
    if rendition._state.adding:
        sheet = renditions.sheet_of(rendition)
        rendition = renditions.order(rendition.revision, sheet.masthead, [rendition.kind])[0]
    if rendition.blob is None:
        renditions.make_missing(only=[rendition.pk])
        rendition = Rendition.objects.select_related("blob").get(pk=rendition.pk)
    return rendition.blob


def _of_mails(files: QuerySet[MessageFile]) -> list[Enclosed]:
    return [
        Enclosed(file.name, blob=file.rendition.blob, rendition=file.rendition)
        if file.rendition
        else Enclosed(file.name, file.blob)
        for file in files.select_related("rendition__blob", "rendition__revision", "blob").order_by("pk")
    ]


def _rendered(rendition: Rendition) -> Enclosed:
    return Enclosed(rendition.name, rendition.blob, rendition)


def _attached(revision: Revision | None) -> list[Enclosed]:
    if revision is None:
        return []
    return [Enclosed(file.name, file.blob, title=file.title) for file in revision.attachments.select_related("blob")]


def _distinct(files: list[Enclosed]) -> list[Enclosed]:
    """Each name once, PDF before Word: the same file goes with many mails."""
    named = {file.name: file for file in reversed(files)}
    return sorted(named.values(), key=lambda file: (not file.name.endswith(".pdf"), file.name))
