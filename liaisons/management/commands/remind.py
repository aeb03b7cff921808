"""manage.py remind: makes the reminders that are due now, or says who would get which on a day and why."""

from argparse import ArgumentTypeError
from datetime import date, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from liaisons import mail, outbox, reminders
from liaisons.documents.sanitize import columns
from liaisons.reminders.rehearsing import Told, earliest_day, rehearse

FURTHEST = timedelta(days=366)
HEADINGS = ("when", "to", "what", "of", "stage", "due", "why")


class Command(BaseCommand):
    """A rehearsal plays the days until then through inside a transaction that is rolled back."""

    help = "Make the reminders that are due now. With --dry-run say who would get what, and why, and change nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", type=_day, metavar="DATE", help="a day from today on, as in 2026-01-30")
        parser.add_argument("--dry-run", action="store_true", help="say what would be told and change nothing")
        parser.add_argument("--mails", action="store_true", help="with --dry-run: show each mail as it would leave")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        on: date | None = options["on"]
        if not options["dry_run"]:
            if on is not None or options["mails"]:
                raise CommandError("Reminders are made for now. To see what a day would bring, add --dry-run.")
            self.stdout.write(f"{reminders.remind(now)} mails queued.")
            return
        first = earliest_day(now)  # west of here it may still be yesterday
        on = on or max(now.date(), first)
        if on < first:
            raise CommandError(f"{on} is over: what left on it is in the outbox. Give a day from {first} on.")
        if on > now.date() + FURTHEST:
            raise CommandError(f"{on} is too far away. Give a day until {now.date() + FURTHEST}.")
        told = rehearse(on, now)
        self.stdout.write("\n".join(_lines(told)) if told else f"Nobody would be reminded on {on}.")
        if options["mails"]:
            for message in {one.mail.key: one.mail for one in told}.values():
                self.stdout.write(f"\n{'=' * 72}\n{mail.preview(outbox.Draft(message))}")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is no day. Write it as in 2026-01-30.") from None


def _lines(told: list[Told]) -> list[str]:
    rows = [HEADINGS, *(_cells(one) for one in told)]
    widths = [max(columns(row[place]) for row in rows) for place in range(len(HEADINGS))]
    return [
        "  ".join(cell + " " * (width - columns(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _cells(one: Told) -> tuple[str, ...]:
    return (_moment(one.at), one.recipient, one.kind, one.thing, str(one.stage), one.due_on.isoformat(), one.why)


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} {at.tzinfo}"
