"""Two secretaries write what is recorded of the same meeting: no words are lost, and each is told of the other's."""

import pytest
from django.core import signing
from django.urls import reverse
from pytest_django.asserts import assertContains

from contacts.actor import Actor
from liaisons.filing import Paper, file_document
from liaisons.models import Action, AgendaItem, Decision, Event, ItemDocument
from tests.fixtures import NOW, somebody
from tests.pages import opened, page, send

pytestmark = pytest.mark.postgres  # which reads what events say as JSON


@pytest.fixture(autouse=True)
def _at(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def another(desk):
    return somebody("Ann Other", "ann@example.org", desk, "secretariat")


@pytest.fixture
def item(meeting) -> AgendaItem:
    return AgendaItem.objects.create(meeting=meeting, position=1, clause="7.1", title="Metaverse", text="One.\n\nTwo.")


@pytest.fixture
def papers(desk, item, secretary) -> list[ItemDocument]:
    filed = [
        file_document(desk, Paper("report", title, "SG21"), by=Actor.of(secretary), now=NOW) for title in ("A", "B")
    ]
    return [ItemDocument.objects.create(item=item, document=document) for document in filed]


def address(row) -> str:
    return reverse(f"meeting-{type(row)._meta.verbose_name.split()[-1]}-edit", args=[row.meeting_id, row.pk])


class TestPartsOfAMeeting:
    def test_the_second_of_two_sees_three_versions_and_nothing_is_lost(self, client, item, secretary, another):
        first = opened(client, secretary, address(item))
        second = opened(client, another, address(item))
        client.force_login(secretary)
        assert client.post(address(item), {**first, "text": "What Sam wrote."}).status_code == 302
        client.force_login(another)
        met = client.post(address(item), {**second, "text": "What Ann wrote."})
        for words in ("Sam Secretary saved this while you wrote", "You both changed: What was said.", "<p>One.</p>"):
            assertContains(met, words, status_code=409)
        assertContains(met, "<ins>What Sam wrote.</ins>", status_code=409)
        assertContains(met, "<ins>What Ann wrote.</ins>", status_code=409)
        assert AgendaItem.objects.get().text == "What Sam wrote."
        form = met.context["form"]
        again = {name: form[name].value() for name in form.fields}
        assert again["text"] == "What Ann wrote."
        assert client.post(address(item), {**again, "text": "What both wrote."}).status_code == 302
        assert AgendaItem.objects.get().text == "What both wrote."

    def test_what_only_the_other_changed_is_taken_over(self, client, item, secretary, another):
        first = opened(client, secretary, address(item))
        second = opened(client, another, address(item))
        send_to(client, secretary, item, {**first, "title": "Avatars", "text": "One, by Sam.\r\n\r\nTwo."}, 302)
        met = send_to(client, another, item, {**second, "text": "One.\r\n\r\nTwo, by Ann."}, 409)
        assertContains(met, "Your changes do not meet.", status_code=409)
        form = met.context["form"]
        assert (form["title"].value(), form["text"].value()) == ("Avatars", "One, by Sam.\n\nTwo, by Ann.")

    def test_who_saves_the_same_or_saves_what_stands_there_is_not_asked(self, client, item, secretary, another):
        first = opened(client, secretary, address(item))
        send_to(client, secretary, item, {**first, "text": "The same."}, 302)
        send_to(client, another, item, {**first, "text": "The same."}, 302)
        assert Event.objects.filter(verb="minutes").count() == 1

    @pytest.mark.parametrize(
        "seen",
        ["", "nonsense", signing.dumps({"text": ""}, salt="liaisons.seen")],
        ids=["empty", "nonsense", "of another page"],
    )
    def test_who_began_with_nobody_knows_what_writes_nothing_over(self, client, item, another, seen):
        given = {"clause": "7.1", "title": "Metaverse", "text": "Mine.", "seen": seen}
        met = send_to(client, another, item, given, 409)
        assertContains(met, "Somebody saved this while you wrote", status_code=409)
        assertContains(met, "What would change if you saved now", status_code=409)
        assert AgendaItem.objects.get().text == "One.\n\nTwo."

    def test_decisions_actions_and_the_meeting_itself_too(self, client, meeting, secretary, another, member):
        decision = Decision.objects.create(meeting=meeting, position=1, text="Go on.")
        action = Action.objects.create(meeting=meeting, position=1, text="Write it.")
        for row, name, sams, anns in (
            (decision, "text", "Stop.", "Wait."),
            (action, "due_on", "2025-11-03", "2025-11-04"),
        ):
            first = opened(client, secretary, address(row))
            send_to(client, secretary, row, {**first, name: sams}, 302)
            met = send_to(client, another, row, {**first, name: anns}, 409)
            assertContains(met, "You both changed", status_code=409)
        assertContains(met, "3 November 2025", status_code=409)
        edit = reverse("meeting-edit", args=[meeting.pk])
        first = opened(client, secretary, edit)
        client.post(edit, {**first, "place": "Riyadh"})
        client.force_login(another)
        met = client.post(edit, {**first, "place": "Tokyo"})
        assertContains(met, "Sam Secretary saved this while you wrote", status_code=409)
        meeting.refresh_from_db()
        assert meeting.place == "Riyadh"


class TestDispositions:
    def test_what_somebody_said_meanwhile_is_not_written_over(self, client, meeting, papers, secretary, another):
        one, two = (f"disposition-{row.pk}" for row in papers)
        as_opened = {f"stood-{row.pk}": "" for row in papers}
        said = send(client, secretary, "meeting-dispositions", meeting.pk, **as_opened, **{one: "noted", two: ""})
        assert said.status_code == 302
        both = {**as_opened, one: "discussed", two: "presented"}
        met = send(client, another, "meeting-dispositions", meeting.pk, status=409, **both)
        assertContains(met, "Somebody said otherwise while your page was open.", status_code=409)
        assertContains(met, "Sam Secretary", status_code=409)
        assertContains(met, '<option value="discussed" selected>', status_code=409)
        assertContains(met, f'name="stood-{papers[0].pk}" value="noted"', status_code=409)
        assert stand(papers) == ["noted", ""], "nothing is changed before the person has looked"
        looked = {**both, f"stood-{papers[0].pk}": "noted"}
        send(client, another, "meeting-dispositions", meeting.pk, **looked)
        assert stand(papers) == ["discussed", "presented"]

    def test_what_the_person_left_alone_stays_as_it_is_now(self, client, meeting, papers, secretary, another):
        one, two = (f"disposition-{row.pk}" for row in papers)
        as_opened = {f"stood-{row.pk}": "" for row in papers}
        send(client, secretary, "meeting-dispositions", meeting.pk, **as_opened, **{one: "noted", two: ""})
        send(client, another, "meeting-dispositions", meeting.pk, **as_opened, **{one: "", two: "presented"})
        assert stand(papers) == ["noted", "presented"]


def test_who_wrote_what_stands_on_the_page_for_the_secretariat(client, meeting, papers, secretary, member):
    [item] = meeting.items.all()
    send_to(client, secretary, item, {**opened(client, secretary, address(item)), "text": "Other words."}, 302)
    send(client, secretary, "meeting-dispositions", meeting.pk, **{f"disposition-{papers[0].pk}": "noted"})
    send(client, secretary, "meeting-decision", meeting.pk, **{"decision-text": "Go on."})
    send(client, secretary, "meeting-action", meeting.pk, **{"action-text": "Write it."})
    send(client, secretary, "meeting-action-done", meeting.pk, Action.objects.get().pk)
    send(client, secretary, "meeting-item", meeting.pk, **{"item-clause": "8", "item-title": "Any other business"})
    told = [event.text for event in page(client, secretary, meeting.get_absolute_url()).context["events"]]
    assert told == [
        "Item 8 added",
        "Action done",
        "Action recorded",
        "Decision recorded",
        "JCA-MV-Doc-001: noted",
        "Item 7.1 changed: what was said",
    ]
    changed = Event.objects.filter(verb="minutes").earliest("at", "pk")
    assert (changed.person, changed.data["fields"]) == (secretary.person, ["text"])
    assert "Other words." not in str([event.data for event in Event.objects.all()]), "events hold no texts"
    assert "events" not in page(client, member, meeting.get_absolute_url()).context


def send_to(client, user, row, data, status):
    client.force_login(user)
    response = client.post(address(row), data)
    assert response.status_code == status, response.content.decode()
    return response


def stand(papers) -> list[str]:
    keys = [row.pk for row in papers]
    return list(ItemDocument.objects.filter(pk__in=keys).order_by("pk").values_list("disposition", flat=True))
