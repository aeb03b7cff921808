"""Files that are broken, hostile or something else: a sentence for the person, never an error and never long."""

import io
import random
import time
import zipfile
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from liaisons.documents.word import write_word
from liaisons.intake.package import MAX_PARAGRAPHS
from liaisons.intake.pieces import MOST_PIECES
from liaisons.intake.reading import Reading
from liaisons.intake.word import read_word
from liaisons.rules import Refused
from tests.liaisons.documents import samples
from tests.liaisons.intake.files import NAMESPACES, drawing, p, row, run, table, word_file
from tests.liaisons.intake.test_round_trip import everything, picture

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENTITIES = '<!DOCTYPE w:document [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
WHOLE = write_word(everything())


def sentence(content):
    with pytest.raises(Refused) as refused:
        read_word(content)
    return refused.value.sentences[0]


def repacked(content, change):
    """The file with each entry changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, change(name, source.read(name)))
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (OLE + "EncryptedPackage".encode("utf-16-le"), "password"),
        (OLE + b"WordDocument", "older Word (.doc)"),
        (b"{\\rtf1 hello}", "no Word file"),
        (b"%PDF-1.7", "no Word file"),
        (b"hello", "damaged"),
        (b"", "damaged"),
        (WHOLE[: len(WHOLE) // 2], "damaged"),
        (word_file(p("x"), doctype=ENTITIES), "damaged"),
        (word_file(p("x"), doctype="<oops>"), "damaged"),
        (
            repacked(word_file(p("x")), lambda name, content: b"<a/>" if name == "word/document.xml" else content),
            "no Word",
        ),
        (repacked(word_file(p("x")), lambda _name, _content: b""), "damaged"),
    ],
)
def test_what_cannot_be_read_is_said_with_what_to_do(content, says):
    assert says in sentence(content)


def test_an_opendocument_file_is_named():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("content.xml", "<a/>")
    assert "OpenDocument" in sentence(file.getvalue())


def test_entities_are_not_put_in_whatever_the_encoding():
    document = ENTITIES.replace("w:document", "a") + "<a>&b;</a>"
    hostile = repacked(
        word_file(p("x")),
        lambda name, content: document.encode("utf-16") if name == "word/document.xml" else content,
    )
    assert "damaged" in sentence(hostile)


def test_a_bomb_is_refused_by_its_directory():
    bomb = word_file(p("x"), parts={"word/media/image1.png": b"\0" * 5_000_000})
    assert "unpacks to too much" in sentence(bomb)
    many = word_file(p("x"), parts={f"word/media/{number}.png": b"" for number in range(2_001)})
    assert "unpacks to too much" in sentence(many)


def test_more_of_an_entry_than_its_place_may_hold_is_not_unpacked(monkeypatch):
    monkeypatch.setattr("liaisons.intake.package.MAX_XML", 2_000)
    monkeypatch.setattr("liaisons.intake.package.MAX_RATIO", 10**9)
    assert "unpacks to too much" in sentence(word_file(*[p("x")] * 100))


def test_a_text_of_too_many_paragraphs_is_refused_at_once():
    begun = time.process_time()
    assert "longer than a letter" in sentence(word_file(*["<w:p/><w:p><w:r/></w:p>"] * (MAX_PARAGRAPHS // 2 + 1)))
    assert time.process_time() - begun < 3


def test_pictures_are_turned_into_png_as_far_as_that_takes_seconds(monkeypatch):
    monkeypatch.setattr("liaisons.intake.found._PIXELS_TURNED", 150)
    blocks = [p(drawing(f"rId{number}"), f"x{number}") for number in range(5, 8)]
    read = read_word(
        word_file(
            p("Title"),
            *blocks,
            parts={f"word/media/{number}.gif": picture("GIF", (8, 8), number) for number in range(5, 8)},
            relations={f"rId{number}": ("image", f"media/{number}.gif", False) for number in range(5, 8)},
        )
    )
    assert len(read.pictures) == 2
    assert "7.gif" in read.sentences[0]


@pytest.mark.parametrize(
    "block",
    [
        "<w:sdt><w:sdtContent>" * 60 + p("core") + "</w:sdtContent></w:sdt>" * 60,
        "<w:tbl><w:tr><w:tc>" * 60 + p("core") + "</w:tc></w:tr></w:tbl>" * 60,
        "<w:p>" + "<w:ins>" * 200 + "<w:r><w:t>core</w:t></w:r>" + "</w:ins>" * 200 + "</w:p>",
        ("<w:p><w:r><w:pict><w:txbxContent>" * 40) + p("core") + ("</w:txbxContent></w:pict></w:r></w:p>" * 40),
        table(row('<w:tc><w:tcPr><w:gridSpan w:val="999999999999"/><w:vMerge/></w:tcPr></w:tc>')),
        p("x", numbers=("1", "99999999999999")),
    ],
)
def test_deep_and_absurd_structures_are_read_or_refused(block):
    with suppress(Refused):
        assert isinstance(read_word(word_file(p("Title"), block)), Reading)


def test_a_table_of_five_thousand_rows_takes_seconds():
    begun = time.process_time()
    reading = read_word(word_file(p("Title"), table(*[row("a", "b", "c")] * 5_000)))
    assert reading.letter.body.count("<tr>") == 5_000
    assert time.process_time() - begun < 10


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32), cut=st.booleans(), inside=st.booleans())
def test_truncated_and_mutated_files_are_read_or_refused(seed, cut, inside):
    """Of the archive, or of the XML inside a sound archive."""
    source = random.Random(seed)

    def mutated(content):
        content = bytearray(content)
        if cut:
            return bytes(content[: source.randrange(len(content) + 1)])
        for _change in range(source.randrange(1, 30)):
            at = source.randrange(len(content))
            content[at : at + source.randrange(3)] = source.choice(
                [b"<", b'"', b"\0", b"\xff", b"9" * 12, b"w:tbl", b""]
            )
        return bytes(content)

    if inside:
        touched = source.choice(
            ["word/document.xml", "word/styles.xml", "word/numbering.xml", "word/_rels/document.xml.rels"]
        )
        content = repacked(WHOLE, lambda name, entry: mutated(entry) if name == touched else entry)
    else:
        content = mutated(WHOLE)
    with suppress(Refused):
        assert isinstance(read_word(content), Reading)


@settings(max_examples=60, deadline=None)
@given(
    st.recursive(
        st.sampled_from(
            ["<w:t>x</w:t>", "<w:tab/>", '<w:br w:type="page"/>', "<w:del/>", '<w:fldChar w:fldCharType="end"/>']
        ),
        lambda inner: st.tuples(
            st.sampled_from(["p", "r", "tbl", "tr", "tc", "sdt", "sdtContent", "ins", "hyperlink", "pPr", "drawing"]),
            st.lists(inner, max_size=4),
        ).map(lambda made: f"<w:{made[0]}>{''.join(made[1])}</w:{made[0]}>"),
        max_leaves=25,
    )
)
def test_elements_in_any_order_are_read_or_refused(blocks):
    with suppress(Refused):
        assert isinstance(read_word(word_file(blocks)), Reading)


def test_a_sample_reads_within_a_second():
    content = write_word(samples.fg_mv_ls1())
    begun = time.process_time()
    read_word(content)
    assert time.process_time() - begun < 1


@pytest.mark.parametrize("code", ["D800", "DFFF"])
def test_half_a_sign_is_dropped(code):
    reading = read_word(word_file(p("Title"), p(f'<w:r><w:sym w:font="x" w:char="{code}"/></w:r>', "core")))
    reading.letter.sha256()
    assert reading.letter.body == "<p>core</p>"


def test_a_fault_of_ours_is_recorded_and_answered_with_what_to_do(monkeypatch, caplog):
    def fails(*_given):
        raise TypeError("nobody thought of it")

    monkeypatch.setattr("liaisons.intake.pieces._nested", fails)
    assert "damaged" in sentence(word_file(p("Title"), p("core")))
    assert "nobody thought of it" in caplog.text


def test_a_picture_over_which_pillow_stumbles_is_left_out(monkeypatch):
    def stumbles(*_given, **_more):
        raise TypeError("damaged tag")

    monkeypatch.setattr("PIL.Image.open", stumbles)
    tiff = picture("TIFF")
    read = read_word(
        word_file(
            p("Title"),
            p(drawing("rId5"), "x"),
            parts={"word/media/a.tiff": tiff},
            relations={"rId5": ("image", "media/a.tiff", False)},
        )
    )
    assert not read.pictures
    assert "a.tiff" in read.sentences[0]


NOTE = {"rIdF": ("footnotes", "footnotes.xml", False)}


def noted(*lines):
    """footnotes.xml with one note."""
    inside = "".join(p(line) for line in lines)
    return {"word/footnotes.xml": f'<w:footnotes {NAMESPACES}><w:footnote w:id="2">{inside}</w:footnote></w:footnotes>'}


def test_a_note_cited_often_is_printed_once():
    cited = '<w:r><w:footnoteReference w:id="2"/></w:r>' * 100
    read = read_word(word_file(p("Title"), p("Text", cited), parts=noted(*["words"] * 1_000), relations=NOTE))
    assert read.letter.body.count("[note 1]") == 101
    assert read.letter.body.count("words") == 1_000


def test_the_bounds_hold_for_all_parts_together(monkeypatch):
    file = word_file(*[p("x")] * 30, parts=noted(*["x"] * 30), relations=NOTE)
    read_word(file)
    monkeypatch.setattr("liaisons.intake.package.MAX_PARAGRAPHS", 50)
    assert "longer than a letter" in sentence(file)
    monkeypatch.undo()
    monkeypatch.setattr("liaisons.intake.package.MAX_ELEMENTS", 200)
    assert "longer than a letter" in sentence(file)


def test_a_picture_shown_often_is_turned_once(monkeypatch):
    monkeypatch.setattr("liaisons.intake.found._PIXELS_TURNED", 8 * 8)
    read = read_word(
        word_file(
            p("Title"),
            *[p(drawing("rId5"), "x")] * 20,
            parts={"word/media/a.bmp": picture("BMP", (8, 8))},
            relations={"rId5": ("image", "media/a.bmp", False)},
        )
    )
    assert read.letter.body.count("<figure>") == 20


@pytest.mark.parametrize(
    "inside",
    [
        f'<w:r><w:t>{"x" * 90}</w:t><w:br w:type="page"/></w:r>' * 9_000,
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>' * 30_000 + "<w:r><w:t>x</w:t></w:r>" * 9_000,
    ],
)
def test_a_paragraph_of_many_pieces_is_read_in_seconds(inside):
    content = word_file(p("Title"), p(inside))
    begun = time.process_time()
    read_word(content)
    assert time.process_time() - begun < 3


def test_a_paragraph_of_too_many_pieces_is_refused():
    assert "too many pieces" in sentence(word_file(p("Title"), p(run("x") * (MOST_PIECES + 1))))


def test_what_hangs_on_a_paragraph_without_an_end_goes_on_with_it():
    box = f"<w:r><w:pict><w:txbxContent>{p('Boxed.')}</w:txbxContent></w:pict></w:r>"
    read = read_word(word_file(p("Title"), p("a", box, more="<w:rPr><w:del/></w:rPr>"), p("b")))
    assert read.letter.body == "<p>ab</p><p>Boxed.</p>"
