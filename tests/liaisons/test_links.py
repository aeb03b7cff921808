"""A link opens one thing for one purpose, for whom it was made, until when; and nobody can make one up."""

from datetime import timedelta

import pytest

from liaisons import links
from liaisons.models import Link

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(draft, now) -> Link:
    return links.issue("answer", addressee=draft.addressees.first(), email="sg21@example.org", now=now)


def test_a_token_opens_what_it_was_made_for(link, draft, now):
    opened = links.open(links.token(link.pk), now)
    assert (opened, opened.addressee) == (link, draft.addressees.first())


def test_the_address_of_a_link_fits_a_line_of_a_mail(link, settings):
    settings.SITE_URL = "https://liaise.example.org"
    link.pk = 1_234_567_890
    assert links.url(link).startswith("https://liaise.example.org/l/1234567890.")
    assert len(links.url(link)) <= 72


def test_nothing_secret_stands_in_the_database(link):
    seal = links.token(link.pk).partition(".")[2]
    assert seal not in str(Link.objects.values())


def test_the_seal_of_one_link_does_not_open_another(link, draft, now):
    other = links.issue("answer", addressee=draft.addressees.last(), email="tsag@example.org", now=now)
    seal = links.token(other.pk).partition(".")[2]
    with pytest.raises(links.Forged):
        links.open(f"{link.pk}.{seal}", now)


MADE_UP = [
    "", "x", "1", "1.", ".x", "0.{seal}", "-1.{seal}", "{pk}.{seal}x", "{pk}.{seal} ", "{pk}.", "0{pk}.{seal}",
    "{pk}.{short}", "{pk}\n.{seal}", "99999999999999999999.{seal}", "{pk}.{other}", "١.{seal}", "1٢.{seal}",
]  # fmt: skip


@pytest.mark.parametrize("change", MADE_UP)
def test_a_token_that_was_made_up_or_cut_off_is_refused(link, now, change):
    seal = links.token(link.pk).partition(".")[2]
    other = ("A" if seal[0] != "A" else "B") + seal[1:]
    with pytest.raises(links.Forged, match="Copy the whole line"):
        links.open(change.format(pk=link.pk, seal=seal, short=seal[:-1], other=other), now)


def test_a_token_of_a_link_that_is_not_there_is_refused(link, now):
    with pytest.raises(links.Lost):
        links.open(links.token(link.pk + 1), now)


def test_another_key_makes_other_tokens(link, now, settings):
    token = links.token(link.pk)
    settings.LINK_KEY = "another key"
    with pytest.raises(links.Forged):
        links.open(token, now)


def test_a_new_secret_key_breaks_no_link_that_is_in_a_letter(link, now, settings):
    token = links.token(link.pk)
    settings.SECRET_KEY = "another key"
    assert links.open(token, now) == link


def test_a_link_opens_until_it_expires(draft, now):
    week = now + timedelta(days=7)
    link = links.issue("answer", addressee=draft.addressees.first(), now=now, expires_at=week)
    assert links.open(links.token(link.pk), week - timedelta(microseconds=1)) == link
    with pytest.raises(links.Expired, match="expired"):
        links.open(links.token(link.pk), week)


def test_a_revoked_link_says_that_it_is_over_and_stays_revoked_since_the_first_time(link, now):
    assert links.revoke(Link.objects.all(), now) == 1
    assert links.revoke(Link.objects.all(), now + timedelta(days=1)) == 0
    with pytest.raises(links.Revoked, match="is over"):
        links.open(links.token(link.pk), now)
    assert Link.objects.get().revoked_at == now


def test_the_links_of_a_statements_addressees_are_those_and_no_others(link, draft, secretary, now):
    links.issue("approve", statement=draft, person=secretary.person, now=now)
    assert list(links.of_addressees(draft)) == [link]


def test_links_are_put_in_at_delivery_and_masked_before(link):
    text = f"Answer here:\n{links.placeholder(link)}\n"
    assert links.fill(text) == f"Answer here:\n{links.url(link)}\n"
    assert links.mask(text) == "Answer here:\n[the addressee's own link]\n"


def test_words_that_look_like_a_placeholder_get_no_link(link):
    written = links.defuse(f"See [[link:{link.pk}]].")
    assert links.token(link.pk) not in links.fill(written)


def test_who_comes_through_a_link_is_its_person_or_its_address(draft, secretary, now):
    named = links.issue("approve", statement=draft, person=secretary.person, now=now)
    actor = links.actor(named)
    assert (actor.kind, actor.person, actor.email, actor.link_id) == (
        "link", secretary.person, "sam@example.org", named.pk,
    )  # fmt: skip
    nobody = links.actor(links.issue("answer", addressee=draft.addressees.first(), email="sg21@example.org", now=now))
    assert (nobody.person, nobody.email) == (None, "sg21@example.org")


def test_words_that_came_back_hold_no_link_of_ours(link):
    own, url = links.token(link.pk), links.url(link)
    forged = f"https://liaise.example.org/l/{own[:-1]}{'A' if own[-1] != 'A' else 'B'}/"
    said = f"> Approve here:\n> {url}\n<{url}files/LS1.pdf/> no, /l/{own} and {forged}."
    assert links.hide(said) == f"> Approve here:\n> [a link]\n<[a link]> no, [a link] and {forged}."
