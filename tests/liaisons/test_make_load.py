"""A load for measuring: the same each time, whole in every respect, and never beside real people."""

from collections import Counter
from datetime import date

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Count, F, Max, Min

from contacts.models import Desk
from liaisons.demo.bulk.people import SECRETARY
from liaisons.letter import Letter
from liaisons.models import (
    Addressee,
    Circulation,
    Document,
    Event,
    Message,
    Registration,
    Reply,
    Request,
    Revision,
    Series,
    Statement,
)
from liaisons.outbox import refusal
from liaisons.replies import answers

MANY = 100
DAY = "2026-11-20"


@pytest.fixture
def load(db):
    make()


def make(**options):
    call_command("make_load", statements=MANY, on=date.fromisoformat(DAY), verbosity=0, **options)


def rows_of_letters():
    return {
        model.__name__: list(model.objects.order_by("pk").values())
        for model in apps.get_app_config("liaisons").get_models()
    }


@pytest.mark.postgres
def test_the_same_day_and_seed_give_the_same_rows(db):
    loads = []
    for seed in (1, 1, 2):
        with transaction.atomic():
            make(seed=seed)
            loads.append(_without_keys(rows_of_letters()))
            transaction.set_rollback(True)
    assert loads[0] == loads[1]
    assert loads[0] != loads[2]


def _without_keys(rows):
    """What the rows say; groups, people and series get other keys in the next transaction."""
    return {
        name: [
            {column: value for column, value in row.items() if column != "id" and not column.endswith("_id")}
            for row in found
        ]
        for name, found in rows.items()
    }


@pytest.mark.postgres
def test_there_are_ten_addressees_each_and_every_state(load):
    assert Statement.objects.count() == MANY
    assert Addressee.objects.count() == 10 * MANY
    assert set(Statement.objects.values_list("state", flat=True)) == set(Statement.State.values)
    assert set(Registration.objects.values_list("state", flat=True)) == set(Registration.State.values)
    assert set(Addressee.objects.values_list("reply", flat=True)) == set(Addressee.ReplyState.values)
    late = Addressee.objects.owing().filter(due_on__lt=DAY).count()
    assert 0 < late < Addressee.objects.owing().count()


@pytest.mark.postgres
def test_numbers_have_no_gaps_and_follow_the_days(load):
    numbered = Statement.objects.filter(series__isnull=False).order_by("series__period", "number")
    for series in Series.objects.filter(kind=Series.Kind.STATEMENTS):
        found = list(numbered.filter(series=series).values_list("number", "approved_at"))
        assert [number for number, _at in found] == list(range(1, series.last_number + 1))
        assert [at for _number, at in found] == sorted(at for _number, at in found)
    [papers] = Series.objects.filter(kind=Series.Kind.DOCUMENTS)
    counted = papers.documents.aggregate(least=Min("number"), most=Max("number"), rows=Count("pk"))
    assert counted == {"least": 1, "most": papers.last_number, "rows": papers.last_number}


@pytest.mark.postgres
def test_each_revision_is_the_letter_its_hash_is_of(load):
    for revision in Revision.objects.select_related("statement"):
        assert Letter.from_dict(revision.content).sha256() == revision.sha256
        assert revision.statement.revision_id == revision.pk
        addressed = [(row.text, row.purpose) for row in revision.statement.addressees.order_by("position")]
        assert addressed == [(one.text, one.purpose) for one in revision.letter.addressees]


@pytest.mark.postgres
def test_the_reply_of_each_addressee_is_what_came_back_from_it(load):
    ours = Addressee.objects.filter(statement__desk__isnull=False).exclude(purpose="information")
    assert ours.exists()
    assert {row.pk: row.reply for row in ours} == {row.pk: answers.reached(row) for row in ours}
    settled = Request.objects.filter(outcome="settled")
    assert settled.count() == Reply.objects.filter(settlements__request__in=settled).count() > 0


@pytest.mark.postgres
def test_a_statement_is_in_the_state_that_its_requests_leave_it_in(load):
    still_owing = set(Addressee.objects.owing().values_list("statement", flat=True))
    assert still_owing == set(Statement.objects.filter(state="sent").values_list("pk", flat=True))
    ended = Request.objects.still_open().filter(addressee__statement__state__in=["replied", "closed"])
    assert not ended.exists()
    assert not Statement.objects.filter(state="replied").exclude(ended_at__gte=F("sent_at")).exists()


@pytest.mark.postgres
def test_each_statement_and_each_registration_has_its_event(load):
    told = Event.objects.filter(verb="record", registration=None).values_list("statement", "target_state")
    assert Counter(told) == Counter(Statement.objects.values_list("pk", "state"))
    told = Event.objects.filter(verb="record", registration__isnull=False).values_list("registration", "target_state")
    assert Counter(told) == Counter(Registration.objects.values_list("pk", "state"))


@pytest.mark.postgres
def test_windows_are_open_only_for_what_is_circulated(load):
    open_ = Circulation.objects.filter(ended_at=None, closes_on__gt=DAY)
    circulated = Statement.objects.filter(state="circulated")
    assert set(open_.values_list("statement", flat=True)) == set(circulated.values_list("pk", flat=True))
    assert Document.objects.filter(circulation__isnull=False).count() == Circulation.objects.count()


@pytest.mark.postgres
def test_what_comes_after_a_load_gets_the_next_keys(load):
    last = Statement.objects.latest("pk")
    new = Statement.objects.create(desk=Desk.objects.get(), source_text="LOAD", created_at=last.created_at)
    assert new.pk > last.pk


def test_no_mail_of_a_load_reaches_a_server(load, settings):
    settings.EMAIL_BACKEND = "liaisons.outbox.transport.SmtpBackend"
    assert refusal()
    assert not Message.objects.exists()


def test_a_load_opens_its_register_to_its_secretary(load, client):
    client.login(email=SECRETARY, password="liaise")
    page = client.get("/statements/").content.decode()
    assert "LOAD-LS" in page


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("address", "model", "key"), [("/statements/", Statement, "created_at"), ("/documents/", Document, "number")]
)
def test_the_last_page_of_a_register_costs_as_few_queries_as_the_first(
    load, client, address, model, key, django_assert_max_num_queries
):
    client.login(email=SECRETARY, password="liaise")
    before_the_last = model.objects.order_by(key, "pk")[20]
    for page, onward in ((address, True), (f"{address}?after={before_the_last.pk}", False)):
        with django_assert_max_num_queries(12):
            content = client.get(page).content.decode()
        assert ("?after=" in content) is onward


def test_no_load_is_made_beside_the_desk_of_somebody_real(desk):
    with pytest.raises(CommandError, match="Here is the desk of JCA-MV"):
        make()
    assert not Statement.objects.exists()


def test_no_second_load_is_made(load):
    with pytest.raises(CommandError, match="There is a load here already"):
        make()
    assert Statement.objects.count() == MANY
