"""Keys that a desk makes for itself at its first start."""

import os
import secrets
from pathlib import Path


def kept_key(path: Path) -> str:
    """Return the key kept in this file, made now if there is none yet.

    Web server and worker start together: the file appears complete or not at all, and the first one wins.
    """
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass  # another process was faster
        finally:
            fresh.unlink()
    return path.read_text()
