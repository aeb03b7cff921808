"""Messages put in with the change they report, and taken back before they leave."""

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from contacts.models.person import validate_one_line
from liaisons.models import Blob, Message, MessageFile, Rendition

from .waking import wake_on_commit

File = Rendition | tuple[Blob, str]

# Where a rehearsal collects what is queued in it.
_rehearsed: ContextVar["list[Draft] | None"] = ContextVar("rehearsed", default=None)


@dataclass(frozen=True)
class Draft:
    """A message not stored yet, with the files that go with it: ordered ones, or stored ones with their names."""

    message: Message
    files: tuple[File, ...] = ()


def queue(messages: Iterable[Message | Draft]) -> list[Message]:
    """Store messages in the caller's transaction and wake a worker when it commits; returns those that are new.

    One whose key is stored already stands for the same mail and is left out. Raises ValidationError for a line
    break in what becomes a header, or an address that is none.
    """
    drafts = [message if isinstance(message, Draft) else Draft(message) for message in messages]
    for draft in drafts:
        _check(draft)
    with transaction.atomic():
        Message.objects.bulk_create([draft.message for draft in drafts], ignore_conflicts=True)
        names = [draft.message.message_id for draft in drafts]
        stored = Message.objects.only("message_id").in_bulk(names, field_name="message_id")
        new = [draft for draft in drafts if draft.message.message_id in stored]
        _require_known({draft.message.key for draft in drafts if draft.message.message_id not in stored})
        for draft in new:
            draft.message.pk = stored[draft.message.message_id].pk
        MessageFile.objects.bulk_create(_file_row(draft.message, file) for draft in new for file in draft.files)
        if any(draft.message.not_before <= draft.message.queued_at for draft in new):
            wake_on_commit()
    rehearsing(new)
    return [draft.message for draft in new]


def rehearse(take: Callable[[], object]) -> list[Draft]:
    """The mails that a step would queue: it is taken, and everything it wrote is rolled back. Raises what it raises."""
    found: list[Draft] = []
    token = _rehearsed.set(found)
    try:
        with transaction.atomic():
            take()
            transaction.set_rollback(True)
    finally:
        _rehearsed.reset(token)
    return found


def rehearsing(drafts: Iterable[Draft]) -> None:
    """Say in a rehearsal which mails would leave."""
    if (rehearsed := _rehearsed.get()) is not None:
        rehearsed += drafts


def stored(message: Message) -> Draft:
    """A message as it was queued, with its files."""
    rows = message.files.select_related("rendition", "blob")
    return Draft(message, tuple(_file_of(row) for row in rows))


def rewrite(message: Message, draft: Draft) -> None:
    """Put words, files and recipient of a draft into a message that is stored, which keeps its Message-ID."""
    anew = ("to", "recipient", "subject", "text", "html", "headers")
    for name in anew:
        setattr(message, name, getattr(draft.message, name))
    _check(Draft(message, draft.files))
    message.save(update_fields=anew)
    message.files.all().delete()
    MessageFile.objects.bulk_create(_file_row(message, file) for file in draft.files)


def cancel(messages: QuerySet[Message]) -> int:
    """Take back what has not begun to leave, in one statement; returns how many that were."""
    return messages.filter(state=Message.State.QUEUED).update(state=Message.State.CANCELLED)


def _check(draft: Draft) -> None:
    """Raise ValidationError for what would break a header; keys of other rows are the database's to check."""
    draft.message.clean_fields(exclude={field.name for field in Message._meta.get_fields() if field.is_relation})
    for name, value in draft.message.headers.items():
        validate_one_line(f"{name}: {value}")
    for file in draft.files:
        validate_one_line(name_of(file))


def _require_known(keys: set[str]) -> None:
    """On SQLite "ignore" swallows more than a key that is taken: nothing may be lost that way."""
    if keys and Message.objects.filter(key__in=keys).count() != len(keys):
        raise IntegrityError("a message was neither stored nor stored before")


def _file_row(message: Message, file: File) -> MessageFile:
    if isinstance(file, Rendition):
        return MessageFile(message=message, rendition=file, name=name_of(file))
    return MessageFile(message=message, blob=file[0], name=name_of(file))


def _file_of(row: MessageFile) -> File:
    if row.rendition is not None:
        return row.rendition
    assert row.blob is not None  # a constraint asks for one of the two
    return row.blob, row.name


def name_of(file: File) -> str:
    return file.name if isinstance(file, Rendition) else file[1]
