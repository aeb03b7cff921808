"""manage.py fetch_mail: fetches mail from the inboxes now and says what it took."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from liaisons.arrivals import fetching


class Command(BaseCommand):
    """Does what the tick does, however long it takes; the same mail is taken once, however often it is fetched."""

    help = "Fetch mail from the inboxes in INBOX_URLS."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--again",
            metavar="DAYS",
            type=int,
            help="take also what was taken in so many days: after a restore, what came after the backup",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.INBOX_URLS:
            raise CommandError("No inbox is set: INBOX_URLS=imaps://user:password@host/INBOX")
        days = options["again"]
        done = fetching.fetch(all_of_them=True) if days is None else fetching.fetch_again(days)
        for one in done:
            self.stdout.write(
                f"{one.inbox}: {one.taken} mails taken, {one.left} left" + f" ({one.error})" * bool(one.error)
            )
        if any(one.error for one in done):
            raise CommandError("Not every inbox could be opened; the reasons stand above.")
