"""The page of one's own reminders, and the one that the link in a reminder opens."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from contacts.actor import Actor
from liaisons import links, reminders
from liaisons.models import Action, Addressee, Circulation, Document, Link, Message, Mute, Reminder, Series
from liaisons.texts.writing import begin
from liaisons.views import reminders as page
from tests.liaisons.reminders.mornings import DUE, geneva, queued

pytestmark = pytest.mark.django_db

WEEK_BEFORE = DUE - timedelta(days=7)


@pytest.fixture
def reminded(out, secretary, time_machine):
    """The secretary has had a digest and looks at it an hour later; it has not left yet."""
    time_machine.move_to(geneva(WEEK_BEFORE, 10), tick=False)
    reminders.remind(geneva(WEEK_BEFORE, 9))
    return out


@pytest.fixture
def door(reminded) -> str:
    return f"/l/{links.token(Link.objects.get(purpose='mute').pk)}/"


def words(response) -> str:
    return " ".join(response.content.decode().split())


def test_the_link_in_the_mail_shows_what_one_is_reminded_of(client, door):
    shown = words(client.get(door))
    assert "Sam Secretary" in shown
    assert "JCA-MV-LS1" in shown
    assert "Mute everything at the desk of JCA-MV" in shown


def test_opening_it_changes_nothing(client, door):
    for address in (door, f"{door}mute/"):
        client.get(address, follow=True)
        client.head(address)
    assert not Mute.objects.exists()
    assert "sam@example.org" in queued(state="queued")


def test_a_thing_is_muted_and_unmuted_by_the_link(client, door, reminded):
    response = client.post(f"{door}mute/", {"statement": reminded.pk}, follow=True)
    assert "Muted since 23 January 2026: JCA-MV-LS1." in words(response)
    assert "sam@example.org" not in queued(state="queued")
    mute = Mute.objects.get()
    assert (mute.statement, mute.person.name) == (reminded, "Sam Secretary")
    client.post(f"{door}unmute/{mute.pk}/")
    assert not Mute.objects.exists()


def test_a_mail_program_unsubscribes_without_cookies(door):
    strict = Client(enforce_csrf_checks=True)
    response = strict.post(f"{door}mute/", {"List-Unsubscribe": "One-Click"})
    assert (response.status_code, response["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert Mute.objects.get().statement is None
    assert strict.post(f"{door}unmute/{Mute.objects.get().pk}/").status_code == 403
    assert Mute.objects.exists()


def test_a_link_mutes_only_what_is_of_its_desk(client, door, other_desk, letter, other_secretary):
    theirs = begin(other_desk, letter, by=Actor.of(other_secretary), now=geneva(WEEK_BEFORE))
    assert client.post(f"{door}mute/", {"statement": theirs.pk}).status_code == 404
    assert not Mute.objects.exists()


def test_a_mute_of_somebody_else_is_not_lifted(client, door, desk, chair):
    theirs = reminders.mute(chair.person, desk, geneva(WEEK_BEFORE))
    assert client.post(f"{door}unmute/{theirs.pk}/").status_code == 404
    client.force_login(chair)
    client.post(reverse("reminders-unmute", args=[theirs.pk]))
    assert not Mute.objects.exists()


def test_muting_the_desk_leaves_nothing_else_to_mute(client, reminded, secretary):
    client.force_login(secretary)
    assert "Mute it" in words(client.get(reverse("reminders")))
    shown = words(client.post(reverse("reminders-mute"), follow=True))
    assert "Everything at the desk of JCA-MV" in shown
    assert "Mute it" not in shown


def test_the_account_leads_to_the_page(client, reminded, secretary):
    client.force_login(secretary)
    assert f'href="{reverse("reminders")}"' in client.get("/").content.decode()


def test_a_calendar_is_made_renewed_and_closed(client, reminded, secretary):
    client.force_login(secretary)
    assert "calendar.ics" not in words(client.get(reverse("reminders")))
    client.post(reverse("reminders-calendar"))
    first = Link.objects.get(purpose="feed")
    address = f"/l/{links.token(first.pk)}/calendar.ics"
    assert address in words(client.get(reverse("reminders")))
    assert Client().get(address)["Content-Type"] == "text/calendar; charset=utf-8"
    client.post(reverse("reminders-calendar"))
    assert Client().get(address).status_code == 410
    second = Link.objects.filter(purpose="feed").latest("pk")
    assert Client().get(f"/l/{links.token(second.pk)}/calendar.ics").status_code == 200
    client.post(reverse("reminders-calendar-stop"))
    assert Client().get(f"/l/{links.token(second.pk)}/calendar.ics").status_code == 410


def test_ones_own_page_among_the_people_leads_there_and_that_of_others_does_not(client, desk, secretary, chair):
    client.force_login(secretary)
    way = f'href="{reverse("reminders")}">Your reminders'
    assert way in client.get(secretary.person.get_absolute_url()).content.decode()
    assert way not in client.get(chair.person.get_absolute_url()).content.decode()


def test_a_meeting_that_is_over_is_not_due_any_more(client, desk, meeting, secretary, time_machine):
    client.force_login(secretary)
    for days, shown in ((0, True), (1, False)):
        time_machine.move_to(geneva(meeting.ends_on + timedelta(days=days)), tick=False)
        assert (meeting.name in words(client.get(reverse("reminders")))) is shown
        assert (meeting.name in client.get(reverse("deadlines-table")).content.decode()) is shown


@pytest.fixture
def action(reminded, meeting, secretary, time_machine) -> Action:
    """Of which the secretary is reminded too, and nothing else stays due."""
    action = Action.objects.create(
        meeting=meeting, position=1, text="Ask SG20.", owner=secretary.person, due_on=WEEK_BEFORE + timedelta(days=3)
    )
    reminders.fill(geneva(WEEK_BEFORE))
    Addressee.objects.update(reply="replied")
    return action


def test_of_very_many_days_the_nearest_are_shown_and_the_others_counted(
    client, reminded, meeting, secretary, monkeypatch
):
    Action.objects.create(meeting=meeting, position=1, text="Ask SG20.", owner=secretary.person, due_on=WEEK_BEFORE)
    monkeypatch.setattr(page, "SHOWN", 1)
    client.force_login(secretary)
    shown = words(client.get(reverse("reminders")))
    assert "Action: Ask SG20." in shown
    assert "JCA-MV-LS1: answers due" not in shown
    assert "More is due later. The table has it all." in shown


def test_an_action_and_a_report_are_muted_by_themselves(client, door, action, desk, secretary):
    document = Document.objects.create(
        series=Series.objects.get(kind="documents"), number=9, reference="JCA-MV-Doc-009", kind="report",
        title="Report", registered_at=geneva(WEEK_BEFORE),
    )  # fmt: skip
    report = Circulation.objects.create(desk=desk, document=document, window_days=14, opened_at=geneva(WEEK_BEFORE))
    report.distribute(geneva(WEEK_BEFORE))
    Reminder.objects.create(
        desk=desk, kind="window", circulation=report, stage=3, due_on=report.closes_on, person=secretary.person,
        recipient="sam@example.org", came_at=geneva(WEEK_BEFORE),
    )  # fmt: skip
    for thing, field in ((action, "action"), (report, "circulation")):
        shown = words(client.get(door))
        assert f'name="{field}" value="{thing.pk}"' in shown
        assert f"Muted since 23 January 2026: {thing}." in words(
            client.post(f"{door}mute/", {field: thing.pk}, follow=True)
        )
        assert not Reminder.objects.waiting().about(thing).exists()
    assert {mute.thing for mute in Mute.objects.all()} == {action, report}


@pytest.mark.parametrize("key", ["", "²", "x", "9" * 30])
def test_what_names_nothing_mutes_nothing(client, door, key):
    assert client.post(f"{door}mute/", {"statement": key}).status_code == 404
    assert not Mute.objects.exists()


def test_nobody_learns_of_a_draft_by_muting_it(client, door, desk, letter, secretary):
    draft = begin(desk, letter, by=Actor.of(secretary), now=geneva(WEEK_BEFORE))
    assert client.post(f"{door}mute/", {"statement": draft.pk}).status_code == 404


# By addressees


@pytest.fixture
def addressee(reminded) -> Addressee:
    return Addressee.objects.get(text="IETF")


@pytest.fixture
def way(addressee) -> str:
    return f"/l/{links.token(Link.objects.get(addressee=addressee, email='ietf@example.org').pk)}/"


def of_ietf() -> list[int]:
    rows = Reminder.objects.filter(recipient="ietf@example.org", cancelled_at=None)
    return list(rows.order_by("-stage").values_list("stage", flat=True))


def test_an_addressee_mutes_the_reminders_of_its_letter_and_the_desk_is_told(client, addressee, way, secretary):
    assert "Do not remind us of this letter" in words(client.get(way))
    shown = words(client.post(f"{way}mute/", follow=True))
    assert "You are not reminded of this letter any more. Your answer is awaited as before." in shown
    assert "ietf@example.org" not in queued(state="queued")
    reminders.remind(geneva(DUE + timedelta(days=3), 11))
    assert of_ietf() == []
    assert "sg21@example.org" in queued(state="queued")
    told = Message.objects.get(kind="notify", recipient="secretariat@jca-mv.example.org", key__startswith="reminders:")
    assert told.subject == "JCA-MV-LS1: IETF wants no reminders"
    client.force_login(secretary)
    page = words(client.get(addressee.statement.get_absolute_url()))
    assert "wants no reminders" in page
    assert "IETF wants no reminders" in page
    assert Addressee.objects.owing().filter(pk=addressee.pk).exists()


def test_it_may_be_reminded_again(client, way):
    client.post(f"{way}mute/")
    assert "You are reminded of this letter again" in words(client.post(f"{way}mute/", {"again": "1"}, follow=True))
    reminders.remind(geneva(DUE + timedelta(days=3), 11))
    assert of_ietf() == [-1]


def test_its_mail_program_does_so_without_cookies_and_no_link_does_by_being_opened(client, way, addressee):
    message = Message.objects.get(kind="remind", recipient="ietf@example.org")
    assert message.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert links.fill(message.headers["List-Unsubscribe"]) == f"<http://localhost:8000{way}mute/>"
    client.get(f"{way}mute/")
    assert Addressee.objects.get(pk=addressee.pk).unreminded_since is None
    response = Client(enforce_csrf_checks=True).post(f"{way}mute/", {"List-Unsubscribe": "One-Click"})
    assert response.status_code == 200
    assert Addressee.objects.get(pk=addressee.pk).unreminded_since


def test_the_desk_hears_once_a_day_of_one_who_keeps_changing_its_mind(client, way):
    for _time in range(3):
        client.post(f"{way}mute/")
        client.post(f"{way}mute/", {"again": "1"})
    assert Message.objects.filter(key__startswith="reminders:").count() == 2


def test_who_owes_nothing_is_offered_nothing(client, way, addressee):
    addressee.requests.update(outcome="settled", settled_at=geneva(DUE))
    assert "Do not remind us" not in words(client.get(way))
