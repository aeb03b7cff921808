"""A browser, a running desk, and somebody who walks through its pages."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.shoot import launch
from tests.browser.walker import Walker

PATIENCE = 15_000  # milliseconds that a busy machine may take for one page


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    # Playwright's loop waits in this thread while the test asks the database, which Django takes for async code.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright, launch(playwright) as browser:
        yield browser


@pytest.fixture
def walker(live_server, browser: Browser, settings, tmp_path: Path) -> Iterator[Callable[..., Walker]]:
    """Let somebody in, each with cookies of their own; the desk's mails land in a mailbox of this test."""
    settings.SITE_URL = live_server.url
    settings.MAILBOX_DIR = tmp_path / "mail"
    settings.EMAIL_BACKEND = "liaisons.outbox.transport.MailboxBackend"  # pytest-django keeps mails in memory
    walkers: list[Walker] = []

    def enter(*, scripts: bool = True) -> Walker:
        context = browser.new_context(java_script_enabled=scripts)
        context.set_default_timeout(PATIENCE)
        walkers.append(Walker(context, live_server.url, "" if scripts else "no-script-"))
        return walkers[-1]

    expect.set_options(timeout=PATIENCE)
    yield enter
    assert [complaint for each in walkers for complaint in each.complaints] == []
