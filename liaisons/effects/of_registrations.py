"""What happens with each step of a registration, a statement as a desk received it."""

from django.utils.translation import gettext as _

from liaisons import mail, outbox
from liaisons.calendar import end_of_day
from liaisons.details import Answered, Assignment, Noted
from liaisons.models import Registration
from liaisons.rules import Refused

from .taken import Data, Taken, given


def assign(registration: Registration, taken: Taken) -> Data:
    assignment = given(taken, Assignment)
    questions, informed_questions = assignment.questions.strip(), assignment.informed_questions.strip()
    if assignment.assignee is None and not questions and not informed_questions:
        raise Refused([_("Name the Questions or the person who takes it on, or Questions that are to know of it.")])
    # Those who had it before it was reopened were told that it is over.
    before = mail.allocated(registration, taken.now) if registration.state == Registration.State.ASSIGNED else {}
    registration.assign(taken.now)
    registration.questions = questions
    registration.informed_questions = informed_questions
    registration.assignee = assignment.assignee
    registration.deputy = assignment.deputy
    registration.due_on = assignment.due_on
    registration.due_zone = registration.desk.zone
    registration.due_at = end_of_day(assignment.due_on, registration.desk.zoneinfo) if assignment.due_on else None
    registration.save()
    registration.informed.set(assignment.informed)
    outbox.queue(mail.assigned(registration, before, taken.by, taken.now))
    return {
        "assignee": assignment.assignee.pk if assignment.assignee else None,
        "deputy": assignment.deputy.pk if assignment.deputy else None,
        "questions": questions,
        "due_on": assignment.due_on.isoformat() if assignment.due_on else None,
        "informed_questions": informed_questions,
        "informed": sorted(person.pk for person in assignment.informed),
    }


def answer(registration: Registration, taken: Taken) -> Data:
    registration.answer(taken.now)
    registration.answered_by = given(taken, Answered).statement
    registration.save()
    outbox.queue(mail.settled(registration, taken.by, taken.now))
    return {"statement": registration.answered_by.pk}


def note(registration: Registration, taken: Taken) -> Data:
    noted = taken.details if isinstance(taken.details, Noted) else Noted()
    registration.note(taken.now)
    registration.noted_at, registration.noted_clause = noted.meeting, noted.clause
    registration.save()
    outbox.queue(mail.settled(registration, taken.by, taken.now))
    return {"meeting": noted.meeting.pk if noted.meeting else None, "clause": noted.clause}


def reopen(registration: Registration, taken: Taken) -> Data:
    registration.reopen(taken.now)
    registration.noted_at, registration.noted_clause = None, ""
    registration.save()
    return {}
