"""The outbox of a desk as pages, and the mailbox in which mail stays without a mail server."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from contacts.models import Person
from liaisons import health, links, outbox, renditions
from liaisons.models import Blob, Event, Link, Message, MessageFile, Rendition
from liaisons.outbox import transport
from tests.fixtures import AFTER
from tests.pages import at

SOON = AFTER + timedelta(minutes=1)
LATER = AFTER + timedelta(minutes=10)

pytestmark = pytest.mark.time_machine(SOON, tick=False)


@pytest.fixture
def signed_in(client, secretary):
    client.force_login(secretary)
    return client


@pytest.fixture
def message(sent) -> Message:
    return Message.objects.get(kind="send", addressee__text="IETF")


def set_state(message: Message, state: str, **fields: object) -> None:
    Message.objects.filter(pk=message.pk).update(state=state, **fields)


def test_every_mail_of_the_desk_is_listed(signed_in, sent):
    page = signed_in.get(at("outbox"))
    assert len(page.context["rows"]) == Message.objects.count() > 7
    assertContains(page, "ietf@example.org")
    assertContains(page, "held")


def test_one_state_is_kept(signed_in, message):
    set_state(message, "failed")
    page = signed_in.get(f"{at('outbox')}?state=failed")
    assert [row.message for row in page.context["rows"]] == [message]
    assertContains(signed_in.get(f"{at('outbox')}?state=in_doubt"), "No mail is in this state.")
    assert signed_in.get(f"{at('outbox')}?state=nonsense").context["state"] == ""


@pytest.mark.parametrize(
    ("role", "status"),
    [("secretary", 200), ("administrator", 200), ("chair", 403), ("member", 403), ("outsider", 403)],
)
def test_the_outbox_is_for_secretariat_and_administrators(client, message, request, role, status):
    client.force_login(request.getfixturevalue(role))
    for address in (at("outbox"), at("message", message.pk)):
        assert client.get(address).status_code == status


def test_one_that_a_restore_put_in_doubt_is_not_said_to_be_handed_over(signed_in, message):
    set_state(message, "in_doubt", handed_over_at=None)
    assertContains(signed_in.get(at("message", message.pk)), "It may have left after the backup was made")
    set_state(message, "in_doubt", handed_over_at=SOON)
    assertContains(signed_in.get(at("message", message.pk)), "The text was handed over, and no answer came back")


def test_another_desk_sees_nothing_of_it(client, message, other_secretary):
    client.force_login(other_secretary)
    assertContains(client.get(at("outbox")), "The desk has not sent a mail yet.")
    assert client.get(at("message", message.pk)).status_code == 404
    for verb in ("send-again", "arrived", "give-up"):
        assert client.post(at(f"message-{verb}", message.pk), {"reason": "x"}).status_code == 404


def test_a_mail_is_shown_in_full_with_its_links_masked(signed_in, message):
    page = signed_in.get(at("message", message.pk))
    for text in (message.message_id.strip("<>"), message.subject, "own link]", "Nominate a representative"):
        assertContains(page, text)
    assertNotContains(page, "[[link:")
    assertNotContains(page, "/l/")


def test_the_files_of_a_mail_are_served_to_who_sees_the_mail(signed_in, message, client, chair):
    renditions.make_missing(only=message.files.values_list("rendition", flat=True))
    page = signed_in.get(at("message-file", message.pk, "JCA-MV-LS1.pdf"))
    assert page.content.startswith(b"%PDF-")
    assert page["Content-Disposition"].startswith("attachment")
    client.force_login(chair)
    assert client.get(at("message-file", message.pk, "JCA-MV-LS1.pdf")).status_code == 403


@pytest.mark.parametrize(
    ("state", "verb", "reached"),
    [
        ("failed", "send-again", "queued"),
        ("in_doubt", "send-again", "queued"),
        ("in_doubt", "arrived", "sent"),
        ("in_doubt", "give-up", "given_up"),
        ("failed", "give-up", "given_up"),
        ("given_up", "send-again", "queued"),
        ("sent", "send-again", "sent"),
        ("failed", "arrived", "failed"),
        ("sent", "give-up", "sent"),
    ],
)
def test_a_person_decides_about_a_mail_that_is_stuck(signed_in, message, secretary, state, verb, reached):
    set_state(message, state)
    page = signed_in.post(at(f"message-{verb}", message.pk), {"reason": "They told me."})
    message.refresh_from_db()
    assert message.state == reached
    changed = reached != state
    assert page.status_code == (302 if changed else 400)
    assert Event.objects.filter(data__message=message.pk, person=secretary.person).exists() is changed
    if changed:
        assertContains(signed_in.get(at("message", message.pk)), "Sam Secretary")
    else:
        assertContains(page, "Look at it again.", status_code=400)


def test_giving_up_wants_a_reason(signed_in, message):
    set_state(message, "in_doubt")
    assertContains(signed_in.post(at("message-give-up", message.pk)), "This field is required.", status_code=400)
    message.refresh_from_db()
    assert message.state == "in_doubt"


def test_an_administrator_looks_and_decides_nothing(client, message, administrator):
    set_state(message, "in_doubt")
    client.force_login(administrator)
    assertNotContains(client.get(at("message", message.pk)), at("message-send-again", message.pk))
    assert client.post(at("message-send-again", message.pk)).status_code == 403


def test_nobody_is_led_to_another_host(signed_in, message):
    set_state(message, "failed")
    page = signed_in.post(at("message-send-again", message.pk), {"next": "https://example.com/"})
    assertRedirects(page, at("message", message.pk))


def test_banners_tell_when_nothing_leaves(signed_in, sent, settings):
    settings.EMAIL_BACKEND = "liaisons.outbox.transport.SmtpBackend"
    Person.objects.update(demo=True)
    assertContains(signed_in.get(at("outbox")), "nothing is sent to a real mail server")
    settings.EMAIL_BACKEND = "liaisons.outbox.transport.MailboxBackend"
    assertNotContains(signed_in.get(at("outbox")), 'role="alert">')


def test_a_banner_tells_when_the_worker_is_silent(signed_in, sent, monkeypatch):
    monkeypatch.setattr(health, "STARTED_AT", SOON - timedelta(minutes=7))
    monkeypatch.setattr(health, "last_tick", lambda: None)  # another test may have left one
    assertContains(signed_in.get(at("outbox")), "The worker has been silent for 7 minutes")


def test_long_lists_are_read_in_pages(signed_in, message):
    text = Message.objects.get(pk=message.pk)
    for number in range(60):
        text.pk, text.key, text.message_id = None, f"k{number}", f"<{number}@example.org>"
        text.save(force_insert=True)
    page = signed_in.get(at("outbox"))
    assert len(page.context["rows"]) == 50
    following = signed_in.get(at("outbox") + page.context["page"].onward)
    assert len(following.context["rows"]) == Message.objects.count() - 50
    assert not {row.message.pk for row in page.context["rows"]} & {row.message.pk for row in following.context["rows"]}


def test_the_list_asks_the_database_as_often_for_many_mails_as_for_one(signed_in, sent):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert signed_in.get(at("outbox")).status_code == 200
        return len(asked)

    many = queries()
    MessageFile.objects.all().delete()
    Message.objects.exclude(pk=Message.objects.filter(kind="send").first().pk).delete()
    assert queries() == many


# The local mailbox


@pytest.fixture
def delivered(sent, settings, tmp_path):
    """The dispatch has left, into the mailbox; the desk is a demo."""
    settings.EMAIL_BACKEND = "liaisons.outbox.transport.MailboxBackend"
    settings.MAILBOX_DIR = tmp_path
    Person.objects.update(demo=True)
    rendered = Blob.objects.keep(b"%PDF-1.7\n%%EOF\n", "application/pdf")
    Rendition.objects.update(blob=rendered)
    outbox.deliver_due(LATER)
    return transport.mailbox_list()


def test_the_demo_shows_every_mail_to_whoever_works_at_the_desk(client, delivered, member):
    client.force_login(member)
    page = client.get(at("mailbox"))
    assert len(page.context["mails"]) == len(delivered) > 7
    assertContains(page, "ietf@example.org")
    found = client.get(f"{at('mailbox')}?find=IETF").context["mails"]
    assert {mail.recipient for mail in found} == {"ietf@example.org"}


def test_a_mail_is_read_as_its_recipient_reads_it_and_its_link_opens(client, delivered, member):
    client.force_login(member)
    mail = next(mail for mail in delivered if mail.recipient == "ietf@example.org" and "LS1" in mail.subject)
    page = client.get(at("mailbox-mail", mail.name))
    link = Link.objects.get(purpose="answer", addressee__text="IETF")
    assertContains(page, f'href="{links.url(link)}"')
    assertContains(page, "JCA-MV-LS1.pdf")
    assert page["Referrer-Policy"] == "same-origin"
    assert client.get(urlsplit(links.url(link)).path).status_code == 200
    file = client.get(at("mailbox-file", mail.name, 0))
    assert file.content == b"%PDF-1.7\n%%EOF\n"
    assert file["Content-Disposition"] == 'attachment; filename="JCA-MV-LS1.pdf"'
    assert client.get(at("mailbox-file", mail.name, 9)).status_code == 404


def test_another_desk_does_not_read_it(client, delivered, other_secretary):
    Person.objects.update(demo=True)
    client.force_login(other_secretary)
    assertContains(client.get(at("mailbox")), "No mail has left yet.")
    assert client.get(at("mailbox-mail", delivered[0].name)).status_code == 404
    assert client.get(at("mailbox-file", delivered[0].name, 0)).status_code == 404


@pytest.mark.parametrize("name", ["nonsense.eml", "20251028T090000000000-abcdefabcdef.eml"])
def test_what_is_not_in_the_box_is_not_there(client, delivered, member, name):
    client.force_login(member)
    assert client.get(at("mailbox-mail", name)).status_code == 404


@pytest.mark.parametrize(("role", "status"), [("administrator", 200), ("secretary", 403), ("member", 403)])
def test_without_demo_data_the_mailbox_is_for_administrators(client, delivered, request, role, status):
    user = request.getfixturevalue(role)
    Person.objects.update(demo=False)
    client.force_login(user)
    assert client.get(at("mailbox")).status_code == status
    assert client.get(at("mailbox-mail", delivered[0].name)).status_code == status
    assert client.get(at("mailbox-file", delivered[0].name, 0)).status_code in (status, 404)


def test_with_a_mail_server_there_is_no_mailbox(client, delivered, administrator, settings):
    settings.EMAIL_BACKEND = "liaisons.outbox.transport.SmtpBackend"
    client.force_login(administrator)
    assert client.get(at("mailbox")).status_code == 404
    assert client.get(at("mailbox-mail", delivered[0].name)).status_code == 404


def test_who_is_not_signed_in_is_asked_to(client, delivered):
    assert client.get(at("mailbox")).status_code == 302
