"""Several people at once: numbers without gaps or doubles, and one side effect for one step."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import connection, transaction

from contacts.actor import Actor
from liaisons import comments, numbering
from liaisons.letter import Addressed
from liaisons.models import Approval, Circulation, Comment, Document, Event, Message, Series, Statement
from liaisons.outbox import waking
from liaisons.texts.writing import begin, rewrite
from liaisons.workflow import Refused, advance
from tests.conftest import ON_SQLITE
from tests.fixtures import AFTER, NOW

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

# SQLite lets one write at a time: more of them would only wait longer.
WRITERS = 3 if ON_SQLITE else 8


@pytest.fixture(autouse=True)
def _no_worker(monkeypatch):
    monkeypatch.setattr(waking, "wake", lambda: None)


def at_once(*calls):
    """Run the calls in threads of their own that start together; returns what each gave back or raised."""
    start = threading.Barrier(len(calls))

    def run(call):
        start.wait()
        try:
            return call()
        except Exception as error:  # noqa: BLE001 – whatever it is, the test looks at it
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


class Changed(Exception):
    """Somebody thinks better of it after the number was given."""


def test_documents_get_numbers_without_gaps_or_doubles(desk):
    def write(writer):
        for turn in range(6):
            try:
                with transaction.atomic():
                    document = Document(kind="contribution", title=f"{writer}.{turn}", registered_at=NOW)
                    numbering.number_document(document, desk)
                    document.save()
                    if (writer + turn) % 3 == 0:
                        raise Changed
            except Changed:
                pass

    assert at_once(*(lambda writer=writer: write(writer) for writer in range(WRITERS))) == [None] * WRITERS
    kept = sum((writer + turn) % 3 != 0 for writer in range(WRITERS) for turn in range(6))
    numbers = list(Document.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, kept + 1))
    assert Series.objects.get().last_number == kept
    assert Document.objects.get(number=kept).reference == f"JCA-MV-Doc-{kept:03d}"


def test_statements_get_numbers_without_gaps_or_doubles(desk, letter, secretary, at_meeting):
    drafts = [begin(desk, letter, by=Actor.of(secretary), now=NOW) for _ in range(WRITERS)]

    def approve(draft, number):
        with transaction.atomic():
            advance(draft, "approve", by=Actor.of(secretary), seen=draft.revision_id, details=at_meeting, now=NOW)
            if number % 4 == 1:
                raise Changed

    said = at_once(*(lambda draft=draft, n=n: approve(draft, n) for n, draft in enumerate(drafts)))
    back = sum(isinstance(one, Changed) for one in said)
    assert back == len(range(1, WRITERS, 4))
    assert [one for one in said if one is not None and not isinstance(one, Changed)] == []
    given = Statement.objects.exclude(number=None).order_by("number").values_list("number", "reference")
    assert list(given) == [(n, f"JCA-MV-LS{n}") for n in range(1, WRITERS - back + 1)]


def test_a_new_draft_sent_twice_at_once_is_one_draft(desk, letter, secretary):
    def press():
        return begin(desk, letter, by=Actor.of(secretary), now=NOW, once=True)

    assert len(set(at_once(*[press] * WRITERS))) == 1
    assert Event.objects.filter(verb="begin").count() == 1


def test_two_secretaries_circulate_at_once(draft, secretary, chair):
    seen = draft.revision_id
    said = at_once(
        lambda: advance(draft, "circulate", by=Actor.of(secretary), seen=seen, now=NOW),
        lambda: advance(draft, "circulate", by=Actor.of(chair), seen=seen, now=NOW),
    )
    (refused,) = [one for one in said if isinstance(one, Exception)]
    assert isinstance(refused, Refused)
    assert refused.sentences[0].startswith("It is circulated: ")
    assert Circulation.objects.count() == Document.objects.count() == 1
    assert Message.objects.filter(kind="circulate").count() == 1
    assert Event.objects.filter(verb="circulate").count() == 1


def test_two_clicks_send_one_dispatch(approved, secretary):
    once = at_once(
        *[lambda: advance(approved, "send", by=Actor.of(secretary), seen=approved.revision_id, now=AFTER)] * 2
    )
    assert sum(isinstance(one, Refused) for one in once) == 1
    assert Message.objects.filter(kind="send").exclude(addressee=None).count() == 3
    assert Statement.objects.get(pk=approved.pk).dispatch_round == 1


def test_both_co_chairs_approve_at_once(circulated, chair, cochair):
    seen = circulated.revision_id
    said = at_once(
        lambda: advance(circulated, "approve", by=Actor.of(chair), seen=seen, now=AFTER),
        lambda: advance(circulated, "approve", by=Actor.of(cochair), seen=seen, now=AFTER),
    )
    assert sorted(one.state for one in said) == ["approved", "circulated"]
    statement = Statement.objects.get(pk=circulated.pk)
    assert (statement.state, statement.reference) == ("approved", "JCA-MV-LS1")
    assert Approval.objects.count() == 2


def test_of_two_who_save_a_draft_one_is_told(draft, letter, secretary, rapporteur):
    seen = draft.revision_id
    letters = [
        (secretary, replace(letter, title="One")),
        (rapporteur, replace(letter, addressees=(Addressed("IETF", "comment", "IETF"),))),
    ]
    said = at_once(
        *(
            lambda user=user, text=text: rewrite(draft, text, by=Actor.of(user), seen=seen, now=NOW)
            for user, text in letters
        )
    )
    assert sum(isinstance(one, Refused) for one in said) == 1
    assert draft.revisions.count() == 2


def test_an_objection_is_counted_or_marked_as_late_but_never_missed_by_the_last_approval(
    circulated, chair, cochair, member
):
    circulation = circulated.circulation
    seen = circulated.revision_id
    advance(circulated, "approve", by=Actor.of(chair), seen=seen, now=AFTER)

    def object_to_it():
        comments.comment(circulation, by=Actor.of(member), kind="objection", text="Not ours.", now=NOW)

    _said, approved = at_once(
        object_to_it, lambda: advance(circulated, "approve", by=Actor.of(cochair), seen=seen, now=AFTER)
    )
    objects = Comment.objects.standing_objections().exists()
    assert (Statement.objects.get().state == "approved") is not objects
    assert isinstance(approved, Refused) is objects
    assert Comment.objects.get().late is not objects
