"""Two people at one draft: each reads who else has it open, and of what both wrote nothing is lost."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from contacts.actor import Actor
from liaisons.letter import Addressed, Contact, Letter
from liaisons.models import Editing, Meeting, Statement
from liaisons.texts import editing
from liaisons.texts.merging import Merged, merge
from liaisons.texts.writing import rewrite
from liaisons.workflow import advance
from tests.fixtures import NOW
from tests.liaisons.drafting.form import fields

BEFORE = Letter(
    title="LS on avatars",
    source="JCA-MV",
    body="<p>One</p><p>Two</p><p>Three</p><p>Four</p>",
    abstract="First.\nSecond.\nThird.\nFourth.",
    addressees=(Addressed("IETF", "action"), Addressed("W3C", "information")),
    contacts=(Contact("Sam", "TSB", "Switzerland", "", "sam@example.org"),),
)


def merged(theirs: dict, mine: dict) -> Merged:
    return merge(BEFORE, replace(BEFORE, **theirs), replace(BEFORE, **mine))


def test_what_only_the_other_changed_comes_over() -> None:
    done = merged({"title": "LS on worlds", "contacts": ()}, {"questions": "3/21"})
    assert done == Merged(
        replace(BEFORE, title="LS on worlds", contacts=(), questions="3/21"), ("Title", "Contacts"), ()
    )


def test_what_both_changed_stays_as_typed_and_is_named() -> None:
    done = merged({"title": "LS on worlds", "ref": "TD1"}, {"title": "LS on twins"})
    assert (done.letter.title, done.letter.ref, done.taken, done.both) == ("LS on twins", "TD1", ("Ref.",), ("Title",))


def test_the_same_change_twice_is_none() -> None:
    assert merged({"title": "LS on worlds"}, {"title": "LS on worlds"}) == Merged(
        replace(BEFORE, title="LS on worlds"), (), ()
    )


def body(*paragraphs: str) -> str:
    return "".join(f"<p>{text}</p>" for text in paragraphs)


@pytest.mark.parametrize(
    ("theirs", "mine", "both"),
    [
        (["1", "Two", "Three", "Four"], ["One", "Two", "3", "Four"], ["1", "Two", "3", "Four"]),
        (["Two", "Three", "Four"], ["One", "Two", "Three", "Four", "5"], ["Two", "Three", "Four", "5"]),
        (["1", "Two", "Three", "Four"], ["One", "2", "Three", "Four"], None),
        (["0", "One", "Two", "Three", "Four"], ["00", "One", "Two", "Three", "Four"], None),
    ],
    ids=["apart", "one went, one came", "side by side", "at the same place"],
)
def test_paragraphs_of_a_body_are_joined_where_they_do_not_meet(theirs, mine, both) -> None:
    done = merged({"body": body(*theirs)}, {"body": body(*mine)})
    assert (done.letter.body, done.both) == ((body(*both), ()) if both else (body(*mine), ("Body",)))


def test_lines_of_an_abstract_are_joined_likewise() -> None:
    done = merged({"abstract": "1.\nSecond.\nThird.\nFourth."}, {"abstract": "First.\nSecond.\nThird.\n4."})
    assert done.letter.abstract == "1.\nSecond.\nThird.\n4."


def test_addressees_of_one_purpose_are_one_part() -> None:
    mine = (*BEFORE.addressees, Addressed("OGC", "information"))
    done = merged({"addressees": (Addressed("3GPP", "action"), BEFORE.addressees[1])}, {"addressees": mine})
    assert [one.text for one in done.letter.addressees] == ["3GPP", "W3C", "OGC"]
    assert done.taken == ("For action",)


@pytest.fixture
def writer(client, secretary) -> Client:
    client.force_login(secretary)
    return client


def test_saved_twice_both_authors_words_are_in_the_text(writer, draft, letter, rapporteur) -> None:
    address = f"/statements/{draft.pk}/edit/"
    given = {**fields(writer.get(address)), "title": "LS on mine"}
    rewrite(draft, replace(letter, ref="TD 7"), by=Actor.of(rapporteur), seen=draft.revision_id, now=NOW)
    refused = writer.post(address, given)
    assertContains(refused, "Your changes do not meet. Look at the form below, then save.", status_code=409)
    assertContains(refused, "with what only Ray Rapporteur changed (Ref.).", status_code=409)
    assert writer.post(address, fields(refused)).status_code == 302
    letter = Statement.objects.get().revision.letter
    assert (letter.title, letter.ref) == ("LS on mine", "TD 7")


def test_the_meeting_that_the_other_named_stays(writer, draft, letter, rapporteur, meeting) -> None:
    address = f"/statements/{draft.pk}/edit/"
    given = {**fields(writer.get(address)), "title": "LS on mine"}
    rewrite(draft, letter, by=Actor.of(rapporteur), seen=draft.revision_id, now=NOW, meeting=meeting)
    refused = writer.post(address, given)
    assertContains(refused, "with what only Ray Rapporteur changed (Prepared at).", status_code=409)
    writer.post(address, fields(refused))
    revision = Statement.objects.get().revision
    assert (revision.title, revision.meeting) == ("LS on mine", meeting)


def test_an_editorial_change_and_a_revision_keep_the_meeting(writer, draft, letter, secretary, meeting) -> None:
    by = Actor.of(secretary)
    named = rewrite(draft, letter, by=by, seen=draft.revision_id, now=NOW, meeting=meeting)
    advance(draft, "circulate", by=by, seen=named.pk, now=NOW)
    address = f"/statements/{draft.pk}/amend/"
    writer.post(address, {**fields(writer.get(address)), "title": "LS on worlds", "reason": "A word."})
    amended = Statement.objects.get()
    assert (amended.revision.title, amended.revision.meeting) == ("LS on worlds", meeting)
    revised = advance(amended, "revise", by=by, seen=amended.revision_id, now=NOW, reason="More.")
    assert revised.revision != amended.revision
    assert revised.revision.meeting == meeting


def test_where_both_named_a_meeting_the_page_says_so(writer, draft, letter, rapporteur, meeting) -> None:
    address = f"/statements/{draft.pk}/edit/"
    theirs = Meeting.objects.create(group=meeting.group, starts_on=NOW.date(), ends_on=NOW.date(), name="Theirs")
    given = {**fields(writer.get(address)), "meeting": str(meeting.pk)}
    rewrite(draft, letter, by=Actor.of(rapporteur), seen=draft.revision_id, now=NOW, meeting=theirs)
    refused = writer.post(address, given)
    assertContains(refused, "You both changed: Prepared at.", status_code=409)
    assert fields(refused)["meeting"] == str(meeting.pk)


def test_from_a_revision_that_nobody_knows_nothing_is_taken_for_unchanged(writer, draft, letter, rapporteur) -> None:
    """A page that was open over a restore, say: what somebody else wrote must not go as if it had met nothing."""
    address = f"/statements/{draft.pk}/edit/"
    given = {**fields(writer.get(address)), "title": "LS on mine", "seen": "999999"}
    rewrite(draft, replace(letter, ref="TD 7"), by=Actor.of(rapporteur), seen=draft.revision_id, now=NOW)
    refused = writer.post(address, given)
    assertContains(refused, "Which revision you began with is not known any more", status_code=409)
    assertContains(refused, "What Ray Rapporteur saved is different there (Title, Ref.)", status_code=409)
    assertNotContains(refused, "Your changes do not meet", status_code=409)


def test_who_opens_a_draft_reads_who_has_it_open(writer, draft, rapporteur, time_machine) -> None:
    time_machine.move_to(NOW, tick=False)
    address = f"/statements/{draft.pk}/edit/"
    assertNotContains(writer.get(address), "has this draft open")
    theirs = Client()
    theirs.force_login(rapporteur)
    assertContains(theirs.get(address), "Sam Secretary has this draft open too.")
    told = writer.post(f"/statements/{draft.pk}/editing/")
    assertContains(told, "Ray Rapporteur has this draft open too.")
    time_machine.move_to(NOW + editing.GONE_AFTER, tick=False)
    assertNotContains(writer.post(f"/statements/{draft.pk}/editing/"), "has this draft open")


def test_an_open_page_says_so_more_often_than_it_counts_as_gone(writer, draft) -> None:
    page = writer.get(f"/statements/{draft.pk}/edit/").content.decode()
    assert 'hx-trigger="every 30s"' in page
    assert timedelta(seconds=30) * 3 < editing.GONE_AFTER


def test_who_has_saved_has_it_open_no_more(writer, draft, time_machine) -> None:
    time_machine.move_to(NOW, tick=False)
    address = f"/statements/{draft.pk}/edit/"
    writer.post(address, {**fields(writer.get(address)), "title": "LS on mine"})
    assert not Editing.objects.exists()
