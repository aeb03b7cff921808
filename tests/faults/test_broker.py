"""F7: the broker is taken away: pages answer and keep what is done, mail leaves when it is back."""

import sqlite3
import time

import pytest

from contacts.demo import PASSWORD
from tests import services
from tests.faults.running import Desk, Visitor, wait_for

pytestmark = pytest.mark.faults("F7")


def test_pages_answer_without_the_broker_and_mail_leaves_when_it_is_back(tmp_path):
    with services.redis() as redis:
        desk = Desk(tmp_path / "var", said=tmp_path / "said", REDIS_URL=redis.url)
        try:
            desk.start(seconds=120)
            secretary = Visitor(desk)
            secretary.post("/sign-in/", username="secretary@jca-mv.example.org", password=PASSWORD)
            with sqlite3.connect(desk.folder / "desk.sqlite3") as database:
                draft, seen = database.execute(
                    "SELECT s.id, r.id FROM liaisons_statement s JOIN liaisons_revision r ON r.id = s.revision_id "
                    "WHERE s.state = 'draft' AND r.title LIKE '%nominating representatives to JCA-MV%'"
                ).fetchone()
            database.close()
            mails = set((desk.folder / "mail").glob("*.eml"))

            redis.stop()
            began = time.monotonic()
            secretary.post(f"/statements/{draft}/circulate/", seen=str(seen))
            assert time.monotonic() - began < 20, "the page waited for the broker"
            assert "Circulated" in secretary.get(f"/statements/{draft}/")
            assert set((desk.folder / "mail").glob("*.eml")) == mails

            redis.start()
            # The tick of the next minute, now.
            desk.python("celery", "--app", "config", "call", "liaisons.tasks.deliver_due")
            wait_for(lambda: set((desk.folder / "mail").glob("*.eml")) > mails, 60, "the mail")
        finally:
            desk.end()
