"""manage.py receive_mail as a mail server starts it: with a mail on its standard input, judged by its exit."""

import subprocess
import sys

import pytest
from django.conf import settings

from liaisons.models import ReceivedMail
from tests.liaisons.arrivals.mails import an_answer

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def receive(env: dict[str, str], raw: bytes, *more: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "manage.py", "receive_mail", *more]
    return subprocess.run(command, input=raw, env=env, cwd=settings.BASE_DIR, capture_output=True, timeout=60)


def test_a_mail_is_kept_and_told(desk, desk_env):
    done = receive(desk_env, an_answer(Subject="One"))
    assert (done.returncode, done.stderr) == (0, b"")
    row = ReceivedMail.objects.get()
    assert done.stdout.decode() == f"Kept as mail {row.pk} of JCA-MV: mail.\n"
    assert receive(desk_env, row.raw.read()).returncode == 0
    assert ReceivedMail.objects.count() == 1


def test_the_desk_can_be_named(desk, other_desk, desk_env):
    assert receive(desk_env, an_answer(), "--desk", other_desk.slug).returncode == 0
    assert ReceivedMail.objects.get().desk == other_desk


def test_what_is_no_mail_is_refused_for_good(desk, desk_env):
    assert receive(desk_env, b"\x00\x01").returncode == 65


def test_what_cannot_be_kept_now_is_to_be_brought_again(desk, desk_env):
    away = desk_env | {"DATABASE_URL": "postgres://nobody@127.0.0.1:9/desk"}
    done = receive(away, an_answer())
    assert done.returncode == 75
    assert b"bring it again" in done.stderr
    assert receive(desk_env, an_answer(), "--desk", "nowhere").returncode == 75
    assert not ReceivedMail.objects.exists()
