"""Rows for texts in circulation: before the window closes, and while an approval is awaited after it."""

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from liaisons.models import Circulation, Comment, Message, Statement

from . import people
from .answers import run
from .people import Office
from .stages import AHEAD, Values, latest, weekly

# Days after the chairs were asked; weekly from then on.
APPROVAL_DAYS = (-3, -7)

_WINDOWS = """
WITH {values},
come AS MATERIALIZED (
    SELECT c.id, c.desk_id, c.closes_on, t.ahead, t.stage
    FROM liaisons_circulation c
    JOIN stages t ON t.desk_id = c.desk_id AND t.due_on = c.closes_on AND c.distributed_at < t.begins_at
    WHERE c.ended_at IS NULL AND c.closes_at > %s AND c.id NOT IN ({lost})
)
SELECT come.desk_id, 'window', come.id, come.stage, come.closes_on, d.mailing_list, NULL, FALSE, %s
FROM come JOIN contacts_desk d ON d.id = come.desk_id
WHERE d.mailing_list <> '' AND come.ahead = 0
UNION ALL
SELECT come.desk_id, 'window', come.id, come.stage, come.closes_on, y.email, y.person_id, FALSE, %s
FROM come JOIN members y ON y.desk_id = come.desk_id AND y.ahead = come.ahead
WHERE NOT EXISTS (
    SELECT 1 FROM liaisons_comment k
    WHERE k.circulation_id = come.id AND k.author_id = y.person_id AND k.confirmed_at IS NOT NULL)
ON CONFLICT DO NOTHING
"""

_APPROVALS = """
WITH {values},
pending AS MATERIALIZED (
    SELECT c.id, c.desk_id, s.revision_id, (
        SELECT MIN(m.queued_at) FROM liaisons_message m
        WHERE m.circulation_id = c.id AND m.kind = 'approve' AND m.queued_at >= c.closes_at
            AND (m.revision_id = s.revision_id OR c.statement_id IS NULL)) AS asked_at
    FROM liaisons_circulation c LEFT JOIN liaisons_statement s ON s.id = c.statement_id
    WHERE (s.state = 'circulated' OR c.statement_id IS NULL)
        AND c.ended_at IS NULL AND c.closes_at <= %s AND c.id NOT IN ({objected_to})
        AND c.id NOT IN ({lost})
)
SELECT pending.desk_id, 'approval', pending.id, t.stage, t.due_on, v.email, v.person_id, FALSE, %s
FROM pending
JOIN stages t ON t.desk_id = pending.desk_id AND pending.asked_at >= t.begins_at AND pending.asked_at < t.ends_at
JOIN voters v ON v.desk_id = pending.desk_id AND v.ahead = t.ahead
WHERE NOT EXISTS (
    SELECT 1 FROM liaisons_approval p
    WHERE p.revision_id = pending.revision_id AND NOT p.returned
        AND COALESCE(p.in_place_of_id, p.person_id) = v.chair_id)
ON CONFLICT DO NOTHING
"""


def enter_windows(office: Office, now: datetime) -> int:
    """The list, and appointed members who have not spoken once. None on the day on which the list got the text."""
    if not Circulation.objects.running(now).exists():
        return 0
    stages = [
        (one.desk.pk, one.due, one.ahead, one.stage, one.begins_at)
        for desk in office.desks
        for ahead in AHEAD
        for one in latest(desk, desk.remind_window, now, ahead=ahead)
    ]
    if not stages:
        return 0
    values = Values()
    values.add("stages (desk_id, due_on, ahead, stage, begins_at)", stages)
    values.add("members (desk_id, person_id, email, ahead)", people.members(office.desks, now))
    at = connection.ops.adapt_datetimefield_value(now)
    lost, losing = _lost()
    return run("circulation", _WINDOWS.format(values=values, lost=lost), [*values.parameters, at, *losing, at, at])


def enter_approvals(office: Office, now: datetime) -> int:
    """The chairs whose word the revision in force, or a report, still needs; the days count from when they were asked.

    Who stands in for one of them hears of it too.
    """
    over = Circulation.objects.filter(closes_at__lte=now, ended_at__isnull=True)
    if not over.filter(Q(statement__state=Statement.State.CIRCULATED) | Q(statement__isnull=True)).exists():
        return 0
    stages = [
        (one.desk.pk, one.due, one.ahead, one.stage, one.due_from, one.due_until)
        for desk in office.desks
        for ahead in AHEAD
        for one in latest(desk, {*APPROVAL_DAYS, *weekly(desk)}, now, ahead=ahead)
    ]
    values = Values()
    values.add("stages (desk_id, due_on, ahead, stage, begins_at, ends_at)", stages)
    values.add("voters (desk_id, person_id, email, ahead, chair_id)", people.voters(office.desks, now))
    objections = Comment.objects.standing_objections().order_by().values("circulation")
    objected_to, objecting = objections.query.sql_with_params()
    at = connection.ops.adapt_datetimefield_value(now)
    lost, losing = _lost()
    select = _APPROVALS.format(values=values, objected_to=objected_to, lost=lost)
    return run("circulation", select, [*values.parameters, at, *objecting, *losing, at])


def _lost() -> tuple[str, tuple[Any, ...]]:
    """The circulations whose text never reached the list, as a subquery and what it asks with."""
    lost = Message.objects.lost_to_a_list().filter(circulation__isnull=False).order_by().values("circulation")
    return lost.query.sql_with_params()
