"""manage.py walk: the main job without a browser, on a database of its own under LIAISE_VAR/walk/."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from contacts import demo as people
from liaisons import demo
from liaisons.demo.walk import BEGINS, walk

# Set in the second process, whose settings point at the walk's own database, mailbox and files.
INSIDE = "LIAISE_WALKING"
OUTSIDE_WORLD = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "INBOX_URLS")


class Command(BaseCommand):
    """Begins a process of its own with LIAISE_VAR=…/walk, since settings are read once."""

    help = "Take the JCA-MV invitation from draft to replied; writes PDF, Word and mails to LIAISE_VAR/walk/."

    def handle(self, *args: Any, **options: Any) -> None:
        if os.environ.get(INSIDE):
            self.walk(Path(settings.LIAISE_VAR))
            return
        folder = Path(settings.LIAISE_VAR) / "walk"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        inside = {name: value for name, value in os.environ.items() if name not in OUTSIDE_WORLD}
        inside |= {"LIAISE_VAR": str(folder), INSIDE: "1"}
        done = subprocess.run([sys.executable, sys.argv[0], "walk"], env=inside, check=False)  # noqa: S603
        sys.exit(done.returncode)

    def walk(self, folder: Path) -> None:
        call_command("migrate", verbosity=0)
        people.load(BEGINS)
        demo.load_register()
        statement = walk(self.stdout.write, folder)
        mails = len(list(folder.glob("*.eml")))
        self.stdout.write(f"{statement.reference} is {statement.get_state_display()}; {mails} mails are in {folder}.")
