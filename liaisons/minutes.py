"""What is recorded of a meeting, who changed what of it when, and two who say what was done with its documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from contacts.actor import Actor
from contacts.models import Desk
from liaisons.models import Action, AgendaItem, Decision, Event, ItemDocument, Meeting

Part = Meeting | AgendaItem | ItemDocument | Decision | Action

# The verb under which a change is recorded: calendars count those of actions and meetings (RFC 5545, 3.8.7.4).
VERBS = {Meeting: "meeting", Action: "action"}
MINUTES = "minutes"
# Under which name the data of an event says what was changed.
KINDS: dict[type[Part], str] = {
    Meeting: "meeting",
    AgendaItem: "item",
    ItemDocument: "document",
    Decision: "decision",
    Action: "action",
}


@dataclass(frozen=True)
class Otherwise:
    """A document of which two say otherwise what was done with it: `had` is what the page showed, `mine` is new."""

    at: ItemDocument
    had: str
    mine: str
    who: str

    @property
    def labels(self) -> list[str]:
        """What the page showed, what stands there now, and what is new, in words."""
        words = dict(ItemDocument.Disposition.choices)
        return [str(words.get(value, "–")) for value in (self.had, self.at.disposition, self.mine)]


def record(part: Part, desk: Desk, fields: Sequence[str] = (), *, by: Actor, now: datetime) -> None:
    """Keep that somebody wrote a part of what is recorded of a meeting; without names of fields it is a new one."""
    named = {"meeting": meeting_of(part).pk, KINDS[type(part)]: part.pk, "fields": list(fields)}
    verb = VERBS.get(type(part), MINUTES)
    Event.objects.record(verb, by=by, at=now, desk=desk, data={**_said(part), **named})


def meeting_of(part: Part) -> Meeting:
    if isinstance(part, ItemDocument):
        return part.item.meeting
    return part if isinstance(part, Meeting) else part.meeting


def _said(part: Part) -> dict[str, Any]:
    """What an event tells of the part: numbers and days, never its text."""
    if isinstance(part, AgendaItem):
        return {"clause": part.clause}
    if isinstance(part, ItemDocument):
        return {
            "clause": part.item.clause,
            "reference": part.document.reference,
            "disposition": part.disposition,
        }
    if isinstance(part, Action):
        return {"owner": part.owner_id, "due_on": _iso(part.due_on), "done_on": _iso(part.done_on)}
    if isinstance(part, Meeting):
        return {"starts_on": _iso(part.starts_on), "ends_on": _iso(part.ends_on)}
    return {}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def events(meeting: Meeting, desk: Desk) -> QuerySet[Event]:
    """Who changed what of it, the latest first."""
    verbs = [MINUTES, *VERBS.values()]
    found: QuerySet[Event] = Event.objects.filter(desk=desk, verb__in=verbs, data__meeting=meeting.pk)
    return found.order_by("-at", "-pk")


def last_writer(part: Part, desk: Desk) -> str:
    """Who wrote that part last, as far as it is known."""
    told = events(meeting_of(part), desk).filter(**{f"data__{KINDS[type(part)]}": part.pk})
    last = told.filter(verb=VERBS.get(type(part), MINUTES)).select_related("person", "user", "link").first()
    return last.who if last else ""


def say_dispositions(
    meeting: Meeting, desk: Desk, said: Mapping[int, tuple[str, str]], *, by: Actor, now: datetime
) -> tuple[list[ItemDocument], list[Otherwise]]:
    """Say what the meeting did with its documents, for each by key how it stood on the page and what is said.

    What the person left as it stood is left as it is now. Where somebody has said otherwise meanwhile nothing at all
    is changed, and the second list tells of it. The caller has locked the meeting.
    """
    changed: list[ItemDocument] = []
    otherwise: list[Otherwise] = []
    rows = ItemDocument.objects.filter(item__meeting=meeting, pk__in=said)
    for row in rows.select_related("document", "item__meeting"):
        had, mine = said[row.pk]
        if mine in (had, row.disposition) or mine not in {"", *ItemDocument.Disposition.values}:
            continue
        if row.disposition != had:
            otherwise.append(Otherwise(row, had, mine, last_writer(row, desk)))
            continue
        row.disposition = mine
        changed.append(row)
    if otherwise:
        return [], otherwise
    ItemDocument.objects.bulk_update(changed, ["disposition"])
    for row in changed:
        record(row, desk, ["disposition"], by=by, now=now)
    return changed, []
