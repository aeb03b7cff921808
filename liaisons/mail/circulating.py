"""Mails to the list about a text in circulation."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from liaisons import comparisons, links, renditions, sheets
from liaisons.mail import letterhead, text
from liaisons.mail.letterhead import Recipient
from liaisons.models import Circulation, Link, Message, Revision, Statement
from liaisons.outbox import Draft, File


def to_list(circulation: Circulation, now: datetime) -> list[Draft]:
    """The text in circulation, to the desk's list, with a link that is everyone's."""
    desk, document = circulation.desk, circulation.document
    until = circulation.expected_close()
    title = text.title_of(circulation.revision.letter) if circulation.revision else document.title
    link = links.issue(Link.Purpose.COMMENT, circulation=circulation, email=desk.mailing_list, now=now)
    before = comparisons.earlier(circulation)
    recipient = Recipient(_("%(desk)s mailing list") % {"desk": desk}, desk.mailing_list)
    with recipient.reading():
        words = {
            "desk": desk,
            "facts": text.facts(
                [
                    (_("From"), letterhead.secretariat(desk)),
                    (_("To"), recipient.name),
                    (_("Document"), document.reference),
                    (_("Title"), title),
                    (_("Comments until"), text.deadline_text(desk, until, zone=circulation.zone)),
                ]
            ),
            "again": document.revision > 0,
            "earlier": before.document.reference if before else "",
            "days": circulation.window_days,
            "address": text.address_of(circulation),
            **_letter_of(circulation.revision, circulation.statement),
        }
        message = letterhead.message(
            desk,
            recipient,
            now,
            kind=Message.Kind.CIRCULATE,
            key=f"circulate:{circulation.pk}",
            statement=circulation.statement,
            revision=circulation.revision,
            circulation=circulation,
            subject=_("%(number)s, for comment until %(day)s: %(title)s")
            % {"number": document.reference, "day": text.day_text(until), "title": title},
            text=text.text("circulate", words, link=link),
            headers={**letterhead.list_id(desk), **letterhead.thread(circulation.statement)},
        )
    return [Draft(message, files_of(circulation, circulation.revision))]


def window_moved(circulation: Circulation, reason: str, now: datetime) -> list[Draft]:
    """The list is told that the window closes on another day, and why."""
    desk, until = circulation.desk, circulation.closes_on
    recipient = Recipient(_("%(desk)s mailing list") % {"desk": desk}, desk.mailing_list)
    if until is None:
        return []
    with recipient.reading():
        words = {
            "desk": desk,
            "facts": text.facts(
                [
                    (_("Document"), circulation.document.reference),
                    (_("Title"), circulation.document.title),
                    (_("Comments until"), text.deadline_text(desk, until, zone=circulation.zone)),
                ]
            ),
            "over": circulation.is_over(now),
            "reason": text.quoted(reason),
        }
        message = letterhead.message(
            desk,
            recipient,
            now,
            kind=Message.Kind.NOTIFY,
            key=f"window:{circulation.pk}:{now.timestamp():.6f}",
            statement=circulation.statement,
            circulation=circulation,
            subject=_("%(number)s: comments until %(day)s now")
            % {"number": circulation.document.reference, "day": text.day_text(until)},
            text=text.text("window", words),
            headers={**letterhead.list_id(desk), **letterhead.thread(circulation.statement)},
        )
    return [Draft(message)]


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
