"""Rows for what somebody undertook: letters of others that were assigned, actions of meetings."""

from datetime import datetime

from django.db import connection

from liaisons.models import Action, Registration

from . import people
from .answers import run
from .people import Office
from .stages import AHEAD, Values, latest, weekly

# The deputy hears of a letter the day after its date, when the assignee has let it pass, and weekly from then on.
DEPUTY_DAYS = (-1,)
ACTION_DAYS = (3, 0)

_ASSIGNMENTS = """
WITH {values},
come AS MATERIALIZED (
    SELECT r.id, r.desk_id, r.due_on, r.questions, t.ahead, t.stage, t.for_deputy, a.id AS assignee_id,
        a.email AS assignee, a.zone AS assignee_zone, d.id AS deputy_id, d.email AS deputy, d.zone AS deputy_zone,
        r.assignee_id IS NULL AS by_questions
    FROM liaisons_registration r
    JOIN stages t ON t.desk_id = r.desk_id AND t.due_on = r.due_on AND t.ends_at > COALESCE(
        (SELECT MAX(e.at) FROM liaisons_event e WHERE e.registration_id = r.id AND e.verb = 'assign'), r.created_at)
    LEFT JOIN contacts_person a ON a.id = r.assignee_id AND a.email <> ''
        AND a.id IN (SELECT h.person_id FROM here h WHERE h.desk_id = r.desk_id)
    LEFT JOIN contacts_person d ON d.id = r.deputy_id AND d.email <> ''
        AND d.id IN (SELECT h.person_id FROM here h WHERE h.desk_id = r.desk_id)
    WHERE r.state = 'assigned' AND NOT r.watched
),
told (desk_id, id, stage, due_on, email, person_id) AS (
    SELECT come.desk_id, id, stage, due_on, assignee, assignee_id
    FROM come JOIN zones z ON z.desk_id = come.desk_id AND z.zone = assignee_zone AND z.ahead = come.ahead
    WHERE assignee <> '' AND NOT for_deputy
    UNION ALL
    SELECT come.desk_id, id, stage, due_on, deputy, deputy_id
    FROM come JOIN zones z ON z.desk_id = come.desk_id AND z.zone = deputy_zone AND z.ahead = come.ahead
    WHERE deputy <> '' AND (for_deputy OR (assignee IS NULL AND NOT by_questions))
    UNION ALL
    SELECT come.desk_id, come.id, come.stage, come.due_on, k.email, k.person_id
    FROM come JOIN takers k ON k.desk_id = come.desk_id AND k.questions = come.questions AND k.ahead = come.ahead
    WHERE come.by_questions AND NOT come.for_deputy
    UNION ALL
    SELECT come.desk_id, come.id, come.stage, come.due_on, y.email, y.person_id
    FROM come JOIN secretaries y ON y.desk_id = come.desk_id AND y.ahead = come.ahead
    LEFT JOIN takers k ON k.desk_id = come.desk_id AND k.questions = come.questions AND come.by_questions
    WHERE come.assignee IS NULL AND (come.deputy IS NULL OR come.by_questions) AND k.person_id IS NULL
        AND NOT come.for_deputy
)
SELECT desk_id, 'assignment', id, stage, due_on, email, person_id, FALSE, %s FROM told WHERE TRUE
ON CONFLICT DO NOTHING
"""

_ACTIONS = """
WITH {values},
come AS MATERIALIZED (
    SELECT a.id, a.due_on, t.desk_id, t.ahead, t.stage, p.id AS owner_id, p.zone,
        CASE WHEN p.id IN (SELECT h.person_id FROM here h WHERE h.desk_id = t.desk_id) THEN p.email ELSE '' END AS email
    FROM liaisons_action a
    JOIN liaisons_meeting m ON m.id = a.meeting_id
    JOIN contacts_desk d ON d.group_id = m.group_id
    JOIN stages t ON t.desk_id = d.id AND t.due_on = a.due_on AND m.ends_on <= t.day
    JOIN contacts_person p ON p.id = a.owner_id
    WHERE a.done_on IS NULL
)
SELECT come.desk_id, 'action', id, stage, due_on, email, owner_id, FALSE, %s
FROM come JOIN zones z ON z.desk_id = come.desk_id AND z.zone = come.zone AND z.ahead = come.ahead
WHERE email <> ''
UNION ALL
SELECT come.desk_id, 'action', come.id, come.stage, come.due_on, y.email, y.person_id, FALSE, %s
FROM come JOIN secretaries y ON y.desk_id = come.desk_id AND y.ahead = come.ahead
WHERE come.email = ''
ON CONFLICT DO NOTHING
"""


def enter_assignments(office: Office, now: datetime) -> int:
    """Who took a letter on: a person, or the rapporteurs of its Questions; the deputy once its date has passed.

    Where none of them has an address and a role here the secretariat hears of it. No stage from before the letter was
    assigned.
    """
    if not Registration.objects.filter(state=Registration.State.ASSIGNED, due_on__isnull=False).exists():
        return 0
    stages = [
        (one.desk.pk, one.due, one.ahead, one.stage, one.ends_at, for_deputy)
        for desk in office.desks
        for for_deputy, days in ((False, desk.remind_insiders), (True, DEPUTY_DAYS))
        for ahead in AHEAD
        for one in latest(desk, {*days, *weekly(desk)}, now, ahead=ahead)
    ]
    if not stages:
        return 0
    values = Values()
    values.add("stages (desk_id, due_on, ahead, stage, ends_at, for_deputy)", stages)
    office.add_to(values)
    values.add("takers (desk_id, questions, person_id, email, ahead)", people.takers(office.desks, now))
    at = connection.ops.adapt_datetimefield_value(now)
    return run("registration", _ASSIGNMENTS.format(values=values), [*values.parameters, at])


def enter_actions(office: Office, now: datetime) -> int:
    """Whoever undertook something at a meeting, from its last day on."""
    if not Action.objects.filter(done_on__isnull=True, due_on__isnull=False).exists():
        return 0
    stages = [
        (one.desk.pk, one.due, one.ahead, one.stage, one.day)
        for desk in office.desks
        for ahead in AHEAD
        for one in latest(desk, {*ACTION_DAYS, *weekly(desk)}, now, ahead=ahead)
    ]
    values = Values()
    values.add("stages (desk_id, due_on, ahead, stage, day)", stages)
    office.add_to(values)
    at = connection.ops.adapt_datetimefield_value(now)
    return run("action", _ACTIONS.format(values=values), [*values.parameters, at, at])
