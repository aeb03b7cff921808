"""What a mail is: a person's words, a machine's answer, a bounce with what it says of whom, or a mail of our own."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage, Message
from email.utils import parseaddr

from flufl.bounce import all_failures

from liaisons.arrivals.parsing import Arrival, whole
from liaisons.models import ReceivedMail

Kind = ReceivedMail.Kind

MACHINES = re.compile(r"(?:mailer-daemon|postmaster|mail-daemon|mailerdaemon)@", re.IGNORECASE)
# Headers of answering machines older than RFC 3834; their mere presence says so.
_MACHINE_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply", "X-Vacation")
_MACHINE_SUBJECTS = re.compile(
    r"(?:automatic reply|auto(?:matic)?[ -]?(?:reply|response)|out of (?:the )?office|on vacation|réponse automatique"
    r"|absence du bureau|automatische antwort|abwesenheits|respuesta automática|автоответ|自动回复|رد تلقائي)\b",
    re.IGNORECASE,
)
_HEX = re.compile(r"\+([0-9A-F]{2})")  # RFC 3461, 4: how "=" and "+" travel in an address


@dataclass(frozen=True)
class Failure:
    """What a server says of one recipient. One that is `delayed` may still get the mail."""

    recipients: frozenset[str]
    delayed: bool
    reason: str = ""


def kind_of(arrival: Arrival, *, has_token: bool = False) -> Kind:
    """`has_token`: it came to the address to which a mail of ours returns, whatever its server says of whom."""
    if is_report(arrival):
        return Kind.BOUNCE if failures(arrival) else Kind.AUTOMATIC
    if _from_a_machine(arrival) and (failures(arrival) or (has_token and not _is_away(arrival))):
        return Kind.BOUNCE
    return Kind.AUTOMATIC if is_automatic(arrival) else Kind.LETTER


def is_report(arrival: Arrival) -> bool:
    """Whether it is a report of mail servers (RFC 3462): of failures, of delays, or that it was read."""
    return arrival.head.get_content_type() == "multipart/report"


def is_automatic(arrival: Arrival) -> bool:
    """Whether a machine wrote it (RFC 3834), or one from before that says so its own way."""
    said = arrival.header("Auto-Submitted").partition(";")[0].strip().lower()
    if said:
        return said != "no"
    if arrival.header("Precedence").lower() in ("bulk", "junk", "auto_reply"):
        return True
    if any(arrival.header(name) for name in _MACHINE_HEADERS):
        return True
    return _from_a_machine(arrival) or bool(_MACHINE_SUBJECTS.match(arrival.subject))


def is_by_itself(arrival: Arrival) -> bool:
    """Whether surely nobody wrote it: a machine answered, or says that somebody is away.

    Lists and ticket systems call bulk or generated (RFC 3834, 5) also what people write through them.
    """
    return _is_away(arrival) or is_report(arrival) or _from_a_machine(arrival)


def failures(arrival: Arrival) -> list[Failure]:
    """Whom a bounce is about, and why it came back."""
    mail = whole(arrival)
    if mail is None:
        return []
    if reported := list(_reported(mail)):
        return reported
    if is_report(arrival):
        return []  # of success, or that somebody has read it
    later, never = all_failures(mail)
    return [
        *(Failure(frozenset({_address(one)}), delayed=False, reason=_first_words(arrival)) for one in sorted(never)),
        *(Failure(frozenset({_address(one)}), delayed=True, reason=_first_words(arrival)) for one in sorted(later)),
    ]


def _reported(mail: EmailMessage) -> Iterator[Failure]:
    """The recipients of a delivery status notification (RFC 3464) that failed or are delayed."""
    for part in mail.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        blocks = part.get_payload()
        for block in _messages(blocks):
            action = _field(block, "Action").lower()
            if action in ("failed", "delayed"):
                named = (_recipient(block, name) for name in ("Original-Recipient", "Final-Recipient"))
                reason = _field(block, "Diagnostic-Code").partition(";")
                yield Failure(
                    frozenset(address for address in named if address),
                    delayed=action == "delayed",
                    reason=" ".join((reason[2] or reason[0] or _field(block, "Status")).split())[:400],
                )


def _messages(payload: object) -> Iterator[Message]:
    for one in payload if isinstance(payload, list) else ():
        if isinstance(one, Message):
            yield one


def _recipient(block: Message, name: str) -> str:
    """The address after its type: "rfc822; somebody@example.org"."""
    address = _field(block, name).partition(";")[2].strip().strip("<>")
    return _HEX.sub(lambda found: chr(int(found[1], 16)), address).lower()


def _field(block: Message, name: str) -> str:
    return " ".join(str(block.get(name, "")).split())


def _address(found: bytes | str) -> str:
    return (found.decode("utf-8", "replace") if isinstance(found, bytes) else found).lower()


def _from_a_machine(arrival: Arrival) -> bool:
    """Whether nobody wants an answer to it: it left without a sender, as bounces do."""
    path = arrival.header("Return-Path")
    return bool(MACHINES.match(arrival.sender)) or (bool(path) and not parseaddr(path)[1])


def _is_away(arrival: Arrival) -> bool:
    """Whether it says of itself that it answers for somebody."""
    said = arrival.header("Auto-Submitted").partition(";")[0].partition("(")[0].strip().lower()
    old = any(arrival.header(name) for name in _MACHINE_HEADERS)
    return said == "auto-replied" or old or bool(_MACHINE_SUBJECTS.match(arrival.subject))


def _first_words(arrival: Arrival) -> str:
    return " ".join(arrival.text.split())[:400]
