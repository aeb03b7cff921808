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

from .people import Office
from .stages import Stage, Values, latest, weekly

# So long after the last reminder to a body its silence becomes ours to deal with.
SILENT_AFTER_DAYS = 7

INSERT = """
INSERT INTO liaisons_reminder
    (desk_id, kind, {thing}_id, stage, due_on, recipient, person_id, outsider, came_at)
"""
# What the statement says of its own stages as text; '' where it goes by its desk's.
_OUTSIDERS = "COALESCE(CAST(s.remind_outsiders AS text), '')"
_INSIDERS = "COALESCE(CAST(s.remind_insiders AS text), '')"

# To whoever is responsible and has a role here, else to the secretariat. `on_their_day` keeps to those who have that
# day where they are.
_OURS = """
SELECT come.desk_id, '{kind}', come.id, come.stage, come.due_on, p.email, p.id, FALSE, %s
FROM come JOIN contacts_person p ON p.id = come.responsible_id
JOIN zones z ON z.desk_id = come.desk_id AND z.zone = p.zone {on_their_day}
JOIN here h ON h.desk_id = come.desk_id AND h.person_id = p.id
WHERE p.email <> '' AND {ours}
UNION ALL
SELECT come.desk_id, '{kind}', come.id, come.stage, come.due_on, z.email, z.person_id, FALSE, %s
FROM come JOIN secretaries z ON z.desk_id = come.desk_id {on_their_day}
LEFT JOIN contacts_person p ON p.id = come.responsible_id AND p.email <> ''
    AND p.id IN (SELECT h.person_id FROM here h WHERE h.desk_id = come.desk_id)
WHERE p.id IS NULL AND {ours}
ON CONFLICT DO NOTHING
"""

# First what is owed, then its stages: the other way round each statement would be looked at once for each stage.
_ANSWERS = """
WITH {values},
owed AS MATERIALIZED (
    SELECT a.id, a.due_on, a.group_id, a.posted_at, a.unreminded_since, s.desk_id, s.responsible_id, s.sent_at,
        s.dispatch_round, {outsiders} AS outsiders, {insiders} AS insiders
    FROM liaisons_addressee a
    JOIN liaisons_statement s ON s.id = a.statement_id AND s.state = 'sent'
    WHERE a.reply IN ('awaiting', 'acknowledged') AND NOT a.dropped AND a.due_at < %s
        AND EXISTS (SELECT 1 FROM liaisons_request r WHERE r.addressee_id = a.id AND r.outcome = '')
),
come AS MATERIALIZED (
    SELECT owed.*, t.outsider, t.ahead, t.stage
    FROM owed
    JOIN stages t ON t.desk_id = owed.desk_id AND t.due_on = owed.due_on AND owed.sent_at < t.asked_before
        AND t.plan = CASE WHEN t.outsider THEN owed.outsiders ELSE owed.insiders END
    WHERE NOT EXISTS (
        SELECT 1 FROM liaisons_reply f
        WHERE f.decided_at >= t.asked_before
            AND (f.forwarded_to_id = owed.id OR (f.addressee_id = owed.id AND f.granted_until = owed.due_on)))
),
mailboxes AS MATERIALIZED (
    SELECT MIN(id) AS id, group_id FROM contacts_channel WHERE kind = 'mail' GROUP BY group_id
),
through AS MATERIALIZED (
    SELECT MIN(v.id) AS id, v.group_id FROM contacts_channel v JOIN mailboxes m ON m.group_id = v.via_id
    WHERE v.kind = 'via' AND v.group_id NOT IN (SELECT group_id FROM mailboxes) GROUP BY v.group_id
),
ways AS MATERIALIZED (
    SELECT m.group_id, m.id FROM mailboxes m
    UNION ALL
    SELECT v.group_id, m.id
    FROM through t JOIN contacts_channel v ON v.id = t.id JOIN mailboxes m ON m.group_id = v.via_id
)
SELECT come.desk_id, 'answer', come.id, come.stage, come.due_on, c.email, NULL, come.outsider, %s
FROM come
JOIN ways ON ways.group_id = come.group_id
JOIN contacts_channel c ON c.id = ways.id
JOIN contacts_group g ON g.id = come.group_id
JOIN contacts_desk d ON d.id = come.desk_id
JOIN zones z ON z.desk_id = come.desk_id AND z.zone = COALESCE(NULLIF(g.zone, ''), d.zone) AND z.ahead = come.ahead
WHERE come.outsider AND come.unreminded_since IS NULL
    AND (come.dispatch_round = 0 OR come.posted_at IS NOT NULL OR EXISTS (
        SELECT 1 FROM liaisons_message m
        WHERE m.addressee_id = come.id AND m.kind = 'send' AND m.round = come.dispatch_round AND m.state = 'sent'))
    AND NOT EXISTS (
        SELECT 1 FROM liaisons_reply f
        WHERE f.addressee_id = come.id AND f.kind = 'more_time' AND f.until > come.due_on AND f.decided_at IS NULL
            AND NOT EXISTS (
                SELECT 1 FROM liaisons_reply l
                WHERE l.addressee_id = f.addressee_id AND l.kind = 'more_time' AND l.until IS NOT NULL
                    AND (l.received_at, l.id) > (f.received_at, f.id)))
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


def enter(office: Office, now: datetime) -> int:
    """To addressees that have not surely got the letter nothing is due; our own people hear of those too.

    Letters of round 0 were sent before Liaise: what was recorded of them is believed. No stage from before the letter
    left or more time was granted, and to an addressee none on the day of the letter. While nobody has said anything to
    its request for more time it is not pressed.
    """
    plans = _plans(office.desks)
    # A hundred thousand deadlines are not looked at for a day that nobody has.
    on_some_day = {ahead for _desk, _zone, ahead in office.zones}
    stages = [
        (one.desk.pk, plan.text, one.due, plan.outsider, one.ahead, one.stage, _asked_before(one, plan))
        for plan in plans
        for ahead in on_some_day
        for one in latest(plan.desk, plan.days, now, ahead=ahead)
    ]
    if not stages:
        return 0
    values = Values()
    values.add("stages (desk_id, plan, due_on, outsider, ahead, stage, asked_before)", stages)
    office.add_to(values)
    at = connection.ops.adapt_datetimefield_value(now)
    furthest = max((max(plan.days) for plan in plans if plan.days), default=0)
    horizon = connection.ops.adapt_datetimefield_value(now + timedelta(days=furthest + 3))
    words = {"values": values, "outsiders": _OUTSIDERS, "insiders": _INSIDERS}
    ours = _OURS.format(kind="answer", ours="NOT come.outsider", on_their_day="AND z.ahead = come.ahead")
    return run("addressee", _ANSWERS.format(**words) + ours, [*values.parameters, horizon, at, at, at])


def enter_prompts(office: Office, now: datetime) -> int:
    """Ask our own people to write, call, give more time or close where nothing came after the last reminder."""
    lasts = [(plan.desk.pk, plan.text, min(plan.days)) for plan in _plans(office.desks) if plan.outsider and plan.days]
    if not lasts:
        return 0
    values = Values()
    values.add("lasts (desk_id, plan, stage)", lasts)
    office.add_to(values)
    at = connection.ops.adapt_datetimefield_value(now)
    long_ago = connection.ops.adapt_datetimefield_value(now - timedelta(days=SILENT_AFTER_DAYS))
    prompts = _PROMPTS.format(values=values, outsiders=_OUTSIDERS, silent=SILENT_AFTER_DAYS)
    ours = _OURS.format(kind="prompt", ours="TRUE", on_their_day="")
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


def _asked_before(one: Stage, plan: Plan) -> Any:  # noqa: ANN401 – as the database takes it
    """The instant by which the letter has to be out, for this stage to be worth a mail."""
    return one.begins_at if plan.outsider else one.ends_at


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
