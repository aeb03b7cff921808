"""The desk's settings as the tests want them: a folder of their own, cheap passwords, static files as they lie."""

import atexit
import os
import shutil
import tempfile

# Always a new one: what LIAISE_VAR named before may be somebody's desk.
os.environ["LIAISE_VAR"] = tempfile.mkdtemp(prefix="liaise-tests-")
atexit.register(shutil.rmtree, os.environ["LIAISE_VAR"], ignore_errors=True)
for name in ("PORT", "SITE_URL", "EMAIL_URL", "SECRET_KEY", "LINK_KEY", "ALLOWED_HOSTS", "INBOX_URLS"):
    os.environ.pop(name, None)
for name in ("FOLDER", "FOLDER_SFTP", "FOLDER_SFTP_KEY", "FOLDER_SFTP_HOST_KEY"):
    os.environ.pop(name, None)
# tests.services sets these two; a developer's own servers are not for tests.
for name in ("DATABASE_URL", "REDIS_URL"):
    os.environ.pop(name, None)
    if given := os.environ.get(f"TEST_{name}"):
        os.environ[name] = given
if "REDIS_URL" in os.environ:  # a database for each process of pytest-xdist
    os.environ["REDIS_URL"] += "?db=" + os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES, LIAISE_VAR, STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
(LIAISE_VAR / "static").mkdir()  # where WhiteNoise looks for collected ones, and warns
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file and not memory: threads and processes see it as they see the real one.
    DATABASES["default"]["TEST"] = {"NAME": str(LIAISE_VAR / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON;"
    )
