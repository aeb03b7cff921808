"""manage.py backup: all of this installation in one file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from liaisons import backup
from liaisons.backup.databases import Failed


class Command(BaseCommand):
    """May run while the desk works; what it writes holds everybody's mails and keys."""

    help = "Write the database, all files and the keys of links into one file, readable by its owner only."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="where to; an older file there is replaced once this one is whole")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        if not file.parent.is_dir():
            raise CommandError(f"There is no folder {file.parent}. Make it first.")
        try:
            manifest = backup.write(file, timezone.now())
        except (Failed, OSError) as error:
            raise CommandError(f"Nothing was written: {error}") from error
        self.stdout.write(
            f"{file}: {manifest.statements} statements, {manifest.messages} mails, {manifest.blobs} files, "
            f"{file.stat().st_size / 1e6:.1f} MB. Keep it where only administrators read."
        )
        for path in manifest.lost:
            self.stderr.write(f"The storage has lost {path}, or holds something else: it is not in the backup.")
