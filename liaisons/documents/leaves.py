"""The first pages of a document as pictures, for a page of the desk that shows what is typed as it will be printed.

Drawing them belongs to the renderer's process, with its limits; the libraries for it are loaded there only.
"""

import struct
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Self

from liaisons.documents.rendered import Rendered

if TYPE_CHECKING:
    import pypdfium2
    from PIL import Image

MOST = 10
WIDTH = 840  # pixels: a page is shown at about 560 of them, and screens have more than one for each
HEIGHT = WIDTH * 297 // 210
_NUMBER = struct.Struct("!I")


@dataclass(frozen=True)
class Leaves:
    """Pages as PNG pictures, in order; `of` is how many the document has."""

    pictures: tuple[bytes, ...]
    of: int

    def to_bytes(self) -> bytes:
        """How many pages there are, then each picture led by its length."""
        parts = [_NUMBER.pack(self.of)]
        for picture in self.pictures:
            parts += [_NUMBER.pack(len(picture)), picture]
        return b"".join(parts)

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        (of,), at, pictures = _NUMBER.unpack_from(content), _NUMBER.size, []
        while at < len(content):
            (length,) = _NUMBER.unpack_from(content, at)
            at += _NUMBER.size + length
            pictures.append(content[at - length : at])
        return cls(tuple(pictures), of)


def write_leaves(printed: Rendered) -> Rendered:
    """The pages of a finished PDF; its warnings stay with them."""
    import pypdfium2

    document = pypdfium2.PdfDocument(printed.content)
    try:
        pictures = tuple(_picture(document[at]) for at in range(min(len(document), MOST)))
        return Rendered.noted(Leaves(pictures, len(document)).to_bytes(), printed.notes())
    finally:
        document.close()


def _picture(page: "pypdfium2.PdfPage") -> bytes:
    bitmap = page.render(scale=WIDTH / page.get_width())
    image = bitmap.to_pil().convert("RGB")
    bitmap.close()
    page.close()
    made = BytesIO()
    # Most pages are black on white, and so take a third of the bytes and of the time.
    (image.convert("L") if _is_grey(image) else image).save(made, "PNG", compress_level=3)
    return made.getvalue()


def _is_grey(image: "Image.Image") -> bool:
    from PIL import ImageChops

    red, green, blue = image.split()
    return not (ImageChops.difference(red, green).getbbox() or ImageChops.difference(green, blue).getbbox())
