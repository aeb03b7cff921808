"""Figures: one shape whatever HTML they came in, above their captions, described or complained of."""

import re
from dataclasses import replace
from hashlib import sha256
from io import BytesIO

import pikepdf
import pytest

from liaisons.documents.body import markup, tidy
from liaisons.documents.fetcher import STORED, RefusingFetcher
from liaisons.documents.page import Page
from liaisons.documents.pdf import write_pdf
from liaisons.documents.rendered import Rendered
from liaisons.documents.renderer import render
from liaisons.documents.sanitize import clean, plain
from liaisons.documents.screen import on_screen
from liaisons.letter import PICTURES, Annex, Sheet
from tests.liaisons.documents import samples
from tests.liaisons.documents.measure import MM, Word, pages, run, words

STORED_AT = f"{PICTURES}{'a' * 64}"
IMAGE = f'<img src="{STORED_AT}" alt="x">'
FIGURE = f"<figure>{IMAGE}</figure>"


def named(caption: str) -> str:
    return f"<figure>{IMAGE}<figcaption>{caption}</figcaption></figure>"


@pytest.mark.parametrize(
    ("html", "shape"),
    [
        (named("Figure 1 – T"), named("Figure 1 – T")),
        (f"<p>a{IMAGE}b</p><p>c</p>", f"<p>ab</p>{FIGURE}<p>c</p>"),
        (f"{IMAGE}tail", f"{FIGURE}<p>tail</p>"),
        (f"<p>{IMAGE}</p><p>Figure 2 – Title</p>", named("Figure 2 – Title")),
        (f"<p>{IMAGE}</p><p>Figures say more than words.</p>", f"{FIGURE}<p>Figures say more than words.</p>"),
        (f"<p><strong>q{IMAGE}r</strong>s</p>", f"<p><strong>qr</strong>s</p>{FIGURE}"),
        (f"<p>{IMAGE}one{IMAGE}</p>", f"<p>one</p>{FIGURE}{FIGURE}"),
        (f"<h2>{IMAGE}</h2>", FIGURE),
        (
            f"<figure><p>Words</p>{IMAGE}<figcaption><p>Cap <em>x</em></p></figcaption>end</figure>",
            f"{named('Cap <em>x</em> ')}<p>Words</p><p>end</p>",
        ),
        (f"<figure><figure>{IMAGE}</figure><figcaption>o</figcaption></figure>", named("o")),
        (f"<figure>{IMAGE}<figcaption> </figcaption></figure>", FIGURE),
        ("<figure></figure><p>x</p>", "<p>x</p>"),
        (
            f"<ul><li>a{IMAGE}<ul><li>{IMAGE}</li></ul></li></ul>",
            f"<ul><li><p>a</p>{FIGURE}<ul><li>{FIGURE}</li></ul></li></ul>",
        ),
    ],
)
def test_pictures_stand_in_figures_between_blocks(html, shape):
    assert markup(tidy(clean(html))) == shape


def test_table_in_a_figure_is_a_table_with_its_caption_above():
    source = "<figure><table><tr><td>x</td></tr></table><figcaption>Table 1 – c</figcaption></figure>"
    (table,) = tidy(clean(source))
    assert (table.tag, table[0].tag, table[0].text_content()) == ("table", "caption", "Table 1 – c")


def test_only_pictures_that_are_stored_here_come_through():
    assert clean(f'<p>a<img src="https://example.org/a.png">{IMAGE}</p>') == f"<p>a{IMAGE}</p>"


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return write_pdf(samples.figures()).content


def placed(pdf: bytes) -> list[tuple[int, float, float, float, float]]:
    """Page, left, top, right and bottom of each figure in mm, the logo left out."""
    found = []
    with pikepdf.open(BytesIO(pdf)) as document:
        numbers = {page.obj.objgen: at for at, page in enumerate(document.pages, start=1)}
        for item in document.objects:
            if isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/Figure":
                left, bottom, right, top = (float(edge) * MM for edge in item.A.BBox)
                found.append((numbers[item.Pg.objgen], left, 297.04 - top, right, 297.04 - bottom))
    return found[1:]


def caption(pdf: bytes, number: str) -> Word:
    line = [word for word in words(pdf) if word.text == "Figure"]
    return next(word for word in line if any(w.text == number and abs(w.top - word.top) < 0.1 for w in words(pdf)))


def test_figures_are_centred_in_the_text_and_no_higher_than_200_mm(pdf):
    small, wide, high = placed(pdf)
    assert (small[1] + small[3]) / 2 == pytest.approx(105, abs=0.3)
    assert small[3] - small[1] == pytest.approx(300 * 0.75 * MM, abs=0.1)  # a pixel is 1/96 inch
    # In a list the text begins 14 mm further in.
    assert (wide[1], wide[3]) == (pytest.approx(34, abs=0.3), pytest.approx(190, abs=0.3))
    assert high[4] - high[2] == pytest.approx(200, abs=0.3)
    for _page, left, top, right, bottom in (small, wide, high):
        assert left + 0.3 >= 20
        assert right <= 190.3
        assert top + 0.3 >= 20
        assert bottom <= 277


def test_captions_stand_below_in_bold_and_on_the_same_page(pdf):
    for number, figure in zip("12", placed(pdf), strict=False):
        below = caption(pdf, number)
        assert (below.page, below.size) == (figure[0], pytest.approx(12, abs=0.06))
        assert 0 < below.top - figure[4] < 5


def test_figure_is_never_torn_from_its_caption():
    sheet = samples.figures()
    for lines in range(8, 24, 3):
        body = "<p>Line.</p>" * lines + sheet.letter.body
        made = write_pdf(replace(sheet, letter=replace(sheet.letter, body=body))).content
        for number, figure in zip("12", placed(made), strict=False):
            assert caption(made, number).page == figure[0]


def with_body(body: str, pictures: dict[str, bytes]) -> Sheet:
    sheet = samples.reply("fr")
    return replace(sheet, letter=replace(sheet.letter, language="en", body=body), pictures=pictures)


def stored(picture: bytes) -> tuple[str, dict[str, bytes]]:
    name = sha256(picture).hexdigest()
    return f"{PICTURES}{name}", {name: picture}


def test_author_is_told_of_figures_without_text_and_they_get_their_names():
    address, pictures = stored(samples.picture(60, 40))
    body = (
        f'<figure><img src="{address}"><figcaption>Figure 1 – Layers</figcaption></figure><p><img src="{address}"></p>'
    )
    sheet = with_body(body, pictures)
    annexed = replace(sheet, letter=replace(sheet.letter, annexes=(Annex("A", f'<img src="{address}" alt=" ">'),)))
    rendered = write_pdf(annexed)
    assert rendered.without_text == ("Figure 1 – Layers", "Figure 2", "Figure 3")
    with pikepdf.open(BytesIO(rendered.content)) as document:
        texts = [str(item.Alt) for item in document.objects if isinstance(item, pikepdf.Dictionary) and "/Alt" in item]
    assert texts[1:] == ["Figure 1 – Layers", "Figure 2", "Figure 3"]


@pytest.mark.parametrize(
    "broken",
    [
        samples.picture(500, 500)[:700],
        b"no picture",
        samples.picture(9, 9)[:40],
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    ],
    ids=["too short", "no picture", "only its beginning", "a drawing"],
)
def test_author_is_told_of_a_picture_that_cannot_be_read(broken):
    address, pictures = stored(broken)
    rendered = write_pdf(with_body(f'<figure><img src="{address}" alt="Two platforms"></figure>', pictures))
    assert rendered.broken == ("Two platforms",)
    assert run(rendered.content, "pdfimages", "-list", "-").count("\n") == 2  # its two lines of heading
    assert "Two platforms" in pages(rendered.content)[0]


def test_author_is_told_of_a_picture_that_is_not_there():
    assert write_pdf(with_body(f"<p>{IMAGE}</p>", {})).broken == ("x",)


def test_broken_emblem_is_told_too():
    sheet = samples.reply("fr")
    broken = replace(sheet, masthead=replace(sheet.masthead, emblem="b" * 64), pictures={"b" * 64: b"x"})
    assert write_pdf(broken).broken == ("Emblème de l'organisation",)


def test_warnings_come_through_the_renderer():
    address, pictures = stored(samples.picture(60, 40))
    rendered = render(with_body(f'<p><img src="{address}"></p><p>{IMAGE}</p>', pictures), "pdf")
    assert (rendered.without_text, rendered.broken) == (("Figure 1",), ("x",))
    assert Rendered.noted(rendered.content, rendered.notes()) == rendered


def test_fetcher_knows_the_pictures_of_the_sheet_only():
    picture = samples.picture(9, 9)
    fetcher = RefusingFetcher({"a" * 64: picture})
    assert fetcher(f"{STORED}{STORED_AT}").read() == picture
    with pytest.raises(ValueError, match="PNG"):
        fetcher(f"{STORED}{PICTURES}{'b' * 64}")
    assert (fetcher.broken, fetcher.refused) == (["b" * 64], [])


def test_mail_says_what_a_figure_shows_and_its_caption():
    body = f"<p>See:</p>{named('Figure 1 – Two <em>platforms</em>')}<p>End.</p>"
    assert plain(body) == "See:\n\n[Figure: x]\nFigure 1 – Two platforms\n\nEnd."
    assert plain(f'<img src="{STORED_AT}">') == "[Figure: –]"


def test_page_of_the_desk_shows_the_figure():
    (body,) = on_screen(Page(with_body(named("Figure 1 – T"), {})))
    assert body.html == named("Figure 1 – T")
    without_text = f'<img src="{STORED_AT}">'
    body_html = f"<figure>{without_text}<figcaption>Figure 1 – T</figcaption></figure><p>a</p>{without_text}"
    (body,) = on_screen(Page(with_body(body_html, {})))
    assert re.findall('alt="(.*?)"', body.html) == ["Figure 1 – T", "Figure"]
