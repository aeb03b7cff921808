"""What WeasyPrint leaves undone in a tagged PDF, put right before the file is written (ISO 14289-1, ISO 32000-1 14.8).

It works on the objects of the file that is being made, so nothing is read back: headings skip no level, lists have
bodies, head cells say what they head, pictures say where they are, and the running header is no content.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pydyf  # type: ignore[import-untyped] # it ships no types
from weasyprint import Document
from weasyprint.formatting_structure import boxes

from liaisons.documents.packing import pack

_PIXEL = 0.75  # points
_HEADINGS = {f"/H{level}" for level in range(1, 7)}
_LINES = {"/P", *_HEADINGS}
_HEADER = {"Type": "/Pagination", "Subtype": "/Header", "Attached": "[/Top]"}
_WORD = "/application#2fvnd.openxmlformats-officedocument.wordprocessingml.document"
_LANGUAGE = """<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">\
<dc:language><rdf:Bag><rdf:li>{}</rdf:li></rdf:Bag></dc:language></rdf:Description>
"""
# PDF/A wants to be told of every name that is not among its own.
_UA = """<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">\
<pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">\
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>\
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">\
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
<pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>Part of ISO 14289 to which the file keeps</pdfaProperty:description>\
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""


def write(document: Document, **options: Any) -> bytes:
    """The document as a PDF with its structure put right; `options` are those of WeasyPrint."""
    painted: list[dict[boxes.Box, int]] = []
    for page in document.pages:
        page.paint = partial(_paint, page.paint, painted)
    content = document.write_pdf(finisher=partial(_finish, painted=painted), **options)
    assert isinstance(content, bytes)  # it is None only when a target file is given
    return content


def _paint(paint: Callable[..., None], painted: list[dict[boxes.Box, int]], stream: pydyf.Stream, scale: float) -> None:
    """Keep which box became which marked content: WeasyPrint forgets it before the file is finished."""
    paint(stream, scale)
    painted.append({box: tag["mcid"] for box, tag in (stream._tags or {}).items()})


def _finish(document: Document, pdf: pydyf.PDF, painted: list[dict[boxes.Box, int]]) -> None:
    """Of a PDF/A say that it is PDF/UA too, which WeasyPrint cannot say at once."""
    _Structure(pdf).mend()
    numbers = _object(pdf, _object(pdf, pdf.catalog["StructTreeRoot"])["ParentTree"])["Nums"]
    for at, marks in enumerate(painted):
        _mark_changes(pdf, numbers[numbers.index(at) + 1], marks)
    more = _LANGUAGE.format(document.metadata.lang)
    if "AF" in pdf.catalog:
        # WeasyPrint names each file once as a name and once as a file.
        pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))
        for reference in pdf.catalog["AF"]:
            # The machine's list of types, which WeasyPrint asks, may not know it.
            _object(pdf, _object(pdf, reference)["EF"]["F"]).extra["Subtype"] = _WORD
        more += _UA
    metadata = _object(pdf, pdf.catalog["Metadata"])
    metadata.stream = [metadata.stream[0].replace(b"</rdf:RDF>", more.encode() + b"</rdf:RDF>")]
    pack(pdf)


def _mark_changes(pdf: pydyf.PDF, owners: pydyf.Array, marks: dict[boxes.Box, int]) -> None:
    """Say of the words of a comparison that they came or went: tags of PDF/UA-1 have no other name for it."""
    for box, mark in marks.items():
        lines = box.style["text_decoration_line"]
        if "line-through" in lines:
            kind = "/LineThrough"
        elif "underline" in lines and box.style["text_decoration_style"] == "double":
            kind = "/Underline"
        else:
            continue
        if owners[mark] != "null":
            _object(pdf, owners[mark])["A"] = pydyf.Dictionary({"O": "/Layout", "TextDecorationType": kind})


def _object(pdf: pydyf.PDF, reference: bytes | int) -> pydyf.Object:
    assert isinstance(reference, bytes)
    return pdf.objects[int(reference.split()[0])]


class _Structure:
    """The tree of tags. The kids of an element are references to others, or numbers of marked content."""

    def __init__(self, pdf: pydyf.PDF) -> None:
        self._pdf = pdf
        self._level = 0  # of the heading before
        self._seen: set[int] = set()

    def mend(self) -> None:
        root = _object(self._pdf, self._pdf.catalog["StructTreeRoot"])
        self._mend(_object(self._pdf, root["K"][0]))
        self._banish(_object(self._pdf, root["ParentTree"])["Nums"])

    def _mend(self, element: pydyf.Dictionary) -> bool:
        """Mend an element and what is in it; returns whether it holds anything."""
        self._seen.add(element.number)
        kind = element["S"]
        if kind in _HEADINGS:
            self._level = min(int(kind[2:]), self._level + 1)
            element["S"] = f"/H{self._level}"
        if kind == "/Figure":
            self._place(element)
        if kind == "/TH":
            element["A"]["Scope"] = "/Column" if self._is_in_head(element) else "/Row"
        kids = self._mended(element)
        if kind in _LINES:
            kids = list(self._unfolded(element, kids))
        elif kind == "/L":
            kids = self._without_lists(kids)
        elif kind == "/LI":
            kids = self._with_body(element, kids)
        elif kind == "/NonStruct" and any(self._is(kid, "/Figure") for kid in kids):
            element["S"] = "/Div"  # the figure and its caption
        element["K"] = pydyf.Array(kids)
        return bool(kids) or kind not in ("/NonStruct", "/Span")

    def _mended(self, element: pydyf.Dictionary) -> list[bytes | int]:
        kept: list[bytes | int] = []
        for kid in element["K"]:
            inner = None if isinstance(kid, int) else _object(self._pdf, kid)
            if inner is None or inner["Type"] != "/StructElem" or self._mend(inner):
                kept.append(kid)
        return kept

    def _unfolded(self, element: pydyf.Dictionary, kids: list[bytes | int]) -> Iterator[bytes | int]:
        """A number in the margin makes WeasyPrint put the line it numbers into a second paragraph inside the first."""
        for kid in kids:
            inner = None if isinstance(kid, int) else _object(self._pdf, kid)
            if inner is None or inner.get("S") not in _LINES:
                yield kid
                continue
            for moved in inner["K"]:
                self._move(moved, element)
                yield moved

    def _without_lists(self, kids: list[bytes | int]) -> list[bytes | int]:
        """WeasyPrint hangs a list in an item beside the item; it belongs into the item's body."""
        kept: list[bytes | int] = []
        for kid in kids:
            inner = _object(self._pdf, kid)
            before = _object(self._pdf, kept[-1]) if kept else None
            if inner["S"] == "/L" and before is not None and before["S"] == "/LI":
                body = _object(self._pdf, before["K"][-1])
                inner["P"] = body.reference
                body["K"].append(kid)
            else:
                kept.append(kid)
        return kept

    def _with_body(self, item: pydyf.Dictionary, kids: list[bytes | int]) -> list[bytes | int]:
        labels = [kid for kid in kids if self._is(kid, "/Lbl")]
        rest = [kid for kid in kids if kid not in labels]
        if len(rest) == 1 and self._is(rest[0], "/LBody"):
            return labels + rest
        body = pydyf.Dictionary(
            {"Type": "/StructElem", "S": "/LBody", "K": pydyf.Array(), "Pg": item["Pg"], "P": item.reference}
        )
        self._pdf.add_object(body)
        self._seen.add(body.number)
        for kid in rest:
            for moved in _object(self._pdf, kid)["K"] if self._is(kid, "/LBody") else [kid]:
                self._move(moved, body)
                body["K"].append(moved)
        return [*labels, body.reference]

    def _move(self, kid: bytes | int, parent: pydyf.Dictionary) -> None:
        if not isinstance(kid, int):
            _object(self._pdf, kid)["P"] = parent.reference

    def _is(self, kid: bytes | int, kind: str) -> bool:
        return not isinstance(kid, int) and _object(self._pdf, kid).get("S") == kind

    def _is_in_head(self, cell: pydyf.Dictionary) -> bool:
        row = _object(self._pdf, cell["P"])
        return bool(_object(self._pdf, row["P"])["S"] == "/THead")

    def _place(self, figure: pydyf.Dictionary) -> None:
        """WeasyPrint counts from the top in pixels, a PDF from the bottom in points."""
        height = _object(self._pdf, figure["Pg"])["MediaBox"][3]
        left, top, right, bottom = (edge * _PIXEL for edge in figure["A"]["BBox"])
        figure["A"]["BBox"] = pydyf.Array([left, height - bottom, right, height - top])
        figure["A"]["Placement"] = "/Block"

    def _banish(self, numbers: pydyf.Array) -> None:
        """Make an artifact of what hangs nowhere in the tree: the running header."""
        elements: list[pydyf.Object] = list(self._pdf.objects)
        for element in elements:
            if (
                not isinstance(element, pydyf.Dictionary)
                or element.get("Type") != "/StructElem"
                or element.number in self._seen
            ):
                continue
            page = _object(self._pdf, element["Pg"])
            marks = [kid for kid in element["K"] if isinstance(kid, int)]
            if marks:
                _make_artifacts(_object(self._pdf, page["Contents"]), set(marks))
                owners = numbers[numbers.index(page["StructParents"]) + 1]
                for mark in marks:
                    owners[mark] = "null"
            element.clear()


def _make_artifacts(stream: pydyf.Stream, marks: set[int]) -> None:
    for at, token in enumerate(stream.stream):
        if isinstance(token, pydyf.Dictionary) and token.get("MCID") in marks:
            stream.stream[at - 1] = "/Artifact"
            stream.stream[at] = pydyf.Dictionary(_HEADER)
