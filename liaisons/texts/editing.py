"""Who has a draft open: the open page says so every half minute, and whoever else opens it reads who."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from contacts.models import Person
from liaisons.models import Editing, Statement

# A page that was closed, or a machine that sleeps, says nothing any more.
GONE_AFTER = timedelta(seconds=100)


def note(statement: Statement, person: Person, now: datetime) -> None:
    """Note that the person has the draft open at this moment."""
    Editing.objects.update_or_create(statement=statement, person=person, defaults={"seen_at": now})


def leave(statement: Statement, person: Person) -> None:
    """The person has saved and gone on."""
    Editing.objects.filter(statement=statement, person=person).delete()


def others(statement: Statement, person: Person | None, now: datetime) -> QuerySet[Person]:
    """Who else has the draft open, as far as their pages still say so."""
    seen = Editing.objects.filter(statement=statement, seen_at__gt=now - GONE_AFTER).exclude(person=person)
    return Person.objects.filter(pk__in=seen.values("person"))
