"""What was done with letters of others, and what they have to do with ours."""

from typing import Any

from django.utils.translation import gettext as _

from contacts.models import Person
from liaisons.models import Document, Event, Meeting, Statement

from .words import Words, day


def _registered(event: Event, statement: Statement | None) -> str:
    document = Document.objects.filter(pk=event.data.get("document") or 0).first()
    return _("Registered as %(document)s") % {"document": document} if document else _("Registered")


def _renewed(event: Event, statement: Statement | None) -> str:
    documents = Document.objects.in_bulk([event.data["document"], event.data["before"]])
    return _("It came again, as %(document)s, in place of %(before)s") % {
        "document": documents[event.data["document"]],
        "before": documents[event.data["before"]],
    }


def _assigned(event: Event, statement: Statement | None) -> str:
    given = event.data
    people = dict(Person.objects.filter(pk__in=_people_of(given)).values_list("pk", "name"))
    words = [given.get("questions"), people.get(given.get("assignee"))]
    text = _("Assigned to %(whom)s") % {"whom": ", ".join(filter(None, words))} if any(words) else _("Assigned")
    if given.get("due_on"):
        text += _(", until %(day)s") % {"day": day(event, "due_on")}
    if deputy := people.get(given.get("deputy")):
        text += _("; deputy: %(deputy)s") % {"deputy": deputy}
    told_ = [given.get("informed_questions"), *(people.get(key) for key in given.get("informed", []))]
    if any(told_):
        text += _("; for information to %(whom)s") % {"whom": ", ".join(filter(None, told_))}
    return text


def _answered(event: Event, statement: Statement | None) -> str:
    return _("Answered by a statement of ours")


def _noted(event: Event, statement: Statement | None) -> str:
    meeting = Meeting.objects.filter(pk=event.data.get("meeting") or 0).first()
    if meeting is None:
        return _("Noted")
    words = {"meeting": meeting, "clause": event.data.get("clause")}
    return (_("Noted at %(meeting)s, clause %(clause)s") if words["clause"] else _("Noted at %(meeting)s")) % words


def _reopened(event: Event, statement: Statement | None) -> str:
    return _("Reopened")


def _related(event: Event, statement: Statement | None) -> str:
    return _("Answers a statement of ours")


def _relation_confirmed(event: Event, statement: Statement | None) -> str:
    return _("Link to another statement confirmed")


def _relation_rejected(event: Event, statement: Statement | None) -> str:
    return _("Link to another statement rejected")


def _people_of(given: dict[str, Any]) -> list[int]:
    """Whom the data of an assignment names, by key."""
    return [key for key in (given.get("assignee"), given.get("deputy"), *given.get("informed", [])) if key]


WORDS: Words = {
    "register": _registered,
    "renew": _renewed,
    "assign": _assigned,
    "answer": _answered,
    "note": _noted,
    "reopen": _reopened,
    "relate": _related,
    "confirm_relation": _relation_confirmed,
    "reject_relation": _relation_rejected,
}
