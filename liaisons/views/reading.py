"""Who reads a statement, and what of it that reader is shown."""

from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.shortcuts import get_object_or_404
from django.utils import timezone

from contacts.http import DeskRequest
from liaisons import sheets
from liaisons.documents.labels import labels_for
from liaisons.documents.page import Page
from liaisons.documents.screen import on_screen
from liaisons.letter import Letter, Sheet
from liaisons.models import Revision, Statement
from liaisons.rules import AUTHORS


@dataclass(frozen=True)
class Reader:
    """Who reads a statement: `inside` has a role at the desk that issued it, `receives` at one that registered it."""

    inside: bool
    receives: bool
    roles: frozenset[str]

    @property
    def writes(self) -> bool:
        return bool(self.roles & AUTHORS)

    @property
    def sees_addresses(self) -> bool:
        return self.inside or self.receives


def visible(request: DeskRequest, **named: Any) -> Statement:
    """The statement, where the reader may see it. Raises Http404: what has not left is not there for outsiders."""
    now = timezone.now()
    today = request.desk.today(now) if request.desk else now.date()
    known = Statement.objects.visible_to(request.actor, today).select_related(
        "desk__group", "source", "revision__author", "revision__meeting", "responsible", "corrects__revision"
    )
    return get_object_or_404(known, **named)


def reader_of(request: DeskRequest, statement: Statement) -> Reader:
    now = timezone.now()
    issued_by = statement.desk
    roles = request.actor.roles_at(issued_by.group, issued_by.today(now)) if issued_by else frozenset()
    here = request.desk
    receives = here is not None and here != issued_by and statement.registrations.filter(desk=here).exists()
    return Reader(bool(roles), receives, roles)


def letter_for(reader: Reader, letter: Letter) -> Letter:
    """The letter as the reader may see it: how to reach people is for the desks that wrote or received it."""
    if reader.sees_addresses:
        return letter
    return replace(letter, contacts=tuple(replace(contact, phone="", email="") for contact in letter.contacts))


def unreviewed(language: str) -> str:
    """The name of a language whose printed labels nobody of the language service has read yet; "" for others."""
    return "" if labels_for(language).reviewed else dict(settings.LANGUAGES).get(language, language)


def letter_of(statement: Statement, revision: Revision | None, reader: Reader) -> dict[str, Any]:
    """What _letter.html wants."""
    if revision is None:
        return {"page": None, "sections": [], "unreviewed": ""}
    page = Page(Sheet(letter_for(reader, revision.letter), sheets.masthead_now(statement)))
    return {
        "page": page,
        "sections": on_screen(page),
        "unreviewed": unreviewed(revision.language) if reader.inside else "",
    }
