"""Word files in the XML that Word itself writes, put together by hand: none of Word's own can be had here."""

import io
import zipfile
from html import escape

NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
)
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

STYLES = """
<w:style w:type="paragraph" w:default="1" w:styleId="Standard"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/>
  <w:pPr><w:numPr><w:numId w:val="9"/></w:numPr></w:pPr><w:rPr><w:b/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="berschrift2"><w:name w:val="heading 2"/><w:basedOn w:val="berschrift1"/>
  <w:pPr><w:numPr><w:ilvl w:val="1"/></w:numPr></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Heading3"><w:name w:val="heading 3"/></w:style>
<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/></w:style>
<w:style w:type="paragraph" w:styleId="Headingb"><w:name w:val="Heading_b"/><w:rPr><w:b/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="enumlev1"><w:name w:val="enumlev1"/></w:style>
<w:style w:type="paragraph" w:styleId="enumlev2"><w:name w:val="enumlev2"/></w:style>
<w:style w:type="paragraph" w:styleId="Caption"><w:name w:val="caption"/></w:style>
<w:style w:type="paragraph" w:styleId="Tablehead"><w:name w:val="Table_head"/></w:style>
<w:style w:type="paragraph" w:styleId="AnnexNotitle"><w:name w:val="Annex_No &amp; title"/></w:style>
<w:style w:type="paragraph" w:styleId="AnnexNo"><w:name w:val="Annex_No"/></w:style>
<w:style w:type="paragraph" w:styleId="TOC1"><w:name w:val="toc 1"/></w:style>
<w:style w:type="character" w:styleId="Fett"><w:name w:val="Strong"/><w:rPr><w:b/></w:rPr></w:style>
"""


def level(number, kind, text, *, start=1, style=""):
    link = f'<w:pStyle w:val="{style}"/>' if style else ""
    return (
        f'<w:lvl w:ilvl="{number}"><w:start w:val="{start}"/><w:numFmt w:val="{kind}"/>{link}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


NUMBERING = (
    '<w:abstractNum w:abstractNumId="1">'
    + level(0, "decimal", "%1.")
    + level(1, "lowerLetter", "%2)")
    + '</w:abstractNum><w:abstractNum w:abstractNumId="2">'
    + level(0, "bullet", "•")
    + level(1, "bullet", "–")
    + '</w:abstractNum><w:abstractNum w:abstractNumId="3">'
    + level(0, "decimal", "%1", style="berschrift1")
    + level(1, "decimal", "%1.%2", style="berschrift2")
    + "</w:abstractNum>"
    '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>'
    '<w:num w:numId="2"><w:abstractNumId w:val="2"/></w:num>'
    '<w:num w:numId="9"><w:abstractNumId w:val="3"/></w:num>'
    '<w:num w:numId="4"><w:abstractNumId w:val="1"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/>'
    "</w:lvlOverride></w:num>"
)


def run(text, *, marks="", style=""):
    named = f'<w:rStyle w:val="{style}"/>' if style else ""
    return f'<w:r><w:rPr>{named}{marks}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def p(*content, style="", numbers=None, more=""):
    """A paragraph of runs, or of plain texts; `numbers` is (list, level)."""
    inside = "".join(one if one.startswith("<") else run(one) for one in content)
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    counted = f'<w:numPr><w:ilvl w:val="{numbers[1]}"/><w:numId w:val="{numbers[0]}"/></w:numPr>' if numbers else ""
    return f"<w:p><w:pPr>{named}{counted}{more}</w:pPr>{inside}</w:p>"


def cell(*paragraphs, columns=1, merge=""):
    span = f'<w:gridSpan w:val="{columns}"/>' if columns > 1 else ""
    merged = {"": "", "restart": '<w:vMerge w:val="restart"/>', "continue": "<w:vMerge/>"}[merge]
    inside = "".join(one if one.startswith("<w:") else p(one) for one in paragraphs) or "<w:p/>"
    return f"<w:tc><w:tcPr>{span}{merged}</w:tcPr>{inside}</w:tc>"


def row(*cells, head=False, more=""):
    inside = "".join(one if one.startswith("<w:tc>") else cell(one) for one in cells)
    return f"<w:tr><w:trPr>{'<w:tblHeader/>' if head else ''}{more}</w:trPr>{inside}</w:tr>"


def table(*rows):
    return f"<w:tbl><w:tblPr/><w:tblGrid/>{''.join(rows)}</w:tbl>"


def drawing(key, alt=""):
    return (
        f'<w:r><w:drawing><wp:inline><wp:docPr id="1" name="Picture 1" descr="{escape(alt)}"/>'
        f'<a:graphic><a:graphicData><a:blip r:embed="{key}"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>'
    )


def word_file(*blocks, parts=None, relations=None, doctype="", numbering=NUMBERING, styles=STYLES):
    """`parts` are further entries of the archive, `relations` of the document: key → (kind, target, external)."""
    relations = {
        "rIdS": ("styles", "styles.xml", False),
        "rIdN": ("numbering", "numbering.xml", False),
        **(relations or {}),
    }
    rows = "".join(
        f'<Relationship Id="{key}" Type="{RELATED}/{kind}" Target="{escape(target)}"'
        + (' TargetMode="External"/>' if external else "/>")
        for key, (kind, target, external) in relations.items()
    )
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    entries = {
        "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="r" Type="{RELATED}/officeDocument" '
        'Target="word/document.xml"/></Relationships>',
        "word/document.xml": f"{doctype}<w:document {NAMESPACES}><w:body>{''.join(blocks)}<w:sectPr/></w:body>"
        "</w:document>",
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{package}">{rows}</Relationships>',
        "word/styles.xml": f"<w:styles {NAMESPACES}>{styles}</w:styles>",
        "word/numbering.xml": f"<w:numbering {NAMESPACES}>{numbering}</w:numbering>",
        **(parts or {}),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return file.getvalue()
