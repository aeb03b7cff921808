"""A Word file as a set of XML parts; its directory is looked at before anything in it is unpacked."""

import io
import logging
import posixpath
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import NoReturn

from django.utils.translation import gettext as _
from lxml import etree
from lxml.etree import _Element

from liaisons.refusals import Refused

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"

MAX_ENTRIES = 2_000
MAX_UNPACKED = 200 * 1024 * 1024  # bytes of all entries as the directory tells them: ten times the largest upload
MAX_XML = 16 * 1024 * 1024  # bytes of one part; a report of a thousand pages has a quarter of that
MAX_PICTURE = 20 * 1024 * 1024
MAX_ELEMENTS = 1_000_000  # of all parts together, as the paragraphs
MAX_PARAGRAPHS = 40_000  # two to three seconds
MAX_RATIO = 500  # the XML of a table of thousands of equal rows packs a hundredfold

logger = logging.getLogger(__name__)

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# "Strict Open XML" says the same under other names.
_STRICT = {
    b"http://purl.oclc.org/ooxml/wordprocessingml/main": W[1:-1].encode(),
    b"http://purl.oclc.org/ooxml/officeDocument/relationships": R[1:-1].encode(),
    b"http://purl.oclc.org/ooxml/drawingml/main": b"http://schemas.openxmlformats.org/drawingml/2006/main",
    b"http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing": (
        b"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
    ),
    b"http://purl.oclc.org/ooxml/officeDocument/math": b"http://schemas.openxmlformats.org/officeDocument/2006/math",
}
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, KeyError)


@dataclass(frozen=True)
class Relation:
    """What a part refers to: a place in the file, or an address outside, which nobody follows."""

    kind: str
    target: str
    external: bool


@dataclass(frozen=True)
class Part:
    """A part of the file, with what it refers to by short names."""

    root: _Element
    relations: Mapping[str, Relation] = field(default_factory=dict)

    def related(self, kind: str) -> str:
        """The place of the part of that kind; "" when there is none."""
        return next(
            (one.target for one in self.relations.values() if one.kind == kind and not one.external),
            "",
        )


class Package:
    """An opened file. Whatever is wrong with it is Refused, with a sentence that says what to do."""

    def __init__(self, content: bytes) -> None:
        self._elements = self._paragraphs = 0  # of all parts that were read so far
        _refuse_others(content)
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(content))
            self._entries = {entry.filename: entry for entry in self._archive.infolist()}
        except _BROKEN:
            damaged()
        _refuse_bombs(list(self._entries.values()))
        if "content.xml" in self._entries and "word/document.xml" not in self._entries:
            raise Refused([_("This is an OpenDocument file. Save it as “Word document (.docx)”, then choose that.")])

    @cached_property
    def document(self) -> Part:
        relations = self._relations("")
        place = next((one.target for one in relations.values() if one.kind == "officeDocument"), "word/document.xml")
        part = self.part(place)
        if part is None or part.root.find(f"{W}body") is None:
            raise Refused(
                [_("There is no Word text in this file. Save it as “Word document (.docx)”, then try again.")]
            )
        return part

    def part(self, place: str) -> Part | None:
        """The part at that place; None when the file has none there."""
        if not place or place not in self._entries:
            return None
        root = self._parsed(place)
        return Part(root, self._relations(place))

    def picture(self, place: str) -> bytes:
        """The bytes of a picture; empty when it is not in the file."""
        return self._read(place, MAX_PICTURE) if place in self._entries else b""

    def _relations(self, place: str) -> dict[str, Relation]:
        folder, name = posixpath.split(place)
        listed = posixpath.join(folder, "_rels", f"{name}.rels")
        if listed not in self._entries:
            return {}
        relations = {}
        for row in self._parsed(listed).iter(_RELATION):
            target, external = row.get("Target", ""), row.get("TargetMode") == "External"
            if not external:
                target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            relations[row.get("Id", "")] = Relation(row.get("Type", "").rpartition("/")[2], target, external)
        return relations

    def _parsed(self, place: str) -> _Element:
        root = _parsed(self._read(place, MAX_XML))
        self._elements += _count(root, "*")
        self._paragraphs += _count(root, f"{W}p")
        if self._elements > MAX_ELEMENTS or self._paragraphs > MAX_PARAGRAPHS:
            raise Refused([_("The text is longer than a letter can be. Attach the file instead, or split it.")])
        return root

    def _read(self, place: str, most: int) -> bytes:
        """Unpack one entry, and not more of it than its place may hold, whatever the directory says."""
        try:
            with self._archive.open(self._entries[place]) as file:
                content = file.read(most + 1)
        except (*_BROKEN, RuntimeError):
            damaged()
        if len(content) > most:
            _too_much()
        return content


def _count(root: _Element, tag: str) -> int:
    return sum(1 for _element in root.iter(tag))


def _parsed(content: bytes) -> _Element:
    """XML without a DOCTYPE: nothing in it is fetched, and no entity is put in."""
    if any("<!DOCTYPE".encode(code) in content for code in ("ascii", "utf-16-le", "utf-16-be")):
        damaged()
    if b"purl.oclc.org/ooxml" in content:
        for strict, usual in _STRICT.items():
            content = content.replace(strict, usual)
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        if any(entry.type == etree.ErrorTypes.ERR_NO_MEMORY for entry in parser.error_log):
            raise MemoryError from error
        damaged()
    except ValueError:
        damaged()
    return root


def _refuse_others(content: bytes) -> None:
    if content.startswith(_OLE):
        if _ENCRYPTED in content:
            raise Refused(
                [_("The file is protected by a password. Take the password off in Word, save it, and choose it again.")]
            )
        raise Refused(
            [_("This is a file of an older Word (.doc). Save it as “Word document (.docx)”, then choose that.")]
        )
    if content.startswith((b"{\\rtf", b"%PDF-")):
        raise Refused(
            [_("This is no Word file. Open it in Word, save it as “Word document (.docx)”, then choose that.")]
        )


def _refuse_bombs(entries: list[zipfile.ZipInfo]) -> None:
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused(
            [_("The file is protected by a password. Take the password off in Word, save it, and choose it again.")]
        )
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        _too_much()
    if any(entry.file_size > 1_000_000 and entry.file_size > MAX_RATIO * entry.compress_size for entry in entries):
        _too_much()


@contextmanager
def said_plainly(content: bytes) -> Iterator[None]:
    """Whatever is wrong with a file is Refused, with a sentence; what we did not think of is recorded.

    Memory that is over is no fault of the file's: whoever set the limit says so.
    """
    try:
        yield
    except (Refused, MemoryError):
        raise
    except RecursionError:
        damaged()
    except Exception:
        logger.exception("A Word file of %d bytes could not be read", len(content))
        damaged()


def damaged() -> NoReturn:
    raise Refused([_("The file is damaged and cannot be read. Open it in Word, save it under a new name, try again.")])


def _too_much() -> NoReturn:
    raise Refused(
        [_("The file unpacks to too much. Take large pictures or tables out of it, and attach them instead.")]
    )
