"""Letters no one should write: each gives a file or a sentence within 20 s and 512 MB, and the next one comes out.

The default run takes those for which seconds are enough; --long all. How long each takes, and how much memory:
`python -m tests.liaisons.documents.test_monsters`.
"""

import hashlib
import struct
import sys
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import Self

import pytest
from django.conf import settings
from PIL import Image

from liaisons.documents import renderer
from liaisons.documents.body import text_of, tidy
from liaisons.documents.renderer import Kind, RenderError, render
from liaisons.documents.sanitize import clean
from liaisons.letter import PICTURES, Addressed, Annex, Sheet
from tests.liaisons.documents import samples

SECONDS = 20
SLACK = 2  # seconds: for the limit to be noticed and the next process to start
MOST_MEMORY = 512 * 1024 * 1024  # bytes
KINDS: tuple[Kind, ...] = ("pdf", "docx")


@dataclass(frozen=True)
class Monster:
    """A body, or a whole letter; of the long run only if it needs more than a second."""

    body: str = ""
    annexes: tuple[Annex, ...] = ()
    addressees: tuple[Addressed, ...] = ()
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    before: str | None = None

    def sheet(self) -> Sheet:
        sheet = samples.reply("fr")
        letter = replace(sheet.letter, body=self.body, annexes=self.annexes)
        if self.addressees:
            letter = replace(letter, addressees=self.addressees)
        before = None if self.before is None else replace(letter, body=self.before)
        return replace(sheet, letter=letter, pictures=self.pictures, before=before, before_number="JCA-MV-Doc-021")


def rows(count: int, word: str = "some words") -> str:
    return samples.table(("No.", "Title"), tuple((str(at), f"{word} {at}") for at in range(count)))


def nested(opening: str, closing: str, count: int = 150) -> str:
    return f"{opening * count}<p>inside</p>{closing * count}"


def items(count: int, word: str = "item") -> str:
    return f"<ul>{''.join(f'<li><p>{word} {at}</p></li>' for at in range(count))}</ul>"


def figures(pictures: Mapping[str, bytes]) -> str:
    return "".join(
        f'<figure><img src="{PICTURES}{sha256}" alt="a"><figcaption>Figure {at}</figcaption></figure>'
        for at, sha256 in enumerate(pictures, start=1)
    )


def stored(*pictures: bytes) -> dict[str, bytes]:
    return {hashlib.sha256(picture).hexdigest(): picture for picture in pictures}


def small_pictures(count: int) -> dict[str, bytes]:
    made = []
    for at in range(count):
        file = BytesIO()
        Image.effect_noise((160, 120), 20 + at % 80).convert("RGB").save(file, "JPEG")
        made.append(file.getvalue())
    return stored(*made)


def large_picture(kind: str) -> dict[str, bytes]:
    """25 million pixels, the most that is let in."""
    file = BytesIO()
    Image.linear_gradient("L").resize((5000, 5000)).convert("RGB").save(file, kind)
    return stored(file.getvalue())


def bomb(width: int, height: int) -> dict[str, bytes]:
    """A PNG of few bytes that says it has so many pixels; its data unpack to 512 MB."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack("!I", len(content)) + name + content + struct.pack("!I", zlib.crc32(name + content))

    packer = zlib.compressobj(1)
    zeros = bytes(1 << 20)
    data = b"".join([*(packer.compress(zeros) for _ in range(512)), packer.flush()])
    head = struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return stored(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b""))


def with_figures(pictures: Mapping[str, bytes]) -> Monster:
    return Monster(figures(pictures), pictures=pictures)


def wide(columns: int, count: int) -> str:
    cells = "".join(f"<td>cell {at}</td>" for at in range(columns))
    return f"<table>{f'<tr>{cells}</tr>' * count}</table>"


def links(count: int) -> str:
    return "<p>" + " ".join(f'<a href="https://example.org/{at}">link {at}</a>' for at in range(count)) + "</p>"


SPANS = '<table><tr><td rowspan="1000000">a</td><td colspan="1000000">b</td></tr><tr><td>c</td></tr></table>'
SPANNING_ROWS = '<tr><td rowspan="1000" colspan="63">a</td><td rowspan="1000">b</td></tr>' * 1000
MANY_ADDRESSEES = tuple(Addressed(f"ITU-T SG{at} on a matter", "action") for at in range(3000))

# What is quick enough for every run.
QUICK: dict[str, Callable[[], Monster]] = {
    "a rowspan and a colspan of a million": lambda: Monster(SPANS),
    "150 tables in one another": lambda: Monster(nested("<table><tr><td>", "</td></tr></table>")),
    "150 lists in one another": lambda: Monster(nested("<ul><li>", "</li></ul>")),
    "150 quotations in one another": lambda: Monster(nested("<blockquote>", "</blockquote>")),
    "150 boxes of all kinds": lambda: Monster(
        nested("<table><tr><td><ul><li><blockquote>", "</blockquote></li></ul></td></tr></table>", 50)
    ),
    "20 boxes of all kinds": lambda: Monster(
        nested("<table><tr><td><ul><li><blockquote>", "</blockquote></li></ul></td></tr></table>", 6)
    ),
    "150 marks in one another": lambda: Monster(f"<p>{'<strong><em>' * 75}inside{'</em></strong>' * 75}</p>"),
    "a word of 3,000 letters": lambda: Monster(f"<p>{'a' * 3000}</p>"),
    "a table of 60 columns": lambda: Monster(wide(60, 5)),
    "a picture that says it is too large": lambda: with_figures(bomb(16_000, 16_000)),
    "a picture with 512 MB in it": lambda: with_figures(bomb(5000, 5000)),
}
LONG: dict[str, Callable[[], Monster]] = {
    "a word of 100,000 letters": lambda: Monster(f"<p>{'a' * 100_000}</p>"),
    "a word of 100,000 letters in a cell": lambda: Monster(
        f"<table><tr><td>{'a' * 100_000}</td><td>b</td></tr></table>"
    ),
    "1,000 rows that each span 1,000": lambda: Monster(f"<table>{SPANNING_ROWS}</table>"),
    "5,000 rows": lambda: Monster(rows(5000)),
    "20,000 list items": lambda: Monster(items(20_000)),
    "20,000 paragraphs": lambda: Monster("<p>A paragraph of a few words.</p>" * 20_000),
    "a paragraph of a million letters": lambda: Monster(f"<p>{'some words ' * 91_000}</p>"),
    "a table of 60 columns and 200 rows": lambda: Monster(wide(60, 200)),
    "2,000 links": lambda: Monster(links(2000)),
    "300 figures": lambda: with_figures(small_pictures(300)),
    "a PNG of 25 million pixels": lambda: with_figures(large_picture("PNG")),
    "a JPEG of 25 million pixels": lambda: with_figures(large_picture("JPEG")),
    "500 annexes": lambda: Monster(annexes=tuple(Annex(f"Title {at}", f"<p>text {at}</p>") for at in range(500))),
    "3,000 addressees": lambda: Monster(addressees=MANY_ADDRESSEES),
    "a comparison of 5,000 rows": lambda: Monster(rows(5000), before=rows(5000, "other words")),
    "a comparison of 20,000 list items": lambda: Monster(items(20_000), before=items(20_000, "point")),
    "a comparison of two long words": lambda: Monster(f"<p>{'ab' * 50_000}</p>", before=f"<p>{'ba' * 50_000}</p>"),
    "a comparison of nothing in common": lambda: Monster(
        "".join(f"<p>{at} {'new words ' * 20}</p>" for at in range(2000)),
        before="".join(f"<p>{'old things ' * 20} {at}</p>" for at in range(2000)),
    ),
}


@dataclass(frozen=True)
class Outcome:
    said: str  # "12 kB", or the sentence
    seconds: float
    memory: int  # bytes: the most that the process held


def outcome(sheet: Sheet, kind: Kind) -> Outcome:
    """What a renderer that is running makes of it."""
    assert next_document().startswith(b"%PDF")
    with _Watch() as watch:
        began = time.monotonic()
        try:
            said = f"{len(render(sheet, kind, timeout=SECONDS).content) / 1000:,.0f} kB"
        except RenderError as error:
            said = f"{error.reason}: {error}"
        seconds = time.monotonic() - began
    return Outcome(said, seconds, watch.peak)


def next_document() -> bytes:
    return render(samples.reply("fr"), "pdf").content


class _Watch(threading.Thread):
    """Looks ten times a second how much memory the renderer's process holds, whichever that is."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self._over = threading.Event()

    def __enter__(self) -> Self:
        process = renderer._renderer._process
        assert process is not None
        Path(f"/proc/{process.pid}/clear_refs").write_text("5")  # forget the peak until now
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._look()
        self._over.set()
        self.join()

    def run(self) -> None:
        while not self._over.wait(0.1):
            self._look()

    def _look(self) -> None:
        process = renderer._renderer._process
        try:
            lines = Path(f"/proc/{process.pid}/status").read_text().splitlines() if process else []
        except (FileNotFoundError, ProcessLookupError):  # it has just been ended
            return
        held = [int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")]
        self.peak = max([self.peak, *held])


@pytest.fixture(autouse=True, scope="module")
def _end_the_child():
    yield
    renderer.stop()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "monster" in metafunc.fixturenames:
        chosen = QUICK | LONG if metafunc.config.getoption("--long") else QUICK
        metafunc.parametrize("monster", chosen.values(), ids=chosen)


@pytest.mark.parametrize("kind", KINDS)
def test_monster_gives_a_file_or_a_sentence_and_the_next_document_comes_out(monster, kind):
    met = outcome(monster().sheet(), kind)
    assert met.seconds < SECONDS + SLACK
    assert met.memory < MOST_MEMORY
    assert not met.said.startswith("fault")
    assert next_document().startswith(b"%PDF")


def test_many_figures_are_not_taken_for_boxes_in_one_another():
    assert clean(figures(stored(*(bytes([at]) for at in range(200))))).count("<img") == 200


def test_cells_for_which_no_row_above_has_room_keep_their_words():
    cells = "".join(f'<tr><td rowspan="9" colspan="63">a{at}</td><td rowspan="9">b{at}</td></tr>' for at in range(9))
    words = [text_of(paragraph) for paragraph in tidy(clean(f"<table>{cells}</table>")).iter("p")]
    assert sorted(words) == sorted(f"{letter}{at}" for letter in "ab" for at in range(9))


@pytest.mark.parametrize("picture", [b"", b"no picture", next(iter(bomb(16_000, 16_000).values()))[:4000]])
def test_pictures_that_are_none_leave_their_place_to_their_words(picture):
    sheet = with_figures({"0" * 64: picture}).sheet()
    sheet = replace(sheet, masthead=replace(sheet.masthead, emblem="0" * 64))
    assert render(sheet, "pdf").broken
    assert render(sheet, "docx").content.startswith(b"PK")


def main() -> None:
    """Print a table of all of them, or of those whose names hold the words of the command line."""
    settings.configure(USE_I18N=False)
    wanted = " ".join(sys.argv[1:])
    for name, monster in (QUICK | LONG).items():
        for kind in KINDS if wanted in name else ():
            met = outcome(monster().sheet(), kind)
            sys.stdout.write(f"{name:40} {kind:4} {met.seconds:6.2f} s {met.memory >> 20:4} MB  {met.said[:90]}\n")
            sys.stdout.flush()
    renderer.stop()


if __name__ == "__main__":
    main()
