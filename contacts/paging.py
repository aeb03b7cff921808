"""Pages of a long list by key: each as fast as the first, and none skips or repeats a row when others are added."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import QueryDict

PAGE = 50
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Page(Generic[M]):
    """Rows of a list in its order; `back` and `onward` are addresses of the pages before and after, or ""."""

    rows: list[M]
    back: str
    onward: str
    newest_first: bool


def page_of(
    rows: QuerySet[M],
    key: str,
    query: QueryDict,
    *,
    descending: bool = False,
    within: QuerySet[M] | None = None,
    size: int = PAGE,
) -> Page[M]:
    """The page that the query asks for by `after` or `before` a row, in the order of `key` and then of the pk.

    Where the key is an annotation, `within` are the rows that have it before they were narrowed: the row named may
    have left the list in the meantime, and its place is still known.
    """
    after, before = query.get("after", ""), query.get("before", "")
    upwards = before.isdecimal()
    cursor = before if upwards else after
    known = rows.model._base_manager.all() if within is None else within
    place = known.filter(pk=cursor).values(key).first() if cursor.isdecimal() else None
    falling = descending != upwards
    ordered = rows.order_by(*([f"-{key}", "-pk"] if falling else [key, "pk"]))
    if place:
        ordered = ordered.filter(_beyond(key, place[key], int(cursor), falling=falling))
    found = list(ordered[: size + 1])
    more, found = len(found) > size, found[:size]
    if upwards:
        found.reverse()
    has_back = more if upwards else bool(place)
    has_onward = bool(place) if upwards else more
    return Page(
        found,
        _address(query, "before", found[0].pk) if has_back and found else "",
        _address(query, "after", found[-1].pk) if has_onward and found else "",
        newest_first=descending,
    )


def _beyond(key: str, value: object, pk: int, *, falling: bool) -> Q:
    sign = "lt" if falling else "gt"
    return Q(**{f"{key}__{sign}": value}) | Q(**{key: value, f"pk__{sign}": pk})


def _address(query: QueryDict, direction: str, pk: object) -> str:
    kept = query.copy()
    for name in ("after", "before"):
        kept.pop(name, None)
    kept[direction] = str(pk)
    return f"?{kept.urlencode()}"
