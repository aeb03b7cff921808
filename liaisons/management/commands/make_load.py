"""manage.py make_load: as many statements as one wants at a desk of its own, to measure with."""

from datetime import UTC, date, datetime, time
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from contacts.demo import PASSWORD
from liaisons.demo import bulk
from liaisons.demo.bulk.people import SECRETARY


class Command(BaseCommand):
    """Marks whom it makes as demo, so it is refused beside the desk of anybody real."""

    help = "Fill a database with statements, ten addressees each; the same number, day and seed give the same ones."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--statements", type=_number, default=1000)
        parser.add_argument("--on", type=date.fromisoformat, metavar="DATE", help="the day they stand at; today")
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, statements: int, on: date | None, seed: int, **options: Any) -> None:
        began = monotonic()
        day = on or timezone.now().date()
        try:
            made = bulk.make(statements, datetime.combine(day, time(12), tzinfo=UTC), seed)
        except bulk.InTheWay as reason:
            raise CommandError(f"Nothing was made. {reason}") from reason
        if options["verbosity"] > 0:
            for name, rows in sorted(made.stored.items(), key=lambda item: -item[1]):
                self.stdout.write(f"{rows:>10,} {name}")
            self.stdout.write(
                f"In {monotonic() - began:.0f} s, as of {day}. Sign in as {SECRETARY} with the password “{PASSWORD}”."
            )


def _number(given: str) -> int:
    number = int(given)
    if number < 1:
        raise ValueError("at least one")
    return number
