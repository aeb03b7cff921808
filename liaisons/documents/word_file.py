"""A Word file with our page, styles and lists and nothing on it; its properties, and how it is packed."""

import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Twips
from lxml import etree

from liaisons.documents.wordml import NUMBER_INDENT, w

DASHED, NUMBERED = 0, 1  # how lists look: the abstract lists of the file
BULLETS = 1  # the list of every bullet
UNDATED = datetime(1980, 1, 1, tzinfo=UTC)  # the first day a zip file knows
PAGE = (11907, 16840)  # A4 in twips
MARGIN = 1134

_LONGEST = 255  # characters of a property
_STYLES = Path(__file__).with_name("word_styles.xml")
_NEEDLESS = ("/stylesWithEffects", "/thumbnail", "/customXml", "/extended-properties")
_CUSTOM = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_OURS = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"  # of every property that a user names
_CUSTOM_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"


@dataclass(frozen=True)
class _Script:
    """What writing of a kind is called in styles. `font` is free, `otherwise` what Word has in its place."""

    language: str
    fonts: str = ""
    font: str = ""
    otherwise: str = ""
    charset: str = ""


_LATIN = _Script("val")
# LibreOffice knows no face in the place of Word's for these, and takes the first that has the letters.
_CHINESE = _Script("eastAsia", "eastAsia", "Noto Serif CJK SC", "SimSun", "86")
_RIGHT_TO_LEFT = _Script("bidi", "cs", "Noto Naskh Arabic", "Times New Roman", "B2")


def empty_file(*, landscape: bool = False) -> WordDocument:
    """A new file with our page, styles and lists."""
    document = Document(BytesIO(_empty()))
    if landscape:
        section = document.sections[0]
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = (Twips(side) for side in reversed(PAGE))
    return document


def fill(document: WordDocument, elements: Iterable[BaseOxmlElement]) -> None:
    """Put paragraphs and tables on the page, behind what is there."""
    end = document.element.body.sectPr
    for element in elements:
        end.addprevious(element)


def refill(element: BaseOxmlElement, *children: BaseOxmlElement) -> None:
    for child in list(element):
        element.remove(child)
    element.extend(children)


def set_headers(document: WordDocument, later: BaseOxmlElement, first: BaseOxmlElement) -> None:
    """The paragraph at the head of page 2 and those after it, and that of page 1."""
    section = document.sections[0]
    section.different_first_page_header_footer = True
    refill(section.header._element, later)
    refill(section.first_page_header._element, first)


def describe(
    document: WordDocument,
    *,
    title: str,
    author: str,
    language: str,
    subject: str = "",
    keywords: str = "",
    moment: datetime = UNDATED,
) -> None:
    properties = document.core_properties
    properties.title = title[:_LONGEST]
    properties.author = properties.last_modified_by = author[:_LONGEST]
    properties.subject = subject[:_LONGEST]
    properties.keywords = keywords[:_LONGEST]
    properties.language = language
    properties.comments = ""
    properties.created = properties.modified = moment


def set_language(document: WordDocument, language: str, direction: str) -> None:
    """Say in which language the text is, so that spelling is checked in it and its letters are found."""
    if language.startswith("en"):
        return
    script = _RIGHT_TO_LEFT if direction == "rtl" else _CHINESE if language.startswith("zh") else _LATIN
    for element in document.styles.element.iter(qn("w:lang")):
        element.set(qn(f"w:{script.language}"), language)
    if script.font:
        for element in document.styles.element.iter(qn("w:rFonts")):
            element.set(qn(f"w:{script.fonts}"), script.font)
        fonts = document.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
        known = w("font", w("altName", val=script.otherwise), w("charset", val=script.charset), name=script.font)
        table = parse_xml(fonts.blob)
        table.append(known)
        fonts._blob = etree.tostring(table, xml_declaration=True, encoding="UTF-8", standalone=True)


def set_custom_properties(document: WordDocument, properties: Mapping[str, str]) -> None:
    """Properties by names of our own, which fields in the text can show; empty ones are left out."""
    root = etree.fromstring(f'<Properties xmlns="{_CUSTOM}" xmlns:vt="{_TYPES}"/>')
    filled = [(name, value) for name, value in properties.items() if value]
    for number, (name, value) in enumerate(filled, start=2):  # the first two numbers are taken
        kept = etree.SubElement(root, f"{{{_CUSTOM}}}property", fmtid=_OURS, pid=str(number), name=name)
        etree.SubElement(kept, f"{{{_TYPES}}}lpwstr").text = value
    package = document.part.package
    content = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    part = Part(PackURI("/docProps/custom.xml"), _CUSTOM_MEDIA_TYPE, content, package)
    package.relate_to(part, RELATIONSHIP_TYPE.CUSTOM_PROPERTIES)


def packed(document: WordDocument) -> bytes:
    """The file without the moment at which it was packed."""
    loose, target = BytesIO(), BytesIO()
    document.save(loose)
    with zipfile.ZipFile(loose) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            archive.writestr(zipfile.ZipInfo(name, UNDATED.timetuple()[:6]), source.read(name), zipfile.ZIP_DEFLATED)
    return target.getvalue()


@cache
def _empty() -> bytes:
    document = Document()
    refill(document.styles.element, *parse_xml(_STYLES.read_bytes()))
    refill(
        document.part.numbering_part.element,
        _list_look(DASHED, "bullet", lambda level: "–"),
        _list_look(NUMBERED, "decimal", lambda level: f"%{level + 1})"),
        w("num", w("abstractNumId", val=DASHED), numId=BULLETS),
    )
    section = document.sections[0]
    section.page_width, section.page_height = (Twips(side) for side in PAGE)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Twips(MARGIN)
    section.header_distance, section.footer_distance = Twips(425), Twips(709)
    for setting in document.settings.element.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")  # or Word opens the file as one of an older Word
    for zoom in document.settings.element.iter(qn("w:zoom")):
        zoom.set(qn("w:percent"), "100")  # the schema wants it
    for relations in (document.part.rels, document.part.package.rels):
        # The template of python-docx carries a preview of another page, styles nobody reads and a wrong program.
        for key in [key for key, relation in relations.items() if relation.reltype.endswith(_NEEDLESS)]:
            del relations[key]
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def _list_look(number: int, kind: str, text: Callable[[int], str]) -> BaseOxmlElement:
    levels = [
        w(
            "lvl",
            w("start", val=1),
            w("numFmt", val=kind),
            w("lvlText", val=text(level)),
            w("lvlJc", val="left"),
            w(
                "pPr",
                w(
                    "ind",
                    left=NUMBER_INDENT + level * NUMBER_INDENT // 2,
                    hanging=NUMBER_INDENT // 2 if level else NUMBER_INDENT,
                ),
            ),
            ilvl=level,
        )
        for level in range(9)
    ]
    return w("abstractNum", w("multiLevelType", val="hybridMultilevel"), *levels, abstractNumId=number)
