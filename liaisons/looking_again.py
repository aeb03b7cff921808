"""A day on which a sent statement is to be looked at again, where no deadline brings it back to the desk."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.actor import Actor
from liaisons.models import Event, Statement
from liaisons.rules import Refused, may_write


def look_again(statement: Statement, on: date | None, *, reason: str = "", by: Actor, now: datetime) -> Statement:
    """Set the day, at the desk's seat, or take it away. Raises Refused."""
    with transaction.atomic():
        statement = Statement.objects.select_for_update(of=("self",)).select_related("desk__group").get(pk=statement.pk)
        desk = statement.desk
        if desk is None or not may_write(desk, by, now):
            raise Refused([_("This is set by the secretariat, the chairs, rapporteurs and editors of the desk.")])
        if on is not None and statement.state != Statement.State.SENT:
            state = statement.get_state_display()
            raise Refused([_("The statement is %(state)s: it does not wait for anybody.") % {"state": state}])
        if on is not None and on <= desk.today(now):
            raise Refused([_("Choose a day after today.")])
        before, statement.look_again_on = statement.look_again_on, on
        statement.save(update_fields=["look_again_on"])
        Event.objects.record(
            "look_again",
            by=by,
            at=now,
            desk=desk,
            statement=statement,
            reason=reason.strip()[:500],
            data={"from": before.isoformat() if before else None, "to": on.isoformat() if on else None},
            private=True,
        )
    return statement
