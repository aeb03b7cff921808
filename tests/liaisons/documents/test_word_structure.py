"""What Word is strict about: the order of elements, names that exist, parts that are there, numbers given once."""

import posixpath
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from docx import Document
from lxml import etree

from liaisons.documents.unformatted import write_unformatted
from liaisons.documents.word import write_word
from liaisons.letter import Letter, Masthead, Sheet
from roadmap.template import write_template
from tests.liaisons.documents import samples
from tests.liaisons.documents.test_word_changes import AFTER, BEFORE

UNTIL = date(2025, 12, 4)
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"

# The children that our files use, in the order that ECMA-376 gives them; "|" parts those that may be mixed.
ORDER = {
    "pPr": (
        "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr pBdr shd tabs bidi spacing ind jc "
        "outlineLvl rPr sectPr"
    ),
    "rPr": "ins|del rStyle rFonts b bCs i iCs strike color sz szCs u vertAlign rtl lang",
    "tblPr": "tblStyle bidiVisual tblW jc tblInd tblBorders tblLayout tblCellMar tblLook tblCaption tblDescription",
    "tblBorders": "top left bottom right insideH insideV",
    "tblCellMar": "top left bottom right",
    "trPr": "cantSplit|trHeight|tblHeader ins del",
    "tcPr": "tcW gridSpan vMerge tcBorders shd tcMar vAlign",
    "tcBorders": "top left bottom right",
    "tcMar": "top left bottom right",
    "tbl": "tblPr tblGrid tr",
    "tblGrid": "gridCol",
    "tr": "trPr tc",
    "tc": "tcPr p|tbl",
    "p": "pPr r|hyperlink|ins|del|sdt",
    "r": "rPr t|delText|tab|br|drawing|fldChar|instrText",
    "ins": "r",
    "del": "r",
    "hyperlink": "r|ins|del",
    "sdt": "sdtPr sdtContent",
    "sdtPr": "alias tag id comboBox",
    "sdtContent": "r",
    "numPr": "ilvl numId",
    "body": "p|tbl sectPr",
    "hdr": "p",
    "sectPr": "headerReference|footerReference pgSz pgMar cols titlePg docGrid",
    "numbering": "abstractNum num",
    "abstractNum": "multiLevelType lvl",
    "lvl": "start numFmt lvlText lvlJc pPr",
    "num": "abstractNumId lvlOverride",
    "styles": "docDefaults style",
    "docDefaults": "rPrDefault pPrDefault",
    "style": "name basedOn next link uiPriority semiHidden unhideWhenUsed qFormat pPr rPr tblPr",
}

FILES: dict[str, Callable[[], bytes]] = {
    "ls1": lambda: write_word(samples.fg_mv_ls1()),
    "tsag": lambda: write_word(samples.tsag()),
    "draft": lambda: write_word(samples.invitation(comments_until=UNTIL)),
    "figures": lambda: write_word(samples.figures()),
    "arabic": lambda: write_word(samples.reply("ar")),
    "chinese": lambda: write_word(samples.reply("zh")),
    "changed": lambda: write_word(
        Sheet(AFTER, replace(samples.fg_mv_ls1().masthead, comments_until=UNTIL), before=BEFORE, before_number="A")
    ),
    "filled form": lambda: write_unformatted(samples.spcg()),
    "empty form": lambda: write_unformatted(Sheet(Letter("", ""), Masthead("", "", ""))),
    "template": lambda: write_template(desk="JCA-MV"),
}


@pytest.fixture(scope="module", params=FILES)
def archive(request) -> zipfile.ZipFile:
    return zipfile.ZipFile(BytesIO(FILES[request.param]()))


def parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, etree._Element]]:
    for name in archive.namelist():
        if name.endswith((".xml", ".rels")):
            yield name, etree.fromstring(archive.read(name))


def ours(archive: zipfile.ZipFile) -> Iterator[etree._Element]:
    """The parts whose elements we write."""
    for name, root in parts(archive):
        if name.startswith(("word/document", "word/header", "word/numbering", "word/styles")):
            yield root


def test_elements_stand_in_the_order_of_the_schema(archive):
    wrong = []
    for root in ours(archive):
        for element in root.iter(*(f"{W}{name}" for name in ORDER)):
            name = etree.QName(element).localname
            places = [set(place.split("|")) for place in ORDER[name].split()]
            at = 0
            for child in element.iterchildren(tag=etree.Element):
                tag = child.tag.removeprefix(W)
                while at < len(places) and tag not in places[at]:
                    at += 1
                if at == len(places):
                    wrong.append(f"{tag} in {name}")
                    break
    assert wrong == []


def test_what_may_stand_once_stands_once(archive):
    for root in ours(archive):
        for name in ("pPr", "rPr", "tblPr", "tcPr", "trPr", "sectPr"):
            for element in root.iter(f"{W}{name}"):
                tags = [child.tag for child in element if not child.tag.endswith("Reference")]
                assert len(tags) == len(set(tags)), f"{name}: {tags}"


def test_cells_end_in_a_paragraph_and_fill_their_rows(archive):
    for root in ours(archive):
        for table in root.iter(f"{W}tbl"):
            columns = len(table.find(f"{W}tblGrid"))
            assert table.getnext() is None or table.getnext().tag != f"{W}tbl", "Word makes one of two tables"
            for row in table.iterchildren(f"{W}tr"):
                spans = [cell.find(f"{W}tcPr/{W}gridSpan") for cell in row.iterchildren(f"{W}tc")]
                assert sum(1 if span is None else int(span.get(f"{W}val")) for span in spans) == columns
            for cell in table.iter(f"{W}tc"):
                assert cell[-1].tag == f"{W}p"


def test_styles_and_lists_that_are_named_exist(archive):
    styles = etree.fromstring(archive.read("word/styles.xml"))
    known = {style.get(f"{W}styleId"): style.get(f"{W}type") for style in styles.iter(f"{W}style")}
    kinds = {"pStyle": "paragraph", "rStyle": "character", "tblStyle": "table"}
    lists = etree.fromstring(archive.read("word/numbering.xml"))
    numbers = [number.get(f"{W}numId") for number in lists.iter(f"{W}num")]
    looks = [look.get(f"{W}abstractNumId") for look in lists.iter(f"{W}abstractNum")]
    assert len(numbers) == len(set(numbers))
    assert {look.get(f"{W}val") for look in lists.iter(f"{W}abstractNumId")} <= set(looks)
    for root in ours(archive):
        for element, kind in kinds.items():
            named = {style.get(f"{W}val") for style in root.iter(f"{W}{element}")}
            assert {name: known.get(name) for name in named} == dict.fromkeys(named, kind)
        assert {number.get(f"{W}val") for number in root.iter(f"{W}numId")} <= set(numbers)
    for reference in ("basedOn", "next", "link"):
        assert {style.get(f"{W}val") for style in styles.iter(f"{W}{reference}")} <= set(known)


def test_numbers_of_pictures_changes_and_choices_are_given_once(archive):
    document = etree.fromstring(archive.read("word/document.xml"))
    drawings = [element.get("id") for element in document.iter("{*}docPr")]
    changes = [element.get(f"{W}id") for element in document.iter(f"{W}ins", f"{W}del")]
    choices = [element.get(f"{W}val") for element in document.iterfind(f".//{W}sdtPr/{W}id")]
    for given in (drawings, changes, choices):
        assert None not in given
        assert len(given) == len(set(given))


def test_every_relation_leads_to_a_part_of_a_known_type(archive):
    names = set(archive.namelist())
    types = etree.fromstring(archive.read("[Content_Types].xml"))
    endings = {default.get("Extension").lower() for default in types.iter(f"{TYPES}Default")}
    parts_of_types = {override.get("PartName").lstrip("/") for override in types.iter(f"{TYPES}Override")}
    assert parts_of_types <= names
    assert {
        name for name in names if name not in parts_of_types and name.rpartition(".")[2].lower() not in endings
    } <= {"[Content_Types].xml"}
    reached = {"[Content_Types].xml"} | {name for name in names if name.endswith(".rels")}
    for name, relations in parts(archive):
        if not name.endswith(".rels"):
            continue
        folder = posixpath.dirname(posixpath.dirname(name))
        for relation in relations.iter(f"{RELATIONS}Relationship"):
            if relation.get("TargetMode") != "External":
                target = relation.get("Target")
                reached.add(target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}"))
    assert {name.lstrip("/") for name in reached} == names


def test_every_reference_to_a_relation_finds_it(archive):
    for name, root in parts(archive):
        used = {value for element in root.iter() for key, value in element.attrib.items() if key.startswith(R)}
        folder, _, file = name.rpartition("/")
        if used:
            relations = etree.fromstring(archive.read(f"{folder}/_rels/{file}.rels"))
            assert used <= {relation.get("Id") for relation in relations}


def test_it_opens_with_its_words(archive):
    content = archive.fp
    content.seek(0)
    document = Document(content)
    assert document.core_properties.title
    assert document.tables
