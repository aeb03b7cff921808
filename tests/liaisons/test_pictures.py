"""Pictures become figures of a text, are checked by their bytes, and are served to whoever knows their hash."""

import hashlib
from html import unescape
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from lxml import html
from PIL import Image

from liaisons.documents import renderer
from liaisons.documents.rendered import Rendered
from liaisons.models import Blob, Statement
from tests.liaisons.drafting.form import BASIC, fields, typed

NEW = "/statements/new/"


@pytest.fixture(autouse=True)
def _printed(monkeypatch):
    monkeypatch.setattr(renderer, "render", lambda *_args, **_kwargs: Rendered(b"%PDF"))


@pytest.fixture
def writer(client, secretary):
    client.force_login(secretary)
    return client


def drawn(form="PNG", size=(4, 3)) -> bytes:
    picture = BytesIO()
    Image.new("RGB", size, "navy").save(picture, form)
    return picture.getvalue()


def file(content=None, name="plan.png"):
    return SimpleUploadedFile(name, drawn() if content is None else content)


def figure(content=None, alt="A plan.", caption="") -> str:
    sha256 = hashlib.sha256(drawn() if content is None else content).hexdigest()
    below = f"<figcaption>{caption}</figcaption>" if caption else ""
    return f'<figure><img src="/pictures/{sha256}" alt="{alt}">{below}</figure>'


def words(response) -> str:
    return unescape(" ".join(html.fromstring(response.content.decode()).text_content().split()))


def test_a_picture_ends_the_body(writer, desk):
    typed(writer, NEW, **BASIC, picture=file(), picture_alt="A plan.", picture_caption="Rooms")
    assert Statement.objects.get().revision.body == f"<p>We ask.</p>{figure(caption='Figure 1 – Rooms')}"
    assert Blob.objects.get(sha256=hashlib.sha256(drawn()).hexdigest()).media_type == "image/png"


def test_it_takes_the_place_that_names_it(writer, desk):
    body = "<p>Before.</p><p>[picture PLAN & all.png]</p><p>After.</p>".replace("&", "&amp;")
    given = BASIC | {"body": body, "picture": file(name="plan & all.png"), "picture_alt": 'A "plan" <b>.'}
    typed(writer, NEW, **given)
    shown = figure(alt="A &quot;plan&quot; &lt;b&gt;.")
    assert Statement.objects.get().revision.body == f"<p>Before.</p>{shown}<p>After.</p>"


def test_it_takes_its_place_in_a_plain_text_and_in_an_annex(writer, desk):
    annex = {"annexes-0-title": "Plans", "annexes-0-body": "Here:\n\n[picture plan.png]"}
    typed(writer, NEW, **BASIC, **annex, picture=file(), picture_alt="A plan.")
    revision = Statement.objects.get().revision
    assert revision.body == "<p>We ask.</p>"
    assert revision.letter.annexes[0].body.replace("\n", "") == f"<p>Here:</p>{figure()}"


def test_it_can_be_put_in_before_anything_is_saved(writer, desk):
    page = typed(writer, NEW, picture=file(), picture_alt="A plan.", more="figure")
    assert page.status_code == 200
    assert fields(page)["body"] == figure()
    assert fields(page)["picture_alt"] == ""
    assert "This field is required" not in words(page)
    assert not Statement.objects.exists()


def test_a_picture_has_to_be_chosen_first(writer, desk):
    assert "Choose a picture first." in words(typed(writer, NEW, picture_alt="A plan.", more="figure"))
    assert "Choose a picture first." not in words(typed(writer, NEW, picture_alt="A plan.", more="contacts"))


def test_pictures_from_elsewhere_are_named(writer, desk, monkeypatch):
    pasted = "<p>We ask.<img src='http://elsewhere/a.png' alt='A'><img src=\"http://elsewhere/a.png\"></p>"
    sentence = "The picture at “http://elsewhere/a.png” is left out: only what is stored here is printed."
    page = typed(writer, NEW, **BASIC | {"body": pasted + figure()})
    assert Statement.objects.get().revision.body == f"<p>We ask.</p>{figure()}"
    assert words(writer.get(page.headers["Location"])).count(sentence) == 1


def test_captions_are_numbered_in_the_language_of_the_letter(writer, desk):
    given = BASIC | {"language": "fr", "body": figure(alt="Un.")}
    typed(writer, NEW, **given, picture=file(drawn("JPEG"), "b.jpg"), picture_alt="Deux.", picture_caption="Salles")
    assert "<figcaption>Figure 2 – Salles</figcaption>" in Statement.objects.get().revision.body


def test_a_picture_waits_for_its_words(writer, desk):
    page = typed(writer, NEW, **BASIC, picture=file(), picture_caption="Rooms")
    assert page.status_code == 400
    assert "Say in a sentence what plan.png shows: some readers hear the letter" in words(page)
    assert "plan.png is here." in words(page)
    given = fields(page) | {"picture_alt": "A plan."}
    writer.post(NEW, given)
    assert Statement.objects.get().revision.body.endswith(figure(caption="Figure 1 – Rooms"))


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "a.svg", "a.svg is a drawing (SVG), which a Word file cannot"),
        (b"GIF89a", "a.png", "a.png is not a whole PNG or JPEG."),
        (drawn(size=(200, 200))[:-40], "a.png", "a.png is not a whole PNG or JPEG."),
        (b"x" * (4 * 1024 * 1024 + 1), "a.png", "a.png is larger than 4.0\xa0MB."),
    ],
)
def test_what_cannot_be_printed_is_refused(writer, desk, content, name, sentence):
    page = typed(writer, NEW, **BASIC, picture=file(content, name), picture_alt="A plan.")
    assert page.status_code == 400
    assert sentence.replace("\xa0", " ") in words(page)
    assert not Statement.objects.exists()
    assert not Blob.objects.exists()


def test_too_many_pixels_are_refused(writer, desk, monkeypatch):
    monkeypatch.setattr("liaisons.documents.pictures.MOST_PIXELS", 11)
    page = typed(writer, NEW, **BASIC, picture=file(), picture_alt="A plan.")
    assert "plan.png has more than 25 million pixels. Save it with fewer." in words(page)


def test_nobody_puts_in_a_file_that_was_not_theirs(writer, desk):
    page = typed(writer, NEW, **BASIC, picture_kept="made-up", picture_alt="A plan.")
    assert "This file is not known any more. Choose it again." in words(page)
    assert not Statement.objects.exists()


def test_anybody_who_knows_the_hash_sees_the_picture(client, db):
    blob = Blob.objects.keep(drawn(), "image/png")
    answer = client.get(f"/pictures/{blob.sha256}")
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, drawn(), "image/png")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == "inline"
    assert "immutable" in answer["Cache-Control"]


def test_only_pictures_are_served(client, db):
    blob = Blob.objects.keep(b"<script>", "text/html")
    assert client.get(f"/pictures/{blob.sha256}").status_code == 404
    assert client.get(f"/pictures/{'0' * 64}").status_code == 404
