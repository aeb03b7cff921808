"""The file of a backup: written so that a half one is never taken for whole, and checked before it is used."""

import hashlib
import json
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import cast

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.utils.translation import gettext as _

from liaisons.backup import databases
from liaisons.models import Blob, Message, Statement

FORMAT = 1
_MANIFEST, _DATABASE = "manifest.json", "database"


class Unusable(Exception):
    """The file cannot be restored here; says why, for the administrator."""


@dataclass(frozen=True)
class Manifest:
    """What a backup holds. `made_at` is before its first row was read; `lost` are files the storage did not have."""

    format: int
    made_at: datetime
    vendor: str
    sha256: str
    statements: int
    messages: int
    blobs: int
    lost: tuple[str, ...]

    def as_json(self) -> bytes:
        return json.dumps({**asdict(self), "made_at": self.made_at.isoformat()}, indent=1).encode()

    @classmethod
    def from_json(cls, content: bytes) -> "Manifest":
        read = json.loads(content)
        return cls(**{**read, "made_at": datetime.fromisoformat(read["made_at"]), "lost": tuple(read["lost"])})


def write(to: Path, now: datetime) -> Manifest:
    """Write a backup, for the eyes of its owner only; an older one under that name stays until this one is whole."""
    fresh = to.with_name(f".{to.name}.part")
    try:
        with tempfile.TemporaryDirectory(dir=to.parent, prefix=".backup-") as folder:
            database = Path(folder) / _DATABASE
            databases.dump(database)
            fresh.unlink(missing_ok=True)
            fresh.touch(mode=0o600)
            with tarfile.open(fresh, "w") as tar:
                tar.add(database, _DATABASE)
                lost = tuple(_add_blobs(tar))
                for key in _keys_here():
                    tar.add(key, f"keys/{key.name}")
                manifest = Manifest(
                    FORMAT, now, connection.vendor, _sha256_of(database), Statement.objects.count(),
                    Message.objects.count(), Blob.objects.count() - len(lost), lost,
                )  # fmt: skip
                _add(tar, _MANIFEST, manifest.as_json())
        fresh.replace(to)
    finally:
        fresh.unlink(missing_ok=True)
    return manifest


@contextmanager
def opened(given: Path) -> "Iterator[tuple[tarfile.TarFile, Manifest]]":
    """Open a backup after every byte of it was read once. Raises Unusable."""
    with ExitStack() as open_files:
        try:
            tar = open_files.enter_context(tarfile.open(given, "r:"))
            manifest = _checked(tar)
        except OSError as error:
            raise Unusable(_("%(name)s cannot be read: %(why)s.") % {"name": given, "why": error.strerror}) from error
        except tarfile.TarError as error:
            raise Unusable(
                _("%(name)s is no backup, or not all of one: %(why)s.") % {"name": given, "why": error}
            ) from error
        yield tar, manifest


def extract_database(tar: tarfile.TarFile, to: Path) -> Path:
    target = to / _DATABASE
    with _member(tar, _DATABASE) as source, target.open("wb") as out:
        shutil.copyfileobj(source, out)
    return target


def blobs_of(tar: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    """The files, each under its name in the storage, one at a time: they can be more than the memory holds."""
    for member in tar.getmembers():
        if member.name.startswith("blobs/"):
            yield member.name, _read(tar, member)


def is_whole(name: str, content: bytes) -> bool:
    """Whether a file holds what its name in the storage says."""
    return Blob.path_of(hashlib.sha256(content).hexdigest()) == name


def keys_of(tar: tarfile.TarFile) -> dict[str, bytes]:
    return {
        name.removeprefix("keys/"): _read(tar, name) for name in tar.getnames() if name in ("keys/links", "keys/secret")
    }


def keys_folder() -> Path:
    return Path(settings.LIAISE_VAR) / "keys"


def _keys_here() -> list[Path]:
    return [path for name in ("links", "secret") if (path := keys_folder() / name).exists()]


def _add_blobs(tar: tarfile.TarFile) -> Iterator[str]:
    """Every file of a row that the database had, and perhaps some newer ones; yields those lost or damaged."""
    # Read after the database was: a file is stored before the row that names it is committed, and never changes.
    for path in Blob.objects.order_by("pk").values_list("path", flat=True).iterator():
        try:
            with default_storage.open(path) as file:
                content = file.read()
        except FileNotFoundError:
            yield path
        else:
            # A damaged one would make the whole backup look damaged.
            if is_whole(path, content):
                _add(tar, path, content)
            else:
                yield path


def _checked(tar: tarfile.TarFile) -> Manifest:
    try:
        manifest = Manifest.from_json(_read(tar, _MANIFEST))
    except (KeyError, ValueError, TypeError) as error:
        raise Unusable(_("This is no backup of Liaise, or not all of one.")) from error
    if manifest.format != FORMAT:
        raise Unusable(_("This backup was made by another version of Liaise, in a form that this one cannot read."))
    if manifest.vendor != connection.vendor:
        raise Unusable(
            _("This backup is of %(theirs)s and the desk runs on %(ours)s. Set DATABASE_URL to the same kind.")
            % {"theirs": manifest.vendor, "ours": connection.vendor}
        )
    with _member(tar, _DATABASE) as database:
        damaged = hashlib.file_digest(database, "sha256").hexdigest() != manifest.sha256
    if damaged or not all(is_whole(name, content) for name, content in blobs_of(tar)):
        raise Unusable(_("This backup is damaged. Take another one. Nothing was changed."))
    return manifest


def _member(tar: tarfile.TarFile, which: str | tarfile.TarInfo) -> BufferedReader:
    """Raises KeyError where the backup has no such file. By its name one is looked for among all."""
    file = tar.extractfile(which)
    if file is None:
        raise KeyError(which)
    return cast("BufferedReader", file)


def _read(tar: tarfile.TarFile, which: str | tarfile.TarInfo) -> bytes:
    with _member(tar, which) as file:
        return file.read()


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), 0o600
    tar.addfile(info, BytesIO(content))


def _sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
