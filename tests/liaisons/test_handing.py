"""Letters by other ways than mail: through another body, by web form, by hand; and what is still to be handed over."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from contacts.actor import Actor
from contacts.models import Channel
from liaisons import handover
from liaisons.letter import Addressed
from liaisons.models import Addressee, Link, Message, Statement
from liaisons.texts.writing import begin
from liaisons.workflow import advance
from tests.fixtures import AFTER, NOW

pytestmark = pytest.mark.django_db
SOON = AFTER + timedelta(minutes=1)
WMC = "World Metaverse Council"


@pytest.fixture(autouse=True)
def _soon(time_machine):
    time_machine.move_to(SOON, tick=False)


@pytest.fixture
def signed_in(client, secretary):
    client.force_login(secretary)
    return client


def council(statement) -> Addressee:
    return statement.addressees.get(text=WMC)


def test_a_body_that_takes_letters_through_another_is_written_to_there(approved, groups, secretary):
    Channel.objects.create(group=groups[WMC], kind="via", via=groups["IETF"], attention="The liaison manager")
    assert not approved.addressees.unreachable().exists()
    sent = advance(approved, "send", by=Actor.of(secretary), seen=approved.revision_id, now=AFTER)
    message = Message.objects.of_dispatch(sent).get(addressee=council(sent))
    assert message.to == f'"IETF, for {WMC}" <ietf@example.org>'
    asked = f"To IETF: please pass this letter on to {WMC}, which takes letters through you."
    assert asked in " ".join(message.text.split())
    assert f"To:        {WMC}\n" in message.text
    assert "Attention: The liaison manager\n" in message.text
    assert message.why == f"{WMC} is addressed for action, and takes letters through IETF."
    others = Message.objects.of_dispatch(sent).exclude(pk=message.pk)
    assert not [other for other in others if "pass this letter on" in other.text]


def test_a_way_through_a_body_without_a_mailbox_is_no_way_of_mail(approved, groups):
    Channel.objects.create(group=groups[WMC], kind="via", via=groups["ITU-T"])
    assert [str(addressee) for addressee in approved.addressees.unreachable()] == [WMC]


@pytest.fixture
def only_to_council(desk, letter, groups, secretary, at_meeting) -> Statement:
    """Approved, and to one body alone."""
    alone = replace(letter, addressees=(Addressed(WMC, "action", WMC),))
    draft = begin(desk, alone, by=Actor.of(secretary), now=NOW)
    return advance(draft, "approve", by=Actor.of(secretary), seen=draft.revision_id, details=at_meeting, now=AFTER)


@pytest.mark.parametrize(
    ("channel", "copies"),
    [
        ({"kind": "web_form", "url": "https://forum.example.org/letters"}, 2),
        ({"kind": "by_hand"}, 2),
        ({"kind": "by_hand"}, 0),
    ],
)
def test_a_letter_that_goes_by_no_mail_at_all_is_sent_and_waits_to_be_handed_over(
    signed_in, only_to_council, groups, desk, channel, copies
):
    Channel.objects.create(group=groups[WMC], **channel)
    if not copies:
        desk.own_copy_rules = True
        desk.save()
    page = signed_in.get(reverse("statement-dispatch", args=[only_to_council.pk]))
    assertContains(page, "Send 2 mails" if copies else "No mail will leave.")
    assertContains(page, "hand the letter to those below")
    if copies:
        assertContains(page, "none of them to an addressee.")
        assertContains(page, "1 addressee, see below")
    signed_in.post(reverse("statement-send", args=[only_to_council.pk]), {"seen": only_to_council.revision_id})
    sent = Statement.objects.get(pk=only_to_council.pk)
    assert sent.state == "sent"
    mails = Message.objects.of_dispatch(sent)
    assert (mails.count(), mails.filter(addressee__isnull=False).count()) == (copies, 0)
    assert list(handover.waiting(desk)) == [council(sent)]
    assertNotContains(signed_in.get(reverse("desk")), "to the others")
    assertContains(signed_in.get(reverse("statement-dispatch", args=[sent.pk])), "1 addressee gets no mail.")


def test_a_letter_to_bodies_of_whom_nobody_knows_how_is_not_sent(signed_in, only_to_council):
    page = signed_in.get(reverse("statement-dispatch", args=[only_to_council.pk]))
    assertContains(page, "Give at least one of the groups a channel.")
    assertNotContains(page, reverse("statement-send", args=[only_to_council.pk]))


def test_the_letter_is_given_as_text_to_paste_with_its_length_and_files(signed_in, sent, groups):
    Channel.objects.create(group=groups[WMC], kind="web_form", url="https://forum.example.org/letters")
    page = signed_in.get(reverse("addressee-letter", args=[council(sent).pk]))
    [(_subject, subject), (_text, text)] = page.context["fields"]
    assert subject.startswith("JCA-MV-LS1, for action: LS on nominating")
    assert text.startswith("From:     JCA-MV, ")
    assert "Please answer to: secretariat@jca-mv.example.org\n" in text
    assert "JCA-MV asks your group" in text
    assert "/l/" not in text
    assert "[[" not in text
    assertContains(page, f"{len(text)} characters")
    assertContains(page, "https://forum.example.org/letters")
    assertContains(page, reverse("statement-word", args=[sent.pk]))


def test_the_text_to_paste_takes_a_link_to_answer_by(signed_in, sent, client):
    page = reverse("addressee-letter", args=[council(sent).pk])
    make = reverse("addressee-link", args=[council(sent).pk])
    assertContains(signed_in.get(page), make)
    for _twice in range(2):
        signed_in.post(make)
    [(_subject, _words), (_text, text)] = signed_in.get(page).context["fields"]
    [address] = re.findall(r"http://\S+(/l/\S+)", text)
    assert "Or write to: secretariat@jca-mv.example.org\n" in text
    assert Link.objects.filter(addressee=council(sent), email="").count() == 1
    assertContains(client.get(address), WMC)
    assertContains(signed_in.get(sent.get_absolute_url()), f"{WMC}: a link to answer by was made")


def test_no_link_is_made_for_a_statement_that_is_not_out(signed_in, approved):
    addressee = council(approved)
    signed_in.post(reverse("addressee-link", args=[addressee.pk]))
    assert not Link.objects.filter(addressee=addressee).exists()
    assertNotContains(signed_in.get(reverse("addressee-letter", args=[addressee.pk])), "link to answer by")


def test_it_is_noted_with_their_reference(signed_in, sent):
    addressee = council(sent)
    given = {"on": AFTER.date().isoformat(), "note": "web form", "reference": "4711"}
    signed_in.post(
        reverse("addressee-handover", args=[addressee.pk]),
        {f"addressee-{addressee.pk}-{name}": value for name, value in given.items()},
    )
    assert council(sent).posted_note == "web form; their reference: 4711"


def test_what_is_to_be_handed_over_waits_on_the_desk_until_it_is(signed_in, sent, desk, secretary):
    assert [str(row) for row in handover.waiting(desk)] == [WMC]
    letter = reverse("addressee-letter", args=[council(sent).pk])
    for page in (reverse("desk"), reverse("to-hand-over")):
        assertContains(signed_in.get(page), letter)
    Message.objects.of_dispatch(sent).filter(recipient="ietf@example.org").update(state="bounced")
    assert [str(row) for row in handover.waiting(desk)] == ["IETF", WMC]
    for addressee in handover.waiting(desk):
        handover.hand_over(addressee, AFTER.date(), "", by=Actor.of(secretary), now=SOON)
    assertContains(signed_in.get(reverse("to-hand-over")), "Nothing is to be handed over.")
    assertNotContains(signed_in.get(reverse("desk")), letter)


def test_before_it_is_out_nothing_is_to_be_handed_over(approved, desk):
    assert not handover.waiting(desk).exists()


def test_who_had_it_by_hand_is_listed_to_be_told_of_a_withdrawal(signed_in, sent, secretary):
    by = Actor.of(secretary)
    handover.hand_over(council(sent), AFTER.date(), "by hand", by=by, now=SOON)
    page = reverse("statement-dispatch", args=[sent.pk])
    assertNotContains(signed_in.get(page), "tell them yourself")
    advance(sent, "withdraw", by=by, seen=sent.revision_id, reason="An error.", now=SOON)
    shown = signed_in.get(page)
    assertContains(shown, "these had it by hand: tell them yourself")
    assert [str(addressee) for addressee in shown.context["to_be_told"]] == [WMC]
