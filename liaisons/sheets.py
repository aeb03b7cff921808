"""Letters under their mastheads, with the pictures they show: what every page, mail and file is made from."""

from dataclasses import replace
from datetime import datetime

from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from contacts.models import Desk
from liaisons import calendar
from liaisons.documents.pictures import MEDIA_TYPES
from liaisons.documents.rendered import masthead_from_dict
from liaisons.letter import ENGLISH_ORGANIZATION, Letter, Masthead, Sheet, pictures_of
from liaisons.models import Blob, Circulation, Letterhead, Message, MessageFile, Rendition, Revision, Statement
from liaisons.rules import Refused


def masthead_now(statement: Statement) -> Masthead:
    """What stands around the text in force: of what is out as it left, whatever its desk has set since."""
    if statement.state == Statement.State.CIRCULATED and (circulation := statement.circulation) is not None:
        return masthead_of_copy(statement, circulation)
    left = went_out(statement).first()
    return masthead_from_dict(left.masthead) if left else masthead_of(statement)


def masthead_of_copy(statement: Statement, circulation: Circulation) -> Masthead:
    """That of the copies that went to the list, with the last day for comments as it is now."""
    copy = _carried_by(circulation.messages.filter(kind=Message.Kind.CIRCULATE)).first()
    if copy is None:
        return masthead_of(statement, circulation=circulation)
    return replace(masthead_from_dict(copy.masthead), comments_until=circulation.expected_close())


def went_out(statement: Statement) -> QuerySet[Rendition]:
    """The files of the text in force as they left: with its dispatch, or while it circulates with its circulation.

    Of a letter that was entered as the past those that were made first under its number; of others none.
    """
    files = Rendition.objects.filter(revision=statement.revision_id)
    if statement.state == Statement.State.CIRCULATED and (circulation := statement.circulation) is not None:
        return copies_of(circulation, statement.revision)
    if statement.sent_at is None:
        return files.none()
    dispatched = _carried_by(Message.objects.of_dispatch(statement)).filter(revision=statement.revision_id)
    made = files.filter(blob__isnull=False, masthead__number=statement.reference).order_by("pk")
    return dispatched if dispatched.exists() else made


def copies_of(circulation: Circulation, revision: Revision | None) -> QuerySet[Rendition]:
    """The files that went to the list; of a text amended since, those that went to whom it waits for."""
    listed = _carried_by(circulation.messages.filter(kind=Message.Kind.CIRCULATE)).filter(revision=revision)
    return listed if listed.exists() else _carried_by(circulation.messages.all()).filter(revision=revision)


def masthead_of(statement: Statement, *, circulation: Circulation | None = None) -> Masthead:
    """What the desk sets around a letter today: around a draft in circulation its document number, else its own."""
    desk = statement.desk
    if desk is None:
        day = statement.dated
        return Masthead(
            number=statement.reference,
            group=statement.source_text,
            study_period=statement.study_period or (calendar.study_period(day) if day else ""),
            approval=statement.approval_text,
            dated=day,
        )
    emblem, organization = _letterhead(desk)
    if circulation is not None:
        day = desk.today(circulation.opened_at)
        return Masthead(
            number=circulation.document.reference,
            group=desk.printed_group(),
            study_period=calendar.study_period(day),
            questions_label=desk.questions_label,
            comments_until=circulation.expected_close(),
            dated=day,
            word_inside=desk.word_inside,
            emblem=emblem,
            organization=organization,
        )
    day = statement.dated or desk.today(statement.approved_at or statement.created_at)
    return Masthead(
        number=statement.reference,
        group=desk.printed_group(),
        study_period=statement.study_period or calendar.study_period(day),
        questions_label=desk.questions_label,
        approval=statement.approval_text,
        dated=day,
        word_inside=desk.word_inside,
        emblem=emblem,
        organization=organization,
    )


def masthead_of_new(desk: Desk, now: datetime) -> Masthead:
    """What stands around a letter that the desk begins now."""
    group = desk.group
    return masthead_of(Statement(desk=desk, source=group, source_text=group.designation, created_at=now))


def sheet(letter: Letter, masthead: Masthead, *, before: Letter | None = None, before_number: str = "") -> Sheet:
    """The sheet with the bytes of its pictures; with an earlier letter, a comparison of the two.

    Raises Refused when the storage has lost a picture.
    """
    wanted = {*pictures_of(letter), *(pictures_of(before) if before else []), masthead.emblem} - {""}
    known = Blob.objects.filter(sha256__in=wanted, media_type__in=MEDIA_TYPES)
    pictures = {blob.sha256: blob.read() for blob in known if default_storage.exists(blob.path)}
    if lost := sorted(wanted - set(pictures)):
        raise Refused(
            [
                _("The picture %(picture)s is not stored here any more. Take it out of the text, or add it again.")
                % {"picture": lost[0][:12]}
            ]
        )
    return Sheet(letter, masthead, pictures, before, before_number)


def _carried_by(messages: QuerySet[Message]) -> QuerySet[Rendition]:
    carried = MessageFile.objects.filter(message__in=messages, rendition__isnull=False)
    return Rendition.objects.filter(pk__in=carried.values("rendition")).order_by("pk")


def _letterhead(desk: Desk) -> tuple[str, tuple[str, ...]]:
    """The hash of the emblem, and the lines beside it."""
    head = Letterhead.objects.of(desk.group)
    if head is None:
        return "", ENGLISH_ORGANIZATION
    lines = tuple(line.strip() for line in head.lines.splitlines() if line.strip())
    return head.emblem.sha256 if head.emblem else "", lines or ENGLISH_ORGANIZATION
