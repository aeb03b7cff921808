"""Loads the demo, and tells how to sign in and where its mail goes."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

import contacts.demo
import liaisons.demo
import roadmap.demo
from liaisons.outbox import refusal


class Command(BaseCommand):
    help = (
        "Loads groups, people, the register of JCA-MV, letters and the roadmap. "
        "A second run adds nothing twice and changes nothing that somebody has changed."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        with transaction.atomic():
            accounts = contacts.demo.load(now)
            if refusal():
                raise CommandError(
                    "Nothing was loaded: beside demo data no mail may go to a real server. "
                    "Unset EMAIL_URL, or choose another LIAISE_VAR."
                )
            liaisons.demo.load(now)
            roadmap.demo.load(now)
        if options["verbosity"] > 0:
            self.tell(accounts)

    def tell(self, accounts: list[contacts.demo.Account]) -> None:
        width = max(len(account.email) for account in accounts)
        self.stdout.write(f"Sign in at {settings.SITE_URL} with the password “{contacts.demo.PASSWORD}” as")
        for account in accounts:
            self.stdout.write(f"  {account.email:<{width}}  {account.who}")
        self.stdout.write(f"Mail leaves for nobody: it is kept in {settings.MAILBOX_DIR}, and the desk shows it.")
