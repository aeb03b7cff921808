"""What stands around a mail: from whom, to whom, in which thread, under which Message-ID."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from contacts.models import Desk, Person
from liaisons import links
from liaisons.mail import page
from liaisons.mail.text import Written, harmless, text
from liaisons.models import Circulation, Link, Message, Statement
from liaisons.outbox import Draft, File

# Answering machines leave mails alone that say so (RFC 3834), and so do ours.
AUTOMATIC = {"Auto-Submitted": "auto-generated"}
AUTOMATIC_ANSWER = {"Auto-Submitted": "auto-replied"}


@dataclass(frozen=True)
class Recipient:
    """Where a mail goes; the language is the one its reader understands."""

    name: str
    email: str
    language: str = settings.LANGUAGE_CODE
    person: Person | None = None

    @classmethod
    def of(cls, person: Person) -> "Recipient":
        return cls(person.name, person.email, person.language, person)

    @classmethod
    def desk(cls, desk: Desk) -> "Recipient":
        return cls(secretariat(desk), desk.mailbox)

    @property
    def address(self) -> str:
        return address(self.name, self.email)

    def reading(self) -> override:
        """A context in which words come in the reader's language, not in that of whoever took the step."""
        return override(self.language)


def message(
    desk: Desk,
    recipient: Recipient,
    now: datetime,
    *,
    subject: str,
    text: Written,
    headers: dict[str, str] | None = None,
    **fields: Any,
) -> Message:
    """A mail of the desk, unsaved, in the language that is active; it leaves at once unless not_before= says later."""
    return Message(
        desk=desk,
        message_id=f"<{uuid4()}@{host()}>",
        sender=address(secretariat(desk), desk.mailbox),
        reply_to=desk.mailbox,
        to=recipient.address,
        recipient=recipient.email,
        person=recipient.person,
        subject=subject if len(subject) <= 500 else f"{subject[:499]}…",
        text=text.plain,
        html=page.page(harmless(subject), text.html),
        headers={**_list_id(secretariat(desk), desk.mailbox), **(headers or {})},
        queued_at=now,
        **{"not_before": now, **fields},
    )


def notice(
    desk: Desk,
    recipient: Recipient,
    now: datetime,
    verb: str,
    words: dict[str, Any],
    *,
    about: Statement | Circulation,
    link: Link | None = None,
    headers: dict[str, str] | None = None,
    earlier: str = "",
    files: tuple[File, ...] = (),
    **fields: Any,
) -> Draft:
    """A mail by the template of that verb, in the thread of what it is about; `headers`: AUTOMATIC, unless given."""
    circulation = about if isinstance(about, Circulation) else None
    bound = {"statement": circulation.statement, "circulation": circulation} if circulation else {"statement": about}
    written = message(
        desk,
        recipient,
        now,
        text=text(verb, {"desk": desk, **words}, link=link),
        headers={**(AUTOMATIC if headers is None else headers), **thread(about, earlier)},
        **{"kind": Message.Kind.NOTIFY, **bound, **fields},
    )
    return Draft(written, files)


def thread(about: Statement | Circulation | None, earlier: str = "") -> dict[str, str]:
    """The headers that keep all mails about a statement or a report together; `earlier` is the one this follows up."""
    root = _root(about)
    if root is None:
        return {}
    if earlier:
        return {"In-Reply-To": earlier, "References": f"{root} {earlier}"}
    return {"References": root}


def _root(about: Statement | Circulation | None) -> str | None:
    """A report goes round again as the next revision of its document: all of them are one thread."""
    if isinstance(about, Statement):
        return f"<statement-{about.pk}@{host()}>"
    if about is None:
        return None
    document = about.document
    return _root(about.statement) or f"<document-{document.series_id}-{document.number}@{host()}>"


def list_id(desk: Desk) -> dict[str, str]:
    """Name the desk's list for the rules of mail programs (RFC 2919); any other mail names the desk's mailbox."""
    return _list_id(str(desk), desk.mailing_list)


def _list_id(name: str, email: str) -> dict[str, str]:
    return {"List-Id": address(name, email.replace("@", "."))}


def unsubscribe(link: Link, all_of: str = "") -> dict[str, str]:
    """Where mail programs say for their readers that they want no more reminders (RFC 8058).

    `all_of` is the Message-ID of a mail that tells of several desks: of all of them, then, as its reader means it.
    """
    of_mail = f"?mail={all_of.strip('<>').partition('@')[0]}" if all_of else ""
    return {
        "List-Unsubscribe": f"<{links.placeholder(link)}mute/{of_mail}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def secretariat(desk: Desk) -> str:
    return _("%(desk)s Secretariat") % {"desk": desk}


def address(name: str, email: str) -> str:
    quoted = name.replace("\\", r"\\").replace('"', r"\"")
    return f'"{quoted}" <{email}>' if name else email


def host() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"
