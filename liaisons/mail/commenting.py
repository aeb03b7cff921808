"""Mails to those who comment on a text in circulation; what came in one go, or is said of several, is one mail."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from liaisons import links, referring
from liaisons.mail import letterhead, text
from liaisons.mail.letterhead import Recipient
from liaisons.models import Comment, Link, Message
from liaisons.outbox import Draft

CONFIRM_WITHIN = timedelta(days=7)
_SHOWN = 20  # comments that a mail names one by one
# Of one comment: enough to know it again, in a mail that may go to an address which somebody made up.
_QUOTED = 2000


def confirm_comment(comment: Comment, now: datetime) -> Draft:
    """To an address nobody knows: what it said, all that came in one go, counts once the link is followed."""
    comments = [comment, *comment.others.order_by("pk")]
    circulation = comment.circulation
    link = links.issue(
        Link.Purpose.CONFIRM, comment=comment, email=comment.email, now=now, expires_at=now + CONFIRM_WITHIN
    )
    recipient = Recipient(comment.name, comment.email)
    with recipient.reading():
        asks = _("Please confirm your comments on %(number)s")
        if len(comments) == 1:
            asks = _("Please confirm your comment on %(number)s")
        return letterhead.notice(
            circulation.desk,
            recipient,
            now,
            "confirm",
            {**_about(comments), "days": CONFIRM_WITHIN.days},
            about=circulation,
            link=link,
            kind=Message.Kind.CONFIRM,
            key=f"confirm:{comment.pk}:{link.pk}",
            subject=asks % {"number": circulation.document.reference},
            headers=letterhead.AUTOMATIC_ANSWER,
        )


def disposed(comment: Comment, now: datetime, *others: Comment) -> Draft:
    """To the commenter: what was done about the comment, or the same about several of theirs."""
    comments = [comment, *others]
    circulation = comment.circulation
    desk = circulation.desk
    meeting = referring.coming_up([comment], desk, desk.today(now)).get(comment.pk)
    standing = circulation.comments.standing_objections().filter(pk=comment.pk, circulation__ended_at=None)
    recipient = _author(comment)
    with recipient.reading():
        disposition = comment.get_disposition_display()
        says = _("Your %(count)d comments on %(number)s: %(disposition)s")
        if len(comments) == 1:
            says = _("Your comment on %(number)s: %(disposition)s")
        reason = text.quoted(comment.disposition_text) if comment.disposition_text else ""
        named = {"count": len(comments), "number": circulation.document.reference, "disposition": disposition}
        return letterhead.notice(
            desk,
            recipient,
            now,
            "disposed",
            {
                **_about(comments),
                "disposition": disposition,
                "reason": reason,
                "stands": standing.exists(),
                "meeting": meeting,
                "day": text.day_text(meeting.starts_on) if meeting else "",
            },
            about=circulation,
            # A disposition may be changed; each time the commenter is told.
            key=f"disposed:{comment.pk}:{now.timestamp():.6f}",
            subject=says % named,
        )


def kind_corrected(comment: Comment, before: str, reason: str, now: datetime) -> Draft:
    """To the commenter: the secretariat takes the comment for another kind than it came as, and why."""
    circulation = comment.circulation
    recipient = _author(comment)
    with recipient.reading():
        words = {**_about([comment]), "before": Comment.Kind(before).label, "reason": text.quoted(reason)}
        named = {"number": circulation.document.reference, "kind": comment.get_kind_display()}
        return letterhead.notice(
            circulation.desk,
            recipient,
            now,
            "kind",
            words,
            about=circulation,
            key=f"kind:{comment.pk}:{now.timestamp():.6f}",
            subject=_("Your comment on %(number)s counts as: %(kind)s") % named,
        )


def after_approval(comment: Comment, now: datetime) -> Draft:
    """To the secretariat: this, and all that came with it, counts only since the statement was approved."""
    comments = [comment, *comment.others.order_by("pk")]
    circulation = comment.circulation
    recipient = Recipient.desk(circulation.desk)
    with recipient.reading():
        named = {"number": circulation.document.reference, "name": comment.name}
        words = {
            **_about(comments),
            "who": comment.who,
            "objects": any(one.kind == Comment.Kind.OBJECTION for one in comments),
            "comments": f"{settings.SITE_URL}{reverse('circulation', args=[circulation.pk])}",
        }
        return letterhead.notice(
            circulation.desk,
            recipient,
            now,
            "late",
            words,
            about=circulation,
            key=f"late:{comment.pk}",
            subject=_("%(number)s: %(name)s comments after the approval") % named,
        )


def _author(comment: Comment) -> Recipient:
    author = comment.author
    if author is None:
        return Recipient(comment.name, comment.email)
    return Recipient(comment.name, comment.email, author.language, author)


def _about(comments: Sequence[Comment]) -> dict[str, Any]:
    comment = comments[0]
    circulation = comment.circulation
    several = len(comments) > 1
    said = comment.text or comment.proposed
    return {
        "facts": text.facts(
            [(_("Document"), circulation.document.reference), (_("Title"), circulation.document.title)]
        ),
        "name": comment.name,
        "clause": comment.clause,
        "kind": comment.get_kind_display(),
        # The kind of what was said on a page or in a Word file somebody has chosen; of a mail its first word tells it.
        "guessed": comment.way == Comment.Way.MAIL,
        "said": text.quoted(Truncator(said).chars(_QUOTED)) if said else "",
        "cut": len(said) > _QUOTED,
        "count": len(comments),
        "several": text.listed(_in_a_line(one) for one in comments[:_SHOWN]) if several else "",
        "others": max(len(comments) - _SHOWN, 0),
        "address": text.address_of(circulation),
    }


def _in_a_line(comment: Comment) -> str:
    where = _("on %(clause)s") % {"clause": comment.clause} if comment.clause else ""
    words = " ".join((comment.text or comment.proposed).split())
    shown = words if len(words) <= 200 else f"{words[:199]}…"
    kind = " ".join(filter(None, (comment.get_kind_display(), where)))
    return f"{kind}: {shown}" if shown else kind
