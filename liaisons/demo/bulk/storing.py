"""Rows stored by the thousand, with keys that are known before, so that they can point to each other."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from itertools import count
from operator import itemgetter
from typing import Any, TypeVar

from django.core.management.color import no_style
from django.db import connection
from django.db.models import Field, JSONField, Max, Model

R = TypeVar("R", bound=Model)
Values = dict[str, Any]

AT_ONCE = 20_000


class Store:
    """Takes rows in any order and stores them within the caller's transaction; nobody else may add rows meanwhile."""

    def __init__(self) -> None:
        self.stored: Counter[str] = Counter()
        self._keys: dict[type[Model], Iterator[int]] = {}
        self._waiting: dict[type[Model], list[Model | Values]] = {}

    def add(self, row: R) -> R:
        """Give the row its key; it is stored later, as it is then."""
        row.pk = self._key(type(row))
        self._waiting[type(row)].append(row)
        return row

    def add_values(self, model: type[Model], **values: object) -> int:
        """The same of columns alone, for what comes by the million: an object for each takes longer than all else."""
        values["id"] = key = self._key(model)
        self._waiting[model].append(values)
        return key

    def _key(self, model: type[Model]) -> int:
        if model not in self._keys:
            last = model._base_manager.aggregate(last=Max("pk"))["last"]
            self._keys[model], self._waiting[model] = count((last or 0) + 1), []
        return next(self._keys[model])

    def store_if_many(self) -> None:
        if sum(map(len, self._waiting.values())) >= AT_ONCE:
            self.store()

    def store(self) -> None:
        for model, rows in self._waiting.items():
            _store(model, rows)
            self.stored[model._meta.label_lower] += len(rows)
            rows.clear()

    def finish(self) -> None:
        """Store what is left; let the database count on from our keys and learn how much there is now."""
        self.store()
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), list(self._keys)):
                cursor.execute(statement)
            # Without it the first pages are planned for tables that were empty.
            cursor.execute("ANALYZE")


def _store(model: type[Model], rows: list[Model | Values]) -> None:
    if connection.vendor != "postgresql":
        model._base_manager.bulk_create(model(**row) if isinstance(row, dict) else row for row in rows)
        return
    columns = ", ".join(_column(field) for field in model._meta.concrete_fields)
    values_of = _reader(model)
    # Django's bulk_create takes many times as long.
    with connection.cursor() as cursor, cursor.copy(f"COPY {model._meta.db_table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(values_of(row if isinstance(row, dict) else vars(row)))


@cache
def _reader(model: type[Model]) -> Callable[[Values], list[Any]]:
    """What to call for all values of a row as the database takes them, from those that are given."""
    fields = model._meta.concrete_fields
    defaults = {field.attname: field.get_default() for field in fields}
    in_order = itemgetter(*defaults)
    changes = [(at, change) for at, field in enumerate(fields) if (change := _change(field)) is not None]

    def values_of(given: Values) -> list[Any]:
        values = list(in_order({**defaults, **given}))
        for at, change in changes:
            if values[at] is not None:
                values[at] = change(values[at])
        return values

    return values_of


def _change(field: "Field[Any, Any]") -> Callable[[Any], str] | None:
    if isinstance(field, JSONField):
        return json.dumps
    return str if field.choices else None  # psycopg would store a choice by its name


def _column(field: "Field[Any, Any]") -> str:
    return field.get_attname_column()[1] or field.attname
