"""Mails to the list about a text in circulation."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.models import Desk
from liaisons import links, renditions, sheets
from liaisons.mail import letterhead, text
from liaisons.mail.letterhead import Recipient
from liaisons.models import Circulation, Link, Message, Revision, Statement
from liaisons.outbox import Draft, File, name_of
from liaisons.texts import comparisons


def to_list(circulation: Circulation, now: datetime) -> list[Draft]:
    """The text in circulation, to the desk's list, with a link that is everyone's."""
    desk, document = circulation.desk, circulation.document
    until = circulation.expected_close()
    title = text.title_of(circulation.revision.letter) if circulation.revision else document.title
    link = links.of_list(circulation, now) or links.issue(
        Link.Purpose.COMMENT, circulation=circulation, email=desk.mailing_list, now=now
    )
    before = comparisons.earlier(circulation)
    files = files_of(circulation, circulation.revision)
    recipient = _list_of(desk)
    with recipient.reading():
        facts = [
            (_("From"), letterhead.secretariat(desk)),
            (_("To"), recipient.name),
            (_("Document"), document.reference),
            (_("Title"), title),
            (_("Comments until"), text.deadline_text(desk, until, zone=circulation.zone)),
            (_("Answers due"), _deadline_of(circulation)),
        ]
        words = {
            "facts": text.facts(facts),
            "report": circulation.statement is None,
            "again": document.revision > 0,
            "earlier": before.document.reference if before else "",
            "days": circulation.window_days,
            "address": text.address_of(circulation),
            "enclosed": {"names": text.listed(name_of(file) for file in files), "address": "", "until": ""},
            **_letter_of(circulation.revision, circulation.statement),
        }
        named = {"number": document.reference, "day": text.day_text(until), "title": title}
        draft = letterhead.notice(
            desk,
            recipient,
            now,
            "circulate",
            words,
            about=circulation,
            revision=circulation.revision,
            link=link,
            files=files,
            kind=Message.Kind.CIRCULATE,
            key=f"circulate:{circulation.pk}",
            subject=_("%(number)s, for comment until %(day)s: %(title)s") % named,
            headers=letterhead.list_id(desk),
        )
    return [draft]


def window_moved(circulation: Circulation, reason: str, now: datetime) -> list[Draft]:
    """The list is told that the window closes on another day or is closed now, and why."""
    until = circulation.closes_on
    if until is None:
        return []
    document = circulation.document
    with _list_of(circulation.desk).reading():
        over = circulation.is_over(now)
        if over:
            subject = _("%(number)s: comments are closed now") % {"number": document.reference}
        else:
            day = text.day_text(until)
            subject = _("%(number)s: comments until %(day)s now") % {"number": document.reference, "day": day}
        words = {"over": over, "reason": text.quoted(reason)}
        return [_notice(circulation, "window", subject, words, now, link=links.of_list(circulation, now))]


def taken_back(circulation: Circulation, reason: str, now: datetime) -> list[Draft]:
    """The list, where it has the text or may have it, is told that nothing more is asked of it, and why."""
    # One that came back too: a list sends its members' troubles back, and anybody can forge such a mail.
    states = [Message.State.SENT, Message.State.SENDING, Message.State.IN_DOUBT, Message.State.BOUNCED]
    if not circulation.messages.filter(kind=Message.Kind.CIRCULATE, state__in=states).exists():
        return []
    with _list_of(circulation.desk).reading():
        subject = _("%(number)s has been taken back") % {"number": circulation.document.reference}
        return [_notice(circulation, "taken_back", subject, {"reason": text.quoted(reason)}, now)]


def until_text(circulation: Circulation) -> str:
    """The end of the window: a day that ends at the desk's seat, or the moment at which it was closed."""
    desk = circulation.desk
    if not circulation.closed_at_once or circulation.closes_at is None:
        return text.deadline_text(desk, circulation.closes_on, zone=circulation.zone)
    return _("%(moment)s in %(place)s (%(zone)s), closed early") % {
        "moment": date_format(circulation.closes_at.astimezone(ZoneInfo(circulation.zone)), "j F Y, H:i"),
        "place": desk.locality,
        "zone": circulation.zone,
    }


def _list_of(desk: Desk) -> Recipient:
    return Recipient(_("%(desk)s mailing list") % {"desk": desk}, desk.mailing_list)


def _notice(
    circulation: Circulation, verb: str, subject: str, words: dict[str, Any], now: datetime, link: Link | None = None
) -> Draft:
    """A short mail to the list about what it has before it."""
    desk, document = circulation.desk, circulation.document
    recipient = _list_of(desk)
    facts = [
        (_("From"), letterhead.secretariat(desk)),
        (_("To"), recipient.name),
        (_("Document"), document.reference),
        (_("Title"), document.title),
        (_("Comments until"), until_text(circulation)),
    ]
    words = {
        **words,
        "facts": text.facts(facts),
        "document": document.reference,
        "has_link": link is not None,
        "address": text.address_of(circulation),
    }
    return letterhead.notice(
        desk,
        recipient,
        now,
        verb,
        words,
        about=circulation,
        link=link,
        key=f"{verb}:{circulation.pk}:{now.timestamp():.6f}",
        subject=subject,
        headers=letterhead.list_id(desk),
    )


def _deadline_of(circulation: Circulation) -> str:
    """Until when the letter asks for answers; "" for a report, which asks for none."""
    revision = circulation.revision
    if revision is None or circulation.statement is None:
        return ""
    return text.deadline_text(circulation.desk, revision.deadline, revision.deadline_text)


def files_of(circulation: Circulation, revision: Revision | None) -> tuple[File, ...]:
    """PDF and Word of the statement under its document number; of a report the files of its document."""
    statement = circulation.statement
    if statement is None or revision is None:
        return tuple((file.blob, file.name) for file in circulation.document.files.select_related("blob"))
    masthead = sheets.masthead_of_copy(statement, circulation)
    return (*renditions.order(revision, masthead), *text.travelling(revision))


def _letter_of(revision: Revision | None, statement: Statement | None) -> dict[str, Any]:
    """What is in circulation as text; a meeting report is only in its file."""
    if revision is None or statement is None:
        return {"letter": None, "addressees": "", "asked": ""}
    letter = revision.letter
    return {
        "letter": text.letter_text(letter),
        "addressees": text.purposes(statement.addressees.all()),
        "asked": text.numbered(asked.text for asked in letter.requests),
    }
