"""A mail is taken: kept as it came, once, with what follows from it by itself. No person's answer is decided here."""

import hashlib
import logging
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext as _

from contacts.models import Desk
from liaisons import links
from liaisons.arrivals import bouncing, commenting, matching
from liaisons.arrivals.matching import Found
from liaisons.arrivals.parsing import Arrival, parse
from liaisons.arrivals.recognising import kind_of
from liaisons.comments import Said
from liaisons.models import Blob, ReceivedFile, ReceivedMail
from liaisons.rules import Refused

logger = logging.getLogger(__name__)

Kind = ReceivedMail.Kind
State = ReceivedMail.State

# That the database is away; other errors of it are about this one mail.
AWAY = (OperationalError, InterfaceError)
# From one address at one desk: who writes more within an hour is a machine that answers another one.
MOST_AN_HOUR = 20


def take(raw: bytes, now: datetime, *, desk: Desk | None = None) -> ReceivedMail:
    """Keep the mail and let follow what follows by itself; the same one again changes nothing.

    `desk` is the one whose mailbox it was taken from, where that is said. Raises NotAMail.
    """
    arrival = parse(raw)
    kind = Kind.LOOP if matching.is_ours(arrival) else kind_of(arrival)
    found = _found(arrival, kind, desk)
    fingerprint = hashlib.sha256(arrival.message_id.encode() or raw).hexdigest()
    if kind != Kind.BOUNCE and _writes_too_much(arrival, found.desk, now):
        kind = Kind.LOOP
    earlier = ReceivedMail.objects.filter(desk=found.desk, fingerprint=fingerprint).first()
    if earlier is not None:
        return earlier
    said = _said_in_word(arrival, kind, found)
    with transaction.atomic():
        row, is_new = ReceivedMail.objects.get_or_create(
            desk=found.desk,
            fingerprint=fingerprint,
            defaults={
                "message_id": arrival.message_id,
                "raw": Blob.objects.keep(raw, "message/rfc822"),
                "kind": kind,
                "state": State.WAITING,
                "found_by": found.found_by,
                "sender": arrival.sender,
                "sender_name": arrival.sender_name,
                "subject": arrival.subject,
                "dated_at": arrival.dated_at,
                "received_at": now,
                "text": links.hide(arrival.text),
                "ours": found.ours,
                "statement": found.statement,
                "addressee": found.addressee,
                "circulation": found.circulation,
            },
        )
        if is_new:
            if kind != Kind.BOUNCE:  # whose files are its report and what it gives back
                _keep_files(row, arrival)
            _settle(row, arrival, said, now)
    return row


def _said_in_word(arrival: Arrival, kind: Kind, found: Found) -> list[Said]:
    if kind != Kind.LETTER or not commenting.asks_for_comments(found):
        return []
    files = ((file.name, file.content) for file in arrival.files)
    return commenting.in_word(found.circulation, files, arrival.sender_name)


def _found(arrival: Arrival, kind: Kind, desk: Desk | None) -> Found:
    found = matching.find(arrival, desk)
    if kind != Kind.BOUNCE:
        return found
    ours = matching.returned(arrival)
    return matching.of(ours, found.found_by or ReceivedMail.FoundBy.THREAD) if ours else Found(found.desk)


def _writes_too_much(arrival: Arrival, desk: Desk, now: datetime) -> bool:
    lately = ReceivedMail.objects.of_desk(desk).filter(sender=arrival.sender, received_at__gt=now - timedelta(hours=1))
    return lately.exclude(kind=Kind.BOUNCE).count() >= MOST_AN_HOUR


def _keep_files(row: ReceivedMail, arrival: Arrival) -> None:
    ReceivedFile.objects.bulk_create(
        ReceivedFile(mail=row, blob=Blob.objects.keep(file.content, file.media_type), name=file.name)
        for file in arrival.files
    )


def _settle(row: ReceivedMail, arrival: Arrival, said: list[Said], now: datetime) -> None:
    """Let follow what follows. Whatever goes wrong with that, the mail is kept and waits for a person."""
    try:
        with transaction.atomic():
            row.state, row.note = _followed(row, arrival, said, now)
    except Refused as refused:
        row.note = str(refused)[:300]
    except AWAY:
        raise  # nothing is kept: whoever brought the mail tries again
    except Exception:
        logger.exception("Mail %s could not be dealt with", row.pk)
        row.note = _(
            "Something went wrong while it was read. Decide by hand; the administrator finds the reason in the log."
        )
    row.save(update_fields=["state", "note"])


def _followed(row: ReceivedMail, arrival: Arrival, said: list[Said], now: datetime) -> tuple[State, str]:
    if row.kind == Kind.BOUNCE:
        return bouncing.record(row, arrival, now)
    if row.kind == Kind.LOOP:
        return State.SET_ASIDE, _why_it_is_a_loop(row, arrival)
    if row.kind == Kind.AUTOMATIC:
        # Some ticket systems mark what people write as if a machine had; then it carries something.
        return (State.WAITING if arrival.files else State.TAKEN), _("A machine has answered.")
    if commenting.asks_for_comments(row):
        return State.TAKEN, commenting.told(commenting.take(row, now, said))
    return State.WAITING, ""


def _why_it_is_a_loop(row: ReceivedMail, arrival: Arrival) -> str:
    if matching.is_ours(arrival):
        return _("A mail of ours that came back, round a list for instance.")
    return _("More than %(count)d mails came from this address within an hour: a machine seems to answer ours.") % {
        "count": MOST_AN_HOUR
    }
