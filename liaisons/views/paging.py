"""Long lists by key: fifty rows at a time, and the addresses of the pages before and after."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import QueryDict
from django.utils.dateparse import parse_datetime

SIZE = 50
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Leaf(Generic[M]):
    """A page of a list, with the addresses that _next.html wants; "" where nothing follows."""

    rows: list[M]
    earlier: str = ""
    later: str = ""


def leaf(rows: QuerySet[M], by: str, given: QueryDict) -> Leaf[M]:
    """The page that the address asks for (?before=…, ?after=…), newest first by a field of date and time."""
    before, after = _key(given.get("before")), _key(given.get("after"))
    if after is not None:
        found = list(rows.filter(_beyond(by, "gt", after)).order_by(by, "pk")[: SIZE + 1])
        here = found[:SIZE][::-1]
        return Leaf(here, _address(given, "before", here[-1:], by), _address(given, "after", here[:1], by, found))
    if before is not None:
        rows = rows.filter(_beyond(by, "lt", before))
    found = list(rows.order_by(f"-{by}", "-pk")[: SIZE + 1])
    here = found[:SIZE]
    later = _address(given, "after", here[:1], by) if before is not None else ""
    return Leaf(here, _address(given, "before", here[-1:], by, found), later)


def _beyond(by: str, lookup: str, key: tuple[datetime, int]) -> Q:
    at, pk = key
    return Q(**{f"{by}__{lookup}": at}) | Q(**{by: at, f"pk__{lookup}": pk})


def _key(text: str | None) -> tuple[datetime, int] | None:
    """Read a key back; what nobody of us wrote counts as none."""
    moment, _sign, pk = (text or "").rpartition("_")
    try:
        at = parse_datetime(moment)
        return (at, int(pk)) if at is not None and at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _address(given: QueryDict, name: str, end: list[M], by: str, found: list[M] | None = None) -> str:
    """The address of the next page in that direction; "" when everything that was found is on this one."""
    if not end or (found is not None and len(found) <= SIZE):
        return ""
    query = given.copy()
    for key in ("before", "after"):
        query.pop(key, None)
    query[name] = f"{getattr(end[0], by).isoformat()}_{end[0].pk}"
    return f"?{query.urlencode()}"
