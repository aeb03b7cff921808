"""Calendars that programs subscribe to (RFC 5545): what is due for one person at one desk.

All is told as events: subscribed calendars show no tasks in most programs. What is settled is left out, as a
subscription shows what the file holds and nothing else.
"""

import hashlib
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import override
from icalendar import Alarm, Calendar, Event

from contacts.models import Desk, Person
from liaisons.mail.letterhead import host
from liaisons.overviews import deadlines
from liaisons.overviews.deadlines import Deadline

# Nine in the morning of the day before, in whatever zone the reader is: a day in a calendar has no zone.
ALARM = timedelta(hours=-15)
REFRESH = timedelta(hours=4)


def calendar(person: Person, desk: Desk, now: datetime) -> bytes:
    """The calendar as a file, in the person's language. It is the same, byte by byte, until something in it changes."""
    with override(person.language):
        return _file(person, desk, now)


def _file(person: Person, desk: Desk, now: datetime) -> bytes:
    name = _("Liaise: %(desk)s") % {"desk": desk}
    file = Calendar()
    file.add("prodid", "-//Liaise//Deadlines//EN")
    file.add("version", "2.0")
    file.add("name", name)
    file.add("x-wr-calname", name)
    file.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    for deadline in deadlines.of(person, desk, now):
        file.add_component(_event(deadline))
    return bytes(file.to_ical())


def etag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def _event(deadline: Deadline) -> Event:
    event = Event()
    event.add("uid", f"{deadline.uid}@{host()}")
    event.add("dtstamp", deadline.changed_at)
    event.add("last-modified", deadline.changed_at)
    event.add("sequence", deadline.edition)
    event.add("dtstart", deadline.day)
    event.add("dtend", (deadline.last_day or deadline.day) + timedelta(days=1))
    event.add("summary", deadline.title)
    event.add("description", f"{deadline.text}\n{deadline.address}".strip())
    event.add("url", deadline.address)
    event.add("transp", "TRANSPARENT")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", deadline.title)
    alarm.add("trigger", ALARM)
    event.add_component(alarm)
    return event
