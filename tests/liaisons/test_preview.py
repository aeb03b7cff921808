"""Beside the form: what is typed as pictures of its pages, however little that is."""

from dataclasses import replace
from html import unescape
from io import BytesIO

import pytest
from django.core.cache import caches
from lxml import html
from PIL import Image

from liaisons.documents import renderer
from liaisons.documents.leaves import MOST, WIDTH, Leaves
from liaisons.documents.rendered import Rendered
from tests.liaisons.documents import samples
from tests.liaisons.drafting.form import BASIC, fields

NEW = "/statements/preview/leaves/"


@pytest.fixture(autouse=True, scope="module")
def _end_the_child():
    yield
    renderer.stop()


@pytest.fixture
def writer(client, secretary):
    client.force_login(secretary)
    return client


@pytest.fixture
def made(monkeypatch):
    """What the renderer was asked for; it answers at once, with one page of one pixel, or with the error set here."""

    class Made:
        asked: list = []
        error: Exception | None = None
        rendered = Rendered(Leaves((pixel(),), 1).to_bytes())

        def __call__(self, sheet, kind, *, timeout=20.0):
            self.asked.append((sheet, kind, timeout))
            if self.error:
                raise self.error
            return self.rendered

    made = Made()
    made.asked = []
    monkeypatch.setattr(renderer, "render", made)
    return made


def pixel(colour="white") -> bytes:
    picture = BytesIO()
    Image.new("RGB", (1, 1), colour).save(picture, "PNG")
    return picture.getvalue()


def shown(writer, address=NEW, **changes):
    given = {**fields(writer.get("/statements/new/")), **changes}
    response = writer.post(address, {name: value for name, value in given.items() if value is not None})
    assert response.status_code == 200
    return response


def words(response) -> str:
    return unescape(" ".join(html.fromstring(response.content.decode()).text_content().split()))


def test_pages_come_as_pictures_of_the_real_pdf(writer, desk):
    page = shown(writer, **BASIC | {"body": "<p>We ask all of you.</p>" * 35})
    pictures = html.fromstring(page.content.decode()).xpath("//img")
    assert [picture.get("alt") for picture in pictures] == ["Page 1 of 2", "Page 2 of 2"]
    for picture in pictures:
        answer = writer.get(picture.get("src"))
        assert answer["Content-Type"] == "image/png"
        assert answer["Cache-Control"] == "private, max-age=600, immutable"
        with Image.open(BytesIO(answer.content)) as opened:
            assert opened.size == (WIDTH, pytest.approx(int(picture.get("height")), abs=1))
            assert len(opened.convert("L").getcolors() or []) > 10


def test_no_more_than_the_first_pages_are_drawn():
    sheet = samples.reply("fr")
    long = replace(sheet, letter=replace(sheet.letter, body="<p>We ask all of you.</p>" * 500))
    leaves = Leaves.from_bytes(renderer.render(long, "leaves").content)
    assert len(leaves.pictures) == MOST < leaves.of


def test_a_page_is_only_for_the_session_that_typed_it(writer, chair, client, desk, made):
    page = shown(writer, **BASIC)
    (address,) = html.fromstring(page.content.decode()).xpath("//img/@src")
    assert writer.get(address).content == pixel()
    client.force_login(chair)
    assert client.get(address).status_code == 404


def test_the_same_page_keeps_its_address(writer, desk, made):
    first = html.fromstring(shown(writer, **BASIC).content.decode()).xpath("//img/@src")
    made.rendered = Rendered(Leaves((pixel(), pixel("red")), 2).to_bytes())
    second = html.fromstring(shown(writer, **BASIC).content.decode()).xpath("//img/@src")
    assert second[0] == first[0] != second[1]


def test_what_is_incomplete_is_shown_as_far_as_it_goes(writer, desk, made):
    page = shown(writer, **BASIC | {"title": "", "deadline": "soon", "contacts-0-name": "", "contacts-0-email": "x"})
    [(sheet, kind, timeout)] = made.asked
    assert (sheet.letter.title, sheet.letter.deadline, sheet.letter.body) == ("", None, "<p>We ask.</p>")
    assert (kind, timeout) == ("leaves", 5)
    assert "4 things keep it from being saved" in words(page)
    assert "Title: This field is required." in words(page)


def test_nothing_at_all_is_shown_too(writer, desk, made):
    assert writer.post(NEW, {}).status_code == 200
    assert made.asked[0][0].letter.addressees == ()


def test_a_failure_is_said_and_leaves_the_last_pages(writer, desk, made):
    made.error = renderer.RenderError("depth", "Too deep.")
    page = shown(writer, **BASIC)
    assert "Too deep." in words(page)
    assert b"preview-pages" not in page.content


def test_what_takes_long_is_left_to_the_pdf(writer, desk, made):
    made.error = renderer.RenderError("time", "Shorten it.")
    assert "longer to print than 5 seconds: “Show as PDF” waits for it." in words(shown(writer, **BASIC))


def test_a_lost_picture_is_said(writer, desk, made):
    lost = f'<figure><img src="/pictures/{"a" * 64}" alt="A"></figure>'
    page = shown(writer, **BASIC | {"body": lost})
    assert "The picture aaaaaaaaaaaa is not stored here any more." in words(page)


def test_what_no_font_has_is_said_with_its_place(writer, desk, made):
    made.rendered = Rendered(Leaves((pixel(),), 1).to_bytes(), "☂", ("http://elsewhere/a.png",))
    page = shown(writer, **BASIC | {"body": "<p>Take a ☂.<img src='http://x/y.png'></p>", "title": "☂"})
    assert "No font here can print “☂” (U+2602) in the title: replace them" in words(page)
    assert "No font here can print “☂” (U+2602) in the body: replace them" in words(page)
    assert "“http://elsewhere/a.png” is left out of the page" in words(page)
    assert "The picture at “http://x/y.png” is left out" in words(page)


def test_labels_that_nobody_has_reviewed_are_said(writer, desk, made):
    sentence = "The printed labels in Français have not been reviewed by the language service yet."
    assert sentence in words(shown(writer, **BASIC | {"language": "fr"}))
    assert "reviewed" not in words(shown(writer, **BASIC))
    assert words(writer.post("/statements/resolve/", {"language": "fr"})) == sentence
    assert "reviewed" not in writer.post("/statements/resolve/", {"language": "en"}).content.decode()


def test_the_word_file_is_not_made_for_a_look(writer, desk, made):
    desk.word_inside = True
    desk.save()
    shown(writer, **BASIC)
    assert not made.asked[0][0].masthead.word_inside


def test_pages_of_drafts_do_not_crowd_out_other_things():
    assert caches["leaves"]._table != caches["default"]._table
