"""The only door through which WeasyPrint could reach out, closed: pictures stored in the letter pass, nothing else."""

import base64
import binascii

from weasyprint.urls import URLFetcher, URLFetcherResponse

from liaisons.documents.pictures import DRAWING, picture_type

EMBLEM = "liaise:emblem"
LARGEST_PICTURE = 4 * 1024 * 1024  # bytes


class RefusingFetcher(URLFetcher):  # type: ignore[misc] # WeasyPrint has no types
    """Answers for the emblem of the masthead and for small PNG and JPEG in data: addresses; remembers the others."""

    def __init__(self, emblem: bytes = b"") -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False)
        self.refused: list[str] = []
        self._emblem = emblem

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        if url == EMBLEM:
            return URLFetcherResponse(url, self._emblem, {"Content-Type": picture_type(self._emblem)})
        try:
            picture = _picture_in(url)
            kind = picture_type(picture)
            if kind == DRAWING:
                raise ValueError("a drawing may name other files")
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
