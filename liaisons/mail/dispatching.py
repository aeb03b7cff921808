"""Mails that carry a statement to those it is for: the dispatch with its copies, a correction, a withdrawal."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from contacts.models import Desk
from liaisons import links, renditions, sheets
from liaisons.mail import letterhead, text
from liaisons.mail.blocks import Block
from liaisons.mail.copying import Copied, copied
from liaisons.mail.letterhead import Recipient
from liaisons.mail.ways import Way, by_mail
from liaisons.models import Addressee, Link, Message, Revision, Statement
from liaisons.outbox import Draft, File, name_of


def dispatch(statement: Statement, now: datetime, *, preview: bool = False) -> list[Draft]:
    """One mail to each addressee that takes letters by mail, then the copies; all held for the desk's while.

    For a preview nothing is stored: the links lead nowhere and the files are only named.
    """
    desk, revision = statement.desk, statement.revision
    if desk is None or revision is None:
        return []
    make = renditions.unsaved if preview else renditions.order
    files: tuple[File, ...] = (*make(revision, sheets.masthead_of(statement)), *text.travelling(revision))
    letter = _Dispatch(statement, revision, desk, now, files, text.letter_text(revision.letter))
    addressed = list(_by_mail(statement))
    doors = [links.answer(addressee, channel.email, now) for addressee, channel in addressed]
    if not preview:
        Link.objects.bulk_create(doors)
    drafts = [
        letter.to_addressee(addressee, channel, door)
        for (addressee, channel), door in zip(addressed, doors, strict=True)
    ]
    served = {channel.email.lower() for _addressee, channel in addressed}
    return drafts + [letter.copy(one) for one in copied(statement, now) if one.recipient.email.lower() not in served]


def forwarded(to: Addressee, first: Addressee, now: datetime) -> list[Draft]:
    """The letter to a body that is asked in place of the first one; none where it takes letters some other way."""
    return _to_one(to, now, first=str(first))


def again(addressee: Addressee, now: datetime) -> list[Draft]:
    """The letter to one addressee at its address of today; the key keeps it from being sent there twice."""
    drafts = _to_one(addressee, now)
    for draft in drafts:
        draft.message.key += f":{_short(draft.message.recipient)}"
    return drafts


def to_paste(addressee: Addressee, now: datetime, door: str = "") -> tuple[str, str]:
    """Subject and text for an addressee that takes letters some other way than mail.

    `door` is the address to answer by, where one was made for this body.
    """
    statement = addressee.statement
    if statement.desk is None or statement.revision is None:
        raise ValueError("only what a desk has written is handed over")
    parts = text.letter_text(statement.revision.letter)
    return _Dispatch(statement, statement.revision, statement.desk, now, (), parts).to_paste(addressee, door)


def addresses(statement: Statement) -> list[tuple[Addressee, str]]:
    """Whom mail reaches today, and where."""
    return [(addressee, channel.email) for addressee, channel in _by_mail(statement)]


def correction(old: Statement, new: Statement, now: datetime) -> list[Draft]:
    """Those who had the corrected statement and are not sent the new one are told; held and taken back with it."""
    desk, revision = new.desk, new.revision
    if desk is None or revision is None:
        return []
    served = {channel.email.lower() for _addressee, channel in _by_mail(new)}
    served |= {one.recipient.email.lower() for one in copied(new, now)}
    with override(revision.language):
        notice = _Notice(
            new, desk, revision, now, verb="correct", number=new.reference, done=_("Corrected"), reason=_why(old),
            subject=_("%(number)s has been corrected: %(title)s"),
        )  # fmt: skip
        return [
            notice.to(
                had,
                kind=Message.Kind.SEND,
                round=new.dispatch_round,
                key=f"correct:{new.pk}:{new.dispatch_round}:{had.pk}",
                not_before=now + timedelta(minutes=desk.hold_minutes),
            )
            for had in _who_had(old)
            if had.recipient.lower() not in served
        ]


def withdrawal(statement: Statement, reason: str, now: datetime) -> list[Draft]:
    """Those who had the statement are told that it no longer stands, by the title that they know."""
    desk, circulation = statement.desk, statement.circulation
    revision = statement.approved_revision or (circulation.revision if circulation else statement.revision)
    if desk is None or revision is None:
        return []
    number = statement.reference or str(circulation or "")
    with override(revision.language):
        notice = _Notice(
            statement, desk, revision, now, verb="withdraw", number=number, done=_("Withdrawn"), reason=reason,
            subject=_("%(number)s has been withdrawn: %(title)s"),
        )  # fmt: skip
        return [
            notice.to(had, kind=Message.Kind.NOTIFY, key=f"withdraw:{statement.pk}:{had.pk}", addressee=had.addressee)
            for had in _who_had(statement)
        ]


@dataclass(frozen=True)
class _Dispatch:
    """What all mails of one dispatch have in common."""

    statement: Statement
    revision: Revision
    desk: Desk
    now: datetime
    files: tuple[File, ...]
    letter_text: dict[str, Block]  # made once for all of them

    @cached_property
    def addressees(self) -> list[Addressee]:
        """Whom each of the copies names; asked for once."""
        return list(self.statement.addressees.all())

    @cached_property
    def unreachable(self) -> list[Addressee]:
        return list(self.statement.addressees.unreachable())

    def to_addressee(self, addressee: Addressee, way: Way, door: Link, first: str = "") -> Draft:
        """`first`: the body that had the letter before and says that it is for this one."""
        with override(self.revision.language):
            recipient = Recipient(way.name(addressee), way.email, self.revision.language)
            purpose = addressee.get_purpose_display()
            facts = self._facts(addressee, way.attention)
            asked = text.numbered(request.text for request in addressee.requests.all())
            message = self._message(
                recipient,
                key=f"send:{self.statement.pk}:{self.statement.dispatch_round}:{addressee.pk}",
                addressee=addressee,
                subject=_("%(number)s, %(purpose)s: %(title)s") % {**self._named(), "purpose": purpose},
                text=text.text(
                    "send",
                    {
                        **self._words(until=door.expires_at),
                        "facts": text.facts(facts),
                        "asked": asked,
                        "first": first,
                        "via": way.via,
                        "to": addressee,
                    },
                    link=door,
                ),
                why=self._why(addressee, way)[:200],
            )
        return Draft(message, self.files)

    def to_paste(self, addressee: Addressee, door: str) -> tuple[str, str]:
        with override(self.revision.language):
            asked = text.numbered(request.text for request in addressee.requests.all())
            words = {**self._words(until=None), "facts": text.facts(self._facts(addressee, "")), "asked": asked}
            written = text.text("paste", {**words, "mailbox": self.desk.mailbox, "door": door})
            subject = _("%(number)s, %(purpose)s: %(title)s") % {
                **self._named(),
                "purpose": addressee.get_purpose_display(),
            }
        return subject, written.plain

    def copy(self, copied: Copied) -> Draft:
        letter, recipient = self.revision.letter, copied.recipient
        with recipient.reading():
            count = len(letter.addressees)
            to = ngettext("%(count)d addressee, see below", "%(count)d addressees, see below", count)
            facts = [
                (_("From"), text.group_text(self.desk.group)),
                (_("To"), to % {"count": count}),
                (_("Number"), self.statement.reference),
                (_("Title"), text.title_of(letter)),
                (_("Deadline"), text.deadline_text(self.desk, letter.deadline, letter.deadline_text)),
                (_("Approval"), self.statement.approval_text),
            ]
            words = {
                "facts": text.facts(facts),
                "addressees": text.purposes(self.addressees),
                "unreachable": text.listed(str(addressee) for addressee in self.unreachable),
                "asked": text.numbered(asked.text for asked in letter.requests),
                "why": copied.why,
            }
            message = self._message(
                recipient,
                key=f"copy:{self.statement.pk}:{self.statement.dispatch_round}:{_short(recipient.email)}",
                subject=_("Copy of %(number)s: %(title)s") % self._named(),
                text=text.text("copy", {**self._words(until=None), **words}),
                why=(_("You get this copy because %(why)s") % {"why": copied.why})[:200],
            )
        return Draft(message, self.files)

    def _message(self, recipient: Recipient, **fields: Any) -> Message:
        return letterhead.message(
            self.desk,
            recipient,
            self.now,
            kind=Message.Kind.SEND,
            round=self.statement.dispatch_round,
            statement=self.statement,
            revision=self.revision,
            not_before=self.now + timedelta(minutes=self.desk.hold_minutes),
            headers=letterhead.thread(self.statement),
            **fields,
        )

    def _words(self, until: datetime | None) -> dict[str, Any]:
        """What all of them say; files that are not attached are fetched by a link that holds `until`, or for good."""
        address = text.address_of(self.statement)
        return {
            "desk": self.desk,
            "letter": self.letter_text,
            "address": address,
            "enclosed": {
                "names": text.listed(name_of(file) for file in self.files),
                "address": "" if until else address,
                # The last day on which it holds to the end.
                "until": text.day_text(self.desk.today(until - timedelta(days=1))) if until else "",
            },
            "corrects": self.statement.correction > 0,
        }

    def _named(self) -> dict[str, str]:
        return {"number": self.statement.reference, "title": text.title_of(self.revision.letter)}

    def _facts(self, addressee: Addressee, attention: str) -> list[tuple[str, str]]:
        due_on = addressee.due_on if addressee.purpose != Addressee.Purpose.INFORMATION else None
        return [
            (_("From"), text.group_text(self.desk.group)),
            (_("To"), str(addressee)),
            (_("Attention"), attention),
            (_("Number"), self.statement.reference),
            (_("Title"), text.title_of(self.revision.letter)),
            (_("Purpose"), addressee.get_purpose_display()),
            (_("Deadline"), text.deadline_text(self.desk, due_on, self._deadline_in_words(addressee))),
            (_("Approval"), self.statement.approval_text),
        ]

    def _why(self, addressee: Addressee, way: Way) -> str:
        told = {"group": addressee, "purpose": addressee.get_purpose_display(), "body": way.via}
        if way.via:
            return _("%(group)s is addressed %(purpose)s, and takes letters through %(body)s.") % told
        return _("%(group)s is addressed %(purpose)s, and this is how it takes letters.") % told

    def _deadline_in_words(self, addressee: Addressee) -> str:
        return self.revision.deadline_text if addressee.purpose != Addressee.Purpose.INFORMATION else ""


@dataclass(frozen=True)
class _Notice:
    """A short mail to those who had an earlier one, in its thread."""

    statement: Statement
    desk: Desk
    revision: Revision
    now: datetime
    verb: str
    number: str
    done: str  # the label of the day on which it was done
    reason: str
    subject: str

    def to(self, had: Message, **fields: Any) -> Draft:
        title = text.title_of(self.revision.letter)
        facts = [
            (_("From"), text.group_text(self.desk.group)),
            (_("To"), str(had.addressee or "")),
            (_("Number"), self.number),
            (_("Title"), title),
            (self.done, text.day_text(self.desk.today(self.now))),
        ]
        words = {"facts": text.facts(facts), "reason": self.reason, "address": text.address_of(self.statement)}
        draft = letterhead.notice(
            self.desk,
            Recipient("", had.recipient),
            self.now,
            self.verb,
            words,
            about=self.statement,
            revision=self.revision,
            earlier=had.message_id,
            subject=self.subject % {"number": self.number, "title": title},
            why=_("You had this statement before."),
            headers=letterhead.list_id(self.desk) if had.kind == Message.Kind.CIRCULATE else {},
            **fields,
        )
        draft.message.to = had.to
        return draft


def _to_one(addressee: Addressee, now: datetime, first: str = "") -> list[Draft]:
    statement = addressee.statement
    desk, revision = statement.desk, statement.revision
    if desk is None or revision is None:
        return []
    drafts = []
    for channel in [channel for one, channel in _by_mail(statement) if one == addressee]:
        door = links.answer(addressee, channel.email, now)
        door.save()
        files: tuple[File, ...] = (
            *renditions.order(revision, sheets.masthead_of(statement)),
            *text.travelling(revision),
        )
        letter = _Dispatch(statement, revision, desk, now, files, text.letter_text(revision.letter))
        drafts.append(letter.to_addressee(addressee, channel, door, first=first))
    return drafts


def _by_mail(statement: Statement) -> Iterator[tuple[Addressee, Way]]:
    """Addressees whom mail reaches, each with its mailbox or that of the body which passes letters on to it."""
    addressees = statement.addressees.reachable().select_related("group")
    for addressee in addressees.prefetch_related("requests", "group__channels__via__channels"):
        if way := by_mail(addressee.group):
            yield addressee, way


def _short(email: str) -> str:
    """An address may be longer than a key has room for."""
    return hashlib.sha256(email.lower().encode()).hexdigest()[:16]


def _why(corrected: Statement) -> str:
    """The reason that was given for correcting it."""
    event = corrected.events.filter(verb="correct").order_by("-pk").first()
    return event.reason if event else ""


def _who_had(statement: Statement) -> list[Message]:
    """The latest mail with the statement that went, or may have gone, to each recipient."""
    states = [Message.State.SENT, Message.State.SENDING, Message.State.IN_DOUBT]
    carried = statement.messages.filter(kind__in=[Message.Kind.SEND, Message.Kind.CIRCULATE], state__in=states)
    latest = {message.recipient.lower(): message for message in carried.select_related("addressee").order_by("pk")}
    return list(latest.values())
