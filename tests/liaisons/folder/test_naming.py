"""Names in the folder: safe everywhere, the number first, and none that could be that of another paper."""

from datetime import timedelta

import pytest

from liaisons import renditions
from liaisons.documents.naming import stem
from liaisons.folder import naming
from liaisons.folder.contents import File, Paper
from liaisons.folder.placing import named
from liaisons.letter import Masthead
from liaisons.models import Blob
from tests.fixtures import NOW


@pytest.mark.parametrize(
    ("number", "correction", "name"),
    [
        ("JCA-MV-LS1", 0, "JCA-MV-LS1"),
        ("COM 2-LS 42/2-E", 2, "COM-2-LS-42-2-E-Corr2"),
        ("../../x\r\n", 1, "x-Corr1"),
    ],
)
def test_the_number_makes_the_same_name_as_on_the_files_that_are_sent(draft, number, correction, name):
    draft.revision.statement.correction = correction
    [row] = renditions.unsaved(draft.revision, Masthead(number=number, group="", study_period=""), kinds=["pdf"])
    assert (stem(number, correction), row.name) == (name, f"{name}.pdf")


@pytest.mark.parametrize(
    ("name", "beside"),
    [
        ("Gabarit métavers.XLSX", "D1_Gabarit-metavers.xlsx"),
        ("../../etc/passwd", "D1_etc-passwd"),
        ("..\\x\r\n.pdf", "D1_x.pdf"),
        ("-rf.pdf", "D1_rf.pdf"),
        ("提案.docx", "D1_file.docx"),
        ("D1 Annex.pdf", "D1_Annex.pdf"),
        ("D1.pdf", "D1.pdf"),
        ("D12.pdf", "D1_D12.pdf"),
        ("D1-R1.pdf", "D1_R1.pdf"),
        (f"{'x' * 200}.pdf", f"D1_{'x' * 80}.pdf"),
    ],
)
def test_a_file_beside_keeps_its_own_name_after_the_number(name, beside):
    assert naming.beside("D1", name) == beside


def paper(number, *files, period="", day=0):
    return Paper(
        number=number, revision="", period=period, kind="", title="", source="", dated="", url="", is_statement=True,
        at=NOW + timedelta(days=day), files=tuple(File(name, Blob(sha256=name)) for name in files),
    )  # fmt: skip


def placed(papers, published=()):
    return [[name for name, _file in one.files] for one in named(papers, dict(published), ["index.html"])]


def test_of_two_papers_the_earlier_has_the_name():
    papers = [paper("LS1", "LS1.pdf", period="2029-2032", day=1), paper("LS1", "LS1.pdf", period="2025-2028")]
    assert placed(papers) == [["LS1-2029-2032.pdf"], ["LS1.pdf"]]


def test_a_name_that_was_given_stays_with_its_paper():
    """Entered later, an earlier paper does not get the name; taken away, the name is not passed on."""
    later = paper("LS1", "LS1.pdf", period="2025-2028", day=1)
    earlier = paper("LS1", "LS1.pdf", period="2022-2024")
    published = {"ls1.pdf": later.identity}
    assert placed([later, earlier], published) == [["LS1.pdf"], ["LS1-2022-2024.pdf"]]
    published = {"ls1-2022-2024.pdf": earlier.identity}
    assert placed([earlier], published) == [["LS1-2022-2024.pdf"]]


def test_files_whose_names_differ_only_in_capitals_are_told_apart():
    assert placed([paper("D1", "D1_a.pdf", "D1_A.pdf", "D1_a.pdf")]) == [["D1_a.pdf", "D1_A-2.pdf", "D1_a-3.pdf"]]
    assert placed([paper("", "Index.html")]) == [["Index-2.html"]]
