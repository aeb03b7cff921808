"""Whatever an author writes, making the files of a letter reaches no host and reads no file, nor does the file itself.

A server on loopback counts requests, a file holds a secret, and the renderer's process notes each door that it opens.
"""

import base64
import hashlib
import re
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer

import pikepdf
import pytest
from lxml import etree
from PIL import Image
from weasyprint import HTML

from liaisons.documents import renderer
from liaisons.documents.fetcher import STORED, RefusingFetcher
from liaisons.documents.pdf import write_pdf
from liaisons.documents.word import write_word
from liaisons.intake import reader
from liaisons.letter import Addressed, Annex, Asked, Attached, Contact, Sheet
from tests.liaisons.documents import samples
from tests.liaisons.documents.measure import text
from tests.liaisons.intake.edits import ins
from tests.liaisons.intake.files import drawing, p, word_file

SECRET = "the canary sings at dawn"
STORED_PICTURE = hashlib.sha256(b"a picture that is not there").hexdigest()

# {http} is the server, {file} the address of the canary, {path} its path, {svg} a drawing that names both.
PAYLOADS = {
    "link": '<a href="{file}">a</a> <a href="{http}/link">b</a> <a href="//127.0.0.1/link">c</a>',
    "link as an attachment": '<a rel="attachment" href="{file}">a</a><a rel=attachment href="{http}/attached">b</a>',
    "image by http": '<img src="{http}/image.png" alt="a">',
    "image by file": '<img src="{file}" alt="a"><img src="{path}">',
    "image as a drawing": '<img src="{svg}"><img src="data:image/svg+xml;utf8,<svg><image href={file} /></svg>">',
    "image without a protocol": '<img src="//{host}/image.png">',
    "image by a path": '<img src="../../../../../../../..{path}"><img src="image.png">',
    "image in several sizes": '<img srcset="{http}/2.png 2x, {file} 1x"><picture><source srcset="{http}/p"></picture>',
    "image by a redirect": '<img src="{http}/redirect">',
    "stored picture by a path": '<figure><img src="/pictures/../..{path}"><img src="/pictures//{host}/a"></figure>',
    "stored picture that is not there": '<figure><img src="/pictures/{stored}" alt="a"></figure>',
    "style that imports": '<style>@import url("{http}/a.css"); @import "{file}";</style>',
    "style with an address": '<p style="background: url({http}/b.png); list-style: url({file})">a</p>',
    "style sheet with an address": "<style>p {{ background: url('{http}/c.png') }} p::after {{ content: url({file}) }}"
    "</style><p>a</p>",
    "font": "<style>@font-face {{ font-family: a; src: url('{http}/a.woff') }} p {{ font-family: a }}</style><p>a</p>",
    "link to a style sheet": '<link rel="stylesheet" href="{http}/d.css"><link rel="stylesheet" href="{file}">',
    "link to an attachment": '<link rel="attachment" href="{file}"><link rel="attachment" href="{http}/e">',
    "drawing with an image": '<svg xmlns:xlink="http://www.w3.org/1999/xlink"><image href="{http}/f.png" '
    'xlink:href="{file}" width="9" height="9"/></svg>',
    "drawing that uses another": '<svg width="9" height="9"><use href="{http}/g.svg#a"/><use href="{file}#b"/></svg>',
    "drawing with a page": '<svg><foreignObject width="9" height="9"><iframe src="{http}/h"></iframe>'
    '<img src="{file}"></foreignObject></svg>',
    "object": '<object data="{http}/i.png"></object><object data="{file}" type="image/png"></object>',
    "embedded": '<embed src="{http}/j"><embed src="{file}" type="image/png">',
    "frame": '<iframe src="{http}/k"></iframe><iframe src="{file}" srcdoc="<img src={http}/l>"></iframe>',
    "base": '<base href="{http}/"><img src="m.png"><a href="n">a</a>',
    "refresh": '<meta http-equiv="refresh" content="0; url={http}/o"><meta http-equiv="Link" content="<{http}/p>">',
    "film and script": '<video src="{http}/q" poster="{file}"></video><audio src="{http}/r"></audio>'
    '<script src="{http}/s"></script>',
    "entity": '<!DOCTYPE p [<!ENTITY c SYSTEM "{file}"><!ENTITY % d SYSTEM "{http}/t">%d;]><p>&c; &amp;c;</p>',
    "inclusion": '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{file}" parse="text"/>',
    "style of a document": '<?xml-stylesheet href="{http}/u.css"?><!--[if gte mso 9]><xml src="{file}"/><![endif]-->',
    "field of Word": '{{ INCLUDEPICTURE "{http}/v.png" \\d }} {{ INCLUDETEXT "{path}" }} {{ DDEAUTO c:\\cmd "/k" }}',
    "field in the markup of Word": '<w:fldSimple w:instr="INCLUDEPICTURE {http}/w.png"><w:instrText>DDE "{path}" a'
    "</w:instrText></w:fldSimple>",
    "relationship of Word": '<Relationship Id="rId1" Target="{http}/x.dotm" TargetMode="External" Type="http://schemas'
    '.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"/><w:altChunk r:id="rId1"/>',
}


class _Counter(StreamRequestHandler):
    """Notes every request and answers it, one for a redirect with a redirect."""

    seen: list[str]

    def handle(self) -> None:
        path = self.rfile.readline().split()[1].decode()
        self.seen.append(path)
        moved = b"302 Found\r\nLocation: /elsewhere" if path == "/redirect" else b"200 OK"
        self.wfile.write(b"HTTP/1.0 " + moved + b"\r\nContent-Type: text/css\r\n\r\n")


@dataclass(frozen=True)
class Bait:
    """What a payload may try to reach, and what came of it."""

    host: str
    canary: Path
    seen: list[str]

    def payload(self, name: str) -> str:
        file = self.canary.as_uri()
        drawing = (
            f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{file}"/><image href="http://{self.host}/y"/></svg>'
        )
        return PAYLOADS[name].format(
            host=self.host,
            http=f"http://{self.host}",
            file=file,
            path=self.canary,
            stored=STORED_PICTURE,
            svg=f"data:image/svg+xml;base64,{base64.b64encode(drawing.encode()).decode()}",
        )


@pytest.fixture(scope="module")
def bait(tmp_path_factory) -> Iterator[Bait]:
    canary = tmp_path_factory.mktemp("bait") / "canary.png"
    picture = BytesIO()
    Image.new("RGB", (3, 3), "red").save(picture, "PNG")
    canary.write_bytes(picture.getvalue() + SECRET.encode())
    seen: list[str] = []
    handler = type("Counter", (_Counter,), {"seen": seen})
    with ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Bait(f"127.0.0.1:{server.server_address[1]}", canary, seen)
        server.shutdown()


def baited(payload: str) -> Sheet:
    """A letter that holds it wherever an author can write, in an earlier revision as well."""
    sheet = samples.invitation()
    line = " ".join(payload.split())
    letter = replace(
        sheet.letter,
        title=line,
        source=line,
        questions=line,
        venue_date=line,
        ref=line,
        abstract=payload,
        deadline_text=line,
        body=f"<p>before</p>{payload}<ul><li>{payload}</li></ul><table><tr><td>{payload}</td></tr></table><p>after</p>",
        addressees=(Addressed(line, "action"), Addressed(line, "information", designation=line)),
        requests=(Asked("1", "comment", line),),
        contacts=(Contact(line, line, line, line, line),),
        annexes=(Annex(line, payload, abstract=payload), Annex("whole", payload, document=line)),
        attachments=(Attached(line, line, "0" * 64, line),),
        in_reply_to=(line,),
    )
    masthead = replace(sheet.masthead, number=line, group=line, approval=line, organization=(line, line), emblem=line)
    return replace(sheet, letter=letter, masthead=masthead)


def assert_harmless(pdf: bytes, word: bytes, bait: Bait) -> None:
    with pikepdf.open(BytesIO(pdf)) as document:
        assert not document.attachments
        for page in document.pages:
            assert not page.get_images()
            for annotation in page.get("/Annots", ()):
                assert annotation.A.S == "/URI"
                assert re.match("https?:|mailto:", str(annotation.A.URI))
        loose = BytesIO()
        document.save(loose, stream_decode_level=pikepdf.StreamDecodeLevel.generalized, compress_streams=False)
    assert SECRET.encode() not in loose.getvalue()
    assert SECRET not in text(pdf)
    with zipfile.ZipFile(BytesIO(word)) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    assert not [name for name, content in parts.items() if SECRET.encode() in content]
    assert len([name for name in parts if name.startswith("word/media/")]) == 1  # the place of the emblem
    for name, content in parts.items():
        if name.endswith(".rels"):
            for relation in etree.fromstring(content):
                if relation.get("TargetMode") == "External":
                    assert relation.get("Type", "").endswith("/hyperlink")
                    assert re.match("https?:|mailto:", relation.get("Target", ""))
        elif name.endswith(".xml"):
            root = etree.fromstring(content)
            for instruction in root.iter("{*}instrText", "{*}delInstrText"):
                assert re.fullmatch(r"PAGE|NUMPAGES|DOCPROPERTY \w+", "".join(instruction.itertext()).strip())
            assert not list(root.iter("{*}fldSimple", "{*}altChunk", "{*}object", "{*}attachedTemplate"))
            assert b"<!DOCTYPE" not in content
    assert bait.seen == []


@pytest.fixture
def opened(bait) -> Iterator[list[str]]:
    """What this process opens that could be the canary, or leads out."""
    doors: list[str] = []
    _WATCHERS.append((str(bait.canary), doors))
    yield doors
    _WATCHERS.clear()


_WATCHERS: list[tuple[str, list[str]]] = []


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if _WATCHERS:
        canary, doors = _WATCHERS[0]
        if event in ("socket.connect", "socket.getaddrinfo", "urllib.Request") or (
            event == "open" and canary in str(arguments[0])
        ):
            doors.append(event)


sys.addaudithook(_watch)  # there is no taking it away; without a watcher it does nothing


@pytest.mark.parametrize("name", PAYLOADS)
def test_writers_fetch_nothing(name, bait, opened):
    sheet = baited(bait.payload(name))
    assert_harmless(write_pdf(sheet).content, write_word(sheet), bait)
    assert opened == []


@pytest.mark.parametrize("name", PAYLOADS)
def test_pages_that_were_never_cleaned_fetch_nothing(name, bait, opened):
    """The second wall: if a payload came through clean(), its addresses still end at the fetcher."""
    page = f'<html lang="en"><title>a</title>{bait.payload(name)}</html>'
    pdf = HTML(string=page, base_url=STORED, url_fetcher=RefusingFetcher()).write_pdf()
    with pikepdf.open(BytesIO(pdf)) as document:
        assert not document.attachments
        assert not any(page.get_images() for page in document.pages)
    assert SECRET not in text(pdf)
    assert bait.seen == []
    assert opened == []


def test_comparisons_fetch_nothing(bait, opened):
    payloads = [bait.payload(name) for name in PAYLOADS]
    sheet = baited("".join(payloads[::2]))
    sheet = replace(sheet, before=baited("".join(payloads[1::2])).letter, before_number="JCA-MV-Doc-021")
    assert_harmless(write_pdf(sheet).content, write_word(sheet), bait)
    assert opened == []


@pytest.mark.parametrize("emblem", ["{file}", "{path}", "../..{path}", "http://{host}/emblem.png", "\\\\{host}\\a.png"])
def test_emblem_is_a_stored_picture_or_none(emblem, bait, opened):
    emblem = emblem.format(file=bait.canary.as_uri(), path=bait.canary, host=bait.host)
    sheet = samples.reply("fr")
    sheet = replace(sheet, masthead=replace(sheet.masthead, emblem=emblem))
    assert_harmless(write_pdf(sheet).content, write_word(sheet), bait)
    assert opened == []


# The renderer's process with a watch at every door: files outside the project and what Python itself reads, sockets,
# programs. What it makes before anybody asks opens fonts and libraries; the watch begins with the first question.
WATCHED = """
import os, sys
from liaisons.documents import child
log = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
asked = False
def watch(event, arguments):
    if asked and (event in {events} or event == "open" and sys.argv[2] in str(arguments[0])):
        os.write(log, f"{{event}} {{arguments}}\\n".encode())
sys.addaudithook(watch)
receive = child.receive
def watched(channel):
    global asked
    question = receive(channel)
    asked = True
    return question
child.receive = watched
child.main()
"""
DOORS = (
    "socket.connect",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.bind",
    "socket.sendto",
    "urllib.Request",
    "http.client.connect",
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
)


def test_the_renderers_process_opens_no_door(bait, monkeypatch, tmp_path):
    log = tmp_path / "doors"
    renderer.stop()
    program = WATCHED.format(events=DOORS)
    monkeypatch.setattr(renderer, "_CHILD", [sys.executable, "-c", program, str(log), str(bait.canary)])
    try:
        for kind in ("pdf", "docx"):
            renderer.render(samples.reply("fr"), kind)
        sockets = sockets_of_the_child()
        names = list(PAYLOADS)
        for group in (names[at::4] for at in range(4)):
            sheet = baited("".join(bait.payload(name) for name in group))
            pdf, word = (renderer.render(sheet, kind).content for kind in ("pdf", "docx"))
            assert_harmless(pdf, word, bait)
            assert (group, log.read_text()) == (group, "")
        assert sockets_of_the_child() == sockets
        assert len(sockets) == 1  # its line to us
    finally:
        renderer.stop()


def test_reading_a_file_in_the_renderers_process_opens_no_door(bait, monkeypatch, tmp_path):
    log = tmp_path / "doors"
    renderer.stop()
    program = WATCHED.format(events=DOORS)
    monkeypatch.setattr(renderer, "_CHILD", [sys.executable, "-c", program, str(log), str(bait.canary)])
    away = {
        f"rId{number}": ("image", address, True)
        for number, address in enumerate([f"http://{bait.host}/a.png", bait.canary.as_uri(), str(bait.canary)])
    }
    inside = {f"in{key}": (kind, f"../../../../../..{bait.canary}", False) for key, (kind, *_more) in away.items()}
    pictures = [p(drawing(key, "a")) for key in {**away, **inside}]
    fields = [p(bait.payload(name)) for name in ("field of Word", "field in the markup of Word")]
    content = word_file(p("Title", ins(" and more")), *pictures, *fields, relations={**away, **inside})
    try:
        assert SECRET not in repr(reader.reading(content))
        assert reader.remarks(content, word_file(p("Another"))).rows
        assert (log.read_text(), bait.seen) == ("", [])
    finally:
        renderer.stop()


def sockets_of_the_child() -> set[str]:
    process = renderer._renderer._process
    assert process is not None
    targets = (str(entry.readlink()) for entry in Path(f"/proc/{process.pid}/fd").iterdir())
    return {target for target in targets if target.startswith("socket:")}


def test_the_bait_would_be_taken_by_one_who_fetches(bait):
    """Or all the others would prove nothing."""
    # In a process of its own: what it asks for must not count for the others.
    program = "import sys; from weasyprint import HTML; HTML(string=sys.argv[1]).write_pdf('/dev/null')"
    page = bait.payload("image by http") + bait.payload("style that imports") + bait.payload("link to an attachment")
    try:
        subprocess.run([sys.executable, "-c", program, page], check=True, capture_output=True, timeout=60)
        assert sorted(bait.seen) == ["/a.css", "/e", "/image.png"]
    finally:
        bait.seen.clear()
