"""Drafts: letters become revisions, and their addressees rows that replies can hang on."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.actor import Actor
from contacts.models import Desk, Group, Person
from liaisons.calendar import end_of_day
from liaisons.letter import Addressed, Letter
from liaisons.models import (
    Addressee,
    Annex,
    Attachment,
    Blob,
    Document,
    Event,
    Meeting,
    Relation,
    Request,
    Revision,
    RevisionContact,
    Statement,
)
from liaisons.rules import Moved, Refused, may_write
from liaisons.texts import annexing


@dataclass(frozen=True)
class TakenFrom:
    """The Word file a revision was taken from, kept for whoever wants to compare."""

    blob: Blob
    name: str

    def data(self) -> dict[str, Any]:
        return {"word": self.blob.sha256, "file_name": self.name}


def begin(
    desk: Desk,
    letter: Letter,
    *,
    by: Actor,
    now: datetime,
    meeting: Meeting | None = None,
    answers: Statement | None = None,
    taken_from: TakenFrom | None = None,
    once: bool = False,
) -> Statement:
    """Start a draft at the desk; `answers` is the statement it replies to. Raises Refused.

    With `once` the same text sent a second time within the hour is the draft that it became the first time.
    """
    _require_author(desk, by, now)
    letter = annexing.filled(letter, desk, None)
    with transaction.atomic():
        if once and by.person is not None:
            Person.objects.select_for_update().get(pk=by.person.pk)  # whoever pressed twice waits for the first here
            if begun := _begun_already(desk, letter, by.person, meeting, answers, now):
                return begun
        statement = Statement.objects.create(
            desk=desk, source=desk.group, source_text=desk.group.designation, created_at=now, responsible=by.person
        )
        revision = write(statement, letter, by=by, now=now, meeting=meeting)
        if answers is not None:
            Relation.objects.create(statement=statement, to=answers, kind=Relation.Kind.REPLIES_TO)
        Event.objects.record(
            "begin",
            by=by,
            at=now,
            desk=desk,
            statement=statement,
            revision=revision,
            target_state=statement.state,
            data=taken_from.data() if taken_from else {},
        )
    return statement


def _begun_already(
    desk: Desk, letter: Letter, person: Person, meeting: Meeting | None, answers: Statement | None, now: datetime
) -> Statement | None:
    """The draft that this person began with these words a moment ago, whatever was changed in it since."""
    first = Revision.objects.filter(
        number=1, author=person, sha256=letter.sha256(), meeting=meeting, created_at__gt=now - timedelta(hours=1)
    )
    begun = Statement.objects.filter(desk=desk, revisions__in=first, corrects__isnull=True)
    begun = begun.exclude(state=Statement.State.WITHDRAWN)
    return (begun.filter(relations__to=answers) if answers else begun).first()


def rewrite(
    statement: Statement,
    letter: Letter,
    *,
    by: Actor,
    seen: int,
    now: datetime,
    meeting: Meeting | None = None,
    taken_from: TakenFrom | None = None,
) -> Revision:
    """Save a draft as its next revision, unless nothing changed.

    Raises Refused, or Moved when `seen` is not the key of the latest revision.
    """
    _require_author(statement.desk, by, now)
    shown = statement.revisions.filter(pk=seen).first()
    letter = annexing.filled(letter, statement.desk, shown.letter if shown else None)
    with transaction.atomic():
        statement = Statement.objects.select_for_update(of=("self",)).select_related("desk__group").get(pk=statement.pk)
        _require_author(statement.desk, by, now)
        if statement.state != Statement.State.DRAFT:
            raise Refused(
                [_("The statement is %(state)s: its text stands still.") % {"state": statement.get_state_display()}]
            )
        require_seen(statement, seen)
        before = statement.revision
        revision = write(statement, letter, by=by, now=now, meeting=meeting)
        if revision != before:
            Event.objects.record(
                "write",
                by=by,
                at=now,
                desk=statement.desk,
                statement=statement,
                revision=revision,
                data=taken_from.data() if taken_from else {},
            )
    return revision


def _require_author(desk: Desk | None, by: Actor, now: datetime) -> None:
    if desk is None or not may_write(desk, by, now):
        raise Refused([_("Drafts are written by the secretariat, the chairs, rapporteurs and editors of the group.")])


def require_seen(statement: Statement, seen: int) -> None:
    """Raise Moved when the person had another revision before them than the one in force."""
    latest = statement.revision
    if latest is not None and latest.pk != seen:
        raise Moved(
            [
                _("%(who)s changed the text in the meantime. Look at the new revision, then decide again.")
                % {"who": latest.author or _("Somebody")}
            ]
        )


def write(
    statement: Statement,
    letter: Letter,
    *,
    by: Actor,
    now: datetime,
    meeting: Meeting | None = None,
    note: str = "",
    repeats: bool = False,
) -> Revision:
    """Make the letter the statement's revision in force, within the caller's transaction.

    One that only `repeats` the text in force, to be changed from there, is still by whoever wrote that.
    The caller has let annexing.filled() read the documents it annexes, before the transaction: that takes seconds.
    Without a note a letter equal to the one in force is that one. Raises Refused for a letter that cannot be kept.
    """
    before = statement.revision
    if before is not None and not note and before.sha256 == letter.sha256() and before.meeting == meeting:
        return before
    refuse_doubles(letter)
    zone = statement.desk.zone if statement.desk else "Europe/Zurich"
    revision = Revision(
        statement=statement,
        number=before.number + 1 if before else 1,
        language=letter.language,
        title=letter.title,
        questions=letter.questions,
        meeting=meeting,
        venue_date=letter.venue_date,
        abstract=letter.abstract,
        body=letter.body,
        deadline=letter.deadline,
        deadline_zone=zone,
        deadline_at=_end_of(letter.deadline, statement.desk),
        deadline_text=letter.deadline_text,
        content=letter.to_dict(),
        sha256=letter.sha256(),
        author=before.author if before and repeats else by.person,
        note=note,
        created_at=now,
    )
    revision.save()
    _write_parts(revision, letter, statement.desk)
    _address(statement, letter)
    statement.revision = revision
    statement.save(update_fields=["revision"])
    return revision


def refuse_doubles(letter: Letter) -> None:
    seen: set[tuple[str, str]] = set()
    for addressed in letter.addressees:
        if (addressed.text, addressed.purpose) in seen:
            raise Refused([_("%(name)s is addressed twice. Name it once.") % {"name": addressed.text}])
        seen.add((addressed.text, addressed.purpose))


def _write_parts(revision: Revision, letter: Letter, desk: Desk | None) -> None:
    by_email = {
        person.email.lower(): person
        for person in Person.objects.filter(email__in=[contact.email for contact in letter.contacts if contact.email])
    }
    RevisionContact.objects.bulk_create(
        RevisionContact(
            revision=revision,
            position=position,
            person=by_email.get(contact.email.lower()),
            name=contact.name,
            organization=contact.organization,
            country=contact.country,
            phone=contact.phone,
            email=contact.email,
        )
        for position, contact in enumerate(letter.contacts)
    )
    references = [annex.document for annex in letter.annexes if annex.document]
    documents = {
        document.reference: document
        for document in (Document.objects.of_desk(desk).filter(reference__in=references) if desk else [])
    }
    if unknown := sorted(set(references) - set(documents)):
        raise Refused([_("%(reference)s is not in the register of this desk.") % {"reference": unknown[0]}])
    Annex.objects.bulk_create(
        Annex(
            revision=revision,
            position=position,
            title=annex.title,
            body=annex.body,
            document=documents.get(annex.document),
        )
        for position, annex in enumerate(letter.annexes)
    )
    blobs = {blob.sha256: blob for blob in Blob.objects.filter(sha256__in=[file.sha256 for file in letter.attachments])}
    Attachment.objects.bulk_create(
        Attachment(
            revision=revision,
            position=position,
            blob=blobs[file.sha256],
            name=file.name,
            title=file.title,
            reference=file.reference,
        )
        for position, file in enumerate(letter.attachments)
    )


def _address(statement: Statement, letter: Letter) -> None:
    """Bring the addressees' rows in line with the letter: kept, added, or dropped."""
    groups: dict[str, Group] = {}
    named = [addressed.designation for addressed in letter.addressees if addressed.designation]
    for group in Group.objects.filter(designation__in=named).order_by("valid_from"):
        groups[group.designation] = group
    Addressee.everyone.filter(statement=statement).update(dropped=True)
    rows = Addressee.everyone.bulk_create(
        [
            Addressee(
                statement=statement,
                position=position,
                text=addressed.text,
                purpose=addressed.purpose,
                group=groups.get(addressed.designation),
                designation=addressed.designation,
                own_deadline=addressed.deadline,
                due_on=addressed.deadline or letter.deadline,
                due_zone=statement.desk.zone if statement.desk else "Europe/Zurich",
                due_at=_end_of(addressed.deadline or letter.deadline, statement.desk),
                reply=Addressee.ReplyState.NOT_EXPECTED
                if addressed.purpose == "information"
                else Addressee.ReplyState.AWAITING,
            )
            for position, addressed in enumerate(letter.addressees)
        ],
        update_conflicts=True,
        unique_fields=["statement", "text", "purpose"],
        update_fields=["position", "group", "designation", "own_deadline", "due_on", "due_zone", "due_at", "dropped"],
    )
    Request.objects.filter(addressee__statement=statement).delete()
    Request.objects.bulk_create(
        request
        for row, addressed in zip(rows, letter.addressees, strict=True)
        for request in _requests(row, addressed, letter)
    )


def _requests(row: Addressee, addressed: Addressed, letter: Letter) -> list[Request]:
    """What this addressee is asked: its keys, all of the letter when it names none, or simply for an answer."""
    if addressed.purpose == "information":
        return []
    asked = [asked for asked in letter.requests if asked.key in addressed.requests or not addressed.requests]
    if not asked:
        kind = Request.Kind.COMMENT if addressed.purpose == "comment" else Request.Kind.ANSWER
        return [Request(addressee=row, key="1", kind=kind, text=str(kind.label))]
    return [Request(addressee=row, key=one.key, kind=one.kind, text=one.text) for one in asked]


def _end_of(day: date | None, desk: Desk | None) -> datetime | None:
    return end_of_day(day, desk.zoneinfo) if day and desk else None
