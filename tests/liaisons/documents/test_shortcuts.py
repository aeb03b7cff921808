"""What makes the renderer faster changes nothing of what it makes."""

from io import BytesIO

import pikepdf
import pytest
from weasyprint import HTML, __version__

from liaisons.documents import pdf, shortcuts, tagging
from liaisons.documents.pdf import write_pdf
from tests.liaisons.documents import samples
from tests.liaisons.documents.measure import rules

SHEETS = [samples.fg_mv_ls1, samples.tsag, samples.invitation, lambda: samples.reply("ar"), lambda: samples.reply("zh")]


@pytest.mark.parametrize("sheet", SHEETS)
def test_elements_of_a_letter_look_as_weasyprint_sets_them(sheet, monkeypatch):
    ours = write_pdf(sheet()).content
    monkeypatch.setattr(pdf, "_Statement", HTML)
    assert write_pdf(sheet()).content == ours


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
    shortcuts._replace("draw_border", shortcuts._draw_plain_border, shortcuts._draw_border)
    but_for_borders = write_pdf(sheet()).content
    shortcuts.leave()
    long = write_pdf(sheet()).content
    assert but_for_borders == long
    assert lines(short) == lines(long)


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
