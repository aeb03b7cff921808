"""The roadmap as lists: entries of one desk, deliverables with what became of them, work items."""

from datetime import date

import pytest
from django.urls import reverse

from contacts.models import Group
from liaisons.models import Document, Reply, Series
from roadmap.models import Category, Deliverable, DeliverableEvent, Entry, Input, WorkItem
from tests.fixtures import NOW
from tests.pages import asked, page


@pytest.fixture(autouse=True)
def _at(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def category(desk):
    return Category.objects.create(desk=desk, name="Enabling Technology")


def entry(desk, number, category, **fields):
    made = Entry.objects.create(
        desk=desk,
        key=f"k{number}",
        reference=f"Y.{number}",
        title=f"Entry {number}",
        updated_at=NOW,
        **{"organization_text": "IETF", **fields},
    )
    made.categories.add(category)
    return made


def document(desk, number):
    series, _new = Series.objects.get_or_create(group=desk.group, kind="documents")
    return Document.objects.create(
        series=series, number=number, reference=f"Doc-{number}", kind="input", title="Input", registered_at=NOW
    )


@pytest.fixture
def deliverable(groups):
    return Deliverable.objects.create(group=groups["ITU-T SG21"], reference="FGMV-43", kind="TS", title="Architecture")


def event(deliverable, position, kind, **fields):
    return DeliverableEvent.objects.create(deliverable=deliverable, position=position, kind=kind, **fields)


def titles(response):
    return [row.title for row in response.context["page"].rows]


class TestEntries:
    def test_each_says_where_it_came_from(self, client, desk, secretary, category, sent, groups):
        from_document, from_reply = entry(desk, 1, category), entry(desk, 2, category, placeholder=True)
        Input.objects.create(entry=from_document, document=document(desk, 50), row=3, content={}, received_at=NOW)
        reply = Reply.objects.create(addressee=sent.addressees.get(text="IETF"), kind="answer", received_at=NOW)
        Input.objects.create(entry=from_reply, reply=reply, row=7, content={}, received_at=NOW)
        shown = page(client, secretary, reverse("roadmap")).content.decode()
        for words in (
            "Enabling Technology",
            "Doc-50",
            "row 3, 13 Oct 2025",
            f"IETF on {sent}",
            "row 7",
            "(a placeholder)",
        ):
            assert words in shown

    def test_filters_narrow_and_rubbish_is_left_out(self, client, desk, member, category):
        entry(desk, 1, category)
        entry(desk, 2, Category.objects.create(desk=desk, name="General"), organization_text="W3C")
        wanted = {
            "q=entry 2": ["Entry 2"],
            "q=y.1": ["Entry 1"],
            f"category={category.pk}": ["Entry 1"],
            "organization=W3C": ["Entry 2"],
            "category=x&organization=Nobody": ["Entry 1", "Entry 2"],
        }
        found = {query: titles(page(client, member, f"{reverse('roadmap')}?{query}")) for query in wanted}
        assert found == wanted

    def test_a_desk_has_its_own(self, client, desk, other_secretary, category):
        entry(desk, 1, category)
        response = page(client, other_secretary, reverse("roadmap"))
        assert titles(response) == []
        assert "The roadmap has no entries yet." in response.content.decode()

    def test_asks_the_database_as_often_for_three_as_for_one(self, client, desk, member, category, groups):
        client.force_login(member)
        counts = []
        for number in range(3):
            made = entry(desk, number, category, organization=groups["IETF"])
            Input.objects.create(entry=made, document=document(desk, number), row=1, content={}, received_at=NOW)
            counts.append(asked(client, reverse("roadmap")))
        assert counts[0] == counts[2]


class TestDeliverables:
    def test_what_became_of_each_is_a_series_of_events(self, client, desk, member, deliverable, groups, sent, draft):
        items = [
            WorkItem.objects.create(reference=f"H.MV-{name}", title=f"Item {name}", group=groups["ITU-T SG21"])
            for name in ("HIA", "FRAVI")
        ]
        event(deliverable, 1, "allocated", group=groups["ITU-T SG20"], on=date(2024, 1, 26), statement=sent)
        for position, item in enumerate(items, start=2):
            event(deliverable, position, "adopted", group=groups["ITU-T SG21"], question="Q9/21", work_item=item)
        event(deliverable, 4, "comment", on_text="mid-2024", text="As the source says it.")
        shown = page(client, member, reverse("deliverable", args=[deliverable.pk])).content.decode()
        for words in ("26 Jan 2024", "mid-2024", "As the source says it.", "H.MV-HIA", "H.MV-FRAVI", "Q9/21"):
            assert words in shown
        assert f'href="{sent.get_absolute_url()}"' in shown
        listed = page(client, member, reverse("deliverables")).content.decode()
        assert "Public facts of ITU-T" in listed
        assert "adopted as work item: ITU-T SG21, Q9/21" in listed

    def test_a_letter_that_the_reader_may_not_see_is_no_link(self, client, other_secretary, deliverable, draft):
        event(deliverable, 1, "allocated", statement=draft)
        shown = page(client, other_secretary, reverse("deliverable", args=[deliverable.pk])).content.decode()
        assert draft.get_absolute_url() not in shown
        assert draft.title not in shown

    def test_filters_narrow_and_rubbish_is_left_out(self, client, desk, member, deliverable, groups):
        other = Deliverable.objects.create(group=groups["ITU-T SG21"], kind="TR", title="Unfinished")
        event(deliverable, 1, "declined", group=groups["ITU-T SG20"])
        event(other, 1, "published", group=groups["ITU-T SG20"])
        sg20 = groups["ITU-T SG20"].pk
        wanted = {
            "q=fgmv-43": ["Architecture"],
            "became=declined": ["Architecture"],
            f"body={sg20}": ["Architecture", "Unfinished"],
            f"body={sg20}&became=published": ["Unfinished"],
            "became=x&body=y": ["Architecture", "Unfinished"],
        }
        found = {query: titles(page(client, member, f"{reverse('deliverables')}?{query}")) for query in wanted}
        assert found == wanted

    def test_asks_the_database_as_often_for_three_as_for_one(self, client, desk, member, groups):
        client.force_login(member)
        lists, pages, work = [], [], []
        made = Deliverable.objects.create(group=groups["ITU-T SG21"], kind="TR", title="The first")
        for number in range(3):
            group = Group.objects.create(designation=f"F{number}", kind="forum")
            item = WorkItem.objects.create(reference=f"W{number}", group=group)
            other = Deliverable.objects.create(group=group, reference=f"D{number}", kind="TR", title=f"T{number}")
            event(other, 1, "adopted", group=group, work_item=item)
            event(made, number, "adopted", group=group, work_item=item)
            lists.append(asked(client, reverse("deliverables")))
            pages.append(asked(client, reverse("deliverable", args=[made.pk])))
            work.append(asked(client, reverse("work-items")))
        assert (lists[0], pages[0], work[0]) == (lists[2], pages[2], work[2])


def test_a_work_item_names_what_feeds_it_once(client, desk, member, deliverable, groups):
    item = WorkItem.objects.create(reference="H.MV-HIA", title="Architecture", group=groups["ITU-T SG21"])
    for position, kind in enumerate(("related_work", "adopted"), start=1):
        event(deliverable, position, kind, work_item=item)
    shown = page(client, member, f"{reverse('work-items')}?q=h.mv").content.decode()
    assert shown.count(reverse("deliverable", args=[deliverable.pk])) == 1
    assert page(client, member, f"{reverse('work-items')}?q=nothing").context["page"].rows == []
