"""What Celery calls each minute does its work; and that it was called is known when it stops."""

import json
from datetime import timedelta

import celery
import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from liaisons import health, outbox, tasks, views
from liaisons.models import Message, Reminder
from tests.liaisons.outgoing import a_message, states

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.LIAISE_VAR = tmp_path
    return tmp_path


def test_every_tick_of_the_scheduler_names_a_task_that_is_there_and_expires_before_the_next():
    celery.current_app.loader.import_default_modules()
    for name, tick in django_settings.CELERY_BEAT_SCHEDULE.items():
        assert tick["task"] in celery.current_app.tasks, name
        assert tick["options"]["expires"] < tick["schedule"], name


def test_what_wakes_a_worker_names_the_task_that_delivers(desk, django_capture_on_commit_callbacks, monkeypatch):
    sent = []
    monkeypatch.setattr("celery.current_app.send_task", lambda name, **_options: sent.append(name))
    with django_capture_on_commit_callbacks(execute=True):
        outbox.queue([a_message(desk, timezone.now())])
    assert sent == [tasks.deliver_due.name]


def test_deliver_due_delivers(desk, mailoutbox):
    outbox.queue([a_message(desk, timezone.now())])
    assert tasks.deliver_due() == 1
    assert states(desk) == {"sent": 1}
    assert [mail.recipients() for mail in mailoutbox] == [["sg21@example.org"]]


def test_make_documents_makes_what_was_ordered(circulated):
    assert tasks.make_documents() == 2
    assert tasks.make_documents() == 0


def test_fill_reminders_fills_and_tells(sent, monkeypatch):
    Message.objects.of_dispatch(sent).update(state="sent", sent_at=timezone.now())
    on_a_friday_morning = timezone.datetime(2026, 1, 23, 9, 30, tzinfo=timezone.get_default_timezone())
    monkeypatch.setattr("liaisons.tasks.timezone.now", lambda: on_a_friday_morning)
    assert tasks.fill_reminders() == 3
    assert Reminder.objects.count() == 5


def test_housekeep_ticks_and_asks_the_chairs_when_a_window_has_closed(circulated, chair, cochair, monkeypatch):
    later = circulated.circulation.closes_at + timedelta(minutes=1)
    monkeypatch.setattr("liaisons.tasks.timezone.now", lambda: later)
    tasks.housekeep()
    assert sorted(Message.objects.filter(kind="approve").values_list("recipient", flat=True)) == [
        "chris@example.org",
        "kim@example.org",
    ]
    assert health.last_tick() == later


def test_the_tick_is_noted_although_the_housekeeping_fails(monkeypatch):
    def fails(_now):
        raise RuntimeError

    monkeypatch.setattr("liaisons.housekeeping.keep_house", fails)
    with pytest.raises(RuntimeError):
        tasks.housekeep()
    assert health.last_tick() is not None


# Health


@pytest.fixture
def running_since(monkeypatch, now):
    """The web server has been running for a day."""
    monkeypatch.setattr(health, "STARTED_AT", now - timedelta(days=1))


def test_two_missed_ticks_are_told_in_words(now, running_since):
    health.tick(now)
    assert health.late(now + timedelta(seconds=119)) is None
    assert health.late(now + timedelta(minutes=2)) == (
        "The worker has been silent for 2 minutes: nothing is sent until it is back. "
        "What you do here is kept. Tell the administrator."
    )
    health.tick(now + timedelta(minutes=4))
    assert health.late(now + timedelta(minutes=5)) is None


def test_a_desk_that_was_just_started_is_given_time_for_its_first_tick(now, monkeypatch):
    monkeypatch.setattr(health, "STARTED_AT", now)
    assert health.late(now + timedelta(minutes=1)) is None
    assert health.late(now + timedelta(minutes=3)) is not None


def test_a_desk_that_ticked_yesterday_is_given_time_too(now, monkeypatch):
    health.tick(now - timedelta(days=1))
    monkeypatch.setattr(health, "STARTED_AT", now)
    assert health.late(now + timedelta(minutes=1)) is None


def test_healthz_answers_200_while_all_is_well(rf, desk, now, monkeypatch):
    monkeypatch.setattr("liaisons.views.health.timezone.now", lambda: now)
    health.tick(now - timedelta(seconds=30))
    outbox.queue([a_message(desk, now - timedelta(minutes=2))])
    answer = views.health.healthz(rf.get("/healthz"))
    assert (answer.status_code, json.loads(answer.content)) == (
        200,
        {"database": True, "seconds_since_tick": 30.0, "oldest_due_seconds": 120.0, "silent": False},
    )
    assert "no-store" in answer["Cache-Control"]


def test_healthz_answers_503_when_the_worker_is_silent(rf, desk, now, running_since, monkeypatch):
    monkeypatch.setattr("liaisons.views.health.timezone.now", lambda: now)
    answer = views.health.healthz(rf.get("/healthz"))
    assert (answer.status_code, json.loads(answer.content)) == (
        503,
        {"database": True, "seconds_since_tick": None, "oldest_due_seconds": None, "silent": True},
    )


def test_healthz_answers_503_when_the_database_does_not_answer(rf, monkeypatch):
    from django.db import OperationalError

    def gone(*_args):
        raise OperationalError("the database is gone")

    monkeypatch.setattr(Message.objects, "due", gone)
    answer = views.health.healthz(rf.get("/healthz"))
    assert (answer.status_code, json.loads(answer.content)) == (503, {"database": False})


def test_healthz_tells_and_changes_nothing(rf, db):
    assert views.health.healthz(rf.post("/healthz")).status_code == 405
