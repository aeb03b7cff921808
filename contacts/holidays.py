"""Reads the holidays of a desk from lines that people paste, and from calendars of others (RFC 5545)."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from icalendar import Calendar, Component

MAX_BYTES = 256 * 1024
MOST = 500
# What goes on for longer than this is a vacation of somebody, or a mistake.
MOST_DAYS = 31
MOST_LETTERS = 100

_LINE = re.compile(r"(\d{4}-\d{2}-\d{2})[\s,;:–-]+(\S.*)")


class Unreadable(Exception):
    """What is no list of holidays; the sentence says what to do."""


@dataclass
class Read:
    """Days with their names.

    `repeating` counts entries that say only by a rule on which days they are, `long` those that go on for more than
    MOST_DAYS; of both no day is taken.
    """

    days: dict[date, str] = field(default_factory=dict)
    repeating: int = 0
    long: int = 0

    def add(self, day: date, name: str) -> None:
        self.days.setdefault(day, " ".join(name.split())[:MOST_LETTERS])
        if len(self.days) > MOST:
            raise Unreadable(_("These are more than %(most)d days. Take the years you need.") % {"most": MOST})


def from_lines(text: str) -> Read:
    """A day and a name on each line, as in "2026-12-25 Christmas". Raises Unreadable, with the line."""
    read = Read()
    for line in filter(None, (line.strip() for line in text.splitlines())):
        found = _LINE.fullmatch(line)
        try:
            if found is None:
                raise ValueError(line)
            read.add(date.fromisoformat(found[1]), found[2])
        except ValueError as error:
            raise Unreadable(
                _("“%(line)s” is no holiday. Write a day and a name on each line, as in 2026-12-25 Christmas.")
                % {"line": line[:80]}
            ) from error
    return read


def from_calendar(content: bytes, zone: ZoneInfo) -> Read:
    """Every day of the events of a calendar file, as a day is in that zone. Raises Unreadable for what is none."""
    if len(content) > MAX_BYTES:
        raise Unreadable(_("The file is larger than 256 kB. Take a calendar of holidays only."))
    try:
        events = Calendar.from_ical(content).walk("VEVENT")
        read = Read()
        for event in events:
            if "RRULE" in event:
                read.repeating += 1
            elif event.get("STATUS") != "CANCELLED":
                _take(read, event, zone)
    except (ValueError, KeyError, AttributeError, IndexError, TypeError, OverflowError) as error:
        raise Unreadable(_("The file is no calendar. Choose one that ends in .ics.")) from error
    return read


def _take(read: Read, event: Component, zone: ZoneInfo) -> None:
    first, last = _days(event, zone)
    if (last - first).days >= MOST_DAYS:
        read.long += 1
        return
    for number in range((last - first).days + 1):
        read.add(first + timedelta(days=number), str(event.get("SUMMARY", "")) or _("Holiday"))


def _days(event: Component, zone: ZoneInfo) -> tuple[date, date]:
    """The first and the last day; an event without an end is over with its day, and at its end it is over."""
    begins = event.decoded("DTSTART")
    if "DTEND" in event:
        ends = event.decoded("DTEND")
    else:
        ends = begins + (event.decoded("DURATION") if "DURATION" in event else timedelta(0))
    if not isinstance(begins, datetime):
        return begins, max(ends - timedelta(days=1), begins)
    first = _at(begins, zone).date()
    return first, max((_at(ends, zone) - timedelta(microseconds=1)).date(), first)


def _at(moment: datetime, zone: ZoneInfo) -> datetime:
    """A moment without a zone is one wherever it is read."""
    return moment.astimezone(zone) if moment.tzinfo else moment
