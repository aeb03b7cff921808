"""The only door through which WeasyPrint could reach out, closed: pictures stored in the letter pass, nothing else."""

import base64
import binascii
from collections.abc import Mapping

from weasyprint.urls import URLFetcher, URLFetcherResponse

from liaisons.documents.pictures import whole_picture_type
from liaisons.letter import PICTURES

# The address the page is said to have: figures are named from its root, and no such host can ever be (RFC 6761).
STORED = "http://liaise.invalid"
LARGEST_PICTURE = 4 * 1024 * 1024  # bytes


class RefusingFetcher(URLFetcher):  # type: ignore[misc] # WeasyPrint has no types
    """Answers for the pictures of the sheet and for small PNG and JPEG in data: addresses; remembers the others."""

    def __init__(self, pictures: Mapping[str, bytes] | None = None) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False)
        self.refused: list[str] = []
        self.broken: list[str] = []  # SHA-256 of pictures of the sheet that are none, or are not there
        self._pictures = pictures or {}

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        sha256 = url.removeprefix(STORED + PICTURES) if url.startswith(STORED + PICTURES) else ""
        try:
            picture = self._pictures.get(sha256, b"") if sha256 else _picture_in(url)
            return URLFetcherResponse(url, picture, {"Content-Type": whole_picture_type(picture)})
        except ValueError:
            if sha256:
                self.broken.append(sha256)
            else:
                self.refused.append(url[:100])
            raise


def _picture_in(url: str) -> bytes:
    start, comma, data = url.partition(",")
    if not comma or start.lower() not in ("data:image/png;base64", "data:image/jpeg;base64"):
        raise ValueError("not a picture stored in the letter")
    if len(data) > LARGEST_PICTURE * 4 // 3:
        raise ValueError("picture too large")
    try:
        return base64.b64decode(data, validate=True)
    except binascii.Error as error:
        raise ValueError("broken picture") from error
