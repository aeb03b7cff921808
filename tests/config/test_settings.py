"""Environment variables move the desk to another database, broker, mail server and address, and nothing else does."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SHOWN = """
import json
from config import settings
print(json.dumps({name: getattr(settings, name) for name in dir(settings) if name.isupper()}, default=str))
"""
OURS = {
    "LIAISE_VAR", "DATABASE_URL", "REDIS_URL", "EMAIL_URL", "SITE_URL", "SECRET_KEY", "LINK_KEY", "ALLOWED_HOSTS",
    "PORT",
}  # fmt: skip


def clean(tmp_path: Path, given: dict[str, str]) -> dict[str, str]:
    """The environment of a newcomer, who has set nothing but this."""
    inherited = {name: value for name, value in os.environ.items() if name not in OURS}
    return {**inherited, "DJANGO_SETTINGS_MODULE": "config.settings", "LIAISE_VAR": str(tmp_path / "var"), **given}


@pytest.fixture
def settings_with(tmp_path):
    def read(**given: str):
        command = [sys.executable, "-c", SHOWN]
        ran = subprocess.run(command, env=clean(tmp_path, given), check=True, capture_output=True, text=True)
        return json.loads(ran.stdout)

    return read


def test_without_any_variable_no_server_is_needed(settings_with, tmp_path):
    shown = settings_with()
    assert shown["DATABASES"]["default"]["NAME"] == str(tmp_path / "var" / "desk.sqlite3")
    assert shown["CELERY_BROKER_URL"].startswith("filesystem:")
    assert shown["CELERY_BROKER_TRANSPORT_OPTIONS"]["data_folder_in"] == str(tmp_path / "var" / "broker" / "queue")
    assert shown["EMAIL_BACKEND"] == "liaisons.outbox.transport.MailboxBackend"
    assert shown["MAILBOX_DIR"] == str(tmp_path / "var" / "mail")
    assert shown["SITE_URL"] == "http://localhost:8000"
    assert shown["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]
    assert not shown["SESSION_COOKIE_SECURE"]
    assert not shown["DEBUG"]


def test_the_port_moves_the_address_and_the_cookies(settings_with):
    shown = settings_with(PORT="8123")
    assert shown["SITE_URL"] == "http://localhost:8123"
    assert shown["SESSION_COOKIE_NAME"] != settings_with(PORT="8124")["SESSION_COOKIE_NAME"]


def test_an_https_address_secures_cookies_and_transport(settings_with):
    shown = settings_with(SITE_URL="https://desk.example.org/")
    assert shown["SITE_URL"] == "https://desk.example.org"
    assert shown["ALLOWED_HOSTS"][0] == "desk.example.org"
    assert shown["CSRF_TRUSTED_ORIGINS"] == ["https://desk.example.org"]
    assert shown["SESSION_COOKIE_SECURE"]
    assert shown["CSRF_COOKIE_SECURE"]
    assert shown["SECURE_SSL_REDIRECT"]
    assert shown["SECURE_HSTS_SECONDS"] > 0


def test_servers_take_the_place_of_files(settings_with):
    shown = settings_with(
        DATABASE_URL="postgres://liaise:word@db.example.org/desk",
        REDIS_URL="redis://redis.example.org/1",
        EMAIL_URL="smtp+tls://desk%40example.org:word@mail.example.org:587",
    )
    assert shown["DATABASES"]["default"]["ENGINE"] == "django.db.backends.postgresql"
    assert shown["DATABASES"]["default"]["HOST"] == "db.example.org"
    assert shown["CELERY_BROKER_URL"] == "redis://redis.example.org/1"
    assert shown["EMAIL_BACKEND"] == "liaisons.outbox.transport.SmtpBackend"
    assert (shown["EMAIL_HOST"], shown["EMAIL_PORT"]) == ("mail.example.org", 587)
    assert (shown["EMAIL_HOST_USER"], shown["EMAIL_USE_TLS"]) == ("desk@example.org", True)


def test_redis_on_a_socket_is_spelled_for_celery(settings_with):
    shown = settings_with(REDIS_URL="unix:///run/redis.sock?db=3")
    assert shown["CELERY_BROKER_URL"] == "redis+socket:///run/redis.sock?virtual_host=3"


def test_given_keys_and_hosts_are_taken(settings_with):
    shown = settings_with(SECRET_KEY="a-key-of-one's-own", ALLOWED_HOSTS="one.example.org,two.example.org")
    assert shown["SECRET_KEY"] == "a-key-of-one's-own"
    assert shown["ALLOWED_HOSTS"] == ["one.example.org", "two.example.org"]
    assert shown["LINK_KEY"] != shown["SECRET_KEY"]


def test_two_hosts_are_given_one_key_for_links(settings_with, tmp_path):
    """What a worker on one host puts into a letter, the web server on another has to open."""
    web, worker = (settings_with(LIAISE_VAR=str(tmp_path / host), LINK_KEY="shared") for host in ("web", "worker"))
    assert (web["LINK_KEY"], worker["LINK_KEY"]) == ("shared", "shared")
    assert not (tmp_path / "web" / "keys" / "links").exists()


def test_every_tick_expires_before_its_next_one_and_names_a_task(settings_with):
    from config.celery import app

    app.loader.import_default_modules()
    for entry in settings_with()["CELERY_BEAT_SCHEDULE"].values():
        assert entry["task"] in app.tasks
        assert entry["options"]["expires"] < entry["schedule"]


def test_a_slow_task_ends_before_it_would_be_given_to_a_second_worker(settings_with):
    shown = settings_with(REDIS_URL="redis://localhost")
    assert 2 * shown["CELERY_TASK_TIME_LIMIT"] < shown["CELERY_BROKER_TRANSPORT_OPTIONS"]["visibility_timeout"]


def test_the_check_for_deployment_has_nothing_to_say(tmp_path):
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    environment = clean(tmp_path, {"SITE_URL": "https://desk.example.org"})
    ran = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
