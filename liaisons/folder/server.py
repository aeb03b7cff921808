"""The server that folders are sent to, as the settings name it, and what can go wrong with it."""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _


class NotConfigured(Exception):
    """Nothing can be sent until a person has changed something; the sentence says what."""


class Broken(Exception):
    """The connection ended or the server was silent; what has been sent is there."""


class Unreachable(Broken):
    """There was no connection at all."""


@dataclass(frozen=True)
class Server:
    """Where to, and how both sides prove who they are; `path` is where the folders of the desks lie."""

    host: str
    port: int
    user: str
    password: str | None
    path: str
    key: str
    host_key: str

    @classmethod
    def from_settings(cls) -> "Server | None":
        """None where no server is configured. Raises NotConfigured."""
        if not settings.FOLDER_SFTP:
            return None
        try:
            parts = urlsplit(settings.FOLDER_SFTP)
            port = parts.port or 22
        except ValueError:
            parts, port = urlsplit(""), 0
        if parts.scheme != "sftp" or not parts.hostname or not parts.username:
            raise NotConfigured(_("FOLDER_SFTP is not an address. Write it as sftp://user:password@host:22/path."))
        return cls(
            host=parts.hostname,
            port=port,
            user=unquote(parts.username),
            password=unquote(parts.password) if parts.password else None,
            # No path, or one with a tilde, begins where the server puts the user; any other one at its root.
            path=re.sub(r"^(/~)?/?$|^/~/", "./", unquote(parts.path)).rstrip("/"),
            key=settings.FOLDER_SFTP_KEY,
            host_key=settings.FOLDER_SFTP_HOST_KEY,
        )

    def __str__(self) -> str:
        """The address without the password."""
        return f"sftp://{self.user}@{self.host}:{self.port}/{self.path.lstrip('/').replace('./', '~/')}"
