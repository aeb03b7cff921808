"""Every mail is seen as it will leave: its text, its HTML in a frame that can do nothing, and its source."""

import re
from email import message_from_bytes, policy

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from contacts.models import Desk
from liaisons import renditions
from liaisons.models import Message
from tests.fixtures import AFTER

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client, secretary, time_machine):
    time_machine.move_to(AFTER, tick=False)
    client.force_login(secretary)
    return client


def of_sg21(statement) -> Message:
    return Message.objects.of_dispatch(statement).get(recipient="sg21@example.org")


def test_the_page_of_the_dispatch_shows_text_and_html_side_by_side(signed_in, approved):
    page = signed_in.get(f"{reverse('statement-dispatch', args=[approved.pk])}?mail=1")
    frame = reverse("statement-mail-html", args=[approved.pk, 1])
    assertContains(page, f'<iframe class="mail-html" src="{frame}" sandbox=""')
    shown = signed_in.get(frame)
    assertContains(shown, "[the addressee's own link]")
    assertContains(shown, "IETF")
    assert "/l/" not in shown.content.decode()
    assert signed_in.get(reverse("statement-mail-html", args=[approved.pk, 99])).status_code == 404


def test_its_frame_runs_nothing_fetches_nothing_and_stands_only_in_our_pages(signed_in, sent):
    shown = signed_in.get(reverse("message-html", args=[of_sg21(sent).pk]))
    policy_said = shown["Content-Security-Policy"]
    assert policy_said.startswith("sandbox; default-src 'none';")
    assert "frame-ancestors 'self'" in policy_said
    assert "script" not in policy_said
    assert shown["X-Frame-Options"] == "SAMEORIGIN"
    assertNotContains(shown, "[[link:")


def test_the_source_is_the_whole_mail_with_its_links_masked(signed_in, sent):
    renditions.make_missing()
    source = signed_in.get(reverse("message-source", args=[of_sg21(sent).pk]))
    assert source["Content-Disposition"] == f'attachment; filename="mail-{of_sg21(sent).pk}.eml"'
    mail = message_from_bytes(source.content, policy=policy.default)
    assert [part.get_filename() for part in mail.iter_attachments()] == ["JCA-MV-LS1.pdf", "JCA-MV-LS1.docx"]
    for kind in ("plain", "html"):
        words = mail.get_body((kind,)).get_content()
        assert not re.search(r"/l/\d|\[\[", words)
        assert "own link]" in words


def test_the_source_waits_for_its_files(signed_in, sent):
    page = signed_in.get(reverse("message-source", args=[of_sg21(sent).pk]), follow=True)
    assertContains(page, "The files of this mail are still being made.")


def test_files_that_will_be_fetched_are_shown_so(signed_in, sent):
    page = reverse("message", args=[of_sg21(sent).pk])
    assertContains(signed_in.get(page), "<dt>Attached</dt><dd>JCA-MV-LS1.pdf, JCA-MV-LS1.docx</dd>", html=True)
    Desk.objects.update(attach_up_to_mb=0)
    shown = signed_in.get(page)
    assertContains(shown, "<dt>To fetch</dt><dd>JCA-MV-LS1.pdf, JCA-MV-LS1.docx</dd>", html=True)
    assertContains(shown, "do not travel with this mail")
