"""Who sets when a statement is reminded of, and what becomes of what was queued by the days before."""

from datetime import timedelta

import pytest
from django.urls import reverse

from liaisons import reminders
from liaisons.models import Event, Statement
from tests.liaisons.reminders.mornings import DUE, geneva, queued

pytestmark = pytest.mark.django_db

WEEK_BEFORE = DUE - timedelta(days=7)


@pytest.fixture
def page(out, client, secretary, time_machine):
    time_machine.move_to(geneva(WEEK_BEFORE, 10), tick=False)
    client.force_login(secretary)
    return reverse("statement-reminders", args=[out.pk])


def test_the_statement_leads_to_its_days(client, page, out, member):
    assert page in client.get(out.get_absolute_url()).content.decode()
    client.force_login(member)
    assert page not in client.get(out.get_absolute_url()).content.decode()


def test_it_begins_with_the_days_of_the_desk(client, page):
    shown = client.get(page).content.decode()
    assert 'value="7, -1"' in shown
    assert 'value="14, 7, 3, 1, 0"' in shown
    assert "checked" not in shown


def test_its_own_days_are_kept_and_given_up_again(client, page, out):
    given = {"own_outsiders": "on", "remind_outsiders": "10, 2", "remind_insiders": "14, 7, 3, 1, 0"}
    assert client.post(page, given).status_code == 302
    statement = Statement.objects.get(pk=out.pk)
    assert (statement.remind_outsiders, statement.remind_insiders) == ([10, 2], None)
    assert "It is reminded of on other days" in client.get(out.get_absolute_url()).content.decode()
    assert Event.objects.get(verb="stages").data["remind_outsiders"] == [None, [10, 2]]
    client.post(page, {"remind_outsiders": "10, 2"})
    assert Statement.objects.get(pk=out.pk).remind_outsiders is None


def test_days_that_were_typed_are_meant_also_without_a_tick(client, page, out):
    client.post(page, {"remind_outsiders": "10, 2", "remind_insiders": "14, 7, 3, 1, 0"})
    statement = Statement.objects.get(pk=out.pk)
    assert (statement.remind_outsiders, statement.remind_insiders) == ([10, 2], None)
    client.post(page, {"remind_outsiders": "400", "remind_insiders": ""})
    assert Statement.objects.get(pk=out.pk).remind_outsiders == [10, 2]


def test_an_empty_list_of_its_own_reminds_nobody(client, page, out):
    client.post(page, {"own_outsiders": "on", "remind_outsiders": ""})
    assert Statement.objects.get(pk=out.pk).remind_outsiders == []


@pytest.mark.parametrize("days", ["a week", "400"])
def test_days_that_are_none_are_refused(client, page, out, days):
    assert client.post(page, {"own_outsiders": "on", "remind_outsiders": days}).status_code == 400
    assert Statement.objects.get(pk=out.pk).remind_outsiders is None


def test_what_was_queued_by_other_days_does_not_leave(client, page, out):
    reminders.remind(geneva(WEEK_BEFORE, 9))
    assert len(queued(state="queued")) == 3
    client.post(page, {"own_outsiders": "on", "remind_outsiders": "3", "remind_insiders": ""})
    assert queued(state="queued") == ["sam@example.org"]
    client.post(page, {"own_outsiders": "on", "remind_outsiders": "3", "own_insiders": "on", "remind_insiders": ""})
    assert queued(state="queued") == []


def test_the_desk_says_when_it_reminds_before_comments_close(client, desk, administrator):
    client.force_login(administrator)
    shown = client.get(reverse("desk-settings")).content.decode()
    assert "Reminders before comments close" in shown
    assert f'href="{reverse("holidays")}"' in shown
