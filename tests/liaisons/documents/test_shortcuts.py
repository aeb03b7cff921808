"""What makes the renderer faster changes nothing of what it makes."""

import re
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
import tinycss2
from weasyprint import HTML, __version__

from liaisons.documents import pdf, shortcuts, tagging
from liaisons.documents.pdf import write_pdf
from liaisons.documents.shortcuts import boxes, cascade
from tests.liaisons.documents import samples
from tests.liaisons.documents.measure import rules

SHEETS = [samples.fg_mv_ls1, samples.tsag, samples.invitation, lambda: samples.reply("ar"), lambda: samples.reply("zh")]


@pytest.mark.parametrize("sheet", SHEETS)
def test_elements_of_a_letter_look_as_weasyprint_sets_them(sheet, monkeypatch):
    ours = write_pdf(sheet()).content
    monkeypatch.setattr(pdf._Statement, "_ua_stylesheets", HTML._ua_stylesheets)
    assert write_pdf(sheet()).content == ours


@pytest.mark.parametrize("sheet", SHEETS)
def test_page_read_as_xml_is_the_one_that_html_is(sheet, monkeypatch):
    ours = write_pdf(sheet()).content
    monkeypatch.setattr(pdf, "fromstring", no_xml)
    assert write_pdf(sheet()).content == ours


def no_xml(source: str) -> None:
    raise pdf.ParseError


def test_page_that_is_no_xml_is_read_as_html(monkeypatch):
    ours = write_pdf(samples.invitation()).content
    source = pdf._source
    monkeypatch.setattr(pdf, "_source", lambda sheet, page: source(sheet, page).replace("<br/>", "<br>"))
    assert write_pdf(samples.invitation()).content == ours


@pytest.fixture
def _without_shortcuts():
    yield
    shortcuts.take()


def test_shortcuts_are_those_of_this_weasyprint():
    """When it changes, look at what the functions do that they go round."""
    assert __version__ == shortcuts.KNOWN


@pytest.mark.usefixtures("_without_shortcuts")
@pytest.mark.parametrize("sheet", SHEETS)
def test_shortcuts_lead_to_the_same_pages(sheet):
    short = write_pdf(sheet()).content
    shortcuts.replace("draw_border", boxes.draw_plain_border, boxes.draw_border)
    but_for_borders = write_pdf(sheet()).content
    shortcuts.leave()
    long = write_pdf(sheet()).content
    assert unpacked(but_for_borders) == unpacked(long)
    assert lines(short) == lines(long)


def test_styles_are_known_again_by_all_that_selectors_ask_for():
    """A rule that asks for more needs a word in _seen(), or elements that look alike to it would share their styles."""
    selectors = "\n".join(selectors_of("elements.css") + selectors_of("statement.css"))
    assert set(re.findall(r"\[(\w+)", selectors)) == {"colspan", "dir", "href", "scope"}
    assert set(re.findall(r":[a-z-]+(?:\([^):]*\))?", re.sub(r"::[a-z]+|:is\(|:not\(|:has\(", "", selectors))) == {
        ":empty",
        ":first-child",
        ":nth-child(5)",
    }
    assert "~" not in selectors
    for before in re.findall(r"(\S+) \+", selectors):
        assert re.fullmatch(r"[a-z]*(\.\w+)?", before)


def selectors_of(name: str) -> list[str]:
    rules = tinycss2.parse_stylesheet((Path(pdf.__file__).parent / name).read_text(), skip_comments=True)
    return [tinycss2.serialize(rule.prelude) for rule in rules if rule.type == "qualified-rule"]


def test_styles_of_one_letter_are_not_those_of_another():
    """Whatever was set before, in whichever language, and also when there is too much to keep it all."""
    alone = [write_pdf(sheet()).content for sheet in SHEETS]
    assert [write_pdf(sheet()).content for sheet in reversed(SHEETS)] == alone[::-1]
    cascade._knowledge._size = cascade.MOST + 1
    assert [write_pdf(sheet()).content for sheet in SHEETS] == alone
    assert cascade._knowledge._size <= cascade.MOST


def lines(content: bytes) -> list[tuple[int, ...]]:
    """The horizontal ones, to a hundredth of a millimetre."""
    found = (
        (rule.page, *(round(100 * edge) for edge in (rule.left, rule.right, rule.top)))
        for rule in rules(content)
        if rule.right - rule.left > 1
    )
    return sorted(set(found))


def test_packing_leaves_every_object_as_it_was(monkeypatch):
    packed = write_pdf(samples.invitation()).content
    monkeypatch.setattr(tagging, "pack", lambda pdf: None)
    loose = write_pdf(samples.invitation()).content
    assert unpacked(packed) == unpacked(loose)
    assert len(packed) < 1.03 * len(loose)


def unpacked(content: bytes) -> bytes:
    unpacked = BytesIO()
    with pikepdf.open(BytesIO(content)) as document:
        document.save(
            unpacked,
            static_id=True,
            compress_streams=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
        )
    return unpacked.getvalue()
