"""manage.py mirror: brings the folders of desks in line with their registers and says what it did."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from contacts.models import Desk
from liaisons.folder import mirroring
from liaisons.folder.report import Busy, PlaceReport, Report


class Command(BaseCommand):
    """Does what the tick does, for as long as it takes, and makes PDF and Word files that are missing."""

    help = "Mirror the registers of desks as files into FOLDER, and to FOLDER_SFTP where it is set."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--desk", metavar="SLUG", help="only this desk")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done and do nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        desks = list(self.desks(options["desk"]))
        if not desks:
            self.stdout.write("No desk keeps a folder. An administrator turns it on in the settings of the desk.")
        failed = False
        for desk in desks:
            try:
                done = mirroring.mirror(desk, timezone.now(), dry_run=options["dry_run"], make=True)
            except Busy as busy:
                raise CommandError(f"Another process is at the folder of {desk}. Try again in a minute.") from busy
            failed = self.say(desk, done, dry_run=options["dry_run"]) or failed
        if failed:
            raise CommandError("Not everything could be done; the reasons stand above.")

    def desks(self, slug: str | None) -> list[Desk]:
        mirrored = Desk.objects.filter(mirrored=True).select_related("group")
        if slug is None:
            return list(mirrored)
        found = Desk.objects.filter(slug=slug).select_related("group").first()
        if found is None:
            slugs = ", ".join(Desk.objects.values_list("slug", flat=True))
            raise CommandError(f"There is no desk “{slug}”. There are: {slugs}.")
        if not found.mirrored:
            raise CommandError(f"{found} keeps no folder. An administrator turns it on in the settings of the desk.")
        return [found]

    def say(self, desk: Desk, done: Report, *, dry_run: bool) -> bool:
        """Tells whether something is wrong."""
        if done.waiting:
            self.stdout.write(f"{desk}: {done.waiting} files are still to be made.")
        places = [place for place in (done.local, done.server) if place is not None]
        for place in places:
            self.say_of(desk, place, dry_run=dry_run)
        return any(place.error or place.lost for place in places)

    def say_of(self, desk: Desk, place: PlaceReport, *, dry_run: bool) -> None:
        self.stdout.write(f"{desk}: {place.where or 'the server'}")
        if place.error:
            self.stdout.write(f"  failed: {place.error}")
            return
        would = "would be " if dry_run else ""
        for what, names in (
            (f"{would}written", place.written),
            (f"{would}removed", place.removed),
            (f"changed by somebody, {would}kept as", place.set_aside),
            ("in the way of ours, left alone", place.in_the_way),
            ("not ours, left alone", place.foreign),
            ("lost by the storage of the desk", place.lost),
        ):
            for name in names:
                self.stdout.write(f"  {what}: {name}")
        self.stdout.write(f"  {place.files} files, {place.size} bytes; {len(place.written)} {would}written")
