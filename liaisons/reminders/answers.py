"""Rows for answers that are awaited: to the bodies that owe them, to our own people, and when a body stays silent."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from contacts.models import Desk
from liaisons.models import Statement

from . import people
from .stages import Values, latest, weekly

# So long after the last reminder to a body its silence becomes ours to deal with.
SILENT_AFTER_DAYS = 7

INSERT = """
INSERT INTO liaisons_reminder
    (desk_id, kind, {thing}_id, stage, due_on, recipient, person_id, outsider, came_at)
"""
# What the statement says of its own stages as text; '' where it goes by its desk's.
_OUTSIDERS = "COALESCE(CAST(s.remind_outsiders AS text), '')"
_INSIDERS = "COALESCE(CAST(s.remind_insiders AS text), '')"

_OURS = """
SELECT come.desk_id, '{kind}', come.id, come.stage, come.due_on, p.email, p.id, FALSE, %s
FROM come JOIN contacts_person p ON p.id = come.responsible_id
WHERE p.email <> '' AND {ours}
UNION ALL
SELECT come.desk_id, '{kind}', come.id, come.stage, come.due_on, y.email, y.person_id, FALSE, %s
FROM come JOIN secretaries y ON y.desk_id = come.desk_id
LEFT JOIN contacts_person p ON p.id = come.responsible_id AND p.email <> ''
WHERE p.id IS NULL AND {ours}
ON CONFLICT DO NOTHING
"""

# First what is owed, then its stages: the other way round each statement would be looked at once for each stage.
_ANSWERS = """
WITH {values},
owed AS MATERIALIZED (
    SELECT a.id, a.due_on, a.group_id, a.posted_at, s.desk_id, s.responsible_id, s.dispatch_round, s.sent_at,
        {outsiders} AS outsiders, {insiders} AS insiders
    FROM liaisons_addressee a
    JOIN liaisons_statement s ON s.id = a.statement_id AND s.state = 'sent'
    WHERE a.reply IN ('awaiting', 'acknowledged') AND NOT a.dropped AND a.due_at < %s
        AND EXISTS (SELECT 1 FROM liaisons_request r WHERE r.addressee_id = a.id AND r.outcome = '')
),
come AS MATERIALIZED (
    SELECT owed.*, t.outsider, t.stage
    FROM owed
    JOIN stages t ON t.desk_id = owed.desk_id AND t.due_on = owed.due_on AND owed.sent_at < t.ends_at
        AND t.plan = CASE WHEN t.outsider THEN owed.outsiders ELSE owed.insiders END
    WHERE NOT EXISTS (
        SELECT 1 FROM liaisons_reply f WHERE f.forwarded_to_id = owed.id AND f.decided_at >= t.ends_at)
),
channels AS MATERIALIZED (
    SELECT MIN(id) AS id, group_id FROM contacts_channel WHERE kind = 'mail' GROUP BY group_id
)
SELECT come.desk_id, 'answer', come.id, come.stage, come.due_on, c.email, NULL, come.outsider, %s
FROM come
JOIN channels ON channels.group_id = come.group_id
JOIN contacts_channel c ON c.id = channels.id
WHERE come.outsider AND (come.dispatch_round = 0 OR come.posted_at IS NOT NULL OR EXISTS (
    SELECT 1 FROM liaisons_message m
    WHERE m.addressee_id = come.id AND m.kind = 'send' AND m.round = come.dispatch_round AND m.state = 'sent'))
UNION ALL
"""

_PROMPTS = """
WITH {values},
come AS MATERIALIZED (
    SELECT a.id, a.due_on, s.desk_id, s.responsible_id, r.stage - {silent} AS stage
    FROM liaisons_reminder r
    JOIN liaisons_message m ON m.id = r.message_id AND m.state = 'sent' AND m.sent_at < %s
    JOIN liaisons_addressee a ON a.id = r.addressee_id AND a.due_on = r.due_on
    JOIN liaisons_statement s ON s.id = a.statement_id AND s.state = 'sent'
    JOIN lasts l ON l.desk_id = s.desk_id AND l.stage = r.stage AND l.plan = {outsiders}
    WHERE r.kind = 'answer' AND r.outsider AND a.reply IN ('awaiting', 'acknowledged') AND NOT a.dropped
        AND EXISTS (SELECT 1 FROM liaisons_request q WHERE q.addressee_id = a.id AND q.outcome = '')
)
"""


@dataclass(frozen=True)
class Plan:
    """Stages to outsiders or to our own people: those of a desk, or of statements that have their own.

    `text` is what the database holds of a statement's own; "" stands for the desk's.
    """

    desk: Desk
    text: str
    days: frozenset[int]
    outsider: bool


def enter(desks: list[Desk], now: datetime) -> int:
    """To addressees that have not surely got the letter nothing is due; our own people hear of those too.

    Letters of round 0 were sent before Liaise: what was recorded of them is believed.
    """
    plans = _plans(desks)
    stages = [
        (one.desk.pk, plan.text, one.due, plan.outsider, one.stage, one.ends_at)
        for plan in plans
        for one in latest(plan.desk, plan.days, now)
    ]
    if not stages:
        return 0
    values = Values()
    values.add("stages (desk_id, plan, due_on, outsider, stage, ends_at)", stages)
    values.add("secretaries (desk_id, person_id, email)", people.secretaries(desks, now))
    at = connection.ops.adapt_datetimefield_value(now)
    furthest = max((max(plan.days) for plan in plans if plan.days), default=0)
    horizon = connection.ops.adapt_datetimefield_value(now + timedelta(days=furthest + 2))
    words = {"values": values, "outsiders": _OUTSIDERS, "insiders": _INSIDERS}
    ours = _OURS.format(kind="answer", ours="NOT come.outsider")
    return run("addressee", _ANSWERS.format(**words) + ours, [*values.parameters, horizon, at, at, at])


def enter_prompts(desks: list[Desk], now: datetime) -> int:
    """Ask our own people to write, call, give more time or close where nothing came after the last reminder."""
    lasts = [(plan.desk.pk, plan.text, min(plan.days)) for plan in _plans(desks) if plan.outsider and plan.days]
    if not lasts:
        return 0
    values = Values()
    values.add("lasts (desk_id, plan, stage)", lasts)
    values.add("secretaries (desk_id, person_id, email)", people.secretaries(desks, now))
    at = connection.ops.adapt_datetimefield_value(now)
    long_ago = connection.ops.adapt_datetimefield_value(now - timedelta(days=SILENT_AFTER_DAYS))
    prompts = _PROMPTS.format(values=values, outsiders=_OUTSIDERS, silent=SILENT_AFTER_DAYS)
    ours = _OURS.format(kind="prompt", ours="TRUE")
    return run("addressee", prompts + ours, [*values.parameters, long_ago, at, at])


def run(thing: str, select: str, parameters: list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(INSERT.format(thing=thing) + select, parameters)
        return int(cursor.rowcount)


def _plans(desks: list[Desk]) -> list[Plan]:
    plans = []
    for desk in desks:
        plans.append(Plan(desk, "", frozenset(desk.remind_outsiders), outsider=True))
        plans.append(Plan(desk, "", frozenset({*desk.remind_insiders, *weekly(desk)}), outsider=False))
    return [*plans, *_own_plans({desk.pk: desk for desk in desks})]


def _own_plans(desks: dict[int, Desk]) -> Iterator[Plan]:
    """The different plans that statements have, not the statements. An empty one reminds nobody, weekly neither."""
    own = Statement.objects.filter(
        Q(remind_outsiders__isnull=False) | Q(remind_insiders__isnull=False), state=Statement.State.SENT, desk__in=desks
    )
    for outsider, field in ((True, "remind_outsiders"), (False, "remind_insiders")):
        as_text = Cast(field, TextField())
        for desk_id, text, days in own.annotate(plan=as_text).order_by().values_list("desk", "plan", field).distinct():
            if days is None:
                continue
            after = weekly(desks[desk_id]) if days and not outsider else set()
            yield Plan(desks[desk_id], text, frozenset({*days, *after}), outsider)
