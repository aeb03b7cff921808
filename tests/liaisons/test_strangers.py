"""Who comments by the link of a list may type any name: it is shown as typed, and not as that of somebody we know."""

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from contacts.actor import Actor
from contacts.models import Group
from liaisons import comments, housekeeping
from liaisons.models import Comment, Event, Link, Message
from liaisons.overviews import history, remarks
from tests.fixtures import AFTER, NOW
from tests.pages import at

pytestmark = pytest.mark.time_machine(NOW, tick=False)

STRANGER = {"name": "Chris Chair", "email": "somebody@example.net", "group_text": "ITU-T SG21"}
AS_GIVEN = "Chris Chair (as given; not known here)"


def say(client, listlink, **said) -> Comment:
    """Comment by the link of the list, and confirm it from the mailbox of the address that was given."""
    given = {"kind": "technical", "text": "Why?", **STRANGER, **said}
    assertContains(client.post(at("link-comment", listlink), given, follow=True), "We have sent a mail to")
    confirms = Link.objects.filter(purpose="confirm").latest("pk")
    client.post(at("link-confirm", confirms))
    return Comment.objects.latest("pk")


def words(mail: Message) -> str:
    return " ".join(mail.text.split())


def test_the_form_says_so(client, listlink):
    assertContains(client.get(at("link", listlink)), "It is shown as you give it, unless the desk knows your address.")


def test_pages_show_the_name_as_given(client, listlink, chair):
    row = say(client, listlink)
    assert row.author is None
    for address in (at("link", listlink), at("link-table", listlink)):
        page = client.get(address)
        assertContains(page, AS_GIVEN)
        assertContains(page, "ITU-T SG21 (as given)")
        assertNotContains(page, STRANGER["email"])
    client.force_login(chair)
    for name in ("circulation", "circulation-table", "circulation-dispose"):
        page = client.get(reverse(name, args=[row.circulation_id]))
        assertContains(page, AS_GIVEN)
        assertContains(page, "ITU-T SG21 (as given)")
    assertContains(client.get(f"/statements/{row.circulation.statement_id}/", follow=True), AS_GIVEN)


def test_who_decides_sees_the_address_that_was_confirmed(client, listlink, secretary, member):
    row = say(client, listlink)
    address = reverse("circulation", args=[row.circulation_id])
    client.force_login(secretary)
    assertContains(client.get(address), 'href="mailto:somebody@example.net"')
    client.force_login(member)
    assertNotContains(client.get(address), STRANGER["email"])


def test_files_and_mails_show_the_name_as_given(client, listlink, chair, secretary):
    row = say(client, listlink)
    circulation = row.circulation
    table = remarks.table(circulation, remarks.lines(circulation, []))
    assert table.rows[0][1].startswith(f"{AS_GIVEN}\nITU-T SG21 (as given)\n")
    [told] = history.told(Event.objects.filter(verb="confirm"))
    assert told.who == AS_GIVEN
    circulation.distribute(NOW)
    housekeeping.keep_house(AFTER)
    mail = Message.objects.get(kind="approve", person=chair.person)
    assert f"– {AS_GIVEN}, ITU-T SG21 (as given), technical comment: Why?" in words(mail)


def test_an_objection_names_its_author_as_given(client, listlink, chair):
    say(client, listlink, kind="objection")
    housekeeping.keep_house(AFTER)
    stopped = Message.objects.get(key__startswith="stopped:", person=None)
    assert f"– {AS_GIVEN}, ITU-T SG21 (as given), objection: Why?" in words(stopped)
    client.force_login(chair)
    assertContains(client.get(f"/statements/{listlink.circulation.statement_id}/", follow=True), f"{AS_GIVEN} objects.")


def test_somebody_known_by_their_address_is_shown_under_their_own_name(client, listlink, member, groups):
    row = say(client, listlink, email="MEL@example.org")
    assert (row.author, row.name) == (member.person, "Chris Chair")
    page = client.get(at("link", listlink))
    assertContains(page, "Mel Member")
    assertContains(page, "ITU-T SG21 (as given)")
    assertNotContains(page, "Chris Chair")
    member.person.appointments.update(represents=Group.objects.get(designation="ITU-T SG21"))
    row = comments.comment(row.circulation, by=Actor.of(member), kind="support", now=NOW)
    assert (row.who, row.speaks_for) == ("Mel Member", "ITU-T SG21")


def test_their_link_tells_what_became_of_the_comment(client, listlink, secretary):
    row = say(client, listlink)
    confirms = Link.objects.get(purpose="confirm")
    assertContains(client.get(at("link", confirms)), "You get a mail when the secretariat has dealt with it.")
    comments.dispose(row, "referred", seen=row.standing, text="In May.", by=Actor.of(secretary), now=NOW)
    page = client.get(at("link", confirms))
    assertContains(page, "<strong>Referred to the next meeting</strong>: In May.")
    assertNotContains(page, "You get a mail")
    told = Message.objects.get(key__startswith="disposed:")
    assert "The document in the register, for those with an account:" in told.text
    listlink.circulation.statement.circulations.update(ended_at=NOW)
    assertContains(client.get(at("link", confirms)), "This text is not before the list any more.")
