"""Several comments on one text, entered as rows of one form."""

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from contacts.actor import Actor
from liaisons.models import Comment, Link, Message
from liaisons.workflow import advance
from tests.fixtures import NOW
from tests.pages import at

ROWS = {
    "count": "3",
    "kind-0": "editorial", "clause-0": "Paragraph 1", "text-0": "Comma.", "proposed-0": "Ours, too.",
    "kind-2": "objection", "clause-2": "Annex", "text-2": "Not ours.",
}  # fmt: skip

pytestmark = pytest.mark.time_machine(NOW, tick=False)


@pytest.fixture
def circulation(circulated):
    return circulated.circulation


@pytest.fixture
def address(circulation):
    return reverse("circulation-several", args=[circulation.pk])


def test_a_member_says_two_things_at_once_and_an_empty_row_is_nothing(client, circulation, address, member):
    client.force_login(member)
    assertContains(client.get(reverse("circulation", args=[circulation.pk])), f'href="{address}"')
    assertContains(client.get(address), 'name="text-2"')
    assertContains(client.post(address, ROWS, follow=True), "2 comments are kept.")
    first, second = Comment.objects.order_by("pk")
    assert (first.kind, first.clause, first.text, first.proposed, first.way) == (
        "editorial", "1", "Comma.", "Ours, too.", "page",
    )  # fmt: skip
    assert (second.kind, second.clause, second.text) == ("objection", "Annex", "Not ours.")
    assert (second.came_with, second.author, second.late) == (first, member.person, False)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"clause-0": "99"}, "The text has no paragraph 99"),
        ({"kind-1": "", "text-1": "A word."}, "Say what it is."),
        ({"text-2": " "}, "Write what you want to say."),
        ({"text-2": " ", "proposed-2": "Nothing."}, "Write what you want to say."),
        ({"kind-1": "praise"}, "Select a valid choice."),
    ],
)
def test_what_was_typed_stays_when_one_row_is_wrong(client, address, member, wrong, sentence):
    client.force_login(member)
    page = client.post(address, ROWS | wrong)
    assertContains(page, sentence, status_code=400)
    assertContains(page, "Ours, too.", status_code=400)
    assertContains(page, 'value="Annex"', status_code=400)
    assert not Comment.objects.exists()


@pytest.mark.parametrize("given", [{}, {"count": "3"}, {"count": "x", "kind-0": ""}])
def test_nothing_at_all_is_refused(client, address, member, given):
    client.force_login(member)
    assert client.post(address, given).status_code == 400
    assert not Comment.objects.exists()


def test_more_rows_are_asked_for_without_a_script(client, address, member):
    client.force_login(member)
    page = client.post(address, ROWS | {"text-2": "", "more": "1"})
    assertContains(page, 'name="text-5"')
    assertContains(page, 'name="count" value="6"')
    assertContains(page, "Ours, too.")
    assertNotContains(page, "Write what you want to say.")
    assert not Comment.objects.exists()
    assertNotContains(client.post(address, {"count": "999", "more": "1"}), 'name="text-50"')


def test_a_stranger_confirms_all_of_them_with_one_mail(client, listlink):
    address = at("link-several", listlink)
    assertContains(client.get(at("link", listlink)), f'href="{address}"')
    assertContains(client.post(address, ROWS), "Your e-mail", status_code=400)
    page = client.post(address, ROWS | {"name": "Dee", "email": "dee@example.org"}, follow=True)
    assertContains(page, "We have sent a mail to dee@example.org.")
    [asks] = Message.objects.filter(kind="confirm")
    assert asks.recipient == "dee@example.org"
    assert not Comment.objects.counted().exists()
    client.post(at("link-confirm", Link.objects.get(purpose="confirm")))
    assert [(row.name, row.way) for row in Comment.objects.counted()] == [("Dee", "link"), ("Dee", "link")]


def test_after_its_end_nothing_is_taken(client, circulated, address, member, secretary):
    advance(circulated, "revise", by=Actor.of(secretary), seen=circulated.revision_id, reason="A slip.", now=NOW)
    client.force_login(member)
    assertContains(client.get(address), "It is too late for that")
    assertContains(client.post(address, ROWS), "It is too late for that", status_code=400)
    assert not Comment.objects.exists()
