"""Statements that others sent: entered in the register of a desk, with a document number to cite."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.html import escape
from django.utils.translation import gettext as _

from contacts.actor import Actor
from contacts.designations import Directory
from contacts.models import Desk
from liaisons import addressing
from liaisons.calendar import end_of_day, study_period
from liaisons.details import Answer, OfTheirs, Received
from liaisons.letter import Contact, Letter
from liaisons.models import Addressee, Document, DocumentFile, Event, Registration, Relation, Statement
from liaisons.numbering import number_document
from liaisons.received import prefilling, renewing
from liaisons.rules import SECRETARIAT, Refused
from liaisons.texts import writing


def register(desk: Desk, received: Received, *, by: Actor, now: datetime) -> Registration:
    """Enter a statement that came in. Raises Refused when the same one stands in the register already."""
    if not by.roles_at(desk.group, desk.today(now)) & SECRETARIAT:
        raise Refused([_("Incoming statements are registered by the secretariat.")])
    refuse_twice(desk, received)
    return _register(desk, received, by=by, now=now)


def from_answer(addressee: Addressee, answer: Answer, theirs: OfTheirs, *, by: Actor, now: datetime) -> Answer:
    """Register an answer that carries files or is a statement of theirs, and let the reply name it. Raises Refused.

    For whoever may answer for the addressee: advance() judges that, in the transaction of the caller. One that stands
    in the register under its number is named as it is, or becomes its next revision where it says something else.
    """
    desk = addressee.statement.desk
    if desk is None or not (answer.files or answer.reference):
        return answer
    ours = addressee.statement
    directory = Directory.load(desk.today(now), within=desk.group)
    to = [one for purpose, text in theirs.to for one in addressing.addressed(text, purpose, directory, None)]
    received = Received(
        source_text=str(addressee),
        source=addressee.group,
        reference=answer.reference,
        title=_title(addressee, answer),
        received_on=desk.today(now),
        body="".join(f"<p>{escape(part)}</p>" for part in answer.text.split("\n") if part.strip()),
        approval=theirs.approval,
        purpose=next((one.purpose for one in to if one.designation == desk.group.designation), ""),
        contacts=(Contact(answer.name, email=answer.email),) if answer.name else (),
        addressees=tuple(to),
        replies_to=(ours,),
        files=answer.files,
    )
    registration, replaces = registered(desk, received), None
    if registration is None:
        registration = _register(desk, received, by=by, now=now)
    else:
        replaces = renewing.renew(registration, received, addressee, answer, by=by, now=now)
    return replace(answer, statement=registration.statement, replaces=replaces)


def _title(addressee: Addressee, answer: Answer) -> str:
    ours = addressee.statement
    if answer.reference:
        return _("LS/i/r on %(subject)s (reply to %(number)s)") % {
            "subject": prefilling.subject(ours.title)[:400], "number": ours.reference,
        }  # fmt: skip
    return _("Answer of %(body)s to %(number)s") % {"body": addressee, "number": ours.reference}


def _register(desk: Desk, received: Received, *, by: Actor, now: datetime) -> Registration:
    with transaction.atomic():
        from_here = sent_from_here(desk, received)
        statement = from_here or enter(received, by=by, now=now)
        # Its page is public: what somebody says of it by link waits there for a person's word.
        claimed = from_here is not None and by.kind == "link"
        document = document_of(desk, received, now)
        registration = Registration.objects.create(
            desk=desk,
            statement=statement,
            document=document,
            purpose=received.purpose,
            received_on=received.received_on,
            forwarded_by=received.forwarded_by,
            speaks_for=received.speaks_for,
            watched=received.watched,
            due_on=received.deadline,
            due_zone=desk.zone,
            due_at=end_of_day(received.deadline, desk.zoneinfo) if received.deadline else None,
            created_at=now,
        )
        Relation.objects.bulk_create(
            [
                Relation(
                    statement=statement,
                    to=answered,
                    kind=Relation.Kind.REPLIES_TO,
                    inferred=claimed,
                    why=_("Said by link.") if claimed else "",
                )
                for answered in received.replies_to
            ],
            ignore_conflicts=True,  # another desk of this installation may have said so before
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
    if earlier := registered(desk, received):
        raise Refused(
            [
                _("%(reference)s is in the register already, as %(document)s.")
                % {"reference": received.reference, "document": earlier}
            ]
        )


def registered(desk: Desk, received: Received) -> Registration | None:
    """The same letter, where the desk has it: the same number of the same source in the same study period."""
    if not received.reference:
        return None
    same = Q(statement__source_text__iexact=received.source_text)
    if received.source is not None:
        same |= Q(statement__source=received.source)
    return (
        Registration.objects.of_desk(desk)
        .filter(
            same,
            statement__reference__iexact=received.reference,
            statement__study_period=study_period(received.dated or received.received_on),
        )
        .first()
    )


def sent_from_here(desk: Desk, received: Received) -> Statement | None:
    """The statement itself where another desk of this installation sent it: outgoing there, incoming here."""
    if received.source is None or not received.reference:
        return None
    sent = Statement.objects.posted().filter(
        desk__group=received.source,
        reference__iexact=received.reference,
        study_period=study_period(received.dated or received.received_on),
    )
    return sent.exclude(desk=desk).order_by("-correction").first()


def enter(received: Received, *, by: Actor, now: datetime) -> Statement:
    """A statement issued elsewhere, as far as the secretary knows it."""
    statement = Statement.objects.create(
        source=received.source,
        source_text=received.source_text,
        reference=received.reference,
        study_period=study_period(received.dated or received.received_on),
        state=Statement.State.ELSEWHERE,
        dated=received.dated,
        approval_text=received.approval,
        created_at=now,
    )
    letter = Letter(
        title=received.title,
        source=received.source_text,
        body=received.body,
        deadline=received.deadline,
        addressees=received.addressees,
        contacts=received.contacts,
    )
    writing.write(statement, letter, by=by, now=now)
    return statement


def relate(registration: Registration, to: Statement, *, by: Actor, now: datetime) -> Relation:
    """Say that the received statement answers one of ours; said twice it changes nothing. Raises Refused.

    What was inferred, or rejected before, counts from then on.
    """
    desk = registration.desk
    if not by.roles_at(desk.group, desk.today(now)) & SECRETARIAT:
        raise Refused([_("What a statement answers is said by the secretariat.")])
    with transaction.atomic():
        relation, created = Relation.objects.get_or_create(
            statement=registration.statement, to=to, kind=Relation.Kind.REPLIES_TO
        )
        inferred = Relation.objects.filter(pk=relation.pk, inferred=True, confirmed_at__isnull=True)
        said = inferred.update(confirmed_at=now, confirmed_by=by.person, rejected_at=None)
        if created or said:
            Event.objects.record(
                "relate",
                by=by,
                at=now,
                desk=desk,
                statement=registration.statement,
                registration=registration,
                data={"relation": relation.pk, "to": to.pk},
            )
    return relation


def document_of(desk: Desk, received: Received, now: datetime) -> Document:
    """Number the letter as the next document of the desk and keep its files under the names they came with."""
    document = Document(
        kind=Document.Kind.INCOMING,
        title=prefilling.as_received(received.title),
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
