"""What lies in the folder while a letter goes its way: what went out, under names that never change their meaning."""

import csv
from dataclasses import replace
from datetime import timedelta

import pytest

from contacts.actor import Actor
from liaisons.comments import move_window
from liaisons.details import Amendment, Received
from liaisons.filing import Paper, file_document
from liaisons.folder.contents import contents_of
from liaisons.letter import Attached
from liaisons.models import Circulation, Document, Message, Rendition, Statement
from liaisons.received.registering import register
from liaisons.texts.writing import begin
from liaisons.workflow import advance, record_past
from tests.fixtures import AFTER, NOW
from tests.liaisons.folder.conftest import keep, make_all, names
from tests.pages import page

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

LATER = AFTER + timedelta(days=1)
DOC, LS = ["JCA-MV-Doc-001.docx", "JCA-MV-Doc-001.pdf"], ["JCA-MV-LS1.docx", "JCA-MV-LS1.pdf"]
TEXT = "LS on nominating representatives and giving input to the roadmap"


def rows(folder):
    with (folder / "index.csv").open(encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.DictReader(file) if row["file name"] != "index.html"]


def status(folder):
    return {row["file name"]: row["status"] for row in rows(folder)}


def step(statement, step, user, now=LATER, **more):
    row = Statement.objects.get(pk=statement.pk)
    advance(row, step, by=Actor.of(user), seen=row.revision_id, now=now, **more)
    return Statement.objects.get(pk=statement.pk)


def posted(statement, at=LATER):
    Statement.objects.filter(pk=statement.pk).update(posted_at=at)


class TestOut:
    """From draft to withdrawn."""

    def test_a_draft_is_not_there(self, run, folder, draft):
        run()
        assert names(folder) == []

    def test_a_text_is_there_when_the_list_has_it_and_not_before(self, run, folder, circulated):
        Circulation.objects.update(distributed_at=None)
        run()
        assert (names(folder), rows(folder)) == ([], [])
        Circulation.objects.update(distributed_at=NOW)
        run()
        assert names(folder) == DOC
        assert (folder / "JCA-MV-Doc-001.pdf").read_text() == f"pdf of JCA-MV-Doc-001: {TEXT}"

    def test_an_approved_statement_is_not_there(self, run, folder, approved):
        run()
        assert names(folder) == DOC

    def test_one_that_can_be_recalled_is_not_there(self, run, folder, held, secretary):
        run()
        assert names(folder) == DOC
        step(held, "recall", secretary, now=AFTER)
        run()
        assert names(folder) == DOC

    def test_a_sent_statement_is_there_under_its_number(self, run, folder, sent):
        run()
        assert names(folder) == DOC + LS
        assert (folder / "JCA-MV-LS1.docx").read_text() == f"docx of JCA-MV-LS1: {TEXT}"
        [pdf] = [row for row in rows(folder) if row["file name"] == "JCA-MV-LS1.pdf"]
        assert {name: pdf[name] for name in pdf if name != "sha256"} == {
            "number": "JCA-MV-LS1", "revision": "", "study period": "2025-2028", "kind": "statement", "title": TEXT,
            "source": "JCA-MV", "date": "2025-10-28", "status": "", "file name": "JCA-MV-LS1.pdf", "size": "83",
        }  # fmt: skip

    def test_a_correction_has_a_name_of_its_own_once_it_has_left(self, run, folder, sent, secretary, chair, cochair):
        step(sent, "correct", secretary, reason="A slip.")
        run()
        assert names(folder) == DOC + LS
        correction = Statement.objects.get(corrects=sent)
        step(correction, "circulate", secretary)
        Circulation.objects.get(statement=correction).distribute(LATER)
        after = LATER + timedelta(days=16)
        for user in (chair, cochair):
            step(correction, "approve", user, now=after)
        step(correction, "send", secretary, now=after)
        run()
        assert [name for name in names(folder) if "Corr" in name] == []
        posted(correction, after)
        run()
        corrected = ["JCA-MV-LS1-Corr1.docx", "JCA-MV-LS1-Corr1.pdf"]
        assert [name for name in names(folder) if "LS" in name] == sorted(corrected + LS)
        assert {status(folder)[name] for name in LS} == {"corrected by JCA-MV-LS1-Corr1"}
        assert {status(folder)[name] for name in corrected} == {""}

    def test_a_withdrawn_statement_stays_and_says_so(self, run, folder, sent, secretary):
        run()
        step(sent, "withdraw", secretary, reason="Overtaken.")
        report = run()
        assert (names(folder), report.removed) == (DOC + LS, [])
        assert set(status(folder).values()) == {"withdrawn"}
        assert (folder / "index.html").read_text().count(">withdrawn<") == 2

    def test_one_withdrawn_before_it_left_shows_nothing_more(self, run, folder, held, secretary):
        step(held, "withdraw", secretary, reason="Overtaken.", now=AFTER)
        run()
        assert names(folder) == DOC
        assert "JCA-MV-LS1" not in (folder / "index.html").read_text()


class TestNamesKeepTheirMeaning:
    def test_a_text_amended_in_its_window_is_not_what_the_number_stands_for(
        self, run, folder, circulated, letter, secretary
    ):
        run()
        amended = Amendment(replace(letter, title="Another title"))
        step(circulated, "amend", secretary, now=NOW + timedelta(days=1), reason="Editorial.", details=amended)
        assert run().written == []

    def test_a_window_that_moves_makes_no_other_file(self, run, folder, circulated, secretary):
        run()
        [circulation] = Circulation.objects.all()
        move_window(
            circulation, (AFTER + timedelta(days=9)).date(), reason="A holiday.", by=Actor.of(secretary), now=NOW
        )
        assert run().written == []

    def test_the_next_circulation_has_its_own_name(self, run, folder, circulated, secretary):
        step(circulated, "revise", secretary, now=NOW, reason="Much to change.")
        step(circulated, "circulate", secretary, now=AFTER)
        Circulation.objects.get(document__revision=1).distribute(AFTER)
        run()
        assert names(folder) == ["JCA-MV-Doc-001-R1.docx", "JCA-MV-Doc-001-R1.pdf", *DOC]

    def test_of_two_dispatches_the_one_that_left_is_there(self, run, folder, held, secretary, desk):
        """Taken back, another name printed at the head, sent anew: two files of the same name, one went out."""
        make_all()
        step(held, "recall", secretary, now=AFTER)
        type(desk).objects.update(printed_as="JCA on the Metaverse")
        step(held, "send", secretary, now=AFTER)
        posted(held)
        make_all()
        left = Rendition.objects.filter(name="JCA-MV-LS1.pdf", messages__round=2).distinct().get()
        assert Rendition.objects.filter(name="JCA-MV-LS1.pdf").count() == 2
        [paper] = [paper for paper in contents_of(desk).papers if paper.is_statement]
        assert paper.files[0].blob == left.blob

    def test_numbers_that_begin_again_take_no_name_from_the_first(self, run, folder, sent, desk, letter, secretary):
        run()
        first = (folder / "JCA-MV-LS1.pdf").read_bytes()
        for period, at in (("2029-2032", AFTER + timedelta(days=1400)), ("2022-2024", AFTER - timedelta(days=700))):
            record_past(
                Statement(
                    desk=desk, source=desk.group, source_text="JCA-MV", study_period=period, reference="JCA-MV-LS1",
                    state="sent", created_at=at, approved_at=at, sent_at=at,
                ),
                replace(letter, title=f"Of {period}"), by=Actor.of(secretary), now=AFTER, source="the archive",
            )  # fmt: skip
            run()
        assert (folder / "JCA-MV-LS1.pdf").read_bytes() == first
        assert (folder / "JCA-MV-LS1-2022-2024.pdf").read_text() == "pdf of JCA-MV-LS1: Of 2022-2024"
        assert (folder / "JCA-MV-LS1-2029-2032.pdf").read_text() == "pdf of JCA-MV-LS1: Of 2029-2032"
        assert run().written == []

    def test_the_name_is_that_of_the_file_that_was_sent(self, run, folder, sent):
        run()
        assert set(names(folder)) == set(Message.objects.values_list("files__name", flat=True)) - {None}


class TestFilesBeside:
    def test_attachments_carry_the_number_before_their_name(self, run, folder, desk, letter, secretary):
        attached = (
            Attached("Template of the roadmap", "Gabarit métavers (v2).xlsx", keep(b"PK sheet").sha256),
            Attached("", "Corr1.pdf", keep(b"%PDF other").sha256),
        )
        statement = begin(desk, replace(letter, attachments=attached), by=Actor.of(secretary), now=NOW)
        step(statement, "circulate", secretary, now=NOW)
        Circulation.objects.get().distribute(NOW)
        run()
        assert names(folder) == [*DOC, "JCA-MV-Doc-001_Corr1.pdf", "JCA-MV-Doc-001_Gabarit-metavers-v2.xlsx"]
        assert "Template of the roadmap" in (folder / "index.html").read_text()

    def test_documents_entered_by_hand_are_named_by_their_number(self, run, folder, desk, secretary):
        def file(*files):
            paper = Paper(
                "contribution", "=Proposal", "ETRI", files=tuple((keep(name.encode()), name) for name in files)
            )
            return file_document(desk, paper, by=Actor.of(secretary), now=AFTER)

        file("Proposal final.DOCX", "proposal final.pdf")
        file("Proposal.docx", "Figures.zip", "提案.docx")
        file()
        run()
        assert names(folder) == [
            "JCA-MV-Doc-001.docx", "JCA-MV-Doc-001.pdf",
            "JCA-MV-Doc-002_Figures.zip", "JCA-MV-Doc-002_Proposal.docx", "JCA-MV-Doc-002_file.docx",
        ]  # fmt: skip
        assert next((row["number"], row["file name"]) for row in rows(folder)) == ("JCA-MV-Doc-003", "")
        assert {row["title"] for row in rows(folder)} == {"'=Proposal"}  # which no spreadsheet calculates

    def test_a_received_letter_belongs_to_the_register(self, run, folder, desk, groups, secretary):
        received = Received(
            source_text="ITU-T SG21", source=groups["ITU-T SG21"], title="LS/r on identity", received_on=AFTER.date(),
            reference="SG21-LS82", files=((keep(b"%PDF ls"), "SG21-LS82.pdf"),),
        )  # fmt: skip
        register(desk, received, by=Actor.of(secretary), now=AFTER)
        run()
        [row] = rows(folder)
        assert (row["kind"], row["source"], row["file name"]) == (
            "incoming liaison statement", "ITU-T SG21", "JCA-MV-Doc-001.pdf",
        )  # fmt: skip

    def test_a_letter_entered_as_the_past_is_printed_for_the_folder(self, run, folder, desk, letter, secretary):
        past = Statement(desk=desk, source_text="FG-MV", reference="FG-MV-LS1", study_period="2022-2024", state="sent",
                         created_at=NOW, approved_at=NOW, sent_at=NOW, dated_text="June 2023")  # fmt: skip
        record_past(past, letter, by=Actor.of(secretary), now=AFTER, source="the archive")
        run()
        assert names(folder) == ["FG-MV-LS1.docx", "FG-MV-LS1.pdf"]
        assert {row["date"] for row in rows(folder)} == {"June 2023"}

    def test_a_letter_of_which_somebody_opened_one_kind_gets_the_other_too(
        self, client, run, folder, desk, letter, secretary
    ):
        past = Statement(desk=desk, source_text="FG-MV", reference="FG-MV-LS1", study_period="2022-2024", state="sent",
                         created_at=NOW, approved_at=NOW, sent_at=NOW)  # fmt: skip
        record_past(past, letter, by=Actor.of(secretary), now=AFTER, source="the archive")
        page(client, secretary, f"/statements/{past.pk}/pdf/")
        assert [row.name for row in Rendition.objects.all()] == ["FG-MV-LS1.pdf"]
        type(desk).objects.update(printed_as="FG on the Metaverse")
        run()
        assert names(folder) == ["FG-MV-LS1.docx", "FG-MV-LS1.pdf"]
        assert len(set(Rendition.objects.values_list("masthead_sha256", flat=True))) == 1  # both under one head


def test_two_desks_see_nothing_of_each_other(run, folder, sent, other_desk, other_secretary, settings):
    other_desk.mirrored = True
    other_desk.save()
    paper = Paper("report", "A report", "SG20", files=((keep(b"%PDF sg20"), "report.pdf"),))
    file_document(other_desk, paper, by=Actor.of(other_secretary), now=AFTER)
    run()
    run(other_desk)
    assert names(folder) == DOC + LS
    assert names(settings.FOLDER / "sg20") == ["SG20-TD1.pdf"]
    assert "JCA-MV" not in (settings.FOLDER / "sg20" / "index.html").read_text()


def test_more_papers_ask_no_more_of_the_database(sent, desk, secretary, django_assert_num_queries):
    def file(number):
        for _ in range(number):
            paper = Paper("report", "A report", "SG20", files=((keep(b"%PDF"), "report.pdf"),))
            file_document(desk, paper, by=Actor.of(secretary), now=AFTER)

    make_all()
    file(1)
    with django_assert_num_queries(7):
        assert len(contents_of(desk).papers) == 3
    file(2)
    with django_assert_num_queries(7):
        assert len(contents_of(desk).papers) == 5
    assert Document.objects.count() == 4
