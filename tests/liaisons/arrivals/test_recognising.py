"""What a mail is: a person's words, a machine's answer, a bounce."""

import pytest

from liaisons.arrivals.parsing import parse
from liaisons.arrivals.recognising import failures, kind_of
from liaisons.models import Message
from tests.liaisons.arrivals.mails import a_bounce, an_answer, from_qmail

OURS = Message(recipient="ietf@example.org", to="ietf@example.org", sender="s@b", message_id="<1@localhost>")


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({}, "letter"),
        ({"Auto_Submitted": "no"}, "letter"),
        ({"Precedence": "list", "List_Id": "<list.example.org>"}, "letter"),
        ({"Auto_Submitted": "auto-replied (vacation)"}, "automatic"),
        ({"Auto_Submitted": "auto-generated; owner=x"}, "automatic"),
        ({"Precedence": "bulk"}, "automatic"),
        ({"X_Autoreply": "yes"}, "automatic"),
        ({"Subject": "Automatic reply: your liaison statement"}, "automatic"),
        ({"Subject": "Réponse automatique : absence"}, "automatic"),
        ({"Return_Path": "<>"}, "automatic"),
        ({"From": "MAILER-DAEMON@example.org"}, "automatic"),
    ],
)
def test_who_wrote_it_is_told_by_its_head(headers, kind):
    assert kind_of(parse(an_answer(**headers))) == kind


def test_a_report_names_each_recipient_with_the_reason():
    (failure,) = failures(parse(a_bounce(OURS, recipient="inner@ietf.example.org", original="ietf+2Blist@example.org")))
    assert failure.recipients == {"ietf+list@example.org", "inner@ietf.example.org"}
    assert failure.reason == "550 5.1.1 <inner@ietf.example.org>: Recipient address rejected: User unknown"
    assert not failure.delayed


@pytest.mark.parametrize(("action", "delayed"), [("failed", [False]), ("delayed", [True]), ("delivered", [])])
def test_only_a_failure_is_one(action, delayed):
    mail = parse(a_bounce(OURS, action=action))
    assert [one.delayed for one in failures(mail)] == delayed
    assert kind_of(mail) == ("bounce" if delayed else "automatic")


def test_a_bounce_of_an_old_server_is_read_as_well():
    mail = parse(from_qmail(OURS))
    assert kind_of(mail) == "bounce"
    assert [one.recipients for one in failures(mail)] == [{"ietf@example.org"}]


def test_a_person_who_quotes_a_bounce_has_not_bounced():
    quoted = from_qmail(OURS).decode().partition("\n\n")[2]
    assert kind_of(parse(an_answer(f"This came back:\n\n{quoted}"))) == "letter"
