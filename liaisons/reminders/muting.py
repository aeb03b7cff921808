"""What a person or an addressee does not want to be reminded of; the thing itself they get as before."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from contacts.actor import Actor
from contacts.models import Desk, Person
from liaisons import mail, outbox
from liaisons.models import Addressee, Circulation, Event, Mute, Reminder, Statement
from liaisons.models.reminder import Thing

from .cancelling import cancel


def mute(person: Person, desk: Desk, now: datetime, *, about: Thing | None = None) -> Mute:
    """Remind the person no more of one thing, or of nothing at the desk; what is queued is taken back."""
    if isinstance(about, Circulation):
        about = about.statement or about
    muted = dict.fromkeys(Mute.THINGS) | ({about._meta.model_name or "": about} if about else {})
    with transaction.atomic():
        row, _is_new = Mute.objects.get_or_create(person=person, desk=desk, **muted, defaults={"since": now})
        theirs = Reminder.objects.filter(person=person, desk=desk)
        cancel(theirs.about(about) if about else theirs, now)
    return row


def mute_all(person: Person, desks: Iterable[Desk], now: datetime) -> list[Mute]:
    """Remind the person of nothing any more at these desks."""
    with transaction.atomic():
        # In one order, so that two who do so at once do not wait for each other.
        return [mute(person, desk, now) for desk in sorted(desks, key=lambda desk: desk.pk)]


def unmute(row: Mute) -> None:
    """From the next stage on the person is reminded again."""
    row.delete()


def remind_addressee(addressee: Addressee, *, wanted: bool, by: Actor, now: datetime) -> None:
    """Remind a body no more of a letter that it has, or again from the next stage on; the desk is told.

    It owes its answer as before. Said again it changes nothing.
    """
    with transaction.atomic():
        # In the order of every step: the statement first, then its addressee.
        statement = Statement.objects.select_for_update(of=("self",)).get(addressees=addressee)
        addressee = Addressee.objects.select_for_update(of=("self",)).get(pk=addressee.pk)
        if wanted == (addressee.unreminded_since is None):
            return
        addressee.unreminded_since = None if wanted else now
        addressee.save(update_fields=["unreminded_since"])
        cancel(Reminder.objects.about(addressee).filter(outsider=True), now)
        verb = "remind" if wanted else "remind_no_more"
        Event.objects.record(
            verb, by=by, at=now, desk=statement.desk, statement=statement, addressee=addressee, private=True
        )
        outbox.queue([mail.reminders_wanted(addressee, by, now)])
