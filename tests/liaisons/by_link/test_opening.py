"""A link opens one thing for one purpose, and approving by it."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from contacts.actor import Actor
from contacts.models import Appointment
from liaisons import links
from liaisons.models import (
    Approval,
    Event,
    Link,
    Statement,
)
from liaisons.workflow import advance
from tests.fixtures import LATER, NOW
from tests.liaisons.by_link.answers import answer, rows
from tests.pages import at

pytestmark = pytest.mark.time_machine(LATER, tick=False)


@pytest.mark.parametrize("purpose", ["comment", "approve", "answer", "confirm"])
def test_whoever_only_opens_a_link_changes_nothing(client, request, purpose):
    """A mail scanner opens every address of a mail, and follows what it finds there."""
    link = request.getfixturevalue({"approve": "approving", "answer": "answering"}.get(purpose, "circulated"))
    if purpose == "comment":
        link = Link.objects.get(purpose="comment")
    elif purpose == "confirm":
        say = at("link-comment", Link.objects.get(purpose="comment"))
        client.post(say, {"kind": "objection", "text": "No.", "name": "Dee", "email": "dee@example.org"})
        link = Link.objects.get(purpose="confirm")
    before, state = rows(), list(Statement.objects.values_list("state", flat=True))
    with CaptureQueriesContext(connection) as asked:
        assert client.get(at("link", link)).status_code == 200
        assert client.head(at("link", link)).status_code == 200
        for verb in ("comment", "confirm", "approve", "return", "answer"):
            assert client.get(at(f"link-{verb}", link)).status_code == 405
    assert not [query["sql"] for query in asked if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert (rows(), list(Statement.objects.values_list("state", flat=True))) == (before, state)


def test_the_address_of_a_page_stays_out_of_caches_and_referrers(client, answering):
    page = client.get(at("link", answering))
    assert "no-store" in page["Cache-Control"]
    assert page["Referrer-Policy"] == "same-origin"
    assert page["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.parametrize("token", ["1", "1.AAAAAAAAAAAAAAAAAAAAAA", "nonsense", "99999999999999999999.x", "1.ä"])
def test_a_forged_address_says_so(client, answering, token):
    page = client.get(reverse("link", args=[token]))
    assertContains(page, "This address is not complete", status_code=404)
    assert "no-store" in page["Cache-Control"]


def test_the_seal_of_one_link_does_not_open_another(client, theirs):
    mine, other = (links.token(link.pk) for link in list(theirs.values())[:2])
    swapped = f"{other.partition('.')[0]}.{mine.partition('.')[2]}"
    assert client.get(reverse("link", args=[swapped])).status_code == 404


def test_a_link_that_a_backup_did_not_know_says_so(client, desk):
    page = client.get(reverse("link", args=[links.token(1_000_000)]))
    assertContains(page, "brought back from a backup older than this link", status_code=410)


def test_an_expired_link_says_what_to_do(client, answering, desk):
    Link.objects.filter(pk=answering.pk).update(expires_at=LATER - timedelta(seconds=1))
    page = client.get(at("link", answering))
    assertContains(page, "This link has expired", status_code=410)
    assertContains(page, desk.mailbox, status_code=410)


def test_a_link_has_no_pages_of_another_purpose(client, approving, theirs, answering):
    assert client.post(at("link-approve", answering), {"seen": 1}).status_code == 404
    assert client.post(at("link-comment", answering), {"kind": "support"}).status_code == 404
    page = client.post(at("link-confirm", answering))
    assert page.status_code == 404
    assert "no-store" in page["Cache-Control"]


def test_forms_are_protected_for_people_without_a_session(answering, sent):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(at("link-answer", answering), answer(sent)).status_code == 403
    page = strict.get(at("link", answering))
    key = page.context["csrf_token"]
    given = answer(sent, kind="acknowledgement", csrfmiddlewaretoken=str(key))
    assert strict.post(at("link-answer", answering), given).status_code == 302


# Approving


def test_a_chair_approves_by_link_and_sees_what_came(client, circulated, approving, chair, cochair):
    page = client.get(at("link", approving))
    assertContains(page, "For Chris Chair, JCA-MV")
    assertContains(page, "Nobody commented")
    assert client.post(at("link-approve", approving), {"seen": circulated.revision_id}).status_code == 302
    approval = Approval.objects.get()
    assert (approval.person, approval.returned) == (chair.person, False)
    page = client.get(at("link", approving))
    assertContains(page, "You have already approved this revision")
    assertNotContains(page, at("link-approve", approving))
    assert client.post(at("link-approve", approving), {"seen": circulated.revision_id}).status_code == 400
    assert Approval.objects.count() == 1


def test_the_last_approval_decides_and_the_others_read_who_and_when(client, circulated, approving, cochair):
    client.post(at("link-approve", approving), {"seen": circulated.revision_id})
    advance(circulated, "approve", by=Actor.of(cochair), seen=circulated.revision_id, now=LATER)
    page = client.get(at("link", approving))
    assertContains(page, "This is decided", status_code=410)
    assertContains(page, "JCA-MV-LS1 was approved on 31 October 2025.", status_code=410)
    for name in ("Chris Chair", "Kim Cochair"):
        assertContains(page, name, status_code=410)


def test_a_link_does_not_approve_what_its_person_has_not_seen(client, circulated, approving):
    page = client.post(at("link-approve", approving), {"seen": circulated.revision_id + 1})
    assert page.status_code == 409
    assertContains(page, "Look at the new revision", status_code=409)
    assert not Approval.objects.exists()


def test_a_link_approves_as_its_person_whoever_is_signed_in(client, circulated, approving, cochair, chair):
    client.force_login(cochair)
    client.post(at("link-approve", approving), {"seen": circulated.revision_id})
    assert Approval.objects.get().person == chair.person
    assert Event.objects.get(verb="approve").link == approving


def test_who_is_no_chair_any_more_approves_nothing(client, circulated, approving, chair):
    Appointment.objects.filter(person=chair.person).update(role="member")
    page = client.post(at("link-approve", approving), {"seen": circulated.revision_id})
    assertContains(page, "belongs to other roles", status_code=400)
    assert not Approval.objects.exists()


def test_who_has_left_the_desk_reads_nothing_more_by_an_old_link(client, circulated, approving, chair):
    reads = links.issue("comment", circulation=circulated.circulation, person=chair.person, now=NOW)
    Appointment.objects.filter(person=chair.person).update(valid_to=date(2025, 10, 20))
    for link in (approving, reads):
        page = client.get(at("link", link))
        assertContains(page, "Your role at this desk has ended", status_code=410)
        assertNotContains(page, "asks your group to nominate", status_code=410)
    assert client.post(at("link-approve", approving), {"seen": circulated.revision_id}).status_code == 410
    assert not Approval.objects.exists()


def test_before_the_window_is_over_the_page_says_so(client, approving):
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        page = client.get(at("link", approving))
    assertContains(page, "Comments are open until 27 October 2025")
    assertNotContains(page, at("link-approve", approving))


def test_a_text_is_returned_with_a_reason(client, circulated, approving):
    page = client.post(at("link-return", approving), {"seen": circulated.revision_id})
    assert page.status_code == 400
    page = client.post(
        at("link-return", approving), {"seen": circulated.revision_id, "reason": "Say which meeting."}, follow=True
    )
    assertContains(page, "The text went back to its authors", status_code=410)
    assertContains(page, "Say which meeting.", status_code=410)
    assert Statement.objects.get().state == "draft"
