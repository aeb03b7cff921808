"""Messages for the tests of the outbox: short ones, as many as it takes."""

from datetime import datetime

from contacts.models import Desk
from liaisons import outbox
from liaisons.models import Message


def a_message(desk: Desk, now: datetime, name: str = "sg21", **fields) -> Message:
    """A mail that is due at once, unsaved; its key and its recipient come from the name."""
    return Message(
        **{
            "desk": desk,
            "kind": Message.Kind.NOTIFY,
            "key": f"test:{name}",
            "message_id": f"<{name}@desk.example.org>",
            "sender": '"JCA-MV Secretariat" <secretariat@jca-mv.example.org>',
            "to": f"{name}@example.org",
            "recipient": f"{name}@example.org",
            "subject": "JCA-MV-LS1",
            "text": "Text.\n",
            "queued_at": now,
            "not_before": now,
            **fields,
        }
    )


def claimed(desk, now, **fields) -> Message:
    """One that a sender took for itself and died."""
    [message] = outbox.queue([a_message(desk, now, **fields)])
    Message.objects.filter(pk=message.pk).update(state="sending", claimed_by="dead", claimed_at=now)
    return message


def again(message: Message) -> Message:
    """The message as it stands now."""
    return Message.objects.get(pk=message.pk)


def states(desk: Desk) -> dict[str, int]:
    """How many messages of the desk are in each state."""
    counted: dict[str, int] = {}
    for state in Message.objects.of_desk(desk).values_list("state", flat=True):
        counted[state] = counted.get(state, 0) + 1
    return counted
