"""The files of a letter are ordered once, made once, kept by their hash, and set aside when they cannot be made."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils import timezone

from contacts.actor import Actor
from contacts.models import Group
from liaisons import renditions, sheets
from liaisons.documents import renderer
from liaisons.letter import Masthead
from liaisons.models import Blob, Letterhead, Rendition, Statement
from liaisons.texts.writing import write
from tests.fixtures import AFTER, NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def none_ordered(approved):
    """An approved statement of which no file is waiting to be made."""
    Rendition.objects.update(blob=Blob.objects.keep(b"made before", "application/pdf"))
    return approved


@pytest.fixture
def rendered(monkeypatch):
    """What the renderer was asked for; it answers at once."""
    asked = []

    def render(sheet, kind, *, timeout):
        asked.append((sheet, kind, timeout))
        return renderer.Rendered(f"{kind} of {sheet.masthead.number}".encode(), missing="☂")

    monkeypatch.setattr(renderer, "render", render)
    return asked


def test_a_draft_in_circulation_prints_its_document_number_and_until_when_comments_are_taken(circulated):
    masthead = sheets.masthead_of(circulated, circulation=circulated.circulation)
    assert masthead == Masthead(
        number="JCA-MV-Doc-001",
        group="Joint Coordination Activity on Metaverse Standardization",
        study_period="2025-2028",
        questions_label="Question(s):",
        comments_until=date(2025, 10, 27),
        dated=date(2025, 10, 13),
    )


def test_an_approved_statement_prints_its_number_and_its_approval(approved):
    masthead = sheets.masthead_of(approved)
    assert (masthead.number, masthead.study_period, masthead.dated) == ("JCA-MV-LS1", "2025-2028", date(2025, 10, 28))
    assert masthead.approval == "JCA-MV, by correspondence (28 October 2025)"
    assert masthead.comments_until is None


def test_the_study_period_is_that_of_the_day_at_the_desks_seat(draft):
    """Half past midnight on New Year's Day in Geneva is still the old year in UTC."""
    draft.created_at = NOW.replace(year=2024, month=12, day=31, hour=23, minute=30)
    assert sheets.masthead_of(draft).study_period == "2025-2028"


def test_a_statement_issued_elsewhere_prints_what_its_source_said(db):
    statement = Statement.objects.create(
        source_text="ITU-T SG21", reference="SG21-LS82", state="elsewhere", dated=date(2025, 3, 1), created_at=NOW
    )
    masthead = sheets.masthead_of(statement)
    assert (masthead.number, masthead.group, masthead.study_period) == ("SG21-LS82", "ITU-T SG21", "2025-2028")


def test_the_same_files_are_ordered_once_and_others_under_another_masthead(circulated):
    masthead = sheets.masthead_of(circulated, circulation=circulated.circulation)
    first = renditions.order(circulated.revision, masthead)
    assert [row.name for row in first] == ["JCA-MV-Doc-001.pdf", "JCA-MV-Doc-001.docx"]
    assert renditions.order(circulated.revision, masthead) == first
    assert renditions.order(circulated.revision, masthead, kinds=["docx"]) == [first[1]]
    extended = renditions.order(circulated.revision, replace(masthead, comments_until=date(2025, 11, 3)))
    assert not {row.pk for row in extended} & {row.pk for row in first}


def test_what_is_only_looked_at_is_not_ordered(approved):
    before = Rendition.objects.count()
    named = renditions.unsaved(approved.revision, sheets.masthead_of(approved))
    assert [(row.name, row.pk) for row in named] == [("JCA-MV-LS1.pdf", None), ("JCA-MV-LS1.docx", None)]
    assert Rendition.objects.count() == before


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("JCA-MV-Doc-021-R1", "JCA-MV-Doc-021-R1.pdf"),
        ("COM 2-LS 42/2-E", "COM-2-LS-42-2-E.pdf"),
        ("../../etc/passwd\r\n", "etc-passwd.pdf"),
        ("", "draft-{pk}-1.pdf"),
    ],
)
def test_the_name_of_a_file_is_the_number_of_the_letter(draft, number, name):
    [row] = renditions.unsaved(draft.revision, Masthead(number=number, group="JCA-MV", study_period=""), kinds=["pdf"])
    assert row.name == name.format(pk=draft.pk)


def test_a_correction_is_told_from_what_it_corrects_by_its_name(approved):
    approved.correction = 2
    approved.revision.statement = approved
    [row] = renditions.unsaved(approved.revision, sheets.masthead_of(approved), kinds=["pdf"])
    assert row.name == "JCA-MV-LS1-Corr2.pdf"


def test_a_file_is_made_from_the_letter_and_the_masthead_as_they_were_ordered(approved, rendered):
    emblem = Blob.objects.keep(b"a picture", "image/png")
    masthead = replace(sheets.masthead_of(approved), emblem=emblem.sha256, organization=("UNION", "SECTEUR"))
    [pdf] = renditions.order(approved.revision, masthead, kinds=["pdf"])
    assert renditions.make_missing(only=[pdf.pk]) == 1
    [(sheet, kind, _timeout)] = rendered
    assert (sheet.letter, sheet.masthead, kind) == (approved.revision.letter, masthead, "pdf")
    assert sheet.pictures == {emblem.sha256: b"a picture"}
    made = Rendition.objects.get(pk=pdf.pk)
    assert (made.blob.read(), made.blob.media_type, made.error) == (b"pdf of JCA-MV-LS1", "application/pdf", "")
    assert [notes["missing"] for notes in made.warnings] == ["☂"]
    assert renditions.make_missing(only=[pdf.pk]) == 0


def test_a_picture_that_is_lost_is_said_and_the_file_set_aside(approved, rendered):
    masthead = replace(sheets.masthead_of(approved), emblem="f" * 64)
    [pdf] = renditions.order(approved.revision, masthead, kinds=["pdf"])
    assert renditions.make_missing(only=[pdf.pk]) == 0
    assert "The picture ffffffffffff is not stored here any more." in Rendition.objects.get(pk=pdf.pk).error


def test_letters_are_headed_by_the_nearest_body_above_that_has_a_letterhead(approved):
    emblem = Blob.objects.keep(b"a picture", "image/png")
    group = approved.desk.group
    group.parent, _ = Group.objects.get_or_create(designation="ITU-T", defaults={"kind": "sector"})
    group.save()
    assert sheets.masthead_of(approved).organization[0] == "INTERNATIONAL TELECOMMUNICATION UNION"
    Letterhead.objects.create(organization=group.parent, emblem=emblem, lines="THE UNION\n\nThe Sector ")
    masthead = sheets.masthead_of(approved)
    assert (masthead.emblem, masthead.organization) == (emblem.sha256, ("THE UNION", "The Sector"))


def test_the_same_bytes_are_kept_once(none_ordered, monkeypatch):
    monkeypatch.setattr(renderer, "render", lambda *_args, **_limits: renderer.Rendered(b"%PDF the same"))
    masthead = sheets.masthead_of(none_ordered)
    renditions.order(none_ordered.revision, masthead, kinds=["pdf"])
    renditions.order(none_ordered.revision, replace(masthead, study_period=""), kinds=["pdf"])
    assert renditions.make_missing() == 2
    assert Blob.objects.count() == 2  # the one from before and this one


def test_three_failures_set_a_file_aside_and_the_others_are_made(none_ordered, monkeypatch):
    def render(_sheet, kind, *, timeout):
        if kind == "pdf":
            raise renderer.RenderError("memory", "Annex 1 is too large.")
        return renderer.Rendered(b"PK")

    monkeypatch.setattr(renderer, "render", render)
    pdf, word = renditions.order(none_ordered.revision, sheets.masthead_of(none_ordered))
    assert [renditions.make_missing() for _try in range(5)] == [1, 0, 0, 0, 0]
    pdf, word = Rendition.objects.get(pk=pdf.pk), Rendition.objects.get(pk=word.pk)
    assert (pdf.tries, pdf.error, pdf.blob) == (3, "Annex 1 is too large.", None)
    assert word.blob is not None
    renditions.try_again([pdf.pk])
    assert Rendition.objects.get(pk=pdf.pk).tries == 0


def test_a_renderer_that_takes_its_process_with_it_has_used_up_a_try(none_ordered, monkeypatch):
    def killed(*_args, **_limits):
        raise SystemExit

    monkeypatch.setattr(renderer, "render", killed)
    [pdf] = renditions.order(none_ordered.revision, sheets.masthead_of(none_ordered), kinds=["pdf"])
    with pytest.raises(SystemExit):
        renditions.make_missing()
    assert Rendition.objects.get(pk=pdf.pk).tries == 0  # for all we know it is still being made
    assert renditions.recover(timezone.now()) == 0
    assert renditions.recover(timezone.now() + timedelta(seconds=61)) == 1
    found = Rendition.objects.get(pk=pdf.pk)
    assert (found.tries, found.claimed_at) == (1, None)
    assert found.error == "The process that was making it stopped before it was done."


def test_no_file_is_begun_that_could_not_be_made_in_the_time_of_a_task(none_ordered, monkeypatch, settings):
    masthead = sheets.masthead_of(none_ordered)
    for day in range(1, 6):
        renditions.order(none_ordered.revision, replace(masthead, dated=date(2025, 10, day)), kinds=["pdf"])
    clock = [1000.0]

    def slow(_sheet, _kind, *, timeout):
        clock[0] += timeout
        return renderer.Rendered(b"%PDF")

    monkeypatch.setattr(renderer, "render", slow)
    monkeypatch.setattr(renditions.time, "monotonic", lambda: clock[0])
    assert renditions.make_missing() == 2
    assert clock[0] - 1000.0 < settings.CELERY_TASK_SOFT_TIME_LIMIT
    assert renditions.make_missing(until=clock[0]) == 0


def test_of_two_workers_only_one_makes_a_file(none_ordered, monkeypatch):
    [stale] = renditions.order(none_ordered.revision, sheets.masthead_of(none_ordered), kinds=["pdf"])
    asked = []

    def render(_sheet, kind, *, timeout):
        asked.append(kind)
        assert not renditions._make(stale)  # as the other worker read it a moment before
        return renderer.Rendered(b"%PDF")

    monkeypatch.setattr(renderer, "render", render)
    assert renditions.make_missing() == 1
    assert asked == ["pdf"]


def test_a_new_revision_has_files_of_its_own(draft, letter, secretary):
    masthead = sheets.masthead_of(draft)
    [first] = renditions.order(draft.revision, masthead, kinds=["pdf"])
    later = write(draft, replace(letter, title="Another title"), by=Actor.of(secretary), now=AFTER + timedelta(days=1))
    [second] = renditions.order(later, masthead, kinds=["pdf"])
    assert first != second


def test_a_real_letter_becomes_a_pdf_and_a_word_file(none_ordered):
    rows = renditions.order(none_ordered.revision, sheets.masthead_of(none_ordered))
    assert renditions.make_missing() == 2
    pdf, word = (Rendition.objects.get(pk=row.pk).blob.read() for row in rows)
    assert pdf.startswith(b"%PDF")
    assert word.startswith(b"PK")
