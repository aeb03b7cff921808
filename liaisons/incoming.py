"""Statements that others sent: entered in the register of a desk, with a document number to cite."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.actor import Actor
from contacts.models import Desk
from liaisons import writing
from liaisons.calendar import end_of_day, study_period
from liaisons.details import Received
from liaisons.letter import Letter
from liaisons.models import Document, DocumentFile, Event, Registration, Relation, Statement
from liaisons.numbering import number_document
from liaisons.rules import SECRETARIAT, Refused


def register(desk: Desk, received: Received, *, by: Actor, now: datetime) -> Registration:
    """Enter a statement that came in. Raises Refused when the same one stands in the register already."""
    if not by.roles_at(desk.group, desk.today(now)) & SECRETARIAT:
        raise Refused([_("Incoming statements are registered by the secretariat.")])
    with transaction.atomic():
        refuse_twice(desk, received)
        statement = Statement.objects.create(
            source=received.source,
            source_text=received.source_text,
            reference=received.reference,
            study_period=study_period(received.dated or received.received_on),
            state=Statement.State.ELSEWHERE,
            dated=received.dated,
            created_at=now,
        )
        letter = Letter(
            title=received.title, source=received.source_text, body=received.body, deadline=received.deadline
        )
        writing.write(statement, letter, by=by, now=now)
        document = document_of(desk, received, now)
        registration = Registration.objects.create(
            desk=desk,
            statement=statement,
            document=document,
            purpose=received.purpose,
            received_on=received.received_on,
            forwarded_by=received.forwarded_by,
            watched=received.watched,
            due_on=received.deadline,
            due_at=end_of_day(received.deadline, desk.zoneinfo) if received.deadline else None,
            created_at=now,
        )
        Relation.objects.bulk_create(
            Relation(statement=statement, to=answered, kind=Relation.Kind.REPLIES_TO)
            for answered in received.replies_to
        )
        Event.objects.record(
            "register",
            by=by,
            at=now,
            desk=desk,
            statement=statement,
            registration=registration,
            target_state=registration.state,
            data={"document": document.pk},
        )
    return registration


def refuse_twice(desk: Desk, received: Received) -> None:
    if not received.reference:
        return
    same = Registration.objects.of_desk(desk).filter(
        statement__reference__iexact=received.reference, statement__source_text__iexact=received.source_text
    )
    if earlier := same.first():
        raise Refused(
            [
                _("%(reference)s is in the register already, as %(document)s.")
                % {"reference": received.reference, "document": earlier}
            ]
        )


def document_of(desk: Desk, received: Received, now: datetime) -> Document:
    """Number the letter as the next document of the desk and keep its files under the names they came with."""
    document = Document(
        kind=Document.Kind.INCOMING,
        title=received.title,
        source=received.source,
        source_text=received.source_text,
        registered_at=now,
    )
    number_document(document, desk)
    document.save()
    DocumentFile.objects.bulk_create(
        DocumentFile(document=document, blob=blob, name=name) for blob, name in received.files
    )
    return document
