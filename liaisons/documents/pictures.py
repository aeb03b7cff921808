"""What kind of picture some bytes are, by the bytes and not by what they are called."""

from io import BytesIO

from PIL import Image

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
