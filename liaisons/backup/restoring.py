"""Back from a backup: rows and files take the place of what is here, and no mail leaves before a person has looked."""

import fcntl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tarfile import TarFile

from django.apps import apps
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import transaction
from django.utils.translation import gettext as _

from contacts.actor import Actor
from liaisons import housekeeping, outbox, reminders
from liaisons.backup import archive, databases
from liaisons.backup.archive import Manifest, Unusable
from liaisons.models import Event

# A week has working hours everywhere, whatever its holidays.
LOOKED_BACK = timedelta(days=7)
WITHIN_WORKING_HOURS = timedelta(hours=3)
# More than a desk can have given of any kind since the backup, however many times it was brought back from it.
KEYS_AT_LEAST = 1_000_000
KEYS_A_SECOND = 100
OURS = ("contacts", "liaisons", "roadmap")


@dataclass(frozen=True)
class Restored:
    """What came back: `held` mails wait for a person, `files` are those that were missing or damaged here."""

    manifest: Manifest
    held: int
    files: int


def restore(given: Path, now: datetime) -> Restored:
    """Take the place of all that is here. Raises Unusable before anything was changed, databases.Failed likewise.

    What fell due since the backup is worked out and held too: it may have been done in the meantime.
    A restore that was cut off leaves a mark, and the desk does not start before another one has run to its end.
    """
    with _nobody_running(), archive.opened(given) as (tar, manifest):
        files = _bring_files(tar)
        with tempfile.TemporaryDirectory(dir=settings.LIAISE_VAR) as folder:
            _replace_rows(archive.extract_database(tar, Path(folder)))
        call_command("migrate", verbosity=0)
        _skip_keys(manifest, now)
        held = _hold(manifest, now)
        _bring_keys(tar)
        mark().unlink()
    return Restored(manifest, held, files)


def mark() -> Path:
    """The file that stands while a restore has not come to its end."""
    return Path(settings.LIAISE_VAR) / "restoring"


def _replace_rows(database: Path) -> None:
    """From here on a restore that is cut off leaves its mark, unless all is as it was."""
    cut_off_before = mark().exists()
    mark().touch()
    try:
        databases.load(database)
    except databases.Failed:
        if not cut_off_before:
            mark().unlink()
        raise


def _skip_keys(manifest: Manifest, now: datetime) -> None:
    """Give no key a second time that may have been given since the backup.

    Mails that left since hold them sealed, in links and in the addresses for answers: what is made now would open to
    whoever has one of those.
    """
    seconds = max(now - manifest.made_at, timedelta()).total_seconds()
    ours = [model for app in OURS for model in apps.get_app_config(app).get_models(include_auto_created=True)]
    databases.skip_keys(ours, KEYS_AT_LEAST + int(seconds) * KEYS_A_SECOND)


def _hold(manifest: Manifest, now: datetime) -> int:
    with transaction.atomic():
        # First what waited: reminders take back what has waited for long, and make it anew.
        held = outbox.hold_for_review(manifest.made_at, now)
        for at in _since(manifest.made_at, now):
            reminders.remind(at)
            held += outbox.hold_for_review(manifest.made_at, at)
        housekeeping.keep_house(now)
        held += outbox.hold_for_review(manifest.made_at, now)
        made_at = manifest.made_at.isoformat()
        Event.objects.record("restore", by=Actor.system(), at=now, data={"made_at": made_at, "held": held})
    return held


def _since(made_at: datetime, now: datetime) -> Iterator[datetime]:
    """When reminders may have been written since: each in the working hours of its reader, which may be over."""
    at = max(made_at, now - LOOKED_BACK)
    while at < now:
        yield at
        at += WITHIN_WORKING_HOURS
    yield now


def _bring_files(tar: TarFile) -> int:
    """Put the files where they are missing or damaged; the others are the same, and newer ones do no harm."""
    brought = 0
    for name, content in archive.blobs_of(tar):
        if not _is_here(name):
            default_storage.delete(name)
            default_storage.save(name, ContentFile(content))
            brought += 1
    return brought


def _is_here(name: str) -> bool:
    try:
        with default_storage.open(name) as file:
            return archive.is_whole(name, file.read())
    except FileNotFoundError:
        return False


def _bring_keys(tar: TarFile) -> None:
    """Links in mails that are out work only with the key they were made with."""
    for name, content in archive.keys_of(tar).items():
        target = archive.keys_folder() / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch(mode=0o600)
        target.write_bytes(content)


@contextmanager
def _nobody_running() -> Iterator[None]:
    """Hold what bin/run holds while a desk runs. Raises Unusable."""
    with (Path(settings.LIAISE_VAR) / "running").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Unusable(_("The desk runs. Stop it first (Ctrl-C in bin/run), then restore.")) from error
        yield
