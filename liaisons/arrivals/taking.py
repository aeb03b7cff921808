"""A mail is taken: kept as it came, once, with what follows from it by itself. No person's answer is decided here."""

import hashlib
import logging
import re
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext as _

from contacts.models import Desk
from liaisons import links
from liaisons.arrivals import bouncing, commenting, matching
from liaisons.arrivals.matching import Found
from liaisons.arrivals.parsing import Arrival, parse
from liaisons.arrivals.recognising import is_by_itself, kind_of
from liaisons.comments import Said
from liaisons.models import Blob, ReceivedFile, ReceivedMail
from liaisons.rules import Refused

logger = logging.getLogger(__name__)

Kind = ReceivedMail.Kind
State = ReceivedMail.State

# That the database is away; other errors of it are about this one mail.
AWAY = (OperationalError, InterfaceError)
# From one address at one desk: what still says the same after so many within an hour is a machine that answers another
# one. A study group may well send sixty letters after a meeting, each with words of its own.
MOST_AN_HOUR = 20
_NUMBERS = re.compile(r"\d+")
# As Mailman has it: a rule, the name of the list, and where to leave it.
_FOOT = re.compile(r"\n_{40,}\n(?:[^\n]{0,200}\n?){1,6}\Z")


def take(raw: bytes, now: datetime, *, desk: Desk | None = None) -> ReceivedMail:
    """Keep the mail and let follow what follows by itself; the same one again changes nothing.

    `desk` is the one whose mailbox it was taken from, where that is said. A mail to several desks, or to none that is
    known, is kept at each of them; returned is its row at the desk that it answers. Raises NotAMail.
    """
    arrival = parse(raw)
    kind = Kind.LOOP if matching.is_ours(arrival) else kind_of(arrival, has_token=matching.has_token(arrival))
    found = _found(arrival, kind, desk)
    is_everybodys = len(found) > 1 and not matching.desks_written_to(arrival)
    rows = [_kept(arrival, kind, one, now, is_everybodys=is_everybodys) for one in found]
    return rows[0]


def _kept(arrival: Arrival, kind: Kind, found: Found, now: datetime, *, is_everybodys: bool) -> ReceivedMail:
    """The mail at one desk, with what follows from it there."""
    fingerprint, earlier = _known(arrival, found.desk)
    if earlier is not None:
        return earlier
    if kind != Kind.BOUNCE and _repeats_itself(arrival, found.desk, now):
        kind = Kind.LOOP
    said = _said_in_word(arrival, kind, found)
    # Before the transaction: writing files takes its time, and on SQLite everybody would wait for it.
    raw = Blob.objects.keep(arrival.raw, "message/rfc822")
    # Those of a bounce are its report and what it gives back.
    kept = [(Blob.objects.keep(one.content, one.media_type), one.name) for one in arrival.files if kind != Kind.BOUNCE]
    with transaction.atomic():
        row, is_new = ReceivedMail.objects.get_or_create(
            desk=found.desk,
            fingerprint=fingerprint,
            defaults={
                "message_id": arrival.message_id,
                "raw": raw,
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
            ReceivedFile.objects.bulk_create(ReceivedFile(mail=row, blob=blob, name=name) for blob, name in kept)
            _settle(row, arrival, said, now)
            if is_everybodys and row.state == State.WAITING and not row.note:
                row.note = _("It names no mailbox of a desk here, so several desks see it: who takes it up has it.")
                row.save(update_fields=["note"])
    return row


def _known(arrival: Arrival, desk: Desk) -> tuple[str, ReceivedMail | None]:
    """The fingerprint under which the desk keeps the mail, and its row where it has it already.

    Whoever knows a Message-ID can be the first to use it: what says more than the mail that had it is another mail.
    """
    by_name = hashlib.sha256(arrival.message_id.encode() or arrival.raw).hexdigest()
    files = [f"{one.name} {hashlib.sha256(one.content).hexdigest()}" for one in arrival.files]
    by_words = hashlib.sha256("\n".join([arrival.message_id, arrival.text, *files]).encode()).hexdigest()
    rows = ReceivedMail.objects.of_desk(desk).filter(fingerprint__in=[by_name, by_words]).select_related("raw")
    earlier = {row.fingerprint: row for row in rows}
    first = earlier.get(by_name)
    if by_words in earlier or (first is not None and _says_more(arrival, first)):
        return by_words, earlier.get(by_words)
    return by_name, first


def _says_more(arrival: Arrival, first: ReceivedMail) -> bool:
    """Whether it has words or files that the first one had not; what a list puts under a copy are none."""
    try:
        before = parse(first.raw.read())
    except FileNotFoundError:
        return True
    words, known = (" ".join(text.split()) for text in (_FOOT.sub("", arrival.text), before.text))
    return words not in known or not {one.content for one in arrival.files} <= {one.content for one in before.files}


def _said_in_word(arrival: Arrival, kind: Kind, found: Found) -> list[Said]:
    if kind != Kind.LETTER or not commenting.is_comment(found, arrival.text):
        return []
    files = ((file.name, file.content) for file in arrival.files)
    return commenting.in_word(found.circulation, files, arrival.sender_name)


def _found(arrival: Arrival, kind: Kind, desk: Desk | None) -> list[Found]:
    found = matching.find(arrival, desk)
    if kind != Kind.BOUNCE:
        return found if kind == Kind.LETTER else found[:1]
    ours = matching.returned(arrival)
    if ours is None:
        return [Found(one.desk) for one in found]
    return [matching.of(ours, found[0].found_by or ReceivedMail.FoundBy.THREAD)]


def _repeats_itself(arrival: Arrival, desk: Desk, now: datetime) -> bool:
    """Whether it writes the same over and over, the numbers of its tickets apart, and sends nothing with it."""
    since = now - timedelta(hours=1)
    lately = ReceivedMail.objects.of_desk(desk).filter(sender=arrival.sender, received_at__gt=since)
    written = list(lately.exclude(kind=Kind.BOUNCE).values_list("subject", "text")[:MOST_AN_HOUR])
    says = _without_numbers(arrival.subject, links.hide(arrival.text))
    too_many = len(written) >= MOST_AN_HOUR and not arrival.files
    return too_many and any(_without_numbers(*one) == says for one in written)


def _without_numbers(*texts: str) -> str:
    return _NUMBERS.sub("", "\n".join(texts))


def _settle(row: ReceivedMail, arrival: Arrival, said: list[Said], now: datetime) -> None:
    """Let follow what follows. Whatever goes wrong with that, the mail is kept and waits for a person."""
    try:
        with transaction.atomic():
            row.state, row.note = _followed(row, arrival, said, now)
    except Refused as refused:
        row.note = str(refused)
    except AWAY:
        raise  # nothing is kept: whoever brought the mail tries again
    except Exception:
        logger.exception("Mail %s could not be dealt with", row.pk)
        row.note = _(
            "Something went wrong while it was read. Decide by hand; the administrator finds the reason in the log."
        )
    row.note = row.note[:300]
    row.save(update_fields=["state", "note"])


def _followed(row: ReceivedMail, arrival: Arrival, said: list[Said], now: datetime) -> tuple[State, str]:
    if row.kind == Kind.BOUNCE:
        return bouncing.record(row, arrival, now)
    if row.kind == Kind.LOOP:
        return State.SET_ASIDE, _why_it_is_a_loop(row, arrival)
    if row.kind == Kind.AUTOMATIC:
        if arrival.files or (row.found_by and not is_by_itself(arrival)):
            return State.WAITING, _(
                "It is marked as written by a machine, as some bodies mark all their mail. Read it."
            )
        return State.TAKEN, _("A machine has answered.")
    if commenting.is_comment(row, row.text):
        return State.TAKEN, commenting.told(commenting.take(row, now, said))
    return State.WAITING, commenting.why_it_waits(row)


def _why_it_is_a_loop(row: ReceivedMail, arrival: Arrival) -> str:
    if matching.is_ours(arrival):
        return _("A mail of ours that came back, round a list for instance.")
    told = _(
        "More than %(count)d mails came from this address within an hour and say the same: a machine answers ours."
    )
    return told % {"count": MOST_AN_HOUR}
