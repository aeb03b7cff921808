"""Events and revisions stay as they were written."""

from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction

from contacts.actor import Actor
from liaisons import guards
from liaisons import letter as texts
from liaisons.models import Annex, Attachment, Blob, Event, Revision, RevisionContact
from liaisons.texts.writing import begin
from tests.fixtures import NOW

pytestmark = pytest.mark.postgres


@pytest.fixture
def written(desk, letter, secretary):
    """A revision with every part a revision can have."""
    blob = Blob.objects.keep(b"%PDF-1.7", "application/pdf")
    whole = replace(
        letter,
        annexes=(texts.Annex("Template", body="<p>Rows.</p>"),),
        attachments=(texts.Attached("", "a.pdf", blob.sha256),),
    )
    return begin(desk, whole, by=Actor.of(secretary), now=NOW)


@pytest.mark.parametrize("table", guards.GUARDED)
@pytest.mark.parametrize("statement", ["UPDATE {table} SET id = id", "DELETE FROM {table}"])
def test_the_database_itself_refuses_to_change_what_happened(written, table, statement):
    with pytest.raises(DatabaseError, match="written once and stays"), transaction.atomic():
        connection.cursor().execute(statement.format(table=table))


def test_a_revision_is_kept_with_all_its_parts():
    kept = {model._meta.db_table for model in (Event, Revision, RevisionContact, Annex, Attachment)}
    assert set(guards.GUARDED) == kept


def test_models_refuse_before_the_database_is_asked(draft):
    with pytest.raises(TypeError, match="never changed"):
        Event.objects.filter(statement=draft).update(reason="another")
    with pytest.raises(TypeError, match="never deleted"):
        Event.objects.filter(statement=draft).delete()
    with pytest.raises(TypeError, match="written once"):
        Revision.objects.get(statement=draft).save()


def test_the_check_names_a_missing_trigger_and_migrate_mends_it(db):
    guards.lift(connection)
    assert [error.id for error in guards.check_guards(None, databases=["default"])] == ["liaisons.E001"]
    guards.install(connection)
    assert guards.check_guards(None, databases=["default"]) == []
