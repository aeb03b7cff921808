"""Events and revisions stay as they were written."""

import pytest
from django.db import DatabaseError, connection, transaction

from liaisons import guards
from liaisons.models import Event, Revision

pytestmark = pytest.mark.postgres


@pytest.mark.parametrize("table", ["liaisons_event", "liaisons_revision"])
@pytest.mark.parametrize("statement", ["UPDATE {table} SET id = id", "DELETE FROM {table}"])
def test_the_database_itself_refuses_to_change_what_happened(draft, table, statement):
    with pytest.raises(DatabaseError, match="written once and stays"), transaction.atomic():
        connection.cursor().execute(statement.format(table=table))


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
