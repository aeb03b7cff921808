"""Mails about a text in circulation: to the list, to the chairs, to those who comment, to the desk."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from contacts.models import Person
from liaisons import comparisons, links, renditions, sheets
from liaisons.mail import letterhead, text
from liaisons.mail.letterhead import Recipient
from liaisons.models import Circulation, Comment, Link, Message, Revision, Statement
from liaisons.outbox import Draft, File

CHAIRS_LINK = timedelta(days=90)
CONFIRM_WITHIN = timedelta(days=7)


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
    return [Draft(message, _files_of(circulation, circulation.revision))]


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


def ask_approval(circulation: Circulation, chairs: Iterable[Person], now: datetime) -> list[Draft]:
    """The window has closed: each chair gets a link of their own, and reads what came."""
    statement = circulation.statement
    if statement is None or statement.revision is None:
        return []
    desk, revision = circulation.desk, statement.revision
    comments = list(circulation.comments.counted().select_related("group", "author"))
    files = _files_of(circulation, revision)
    drafts = []
    for chair in chairs:
        link = links.issue(
            Link.Purpose.APPROVE, statement=statement, circulation=circulation, person=chair, email=chair.email,
            now=now, expires_at=now + CHAIRS_LINK,
        )  # fmt: skip
        recipient = Recipient.of(chair)
        with recipient.reading():
            message = letterhead.message(
                desk,
                recipient,
                now,
                kind=Message.Kind.APPROVE,
                key=f"approve:{circulation.pk}:{revision.pk}:{chair.pk}",
                statement=statement,
                revision=revision,
                circulation=circulation,
                subject=_("Please approve %(number)s: %(title)s")
                % {"number": circulation.document.reference, "title": text.title_of(revision.letter)},
                text=text.text("approve", _ballot(circulation, statement, revision, comments), link=link),
                headers={**letterhead.AUTOMATIC, **letterhead.thread(statement)},
            )
        drafts.append(Draft(message, files))
    return drafts


def approved(statement: Statement, now: datetime) -> list[Draft]:
    """The desk is told that a statement has its number and may leave."""
    desk, revision = statement.desk, statement.revision
    if desk is None or revision is None:
        return []
    recipient = Recipient.desk(desk)
    with recipient.reading():
        words = {
            "desk": desk,
            "facts": text.facts(
                [
                    (_("Number"), statement.reference),
                    (_("Title"), text.title_of(revision.letter)),
                    (_("Approval"), statement.approval_text),
                    (_("Deadline"), text.deadline_text(desk, revision.deadline, revision.deadline_text)),
                ]
            ),
            "addressees": text.purposes(statement.addressees.all()),
            "unreachable": text.listed(str(addressee) for addressee in statement.addressees.unreachable()),
            "address": text.address_of(statement),
        }
        message = letterhead.message(
            desk,
            recipient,
            now,
            kind=Message.Kind.NOTIFY,
            key=f"approved:{statement.pk}:{revision.pk}",
            statement=statement,
            revision=revision,
            subject=_("%(number)s is approved and can be sent: %(title)s")
            % {"number": statement.reference, "title": text.title_of(revision.letter)},
            text=text.text("approved", words),
            headers={**letterhead.AUTOMATIC, **letterhead.thread(statement)},
        )
    return [Draft(message)]


def confirm_comment(comment: Comment, now: datetime) -> Draft:
    """To an address nobody knows: the comment counts once the link is followed."""
    circulation = comment.circulation
    link = links.issue(
        Link.Purpose.CONFIRM, comment=comment, email=comment.email, now=now, expires_at=now + CONFIRM_WITHIN
    )
    recipient = Recipient(comment.name, comment.email)
    with recipient.reading():
        message = letterhead.message(
            circulation.desk,
            recipient,
            now,
            kind=Message.Kind.CONFIRM,
            key=f"confirm:{comment.pk}:{link.pk}",
            statement=circulation.statement,
            circulation=circulation,
            subject=_("Please confirm your comment on %(number)s") % {"number": circulation.document.reference},
            text=text.text("confirm", {**_about(comment), "days": CONFIRM_WITHIN.days}, link=link),
            headers=letterhead.AUTOMATIC_ANSWER,
        )
    return Draft(message)


def disposed(comment: Comment, now: datetime) -> Draft:
    """To the commenter: what was done about the comment."""
    circulation = comment.circulation
    author = comment.author
    recipient = Recipient(comment.name, comment.email)
    if author is not None:
        recipient = Recipient(comment.name, comment.email, author.language, author)
    with recipient.reading():
        disposition = comment.get_disposition_display()
        reason = text.quoted(comment.disposition_text) if comment.disposition_text else ""
        message = letterhead.message(
            circulation.desk,
            recipient,
            now,
            kind=Message.Kind.NOTIFY,
            # A disposition may be changed; each time the commenter is told.
            key=f"disposed:{comment.pk}:{now.timestamp():.6f}",
            statement=circulation.statement,
            circulation=circulation,
            subject=_("Your comment on %(number)s: %(disposition)s")
            % {"number": circulation.document.reference, "disposition": disposition},
            text=text.text("disposed", {**_about(comment), "disposition": disposition, "reason": reason}),
            headers={**letterhead.AUTOMATIC, **letterhead.thread(circulation.statement)},
        )
    return Draft(message)


def _about(comment: Comment) -> dict[str, Any]:
    circulation = comment.circulation
    return {
        "desk": circulation.desk,
        "facts": text.facts(
            [(_("Document"), circulation.document.reference), (_("Title"), circulation.document.title)]
        ),
        "name": comment.name,
        "clause": comment.clause,
        "kind": comment.get_kind_display(),
        "said": text.quoted(comment.text) if comment.text else "",
        "address": text.address_of(circulation),
    }


def _ballot(
    circulation: Circulation, statement: Statement, revision: Revision, comments: list[Comment]
) -> dict[str, Any]:
    desk = circulation.desk
    distributed = circulation.distributed_at
    return {
        "desk": desk,
        "facts": text.facts(
            [
                (_("From"), letterhead.secretariat(desk)),
                (_("Document"), circulation.document.reference),
                (_("Title"), text.title_of(revision.letter)),
                (_("Distributed"), text.day_text(desk.today(distributed)) if distributed else ""),
                (_("Comments until"), text.deadline_text(desk, circulation.closes_on, zone=circulation.zone)),
                (_("Shortened"), circulation.shortened_because),
            ]
        ),
        "earlier": text.listed(
            f"{earlier.document.reference}: {_counts(list(earlier.comments.counted())) or _('no comment')}"
            for earlier in statement.circulations.exclude(pk=circulation.pk).order_by("opened_at")
        ),
        "all": desk.approvers == desk.Approvers.ALL,
        "list": desk.mailing_list,
        "address": text.address_of(circulation),
        "addressees": text.purposes(statement.addressees.all()),
        "counts": _counts(comments),
        "comments": text.listed(_said(comment) for comment in comments),
    }


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


def _files_of(circulation: Circulation, revision: Revision | None) -> tuple[File, ...]:
    """PDF and Word of the statement under its document number; of a report the files of its document."""
    statement = circulation.statement
    if statement is None or revision is None:
        return tuple((file.blob, file.name) for file in circulation.document.files.select_related("blob"))
    masthead = sheets.masthead_of_copy(statement, circulation)
    return (*renditions.order(revision, masthead), *text.travelling(revision))


def _counts(comments: list[Comment]) -> str:
    """How many of each kind came: "support: 2, objection: 1"; nothing for silence."""
    numbers = {kind: sum(comment.kind == kind for comment in comments) for kind in Comment.Kind.values}
    return ", ".join(f"{Comment.Kind(kind).label}: {number}" for kind, number in numbers.items() if number)


def _said(comment: Comment) -> str:
    """One comment on a few lines: who, for whom, what, and what was done."""
    group = str(comment.group or comment.group_text)
    who = f"{comment.name} ({group})" if group else comment.name
    words = " ".join(comment.text.split())
    shown = f": {words}" if len(words) <= 300 else f": {words[:299]}…"
    done = _("withdrawn") if comment.withdrawn_at else comment.get_disposition_display()
    return f"{who}, {comment.get_kind_display()}{shown if words else ''}{f' → {done}' if done else ''}"
