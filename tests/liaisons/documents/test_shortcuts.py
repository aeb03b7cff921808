"""What makes the renderer faster changes nothing of what it makes."""

from io import BytesIO

import pikepdf
import pytest
from weasyprint import HTML

from liaisons.documents import pdf, tagging
from liaisons.documents.pdf import write_pdf
from tests.liaisons.documents import samples

SHEETS = [samples.fg_mv_ls1, samples.tsag, samples.invitation, lambda: samples.reply("ar"), lambda: samples.reply("zh")]


@pytest.mark.parametrize("sheet", SHEETS)
def test_elements_of_a_letter_look_as_weasyprint_sets_them(sheet, monkeypatch):
    ours = write_pdf(sheet()).content
    monkeypatch.setattr(pdf, "_Statement", HTML)
    assert write_pdf(sheet()).content == ours


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
