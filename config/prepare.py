"""What must stand before the desk opens: a free port, the database, static files, demo data."""

import hashlib
import os
import socket
import sys
from pathlib import Path

import django
from django.db import OperationalError, transaction
from django.urls import reverse


def main() -> None:
    check_port(os.environ.get("PORT", "8000"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    check_restore()
    try:
        prepare_database()
    except OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        sys.exit(f"The database does not answer ({reason}). Start it, or take a local one: DATABASE_URL= bin/run")
    collect_static_files()
    say_where_everything_is()


def check_port(given: str) -> None:
    if not given.isdecimal() or not 0 < int(given) < 65536:
        sys.exit(f"PORT is a number up to 65535 and not “{given}”: PORT=8000 bin/run")
    port = int(given)
    with socket.socket() as attempt:
        # As gunicorn does: what was closed a moment ago is free.
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(("127.0.0.1", port))
        except PermissionError:
            sys.exit(f"Port {port} is for root: PORT=8000 bin/run")
        except OSError:
            sys.exit(f"Port {port} is in use: PORT={port % 65535 + 1} bin/run")


def check_restore() -> None:
    from liaisons.backup.restoring import mark

    if mark().exists():
        sys.exit("A restore was cut off, so nobody knows what has left. Run it again: manage.py restore FILE --replace")


def prepare_database() -> None:
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    # Beside demo data no mail goes to a real server, so a desk that has one is not a place to try things out.
    if settings.EMAIL_BACKEND == "liaisons.outbox.transport.MailboxBackend" and not get_user_model().objects.exists():
        print("Loading the demo …", flush=True)
        with transaction.atomic():
            call_command("demo", verbosity=0)


def collect_static_files() -> None:
    """Collect, hash and compress static files unless nothing has changed; it takes some seconds."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    found = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            status = Path(storage.path(path)).stat()
            found.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    collected = Path(settings.STATIC_ROOT) / "collected"
    if not collected.exists() or collected.read_text() != found.hexdigest():
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        collected.write_text(found.hexdigest())


def say_where_everything_is() -> None:
    from django.conf import settings

    from contacts.demo import PASSWORD, read_rows
    from contacts.models import User

    print(f"\nLiaise opens at {settings.SITE_URL} (Ctrl-C closes it)")
    if User.objects.filter(person__demo=True).exists():
        print(f"Demo accounts, all with the password “{PASSWORD}”:")
        for row in (row for row in read_rows("people") if "account" in row):
            print(f"  {row['account'].get('email', row['email']):36}{row['account']['as']}")
    if settings.EMAIL_BACKEND == "liaisons.outbox.transport.MailboxBackend":
        print(f"Mail stays here: {settings.MAILBOX_DIR}, as a page at {settings.SITE_URL}{reverse('mailbox')}")
    else:
        print(f"Mail goes out through {settings.EMAIL_HOST}:{settings.EMAIL_PORT}")
    print(f"Logs: {settings.LIAISE_VAR / 'log'}\n", flush=True)


if __name__ == "__main__":
    main()
