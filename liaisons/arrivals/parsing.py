"""The bytes of a mail → what it says. Whatever they are, this ends in time: anybody may send us anything."""

import logging
import mimetypes
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage, Message, MIMEPart
from email.parser import BytesHeaderParser
from email.policy import EmailPolicy
from email.utils import getaddresses
from functools import partial
from typing import TYPE_CHECKING, TypeVar, cast

from liaisons.arrivals.quoting import answer_of, without_quotes, without_tables
from liaisons.documents import sanitize
from liaisons.documents.naming import safe_name

if TYPE_CHECKING:
    _Policy = EmailPolicy[EmailMessage]
else:
    _Policy = EmailPolicy  # which only the type checker knows to be made for a kind of message

logger = logging.getLogger(__name__)
T = TypeVar("T")

LONGEST_HEADER = 16_000  # characters; reading addresses costs more than their number
LONGEST_TEXT = 200_000
LONGEST_HTML = 250_000  # bytes
MOST_FILES = 30
# Of a mail with more of these only the head is read: each is a level or an object that a parser would make.
MOST_LEVELS = 100
MOST_PARTS = 2_000
# Encodings of Python that are none of mail; some take a long time.
NOT_OF_MAIL = frozenset({"punycode", "idna", "unicode_escape", "unicode-escape", "raw_unicode_escape", "undefined"})
_ID = re.compile(r"<[^<>\s]{1,498}>")
# Letters of others come in like this: what looks like history is what the mail is about.
_FORWARDED = re.compile(r"\s*(?:\[[^\[\]]{1,80}\]\s*)?(?:fwd?|wg|tr|rv|enc|转发)\s*[:：]", re.IGNORECASE)
_LEVEL = re.compile(rb"boundary\s*=|message/rfc822", re.IGNORECASE)


class NotAMail(Exception):
    """What came has no header of a mail."""


@dataclass(frozen=True)
class Attached:
    """A file that came with a mail; its name is safe, its type is what the name says."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Arrival:
    """What a mail says. `sender` is a claim. `text` is what its author wrote, or forwards, without quoted history."""

    raw: bytes = field(repr=False)
    head: EmailMessage = field(repr=False)
    message_id: str
    sender: str
    sender_name: str
    subject: str
    dated_at: datetime | None
    text: str
    files: tuple[Attached, ...]

    def header(self, name: str) -> str:
        """The first header of that name on one line, or ""."""
        return _line(str(self.head.get(name, "")))

    def headers(self, *names: str) -> Iterator[str]:
        for name in names:
            yield from (_line(str(value)) for value in self.head.get_all(name, []))

    def addresses(self, *names: str) -> list[str]:
        """The bare addresses in all headers of these names, in lower case."""
        pairs = getaddresses([value[:LONGEST_HEADER] for value in self.headers(*names)])
        return [address.lower() for _name, address in pairs if "@" in address]

    @property
    def thread(self) -> list[str]:
        """The Message-IDs it answers, the nearest first."""
        return [*_ID.findall(self.header("In-Reply-To")), *reversed(_ID.findall(self.header("References")))]


class _Cautious(_Policy):
    """Headers of bounded length; one that the parser chokes on is empty rather than fatal."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:LONGEST_HEADER]

    def header_fetch_parse(self, name: str, value: str) -> str:
        try:
            return cast("str", super().header_fetch_parse(name, value))
        except Exception:
            logger.warning("A header %s could not be read", name[:80], exc_info=True)
            return cast("str", self.header_factory(name, ""))


_POLICY = _Cautious()
_KNOWN = ("From", "To", "Subject", "Date", "Message-ID", "Received", "Return-Path", "Delivered-To")


def headers_of(raw: bytes, *names: str) -> list[tuple[str, str]]:
    """The first header of each name that the mail has, on one line; the rest of it is not read."""
    head = _head(raw)
    found = ((name, _line(str(head.get(name, "")))) for name in names)
    return [(name, value) for name, value in found if value]


def parse(raw: bytes) -> Arrival:
    """Take a mail apart. Raises NotAMail; of what cannot be read the text is empty, and the raw mail is there."""
    head = _head(raw)
    if not any(head.get(name) for name in _KNOWN):
        raise NotAMail
    mail = _whole(raw)
    sender_name, sender = _sender(head)
    subject = _line(str(head.get("Subject", "")))[:500]
    return Arrival(
        raw=raw,
        head=head,
        message_id=next(iter(_ID.findall(_line(str(head.get("Message-ID", ""))))), ""),
        sender=sender,
        sender_name=sender_name,
        subject=subject,
        dated_at=_dated(head),
        text=_tried(partial(_text, is_forwarded=bool(_FORWARDED.match(subject))), mail, "") if mail else "",
        files=_tried(_files, mail, ()) if mail else (),
    )


def whole(arrival: Arrival) -> EmailMessage | None:
    """The mail with its parts; None when it has more of them than anybody means well with."""
    return _whole(arrival.raw)


def _head(raw: bytes) -> EmailMessage:
    # A head is no place for megabytes: what is beyond them was never one.
    parser: BytesHeaderParser[EmailMessage] = BytesHeaderParser(policy=_POLICY)
    return parser.parsebytes(raw[:1_000_000])


def _whole(raw: bytes) -> EmailMessage | None:
    if len(_LEVEL.findall(raw)) > MOST_LEVELS or raw.count(b"\n--") > MOST_PARTS:
        return None
    try:
        return message_from_bytes(raw, policy=_POLICY)
    except Exception:
        logger.warning("A mail could not be taken apart", exc_info=True)
        return None


def _tried(read: Callable[[MIMEPart], T], mail: MIMEPart, otherwise: T) -> T:
    try:
        return read(mail)
    except Exception:
        logger.warning("Part of a mail could not be read", exc_info=True)
        return otherwise


def _sender(head: EmailMessage) -> tuple[str, str]:
    """Name and address of the author that the mail claims to have."""
    name, address = next(_named(head, "From"), ("", ""))
    if head.get("List-Id") and address in {
        to for header in ("To", "Cc", "List-Post") for _name, to in _named(head, header)
    }:
        # A list that writes itself into From, so that servers let its mail through, names the author in Reply-To.
        others = (pair for pair in _named(head, "Reply-To") if pair[1] != address)
        name, address = next(((said or name, other) for said, other in others), (name, address))
    return _line(name)[:200], address[:320]


def _named(head: EmailMessage, header: str) -> Iterator[tuple[str, str]]:
    """Names and addresses in the first header of that name; of List-Post the address in its mailto:."""
    for name, address in getaddresses([_line(str(value)) for value in head.get_all(header, [])[:1]]):
        if "@" in address:
            yield name, address.lower().removeprefix("mailto:")


def _dated(head: EmailMessage) -> datetime | None:
    """When it says that it was written; a year that no clock shows is none, and no zone could show it."""
    try:
        at = head["Date"].datetime if head["Date"] else None
        utc = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC) if at else None
        return utc if utc and 1970 <= utc.year < 3000 else None
    except (AttributeError, OverflowError, ValueError):
        return None


def _text(mail: MIMEPart, *, is_forwarded: bool) -> str:
    """The words of the plain form, or of the HTML where that one is blank."""
    plain, page = mail.get_body(("plain",)), mail.get_body(("html",))
    text = _decoded(plain) if plain is not None else ""
    if not text.strip() and page is not None:
        markup = _decoded(page)[:LONGEST_HTML]
        text = sanitize.plain(without_tables(markup if is_forwarded else without_quotes(markup)))
    return (text.strip() if is_forwarded else answer_of(text))[:LONGEST_TEXT]


def _decoded(part: MIMEPart) -> str:
    """The text of a part; a charset that nobody knows, or none, is guessed."""
    content = part.get_payload(decode=True)
    content = content[: 4 * LONGEST_TEXT] if isinstance(content, bytes) else b""
    charset = str(part.get_content_charset("utf-8")).lower()
    for attempt in (charset if charset not in NOT_OF_MAIL else "utf-8", "utf-8"):
        try:
            return _tidy(content.decode(attempt))
        except (LookupError, UnicodeError):
            continue
    return _tidy(content.decode("cp1252", "replace"))


def _files(mail: MIMEPart) -> tuple[Attached, ...]:
    body = {id(mail.get_body(("plain",))), id(mail.get_body(("html",)))}
    files: list[Attached] = []
    for part in _leaves(mail):
        if id(part) in body or _is_decoration(part):
            continue
        if len(files) < MOST_FILES and (content := _tried(_content, part, b"")):
            name = safe_name(part.get_filename() or _name_by_type(part))
            files.append(Attached(name, mimetypes.guess_type(name)[0] or "application/octet-stream", content))
    return tuple(files)


def _is_decoration(part: MIMEPart) -> bool:
    """A picture that the HTML of the mail shows, under a signature more often than not."""
    in_the_text = bool(part["Content-ID"]) and part.get_content_disposition() != "attachment"
    return in_the_text and part.get_content_maintype() == "image"


def _leaves(part: MIMEPart) -> Iterator[MIMEPart]:
    """Parts that hold no others; a mail within a mail is one of them."""
    if part.get_content_maintype() == "multipart":
        for child in part.iter_parts():
            yield from _leaves(child)
    else:
        yield part


def _content(part: MIMEPart) -> bytes:
    if part.get_content_maintype() == "message":
        inner = part.get_payload()
        held = inner if isinstance(inner, list) else []
        return b"".join(one.as_bytes() for one in held if isinstance(one, Message))
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _name_by_type(part: MIMEPart) -> str:
    media_type = part.get_content_type()
    if media_type == "message/rfc822":
        return "mail.eml"
    return f"file{mimetypes.guess_extension(media_type) or ''}"


def _line(text: str) -> str:
    """On one line, without what a database or a terminal cannot take."""
    return " ".join(_tidy(text).split())


def _tidy(text: str) -> str:
    text = text.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\r", "\n")
    return sanitize.printable(text)
