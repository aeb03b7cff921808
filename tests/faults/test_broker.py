"""The broker is taken away: pages answer and keep what is done, mail leaves when it is back."""

import http.cookiejar
import re
import sqlite3
import subprocess
import time
import urllib.parse
import urllib.request

import pytest
from django.conf import settings

from contacts.demo import PASSWORD
from tests import services
from tests.faults.running import Desk, wait_for

pytestmark = pytest.mark.faults


class Visitor:
    """Somebody with a browser that keeps cookies."""

    def __init__(self, desk: Desk) -> None:
        self.home = f"http://localhost:{desk.port}"
        self.open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())).open

    def get(self, path: str) -> str:
        with self.open(self.home + path, timeout=20) as page:
            return page.read().decode()

    def post(self, path: str, **data: str) -> str:
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get("/sign-in/" if "sign" in path else "/"))
        body = urllib.parse.urlencode(data | {"csrfmiddlewaretoken": token[1]}).encode()
        with self.open(self.home + path, body, timeout=20) as page:
            return page.read().decode()


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
            assert time.monotonic() - began < 5
            assert "Circulated" in secretary.get(f"/statements/{draft}/")
            assert set((desk.folder / "mail").glob("*.eml")) == mails

            redis.start()
            # The tick of the next minute, now.
            call = [".venv/bin/celery", "--app", "config", "call", "liaisons.tasks.deliver_due"]
            subprocess.run(call, cwd=settings.BASE_DIR, env=desk.env(), check=True, stdout=subprocess.DEVNULL)
            wait_for(lambda: set((desk.folder / "mail").glob("*.eml")) > mails, 60, "the mail")
        finally:
            desk.end()
