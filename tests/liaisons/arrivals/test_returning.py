"""A mail returns to an address of its own, by which a bounce of any shape finds it."""

import pytest

from contacts.models import Desk
from liaisons import outbox, reply_tokens
from liaisons.arrivals.taking import take
from liaisons.models import Message
from tests.fixtures import AFTER
from tests.liaisons.arrivals.mails import an_answer, from_qmail
from tests.liaisons.outgoing import a_message
from tests.mailserver import MailServer

pytestmark = pytest.mark.django_db
MAILBOX = "secretariat@jca-mv.example.org"
UNKNOWN = "Ihre Nachricht konnte nicht zugestellt werden.\n"  # as no library reads it


def machine(to: str, text: str, **headers: str) -> bytes:
    head = {"From": "Mail Delivery System <MAILER-DAEMON@mx.example.org>", "Return_Path": "<>", "Subject": "Returned"}
    return an_answer(text, **{**head, "To": to, **headers})


@pytest.mark.parametrize("takes_tokens", [True, False])
def test_the_envelope_has_the_address_of_the_mail_where_the_mailbox_takes_it(desk, settings, takes_tokens):
    Desk.objects.update(subaddressing=takes_tokens)
    (ours,) = outbox.queue([a_message(desk, AFTER)])
    with MailServer().running() as server:
        settings.EMAIL_BACKEND = "liaisons.outbox.transport.SmtpBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        assert outbox.deliver_due(AFTER) == 1
    assert server.senders == [reply_tokens.address(MAILBOX, ours.pk) if takes_tokens else MAILBOX]
    assert server.mails()[0]["From"].addresses[0].addr_spec == MAILBOX


def test_a_bounce_that_names_no_mail_finds_the_one_whose_address_it_came_to(to_ietf):
    address = reply_tokens.address(MAILBOX, to_ietf.pk)
    bounce = from_qmail(to_ietf).decode().replace(to_ietf.message_id, "<unknown@old.example.org>")
    assert take(bounce.encode(), AFTER).ours is None
    row = take(bounce.replace(f"To: {MAILBOX}", f"To: {address}").replace("qmail-1", "qmail-2").encode(), AFTER)
    assert (row.kind, row.state, row.ours, row.found_by) == ("bounce", "taken", to_ietf, "token")
    assert Message.objects.get(pk=to_ietf.pk).state == "bounced"


def test_one_that_says_nothing_readable_waits_for_a_person_beside_its_mail(to_ietf):
    row = take(machine(reply_tokens.address(MAILBOX, to_ietf.pk), UNKNOWN), AFTER)
    assert (row.kind, row.state, row.ours) == ("bounce", "waiting", to_ietf)
    assert row.note == (
        "A mail server sends back the mail to ietf@example.org and does not say clearly why. Read what it says."
    )
    assert Message.objects.get(pk=to_ietf.pk).state == "sent"


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"From": "Ivy Ietf <ivy@ietf.example.org>", "Return_Path": "<ivy@ietf.example.org>"}, "letter"),
        ({"From": "Ivy Ietf <ivy@ietf.example.org>", "Auto_Submitted": "auto-replied"}, "automatic"),
        ({"Subject": "Out of office: Returned"}, "automatic"),
        ({"To": MAILBOX}, "automatic"),
    ],
)
def test_what_else_comes_to_that_address_is_no_bounce(to_ietf, headers, kind):
    row = take(machine(reply_tokens.address(MAILBOX, to_ietf.pk), UNKNOWN, **headers), AFTER)
    assert (row.kind, row.ours) == (kind, to_ietf if headers.get("To") is None else None)
    assert Message.objects.get(pk=to_ietf.pk).state == "sent"
