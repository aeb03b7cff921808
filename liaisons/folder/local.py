"""A folder on this machine, or on a share that it has mounted."""

import os
import stat
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from liaisons.folder.writing import PART, Seen

# Some file systems keep times to two seconds.
SAME_TIME_SECONDS = 2.0


class LocalFolder:
    """The rights of its files are those that the umask or the folder's own list of rights gives."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def prepare(self) -> None:
        """Raises FileNotFoundError when the folder around it is missing: a share that is not mounted stays empty."""
        self.path.mkdir(exist_ok=True)
        for left in self.path.glob(f"{PART}*"):
            left.unlink()

    def listing(self) -> dict[str, Seen]:
        with suppress(FileNotFoundError), os.scandir(self.path) as entries:
            return {entry.name: _seen(entry) for entry in entries if not entry.name.startswith(PART)}
        return {}

    def read(self, name: str) -> bytes:
        return (self.path / name).read_bytes()

    def write(self, name: str, content: bytes, at: datetime | None) -> None:
        part = self.path / f"{PART}{uuid4().hex}"
        try:
            with part.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())  # else a power failure could leave the name with nothing in it
            part.replace(self.path / name)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        if at is not None:
            self.date(name, at)

    def date(self, name: str, at: datetime) -> None:
        with suppress(PermissionError):  # a share may keep its own times: then files are read to be compared
            os.utime(self.path / name, (at.timestamp(), at.timestamp()))

    def remove(self, name: str) -> None:
        (self.path / name).unlink()

    def rename(self, name: str, to: str) -> None:
        (self.path / name).rename(self.path / to)

    def seems_untouched(self, seen: Seen, at: datetime) -> bool:
        return abs(seen.modified - at.timestamp()) < SAME_TIME_SECONDS


def _seen(entry: os.DirEntry[str]) -> Seen:
    status = entry.stat(follow_symlinks=False)
    return Seen(status.st_size, stat.S_ISREG(status.st_mode), status.st_mtime)
