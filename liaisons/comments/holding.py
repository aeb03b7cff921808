"""Circulations and comments as they are now, locked, and the record of what is done to a comment."""

from datetime import datetime
from typing import Any

from contacts.actor import Actor
from liaisons.models import Circulation, Comment, Event, Statement


def locked(circulation: Circulation) -> Circulation:
    """The circulation as it is now; its statement is locked first, as every step does."""
    if circulation.statement_id is not None:
        Statement.objects.select_for_update().get(pk=circulation.statement_id)
    Circulation.objects.select_for_update().get(pk=circulation.pk)
    rows = Circulation.objects.select_related("desk__group", "document", "statement__revision", "statement__desk")
    return rows.get(pk=circulation.pk)


def locked_comment(row: Comment) -> Comment:
    circulation = locked(row.circulation)
    Comment.objects.select_for_update().get(pk=row.pk)
    row = Comment.objects.select_related("author", "group", "revision", "disposed_by").get(pk=row.pk)
    row.circulation = circulation
    return row


def record(verb: str, row: Comment, by: Actor, now: datetime, *, reason: str = "", **data: Any) -> None:
    Event.objects.record(
        verb,
        by=by,
        at=now,
        desk=row.circulation.desk,
        statement=row.circulation.statement,
        circulation=row.circulation,
        revision=row.revision,
        reason=reason,
        data={"comment": row.pk, "kind": row.kind, "disposition": row.disposition, **data},
    )
