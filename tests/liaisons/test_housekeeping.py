"""What comes due by itself: asked for once, and one letter never keeps the others waiting."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains

from contacts.actor import Actor
from contacts.models import Appointment, Person, StandIn
from liaisons import housekeeping, mail
from liaisons.comments import reports
from liaisons.filing import Paper, file_document
from liaisons.models import Blob, Circulation, Message, Statement
from liaisons.texts.writing import begin
from liaisons.workflow import advance
from tests.fixtures import AFTER, NOW, somebody

pytestmark = pytest.mark.django_db


def test_once_the_chairs_are_asked_no_row_is_held_each_minute(circulated):
    assert housekeeping.ask_chairs(AFTER) == 2
    with CaptureQueriesContext(connection) as captured:
        assert housekeeping.ask_chairs(AFTER + timedelta(minutes=1)) == 0
    assert [query["sql"] for query in captured if not query["sql"].startswith("SELECT")] == []


def test_a_text_that_cannot_be_asked_about_keeps_no_other_from_its_chairs(
    circulated, desk, letter, secretary, monkeypatch, caplog
):
    second = begin(desk, letter, by=Actor.of(secretary), now=NOW)
    second = advance(second, "circulate", by=Actor.of(secretary), seen=second.revision_id, now=NOW)
    Circulation.objects.get(statement=second).distribute(NOW)
    made = mail.ask_approval

    def none_for_the_first(circulation: Circulation, *rest: object) -> list:
        if circulation.statement == circulated:
            raise ValueError("a title that breaks a header")
        return made(circulation, *rest)

    monkeypatch.setattr(mail, "ask_approval", none_for_the_first)
    housekeeping.keep_house(AFTER)
    assert set(Message.objects.filter(kind="approve").values_list("statement", flat=True)) == {second.pk}
    assert "What is due by itself was not done" in caplog.text
    assert Statement.objects.get(pk=circulated.pk).state == "circulated"


def test_a_tick_looks_at_no_text_of_which_the_chairs_were_asked(desk, letter, secretary, chair, cochair):
    asked = []
    for _more in range(3):
        draft = begin(desk, letter, by=Actor.of(secretary), now=NOW)
        advance(draft, "circulate", by=Actor.of(secretary), seen=draft.revision_id, now=NOW)
        Circulation.objects.get(statement=draft).distribute(NOW)
        assert housekeeping.ask_chairs(AFTER) == 2
        with CaptureQueriesContext(connection) as asking:
            assert housekeeping.ask_chairs(AFTER) == 0
        asked.append(len(asking))
    assert asked == [asked[0]] * 3


def no_address(*users):
    Person.objects.filter(user__in=users).update(email="")


def words(message):
    return " ".join(message.text.split())


def test_the_secretariat_hears_once_that_no_chair_can_be_asked(circulated, chair, cochair, desk):
    no_address(chair, cochair)
    housekeeping.keep_house(AFTER)
    housekeeping.keep_house(AFTER + timedelta(minutes=1))
    [told] = Message.objects.exclude(kind="circulate")
    assert (told.recipient, told.subject) == (desk.mailbox, "JCA-MV-Doc-001: no mail can ask for its approval")
    assert "no objection stands. The word of all chairs is needed" in words(told)
    assert "– Chris Chair – Kim Cochair" in words(told)
    Person.objects.filter(user=chair).update(email="chris@example.org")
    assert housekeeping.ask_chairs(AFTER + timedelta(minutes=2)) == 1


@pytest.mark.parametrize("approvers", ["all", "one"])
def test_one_of_two_chairs_without_an_address_is_told_where_both_are_needed(circulated, cochair, desk, approvers):
    desk.approvers = approvers
    desk.save()
    no_address(cochair)
    housekeeping.keep_house(AFTER)
    assert Message.objects.filter(kind="approve").count() == 1
    told = Message.objects.filter(key__startswith="unasked:")
    assert [("Kim Cochair" in mail.text, "Chris Chair" in mail.text) for mail in told] == (
        [(True, False)] if approvers == "all" else []
    )


def test_nobody_is_told_of_a_chair_who_gave_a_word_or_has_somebody_to_stand_in(circulated, chair, cochair, desk):
    no_address(cochair)
    advance(circulated, "approve", by=Actor.of(cochair), seen=circulated.revision_id, now=AFTER)
    assert housekeeping.tell_of_unasked(AFTER) == 0
    vice = somebody("Vic Vice", "vic@example.org", desk, "vice_chair")
    no_address(chair)
    StandIn.objects.create(
        group=desk.group, chair=chair.person, person=vice.person, valid_from=NOW.date(), valid_to=AFTER.date()
    )
    assert housekeeping.tell_of_unasked(AFTER) == 0


def test_without_any_chair_it_says_so(circulated, chair, cochair):
    Appointment.objects.filter(person__user__in=[chair, cochair]).update(valid_to=NOW.date())
    housekeeping.keep_house(AFTER)
    assert "JCA-MV has no chair in office." in words(Message.objects.get(key__startswith="unasked:"))


def test_the_desk_says_that_nobody_can_be_asked(client, circulated, chair, cochair, secretary, time_machine):
    time_machine.move_to(AFTER, tick=False)
    client.force_login(secretary)
    no_address(chair, cochair)
    assertContains(client.get(reverse("desk")), "nobody can be asked: no chair has a mail address")


def test_of_a_report_the_secretariat_reads_that_it_alone_is_asked(desk, secretary, chair):
    no_address(chair)
    blob = Blob.objects.keep(b"PK report", "application/msword")
    paper = Paper(kind="report", title="Report", source_text="JCA-MV", files=((blob, "report.docx"),))
    report = file_document(desk, paper, by=Actor.of(secretary), now=NOW)
    reports.circulate(report, desk, by=Actor.of(secretary), now=NOW).distribute(NOW)
    housekeeping.keep_house(AFTER)
    [told] = Message.objects.exclude(kind="circulate")
    assert "No chair has a mail address here, so nobody else is asked" in words(told)
