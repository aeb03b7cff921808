"""The dispatch: what will leave, sending it once, taking it back, and what goes without mail."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from contacts.actor import Actor
from contacts.models import Channel, Desk, Person
from liaisons import handover
from liaisons.models import Addressee, Event, Link, Message, MessageFile, Statement
from liaisons.rules import Refused
from liaisons.texts.writing import rewrite
from liaisons.workflow import advance
from tests.fixtures import AFTER
from tests.pages import at

SOON = AFTER + timedelta(minutes=1)

pytestmark = pytest.mark.time_machine(SOON, tick=False)


@pytest.fixture
def signed_in(client, secretary):
    client.force_login(secretary)
    return client


def send(client, statement: Statement):
    return client.post(at("statement-send", statement.pk), {"seen": statement.revision_id})


# Before


def test_each_mail_is_shown_as_it_will_leave_and_nothing_is_stored(signed_in, approved):
    stored = (Message.objects.count(), Link.objects.count())
    page = signed_in.get(at("statement-dispatch", approved.pk))
    assert (Message.objects.count(), Link.objects.count()) == stored
    for name in ("ITU-T SG21", "IETF", "ITU-T TSAG"):
        assertContains(page, name)
    assertContains(page, "[the addressee&#x27;s own link]")
    assertContains(page, "JCA-MV-LS1.pdf")
    assertNotContains(page, "[[link:")
    assertNotContains(page, "/l/")


def test_one_mail_is_chosen_to_be_read_in_full(signed_in, approved):
    page = signed_in.get(f"{at('statement-dispatch', approved.pk)}?mail=1")
    assert page.context["shown"] == page.context["drafts"][1][0]
    for nonsense in ("x", "-1", "999999999", "99"):
        assert signed_in.get(f"{at('statement-dispatch', approved.pk)}?mail={nonsense}").status_code == 200


def test_a_correction_is_shown_with_the_notices_that_go_with_it(signed_in, sent, secretary, letter, at_meeting):
    by = Actor.of(secretary)
    Message.objects.filter(kind="send").update(state="sent", sent_at=AFTER)
    advance(sent, "correct", by=by, seen=sent.revision_id, reason="A wrong date.", now=SOON)
    correction = sent.corrections.get()
    shorter = replace(letter, addressees=letter.addressees[:1])
    revision = rewrite(correction, shorter, by=by, seen=correction.revision_id, now=SOON)
    advance(correction, "approve", by=by, seen=revision.pk, details=at_meeting, now=SOON)
    page = signed_in.get(at("statement-dispatch", correction.pk))
    shown = [(name, draft.message.recipient) for draft, name in page.context["drafts"]]
    assert shown[0] == ("ITU-T SG21", "sg21@example.org")
    assert {who for name, who in shown if name == "Notice of the correction"} == {
        "ietf@example.org",
        "tsag@example.org",
    }


def test_who_gets_no_mail_is_listed_with_how_it_takes_letters(signed_in, approved, groups):
    group = groups["World Metaverse Council"]
    Channel.objects.create(group=group, kind="web_form", url="https://forum.example.org/letters", note="Log in first.")
    page = signed_in.get(at("statement-dispatch", approved.pk))
    assertContains(page, "https://forum.example.org/letters")
    assertContains(page, "Log in first.")
    assert [str(row.addressee) for row in page.context["otherwise"]] == ["World Metaverse Council"]


def test_what_stands_against_sending_is_said(signed_in, circulated):
    page = signed_in.get(at("statement-dispatch", circulated.pk))
    assertContains(page, "It cannot be sent now")
    assertContains(page, "It is circulated")
    assertNotContains(page, at("statement-send", circulated.pk))


def test_a_chair_looks_and_does_not_send(client, approved, chair):
    client.force_login(chair)
    page = client.get(at("statement-dispatch", approved.pk))
    assertContains(page, "Sending belongs to the secretariat.")
    assertNotContains(page, at("statement-send", approved.pk))
    assertContains(send(client, approved), "belongs to other roles", status_code=400)
    assert Statement.objects.get().state == "approved"


@pytest.mark.parametrize(
    ("role", "status"), [("member", 403), ("rapporteur", 403), ("outsider", 403), ("other_secretary", 404)]
)
def test_others_do_not_see_it(client, approved, request, role, status):
    client.force_login(request.getfixturevalue(role))
    for name in ("statement-dispatch", "statement-send"):
        assert client.get(at(name, approved.pk), follow=True).status_code == status
    assert send(client, approved).status_code == status


# Sending


def test_it_is_sent_and_held(signed_in, approved):
    page = send(signed_in, approved)
    assertRedirects(page, at("statement-dispatch", approved.pk))
    page = signed_in.get(at("statement-dispatch", approved.pk))
    assertContains(page, "0 of 7")  # three addressees, contact and desk, two chairs
    assertContains(page, "The mails are held until 09:06")
    assertContains(page, at("statement-recall", approved.pk))
    assertContains(page, 'hx-trigger="every 5s"')


@pytest.mark.parametrize(("seconds", "left"), [(0, "5\xa0minutes"), (241, "less than a minute")])
def test_it_says_how_long_the_mails_are_held_still(signed_in, approved, seconds, left):
    send(signed_in, approved)
    with time_machine.travel(SOON + timedelta(seconds=seconds), tick=False):
        assertContains(signed_in.get(at("statement-dispatch", approved.pk)), f", {left} from now.")


def test_a_letter_that_is_withdrawn_is_to_be_handed_to_nobody(signed_in, sent, secretary):
    assertContains(signed_in.get(at("statement-dispatch", sent.pk)), "Hand them the letter as they take it")
    advance(sent, "withdraw", by=Actor.of(secretary), seen=sent.revision_id, reason="A mistake.", now=SOON)
    page = signed_in.get(at("statement-dispatch", sent.pk))
    assertContains(page, "It is withdrawn: hand it to nobody any more.")
    assertNotContains(page, "Hand them the letter as they take it")


def test_of_two_browsers_one_sends_and_the_other_is_told(signed_in, approved, secretary):
    assert send(signed_in, approved).status_code == 302
    count = Message.objects.filter(kind="send").count()
    page = send(signed_in, approved)
    assertContains(page, "It is sent: Sam Secretary took the step on", status_code=400)
    assert Message.objects.filter(kind="send").count() == count
    assert Event.objects.filter(verb="send").count() == 1


def test_who_saw_an_older_text_does_not_send(signed_in, approved):
    page = signed_in.post(at("statement-send", approved.pk), {"seen": approved.revision_id - 1})
    assert page.status_code == 409
    assert Statement.objects.get().state == "approved"
    assert signed_in.post(at("statement-send", approved.pk), {"seen": "x"}).status_code == 409


def test_only_looking_sends_nothing(signed_in, approved):
    assertRedirects(signed_in.get(at("statement-send", approved.pk)), at("statement-dispatch", approved.pk))
    assert Statement.objects.get().state == "approved"


def test_the_progress_counts_what_is_sent_and_stops_asking_when_all_is_done(signed_in, sent):
    first = Message.objects.filter(kind="send").first()
    Message.objects.filter(pk=first.pk).update(state="sent", sent_at=SOON, answer="250 taken")
    page = signed_in.get(at("statement-dispatch", sent.pk), headers={"HX-Request": "true"})
    assertNotContains(page, "<html")
    assertContains(page, "1 of 7")
    assertContains(page, "250 taken")
    assertContains(page, "hx-get")
    Message.objects.filter(kind="send").update(state="sent", sent_at=SOON)
    assertNotContains(signed_in.get(at("statement-dispatch", sent.pk)), "hx-get")


def test_it_is_taken_back_whole_while_it_is_held(signed_in, sent):
    page = signed_in.post(at("statement-recall", sent.pk), {"seen": sent.revision_id}, follow=True)
    assertContains(page, "The dispatch is taken back")
    assertContains(page, "The last dispatch was taken back")
    assert set(Message.objects.filter(kind="send").values_list("state", flat=True)) == {"cancelled"}
    assert Statement.objects.get().state == "approved"


def test_what_has_left_is_not_taken_back(signed_in, sent):
    Message.objects.filter(pk=Message.objects.filter(kind="send").first().pk).update(state="sent", sent_at=SOON)
    page = signed_in.post(at("statement-recall", sent.pk), {"seen": sent.revision_id})
    assertContains(page, "begun to leave", status_code=400)
    assertNotContains(signed_in.get(at("statement-dispatch", sent.pk)), 'id="recall"')
    assert Statement.objects.get().state == "sent"


def test_why_a_held_dispatch_cannot_be_taken_back_stands_where_the_button_was(signed_in, sent):
    sent.addressees.filter(text="World Metaverse Council").update(posted_at=AFTER)
    page = signed_in.get(at("statement-dispatch", sent.pk))
    assertContains(page, "The mails are held until")
    assertNotContains(page, 'id="recall"')
    assertContains(page, "They cannot all be taken back any more: It was handed over to somebody already.")


@pytest.mark.parametrize(("state", "buttons"), [("in_doubt", 2), ("failed", 1), ("sent", 0)])
def test_mails_in_doubt_and_failed_ones_wait_for_a_decision(signed_in, sent, state, buttons):
    message = Message.objects.filter(kind="send").first()
    Message.objects.filter(pk=message.pk).update(state=state, sent_at=SOON if state == "sent" else None)
    page = signed_in.get(at("statement-dispatch", sent.pk))
    content = page.content.decode()
    assert (at("message-send-again", message.pk) in content) + (at("message-arrived", message.pk) in content) == buttons


def test_sending_again_leads_back_to_the_dispatch(signed_in, sent):
    message = Message.objects.filter(kind="send").first()
    Message.objects.filter(pk=message.pk).update(state="failed")
    back = at("statement-dispatch", sent.pk)
    assertRedirects(signed_in.post(at("message-send-again", message.pk), {"next": back}), back)
    assert Message.objects.get(pk=message.pk).state == "queued"


def test_a_demo_that_refuses_real_mail_says_so(signed_in, sent, settings):
    settings.EMAIL_BACKEND = "liaisons.outbox.transport.SmtpBackend"
    Person.objects.update(demo=True)
    assertContains(signed_in.get(at("statement-dispatch", sent.pk)), "nothing is sent to a real mail server")


def test_the_preview_asks_the_database_as_often_for_three_addressees_as_for_one(signed_in, approved, groups):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert signed_in.get(at("statement-dispatch", approved.pk)).status_code == 200
        return len(asked)

    queries()  # the first one prints the page
    all_three = queries()
    groups["IETF"].channels.all().delete()
    groups["ITU-T TSAG"].channels.all().delete()
    assert queries() == all_three


def test_the_preview_asks_the_database_as_often_for_four_copies_as_for_one(signed_in, approved, desk):
    def queries(*, mails: int) -> int:
        with CaptureQueriesContext(connection) as asked:
            assertContains(signed_in.get(at("statement-dispatch", approved.pk)), f"<strong>{mails} mails</strong>")
        return len(asked)

    queries(mails=7)  # the first one prints the page
    with_four = queries(mails=3 + 4)
    Person.objects.filter(email__in=["chris@example.org", "kim@example.org"]).update(email="")
    Desk.objects.filter(pk=desk.pk).update(mailbox="sam@example.org")
    assert queries(mails=3 + 1) == with_four


def test_the_page_asks_the_database_as_often_for_three_addressees_as_for_one(signed_in, sent):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert signed_in.get(at("statement-dispatch", sent.pk)).status_code == 200
        return len(asked)

    all_three = queries()
    MessageFile.objects.all().delete()
    Message.objects.filter(addressee__isnull=False).exclude(addressee__text="IETF").delete()
    assert queries() == all_three


# By another way


@pytest.fixture
def council(sent) -> Addressee:
    return Addressee.objects.get(text="World Metaverse Council")


def hand(client, addressee: Addressee, on: str = "2025-10-28", note: str = "Web form, ticket 4711"):
    given = {f"addressee-{addressee.pk}-on": on, f"addressee-{addressee.pk}-note": note}
    return client.post(at("addressee-handover", addressee.pk), given)


def test_a_letter_handed_over_is_noted_with_day_and_reference(signed_in, council, secretary):
    assert hand(signed_in, council).status_code == 302
    council = Addressee.objects.get(pk=council.pk)
    assert (council.posted_at, council.posted_note) == (SOON, "Web form, ticket 4711")
    event = Event.objects.get(verb="hand_over")
    assert (event.addressee, event.person, event.data) == (council, secretary.person, {"on": "2025-10-28"})
    assert council.statement.state == Statement.objects.get().state == "sent"
    page = signed_in.get(at("statement-dispatch", council.statement_id))
    assertContains(page, "28 October 2025")
    assertContains(page, "Web form, ticket 4711")


@pytest.mark.parametrize(
    ("on", "says"),
    [("2025-10-29", "is still to come"), ("2025-10-27", "was approved on 28 October 2025"), ("", "required")],
)
def test_a_day_that_cannot_be_is_refused_and_what_was_typed_stays(signed_in, council, on, says):
    page = hand(signed_in, council, on)
    assertContains(page, says, status_code=400)
    assertContains(page, 'value="Web form, ticket 4711"', status_code=400)
    council = Addressee.objects.get(pk=council.pk)
    assert council.posted_at is None


def test_a_line_break_is_refused_in_the_note(signed_in, council):
    assert hand(signed_in, council, note="one\r\ntwo").status_code == 400


@pytest.mark.parametrize(("role", "status"), [("chair", 403), ("member", 403), ("other_secretary", 404)])
def test_only_the_secretariat_notes_it(client, council, request, role, status):
    client.force_login(request.getfixturevalue(role))
    assert hand(client, council).status_code == status


def test_the_rule_holds_without_a_page(council, chair):
    with pytest.raises(Refused, match="noted by the secretariat"):
        handover.hand_over(council, date(2025, 10, 28), "", by=Actor.of(chair), now=SOON)


def test_nothing_is_handed_over_before_it_is_sent(approved, secretary):
    addressee = approved.addressees.get(text="IETF")
    with pytest.raises(Refused, match="nothing is handed over now"):
        handover.hand_over(addressee, date(2025, 10, 28), "", by=Actor.of(secretary), now=SOON)


def test_the_day_of_a_letter_noted_later_is_a_day_in_geneva(council, secretary):
    with time_machine.travel(SOON + timedelta(days=3), tick=False):
        later = SOON + timedelta(days=3)
        row = handover.hand_over(council, date(2025, 10, 29), "By hand", by=Actor.of(secretary), now=later)
    assert row.posted_at.isoformat() == "2025-10-29T12:00:00+01:00"


def test_a_letter_that_failed_by_mail_can_be_handed_over(signed_in, sent):
    Message.objects.filter(addressee__text="IETF").update(state="failed")
    page = signed_in.get(at("statement-dispatch", sent.pk))
    assert [str(row.addressee) for row in page.context["otherwise"]] == ["IETF", "World Metaverse Council"]


def test_a_letter_that_was_given_up_can_be_handed_over_and_is_counted(signed_in, sent):
    Message.objects.filter(addressee__text="IETF").update(state="given_up")
    page = signed_in.get(at("statement-dispatch", sent.pk))
    assert [str(row.addressee) for row in page.context["otherwise"]] == ["IETF", "World Metaverse Council"]
    assertContains(page, "1 given up")


def test_who_got_no_mail_stays_as_it_was_at_the_dispatch(signed_in, council):
    """Channels come and go afterwards: that moves no letter that has left."""
    Channel.objects.filter(email="ietf@example.org").delete()
    Channel.objects.create(group=council.group, kind="mail", email="wmc@example.org")
    page = signed_in.get(at("statement-dispatch", council.statement_id))
    assert [row.addressee for row in page.context["otherwise"]] == [council]
