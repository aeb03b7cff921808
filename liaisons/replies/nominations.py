"""Whom an addressee nominates to represent it: kept as said, and appointed when the secretariat says so."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.actor import Actor
from contacts.models import Appointment, Desk, Person
from liaisons.details import Nominee
from liaisons.models import Event, Nomination, Reply, Request
from liaisons.rules import SECRETARIAT, Refused


def nominate(reply: Reply, nominee: Nominee, *, by: Actor, now: datetime) -> Nomination:
    """Keep whom the reply names. What the secretariat itself enters appoints at once, as it would when confirming.

    Raises Refused when no representative is asked for: an answer link opens no other door into the group.
    """
    asked = reply.addressee.requests.filter(kind=Request.Kind.NOMINATION)
    if not asked.still_open().exists() and not asked.filter(settlements__reply=reply).exists():
        raise Refused([_("No representative is asked of %(body)s now.") % {"body": reply.addressee}])
    nomination = Nomination.objects.create(
        reply=reply,
        name=nominee.name,
        email=nominee.email,
        organization=nominee.organization,
        country=nominee.country,
    )
    desk = _desk_of(nomination)
    if by.kind == "account" and by.roles_at(desk.group, desk.today(now)) & SECRETARIAT:
        _appoint(nomination, desk, now)
    return nomination


def confirm(nomination: Nomination, *, by: Actor, now: datetime) -> Nomination:
    """Appoint the person as representative of the addressee, from today on. Raises Refused."""
    with transaction.atomic():
        nomination, desk = _to_decide(nomination, by, now)
        if nomination.appointment is None:
            _appoint(nomination, desk, now)
            _record("confirm_nomination", nomination, desk, by, now)
    return nomination


def set_aside(nomination: Nomination, *, by: Actor, now: datetime) -> Nomination:
    """Let nothing come of it; the reply that said so stays. Raises Refused."""
    with transaction.atomic():
        nomination, desk = _to_decide(nomination, by, now)
        if nomination.appointment is not None:
            raise Refused([_("%(name)s has been appointed already. End the role there.") % {"name": nomination.name}])
        if nomination.set_aside_at is None:
            nomination.set_aside_at = now
            nomination.save(update_fields=["set_aside_at"])
            _record("set_aside_nomination", nomination, desk, by, now)
    return nomination


def _to_decide(nomination: Nomination, by: Actor, now: datetime) -> tuple[Nomination, Desk]:
    """The nomination as it is now, locked, for the secretariat of the desk that asked."""
    Nomination.objects.select_for_update().get(pk=nomination.pk)
    nomination = Nomination.objects.select_related("reply__addressee__statement__desk__group").get(pk=nomination.pk)
    desk = _desk_of(nomination)
    if not by.roles_at(desk.group, desk.today(now)) & SECRETARIAT:
        raise Refused([_("Nominations are confirmed by the secretariat.")])
    if nomination.set_aside_at is not None:
        raise Refused([_("This nomination was set aside. Give the person the role on their own page.")])
    return nomination, desk


def _appoint(nomination: Nomination, desk: Desk, now: datetime) -> None:
    reply = nomination.reply
    nomination.appointment = Appointment.objects.get_or_create(
        person=_person(nomination),
        group=desk.group,
        role=Appointment.Role.REPRESENTATIVE,
        represents=reply.addressee.group,
        valid_from=desk.today(now),
        defaults={"basis": reply.reference or str(reply.addressee.statement)},
    )[0]
    nomination.save(update_fields=["appointment"])


def _person(nomination: Nomination) -> Person:
    """Who has that address here already, else somebody new."""
    known = Person.objects.filter(email__iexact=nomination.email).first() if nomination.email else None
    return known or Person.objects.create(
        name=nomination.name,
        email=nomination.email,
        organization=nomination.organization,
        country=nomination.country,
    )


def _desk_of(nomination: Nomination) -> Desk:
    desk = nomination.reply.addressee.statement.desk
    if desk is None:
        raise Refused([_("Only a statement of this desk can ask for a representative.")])
    return desk


def _record(verb: str, nomination: Nomination, desk: Desk, by: Actor, now: datetime) -> None:
    addressee = nomination.reply.addressee
    Event.objects.record(
        verb,
        by=by,
        at=now,
        desk=desk,
        statement=addressee.statement,
        addressee=addressee,
        data={"nomination": nomination.pk, "appointment": nomination.appointment_id},
        private=True,
    )
