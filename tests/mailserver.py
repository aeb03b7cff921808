"""A mail server on loopback that takes, refuses, falls silent or hangs up as a test says."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

HANG_UP = "hang up"
SAY_NOTHING = "say nothing"

# Stage and recipient → None: all is well; a line: the answer; HANG_UP; SAY_NOTHING.
# The stages are STARTTLS, MAIL, RCPT, DATA, TEXT (the final dot has come) and ANSWERED (its 250 is on the wire).
Does = Callable[[str, str], str | None]


class MailServer:
    """`received` holds envelope recipient and text of each mail that was taken, `senders` where each returns to."""

    def __init__(self, does: Does = lambda _stage, _recipient: None) -> None:
        self.does = does
        self.received: list[tuple[str, bytes]] = []
        self.senders: list[str] = []
        self.connections = 0
        self.port = 0
        self.pipelining = False  # whether it offers RFC 2920
        self.waits_for: Callable[[], Awaitable[None]] | None = None
        self.tls: ssl.SSLContext | None = None  # with which it offers STARTTLS

    def recipients(self) -> list[str]:
        return [recipient for recipient, _text in self.received]

    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(text, policy=policy.default) for _recipient, text in self.received]

    @contextmanager
    def running(self) -> Iterator["MailServer"]:
        controller = _Controller(self, hostname="127.0.0.1", port=_free_port())
        self.port = controller.port
        controller.start()
        self.connections = 0  # without the one by which the controller tried it
        try:
            yield self
        finally:
            controller.stop()


class _Wire(SMTP):
    """aiosmtpd's protocol, asked before each of its answers."""

    def __init__(self, server: MailServer) -> None:
        super().__init__(self, hostname="mail.test", tls_context=server.tls)
        self.server = server
        self.recipient = ""
        self.taken = False

    def connection_made(self, transport):
        self.server.connections += 1
        super().connection_made(transport)

    async def handle_EHLO(self, _server, session, _envelope, hostname, responses):  # noqa: N802 – aiosmtpd's name
        session.host_name = hostname
        return [responses[0], *(["250-PIPELINING"] if self.server.pipelining else []), *responses[1:]]

    async def smtp_STARTTLS(self, arg: str) -> None:  # noqa: N802 – aiosmtpd's name
        if said := await self.asked("STARTTLS"):
            await self.push(said)
        else:
            await super().smtp_STARTTLS(arg)

    async def handle_MAIL(self, _server, _session, envelope, address, _options):  # noqa: N802 – aiosmtpd's name
        said = await self.asked("MAIL")
        if said is None:
            envelope.mail_from = address
        return said or "250 sender is fine"

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802 – aiosmtpd's name
        self.recipient = address
        said = await self.asked("RCPT")
        if said is None:
            envelope.rcpt_tos.append(address)
        return said or "250 recipient is fine"

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 – aiosmtpd's name
        if said := await self.asked("DATA"):
            await self.push(said)
        else:
            await super().smtp_DATA(arg)

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 – aiosmtpd's name
        before = len(self.server.received)
        self.server.received.append((self.recipient, envelope.original_content))
        said = await self.asked("TEXT")
        if said:
            del self.server.received[before]
        else:
            self.server.senders.append(envelope.mail_from)
        self.taken = not said
        return said or "250 2.0.0 taken"

    async def push(self, status) -> None:
        await super().push(status)
        if self.taken:
            self.taken = False
            await self.asked("ANSWERED")

    async def asked(self, stage: str) -> str | None:
        if self.server.waits_for is not None:
            await self.server.waits_for()
        said = self.server.does(stage, self.recipient)
        if said == HANG_UP:
            self.transport.abort()
        if said in (HANG_UP, SAY_NOTHING):
            await asyncio.Event().wait()  # until the connection is gone, which cancels this
        return said


class _Controller(Controller):
    def __init__(self, server: MailServer, **fields) -> None:
        super().__init__(server, **fields)
        self.server_of_test = server

    def factory(self) -> SMTP:
        return _Wire(self.server_of_test)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
