"""The same mails for both outboxes, and what puts them in and sends them: ours, and django-mailer's."""

import sys
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module

import django
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import connection, transaction
from django.utils import timezone

SENDER = '"JCA-MV Secretariat" <secretariat@jca-mv.example.org>'
SUBJECT = "Reminder, due in 7 days: JCA-MV-LS1, LS on the roadmap of the metaverse"
TEXT = "".join(f"{line:2} The secretariat asks for an answer by the day named above.\n" for line in range(30))

Sends = Callable[[], int]


def recipients(name: str, number: int) -> Iterator[str]:
    return (f"{name}-{at}@example.org" for at in range(number))


def queue_ours(to: Iterable[str]) -> None:
    from contacts.models import Desk
    from liaisons import outbox
    from liaisons.models import Message

    desk, now = Desk.objects.get(), timezone.now()
    with transaction.atomic():
        outbox.queue(
            Message(
                desk=desk,
                kind=Message.Kind.NOTIFY,
                key=f"benchmark:{address}",
                message_id=f"<{address.replace('@', '@desk.')}>",
                sender=SENDER,
                to=address,
                recipient=address,
                subject=SUBJECT,
                text=TEXT,
                queued_at=now,
                not_before=now,
            )
            for address in to
        )


def queue_by_its_backend(to: Iterable[str]) -> None:
    """The fastest way that django-mailer has: its rows are pickled mails, stored with bulk_create."""
    with transaction.atomic():
        backend = get_connection("mailer.backend.DbBackend")
        backend.send_messages([EmailMessage(SUBJECT, TEXT, SENDER, [address]) for address in to])


def queue_by_its_functions(to: Iterable[str]) -> None:
    """The way in its manual: send_mail() or send_mass_mail() in place of Django's."""
    import mailer

    with transaction.atomic():
        mailer.send_mass_mail([(SUBJECT, TEXT, SENDER, [address]) for address in to])


def send_ours() -> int:
    from liaisons import outbox

    sent = 0
    while more := outbox.deliver_due():
        sent += more
    return sent


def send_its() -> int:
    from mailer.engine import send_all
    from mailer.models import MessageLog

    send_all()
    return MessageLog.objects.count()


SENDERS: dict[str, Sends] = {"ours": send_ours, "django-mailer": send_its}


def main() -> None:
    """A sender: says that it is ready, waits for a line, empties the queue and says so."""
    django.setup()
    settings.EMAIL_PORT = int(sys.argv[2])
    for module in ("liaisons.outbox", "mailer.engine"):  # neither is to wait for its own start
        import_module(module)
    connection.ensure_connection()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    SENDERS[sys.argv[1]]()
    sys.stdout.write("empty\n")


if __name__ == "__main__":
    main()
