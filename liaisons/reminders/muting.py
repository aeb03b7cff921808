"""What a person does not want to be reminded of; the thing itself they get as before."""

from datetime import datetime

from django.db import transaction

from contacts.models import Desk, Person
from liaisons.models import Mute, Registration, Reminder, Statement

from .cancelling import cancel


def mute(person: Person, desk: Desk, now: datetime, *, about: Statement | Registration | None = None) -> Mute:
    """Remind the person no more of one thing, or of nothing at the desk; what is queued is taken back."""
    statement = about if isinstance(about, Statement) else None
    registration = about if isinstance(about, Registration) else None
    with transaction.atomic():
        row, _is_new = Mute.objects.get_or_create(
            person=person, desk=desk, statement=statement, registration=registration, defaults={"since": now}
        )
        theirs = Reminder.objects.filter(person=person, desk=desk)
        cancel(theirs.about(about) if about else theirs, now)
    return row


def unmute(row: Mute) -> None:
    """From the next stage on the person is reminded again."""
    row.delete()
