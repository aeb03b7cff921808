"""What happens with each step of a statement of ours."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from contacts.models import Desk
from liaisons import handover, links, mail, outbox, reminders, rules
from liaisons.details import Amendment, Closing, MeetingApproval, Returned
from liaisons.models import (
    Addressee,
    Approval,
    Circulation,
    Document,
    Event,
    Link,
    Message,
    Request,
    Statement,
)
from liaisons.models.circulation import TO_COMMENTERS
from liaisons.numbering import last_correction, next_revision, number_document, number_statement
from liaisons.replies import answers, passing
from liaisons.rules import Refused
from liaisons.silence import Outcome
from liaisons.texts import writing

from .taken import Data, Taken, given


def circulate(statement: Statement, taken: Taken) -> Data:
    desk = _desk(statement)
    earlier = statement.circulation
    statement.circulate(taken.now)
    statement.save()
    document = next_revision(earlier.document) if earlier else Document(kind=Document.Kind.DRAFT)
    if earlier is None:
        number_document(document, desk)
    document.title = statement.title
    document.source = desk.group
    document.statement_revision = statement.revision
    document.registered_at = taken.now
    document.save()
    circulation = Circulation.objects.create(
        desk=desk,
        statement=statement,
        revision=statement.revision,
        document=document,
        window_days=desk.window_days,
        zone=desk.zone,
        opened_at=taken.now,
    )
    outbox.queue(mail.to_list(circulation, taken.now))
    return {"document": document.pk}


def amend(statement: Statement, taken: Taken) -> Data:
    amendment = given(taken, Amendment)
    before = statement.revision
    statement.amend(taken.now)
    statement.save()
    writing.write(statement, amendment.letter, by=taken.by, now=taken.now, meeting=amendment.meeting, note=taken.reason)
    return {"from_revision": before.pk if before else None}


def revise(statement: Statement, taken: Taken) -> Data:
    circulation, before, revision = statement.circulation, statement.state, statement.revision
    if isinstance(taken.details, Returned):
        _keep_return(statement, taken)
        outbox.queue(mail.returned(statement, taken.by, taken.reason, taken.now))
    statement.revise(taken.now)
    statement.save()
    if statement.revision:  # a revision of its own, so that no approval of the old text counts for the new one
        text, meeting = statement.revision.letter, statement.revision.meeting
        writing.write(statement, text, by=taken.by, now=taken.now, meeting=meeting, note=taken.reason, repeats=True)
    _end_circulation(statement, taken.now)
    links.revoke(statement.links.all(), taken.now)
    if circulation is not None and before == Statement.State.CIRCULATED:
        outbox.queue(mail.taken_back(circulation, taken.reason, taken.now))
    if circulation is not None:
        outbox.queue(mail.called_off(circulation, revision, taken.by, taken.reason, taken.now))
    return {}


def approve(statement: Statement, taken: Taken) -> Data:
    """Keep the approver's word; the last one needed takes the step and gives the number."""
    desk = _desk(statement)
    meeting = taken.details if isinstance(taken.details, MeetingApproval) else None
    roles = taken.by.roles_at(desk.group, desk.today(taken.now))
    if meeting is None and (not roles & rules.CHAIRS or statement.state == Statement.State.DRAFT):
        raise Refused([_("Name the meeting that approved the statement and the clause of its report.")])
    if meeting is None and (sentences := rules.to_give_your_word(statement, taken.by)):
        raise Refused([*sentences, _("What a meeting approved is recorded with the meeting and the clause.")])
    assert statement.revision is not None  # rules.to_approve has asked for a text
    assert taken.by.person is not None  # roles are held by people
    Approval.objects.get_or_create(  # there already for a chair who declares what nobody else has to approve any more
        revision=statement.revision,
        person=taken.by.person,
        returned=False,
        defaults={
            "statement": statement,
            "in_place_of_id": rules.absent_chair(desk, taken.by, taken.now) if meeting is None else None,
            "reason": taken.reason,
            "given_at": taken.now,
            "meeting": meeting.meeting if meeting else None,
            "clause": meeting.clause if meeting else "",
        },
    )
    if meeting is None and (waiting := rules.awaited_approvers(statement)):
        return {"waiting_for": sorted(waiting)}
    circulation = statement.circulation if meeting is None else None
    statement.approve(taken.now)
    number_statement(statement, desk, taken.now)
    statement.approval_text = approval_text(statement, meeting, taken.now)
    statement.save()
    _end_circulation(statement, taken.now, takes_comments=True)
    links.revoke(statement.links.all(), taken.now)
    outbox.queue(mail.approved(statement, taken.now))
    return {"number": statement.number, **({"silence": Outcome.of(circulation).data()} if circulation else {})}


def send(statement: Statement, taken: Taken) -> Data:
    statement.send(taken.now)
    statement.save()
    _end_circulation(statement, taken.now)
    messages = outbox.queue(mail.dispatch(statement, taken.now))
    if statement.corrects:
        outbox.queue(mail.correction(statement.corrects, statement, taken.now))
    left_out = statement.addressees.unreachable().values_list("pk", flat=True)
    return {"messages": len(messages), "left_out": list(left_out), "round": statement.dispatch_round}


def recall(statement: Statement, taken: Taken) -> Data:
    messages = Message.objects.of_dispatch(statement).exclude(state=Message.State.CANCELLED)
    total = messages.count()
    statement.recall(taken.now)  # before the cancelling: its condition asks whether all are still held
    cancelled = outbox.cancel(messages)
    if cancelled != total:
        raise Refused([_("The first messages are leaving just now. Correct or withdraw the statement instead.")])
    statement.save()
    links.revoke(links.of_addressees(statement), taken.now)
    return {"messages": cancelled}


def complete(statement: Statement, taken: Taken) -> Data:
    if taken.by.is_system and still_owed(statement):
        raise Refused([_("Requests are still open.")])
    waived = _waive(statement, taken.now)
    statement.complete(taken.now)
    statement.save()
    reminders.cancel_for(statement, taken.now)
    return {"waived": waived}


def close(statement: Statement, taken: Taken) -> Data:
    if taken.by.is_system:
        statement.outcome = _outcome_by_itself(statement)
    else:
        statement.outcome = given(taken, Closing).outcome
    waived = _waive(statement, taken.now)
    statement.close(taken.now)
    statement.save()
    reminders.cancel_for(statement, taken.now)
    if statement.outcome == Statement.Outcome.CORRECTED:
        links.revoke(links.of_addressees(statement), taken.now)
    return {"outcome": statement.outcome, "waived": waived}


def correct(statement: Statement, taken: Taken) -> Data:
    """Begin the statement that takes this one's place: a draft with the same number and the next correction."""
    statement.correct(taken.now)
    last = last_correction(statement)
    correction = Statement.objects.create(
        desk=statement.desk,
        source=statement.source,
        source_text=statement.source_text,
        study_period=statement.study_period,
        series=statement.series,
        number=statement.number,
        reference=statement.reference,
        correction=last + 1,
        corrects=statement,
        created_at=taken.now,
        responsible=statement.responsible,
    )
    if statement.revision:
        text, meeting = statement.revision.letter, statement.revision.meeting
        writing.write(correction, text, by=taken.by, now=taken.now, meeting=meeting, note=taken.reason)
    Event.objects.record(
        "begin",
        by=taken.by,
        at=taken.now,
        desk=statement.desk,
        statement=correction,
        revision=correction.revision,
        target_state=correction.state,
        data={"corrects": statement.pk},
    )
    return {"correction": correction.pk}


def withdraw(statement: Statement, taken: Taken) -> Data:
    cancelled = outbox.cancel(statement.messages.exclude(TO_COMMENTERS))
    statement.withdraw(taken.now)
    statement.save()
    _end_circulation(statement, taken.now)
    reminders.cancel_for(statement, taken.now)
    links.revoke(statement.links.all(), taken.now)
    links.revoke(links.of_addressees(statement), taken.now)
    told = outbox.queue(mail.withdrawal(statement, taken.reason, taken.now))
    return {"cancelled": cancelled, "told": len(told)}


# What several of them need


def still_owed(statement: Statement) -> bool:
    """Whether a request is open, or is nobody's until the secretariat says who is asked in place of a body."""
    requests = Request.objects.filter(addressee__statement=statement, addressee__dropped=False)
    return requests.still_open().exists() or passing.undecided(statement)


def _outcome_by_itself(statement: Statement) -> Statement.Outcome:
    if statement.corrections.filter(sent_at__isnull=False).exclude(state=Statement.State.WITHDRAWN).exists():
        return Statement.Outcome.CORRECTED
    if Request.objects.filter(addressee__statement=statement, addressee__dropped=False).exists():
        raise Refused([_("Requests were made: the secretariat closes the statement with an outcome.")])
    if not handover.settled(Statement.objects.filter(pk=statement.pk)).exists():
        raise Refused([_("Not everybody to whom it goes has it yet.")])
    return Statement.Outcome.NOTHING_OWED


def approval_text(statement: Statement, meeting: MeetingApproval | None, now: datetime) -> str:
    """The Approval row of the page, in the language of the statement."""
    desk = _desk(statement)
    with override(statement.revision.language if statement.revision else "en"):
        day = date_format(desk.today(now), "j F Y")
        if meeting is None:
            return _("%(group)s, by correspondence (%(day)s)") % {"group": desk.group, "day": day}
        held = meeting.meeting
        place = f"{held.place.split(',')[0]}, " if held.place else ""
        return _("%(group)s meeting (%(place)s%(day)s)") % {
            "group": held.group,
            "place": place,
            "day": date_format(held.ends_on, "j F Y"),
        }


def _keep_return(statement: Statement, taken: Taken) -> None:
    """Keep that an approver said no to this revision, before a new one takes its place."""
    desk = _desk(statement)
    if not taken.by.roles_at(desk.group, desk.today(taken.now)) & rules.CHAIRS:
        raise Refused([_("A text is returned by those who are asked to approve it.")])
    assert statement.revision is not None  # it was circulated
    assert taken.by.person is not None  # roles are held by people
    Approval.objects.create(
        statement=statement,
        revision=statement.revision,
        person=taken.by.person,
        in_place_of_id=rules.absent_chair(desk, taken.by, taken.now),
        returned=True,
        reason=taken.reason,
        given_at=taken.now,
    )


def _end_circulation(statement: Statement, now: datetime, *, takes_comments: bool = False) -> None:
    """End what circulates, and close the links to it; those by which people comment may stay open for a while."""
    for circulation in statement.circulations.filter(ended_at__isnull=True):
        circulation.ended_at = now
        circulation.save(update_fields=["ended_at"])
        outbox.cancel(circulation.messages.exclude(TO_COMMENTERS))
    opening = Link.objects.filter(circulation__statement=statement)
    links.revoke(opening.exclude(purpose=Link.Purpose.COMMENT) if takes_comments else opening, now)


def _waive(statement: Statement, now: datetime) -> int:
    """Ask no longer for what is still open: the statement ends without it."""
    owing = list(Addressee.objects.owing().filter(statement=statement))
    still = Request.objects.still_open().filter(addressee__statement=statement)
    waived = still.update(outcome=Request.Outcome.WAIVED, settled_at=now)
    for addressee in owing:
        addressee.settle(now, answers.reached(addressee))
        addressee.save(update_fields=["reply"])
    return waived


def _desk(statement: Statement) -> Desk:
    assert statement.desk is not None  # the machine has no step for a statement issued elsewhere
    return statement.desk
