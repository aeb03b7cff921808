"""Mails to those who comment on a text in circulation."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from liaisons import links
from liaisons.mail import letterhead, text
from liaisons.mail.letterhead import Recipient
from liaisons.models import Comment, Link, Message
from liaisons.outbox import Draft

CONFIRM_WITHIN = timedelta(days=7)


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
