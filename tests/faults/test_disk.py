"""F10: the disk is full when a step wants to write: nothing of it stays, and the person is told what that means."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from liaisons.models import Document, Event, Message, Statement
from tests.fixtures import AFTER

pytestmark = [pytest.mark.faults("F10"), pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
# Some of what a dispatch writes, so that the disk is full at another moment each time.
WRITTEN = ["liaisons_message", "liaisons_event", "liaisons_link", "liaisons_messagefile"]


@contextmanager
def full_disk() -> Iterator[None]:
    """The database may not grow any more. PostgreSQL is made to say so at one of the tables; SQLite says so by itself.

    PostgreSQL stops altogether when its log finds no room, so the disk of the server that others use stays as it is.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("VACUUM")
            pages = cursor.execute("PRAGMA page_count").fetchone()[0]
            cursor.execute(f"PRAGMA max_page_count = {pages + random.randint(0, 2)}")
            yield
            cursor.execute("PRAGMA max_page_count = 1073741823")
        else:
            cursor.execute("""
                CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
                END $$
            """)
            table = random.choice(WRITTEN)
            cursor.execute(f"CREATE TRIGGER no_room AFTER INSERT ON {table} EXECUTE FUNCTION no_room()")
            yield
            cursor.execute("DROP FUNCTION no_room() CASCADE")


@pytest.fixture
def browser(secretary) -> Iterator[Client]:
    with time_machine.travel(AFTER + timedelta(minutes=1), tick=False):
        client = Client(raise_request_exception=False)
        client.force_login(secretary)
        yield client


def rows() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in (Message, Event, Document)}


def test_a_step_that_finds_no_room_is_rolled_back_and_told(approved, browser, caplog):
    def send() -> HttpResponse:
        return browser.post(reverse("statement-send", args=[approved.pk]), {"seen": approved.revision_id})

    browser.get(reverse("statement-dispatch", args=[approved.pk]))  # what is made once is made
    before = rows()
    with full_disk():
        answer = send()
    assert answer.status_code == 500
    assert "A step that was under way is either done completely or not at all" in answer.content.decode()
    assert rows() == before
    assert Statement.objects.get(pk=approved.pk).state == "approved"
    assert "full" in caplog.text or "No space left" in caplog.text, "the log says why"

    assert send().status_code == 302, "with room again the same step is taken"
    assert Statement.objects.get(pk=approved.pk).state == "sent"
