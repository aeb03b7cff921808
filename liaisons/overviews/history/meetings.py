"""Who wrote what of what is recorded of a meeting."""

from django.db.models import Model
from django.utils.translation import gettext as _

from liaisons.models import Action, AgendaItem, Decision, Event, ItemDocument, Meeting, Statement

from .words import Words


def _meeting(event: Event, statement: Statement | None) -> str:
    if not event.data.get("fields"):
        return _("Meeting added")
    return _("Meeting changed: %(fields)s") % {"fields": _fields(Meeting, event)}


def _minutes(event: Event, statement: Statement | None) -> str:
    """An item of the agenda, a document at one, or a decision."""
    given = event.data
    if "document" in given:
        label = dict(ItemDocument.Disposition.choices).get(given["disposition"]) or _("nothing said")
        words = {"document": given["reference"], "clause": given["clause"], "disposition": label}
        return (_("%(document)s: %(disposition)s") if given["fields"] else _("%(document)s put to %(clause)s")) % words
    if "item" in given:
        words = {"clause": given["clause"], "fields": _fields(AgendaItem, event)}
        return (_("Item %(clause)s changed: %(fields)s") if given["fields"] else _("Item %(clause)s added")) % words
    if not given["fields"]:
        return _("Decision recorded")
    return _("Decision changed: %(fields)s") % {"fields": _fields(Decision, event)}


def _action(event: Event, statement: Statement | None) -> str:
    fields = event.data.get("fields")
    if not fields:
        return _("Action recorded")
    if fields == ["done_on"]:
        return _("Action done") if event.data["done_on"] else _("Action opened again")
    return _("Action changed: %(fields)s") % {"fields": _fields(Action, event)}


def _fields(model: type[Model], event: Event) -> str:
    labels = {field.name: str(field.verbose_name) for field in model._meta.fields}
    return ", ".join(labels[name] for name in event.data["fields"])


WORDS: Words = {"meeting": _meeting, "minutes": _minutes, "action": _action}
