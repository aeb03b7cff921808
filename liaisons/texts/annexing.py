"""An annex that is a document of the register: its text as it stands there, taken into the letter for good."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from html import escape

from django.utils.translation import gettext as _

from contacts.models import Desk
from liaisons.documents.labels import labels_for
from liaisons.documents.pictures import picture_type
from liaisons.intake.word import LONGEST_BODY, read_word
from liaisons.letter import Annex, Letter
from liaisons.models import Blob, Document
from liaisons.rules import Refused

LONGEST_TITLE = 300


@dataclass(frozen=True)
class Text:
    """What a document says; `body` is sanitized HTML, with the annexes of the document at its end."""

    title: str
    abstract: str
    body: str


def text_of(document: Document) -> Text:
    """The text of a document at its revision. Raises Refused, with what to do, for one that has none here.

    That of a statement is the revision it was registered with; of others the Word file that was filed.
    """
    revision = document.statement_revision
    letter = revision.letter if revision else _filed(document)
    body = "".join([letter.body, *_annexes(letter)])
    if not body:
        raise Refused([_("%(document)s has no text to annex. Attach it as a file.") % {"document": document}])
    if len(body) > LONGEST_BODY:
        raise Refused([_("%(document)s is too long to annex. Attach it as a file.") % {"document": document}])
    return Text(document.title or letter.title, letter.abstract, body)


def filled(letter: Letter, desk: Desk | None, before: Letter | None) -> Letter:
    """The letter with the texts of the documents it annexes, where it says nothing of its own in their place.

    What an author changed in such a text stays. Another revision of the document brings its own text, unless
    the author has changed it. Raises Refused when a document that is newly annexed has no text here.
    """
    if desk is None or not any(annex.document for annex in letter.annexes):
        return letter
    wanted = [annex.document for annex in letter.annexes if annex.document]
    documents = {
        document.reference: document
        for document in Document.objects.of_desk(desk).filter(reference__in=wanted).select_related("statement_revision")
    }
    return replace(letter, annexes=tuple(_filled(annex, documents, before) for annex in letter.annexes))


def keep_pictures(pictures: Iterable[bytes]) -> None:
    """Store the figures of a text that was taken in."""
    for picture in pictures:
        Blob.objects.keep(picture, picture_type(picture))


def _filled(annex: Annex, documents: dict[str, Document], before: Letter | None) -> Annex:
    document = documents.get(annex.document)
    if document is None:
        return annex
    earlier = [one for one in before.annexes if one.document] if before else []
    if annex.body:
        if not any(one.body == annex.body and one.document != annex.document for one in earlier):
            return annex
    elif annex in earlier:
        return annex  # it went without its text before
    text = text_of(document)
    return replace(annex, title=annex.title or text.title[:LONGEST_TITLE], abstract=text.abstract, body=text.body)


def _filed(document: Document) -> Letter:
    """What the document's Word file says."""
    file = document.files.filter(name__iendswith=".docx").select_related("blob").order_by("pk").last()
    if file is None:
        raise Refused(
            [
                _("%(document)s has no Word file to take its text from. Attach it as a file, or file its Word version.")
                % {"document": document}
            ]
        )
    try:
        reading = read_word(file.blob.read())
    except FileNotFoundError:
        raise Refused([_("The storage has lost %(file)s. File it again.") % {"file": file}]) from None
    except Refused as refused:
        sentences = [f"{file}: {sentence}" for sentence in refused.sentences]
        raise Refused([*sentences, _("Attach it as a file, or file a sound Word version.")]) from None
    keep_pictures(reading.pictures.values())
    return reading.letter


def _annexes(letter: Letter) -> list[str]:
    """Annexes inside an annex follow its text under headings."""
    label = labels_for(letter.language).annex
    texts = []
    for number, annex in enumerate(letter.annexes, start=1):
        heading = label.format(number=number)
        if not annex.title.lower().startswith(heading.lower()):
            heading = f"{heading}: {annex.title}"
        abstract = "".join(f"<p>{escape(line)}</p>" for line in annex.abstract.splitlines() if line.strip())
        texts.append(f"<h2>{escape(heading, quote=False)}</h2>{abstract}{annex.body}")
    return texts
