"""Mails to those whom a statement that came in is allocated to, when it is taken from them again or is over."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from contacts.actor import Actor
from contacts.models import Person
from contacts.questions import rapporteurs
from liaisons.mail import letterhead, text
from liaisons.mail.letterhead import Recipient
from liaisons.models import Registration
from liaisons.outbox import Draft
from liaisons.rules import may_read_letter


@dataclass(frozen=True)
class Part:
    """What one person has to do with a letter, and until when."""

    role: str  # assignee, deputy, questions, informed
    due_on: date | None
    name: str = ""  # whose deputy, or of which Questions


Allocated = dict[Person, Part]


def allocated(registration: Registration, now: datetime) -> Allocated:
    """Who has the letter now, each with the part that asks most of them."""
    found: Allocated = {}
    for person, part in _parts(registration, now):
        found.setdefault(person, part)
    return found


def assigned(registration: Registration, before: Allocated, by: Actor, now: datetime) -> list[Draft]:
    """Tell everybody whose part is new or another one than before, and those who have none any more.

    Whoever assigns it knows, and people without an address cannot be told.
    """
    after = allocated(registration, now)
    changed = {person: part for person, part in after.items() if before.get(person) != part}
    released = {person: None for person in before if person not in after}
    time = registration.events.filter(verb="assign").count()
    return [
        _mail(registration, person, part, time, now)
        for person, part in {**changed, **released}.items()
        if person.email and person != by.person
    ]


def settled(registration: Registration, by: Actor, now: datetime) -> list[Draft]:
    """Tell those who had to see to it that it was answered or noted; whoever did that knows."""
    time = registration.events.count()
    return [
        _over(registration, person, time, now)
        for person, part in allocated(registration, now).items()
        if part.role != "informed" and person.email and person != by.person
    ]


def _parts(registration: Registration, now: datetime) -> Iterator[tuple[Person, Part]]:
    due_on, desk = registration.due_on, registration.desk
    named = (registration.questions, registration.informed_questions)
    of_questions = rapporteurs(named, within=desk.group, on=desk.today(now))
    if registration.assignee:
        yield registration.assignee, Part("assignee", due_on)
    for person in of_questions.get(registration.questions, []):
        yield person, Part("questions", due_on, registration.questions)
    if registration.deputy:
        yield registration.deputy, Part("deputy", due_on, str(registration.assignee or registration.questions))
    for person in registration.informed.order_by("name", "pk"):
        yield person, Part("informed", None)
    for person in of_questions.get(registration.informed_questions, []):
        yield person, Part("informed", None)


def _mail(registration: Registration, person: Person, part: Part | None, time: int, now: datetime) -> Draft:
    recipient = Recipient.of(person)
    with recipient.reading():
        due = text.deadline_text(registration.desk, part.due_on if part else None, zone=registration.due_zone)
        words = {
            **_about(registration, person, now, (_("Answer due"), due)),
            "role": part.role if part else "",
            "name": part.name if part else "",
        }
        return letterhead.notice(
            registration.desk,
            recipient,
            now,
            "assign",
            words,
            about=registration.statement,
            key=f"assign:{registration.pk}:{time}:{person.pk}",
            subject=_subject(part) % {"number": registration, "title": registration.statement.title},
        )


def _over(registration: Registration, person: Person, time: int, now: datetime) -> Draft:
    recipient = Recipient.of(person)
    answer = registration.answered_by
    with recipient.reading():
        subject = _("%(number)s was answered: %(title)s") if answer else _("%(number)s was noted: %(title)s")
        return letterhead.notice(
            registration.desk,
            recipient,
            now,
            "settled",
            {
                **_about(registration, person, now),
                "answer": answer,
                "meeting": registration.noted_at,
                "clause": registration.noted_clause,
            },
            about=registration.statement,
            key=f"settled:{registration.pk}:{time}:{person.pk}",
            subject=subject % {"number": registration, "title": registration.statement.title},
        )


def _about(registration: Registration, person: Person, now: datetime, *more: tuple[str, str]) -> dict[str, Any]:
    statement = registration.statement
    may_read = may_read_letter(registration, Actor("account", person=person), now)
    facts = [
        (_("Document"), str(registration.document or "")),
        (_("From"), text.group_text(statement.source, statement.source_text)),
        (_("Number"), statement.reference),
        (_("Title"), statement.title),
        *more,
    ]
    return {
        "facts": text.facts(facts),
        # Whoever it is taken from may hold no role at the desk: its page would refuse them.
        "address": f"{settings.SITE_URL}{registration.get_absolute_url()}" if may_read else "",
    }


def _subject(part: Part | None) -> str:
    if part is None:
        return _("%(number)s is no longer yours: %(title)s")
    if part.role == "deputy":
        return _("%(number)s, you are the deputy: %(title)s")
    if part.role == "informed":
        return _("%(number)s, for your information: %(title)s")
    return _("%(number)s is yours to see to: %(title)s")
