"""The PDF has the measures of the ITU's template, says what the letter says, and fetches nothing."""

from dataclasses import replace
from datetime import date
from io import BytesIO

import pikepdf
import pytest
from PIL import Image
from weasyprint import HTML

from liaisons.documents.fetcher import LARGEST_PICTURE, RefusingFetcher
from liaisons.documents.pdf import write_pdf
from liaisons.letter import Addressed, Annex, Contact, Sheet
from tests.liaisons.documents import samples
from tests.liaisons.documents.measure import MM, pages, rules, run, text, word, words

NEAR = 0.25  # mm


@pytest.fixture(scope="module")
def ls1() -> bytes:
    return write_pdf(samples.fg_mv_ls1()).content


@pytest.fixture(scope="module")
def draft() -> bytes:
    return write_pdf(samples.invitation(comments_until=date(2025, 12, 4))).content


def with_letter(sheet: Sheet, **changes) -> bytes:
    return write_pdf(replace(sheet, letter=replace(sheet.letter, **changes))).content


def near(value: float) -> object:
    return pytest.approx(value, abs=NEAR)


def test_emblem_of_the_desk_takes_the_place():
    picture = BytesIO()
    Image.new("RGB", (90, 98), "navy").save(picture, "PNG")
    sheet = samples.fg_mv_ls1()
    pictures = {"a" * 64: picture.getvalue()}
    rendered = write_pdf(replace(sheet, masthead=replace(sheet.masthead, emblem="a" * 64), pictures=pictures))
    assert len(run(rendered.content, "pdfimages", "-list", "-").splitlines()) == 3  # two lines of heading, one picture
    assert rendered.refused == ()


def test_rules_are_as_thick_as_in_the_template(ls1):
    first_page = [rule for rule in rules(ls1) if rule.page == 1]
    heights = sorted({round(rule.top, 1) for rule in first_page})
    thickness = [max(rule.points for rule in first_page if round(rule.top, 1) == height) for height in heights]
    # Below the block, above LIAISON STATEMENT, below Deadline; below each contact.
    assert thickness == [1.5, 1.5, 1.5, 1.0, 1.0]
    for height in heights:
        line = [rule for rule in first_page if round(rule.top, 1) == height]
        assert (min(rule.left for rule in line), max(rule.right for rule in line)) == (near(20), near(190))
    statement, deadline = word(ls1, "LIAISON"), word(ls1, "Deadline:")
    assert heights[0] < word(ls1, "WG(s):").top < heights[1] < statement.top < deadline.top < heights[2]
    assert abs((statement.left + word(ls1, "STATEMENT").right) / 2 - 105) < NEAR


def test_rows_stand_where_the_template_has_them(ls1):
    labels = ["WG(s):", "Ref.:", "Source:", "Title:", "Approval:", "Deadline:", "Contact:", "Abstract:"]
    found = [word(ls1, label) for label in labels]
    assert [label.left for label in found] == [near(21)] * len(labels)
    assert [label.top for label in found] == sorted(label.top for label in found)
    assert {round(label.size) for label in found} == {12}
    assert word(ls1, "N/A").left == near(20 + 25.01 + 1)
    assert word(ls1, "Riyadh,").top == near(word(ls1, "WG(s):").top)
    assert word(ls1, "2023").right == near(189)  # the venue, right aligned
    assert word(ls1, "ITU-R").left == near(20 + 38.89 + 1)
    assert word(ls1, "E-mail:").left == near(20 + 92.51 + 1)
    assert word(ls1, "chair@fg-mv.example.org").left == near(20 + 92.51 + 1 + 14)  # a tab of 794 twips
    assert word(ls1, "set").left > word(ls1, "Abstract:").right
    assert word(ls1, "introduces").left == near(20 + 28.01 + 1)


def test_rows_say_whom_by_when_and_through_whom(ls1):
    said = " ".join(text(ls1, "-raw").split())
    assert f"For action to: {', '.join(samples.FOR_ACTION)}" in said
    assert f"For information to: {', '.join(samples.FOR_INFORMATION)}" in said
    assert "Approval: ITU-T FG-MV meeting (Riyadh, 09 March 2023)" in said
    assert "Deadline: 30 June 2023" in said
    assert said.count("Contact:") == 2
    assert "For comment to" not in said
    assert "Tel:" not in said


def test_no_name_of_an_addressee_is_torn_between_two_lines(ls1):
    lines = pages(ls1)[0].splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("For action to:"))
    end = next(at for at, line in enumerate(lines) if line.startswith("Approval:"))
    said = [line.removeprefix("For action to:").removeprefix("For information to:") for line in lines[start:end]]
    printed = {name.strip() for line in said for name in line.split(",") if name.strip()}
    assert printed == {*samples.FOR_ACTION, *samples.FOR_INFORMATION}


def test_what_nobody_wrote_is_printed_as_the_itu_does():
    sheet = samples.fg_mv_ls1()
    empty = replace(
        sheet.letter, questions="", ref="", abstract="", deadline=None, addressees=(), contacts=(), body="<p>Text.</p>"
    )
    said = text(write_pdf(Sheet(empty, replace(sheet.masthead, approval=""))).content, "-layout")
    lines = [" ".join(line.split()) for line in said.splitlines()]
    for line in ("WG(s): N/A Riyadh, 8–9 March 2023", "For action to: -", "For information to: -", "Approval: -"):
        assert line in lines
    assert "Deadline: -" in lines
    for absent in ("Ref.:", "For comment to:", "Contact:", "Abstract:", "Attachments"):
        assert absent not in said


def test_deadline_in_words_and_deadlines_of_some_addressees():
    sheet = samples.fg_mv_ls1()
    addressees = (Addressed("W3C", "action"), Addressed("IETF", "action", deadline=date(2023, 7, 31)))
    said = text(with_letter(sheet, addressees=addressees, deadline=None, deadline_text="by your next meeting"), "-raw")
    assert "Deadline: by your next meeting; IETF: 31 July 2023" in said


def test_title_of_a_reply_says_so_once():
    sheet = samples.fg_mv_ls1()
    said = text(with_letter(sheet, title="LS/r on terms", in_reply_to=("SG20-LS9",)), "-raw")
    assert "Title: LS/r on terms (reply to SG20-LS9)" in said
    said = text(with_letter(sheet, title="LS/r on terms (reply to SG20-LS9)", in_reply_to=("SG20-LS9",)), "-raw")
    assert said.count("SG20-LS9") == 1


def test_running_header_begins_on_page_2(ls1, draft):
    number, page = word(ls1, "FG-MV-LS1", page=2), word(ls1, "2", page=2)
    assert (number.size, page.size) == (pytest.approx(9, abs=0.05),) * 2
    assert page.top == near(7.5 + (1.15 - 1.107) / 2 * 9 * MM)  # 425 twips to the first line
    assert (number.left + number.right) / 2 == near(105)
    assert [found.text for found in words(ls1) if found.page == 2][:4] == ["-", "2", "-", "FG-MV-LS1"]
    assert min(found.top for found in words(ls1) if found.page == 1) > 20
    for at in (2, 3, 4):
        assert [found.text for found in words(draft) if found.page == at][:3] == ["-", str(at), "-"]


def test_draft_says_so_on_every_page_and_until_when(draft, ls1):
    for page in pages(draft):
        assert page.count("DRAFT – for comment until 4 December 2025") == 1
    first = word(draft, "DRAFT")
    assert first.bottom < 20
    assert "JCA-MV-Doc-021-R1" in pages(draft)[0]
    assert "DRAFT" not in text(ls1)


def test_lists_hang_by_14_mm(draft, ls1):
    assert [found.left for found in words(ls1) if found.text == "–" and found.page == 2 and found.left < 25] == [
        near(20)
    ] * 3
    for first_or_second_line in ("roadmaps,", "published"):
        line = word(ls1, first_or_second_line, page=2)
        same = [found for found in words(ls1) if found.page == 2 and abs(found.top - line.top) < 0.1]
        assert min(found.left for found in same if found.text != "–") == near(34)
    assert [found.left for found in words(draft) if found.text == "1)" and found.page == 4] == [near(20)]
    nested = [
        found for found in words(draft) if found.text == "–" and found.page == 4 and found.left > 25 and found.top > 20
    ]
    assert [found.left for found in nested] == [near(34)] * 3


def test_numbers_of_headings_hang_by_14_mm(draft):
    number, heading = word(draft, "7.2", page=4), word(draft, "LS/r/i", page=4)
    assert (number.left, heading.left) == (near(20), near(34))
    assert word(draft, "TSAG]", page=4).left > 34 - NEAR
    gap = word(draft, "Executive", page=4).top - word(draft, "part.", page=4).bottom
    assert gap == pytest.approx(18 * MM, abs=0.6)


def test_annexes_begin_pages_of_their_own_under_a_centred_title(draft):
    titles = {
        3: "Annex 1: Template for inputs",
        4: "Annex 2: Report of the first meeting of the JCA-MV (JCA-MV-Doc-022)",
    }
    for page, title in titles.items():
        assert title in pages(draft)[page - 1]
        line = [found for found in words(draft) if found.page == page and round(found.size) == 14]
        assert abs((line[0].left + line[-1].right) / 2 - 105) < NEAR
        assert line[0].top == pytest.approx(20 + 24 * MM, abs=0.6)
    before = pages(draft)[0] + pages(draft)[1]
    assert "Annex 1: Template for inputs to the Metaverse Standardization Roadmap" in before
    assert "JCA-MV-Doc-020: Draft list of relevant groups and entities" in before


def test_title_that_names_its_annex_does_not_name_it_twice():
    said = text(with_letter(samples.fg_mv_ls1(), annexes=(Annex("Annex 1 – Terms", "<p>x</p>"),)))
    assert "Annex 1 – Terms" in said
    assert "Annex 1: Annex 1" not in said


def test_requests_are_a_row_of_their_own(draft):
    said = " ".join(pages(draft)[0].split())
    assert "Action: 1) Nominate a representative to JCA-MV. 2) Fill in the template of Annex 1" in said


def test_tables_have_a_caption_a_head_on_each_page_and_11_points():
    rows = tuple((f"FGMV-{number:02}", f"Deliverable {number}") for number in range(1, 81))
    pdf = with_letter(samples.fg_mv_ls1(), body=f"<p>Table 1 – Allocation</p>{samples.table(('No.', 'Title'), rows)}")
    with_rows = [page for page in pages(pdf) if "FGMV-" in page]
    assert len(with_rows) >= 2
    assert all("No." in page for page in with_rows)
    assert sum(page.count("Table 1 – Allocation") for page in pages(pdf)) == 1
    sizes = [found.size for found in words(pdf) if found.text == "Deliverable"]
    assert sizes == [pytest.approx(11, abs=0.05)] * 80
    caption = word(pdf, "Allocation", page=words_page(pdf, "Allocation"))
    assert caption.size == pytest.approx(12, abs=0.05)
    assert caption.top < word(pdf, "No.", page=caption.page).top


def words_page(pdf: bytes, wanted: str) -> int:
    return next(found.page for found in words(pdf) if found.text == wanted)


def test_wide_table_stays_between_the_margins_with_no_word_torn(draft):
    annex = [found for found in words(draft) if found.page == 3]
    assert max(found.right for found in annex) < 190
    assert {"Recommendation", "Interoperability", "Application/Service", "interoperability"} <= {w.text for w in annex}


def test_same_sheet_gives_the_same_bytes_and_another_one_others(ls1):
    sheet = samples.fg_mv_ls1()
    assert write_pdf(sheet).content == ls1
    assert with_letter(sheet, title="Another") != ls1


def test_metadata_name_the_letter():
    sheet = samples.fg_mv_ls1()
    with pikepdf.open(BytesIO(write_pdf(sheet).content)) as document:
        info = {key: str(value) for key, value in document.docinfo.items()}
        xmp = document.Root.Metadata.read_bytes().decode()
    assert info["/Title"] == sheet.letter.title
    assert info["/Author"] == "Focus Group on metaverse"
    assert info["/Subject"] == "LIAISON STATEMENT FG-MV-LS1"
    assert f"sha256:{sheet.letter.sha256()}" in info["/Keywords"]
    assert info["/CreationDate"] == "D:20230309"
    assert 'pdfuaid:part="1"' in xmp


def test_characters_without_a_shape_are_told():
    sheet = samples.fg_mv_ls1()
    rendered = write_pdf(replace(sheet, letter=replace(sheet.letter, body="<p>A \U000f0000 and \U000f0000 again</p>")))
    assert rendered.missing == "\U000f0000"
    assert not any(write_pdf(sheet).notes().values())


@pytest.mark.parametrize(
    ("language", "statement", "deadline"),
    [
        ("fr", "NOTE DE LIAISON", "Échéance: 1 mars 2026"),
        ("es", "DECLARACIÓN DE COORDINACIÓN", "Plazo: 1 de marzo de 2026"),
        ("ru", "ЗАЯВЛЕНИЕ О ВЗАИМОДЕЙСТВИИ", "Срок: 1 марта 2026 года"),
        ("zh", "联络声明", "截止日期： 2026年3月1日"),
    ],
)
def test_labels_are_in_the_language_of_the_letter(language, statement, deadline):
    rendered = write_pdf(samples.reply(language))
    assert not any(rendered.notes().values())
    said = " ".join(text(rendered.content, "-raw").split())
    assert statement in said
    assert deadline in said
    assert "Source:" not in said or language == "fr"
    with pikepdf.open(BytesIO(rendered.content)) as document:
        assert str(document.Root.Lang) == language


def test_arabic_page_is_mirrored_and_references_stay_in_order():
    rendered = write_pdf(samples.reply("ar"))
    assert not any(rendered.notes().values())
    pdf = rendered.content
    assert word(pdf, "SG21-LS90").left == near(21)
    assert word(pdf, "Q9/21").right == near(190 - 25.01 - 1)
    groups = [word(pdf, group).left for group in ("+41", "22", "730", "0000")]
    assert groups == sorted(groups)
    assert word(pdf, "JCA-MV-LS1").top > 40
    assert max(rule.right for rule in rules(pdf)) == near(190)


def test_contact_without_anything_but_a_name():
    said = text(with_letter(samples.fg_mv_ls1(), contacts=(Contact("A. Person"),)), "-layout")
    assert "A. Person" in said
    assert "E-mail" not in said


HOSTILE = [
    '<img src="file:///etc/passwd">',
    '<img src="http://127.0.0.1:9/a.png">',
    '<link rel="stylesheet" href="http://127.0.0.1:9/a.css">',
    '<link rel="attachment" href="file:///etc/passwd">',
    "<style>@import url(http://127.0.0.1:9/a.css); @font-face { font-family: x; src: url(file:///etc/passwd) }</style>",
    '<p style="background-image: url(http://127.0.0.1:9/b.png)">x</p>',
    '<p style="list-style: url(file:///etc/hostname)">x</p>',
    '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd" width="9" height="9"/></svg>',
    '<object data="file:///etc/passwd"></object>',
    '<embed src="http://127.0.0.1:9/x.svg">',
    '<base href="file:///etc/"><img src="passwd">',
    "<img src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>\">",
]


@pytest.mark.parametrize("payload", HOSTILE)
def test_nothing_in_a_body_is_fetched(payload, monkeypatch):
    """Neither after cleaning nor, should that ever fail, by the fetcher itself."""
    monkeypatch.setattr("urllib.request.OpenerDirector.open", forbidden)
    monkeypatch.setattr("socket.create_connection", forbidden)
    pdf = with_letter(samples.reply("fr"), body=f"<p>Text.</p>{payload}")
    assert "root:" not in text(pdf)
    with pikepdf.open(BytesIO(pdf)) as document:
        assert "/EmbeddedFiles" not in document.Root.get("/Names", {})
    fetcher = RefusingFetcher()
    raw = HTML(string=f"<p>Text.</p>{payload}", url_fetcher=fetcher).write_pdf()
    assert b"root:" not in raw
    assert run(raw, "pdfimages", "-list", "-").count("\n") == 2


def forbidden(*args: object, **kwargs: object) -> None:
    raise AssertionError("something was fetched")


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://example.org/a.png",
        "ftp://example.org/a",
        "data:text/css,a{}",
        "data:image/svg+xml;base64,PHN2Zy8+",
        "data:image/png;base64,!!!",
        "data:image/png;base64,aGVsbG8=",
        "data:image/png;base64," + "A" * (LARGEST_PICTURE * 4 // 3 + 4),
    ],
)
def test_fetcher_refuses_and_remembers(address):
    fetcher = RefusingFetcher()
    with pytest.raises(ValueError, match=r"picture|drawing|PNG"):
        fetcher(address)
    assert fetcher.refused == [address[:100]]
