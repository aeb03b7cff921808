"""What every test may ask for, and how the whole run behaves."""

import fcntl
import gc
import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from pytest_django import DjangoDbBlocker

from liaisons import guards

pytest_plugins = ["tests.fixtures"]

# What takes long begins first, so that no process works at it when the others have nothing left.
LONG = ("tests/test_addresses.py", "tests/liaisons/test_walk.py", "tests/faults/", "tests/browser/")

ON_SQLITE = settings.DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="do every fault twenty times")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    mark = metafunc.definition.get_closest_marker("faults")
    if metafunc.config.getoption("--long") and mark is not None:
        metafunc.fixturenames.append("_round")
        metafunc.parametrize("_round", range(mark.kwargs.get("rounds", 20)))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, rather than skip, what is for the other database, and begin with what takes long."""
    away = []
    for item in items:
        mark = item.get_closest_marker("postgres")
        if (mark is None) if not ON_SQLITE else (mark is not None and mark.kwargs.get("only", False)):
            away.append(item)
    items[:] = sorted((item for item in items if item not in away), key=lambda item: not item.nodeid.startswith(LONG))
    config.hook.pytest_deselected(items=away)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Let a skipped test fail in CI: what is not there must be installed."""
    report = yield
    if report.skipped and os.environ.get("CI") == "true" and not hasattr(report, "wasxfail"):
        report.outcome, report.longrepr = "failed", f"skipped in CI: {report.longrepr}"
    return report


def pytest_collection_finish() -> None:
    """Look for rubbish among what tests make, and not each time among the thousands of tests and modules as well."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000)


if "PYTEST_XDIST_WORKER" in os.environ:

    @pytest.fixture(scope="session")
    def django_db_setup(
        django_test_environment: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
    ) -> Iterator[None]:
        """Migrate in one of the processes, which takes five seconds of it, and copy the database for each."""
        creation, together = connection.creation, tmp_path_factory.getbasetemp().parent
        if ON_SQLITE:
            connection.settings_dict["TEST"]["NAME"] = str(together / "test.sqlite3")
        with (together / "migrating").open("a+") as done, django_db_blocker.unblock():
            fcntl.flock(done, fcntl.LOCK_EX)
            done.seek(0)
            if name := done.read():
                connection.settings_dict["NAME"] = name
            else:
                done.write(creation.create_test_db(verbosity=0, autoclobber=True, serialize=False))
            connection.close()  # PostgreSQL copies what nobody is connected to, SQLite the file without its log
            of_this_process = os.environ["PYTEST_XDIST_WORKER"]
            creation.clone_test_db(of_this_process, verbosity=0)
            connection.settings_dict |= creation.get_test_db_clone_settings(of_this_process)
        yield
        with django_db_blocker.unblock():
            connection.close()


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
