"""A mail server that takes little time, and the tasks sent to a worker."""

import pytest

from tests.mailserver import MailServer


@pytest.fixture
def server(settings, monkeypatch):
    monkeypatch.setattr("liaisons.outbox.transport.SmtpBackend.final_answer_seconds", 0.3)
    with MailServer().running() as running:
        settings.EMAIL_BACKEND = "liaisons.outbox.transport.SmtpBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", running.port, 0.5
        yield running


@pytest.fixture
def woken(monkeypatch):
    """Every task that was sent to a worker."""
    sent = []
    monkeypatch.setattr("celery.current_app.send_task", lambda name, **_options: sent.append(name))
    return sent
