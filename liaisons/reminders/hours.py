"""When readers are at work: in the working hours of their zone, on no weekend and no holiday of the desk."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from contacts.models import Desk, Group, Holiday, Person

WORKING_HOURS = range(9, 18)
# One digest follows the one before by more than the rest of a working day, so that there is one a day.
APART = timedelta(hours=14)


def zones() -> set[str]:
    """Every zone that a reader may be in."""
    of_groups = Group.objects.exclude(zone="").values_list("zone", flat=True).distinct()
    of_people = Person.objects.values_list("zone", flat=True).distinct()
    return {*of_people, *of_groups, *Desk.objects.values_list("zone", flat=True)}


def at_work(field: str, now: datetime) -> Q:
    """Rows whose reader, in the zone that `field` names, is at work now."""
    days = {zone: now.astimezone(ZoneInfo(zone)).date() for zone in zones() if _is_open(zone, now)}
    found = Q(**{f"{field}__in": list(days)})
    for desk_id, day in Holiday.objects.filter(day__in=set(days.values())).values_list("desk", "day"):
        found &= ~Q(desk=desk_id, **{f"{field}__in": [zone for zone in days if days[zone] == day]})
    return found


def addressee_at_work(now: datetime) -> Q:
    """Rows whose addressee is at work now; of one whose zone nobody knows, when the desk is."""
    unknown = Q(addressee__group__zone="") | Q(addressee__group__isnull=True)
    return at_work("addressee__group__zone", now) | (unknown & at_work("desk__zone", now))


def _is_open(zone: str, now: datetime) -> bool:
    local = now.astimezone(ZoneInfo(zone))
    return local.weekday() < 5 and local.hour in WORKING_HOURS
