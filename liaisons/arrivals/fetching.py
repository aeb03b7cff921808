"""Mail is fetched over IMAP. It leaves the inbox, into a folder beside it, only when it is kept here."""

import hashlib
import imaplib
import logging
import re
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from imap_tools import MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError
from imap_tools.mailbox import BaseMailBox

from contacts.models import Desk, Person
from liaisons.arrivals.parsing import NotAMail
from liaisons.arrivals.taking import AWAY, take

logger = logging.getLogger(__name__)

ANSWER_SECONDS = 15.0  # for each answer of a server
# No inbox and no mail is begun after this much of a run: Celery ends a task after fifty seconds, and a Word file takes
# its time.
BEGIN_WITHIN_SECONDS = 20.0
# Of a larger mail only the head is taken; the rest stays in the folder.
LARGEST = 50_000_000
VISITS = "inboxes-visited"
LOCAL = ("localhost", "127.0.0.1", "::1")
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
Trouble = (OSError, imaplib.IMAP4.error, ImapToolsError, ValueError)


@dataclass(frozen=True)
class Inbox:
    """Where mail lies: imaps://user:password@host:993/INBOX?desk=slug&kept=folder. `slug` may be ""."""

    host: str
    port: int
    user: str
    password: str
    is_encrypted: bool
    folder: str
    kept: str
    slug: str

    @classmethod
    def of(cls, url: str) -> "Inbox":
        """Raises ValueError for what is no such address."""
        parts = urlsplit(url)
        if parts.scheme not in ("imaps", "imap") or not parts.hostname or not parts.username:
            raise ValueError(_("INBOX_URLS holds addresses such as imaps://user:password@host/INBOX."))
        asked = parse_qs(parts.query)
        return cls(
            host=parts.hostname,
            port=parts.port or (993 if parts.scheme == "imaps" else 143),
            user=unquote(parts.username),
            password=unquote(parts.password or ""),
            is_encrypted=parts.scheme == "imaps",
            folder=unquote(parts.path.strip("/")) or "INBOX",
            kept=asked.get("kept", ["Liaise"])[0],
            slug=asked.get("desk", [""])[0],
        )

    def __str__(self) -> str:
        return f"{self.user} · {self.host} · {self.folder}"

    @contextmanager
    def opened(self, folder: str) -> Iterator[BaseMailBox]:
        box = self._connected()
        try:
            box.login(self.user, self.password, initial_folder=None)
            # What a server can do it often says only to those it knows.
            box.client.capabilities = tuple(box.client.capability()[1][0].decode().upper().split())
            if not box.folder.exists(self.kept):
                box.folder.create(self.kept)
            box.folder.set(folder)
            yield box
        finally:
            try:
                box.logout()
            except Trouble:
                logger.info("%s was left without a word", self)

    def _connected(self) -> BaseMailBox:
        trusted = ssl.create_default_context()
        if self.is_encrypted:
            return MailBox(self.host, self.port, ANSWER_SECONDS, ssl_context=trusted)
        if self.host in LOCAL:
            return MailBoxUnencrypted(self.host, self.port, ANSWER_SECONDS)
        return MailBoxStartTls(self.host, self.port, ANSWER_SECONDS, ssl_context=trusted)


@dataclass
class Fetched:
    """What became of the mails of one inbox. `left` stay where they are and are tried again."""

    inbox: str
    taken: int = 0
    left: int = 0
    error: str = ""

    @property
    def trouble(self) -> str:
        """What the secretariat is to know of it; "" for an inbox that is well."""
        if self.error:
            told = _("Mail is not fetched from %(inbox)s: %(error)s. Nothing is lost; tell the administrator.")
            return told % {"inbox": self.inbox, "error": self.error}
        told = ngettext(
            "%(count)d mail in %(inbox)s could not be kept. It lies there still; tell the administrator.",
            "%(count)d mails in %(inbox)s could not be kept. They lie there still; tell the administrator.",
            self.left,
        )
        return told % {"count": self.left, "inbox": self.inbox} if self.left else ""


class Visit(NamedTuple):
    """When an inbox was tried last, and what was wrong then."""

    tried_at: float  # seconds since 1970
    inbox: str = ""
    left: int = 0
    error: str = ""

    @classmethod
    def of(cls, done: Fetched) -> "Visit":
        return cls(time.time(), done.inbox, done.left, done.error)


NEVER = Visit(0.0)


def fetch(*, all_of_them: bool = False) -> list[Fetched]:
    """Fetch what lies in the inboxes of INBOX_URLS. Two that fetch at once take each mail once.

    Servers that do not answer use a run up: what it did not come to is the first of the next, unless `all_of_them`,
    however long it takes.
    """
    inboxes = settings.INBOX_URLS
    if not inboxes:
        return []
    if Person.objects.filter(demo=True).exists():
        refused = Fetched("INBOX_URLS", error=_("this desk holds demo data, and real mail is not taken into it"))
        _remember({"": Visit.of(refused)})
        return [refused]
    return list(_visited_in_turn(inboxes, float("inf") if all_of_them else BEGIN_WITHIN_SECONDS))


def fetch_again(days: int) -> list[Fetched]:
    """Take once more what was taken in so many days: after a restore, what the backup does not hold."""
    since = timezone.now().date() - timedelta(days=days)
    return [_visited(url, float("inf"), f"SINCE {since:%d-%b-%Y}") for url in settings.INBOX_URLS]


def troubles() -> list[str]:
    """Say which inboxes could not be opened, or emptied, the last time each was tried."""
    said = (Fetched(one.inbox, left=one.left, error=one.error).trouble for one in _visits().values())
    return [trouble for trouble in said if trouble]


def _visited_in_turn(urls: list[str], seconds: float) -> Iterator[Fetched]:
    """Begin with the one that was tried longest ago; each has its share of the seconds."""
    until = time.monotonic() + seconds
    known = _visits()
    visits = {name: known[name] for url in urls if (name := _name_of(url)) in known}
    for url in sorted(urls, key=lambda one: visits.get(_name_of(one), NEVER).tried_at):
        if time.monotonic() >= until:
            return
        name = _name_of(url)
        # Before it is: one at which the process is ended must not be the first again.
        visits[name] = visits.get(name, NEVER)._replace(tried_at=time.time())
        _remember(visits)
        done = _visited(url, seconds / len(urls))
        visits[name] = Visit.of(done)
        _remember(visits)
        yield done


def _visits() -> dict[str, Visit]:
    return {name: Visit(*row) for name, row in cache.get(VISITS, {}).items()}


def _remember(visits: dict[str, Visit]) -> None:
    rows = {name: tuple(visit) for name, visit in visits.items()}
    cache.set(VISITS, rows, timeout=timedelta(days=1).total_seconds())


def _name_of(url: str) -> str:
    """What stands for an inbox where its password has no place."""
    return hashlib.sha256(url.encode()).hexdigest()


def _visited(url: str, seconds: float, among_kept: str = "") -> Fetched:
    """`among_kept` is what to look for among the mails that were taken before; they stay there."""
    try:
        inbox = Inbox.of(url)
        desk = _desk(inbox.slug)
    except ValueError as error:
        return Fetched("INBOX_URLS", error=str(error))
    done = Fetched(str(inbox))
    until = time.monotonic() + seconds
    try:
        with inbox.opened(inbox.kept if among_kept else inbox.folder) as box:
            for uid in box.uids(among_kept or "UNDELETED", charset=None):
                if time.monotonic() >= until:
                    break
                raw = _read(box, uid)
                if raw is None:
                    continue  # another process has moved it away meanwhile
                if not _took(raw, desk):
                    done.left += 1
                    continue
                done.taken += 1
                if not among_kept:
                    box.move(uid, inbox.kept)
    except Trouble as error:
        done.error = str(error) or type(error).__name__
        logger.warning("Mail could not be fetched from %s: %s", inbox, error)
    return done


def _desk(slug: str) -> Desk | None:
    if not slug:
        return None
    found = Desk.objects.select_related("group").filter(slug=slug).first()
    if found is None:
        raise ValueError(_("There is no desk “%(slug)s”.") % {"slug": slug})
    return found


def _took(raw: bytes, desk: Desk | None) -> bool:
    """Keep one mail, whatever it is; False when it has to be tried again. The next one does not wait for it."""
    try:
        take(raw, timezone.now(), desk=desk)
    except NotAMail:
        logger.warning("Something that lay in the inbox is no mail: %r", raw[:80])
    except AWAY:
        raise
    except Exception:
        logger.exception("A mail could not be kept; it stays in the inbox: %r", raw[:200])
        return False
    return True


def _read(box: BaseMailBox, uid: str) -> bytes | None:
    """The mail as it lies there, left unread; None when it is gone."""
    _status, said = box.client.uid("FETCH", uid, "(RFC822.SIZE)")
    size = next((_SIZE.search(line) for line in said if isinstance(line, bytes)), None)
    if size is None:
        return None
    if int(size[1]) <= LARGEST:
        return _literal(box, uid, "BODY.PEEK[]")
    head = _literal(box, uid, "BODY.PEEK[HEADER]")
    told = _("This mail is too large to be taken (%(size)d MB). It lies in the mailbox.") % {
        "size": int(size[1]) // 1_000_000
    }
    return b"MIME-Version: 1.0\r\n" + head + told.encode() if head else None


def _literal(box: BaseMailBox, uid: str, part: str) -> bytes | None:
    _status, said = box.client.uid("FETCH", uid, f"({part})")
    return next((bytes(item[1]) for item in said if isinstance(item, tuple)), None)
