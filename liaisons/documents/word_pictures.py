"""Pictures in a Word file: each stored once, drawn in the line of its paragraph, with the words that stand for it."""

import hashlib
from functools import cache
from io import BytesIO
from xml.sax.saxutils import quoteattr

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.parts.document import DocumentPart
from PIL import Image, ImageDraw

from liaisons.documents.pictures import picture_type
from liaisons.documents.wordml import w

_EMU_PER_PIXEL = 9525  # a picture's pixel is that of CSS, as in the PDF
_ENDINGS = {"image/png": "png", "image/jpeg": "jpg"}
_DRAWING = """
<wp:inline {namespaces} distT="0" distB="0" distL="0" distR="0">
  <wp:extent cx="{width}" cy="{height}"/><wp:docPr id="{number}" name="Picture {number}" descr={alternative}/>
  <wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect="1"/></wp:cNvGraphicFramePr>
  <a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>
    <pic:nvPicPr><pic:cNvPr id="{number}" name="Picture {number}"/><pic:cNvPicPr/></pic:nvPicPr>
    <pic:blipFill><a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>
    <pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>
      <a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>
  </pic:pic></a:graphicData></a:graphic>
</wp:inline>
"""


class Pictures:
    """The pictures of one file; each drawing gets a number of its own."""

    def __init__(self, part: DocumentPart) -> None:
        self._part = part
        self._relations: dict[str, str] = {}
        self._drawn = 0

    def drawing(
        self, picture: bytes, alternative: str, within: tuple[int, int], *, grow: bool = False
    ) -> BaseOxmlElement:
        """A PNG or JPEG, made smaller to fit into width and height in EMU, or with `grow` larger as well."""
        # Not by python-docx: it does not know JPEG files without a JFIF or Exif mark, as some programs write them.
        with Image.open(BytesIO(picture)) as image:
            width, height = (side * _EMU_PER_PIXEL for side in image.size)
        scale = min(within[0] / width, within[1] / height)
        scale = scale if grow else min(scale, 1.0)
        self._drawn += 1
        inline = parse_xml(
            _DRAWING.format(
                namespaces=nsdecls("wp", "a", "pic", "r"),
                number=self._drawn,
                width=round(width * scale),
                height=round(height * scale),
                relation=self._relation(picture),
                alternative=quoteattr(alternative),
            )
        )
        return w("drawing", inline)

    def _relation(self, picture: bytes) -> str:
        sha256 = hashlib.sha256(picture).hexdigest()
        if sha256 not in self._relations:
            kind = picture_type(picture)
            name = PackURI(f"/word/media/{sha256[:16]}.{_ENDINGS[kind]}")
            stored = Part(name, kind, picture, self._part.package)
            self._relations[sha256] = self._part.relate_to(stored, RELATIONSHIP_TYPE.IMAGE)
        return self._relations[sha256]


def usable(picture: bytes | None) -> bytes | None:
    """The picture, unless it is none, or says that it is too large to unpack: the PDF leaves the same ones out."""
    try:
        return picture if picture and picture_type(picture) else None
    except ValueError:
        return None


@cache
def placeholder() -> bytes:
    """Two grey circles where a desk has no emblem of its own: that of the ITU is protected."""
    scale = 4
    image = Image.new("RGB", (180 * scale, 196 * scale), "white")
    draw = ImageDraw.Draw(image)
    for radius, line, width, fill in ((86, "#8a9199", 4, "#f1f3f5"), (70, "#b7bdc4", 2, None)):
        box = [scale * value for value in (90 - radius, 98 - radius, 90 + radius, 98 + radius)]
        draw.ellipse(box, fill=fill, outline=line, width=width * scale)
    file = BytesIO()
    image.resize((360, 392), Image.Resampling.LANCZOS).quantize(32).save(file, "PNG", optimize=True)
    return file.getvalue()
