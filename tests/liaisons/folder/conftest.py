"""A desk that keeps a folder, with letters whose PDF and Word are made at once."""

import pytest

from liaisons import renditions
from liaisons.documents import renderer
from liaisons.documents.rendered import Rendered
from liaisons.folder import mirroring
from liaisons.models import Blob, Rendition
from tests.fixtures import AFTER


@pytest.fixture(autouse=True)
def _somewhere(settings, tmp_path):
    settings.LIAISE_VAR = tmp_path / "var"
    settings.FOLDER = tmp_path / "folder"
    for folder in (settings.LIAISE_VAR, settings.FOLDER):
        folder.mkdir()


@pytest.fixture(autouse=True)
def _quick_renderer(monkeypatch):
    """Each file says which letter it is, and that is all."""

    def render(sheet, kind, *, timeout):
        return Rendered(f"{kind} of {sheet.masthead.number}: {sheet.letter.title}".encode())

    monkeypatch.setattr(renderer, "render", render)


@pytest.fixture
def mirrored(desk):
    desk.mirrored = True
    desk.save()
    return desk


@pytest.fixture
def run(mirrored):
    """Make what was ordered and mirror the desk; returns the report of the folder."""

    def run(desk=mirrored, now=AFTER, **options):
        make_all()
        return mirroring.mirror(desk, now, **{"make": True, **options}).local

    return run


@pytest.fixture
def folder(mirrored):
    return mirroring.path_of(mirrored)


def make_all():
    while renditions.make_missing():
        pass
    assert not Rendition.objects.filter(blob=None).exists()


def names(folder):
    """The files in the folder without its index."""
    return sorted(path.name for path in folder.iterdir() if path.name not in ("index.html", "index.csv"))


def keep(content, media_type="application/pdf"):
    return Blob.objects.keep(content, media_type)
