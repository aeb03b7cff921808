"""What kind of picture some bytes are, by the bytes and not by what they are called."""

from io import BytesIO

from PIL import Image

MOST_PIXELS = 25_000_000
DRAWING = "image/svg+xml"
_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg"}


def picture_type(picture: bytes) -> str:
    """image/png, image/jpeg or image/svg+xml; ValueError for anything else and for pictures too large to unpack."""
    if picture.lstrip()[:5] in (b"<svg ", b"<?xml"):
        return DRAWING
    try:
        with Image.open(BytesIO(picture), formats=tuple(_TYPES)) as image:
            width, height = image.size
            kind = _TYPES[image.format or ""]
    except (OSError, KeyError, Image.DecompressionBombError) as error:
        raise ValueError("not a PNG or JPEG") from error
    if width * height > MOST_PIXELS:
        raise ValueError("picture too large")
    return kind
