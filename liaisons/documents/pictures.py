"""What kind of picture some bytes are, by the bytes and not by what they are called."""

import struct
import zlib
from io import BytesIO

from PIL import Image, ImageFile

MOST_PIXELS = 25_000_000
_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg"}
MEDIA_TYPES = tuple(_TYPES.values())


def picture_type(picture: bytes) -> str:
    """image/png or image/jpeg; ValueError for anything else and for pictures too large to unpack.

    Drawings (SVG) are refused: they may name other files, and a Word file cannot hold one.
    """
    try:
        with Image.open(BytesIO(picture), formats=tuple(_TYPES)) as image:
            width, height = image.size
            kind = _TYPES[image.format or ""]
    except (OSError, KeyError, Image.DecompressionBombError) as error:
        raise ValueError("not a PNG or JPEG") from error
    if width * height > MOST_PIXELS:
        raise ValueError("picture too large")
    return kind


def whole_picture_type(picture: bytes) -> str:
    """The same; ValueError also for a picture that ends too early, or is otherwise broken inside."""
    kind = picture_type(picture)
    forgiving = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint sets it, and prints black where something is missing
    try:
        with Image.open(BytesIO(picture)) as image:
            image.load()
    except (OSError, SyntaxError, EOFError, struct.error, zlib.error) as error:
        raise ValueError("broken picture") from error
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = forgiving
    return kind
