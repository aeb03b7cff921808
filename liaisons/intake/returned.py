"""A Word file of ours as somebody sent it back: its lines, its threads in the margin, and the text it was made from."""

from dataclasses import dataclass

from liaisons.intake.margin import Thread, threads
from liaisons.intake.marked import Line, MarkedReader
from liaisons.intake.package import Package, Part, W
from liaisons.intake.styles import Styles

_PROPERTIES = "docProps/custom.xml"  # where every program keeps them
_PROPERTY = "{http://schemas.openxmlformats.org/officeDocument/2006/custom-properties}property"
_FORMATTED = ("rPrChange", "pPrChange", "tblPrChange", "trPrChange", "tcPrChange", "sectPrChange")
_NOTES = {"footnotes": "footnote", "endnotes": "endnote"}


@dataclass(frozen=True)
class Returned:
    """`ranges` say from which line and stretch to which a thread is; `letter` is the SHA-256 our file came with."""

    lines: list[Line]
    threads: list[Thread]
    ranges: dict[str, list[tuple[int, int]]]
    letter: str
    changes_formatting: bool


def returned(content: bytes) -> Returned:
    package = Package(content)
    document = package.document
    styles_part = package.part(document.related("styles"))
    styles = Styles(styles_part.root if styles_part else None)
    properties = _properties(package)
    # In a comparison that we made ourselves the changes are ours, and nobody's remarks.
    ours = properties.get("Group", "") if properties.get("Compared with") else ""
    body = document.root.find(f"{W}body")
    assert body is not None  # Package.document looked
    reader = MarkedReader(document, styles, _notes(package, document, styles), ours).read(body)
    return Returned(
        lines=reader.lines,
        threads=threads(package, document, styles),
        ranges=reader.ranges,
        letter=properties.get("SHA256", ""),
        changes_formatting=next(document.root.iter(*(f"{W}{name}" for name in _FORMATTED)), None) is not None,
    )


def _properties(package: Package) -> dict[str, str]:
    part = package.part(_PROPERTIES)
    rows = [] if part is None else list(part.root.iter(_PROPERTY))
    return {row.get("name", ""): "".join(str(text) for text in row.itertext()).strip() for row in rows}


def _notes(package: Package, document: Part, styles: Styles) -> dict[str, str]:
    """The words of footnotes and endnotes, which stand in brackets where they are cited."""
    notes = {}
    for kind, name in _NOTES.items():
        part = package.part(document.related(kind))
        for note in [] if part is None else part.root.iter(f"{W}{name}"):
            lines = MarkedReader(part, styles).read(note).lines if part else []
            words = " ".join("".join(one.text for one in line.stretches if one.went is None) for line in lines)
            notes[f"{name} {note.get(f'{W}id', '')}"] = " ".join(words.split())
    return notes
