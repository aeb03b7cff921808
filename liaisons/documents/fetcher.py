"""The only door through which WeasyPrint could reach out, closed: pictures stored in the letter pass, nothing else."""

import base64
import binascii
from collections.abc import Mapping

from weasyprint.urls import URLFetcher, URLFetcherResponse

from liaisons.documents.pictures import picture_type
from liaisons.letter import PICTURES

# The address the page is said to have: figures are named from its root, and no such host can ever be (RFC 6761).
STORED = "http://liaise.invalid"
LARGEST_PICTURE = 4 * 1024 * 1024  # bytes


class RefusingFetcher(URLFetcher):  # type: ignore[misc] # WeasyPrint has no types
    """Answers for the pictures of the sheet and for small PNG and JPEG in data: addresses; remembers the others."""

    def __init__(self, pictures: Mapping[str, bytes] | None = None) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False)
        self.refused: list[str] = []
        self._pictures = pictures or {}

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        try:
            stored = self._pictures.get(url.removeprefix(STORED + PICTURES)) if url.startswith(STORED) else None
            picture = _picture_in(url) if stored is None else stored
            kind = picture_type(picture)
            return URLFetcherResponse(url, picture, {"Content-Type": kind})
        except ValueError:
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
