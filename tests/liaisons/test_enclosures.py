"""Files of a mail that are attached or, where they are more than the desk attaches, fetched; and where answers go."""

import re
from email.utils import parseaddr

import pytest

from contacts.models import Desk
from liaisons import links, mail, renditions, reply_tokens
from liaisons.models import Message
from liaisons.outbox import compose, enclosures
from tests.fixtures import AFTER, NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(sent):
    renditions.make_missing()
    return sent


def leaving(statement, key: str):
    """Its text, its HTML and the names of its files, as it leaves."""
    message = Message.objects.of_dispatch(statement).filter(key__startswith=key).order_by("pk").first()
    composed = compose(message, AFTER)
    [page] = [alternative.content for alternative in composed.alternatives]
    return composed.body, page, [name for name, _content, _type in composed.attachments]


def test_files_are_attached_and_nothing_is_said_of_fetching_them(made):
    text, page, files = leaving(made, "send:")
    assert files == ["JCA-MV-LS1.pdf", "JCA-MV-LS1.docx"]
    assert "do not travel" not in text + page
    assert "[[" not in text + page


@pytest.mark.parametrize("up_to", [0, 1])
def test_files_that_are_more_than_the_desk_attaches_are_fetched_by_the_own_link(made, up_to, monkeypatch):
    Desk.objects.update(attach_up_to_mb=up_to)
    monkeypatch.setattr("liaisons.outbox.enclosures.MEGABYTE", 1000)
    text, page, files = leaving(made, "send:")
    own = links.url(made.addressees.first().links.get())
    assert files == []
    assert f") do not travel with this mail. Fetch them here:\n{own}\nThe link holds until 30 January 2027.\n" in text
    assert text.count(own) == 2
    assert f'<a href="{own}">' in page
    for form in (text, page):
        assert "JCA-MV-LS1.pdf" in form
        assert " MB)" in form
        assert "[[" not in form


def test_a_copy_names_the_public_address_of_the_files(made):
    Desk.objects.update(attach_up_to_mb=0)
    text, _page, files = leaving(made, "copy:")
    assert files == []
    assert "http://localhost:8000/statements/2025-2028/JCA-MV-LS1/\nThis address stays.\n" in text
    assert "/l/" not in text


def test_chairs_and_the_list_fetch_them_by_their_links(circulated, chair):
    drafts = mail.to_list(circulated.circulation, NOW) + mail.ask_approval(circulated.circulation, [chair.person], NOW)
    for draft, holds in zip(drafts, ("as long as this text circulates", "until 10 January 2026"), strict=True):
        text = enclosures.settle(draft.message.text, 12_000_000, attached=False)
        [own] = set(re.findall(r"\[\[link:\d+\]\]", text))
        assert (
            f"The files (12.0 MB) do not travel with this mail. Fetch them here:\n{own}\nThe link holds {holds}."
            in text
        )


def test_a_mail_that_does_not_say_how_to_fetch_its_files_carries_them(made):
    Desk.objects.update(attach_up_to_mb=0)
    Message.objects.update(text="Text.\n", html="")
    message = Message.objects.of_dispatch(made).first()
    assert len(compose(message, AFTER).attachments) == 2


@pytest.mark.parametrize("takes_tokens", [True, False])
def test_answers_go_to_the_mailbox_with_a_token_where_it_takes_one(made, takes_tokens):
    Desk.objects.update(subaddressing=takes_tokens)
    message = Message.objects.of_dispatch(made).first()
    [address] = compose(message, AFTER).reply_to
    assert address.endswith("@jca-mv.example.org")
    assert reply_tokens.read(address) == (message.pk if takes_tokens else None)
    assert parseaddr(address)[1] == address
