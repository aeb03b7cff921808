"""Documents that the secretariat enters in the register of its group by hand."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.actor import Actor
from contacts.models import Desk, Group
from liaisons.models import Blob, Document, DocumentFile, Event
from liaisons.numbering import next_revision, number_document
from liaisons.rules import SECRETARIAT, Refused


@dataclass(frozen=True)
class Paper:
    """A document to be filed; `revises` is the one whose next revision it is."""

    kind: str
    title: str
    source_text: str
    source: Group | None = None
    late: bool = False
    revises: Document | None = None
    files: tuple[tuple[Blob, str], ...] = ()


def file_document(desk: Desk, paper: Paper, *, by: Actor, now: datetime) -> Document:
    """Give the document the next number, or the next revision of the one it revises. Raises Refused."""
    if not by.roles_at(desk.group, desk.today(now)) & SECRETARIAT:
        raise Refused([_("Documents are registered by the secretariat.")])
    with transaction.atomic():
        if paper.revises is None:
            document = Document()
            number_document(document, desk)
        else:
            document = next_revision(paper.revises)
        document.kind = paper.kind
        document.title = paper.title
        document.source = paper.source
        document.source_text = paper.source_text
        document.late = paper.late
        document.registered_at = now
        document.save()
        DocumentFile.objects.bulk_create(
            DocumentFile(document=document, blob=blob, name=name) for blob, name in paper.files
        )
        Event.objects.record("file", by=by, at=now, desk=desk, data={"document": document.pk})
    return document
