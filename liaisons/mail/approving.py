"""Mails about an approval: the chairs are asked for it, and the desk is told of it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from contacts.models import Person
from liaisons import links
from liaisons.mail import letterhead, text
from liaisons.mail.circulating import files_of
from liaisons.mail.letterhead import Recipient
from liaisons.models import Circulation, Comment, Link, Message, Revision, Statement
from liaisons.outbox import Draft

CHAIRS_LINK = timedelta(days=90)


def ask_approval(circulation: Circulation, chairs: Iterable[Person], now: datetime) -> list[Draft]:
    """The window has closed: each chair gets a link of their own, and reads what came."""
    statement = circulation.statement
    if statement is None or statement.revision is None:
        return []
    desk, revision = circulation.desk, statement.revision
    comments = list(circulation.comments.counted().select_related("group", "author"))
    files = files_of(circulation, revision)
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
