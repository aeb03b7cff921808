"""What every test may ask for, and how the whole run behaves."""

import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection

from liaisons import guards

pytest_plugins = ["tests.fixtures"]

ON_SQLITE = settings.DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="do every fault twenty times")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    mark = metafunc.definition.get_closest_marker("faults")
    if metafunc.config.getoption("--long") and mark is not None:
        metafunc.fixturenames.append("_round")
        metafunc.parametrize("_round", range(mark.kwargs.get("rounds", 20)))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, rather than skip, what is for the other database."""
    away = []
    for item in items:
        mark = item.get_closest_marker("postgres")
        if (mark is None) if not ON_SQLITE else (mark is not None and mark.kwargs.get("only", False)):
            away.append(item)
    items[:] = [item for item in items if item not in away]
    config.hook.pytest_deselected(items=away)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Let a skipped test fail in CI: what is not there must be installed."""
    report = yield
    if report.skipped and os.environ.get("CI") == "true" and not hasattr(report, "wasxfail"):
        report.outcome, report.longrepr = "failed", f"skipped in CI: {report.longrepr}"
    return report


@pytest.fixture
def desk_env(transactional_db: None) -> dict[str, str]:
    """The environment in which a process started by a test has the test's database, broker and files."""
    name = connection.settings_dict["NAME"]
    url = f"sqlite:///{name}" if ON_SQLITE else f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": url}


@pytest.fixture(autouse=True)
def _events_may_be_flushed(request: pytest.FixtureRequest) -> Iterator[None]:
    """Lift the guards before a test's own flush; the flush ends with post_migrate, which installs them again."""
    mark = request.node.get_closest_marker("django_db")
    flushes = "transactional_db" in request.fixturenames or "live_server" in request.fixturenames
    if not flushes and not (mark and mark.kwargs.get("transaction")):
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    guards.lift(connection)
    cache.clear()  # its table belongs to no model, the flush leaves it
