"""A letter of others that came again under its number, with other words or files: the next revision in the register."""

from dataclasses import replace
from datetime import datetime

from django.db.models import QuerySet

from contacts.actor import Actor
from liaisons.details import Answer, Received
from liaisons.models import Addressee, Document, DocumentFile, Event, Registration, Reply
from liaisons.numbering import next_revision
from liaisons.texts import writing

# Answers whose words are those of the letter; in the others they are about it.
SPEAKING = (Reply.Kind.ANSWER, Reply.Kind.PRELIMINARY, Reply.Kind.DECLINE)


def renew(
    registration: Registration, received: Received, addressee: Addressee, answer: Answer, *, by: Actor, now: datetime
) -> Document | None:
    """Let the answer take the place of the letter as it is registered; returns the document that was there before.

    What is not given anew stays: words that come alone keep the files. None where nothing differs. Within the
    transaction of the caller.
    """
    Registration.objects.select_for_update().get(pk=registration.pk)
    rows = Registration.objects.select_related("desk", "statement__revision", "document")
    registration = rows.get(pk=registration.pk)
    before = registration.document
    if before is None:
        return None
    earlier = addressee.replies.filter(statement=registration.statement_id).order_by("received_at", "pk")
    has_words = registration.statement.desk_id is None and _says_otherwise(earlier, answer)
    has_files = _has_other_files(before, earlier, answer)
    if not (has_words or has_files):
        return None
    document = next_revision(before)
    document.title, document.source, document.source_text = before.title, before.source, before.source_text
    document.registered_at = now
    document.save()
    files = answer.files if has_files else [(file.blob, file.name) for file in before.files.select_related("blob")]
    DocumentFile.objects.bulk_create(DocumentFile(document=document, blob=blob, name=name) for blob, name in files)
    registration.document = document
    registration.purpose = received.purpose or registration.purpose
    registration.save(update_fields=["document", "purpose"])
    _rewrite(registration, received, has_words=has_words, by=by, now=now)
    Event.objects.record(
        "renew",
        by=by,
        at=now,
        desk=registration.desk,
        statement=registration.statement,
        registration=registration,
        data={"document": document.pk, "before": before.pk},
    )
    return before


def _says_otherwise(earlier: QuerySet[Reply], answer: Answer) -> bool:
    """Whether the words are others than those with which the addressee gave the letter before.

    Beside a letter that came by another way, and was registered by hand, they are a covering note.
    """
    words = answer.text.split()
    if answer.kind not in SPEAKING or not words or not earlier.exists():
        return False
    said = earlier.filter(kind__in=SPEAKING).exclude(text="").values_list("text", flat=True).last() or ""
    return words != said.split()


def _has_other_files(before: Document, earlier: QuerySet[Reply], answer: Answer) -> bool:
    """Whether files came that the register has not; of an addressee that gave it before, whether some are missing."""
    if not answer.files:
        return False
    given, known = {blob.pk for blob, _name in answer.files}, set(before.files.values_list("blob", flat=True))
    return given != known if earlier.exists() else not given <= known


def _rewrite(registration: Registration, received: Received, *, has_words: bool, by: Actor, now: datetime) -> None:
    """Bring the statement in line; one that another desk of this installation sent has its text there."""
    statement = registration.statement
    if statement.desk_id is not None or statement.revision is None:
        return
    letter = statement.revision.letter
    renewed = replace(
        letter,
        body=received.body if has_words else letter.body,
        addressees=received.addressees or letter.addressees,
        contacts=received.contacts or letter.contacts,
    )
    writing.write(statement, renewed, by=by, now=now)
    if received.approval:
        statement.approval_text = received.approval
        statement.save(update_fields=["approval_text"])
