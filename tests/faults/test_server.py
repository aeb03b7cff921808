"""F13, F14: a mail server in every mood, and mails that cannot be put together: each row tells the truth."""

import random
import ssl
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from liaisons import outbox
from liaisons.models import Message
from tests.liaisons.outgoing import a_message, states
from tests.mailserver import HANG_UP, SAY_NOTHING

pytestmark = [pytest.mark.faults, pytest.mark.postgres, pytest.mark.django_db]
MINUTE = timedelta(minutes=1)
RECIPIENTS = 50
YEARS_AGO, IN_YEARS = datetime(2020, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)

# Where, what the server does, and what it means.
LATER, NEVER, PERHAPS = "later", "never", "perhaps"
TROUBLE = [
    ("RCPT", "421 4.3.2 closing", LATER),
    ("RCPT", "450 4.2.0 greylisted", LATER),
    ("DATA", "451 4.3.0 not now", LATER),
    ("TEXT", "451 4.3.0 not now", LATER),
    ("DATA", HANG_UP, LATER),
    ("DATA", SAY_NOTHING, LATER),
    ("RCPT", "550 5.1.1 nobody here", NEVER),
    ("TEXT", "552 5.3.4 too big", NEVER),
    ("TEXT", HANG_UP, PERHAPS),
    ("TEXT", SAY_NOTHING, PERHAPS),
]


@pytest.fixture(autouse=True)
def _impatient(server, settings, monkeypatch):
    """Silence is waited for less than half a minute."""
    settings.EMAIL_TIMEOUT = 0.5
    monkeypatch.setattr("liaisons.outbox.transport.SmtpBackend.final_answer_seconds", 0.5)


class Moods:
    """What a server does to each recipient at its first tries; after that it takes the mail."""

    def __init__(self) -> None:
        names = [f"{number}@example.org" for number in range(RECIPIENTS)]
        # Most of silence and of hanging up is waiting: few of them.
        self.plans = {name: random.choices(TROUBLE, k=random.randint(0, 3)) for name in random.sample(names, 12)}
        self.tried: Counter[str] = Counter()

    def does(self, stage: str, recipient: str) -> str | None:
        if stage == "RCPT":
            self.tried[recipient] += 1
        plan = self.plans.get(recipient, [])
        at_try = self.tried[recipient] - 1
        if stage == "MAIL" or at_try >= len(plan):  # MAIL comes before the server knows for whom it is
            return None
        where, does, _means = plan[at_try]
        return does if where == stage else None

    def end(self, recipient: str) -> str:
        """What becomes of a mail at the first mood that decides."""
        for _where, _does, means in self.plans.get(recipient, []):
            if means != LATER:
                return {NEVER: "failed", PERHAPS: "in_doubt"}[means]
        return "sent"


@pytest.mark.faults("F13")
def test_each_recipient_meets_with_its_own_troubles_and_no_other_notices(desk, now, server, tally_outbox):
    moods = Moods()
    outbox.queue(a_message(desk, now, str(number)) for number in range(RECIPIENTS))
    # A server that hangs up on a used connection is asked once more at once, so tries are not to be counted here.
    server.does = moods.does
    at = now
    for _minute in range(30):
        outbox.deliver_due(at)
        if not Message.objects.filter(state="queued").exists():
            break
        for waiting in Message.objects.filter(state="queued"):
            assert waiting.not_before - at in {2**waiting.tries * MINUTE, MINUTE}, waiting.answer
        at = max(at + MINUTE, Message.objects.filter(state="queued").order_by("not_before")[0].not_before)
    ends = {message.recipient: message.state for message in Message.objects.all()}
    assert ends == {recipient: moods.end(recipient) for recipient in ends}
    taken = Counter(server.recipients())
    for recipient, end in ends.items():
        assert taken[recipient] == {"sent": 1, "failed": 0, "in_doubt": 1}[end], recipient
    counted = tally_outbox(of=RECIPIENTS)
    assert (counted["doubled"], counted["lost"]) == (0, 0)


@pytest.mark.faults("F13")
@pytest.mark.parametrize(
    "trouble", ["no TLS", "a certificate of nobody we know", "no TLS after it was promised", "login refused"]
)
def test_a_server_that_lets_nobody_in_costs_no_mail_a_try(desk, now, server, settings, tally_outbox, trouble, its_own):
    outbox.queue(a_message(desk, now, str(number)) for number in range(5))
    settings.EMAIL_USE_TLS = trouble != "login refused"
    if trouble == "login refused":
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "desk", "wrong"
    elif trouble != "no TLS":
        server.tls = its_own
        if trouble == "no TLS after it was promised":
            server.does = lambda stage, _recipient: "220 2.0.0 go ahead" if stage == "STARTTLS" else None
    for minute in range(3):
        assert outbox.deliver_due(now + minute * MINUTE) == 0
    assert server.received == []
    assert states(desk) == {"queued": 5}
    assert set(Message.objects.values_list("tries", flat=True)) == {0}
    settings.EMAIL_USE_TLS, settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = False, "", ""
    assert outbox.deliver_due(now + 4 * MINUTE) == 5
    assert tally_outbox(of=5) == {"sent": 5, "in doubt": 0, "doubled": 0, "lost": 0}


@pytest.fixture
def its_own(tmp_path) -> ssl.SSLContext:
    """A certificate that the server has signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(YEARS_AGO).not_valid_after(IN_YEARS)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = tmp_path / "server.pem"
    file.write_bytes(pem + made.sign(key, SHA256()).public_bytes(Encoding.PEM))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context


@pytest.mark.faults("F14")
def test_mails_that_cannot_be_put_together_are_set_aside_after_three_tries(desk, now, server, tally_outbox):
    outbox.queue(a_message(desk, now, str(number)) for number in range(20))
    broken = random.sample(range(20), 3)
    Message.objects.filter(key__in=[f"test:{number}" for number in broken]).update(sender="no address, Fröjdh <")
    assert outbox.deliver_due(now) == 17, "the queue goes on behind them at once"
    assert states(desk) == {"sent": 17, "queued": 3}
    outbox.deliver_due(now + timedelta(hours=1))
    assert states(desk) == {"sent": 17, "queued": 3}
    outbox.deliver_due(now + timedelta(hours=2))
    assert states(desk) == {"sent": 17, "failed": 3}
    assert outbox.deliver_due(now + timedelta(days=1)) == 0
    assert set(Message.objects.filter(state="failed").values_list("tries", "handed_over_at")) == {(3, None)}
    assert tally_outbox(of=20) == {"sent": 17, "in doubt": 0, "doubled": 0, "lost": 0}
