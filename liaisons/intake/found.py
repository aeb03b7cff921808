"""What a reading gathers beside the text: pictures, footnotes, and what could not be taken."""

import hashlib
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO

from django.utils.translation import gettext as _
from lxml.etree import _Element
from PIL import Image

from liaisons.documents.pictures import MOST_PIXELS, picture_type
from liaisons.intake.numbering import Numbering
from liaisons.intake.package import Package, Part
from liaisons.intake.styles import Styles

MOST_PICTURES = 200
_TURNED = ("GIF", "BMP", "TIFF", "WEBP")  # into PNG
_PIXELS_TURNED = 2 * MOST_PIXELS  # of one file; each million takes some 50 ms


@dataclass
class Found:
    """One file while it is read."""

    package: Package
    styles: Styles
    numbering: Numbering
    notes: dict[str, _Element] = field(default_factory=dict)  # "footnote 2" → its paragraphs
    note_parts: dict[str, Part] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    sentences: dict[str, None] = field(default_factory=dict)
    cited: dict[str, int] = field(default_factory=dict)  # "footnote 2" → its number here
    taken: dict[str, str] = field(default_factory=dict)  # the place of a picture in the file → its SHA-256
    comments: int = 0
    pixels: int = 0  # turned into PNG so far

    def say(self, sentence: str) -> None:
        """Tell the person, once, what was left out or changed."""
        self.sentences[sentence] = None

    def picture(self, part: Part, key: str) -> str:
        """The SHA-256 of the picture the part calls so; "" when it cannot be taken, which is said."""
        relation = part.relations.get(key)
        if relation is None:
            return ""
        if relation.external:
            self.say(_("A picture is only linked from elsewhere and was left out. Insert it into the file itself."))
            return ""
        if relation.target not in self.taken:
            self.taken[relation.target] = self._taken(relation.target)
        return self.taken[relation.target]

    def _taken(self, place: str) -> str:
        if len(self.pictures) >= MOST_PICTURES:
            self.say(_("There are more than %(count)d pictures; the others were left out.") % {"count": MOST_PICTURES})
            return ""
        content = self._as_png_or_jpeg(self.package.picture(place))
        if not content:
            self.say(
                _("A picture (%(name)s) is of a kind that cannot be taken, and was left out. Save it as PNG or JPEG.")
                % {"name": place.rpartition("/")[2]}
            )
            return ""
        sha256 = hashlib.sha256(content).hexdigest()
        self.pictures[sha256] = content
        return sha256

    def _as_png_or_jpeg(self, content: bytes) -> bytes:
        """Empty for what is no picture, or too large a one."""
        with suppress(Exception):  # as below
            picture_type(content)
            return content
        try:
            with Image.open(BytesIO(content), formats=_TURNED) as image:
                self.pixels += image.width * image.height
                return b"" if self.pixels > _PIXELS_TURNED else _as_png(image)
        except Exception:  # noqa: BLE001 – what Pillow raises over a damaged picture depends on the damage
            return b""


def _as_png(image: Image.Image) -> bytes:
    see_through = "transparency" in image.info or image.mode in ("RGBA", "LA")
    file = BytesIO()
    image.convert("RGBA" if see_through else "RGB").save(file, "PNG")
    return file.getvalue()
