"""A folder on a server, by SFTP: only where the server proves by its key that it is the one."""

import asyncio
import math
import os
import stat
import time
from collections.abc import Coroutine
from contextlib import suppress
from datetime import datetime
from types import TracebackType
from typing import Self, TypeVar, cast
from uuid import uuid4

import asyncssh
from django.utils.translation import gettext as _

from liaisons.folder.server import Broken, NotConfigured, Server, Unreachable
from liaisons.folder.writing import PART, Seen

T = TypeVar("T")

CONNECT_SECONDS = 10.0


class SftpFolder:
    """The folder of one desk on the server, open while its `with` block runs.

    `patience` is how many seconds the server may take for one thing; nothing goes on after `deadline` on the
    monotonic clock. A file is read from the server only where its index does not vouch for it, so one that somebody
    there changes without changing its size is not noticed.
    """

    def __init__(self, server: Server, folder: str, *, patience: float, deadline: float = math.inf) -> None:
        self.server = server
        self.path = f"{server.path}/{folder}"
        self.patience = patience
        self.deadline = deadline
        self._loop = asyncio.Runner()
        self._connection: asyncssh.SSHClientConnection | None = None
        self._client: asyncssh.SFTPClient | None = None

    def __enter__(self) -> Self:
        """Raises NotConfigured or Unreachable."""
        try:
            self._run(self._connect())
        except Broken as broken:
            self.close()
            raise Unreachable(str(broken)) from broken
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.abort()
        self._loop.close()

    # What a place can do

    def prepare(self) -> None:
        self._run(self._prepare())

    def listing(self) -> dict[str, Seen]:
        return self._run(self._listing())

    def read(self, name: str) -> bytes:
        return self._run(self._read(self._at(name)))

    def write(self, name: str, content: bytes, at: datetime | None) -> None:
        self._run(self._write(self._at(name), content, at))

    def date(self, name: str, at: datetime) -> None:
        """Times on a server prove nothing; a file that is right stays as it is."""

    def remove(self, name: str) -> None:
        self._run(self._sftp.remove(self._at(name)))

    def rename(self, name: str, to: str) -> None:
        self._run(self._sftp.rename(self._at(name), self._at(to)))

    def seems_untouched(self, seen: Seen, at: datetime) -> bool:
        return True

    # How

    @property
    def _sftp(self) -> asyncssh.SFTPClient:
        assert self._client is not None  # opened by the with block
        return self._client

    def _at(self, name: str) -> str:
        return f"{self.path}/{name}"

    def _run(self, work: Coroutine[object, object, T]) -> T:
        """Do one thing; what goes wrong comes out as NotConfigured or Broken."""
        seconds = max(min(self.patience, self.deadline - time.monotonic()), 0)
        try:
            return self._loop.run(asyncio.wait_for(work, seconds))
        except asyncssh.HostKeyNotVerifiable as error:
            raise NotConfigured(
                _(
                    "The server shows another key than FOLDER_SFTP_HOST_KEY, so nothing was sent. "
                    "Ask those who run it for its key."
                )
            ) from error
        except asyncssh.PermissionDenied as error:
            raise NotConfigured(
                _("The server does not let %(user)s in. Look at the password in FOLDER_SFTP, or at FOLDER_SFTP_KEY.")
                % {"user": self.server.user}
            ) from error
        except (asyncssh.SFTPConnectionLost, asyncssh.SFTPNoConnection) as error:
            raise Broken(str(error)) from error
        except asyncssh.SFTPError as error:
            raise NotConfigured(_("The server refuses: %(reason)s.") % {"reason": error.reason.rstrip(".")}) from error
        except TimeoutError as error:
            raise Broken(_("it took too long")) from error
        except OSError as error:
            raise Broken(os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)) from error
        except asyncssh.Error as error:
            raise Broken(error.reason) from error

    async def _connect(self) -> None:
        self._connection = await asyncssh.connect(
            self.server.host,
            self.server.port,
            username=self.server.user,
            password=self.server.password,
            client_keys=_private_key(self.server),
            known_hosts=([_host_key(self.server)], [], []),
            config=None,  # nothing of what ssh is told on this machine counts here
            agent_path=None,
            connect_timeout=CONNECT_SECONDS,
            login_timeout=CONNECT_SECONDS,
        )
        self._client = await self._connection.start_sftp_client(path_errors="surrogateescape")

    async def _prepare(self) -> None:
        if not await self._sftp.isdir(self.path):
            await self._sftp.makedirs(self.path, exist_ok=True)
        for name in await self._sftp.listdir(self.path):
            if str(name).startswith(PART):
                await self._sftp.remove(self._at(str(name)))

    async def _listing(self) -> dict[str, Seen]:
        try:
            entries = await self._sftp.readdir(self.path)
        except asyncssh.SFTPNoSuchFile:
            return {}  # looked at before anything was sent
        names = {str(entry.filename): entry.attrs for entry in entries}
        return {
            name: Seen(attrs.size or 0, stat.S_ISREG(attrs.permissions or 0), float(attrs.mtime or 0))
            for name, attrs in names.items()
            if name not in (".", "..") and not name.startswith(PART)
        }

    async def _read(self, path: str) -> bytes:
        async with self._sftp.open(path, "rb") as file:
            return cast("bytes", await file.read())

    async def _write(self, path: str, content: bytes, at: datetime | None) -> None:
        part = f"{self.path}/{PART}{uuid4().hex}"
        async with self._sftp.open(part, "wb") as file:
            await file.write(content)
        if at is not None:
            with suppress(asyncssh.SFTPError):  # some servers keep times to themselves
                await self._sftp.utime(part, (at.timestamp(), at.timestamp()))
        try:
            await self._sftp.posix_rename(part, path)
        except asyncssh.SFTPOpUnsupported:  # a server that renames only to a name that is free
            with suppress(asyncssh.SFTPNoSuchFile):
                await self._sftp.remove(path)
            await self._sftp.rename(part, path)


def _host_key(server: Server) -> asyncssh.SSHKey:
    if not server.host_key:
        raise NotConfigured(
            _(
                "FOLDER_SFTP_HOST_KEY is not set, so the server could be anybody and nothing is sent. "
                "Set it to the server's public key (ssh-ed25519 AAAA…)."
            )
        )
    try:
        return asyncssh.import_public_key(server.host_key)
    except asyncssh.KeyImportError as error:
        raise NotConfigured(_("FOLDER_SFTP_HOST_KEY is not a public key (ssh-ed25519 AAAA…).")) from error


def _private_key(server: Server) -> list[asyncssh.SSHKey] | None:
    if not server.key:
        return None
    try:
        return [asyncssh.read_private_key(server.key)]
    except (OSError, asyncssh.KeyImportError) as error:
        if str(error).startswith("Passphrase"):  # nothing else tells it from a damaged file
            sentence = _(
                "The private key in FOLDER_SFTP_KEY has a passphrase, and nobody is there to type it. Take it away "
                "with ssh-keygen -p -f %(path)s, or make a key for the desk alone; let only the desk read the file."
            )
            raise NotConfigured(sentence % {"path": server.key}) from error
        sentence = _("The private key in FOLDER_SFTP_KEY cannot be read: %(reason)s")
        raise NotConfigured(sentence % {"reason": error}) from error
