"""Numbers without gaps or doubles: of statements per study period, of documents in a run that never restarts."""

from datetime import datetime

from contacts.models import Desk
from liaisons.calendar import study_period
from liaisons.models import Document, Series, Statement


def number_statement(statement: Statement, desk: Desk, now: datetime) -> None:
    """Give the statement the next number of the desk's series for the study period of the day of approval.

    One that was approved before keeps the number it has.
    """
    today = desk.today(now)
    statement.dated = today
    if statement.number is None:
        period = study_period(today)
        statement.series, statement.number = _take(desk, Series.Kind.STATEMENTS, period)
        statement.study_period = period
        statement.reference = desk.number_pattern.format(group=desk.group.designation, n=statement.number)


def last_correction(statement: Statement) -> int:
    """The highest correction of the statement's number so far; its series stays locked until the transaction ends."""
    Series.objects.select_for_update(of=("self",)).get(statement=statement)
    same = Statement.objects.filter(series=statement.series, number=statement.number)
    return max(same.values_list("correction", flat=True))


def number_document(document: Document, desk: Desk) -> None:
    """Give the document the next number of the desk's register."""
    document.series, document.number = _take(desk, Series.Kind.DOCUMENTS, "")
    document.reference = desk.document_pattern.format(group=desk.group.designation, n=document.number)


def next_revision(document: Document) -> Document:
    """The document at its next revision, unsaved: JCA-MV-Doc-021 becomes JCA-MV-Doc-021-R1.

    Its series stays locked until the transaction ends, so that two people do not make the same one.
    """
    Series.objects.select_for_update().get(pk=document.series_id)
    latest = Document.objects.filter(series=document.series, number=document.number).latest("revision")
    root = latest.reference.removesuffix(f"-R{latest.revision}")
    return Document(
        series=latest.series,
        number=latest.number,
        revision=latest.revision + 1,
        reference=f"{root}-R{latest.revision + 1}",
        kind=latest.kind,
    )


def _take(desk: Desk, kind: str, period: str) -> tuple[Series, int]:
    """The series, locked until the transaction ends (so that a rollback leaves no gap), and its next number."""
    Series.objects.get_or_create(group=desk.group, kind=kind, period=period)
    series = Series.objects.select_for_update().get(group=desk.group, kind=kind, period=period)
    series.last_number += 1
    series.save(update_fields=["last_number"])
    return series, series.last_number
