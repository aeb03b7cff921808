"""How a mail leaves: to a mail server, with each of its answers told apart, or into the local mailbox."""

import os
import re
import smtplib
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.generator import BytesGenerator
from email.message import EmailMessage as ParsedMail
from email.utils import format_datetime, parseaddr
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any, NoReturn, cast
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends import smtp
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import sanitize_address

# A server that scans a mail may think about it before it answers (RFC 5321, 4.5.3.2.6, would grant ten minutes);
# together with the steps before it this stays below the outbox's lifetime of a claim.
FINAL_ANSWER_SECONDS = 30.0


@dataclass(frozen=True)
class Answer:
    """What a server said: its code (0: nothing was said), and the text on one line."""

    code: int
    text: str

    @classmethod
    def of(cls, code: int, text: bytes | str) -> "Answer":
        if isinstance(text, bytes):
            text = text.decode("utf-8", "replace")
        return cls(code, " ".join(text.split()))

    def __str__(self) -> str:
        return f"{self.code or ''} {self.text}".strip()


class Mail(EmailMultiAlternatives):
    """A mail to exactly one envelope recipient, whatever its To and Cc say; `at` is when it leaves.

    What comes back goes to `returns_to`, or to the mailbox in From where that is empty.
    """

    def __init__(
        self, *, recipient: str, at: datetime, headers: dict[str, str], returns_to: str = "", **fields: Any
    ) -> None:
        super().__init__(headers={"Date": format_datetime(at.astimezone(UTC)), **headers}, **fields)
        self.recipient = recipient
        self.at = at
        self.returns_to = returns_to or parseaddr(str(self.from_email))[1]

    def recipients(self) -> list[str]:
        return [self.recipient]

    @cached_property
    def lines(self) -> bytes:
        """The mail as it goes over the wire, its lines ended by CR LF."""
        return _lines(self)


class TransportError(Exception):
    """A mail was not taken. `answer` is the server's, or what happened in its place."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(str(answer))
        self.answer = answer


class Unreachable(TransportError):
    """The server lets nobody in just now: nothing is wrong with this mail."""


class NotHandedOver(TransportError):
    """The connection ended before the text was sent, so the server cannot have the mail."""


class RefusedForNow(TransportError):
    """The server may take it another time (4xx)."""


class RefusedForGood(TransportError):
    """The server will never take it (5xx)."""


class InDoubt(TransportError):
    """The text went out and no answer came back: the server may have the mail or not."""


def hand_over(mail: Mail, connection: BaseEmailBackend) -> Answer:
    """Give the mail to the connection and return the answer; raises one of the TransportErrors."""
    if isinstance(connection, SmtpBackend):
        return connection.hand_over(mail)
    try:
        taken = connection.send_messages([mail])
    except OSError as error:
        raise Unreachable(_said(error)) from error
    return Answer(250, f"{taken} {type(connection).__name__}")


class SmtpBackend(smtp.EmailBackend):
    """Django's SMTP connection, kept open for many mails and asked step by step."""

    final_answer_seconds = FINAL_ANSWER_SECONDS
    _partial_connection: smtplib.SMTP | None  # Django's: opened, but not let in

    def hand_over(self, mail: Mail) -> Answer:
        lines = _dotted(mail.lines)  # a fault in it must show before the server waits for it
        used_before = self.connection is not None
        try:
            self._envelope(mail)
        except NotHandedOver:
            # A server may end a connection after so many mails or so much silence: that says nothing of this mail.
            if not used_before:
                raise
            self._envelope(mail)
        return self._text(lines)

    def close(self) -> None:
        try:
            super().close()
        except (OSError, smtplib.SMTPException):
            self._drop()  # what was handed over has its answer already

    def _envelope(self, mail: Mail) -> None:
        """Go as far as the server's "go ahead" with the text."""
        server = self._opened()
        sender = sanitize_address(mail.returns_to, "utf-8")
        recipient = sanitize_address(mail.recipient, "utf-8")
        eight_bit = ["BODY=8BITMIME"] if server.has_extn("8bitmime") else []
        try:
            if server.has_extn("pipelining"):
                self._in_one_go(server, sender, recipient, eight_bit)
            else:
                self._expect(2, *server.mail(sender, eight_bit))
                self._expect(2, *server.rcpt(recipient))
                self._expect(3, *server.docmd("DATA"))
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise NotHandedOver(_said(error)) from error

    def _in_one_go(self, server: smtplib.SMTP, sender: str, recipient: str, options: list[str]) -> None:
        """Send the three commands without waiting in between, as RFC 2920 allows: one way there and back, not three."""
        mail = " ".join([f"MAIL FROM:{smtplib.quoteaddr(sender)}", *options])
        server.send(f"{mail}\r\nRCPT TO:{smtplib.quoteaddr(recipient)}\r\nDATA\r\n".encode("ascii"))
        answers = []
        for hundreds in (2, 2, 3):
            code, text = server.getreply()
            if code == 421:  # nothing comes after it
                self._expect(hundreds, code, text)
            answers.append((hundreds, code, text))
        wanted = all(code // 100 == hundreds for hundreds, code, _text in answers[:2])
        if not wanted and answers[2][1] == 354:
            server.send(b".\r\n")  # it wants a text although nobody is to have it: an empty one (RFC 2920, 3.1)
            server.getreply()
        for answer in answers:
            self._expect(*answer)

    def _opened(self) -> smtplib.SMTP:
        try:
            self.open()
            server = cast("smtplib.SMTP", self.connection)
            server.ehlo_or_helo_if_needed()
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise Unreachable(_said(error)) from error
        return server

    def _expect(self, hundreds: int, code: int, text: bytes) -> None:
        answer = Answer.of(code, text)
        if code == 421:  # the server closes the connection, whatever was asked
            self._drop()
            raise NotHandedOver(answer)
        if code // 100 != hundreds:
            self._refused(answer)

    def _text(self, lines: bytes) -> Answer:
        """Send the text and wait for the answer that counts. If it fails to come, nobody knows who has the mail."""
        server = cast("smtplib.SMTP", self.connection)
        try:
            self._wait_at_most(self.final_answer_seconds)
            server.send(lines)
            answer = Answer.of(*server.getreply())
            self._wait_at_most(self.timeout)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise InDoubt(_said(error)) from error
        if answer.code // 100 in (4, 5):
            self._refused(answer)
        if answer.code // 100 != 2:
            self._drop()
            raise InDoubt(answer)
        return answer

    def _wait_at_most(self, seconds: float | None) -> None:
        if self.connection is not None and isinstance(self.connection.sock, socket.socket):
            self.connection.sock.settimeout(seconds)

    def _refused(self, answer: Answer) -> NoReturn:
        """Make the connection fit for the next mail, then say so."""
        try:
            if self.connection is not None and self.connection.rset()[0] != 250:
                self._drop()
        except (OSError, smtplib.SMTPException):
            self._drop()
        raise RefusedForGood(answer) if answer.code // 100 == 5 else RefusedForNow(answer)

    def _drop(self) -> None:
        """Forget a connection that is broken, without a word to the server."""
        for connection in (self.connection, self._partial_connection):
            if connection is not None:
                connection.close()
        self.connection = self._partial_connection = None


def _lines(mail: EmailMessage) -> bytes:
    # Headers come folded from Django; folding them again would leave the first line of long ones empty.
    written = BytesIO()
    BytesGenerator(written, mangle_from_=False, maxheaderlen=0).flatten(mail.message(), linesep="\r\n")
    return written.getvalue()


def _dotted(lines: bytes) -> bytes:
    """The text as DATA wants it: leading dots doubled, the final dot on a line of its own (RFC 5321, 4.5.2)."""
    ended = lines if lines.endswith(b"\r\n") else lines + b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", ended) + b".\r\n"


def _said(error: Exception) -> Answer:
    if isinstance(error, smtplib.SMTPResponseException):
        return Answer.of(error.smtp_code, error.smtp_error)
    return Answer.of(0, str(error) or type(error).__name__)


class MailboxBackend(BaseEmailBackend):
    """Mail for a desk without a mail server: each one a file, which a page shows."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.MAILBOX_DIR)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for mail in email_messages:
            for recipient in mail.recipients():
                _keep(folder, mail, recipient)
        return len(email_messages)


def _keep(folder: Path, mail: EmailMessage, recipient: str) -> None:
    """Write one mail under a name that sorts by time; it appears complete or not at all, and overwrites none."""
    at = mail.at if isinstance(mail, Mail) else datetime.now(tz=UTC)
    content = mail.lines if isinstance(mail, Mail) else _lines(mail)
    delivered = f"Delivered-To: {sanitize_address(recipient, 'utf-8')}\r\n".encode("ascii")
    fresh = folder / f".{uuid4().hex}"
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(delivered + content)
        file.flush()
        os.fsync(file.fileno())
    try:
        # The name's second half differs each time: a mail that is sent again is a second mail in the box.
        os.link(fresh, folder / f"{at.astimezone(UTC):%Y%m%dT%H%M%S%f}-{uuid4().hex[:12]}.eml")
    finally:
        fresh.unlink()


@dataclass(frozen=True)
class Kept:
    """A mail in the local mailbox; `recipient` is who it was delivered to."""

    name: str
    at: datetime
    recipient: str
    subject: str
    message_id: str
    size: int


_NAME = re.compile(r"(\d{8}T\d{12})-[0-9a-f]{12}\.eml")


def mailbox_list(limit: int = 200) -> list[Kept]:
    """Return the mails of the local mailbox, the latest first."""
    folder = Path(settings.MAILBOX_DIR)
    paths = sorted(folder.glob("*.eml"), reverse=True)
    return [_kept(path) for path in [path for path in paths if _NAME.fullmatch(path.name)][:limit]]


def mailbox_read(name: str) -> bytes:
    """Return a mail as it was delivered. Raises FileNotFoundError for any name that mailbox_list() never gave."""
    if not _NAME.fullmatch(name):
        raise FileNotFoundError(name)
    return (Path(settings.MAILBOX_DIR) / name).read_bytes()


def mailbox_mail(name: str) -> ParsedMail:
    """Return the same mail taken apart: headers, text and files."""
    return message_from_bytes(mailbox_read(name), policy=policy.default)


def _kept(path: Path) -> Kept:
    with path.open("rb") as file:
        head = message_from_bytes(file.read(16 * 1024).partition(b"\r\n\r\n")[0], policy=policy.default)
    at = datetime.strptime(path.name.partition("-")[0], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
    return Kept(
        path.name, at, str(head["Delivered-To"]), str(head["Subject"]), str(head["Message-ID"]), path.stat().st_size
    )
