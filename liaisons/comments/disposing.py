"""What the desk decides about comments, one by one or several at once; their authors are told."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.actor import Actor
from liaisons import mail, outbox
from liaisons.models import Circulation, Comment
from liaisons.rules import CHAIRS, SECRETARIAT, Moved, Refused

from .holding import locked, locked_comment, record

Kind, Disposition = Comment.Kind, Comment.Disposition

# An objection is answered on its own, and support asks for nothing.
TOGETHER = (Kind.EDITORIAL, Kind.TECHNICAL, Kind.QUESTION)

# Whoever does not get what they asked for is owed the reason.
WANT_WORDS = (Disposition.REJECTED, Disposition.IN_PART)


def dispose(row: Comment, disposition: str, *, seen: str, text: str, by: Actor, now: datetime) -> Comment:
    """Say what was done about a comment, and tell the commenter. Only a chair overrules an objection, with a reason.

    `seen` is how the comment stood (Comment.standing) when the person looked at it. Raises Refused, or Moved when
    somebody has decided or withdrawn it since.
    """
    roles = _roles(row.circulation, by, now)
    if disposition == Disposition.OVERRULED and (not roles & CHAIRS or not text.strip()):
        raise Refused([_("An objection is overruled by a chair, with a reason.")])
    with transaction.atomic():
        row = locked_comment(row)
        if row.standing != seen:
            raise Moved([_how_it_stands(row)])
        if row.kind == Kind.OBJECTION and disposition != Disposition.NOTED and not text.strip():
            raise Refused([_("Say in a sentence what is done about the objection: whoever made it gets it by mail.")])
        _require_words(disposition, text)
        _keep(row, disposition, text, by, now)
        if row.email:
            outbox.queue([mail.disposed(row, now)])
    return row


def dispose_together(
    circulation: Circulation, seen: Sequence[tuple[int, str]], disposition: str, *, text: str, by: Actor, now: datetime
) -> list[Comment]:
    """Say the same of several comments, (key, how it stood) each; every commenter gets one mail about all of theirs.

    Raises Refused, or Moved when one of them stands otherwise by now: then nothing was changed.
    """
    _roles(circulation, by, now)
    if disposition == Disposition.OVERRULED:
        raise Refused([_("An objection is overruled by a chair, with a reason.")])
    if not seen:
        raise Refused([_("Tick the comments that this is said of.")])
    _require_words(disposition, text)
    with transaction.atomic():
        circulation = locked(circulation)
        stood = dict(seen)
        rows = list(circulation.comments.counted().filter(pk__in=stood, kind__in=TOGETHER).select_for_update())
        if len(rows) != len(stood):
            raise Refused([_("Objections and support are not disposed of together with others.")])
        by_address: dict[str, list[Comment]] = {}
        for row in rows:
            row.circulation = circulation
            if row.standing != stood[row.pk]:
                raise Moved([_how_it_stands(row)])
            _keep(row, disposition, text, by, now)
            if row.email:
                by_address.setdefault(row.email.lower(), []).append(row)
        outbox.queue(mail.disposed(theirs[0], now, *theirs[1:]) for theirs in by_address.values())
    return rows


def correct_kind(row: Comment, kind: str, *, seen: str, reason: str, by: Actor, now: datetime) -> Comment:
    """Say that a comment is of another kind than it came as, and tell its author.

    Whoever objects does so until they withdraw it or a disposition lifts it: an objection stays one. Raises Refused,
    or Moved when somebody has decided or withdrawn it since.
    """
    desk = row.circulation.desk
    if not by.roles_at(desk.group, desk.today(now)) & SECRETARIAT:
        raise Refused([_("The kind of a comment is corrected by the secretariat.")])
    if not reason.strip():
        raise Refused([_("Give a reason: it is kept with the decision.")])
    if kind not in Kind.values:
        raise Refused([_("Choose a kind.")])
    with transaction.atomic():
        row = locked_comment(row)
        if row.standing != seen:
            raise Moved([_how_it_stands(row)])
        if row.kind == Kind.OBJECTION:
            raise Refused([_("An objection stays one until its author withdraws it or it is disposed of.")])
        if row.withdrawn_at is not None:
            raise Refused([_("It was withdrawn.")])
        if kind == row.kind:
            raise Refused([_("It is of that kind already.")])
        if kind == Kind.SUPPORT and row.disposition:
            raise Refused([_("It has been disposed of: support asks for nothing.")])
        before, row.kind = row.kind, kind
        row.save(update_fields=["kind"])
        record("correct_kind", row, by, now, reason=reason.strip(), before=before)
        if row.email:
            outbox.queue([mail.kind_corrected(row, before, reason.strip(), now)])
    return row


def _require_words(disposition: str, text: str) -> None:
    if disposition in WANT_WORDS and not text.strip():
        told = _("“%(disposition)s” wants a sentence that says why: whoever commented gets it by mail.")
        raise Refused([told % {"disposition": Disposition(disposition).label.capitalize()}])


def _roles(circulation: Circulation, by: Actor, now: datetime) -> frozenset[str]:
    desk = circulation.desk
    roles = by.roles_at(desk.group, desk.today(now))
    if not roles & (SECRETARIAT | CHAIRS):
        raise Refused([_("Comments are disposed of by the secretariat and the chairs.")])
    return roles


def _keep(row: Comment, disposition: str, text: str, by: Actor, now: datetime) -> None:
    row.disposition = disposition
    row.disposition_text = text.strip()
    row.disposed_by = by.person
    row.disposed_at = now
    if disposition == Disposition.REFERRED:
        row.referred_at = now
    row.save(update_fields=["disposition", "disposition_text", "disposed_by", "disposed_at", "referred_at"])
    record("dispose", row, by, now)


def _how_it_stands(row: Comment) -> str:
    if row.withdrawn_at is not None:
        return _("%(name)s has withdrawn the comment meanwhile. Nothing was changed.") % {"name": row.who}
    return _("%(who)s has decided meanwhile: %(disposition)s. Look at it again.") % {
        "who": row.disposed_by or _("Somebody"),
        "disposition": row.get_disposition_display(),
    }
