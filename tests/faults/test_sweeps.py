"""F4, F5: schedulers that run beside each other and again and again tell nobody twice."""

import subprocess
import sys
from datetime import UTC, date, datetime

import pytest
from django.conf import settings as django_settings
from django.db import connection

from contacts.actor import Actor
from liaisons import outbox
from liaisons.models import Addressee, Circulation, Message, Reminder, Request, Statement
from liaisons.texts.writing import begin
from liaisons.workflow import advance
from tests.fixtures import AFTER, NOW

pytestmark = [pytest.mark.faults("F4", "F5"), pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
AT = datetime(2026, 1, 23, 9, tzinfo=UTC)  # ten in Geneva, a week before the deadline
BODIES = 200
# All that the scheduler asks for, five times, as of a morning on which reminders are due.
SWEEP = f"""
import sys
import django
django.setup()
from datetime import datetime
from liaisons import housekeeping, outbox, reminders
sys.stdin.read(1)
at = datetime.fromisoformat("{AT.isoformat()}")
for _time in range(5):
    reminders.remind(at)
    housekeeping.keep_house(at)
    outbox.deliver_due(at)
"""


@pytest.fixture
def many(out, groups) -> Statement:
    """Two hundred more bodies that owe an answer."""
    fields = {"group": groups["IETF"], "purpose": "action", "reply": "awaiting", "posted_at": AFTER}
    due = {"due_on": date(2026, 1, 30), "due_at": datetime(2026, 1, 30, 23, tzinfo=UTC)}
    Addressee.objects.bulk_create(
        Addressee(statement=out, text=f"Body {number}", **fields, **due) for number in range(BODIES)
    )
    added = Addressee.objects.filter(text__startswith="Body ")
    Request.objects.bulk_create(Request(addressee=body, key="1", kind="answer", text="Answer.") for body in added)
    return out


@pytest.fixture
def closed(desk, letter, secretary, chair, cochair) -> Circulation:
    """A window that has closed in silence, of which the chairs have not been asked yet."""
    draft = begin(desk, letter, by=Actor.of(secretary), now=NOW)
    advance(draft, "circulate", by=Actor.of(secretary), seen=draft.revision_id, now=NOW)
    circulation = Circulation.objects.get(statement=draft)
    circulation.distribute(NOW)
    return circulation


def test_two_schedulers_that_sweep_five_times_each_tell_everybody_once(many, closed, server, desk_env, tally_outbox):
    Message.objects.filter(state="queued").update(state="sent", sent_at=AFTER)  # those are not what this is about
    had = Message.objects.count()
    connection.close()
    env = desk_env | {"EMAIL_URL": f"smtp://127.0.0.1:{server.port}"}
    place = {"cwd": django_settings.BASE_DIR, "env": env, "stdin": subprocess.PIPE, "stderr": subprocess.PIPE}
    schedulers = [subprocess.Popen([sys.executable, "-c", SWEEP], **place) for _one in range(2)]
    for scheduler in schedulers:
        scheduler.stdin.write(b".")
        scheduler.stdin.flush()
    for scheduler in schedulers:
        said = scheduler.communicate(timeout=120)[1]
        assert scheduler.returncode == 0, said.decode()
    outbox.deliver_due(AT)
    new = Message.objects.order_by("pk")[had:]
    assert sorted(new.values_list("kind", "recipient")) == sorted([
        *[("remind", "ietf@example.org")] * (BODIES + 1),
        ("remind", "sg21@example.org"),
        ("remind", "sam@example.org"),
        ("approve", "chris@example.org"),
        ("approve", "kim@example.org"),
    ])  # fmt: skip
    assert not Reminder.objects.waiting().exists()
    assert server.recipients().count("sam@example.org") == 1
    counted = tally_outbox(of=Message.objects.count())
    assert counted["doubled"] == 0
    assert len(server.received) == len(new)
