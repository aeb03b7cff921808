"""After a restore hundreds of mails wait for a word: it is said of many at once, and of each by itself."""

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from liaisons.models import Event, Message
from liaisons.views import deciding
from tests.fixtures import AFTER
from tests.liaisons.looking import leaves, look
from tests.liaisons.outgoing import a_message, states
from tests.pages import at

pytestmark = [pytest.mark.postgres, pytest.mark.time_machine(AFTER, tick=False)]


@pytest.fixture
def signed_in(client, secretary):
    client.force_login(secretary)
    return client


@pytest.fixture
def stuck(desk) -> list[Message]:
    return [
        Message.objects.create(**fields_of(a_message(desk, AFTER, name)), state="in_doubt") for name in ("a", "b", "c")
    ]


def fields_of(message: Message) -> dict[str, object]:
    names = ("desk", "kind", "key", "message_id", "sender", "to", "recipient", "subject", "text", "queued_at")
    return {**{name: getattr(message, name) for name in names}, "not_before": message.not_before}


def decide(client, *ticked: Message, decision: str, **given: str):
    typed = {"state": "in_doubt", "decision": decision, "ticked": [one.pk for one in ticked], **given}
    return client.post(at("outbox-decide"), typed, follow=True)


@pytest.mark.parametrize(
    ("decision", "state", "told"),
    [
        ("arrived", "sent", "2 mails: noted, they have arrived."),
        ("send-again", "queued", "2 mails leave once more."),
        ("give-up", "given_up", "2 mails are not sent."),
    ],
)
def test_what_is_said_of_those_that_are_ticked_leaves_the_others(signed_in, desk, stuck, decision, state, told):
    page = decide(signed_in, *stuck[:2], decision=decision, reason="By the log.")
    assertContains(page, told)
    assert states(desk) == {state: 2, "in_doubt": 1}
    assert Event.objects.filter(verb=decision.replace("arrived", "mark_arrived").replace("-", "_")).count() == 2


def test_it_is_said_of_all_on_every_page(signed_in, desk, other_desk, stuck):
    Message.objects.create(**fields_of(a_message(other_desk, AFTER, "theirs")), state="in_doubt")
    decide(signed_in, decision="arrived", every="on")
    assert states(desk) == {"sent": 3}
    assert states(other_desk) == {"in_doubt": 1}


def test_what_stands_otherwise_by_now_is_left_as_it_is(signed_in, desk, stuck):
    Message.objects.filter(pk=stuck[0].pk).update(state="sent")
    decide(signed_in, *stuck, decision="give-up", reason="Nobody reads it.")
    assert states(desk) == {"sent": 1, "given_up": 2}


def test_why_a_mail_was_not_sent_again_is_told_once_for_all_of_them(signed_in, sent):
    Message.objects.of_dispatch(sent).update(state="in_doubt", round=0)
    count = Message.objects.filter(kind="send", state="in_doubt").count()
    page = decide(signed_in, decision="send-again", every="on")
    assertContains(page, f"{count} mails: What this mail is about no longer stands")
    assert set(Message.objects.filter(kind="send").values_list("state", flat=True)) == {"in_doubt"}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"decision": "arrived"}, "Tick the mails that this is said of."),
        ({"decision": "give-up", "every": "on"}, "Say why they are not to be sent."),
        ({"decision": "arrived", "state": "failed", "every": "on"}, "That cannot be said of these mails."),
    ],
)
def test_what_cannot_be_decided_changes_nothing_and_says_why(signed_in, desk, stuck, given, sentence):
    Message.objects.filter(pk=stuck[0].pk).update(state="failed")
    before = states(desk)
    page = signed_in.post(at("outbox-decide"), {"state": "in_doubt", **given})
    assertContains(page, sentence, status_code=400)
    assert states(desk) == before


def test_what_leaves_again_is_seen_before(signed_in, stuck):
    given = {"state": "in_doubt", "decision": "send-again", "ticked": stuck[1].pk}
    page = look(signed_in, at("outbox-decide-mails"), given)
    assert [draft.message.recipient for draft in page.context["drafts"]] == [stuck[1].recipient]
    leaves(signed_in, page, given)
    assert [Message.objects.get(pk=one.pk).state for one in stuck] == ["in_doubt", "queued", "in_doubt"]


def test_the_ticks_are_still_there_when_something_is_missing(signed_in, stuck):
    page = signed_in.post(
        at("outbox-decide"), {"state": "in_doubt", "decision": "give-up", "ticked": [stuck[1].pk, "x", "9" * 30]}
    )
    assertContains(page, " checked ", count=1, status_code=400)
    assertContains(page, f'value="{stuck[1].pk}" form="several" checked', status_code=400)


def test_what_takes_too_long_goes_on_with_the_next_press(signed_in, desk, stuck, monkeypatch):
    monkeypatch.setattr(deciding, "WITHIN_SECONDS", -1.0)
    assertContains(decide(signed_in, decision="arrived", every="on"), "3 mails are left. Press once more.")
    assert states(desk) == {"in_doubt": 3}


def test_only_the_secretariat_is_asked(client, administrator, signed_in, stuck):
    assertContains(signed_in.get(f"{at('outbox')}?state=in_doubt"), "They have arrived")
    assertNotContains(signed_in.get(at("outbox")), "They have arrived")
    client.force_login(administrator)
    assertNotContains(client.get(f"{at('outbox')}?state=in_doubt"), "They have arrived")
