"""Senders: each claims messages that are due, hands them over and records what the server said."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from uuid import uuid4

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.models import Person
from liaisons import links, renditions, reply_tokens
from liaisons.models import Message, MessageFile, Rendition
from liaisons.outbox import enclosures, reserved, transport

from .arriving import has_consequences, left
from .claims import record_and_begin
from .queueing import cancel
from .waking import wake

logger = logging.getLogger(__name__)

# How long a sender may be silent about a mail it has begun; longer than one hand-over can take.
CLAIM = timedelta(seconds=60)
# A claim takes this many at once: one commit for all of them.
AT_ONCE = 40
# No new mail is begun after this much of a run: Celery ends a task after fifty seconds.
BEGIN_WITHIN_SECONDS = 10.0
# So what is claimed and not begun after this was left by a sender that died. Were it alive, it would begin none of it:
# each beginning asks whose claim it is.
NOT_BEGUN = timedelta(seconds=BEGIN_WITHIN_SECONDS + 2)
# A server that says "later" is asked again after 2, 4, 8 … minutes, at most 4 hours apart: for a day and a half.
MAX_TRIES = 15
LONGEST_WAIT = timedelta(hours=4)
# A mail that we cannot put together ourselves gets no better by waiting.
MAX_FAULTS = 3
# Backends that let no mail out of this machine.
LOCAL_BACKENDS = ("liaisons.outbox.transport.MailboxBackend", "django.core.mail.backends.locmem.EmailBackend")

Clock = Callable[[], datetime]


def refusal() -> str:
    """Why nothing may leave this installation, or ""."""
    if settings.EMAIL_BACKEND in LOCAL_BACKENDS or not Person.objects.filter(demo=True).exists():
        return ""
    return _(
        "This desk holds demo data: nothing is sent to a real mail server. Remove the demo data, or unset EMAIL_URL."
    )


def deliver_due(now: datetime | None = None, limit: int = 500) -> int:
    """Hand over messages that are due, the longest waiting first; returns how many a server took.

    `now` stands still when given. Must run outside any transaction: each step is a commit of its own.
    """
    clock: Clock = timezone.now if now is None else lambda: now
    recover(clock())
    # A mail that was on its way when its statement was withdrawn comes back to the queue when the server puts it off.
    # Asked only of what there is: to write the question takes longer than all the rest of a run that finds nothing.
    if (due := Message.objects.due(clock())).exists():
        cancel(due & Message.objects.void())
    if refusal():
        return 0
    run = _Run(clock, limit)
    run.deliver()
    # After what is ready, so that a document that is slow to make delays its own mails only.
    if run.has_time() and _make_files(clock(), until=run.until):
        run.deliver()
    return run.sent


def recover(now: datetime) -> int:
    """Settle what senders left behind that died; returns the number of messages that are in doubt because of it."""
    back = {"state": Message.State.QUEUED, "claimed_by": "", "claimed_at": None, "handed_over_at": None}
    _claimed().filter(claimed_at__lte=now - NOT_BEGUN).update(**back)
    expired = Message.objects.filter(state=Message.State.SENDING, claimed_at__lt=now - CLAIM)
    expired.filter(repeatable=True).update(**back)
    return expired.filter(handed_over_at__isnull=False).update(
        state=Message.State.IN_DOUBT, answer=_("The sender stopped before the server's answer was recorded.")
    )


@dataclass(frozen=True)
class _Letter:
    """A message with the mail it has become."""

    message: Message
    mail: transport.Mail


class _Run:
    """One sender's run through the queue, over one connection."""

    def __init__(self, clock: Clock, limit: int) -> None:
        self.clock = clock
        self.limit = limit
        self.token = uuid4().hex
        self.until = time.monotonic() + BEGIN_WITHIN_SECONDS
        self.sent = 0

    def has_time(self) -> bool:
        return time.monotonic() < self.until

    def deliver(self) -> None:
        connection = get_connection()
        try:
            while self.limit > 0 and self.has_time() and (batch := self._claim()):
                self.limit -= len(batch)
                self._deliver(batch, connection)
        except transport.Unreachable as error:
            logger.warning("The mail server cannot be reached: %s", error)
        else:
            self._call_next()
        finally:
            self._give_back()
            connection.close()

    def _call_next(self) -> None:
        """Wake another sender for what this one leaves behind, and for what others would leave that died."""
        stopped_early = self.limit <= 0 or not self.has_time()
        if stopped_early and (self._mine().exists() or _ready(self.clock()).exists()):
            wake()
        elif _claimed().exclude(claimed_by=self.token).exists():
            wake(after=NOT_BEGUN)

    def _claim(self) -> QuerySet[Message]:
        """Take the next messages for this sender; another one that looks at the same rows takes others."""
        now = self.clock()
        with transaction.atomic(durable=True):
            rows = _ready(now).order_by("not_before", "pk").select_for_update(skip_locked=True)
            keys = list(rows.values_list("pk", flat=True)[: min(AT_ONCE, self.limit)])
            Message.objects.filter(pk__in=keys, state=Message.State.QUEUED).update(
                state=Message.State.SENDING, claimed_by=self.token, claimed_at=now, handed_over_at=None
            )
        mine = self._mine().filter(pk__in=keys).order_by("not_before", "pk")
        return mine.select_related("circulation", "desk").prefetch_related("files__rendition__blob", "files__blob")

    def _mine(self) -> QuerySet[Message]:
        return Message.objects.filter(claimed_by=self.token, state=Message.State.SENDING)

    def _deliver(self, batch: QuerySet[Message], connection: BaseEmailBackend) -> None:
        """Hand them over one by one: the commit with the answer to each also says that the next one goes."""
        letters = self._composed(batch)
        following = next(letters, None)
        begun = False
        while following is not None:
            letter, following = following, next(letters, None)
            if begun or (self.has_time() and self._begin(letter)):
                begun = self._hand_over(letter, connection, following)

    def _composed(self, batch: QuerySet[Message]) -> Iterator[_Letter]:
        """Each mail while the one before it waits to be handed over, so that nothing delays the note of its answer."""
        for message in batch:
            try:
                mail = compose(message, self.clock())
            except Exception as error:
                # Whatever it is, it is about this message: the queue goes on behind it.
                logger.exception("Message %s could not be put together", message.pk)
                self._put_off(message, _("It could not be put together: %s") % error, MAX_FAULTS)
            else:
                yield _Letter(message, mail)

    def _begin(self, letter: _Letter) -> bool:
        """Note that the mail is about to be handed over, unless the claim took too long and somebody else has it."""
        now = self.clock()
        return bool(self._mine().filter(pk=letter.message.pk).update(claimed_at=now, handed_over_at=now))

    def _hand_over(self, letter: _Letter, connection: BaseEmailBackend, following: _Letter | None) -> bool:
        """Tells whether the following one was begun with the commit of the answer."""
        message = letter.message
        try:
            answer = transport.hand_over(letter.mail, connection)
        except transport.Unreachable as error:
            self._back(message, not_before=self.clock() + timedelta(minutes=1), answer=str(error)[:500])
            raise
        except (transport.NotHandedOver, transport.RefusedForNow) as error:
            self._put_off(message, str(error), MAX_TRIES)
        except transport.RefusedForGood as error:
            self._record(message, state=Message.State.FAILED, answer=str(error)[:500])
        except transport.InDoubt as error:
            self._doubt(message, str(error))
        else:
            return self._took(message, str(answer), following)
        return False

    def _took(self, message: Message, answer: str, following: _Letter | None) -> bool:
        now = self.clock()
        follows = following.message if following is not None and self.has_time() else None
        with transaction.atomic() if has_consequences(message) else nullcontext():
            changed = record_and_begin(message, follows, self.token, answer[:500], now)
            if message.pk in changed:
                left(message, now)
        self.sent += 1
        return follows is not None and follows.pk in changed

    def _doubt(self, message: Message, answer: str) -> None:
        said = _("No answer after the text was sent: %s") % answer
        if message.repeatable:
            self._put_off(message, said, MAX_TRIES)
        else:
            self._record(message, state=Message.State.IN_DOUBT, answer=said[:500])

    def _put_off(self, message: Message, answer: str, most: int) -> None:
        """Back into the queue for later; a message that was put off too often has failed."""
        tries = message.tries + 1
        if tries >= most:
            self._record(message, state=Message.State.FAILED, tries=tries, answer=answer[:500])
        else:
            wait = min(timedelta(minutes=2**tries), LONGEST_WAIT)
            self._back(message, tries=tries, not_before=self.clock() + wait, answer=answer[:500])

    def _back(self, message: Message, **fields: object) -> None:
        self._record(message, state=Message.State.QUEUED, claimed_by="", claimed_at=None, handed_over_at=None, **fields)

    def _record(self, message: Message, **fields: object) -> int:
        """Write down what became of a message, unless somebody decided in the meantime: an answer resolves a doubt."""
        open_ = (Message.State.SENDING, Message.State.IN_DOUBT)
        return Message.objects.filter(pk=message.pk, claimed_by=self.token, state__in=open_).update(**fields)

    def _give_back(self) -> None:
        """Return what was claimed and not begun."""
        _claimed().filter(claimed_by=self.token).update(state=Message.State.QUEUED, claimed_by="", claimed_at=None)


def as_it_leaves(written: str) -> str:
    return links.fill(reserved.reveal(written))


def compose(message: Message, now: datetime, fill: Callable[[str], str] = as_it_leaves) -> transport.Mail:
    """Put the mail together as it leaves now: links filled in, files attached or, where they are large, linked."""
    files = [(file.name, file.rendition.blob if file.rendition else file.blob) for file in message.files.all()]
    size = sum(blob.size for _name, blob in files if blob)
    attached = enclosures.are_attached(message.text, size, message.desk.attach_up_to_mb)
    mail = transport.Mail(
        recipient=message.recipient,
        at=now,
        subject=message.subject,
        body=fill(enclosures.settle(message.text, size, attached=attached)),
        from_email=message.sender,
        to=[message.to],
        cc=[message.cc] if message.cc else [],
        reply_to=[_with_token(message, message.reply_to)] if message.reply_to else [],
        # A bounce says of itself which mail it sends back only where its server knows a form for that (RFC 3464).
        returns_to=_with_token(message, parseaddr(message.sender)[1]),
        headers={"Message-ID": message.message_id, **{k: fill(v) for k, v in message.headers.items()}},
    )
    if message.html:
        mail.attach_alternative(fill(enclosures.settle(message.html, size, attached=attached)), "text/html")
    for name, blob in files:
        if blob is None:
            raise FileNotFoundError(_("%(name)s has not been made.") % {"name": name})
        if attached:
            # A text travels as bytes too, or its line ends would change on the way.
            as_bytes = blob.media_type.startswith(("application/", "image/"))
            mail.attach(name, blob.read(), blob.media_type if as_bytes else "application/octet-stream")
    mail.lines  # noqa: B018 – a fault in it must show before the message is marked as handed over
    return mail


def _with_token(message: Message, address: str) -> str:
    """The address by which what comes to it finds back to this mail, where the mailbox takes such addresses."""
    if message.desk.subaddressing and address == message.desk.mailbox:
        return reply_tokens.address(address, message.pk)
    return address


def _claimed() -> QuerySet[Message]:
    """Messages that a sender took for itself and has not begun."""
    return Message.objects.filter(state=Message.State.SENDING, handed_over_at__isnull=True)


def _ready(now: datetime) -> QuerySet[Message]:
    """Due messages of which every file is made."""
    unmade = MessageFile.objects.filter(message=OuterRef("pk"), rendition__isnull=False, rendition__blob__isnull=True)
    return Message.objects.filter(~Exists(unmade), state=Message.State.QUEUED, not_before__lte=now)


def _make_files(now: datetime, until: float) -> int:
    """Make files that due messages wait for, and set the messages aside whose files cannot be made.

    Begins no file after `until` on the monotonic clock. Returns how many files came out.
    """
    due = MessageFile.objects.filter(
        rendition__isnull=False,
        rendition__blob__isnull=True,
        message__state=Message.State.QUEUED,
        message__not_before__lte=now,
    )
    waited_for = set(due.values_list("rendition", flat=True))
    made = renditions.make_missing(only=waited_for, until=until) if waited_for else 0
    hopeless = due.filter(message=OuterRef("pk"), rendition__tries__gte=Rendition.MAX_TRIES)
    Message.objects.filter(Exists(hopeless), state=Message.State.QUEUED).update(
        state=Message.State.FAILED,
        answer=_("Its PDF or Word file could not be made in three tries. Look at the file's error, then send again."),
    )
    return made
