"""What follows from a server having taken a message."""

from datetime import datetime

from liaisons import silence
from liaisons.models import Circulation, Message, Statement


def has_consequences(message: Message) -> bool:
    """Whether more than the message itself changes when it has been taken."""
    of_circulation = message.kind == Message.Kind.CIRCULATE and message.circulation_id is not None
    return of_circulation or (message.kind == Message.Kind.SEND and message.statement_id is not None)


def left(message: Message, at: datetime) -> None:
    """What follows from a message having been taken: a window begins, a statement is out for everybody to read."""
    if message.kind == Message.Kind.CIRCULATE and message.circulation_id is not None:
        circulation = Circulation.objects.select_for_update().get(pk=message.circulation_id)
        if circulation.ended_at is None:
            circulation.distribute(at, asked=silence.appointed(circulation.desk, at))
        elif circulation.distributed_at is None:
            # Taken back while the mail was on its way: the list has read it, but no window opens.
            circulation.distributed_at = at
            circulation.save(update_fields=["distributed_at"])
    if message.kind == Message.Kind.SEND and message.statement_id is not None:
        Statement.objects.filter(pk=message.statement_id, posted_at__isnull=True).update(posted_at=at)
