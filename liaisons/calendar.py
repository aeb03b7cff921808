"""Local days and the instants at which they end."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.timesince import timeuntil
from django.utils.translation import gettext as _


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The instant in UTC at which that day ends at a place: the next midnight there, also on days of 23 or 25 hours."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone).astimezone(UTC)


def time_left(until: datetime, now: datetime) -> str:
    """As in "2 hours, 5 minutes"; within the last minute not "0 minutes"."""
    return _("less than a minute") if until - now < timedelta(minutes=1) else timeuntil(until, now)


# First and last year of the study periods of ITU-T; the one before 2022 was lengthened by a year (WTSA-20 met in 2022).
STUDY_PERIODS = ((2001, 2004), (2005, 2008), (2009, 2012), (2013, 2016), (2017, 2021), (2022, 2024), (2025, 2028))


def study_period(day: date) -> str:
    """The ITU-T study period that prints on a statement of that day ("2025-2028"); four-year periods after 2028."""
    for first, last in STUDY_PERIODS:
        if first <= day.year <= last:
            return "2017-2020" if first == 2017 else f"{first}-{last}"
    first = 2025 + (day.year - 2025) // 4 * 4
    return f"{first}-{first + 3}"
