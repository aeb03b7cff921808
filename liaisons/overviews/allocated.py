"""Which letters of others one person has to see to."""

from datetime import date

from django.db.models import Q

from contacts.models import Desk, Person
from contacts.questions import named_to
from liaisons.models import Registration


def to(person: Person, desk: Desk, on: date) -> Q:
    """Letters that the person took on, is deputy for, or sees to as rapporteur of the Questions they went to."""
    by_questions = Registration.objects.of_desk(desk).filter(state=Registration.State.ASSIGNED, assignee=None)
    named = by_questions.order_by().values_list("questions", flat=True).distinct()
    of_theirs = named_to(person, named, within=desk.group, on=on)
    return Q(assignee=person) | Q(deputy=person) | Q(assignee=None, questions__in=of_theirs)
