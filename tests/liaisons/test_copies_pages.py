"""The rules of copies on their page, and the page that says who gets what of a statement, and why."""

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from contacts.models import Channel, Desk
from liaisons.mail import copying
from liaisons.models import CopyRule, Event, Message
from tests.fixtures import AFTER

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _then(time_machine):
    time_machine.move_to(AFTER, tick=False)


@pytest.fixture
def ada(client, administrator):
    client.force_login(administrator)
    return client


def whos(desk) -> list[str]:
    return list(CopyRule.objects.filter(desk=desk).values_list("who", flat=True))


def test_standing_rules_are_shown_and_made_the_desks_own(ada, desk):
    page = ada.get(reverse("copies"))
    assertContains(page, "these standing ones hold")
    assertContains(page, "you chair the group that sends it.")
    ada.post(reverse("copies-own"))
    assert whos(desk) == ["contacts", "sender", "sender", "addressed", "addressed", "forwarder", "address"]
    assertNotContains(ada.get(reverse("copies")), "these standing ones hold")
    assert Event.objects.filter(verb="settings", private=True).count() == 1


def test_a_rule_is_added_behind_the_standing_ones(ada, desk):
    given = {"who": "address", "role": "chair", "email": "archive@example.org", "why": "you keep the archive."}
    ada.post(reverse("copies"), given)
    assert whos(desk)[-1] == "address"
    last = CopyRule.objects.last()
    assert (last.email, last.role, last.why) == ("archive@example.org", "", "you keep the archive.")
    assert len(whos(desk)) == 8


def test_what_a_rule_needs_is_asked_for_and_what_was_typed_stays(ada, desk):
    page = ada.post(reverse("copies"), {"who": "named", "role": "chair", "why": "you asked for it."})
    assertContains(page, "This rule needs it.", status_code=400)
    assertContains(page, "you asked for it.", status_code=400)
    assert whos(desk) == []


def test_rules_are_ordered_changed_and_removed(ada, desk):
    ada.post(reverse("copies-own"))
    last = CopyRule.objects.last()
    ada.post(reverse("copy-rule-up", args=[last.pk]))
    assert whos(desk) == ["contacts", "sender", "sender", "addressed", "addressed", "address", "forwarder"]
    given = {"who": "address", "email": "other@example.org", "purpose": "action", "why": "you keep them."}
    ada.post(reverse("copy-rule", args=[last.pk]), given)
    last.refresh_from_db()
    assert (last.email, last.purpose, last.position) == ("other@example.org", "action", 5)
    for rule in CopyRule.objects.all():
        page = ada.post(reverse("copy-rule-remove", args=[rule.pk]), follow=True)
    assertContains(page, "from now on nobody gets a copy")
    assertContains(page, "Nobody gets a copy of what this desk sends.")
    desk.refresh_from_db()
    assert copying.rules_of(desk) == []
    assertContains(ada.post(reverse("copies-standing"), follow=True), "these standing ones hold")


def test_a_desk_goes_back_to_the_standing_rules(ada, desk):
    ada.post(reverse("copies-own"))
    ada.post(reverse("copies-standing"))
    assert whos(desk) == []
    assertContains(ada.get(reverse("copies")), "you chair the group that sends it.")


def test_the_secretariat_looks_and_changes_nothing(client, secretary, desk):
    client.force_login(secretary)
    page = client.get(reverse("copies"))
    assertContains(page, "the secretariat keeps what its desk sends.")
    assertNotContains(page, reverse("copies-own"))
    assert client.post(reverse("copies"), {"who": "contacts", "why": "so."}).status_code == 403
    assert whos(desk) == []


# Who gets what


def receivers(client, statement) -> list[tuple[str, str, str, str]]:
    page = client.get(reverse("statement-recipients", args=[statement.pk]))
    return [(row.name, row.kind, row.channel, row.label) for row in page.context["receivers"]]


def test_before_it_is_sent_everybody_is_listed_as_it_would_leave_now(ada, approved, groups):
    Channel.objects.create(group=groups["World Metaverse Council"], kind="by_hand")
    shown = receivers(ada, approved)
    assert shown[0][1:3] == ("list", "e-mail")
    assert shown[1:] == [
        ("ITU-T SG21", "addressee, for action", "e-mail", "not sent yet"),
        ("IETF", "addressee, for action", "e-mail", "not sent yet"),
        ("ITU-T TSAG", "addressee, for information", "e-mail", "not sent yet"),
        *[("Copy", "copy", "e-mail", "not sent yet")] * 4,
        ("World Metaverse Council", "addressee, for action", "by hand", "not sent yet"),
    ]
    page = ada.get(reverse("statement-recipients", args=[approved.pk]))
    assertContains(page, "You get this copy because you are a contact named in it.")
    assertContains(page, "ITU-T SG21 is addressed for action, and this is how it takes letters.")
    assertContains(page, "The list comments on the text before it is approved.")
    assertContains(page, "JCA-MV-LS1.pdf, JCA-MV-LS1.docx")


def test_a_draft_says_what_would_leave_too(ada, draft):
    assert [row[1] for row in receivers(ada, draft)][:2] == ["list", "addressee, for action"]


def test_after_the_dispatch_each_says_what_became_of_it(ada, sent):
    of = Message.objects.of_dispatch(sent)
    of.filter(recipient="sg21@example.org").update(state="sent", answer="250 taken")
    of.filter(recipient="ietf@example.org").update(state="failed", answer="550 no such user")
    of.filter(recipient="tsag@example.org").update(state="bounced")
    of.filter(recipient="sam@example.org").update(state="in_doubt")
    sent.addressees.filter(text="World Metaverse Council").update(posted_at=AFTER, posted_note="ticket 4711")
    states = {row[0]: row[3] for row in receivers(ada, sent)}
    assert states["ITU-T SG21"] == "sent"
    assert states["IETF"] == "failed"
    assert states["ITU-T TSAG"] == "came back"
    assert states["World Metaverse Council"] == "handed over"
    page = ada.get(reverse("statement-recipients", args=[sent.pk]))
    for said in ("250 taken", "550 no such user", "ticket 4711", "in doubt"):
        assertContains(page, said)


def test_files_to_be_fetched_are_named_so(ada, sent):
    Desk.objects.update(attach_up_to_mb=0)
    assertContains(ada.get(reverse("statement-recipients", args=[sent.pk])), "JCA-MV-LS1.docx, to fetch")
