"""Letters under their mastheads, with the pictures they show: what every page, mail and file is made from."""

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from contacts.models import Desk
from liaisons import calendar
from liaisons.documents.pictures import MEDIA_TYPES
from liaisons.letter import ENGLISH_ORGANIZATION, Letter, Masthead, Sheet, pictures_of
from liaisons.models import Blob, Circulation, Letterhead, Statement
from liaisons.rules import Refused


def masthead_of(statement: Statement, *, circulation: Circulation | None = None) -> Masthead:
    """What stands around the letter: of a draft in circulation its document number, of a final one its own number."""
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


def _letterhead(desk: Desk) -> tuple[str, tuple[str, ...]]:
    """The hash of the emblem, and the lines beside it."""
    head = Letterhead.objects.of(desk.group)
    if head is None:
        return "", ENGLISH_ORGANIZATION
    lines = tuple(line.strip() for line in head.lines.splitlines() if line.strip())
    return head.emblem.sha256 if head.emblem else "", lines or ENGLISH_ORGANIZATION
