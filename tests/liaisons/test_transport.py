"""A mail leaves or does not, and what the server said is told apart; the local mailbox keeps and shows."""

import smtplib
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from django.core import mail as django_mail
from django.core.mail import EmailMessage, get_connection

from liaisons.outbox import transport
from liaisons.outbox.transport import Mail, SmtpBackend, hand_over
from tests.mailserver import HANG_UP, SAY_NOTHING, MailServer

AT = datetime(2025, 10, 13, 8, 0, tzinfo=UTC)


def a_mail(recipient: str = "sg21@example.org", **fields) -> Mail:
    return Mail(
        recipient=recipient,
        at=fields.pop("at", AT),
        headers={"Message-ID": "<one@desk.example.org>", **fields.pop("headers", {})},
        **{
            "subject": "JCA-MV-LS1",
            "body": "Text.\n",
            "from_email": '"JCA-MV Secretariat" <secretariat@jca-mv.example.org>',
            "to": [f'"ITU-T SG21" <{recipient}>'],
            **fields,
        },
    )


@pytest.fixture(params=[False, True], ids=["step by step", "pipelining"])
def server(request):
    with MailServer().running() as running:
        running.pipelining = request.param
        yield running


@pytest.fixture
def connection(server):
    backend = SmtpBackend(host="127.0.0.1", port=server.port, timeout=2)
    backend.final_answer_seconds = 0.3
    yield backend
    backend.close()


def test_one_connection_serves_many_mails_and_each_has_its_answer(server, connection):
    answers = [hand_over(a_mail(f"sg{number}@example.org"), connection) for number in range(5)]
    assert [str(answer) for answer in answers] == ["250 2.0.0 taken"] * 5
    assert server.recipients() == [f"sg{number}@example.org" for number in range(5)]
    assert server.connections == 1


def test_only_the_envelope_recipient_gets_a_mail_whatever_its_headers_say(server, connection):
    hand_over(a_mail("chair@example.org", to=["sg21@example.org"], cc=["everybody@example.org"]), connection)
    assert server.recipients() == ["chair@example.org"]


def test_a_mail_arrives_as_it_was_written(server, connection):
    body = "Per Fröjdh schreibt:\n.a line with a dot\n..\nFrom here on\n"
    hand_over(a_mail(body=body, subject="Beiträge von Per Fröjdh – 元宇宙"), connection)
    [(_recipient, wire)] = server.received
    assert wire.count(b"\n") == wire.count(b"\r\n")
    assert b"\r\n.a line" in wire
    mail = message_from_bytes(wire, policy=policy.default)
    assert mail["Subject"] == "Beiträge von Per Fröjdh – 元宇宙"
    assert b"=?utf-8?" in wire
    assert mail["Date"].datetime == AT
    assert mail.get_content().replace("\r\n", "\n") == body


def test_names_that_need_quotes_survive_the_header(server, connection):
    hand_over(a_mail(to=['"Fröjdh, Per \\"Pelle\\" (WG1)" <per@example.org>']), connection)
    [address] = server.mails()[0]["To"].addresses
    assert (address.display_name, address.addr_spec) == ('Fröjdh, Per "Pelle" (WG1)', "per@example.org")


@pytest.mark.parametrize(
    ("stage", "says", "error", "answer"),
    [
        ("MAIL", "451 4.3.0 try later", transport.RefusedForNow, "451 4.3.0 try later"),
        ("MAIL", "550 5.7.1 not you", transport.RefusedForGood, "550 5.7.1 not you"),
        ("MAIL", "421 4.3.2 closing", transport.NotHandedOver, "421 4.3.2 closing"),
        ("RCPT", "450 4.2.0 greylisted", transport.RefusedForNow, "450 4.2.0 greylisted"),
        ("RCPT", "550 5.1.1 nobody here", transport.RefusedForGood, "550 5.1.1 nobody here"),
        ("RCPT", HANG_UP, transport.NotHandedOver, "Connection unexpectedly closed"),
        ("DATA", "451 4.3.0 not now", transport.RefusedForNow, "451 4.3.0 not now"),
        ("DATA", "554 5.5.1 no", transport.RefusedForGood, "554 5.5.1 no"),
        ("DATA", HANG_UP, transport.NotHandedOver, "Connection unexpectedly closed"),
        ("TEXT", "452 4.2.2 mailbox full", transport.RefusedForNow, "452 4.2.2 mailbox full"),
        ("TEXT", "421 4.3.2 closing", transport.RefusedForNow, "421 4.3.2 closing"),
        ("TEXT", "552 5.3.4 too big", transport.RefusedForGood, "552 5.3.4 too big"),
        ("TEXT", "354 what?", transport.InDoubt, "354 what?"),
        ("TEXT", HANG_UP, transport.InDoubt, "Connection unexpectedly closed"),
        ("TEXT", SAY_NOTHING, transport.InDoubt, "Connection unexpectedly closed: timed out"),
    ],
)
def test_each_answer_of_a_server_is_told_apart_and_the_next_mail_goes(server, connection, stage, says, error, answer):
    server.does = lambda at, recipient: says if (at, recipient) == (stage, "sg21@example.org") else None
    if stage == "MAIL":  # the recipient is not known yet
        server.does = lambda at, _recipient: says if at == "MAIL" else None
    with pytest.raises(error) as raised:
        hand_over(a_mail(), connection)
    assert type(raised.value) is error
    assert str(raised.value).startswith(answer)
    server.does = lambda _at, _recipient: None
    assert hand_over(a_mail("sg20@example.org"), connection).code == 250


@pytest.fixture
def said(monkeypatch):
    """What went to a server, a piece for each time it was spoken to."""
    pieces = []
    send = smtplib.SMTP.send
    monkeypatch.setattr(smtplib.SMTP, "send", lambda server, lines: pieces.append(lines) or send(server, lines))
    return pieces


def test_a_server_that_offers_pipelining_is_spoken_to_twice_for_a_mail(server, connection, said):
    hand_over(a_mail("first@example.org"), connection)
    said.clear()
    hand_over(a_mail(), connection)
    assert len(said) == (2 if server.pipelining else 4)
    assert server.recipients() == ["first@example.org", "sg21@example.org"]


def test_a_text_that_nobody_is_to_have_is_ended_empty(server, connection, said):
    server.does = lambda at, _recipient: {"RCPT": "550 5.1.1 nobody here", "DATA": "354 go on"}.get(at)
    with pytest.raises(transport.RefusedForGood, match="nobody here"):
        hand_over(a_mail(), connection)
    assert (b".\r\n" in said) is server.pipelining
    assert server.received == []
    server.does = lambda _at, _recipient: None
    assert hand_over(a_mail("sg20@example.org"), connection).code == 250


def test_silence_before_the_text_hands_nothing_over(server, connection):
    connection.timeout = 0.3
    server.does = lambda at, _recipient: SAY_NOTHING if at == "DATA" else None
    with pytest.raises(transport.NotHandedOver):
        hand_over(a_mail(), connection)
    assert server.received == []


@pytest.mark.parametrize("says", ["421 4.7.0 enough of you", HANG_UP])
def test_a_server_that_ends_a_used_connection_is_asked_once_more_on_a_new_one(server, connection, says):
    hand_over(a_mail("first@example.org"), connection)
    left = [says]
    server.does = lambda at, _recipient: left.pop() if at == "MAIL" and left else None
    assert hand_over(a_mail("second@example.org"), connection).code == 250
    assert server.recipients() == ["first@example.org", "second@example.org"]
    assert server.connections == 2


def test_a_server_that_is_not_there_is_unreachable(server):
    port = server.port + 1 if server.port < 65535 else 1
    with pytest.raises(transport.Unreachable):
        hand_over(a_mail(), SmtpBackend(host="127.0.0.1", port=port, timeout=1))


def test_a_login_that_fails_says_nothing_of_the_mail(server):
    backend = SmtpBackend(host="127.0.0.1", port=server.port, username="desk", password="wrong", timeout=2)
    with pytest.raises(transport.Unreachable):
        hand_over(a_mail(), backend)


def test_tls_that_the_server_does_not_offer_says_nothing_of_the_mail(server):
    with pytest.raises(transport.Unreachable, match="STARTTLS"):
        hand_over(a_mail(), SmtpBackend(host="127.0.0.1", port=server.port, use_tls=True, timeout=2))


def test_other_backends_of_django_get_the_mail_for_one_recipient(settings):
    hand_over(a_mail(cc=["everybody@example.org"]), get_connection("django.core.mail.backends.locmem.EmailBackend"))
    [sent] = django_mail.outbox
    assert sent.recipients() == ["sg21@example.org"]


# The local mailbox


@pytest.fixture
def mailbox(settings, tmp_path):
    settings.MAILBOX_DIR = tmp_path / "mail"
    return transport.MailboxBackend()


def test_the_mailbox_lists_the_latest_first_with_who_it_went_to(mailbox):
    hand_over(a_mail("first@example.org"), mailbox)
    hand_over(a_mail("second@example.org", at=AT + timedelta(minutes=1), subject="Grüße"), mailbox)
    assert [(kept.recipient, kept.subject, kept.at) for kept in transport.mailbox_list()] == [
        ("second@example.org", "Grüße", AT + timedelta(minutes=1)),
        ("first@example.org", "JCA-MV-LS1", AT),
    ]
    assert len(transport.mailbox_list(limit=1)) == 1


def test_a_mail_sent_again_at_the_same_moment_is_a_second_mail_in_the_box(mailbox):
    hand_over(a_mail(), mailbox)
    hand_over(a_mail(), mailbox)
    assert len(transport.mailbox_list()) == 2


def test_a_mail_in_the_box_can_be_read_with_its_files(mailbox):
    mail = a_mail()
    mail.attach("JCA-MV-LS1.pdf", b"%PDF-1.7", "application/pdf")
    hand_over(mail, mailbox)
    [kept] = transport.mailbox_list()
    read = transport.mailbox_mail(kept.name)
    assert read.get_body().get_content() == "Text.\r\n"
    assert [(part.get_filename(), part.get_content()) for part in read.iter_attachments()] == [
        ("JCA-MV-LS1.pdf", b"%PDF-1.7")
    ]
    assert kept.size == len(transport.mailbox_read(kept.name))


def test_mail_of_django_itself_lands_in_the_box(mailbox):
    mailbox.send_messages([EmailMessage("Reset", "Text", "desk@example.org", ["sam@example.org"])])
    assert [kept.recipient for kept in transport.mailbox_list()] == ["sam@example.org"]


@pytest.mark.parametrize("name", ["../keys/links", "/etc/passwd", "..", "", "20251013T080000000000-abc.eml", ".hidden"])
def test_the_mailbox_reads_nothing_that_it_did_not_list(mailbox, name):
    hand_over(a_mail(), mailbox)
    (Path(transport.settings.MAILBOX_DIR).parent / "keys").mkdir()
    (Path(transport.settings.MAILBOX_DIR).parent / "keys" / "links").write_text("secret")
    with pytest.raises(FileNotFoundError):
        transport.mailbox_read(name)


def test_an_empty_mailbox_is_an_empty_list(mailbox):
    assert transport.mailbox_list() == []
