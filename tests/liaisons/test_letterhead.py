"""Administrators set emblem and name for an organization above their desk; letters made before keep theirs."""

from dataclasses import replace
from datetime import date
from html import unescape

import pytest
from django.db import connection
from django.urls import reverse
from lxml import html

from contacts.actor import Actor
from contacts.models import Appointment, Desk, Person, User
from liaisons import renditions, sheets
from liaisons.documents import renderer
from liaisons.documents.leaves import Leaves
from liaisons.documents.rendered import Rendered
from liaisons.forms.uploads import Upload
from liaisons.letter import ENGLISH_ORGANIZATION
from liaisons.mail import approving
from liaisons.models import Blob, Circulation, Event, Letterhead, MessageFile, Rendition
from liaisons.workflow import advance
from tests.fixtures import AFTER, somebody
from tests.liaisons.test_pictures import drawn, file

ADDRESS = "/settings/letterhead/"


@pytest.fixture
def asked(monkeypatch):
    """The sheets that were printed; each page is a small picture."""
    sheets_asked = []

    def render(sheet, kind, *, timeout=20.0):
        sheets_asked.append(sheet)
        return Rendered(Leaves((drawn(),), 1).to_bytes())

    monkeypatch.setattr(renderer, "render", render)
    return sheets_asked


@pytest.fixture
def keeper(client, desk, asked):
    client.force_login(somebody("Ada Admin", "ada@example.org", desk, "administrator"))
    return client


@pytest.fixture
def above(keeper, groups):
    """The address of the letterhead of ITU-T, where the keeper is an administrator too."""
    Appointment.objects.create(
        person=Person.objects.get(email="ada@example.org"), group=groups["ITU-T"], role="administrator"
    )
    return f"{ADDRESS}?of={groups['ITU-T'].pk}"


def words(response) -> str:
    return unescape(" ".join(html.fromstring(response.content.decode()).text_content().split()))


def test_what_is_set_heads_the_letters_from_now_on(keeper, approved, groups, asked):
    before = sheets.masthead_of(approved)
    answer = keeper.post(ADDRESS, {"emblem": file(), "lines": " INTERNATIONAL UNION \r\n\r\nSECTOR  ONE"})
    assert answer.headers["Location"] == f"{ADDRESS}?of={groups['JCA-MV'].pk}"
    head = Letterhead.objects.get()
    assert (head.organization, head.lines) == (groups["JCA-MV"], "INTERNATIONAL UNION\nSECTOR ONE")
    now = sheets.masthead_of(approved)
    assert (before.emblem, before.organization) == ("", ENGLISH_ORGANIZATION)
    assert (now.emblem, now.organization) == (head.emblem.sha256, ("INTERNATIONAL UNION", "SECTOR ONE"))
    event = Event.objects.get(verb="settings")
    assert event.private
    assert event.data["letterhead"] == [
        {"emblem": "", "lines": ""},
        {"emblem": head.emblem.sha256, "lines": "INTERNATIONAL UNION\nSECTOR ONE"},
    ]


@pytest.fixture
def change(desk, groups):
    """Set everything that stands around a letter anew."""

    def set_anew():
        Letterhead.objects.create(organization=groups["ITU-T"], lines="NEW UNION")
        settings = {"questions_label": "Study item(s):", "capitals": True, "word_inside": True}
        assert Desk.objects.filter(pk=desk.pk).update(**settings) == 1

    return set_anew


def test_what_was_sent_stays_as_it_was_printed(client, sent, member, asked, change):
    before = sheets.masthead_of(sent)
    change()
    assert client.get(f"/statements/{sent.pk}/pdf/").status_code == 200
    assert "NEW UNION" not in words(client.get(sent.get_absolute_url()))
    client.force_login(member)
    assert client.get(f"/statements/{sent.pk}/pdf/").status_code == 200
    assert client.get(f"/statements/{sent.pk}/word/").status_code == 200
    assert [sheet.masthead for sheet in asked] == [before] * 3
    carried = {file.rendition_id for file in MessageFile.objects.filter(message__statement=sent)}
    assert set(Rendition.objects.filter(blob__isnull=False).values_list("pk", flat=True)) <= carried


def test_a_letter_that_was_taken_back_leaves_with_the_new_one(held, secretary, change):
    back = advance(held, "recall", by=Actor.of(secretary), seen=held.revision_id, now=AFTER)
    change()
    assert sheets.masthead_now(type(held).objects.get(pk=back.pk)).organization == ("NEW UNION",)


def test_what_was_entered_as_the_past_stays_as_it_was_first_made(client, approved, member, asked, change):
    type(approved).objects.filter(pk=approved.pk).update(state="sent", sent_at=AFTER, posted_at=AFTER)
    client.force_login(member)
    client.get(f"/statements/{approved.pk}/pdf/")
    change()
    for kind in ("pdf", "word"):
        assert client.get(f"/statements/{approved.pk}/{kind}/").status_code == 200
    assert [sheet.masthead.organization for sheet in asked] == [ENGLISH_ORGANIZATION] * 2  # the PDF is kept


def test_what_circulates_stays_as_it_was_printed_but_for_the_last_day(client, circulated, member, asked, change):
    [pdf] = Rendition.objects.filter(kind="pdf", messages__circulation=circulated.circulation)
    change()
    Circulation.objects.update(closes_on=date(2025, 11, 3))
    client.force_login(member)
    page = words(client.get(circulated.get_absolute_url()))
    assert "NEW UNION" not in page
    assert "3 November 2025" in page
    assert client.get(f"/statements/{circulated.pk}/pdf/").status_code == 200
    assert [sheet.masthead for sheet in asked] == [renditions.sheet_of(pdf).masthead]


def test_who_is_to_approve_gets_what_the_list_had(circulated, chair, change):
    change()
    circulation = circulated.circulation
    [mail] = approving.ask_approval(circulation, [chair.person], AFTER)
    assert [file.masthead["organization"][0] for file in mail.files] == [ENGLISH_ORGANIZATION[0]] * 2


def test_the_page_shows_it_as_it_is_printed(keeper, groups, asked):
    keeper.post(ADDRESS, {"emblem": file()})
    page = keeper.get(ADDRESS)
    assert asked[-1].pictures == {Letterhead.objects.get().emblem.sha256: drawn()}
    tree = html.fromstring(page.content.decode())
    (block,) = tree.xpath("//img[@class='letterhead-block']/@src")
    (emblem,) = tree.xpath("//img[@class='letterhead-emblem']/@src")
    assert keeper.get(block).content == drawn()
    assert keeper.get(emblem).content == drawn()
    assert "Set for JCA-MV." in words(page)


def test_a_group_below_may_have_its_own(keeper, approved, groups, above):
    keeper.post(above, {"lines": "ABOVE"})
    keeper.post(ADDRESS, {"lines": "BELOW"})
    assert sheets.masthead_of(approved).organization == ("BELOW",)
    assert "Set for JCA-MV." in words(keeper.get(ADDRESS))
    keeper.post(ADDRESS, {"remove": "1"})
    assert sheets.masthead_of(approved).organization == ("ABOVE",)
    assert Event.objects.filter(verb="settings").count() == 3


def test_the_placeholder_can_come_back_and_the_name_stay(keeper, groups):
    keeper.post(ADDRESS, {"emblem": file(), "lines": "UNION"})
    keeper.post(ADDRESS, {"without": "on", "lines": "UNION"})
    head = Letterhead.objects.get()
    assert (head.emblem, head.lines) == (None, "UNION")


def test_nothing_given_is_nothing_set(keeper):
    page = keeper.post(ADDRESS, {}, follow=True)
    assert "Nothing was set: choose an emblem, or write a name." in words(page)
    assert not Letterhead.objects.exists()
    assert not Event.objects.filter(verb="settings").exists()


def test_desks_that_share_it_are_named(keeper, other_desk, groups):
    shared = "also heads the letters of ITU-T SG20."
    above = f"{ADDRESS}?of={groups['ITU-T'].pk}"
    assert shared in words(keeper.get(above))
    assert shared not in words(keeper.get(ADDRESS))
    Letterhead.objects.create(organization=other_desk.group, lines="OWN")
    assert shared not in words(keeper.get(above))


def test_what_heads_the_letters_of_others_is_set_by_who_administers_it(keeper, other_desk, groups, desk):
    above = f"{ADDRESS}?of={groups['ITU-T'].pk}"
    page = keeper.get(above)
    assert "Only an administrator of ITU-T sets it." in words(page)
    assert b"data-guard" not in page.content
    assert [keeper.post(above, given).status_code for given in ({"lines": "MINE"}, {"remove": "1"})] == [403, 403]
    assert not Letterhead.objects.exists()
    User.objects.filter(email="ada@example.org").update(is_superuser=True)
    assert keeper.post(above, {"lines": "OURS"}).status_code == 302
    assert Letterhead.objects.get().organization == groups["ITU-T"]


def test_it_is_recorded_at_each_desk_that_it_heads(keeper, above, desk, other_desk):
    keeper.post(above, {"lines": "OURS"})
    keeper.post(above, {"remove": "1"})
    recorded = Event.objects.filter(verb="settings", private=True).order_by("pk")
    assert sorted(recorded.values_list("desk", flat=True)) == sorted([desk.pk, other_desk.pk] * 2)


def test_taking_it_away_asks_first(keeper):
    keeper.post(ADDRESS, {"lines": "UNION"})
    tree = html.fromstring(keeper.get(ADDRESS).content.decode())
    (button,) = tree.xpath("//button[@name='remove']")
    assert [element.tag for element in button.iterancestors("details")] == ["details"]


def test_the_emblem_is_stored_before_the_rows_are_locked(keeper, monkeypatch):
    """Storing a file takes as long as the storage does."""
    outside, stored = len(connection.savepoint_ids), []

    def keep(upload):
        stored.append(len(connection.savepoint_ids))
        return Blob.objects.keep(upload.content, upload.media_type), upload.name

    monkeypatch.setattr(Upload, "keep", keep)
    keeper.post(ADDRESS, {"emblem": file()})
    assert stored == [outside]


def test_others_are_not_on_the_way_up(keeper, groups):
    assert keeper.get(f"{ADDRESS}?of={groups['ITU-T SG21'].pk}").status_code == 404
    assert keeper.post(f"{ADDRESS}?of={groups['IETF'].pk}", {"lines": "MINE"}).status_code == 404
    assert not Letterhead.objects.exists()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"emblem": ("a.svg", b"<svg/>")}, "a.svg is a drawing (SVG), which a Word file cannot hold. Save it as PNG."),
        ({"lines": "a\nb\nc\nd\ne\nf"}, "At most 5 lines of 80 characters fit beside the emblem."),
        ({"lines": "a" * 81}, "At most 5 lines of 80 characters fit beside the emblem."),
    ],
)
def test_what_cannot_be_printed_is_refused(keeper, given, sentence):
    given = {name: file(value[1], value[0]) if isinstance(value, tuple) else value for name, value in given.items()}
    answer = keeper.post(ADDRESS, given)
    assert answer.status_code == 400
    assert sentence in words(answer)
    assert not Letterhead.objects.exists()


def test_it_is_for_administrators_only(client, secretary, desk, asked):
    client.force_login(secretary)
    assert client.get(ADDRESS).status_code == 403
    Appointment.objects.create(person=secretary.person, group=desk.group, role="administrator")
    assert client.get(ADDRESS).status_code == 200


def test_why_there_is_no_picture_is_said(keeper, monkeypatch):
    def render(sheet, kind, *, timeout=20.0):
        raise renderer.RenderError("busy", "Others are being made.")

    monkeypatch.setattr(renderer, "render", render)
    assert "Others are being made." in words(keeper.get(ADDRESS))


def test_the_settings_lead_to_it_and_keep_what_is_printed(keeper, desk):
    page = keeper.get("/desk/settings/")
    assert ADDRESS in page.content.decode()
    (form,) = html.fromstring(page.content.decode()).xpath("//form[@data-guard]")
    given = {name: value for name, value in form.form_values() if name != "csrfmiddlewaretoken"}
    assert keeper.post("/desk/settings/", given | {"word_inside": "on", "mirrored": "on"}).status_code == 302
    desk.refresh_from_db()
    assert (desk.word_inside, desk.mirrored) == (True, True)


def test_an_outsider_reads_why_there_is_no_file_when_the_emblem_is_lost(client, sent, monkeypatch):
    masthead = replace(sheets.masthead_now(sent), emblem="f" * 64)
    monkeypatch.setattr(sheets, "masthead_now", lambda statement: masthead)
    page = client.get(reverse("statement-pdf", args=[sent.pk]))
    assert page.status_code == 409
    assert "The picture ffffffffffff is not stored here any more." in page.content.decode()
