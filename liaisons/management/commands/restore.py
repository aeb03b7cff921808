"""manage.py restore: an installation as a backup holds it."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from liaisons import backup
from liaisons.backup.databases import Failed


class Command(BaseCommand):
    """Replaces what is here, so it asks for a plain word; mails that may have left since the backup are held."""

    help = "Replace everything here by what a backup holds. Stop the desk first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--replace", action="store_true", help="yes, replace all that is here")

    def handle(self, *args: Any, file: Path, replace: bool, **options: Any) -> None:
        if not replace:
            raise CommandError("This replaces all that is here. Say so: manage.py restore FILE --replace")
        try:
            restored = backup.restore(file, timezone.now())
        except (backup.Unusable, Failed, OSError) as error:
            raise CommandError(str(error)) from error
        made_at = timezone.localtime(restored.manifest.made_at)
        self.stdout.write(
            f"Restored as of {made_at:%Y-%m-%d %H:%M %Z}: {restored.manifest.statements} statements, "
            f"{restored.manifest.messages} mails; {restored.files} files were brought back."
        )
        if restored.held:
            self.stdout.write(
                f"Mails that may have left or been taken back since: {restored.held}. They are in doubt until somebody "
                "of the secretariat has looked at them in the outbox. None of them leaves before."
            )
        self.stdout.write(
            "Mail that came in since is not here. Of fetched mailboxes it lies in the folder for what is kept: "
            "manage.py fetch_mail --again DAYS takes it once more."
        )
        self.stdout.write(
            "Whatever was done after that time is not here: numbers given since would be given a second time, so "
            "compare with the folder and the list before the next approval. Now start the desk: bin/run"
        )
