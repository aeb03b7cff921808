"""manage.py receive_mail: takes one mail from standard input, as a mail server hands it to a program."""

import logging
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from contacts.models import Desk
from liaisons.arrivals.parsing import NotAMail
from liaisons.arrivals.taking import take

logger = logging.getLogger(__name__)

# What mail servers understand (sysexits.h): refuse it; or keep it and try again.
EX_DATAERR = 65
EX_TEMPFAIL = 75


class Command(BaseCommand):
    """Ends with 0 when the mail is kept, 65 when it is none, 75 when it is to be brought again."""

    help = "Take one mail from standard input: exit 0 kept, 65 no mail, 75 try again."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--desk", metavar="SLUG", help="whose mailbox it was delivered to")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            desk = Desk.objects.select_related("group").get(slug=options["desk"]) if options["desk"] else None
            row = take(sys.stdin.buffer.read(), timezone.now(), desk=desk)
        except NotAMail:
            self.stderr.write("This is no mail: it has no header.")
            sys.exit(EX_DATAERR)
        except Desk.DoesNotExist:
            self.stderr.write("There is no such desk; the mail is to be brought again when there is.")
            sys.exit(EX_TEMPFAIL)
        except Exception as error:
            # Whatever it is, the server has the mail and keeps it.
            logger.exception("A mail could not be kept")
            self.stderr.write(f"The mail could not be kept, bring it again: {error}")
            sys.exit(EX_TEMPFAIL)
        self.stdout.write(f"Kept as mail {row.pk} of {row.desk}: {row.get_kind_display()}.")
