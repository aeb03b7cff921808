"""Reads the holidays of a desk from lines that people paste, and from calendars of others (RFC 5545)."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from icalendar import Calendar

MAX_BYTES = 256 * 1024
MOST = 500
# A holiday that goes on for longer than this is a vacation of somebody, or a mistake.
MOST_DAYS = 31
MOST_LETTERS = 100

_LINE = re.compile(r"(\d{4}-\d{2}-\d{2})[\s,;:–-]+(\S.*)")


class Unreadable(Exception):
    """What is no list of holidays; the sentence says what to do."""


@dataclass
class Read:
    """Days with their names; `repeating` counts entries that say only by a rule on which days they are."""

    days: dict[date, str] = field(default_factory=dict)
    repeating: int = 0

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


def from_calendar(content: bytes) -> Read:
    """Every day of the events of a calendar file. Raises Unreadable for what is none."""
    if len(content) > MAX_BYTES:
        raise Unreadable(_("The file is larger than 256 kB. Take a calendar of holidays only."))
    try:
        events = Calendar.from_ical(content).walk("VEVENT")
        read = Read()
        for event in events:
            if "RRULE" in event:
                read.repeating += 1
                continue
            first = _day(event.decoded("DTSTART"))
            last = _day(event.decoded("DTEND")) - timedelta(days=1) if "DTEND" in event else first
            for number in range(min(max((last - first).days, 0) + 1, MOST_DAYS)):
                read.add(first + timedelta(days=number), str(event.get("SUMMARY", "")) or _("Holiday"))
    except (ValueError, KeyError, AttributeError, IndexError, TypeError, OverflowError) as error:
        raise Unreadable(_("The file is no calendar. Choose one that ends in .ics.")) from error
    return read


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
