"""From what a meeting recorded to the draft of its report: a Word file in the register, which then circulates."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from contacts.actor import Actor
from contacts.models import Desk, Person
from liaisons import calendar, referring
from liaisons.documents.report import Exchanged, Heard, Item, Paper, Report, Undertaken, write_report
from liaisons.filing import Paper as FiledPaper
from liaisons.filing import file_document
from liaisons.models import (
    AgendaItem,
    Blob,
    Comment,
    Document,
    DocumentFile,
    Meeting,
    Registration,
    Rendition,
    Statement,
)
from liaisons.overviews.listing import some_of
from liaisons.referring import Referred
from liaisons.renditions import MEDIA_TYPES
from liaisons.rules import day_text


def draft_report(meeting: Meeting, desk: Desk, *, by: Actor, now: datetime) -> Document:
    """File the draft of the report as a document, or as the next revision of the one filed before. Raises Refused."""
    with transaction.atomic():
        Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
        meeting = Meeting.objects.select_related("group", "report").get(pk=meeting.pk)
        paper = FiledPaper(
            kind=Document.Kind.REPORT,
            title=title_of(meeting),
            source=desk.group,
            source_text="",
            revises=_latest(meeting.report),
        )
        document = file_document(desk, paper, by=by, now=now)
        content = write_report(gather(meeting, desk, number=document.reference, now=now))
        blob = Blob.objects.keep(content, MEDIA_TYPES[Rendition.Kind.WORD])
        DocumentFile.objects.create(document=document, blob=blob, name=f"{document.reference}.docx")
        meeting.report = document
        meeting.save(update_fields=["report"])
    return document


def title_of(meeting: Meeting) -> str:
    return _("Draft report of the %(meeting)s (%(where)s)") % {"meeting": meeting, "where": _where(meeting)}


def gather(meeting: Meeting, desk: Desk, *, number: str, now: datetime) -> Report:
    """All that was recorded of the meeting, and the statements exchanged from the meeting before to its last day."""
    before = _before(meeting)
    items = meeting.items.prefetch_related("documents__document__source", "documents__presenter", "decisions")
    noted = list(meeting.noted.of_desk(desk).select_related("document", "statement__source", "statement__revision"))
    clauses = {item.clause for item in items}
    before_it = referring.before(meeting, desk, desk.today(now))
    comments = {one.item.pk: one for one in before_it if one.item}
    return Report(
        number=number,
        group=desk.printed_group(),
        study_period=calendar.study_period(meeting.starts_on),
        source=str(desk.group),
        title=title_of(meeting),
        contact=_contact(desk, meeting.ends_on),
        opening=_opening(meeting),
        items=tuple(_item(item, noted, comments.get(item.pk)) for item in items),
        decisions=tuple(meeting.decisions.filter(item__isnull=True).values_list("text", flat=True)),
        actions=tuple(
            Undertaken(one.text, str(one.owner or one.owner_text), _day(one.due_on))
            for one in meeting.actions.select_related("owner").order_by("position")
        ),
        referred=tuple(_referred(one) for one in before_it if one.item is None),
        noted=tuple(_noted(row, desk) for row in noted if row.noted_clause not in clauses),
        received=tuple(_received(desk, before, meeting)),
        sent=tuple(_sent(desk, before, meeting)),
        since=_("the %(meeting)s (%(where)s)") % {"meeting": before, "where": _where(before)} if before else "",
    )


def _latest(report: Document | None) -> Document | None:
    """The last revision of the report that was filed, also by hand."""
    if report is None:
        return None
    return report.series.documents.filter(number=report.number).order_by("revision").last()


def _before(meeting: Meeting) -> Meeting | None:
    return Meeting.objects.filter(group=meeting.group, ends_on__lt=meeting.starts_on).order_by("ends_on", "pk").last()


def _item(item: AgendaItem, noted: Iterable[Registration], referred: Referred | None) -> Item:
    """The item with its documents, and with the letters noted under its clause that nobody put to it."""
    put = {at.document_id for at in item.documents.all()}
    papers = [
        Paper(
            at.document.reference,
            at.document.title,
            str(at.document.source or at.document.source_text),
            str(at.presenter or at.presenter_text),
            at.get_disposition_display(),
        )
        for at in sorted(item.documents.all(), key=lambda at: (at.document.number, at.document.revision))
    ]
    papers += [
        Paper(_number(row), row.statement.title, _source(row), disposition=row.get_state_display())
        for row in noted
        if row.noted_clause == item.clause and (row.document_id is None or row.document_id not in put)
    ]
    text, decisions = item.text, [one.text for one in item.decisions.all()]
    if referred is not None:
        text = f"{_quoted(referred.comment)}\n{text}"
        decisions.append(_("About the comment: %(decided)s") % {"decided": _decided(referred)})
    return Item(item.clause, item.title, text, tuple(papers), tuple(decisions))


def _referred(referred: Referred) -> Heard:
    return Heard(referred.what, _quoted(referred.comment), _decided(referred))


def _quoted(comment: Comment) -> str:
    said = " ".join(filter(None, (comment.text, comment.proposed))).strip()
    return _("“%(words)s”") % {"words": " ".join(said.split())} if said else ""


def _decided(referred: Referred) -> str:
    comment = referred.comment
    if referred.is_open:
        return _("nothing was decided yet.")
    decided = _("withdrawn") if comment.withdrawn_at else comment.get_disposition_display()
    return f"{decided}. {comment.disposition_text}".strip() if not comment.withdrawn_at else f"{decided}."


def _noted(row: Registration, desk: Desk) -> Exchanged:
    return Exchanged(_number(row), _source(row), row.statement.title, _day(_came_on(row, desk)), row.noted_clause)


def _number(row: Registration) -> str:
    return str(row.document or row.statement.reference)


def _source(row: Registration) -> str:
    return str(row.statement.source or row.statement.source_text)


def _received(desk: Desk, before: Meeting | None, meeting: Meeting) -> Iterable[Exchanged]:
    in_time = Q(received_on__lte=meeting.ends_on)
    if before is not None:
        in_time &= Q(received_on__gt=before.ends_on)
    known = Registration.objects.of_desk(desk).filter(in_time | Q(received_on=None))
    rows = known.select_related("statement__revision", "statement__source", "document", "noted_at").order_by("pk")
    came = [(_came_on(row, desk), row) for row in rows]
    for day, row in sorted(came, key=lambda one: one[0]):
        if (before is None or day > before.ends_on) and day <= meeting.ends_on:
            came_on = _day(row.received_on) or row.received_text
            yield Exchanged(_number(row), _source(row), row.statement.title, came_on, _state(row, meeting))


def _state(row: Registration, meeting: Meeting) -> str:
    """How it stands; of one that was noted also where, in the words of the report of this meeting."""
    if row.noted_at is None:
        return row.get_state_display()
    words = {"meeting": _("this meeting") if row.noted_at == meeting else row.noted_at, "clause": row.noted_clause}
    if not row.noted_clause:
        return _("noted at %(meeting)s") % words
    return _("noted at %(meeting)s, clause %(clause)s") % words


def _came_on(row: Registration, desk: Desk) -> date:
    """The day it came; where only words say that, the day on which it was entered in the register."""
    return row.received_on or desk.today(row.document.registered_at if row.document else row.created_at)


def _sent(desk: Desk, before: Meeting | None, meeting: Meeting) -> Iterable[Exchanged]:
    """Days at the desk's seat: the ends of the days on which the two meetings ended."""
    until = _after(meeting.ends_on, desk)
    rows = Statement.objects.issued_by(desk).filter(sent_at__lt=until)
    if before:
        rows = rows.filter(sent_at__gte=_after(before.ends_on, desk))
    for row in rows.select_related("revision").prefetch_related("addressees__group").order_by("sent_at", "pk"):
        to = some_of([str(one) for one in row.addressees.all()])
        sent_on = desk.today(row.sent_at) if row.sent_at else None
        yield Exchanged(row.reference, to, row.title, _day(sent_on), row.get_state_display())


def _after(day: date, desk: Desk) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), desk.zoneinfo)


def _contact(desk: Desk, on: date) -> str:
    """The secretariat in office at the end of the meeting, with the desk's mailbox."""
    people = Person.objects.filter(
        Q(appointments__in=desk.group.appointments.in_force(on).filter(role="secretariat"))
    ).order_by("name")
    return ", ".join([*map(str, people.distinct()), desk.mailbox])


def _opening(meeting: Meeting) -> str:
    words = {
        "meeting": meeting,
        "group": meeting.group.name or meeting.group.designation,
        "where": _where(meeting),
        "count": meeting.participants,
    }
    first = _("The %(meeting)s of the %(group)s was held (%(where)s).") % words
    second = _("%(count)d people took part.") % words if meeting.participants else ""
    with_ = _("It was held with %(event)s.") % {"event": meeting.collocated} if meeting.collocated else ""
    return " ".join(part for part in (first, with_, second) if part)


def _where(meeting: Meeting) -> str:
    same = meeting.starts_on == meeting.ends_on
    days = _day(meeting.ends_on) if same else f"{_day(meeting.starts_on)} – {_day(meeting.ends_on)}"
    return f"{meeting.place}, {days}" if meeting.place else days


def _day(day: date | None) -> str:
    return str(day_text(day))
