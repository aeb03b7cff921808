"""All of an installation in one file, and back from it: the database, the files, the keys of its links.

A tar file: `database` (of SQLite the file, of PostgreSQL its SQL, gzipped), `blobs/…` under the names of the storage,
`keys/…`, and last `manifest.json` with what was counted and the SHA-256 of the database.
"""

from liaisons.backup.archive import Unusable, write
from liaisons.backup.restoring import restore

__all__ = ["Unusable", "restore", "write"]
