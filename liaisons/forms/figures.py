"""A picture chosen in the form of a draft becomes a figure of its text."""

import re

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.html import escape, format_html
from django.utils.translation import gettext as _

from liaisons.documents.labels import labels_for
from liaisons.documents.sanitize import clean
from liaisons.forms.parts import seal, unseal
from liaisons.forms.uploads import check_picture
from liaisons.letter import PICTURES

_SOURCE = re.compile(r"""<img\b[^>]*\bsrc\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
_BODY = re.compile(r"(?:annexes-\d+-)?body")


def put_in(given: QueryDict, file: UploadedFile[bytes] | None) -> str:
    """Store the picture and put it into the text that was posted; returns what kept it out, for the person.

    It takes the place of a paragraph that reads [picture name.png], in the body or an annex, or ends the body. One
    that lacks a word for those who cannot see it is kept for the next try.
    """
    try:
        if file is not None:
            blob, name = check_picture(file).keep()
            given["picture_kept"] = seal(blob.sha256, name)
        if not (kept := given.get("picture_kept")):
            return _("Choose a picture first.") if given.get("more") == "figure" else ""
        sha256, name = unseal(kept)
    except ValidationError as error:
        given["picture_kept"] = ""
        return " ".join(error.messages)
    alternative = " ".join(given.get("picture_alt", "").split())
    if not alternative:
        return _("Say in a sentence what %(name)s shows: some readers hear the letter instead of seeing it.") % {
            "name": name
        }
    figure = _figure(sha256, alternative, _caption(given))
    _place(given, name, figure)
    for field in ("picture_kept", "picture_alt", "picture_caption"):
        given[field] = ""
    return ""


def elsewhere(given: QueryDict) -> list[str]:
    """The addresses of pictures that came in with pasted text: what is not stored here is left out when it is saved."""
    bodies = [str(given[field]) for field in given if _BODY.fullmatch(field)]
    sources = [address for body in bodies for address in _SOURCE.findall(body) if not address.startswith(PICTURES)]
    return [address[:80] for address in dict.fromkeys(sources)]


def kept_name(given: QueryDict) -> str:
    """The name of a picture that waits for its words."""
    try:
        return unseal(given.get("picture_kept", ""))[1]
    except ValidationError:
        return ""


def _figure(sha256: str, alternative: str, caption: str) -> str:
    picture = format_html('<img src="{}" alt="{}">', PICTURES + sha256, alternative)
    below = format_html("<figcaption>{}</figcaption>", caption) if caption else ""
    return f"<figure>{picture}{below}</figure>"


def _caption(given: QueryDict) -> str:
    """With the number that it has when it is put at the end."""
    words = " ".join(given.get("picture_caption", "").split())
    if not words:
        return ""
    number = given.get("body", "").count("<figure") + 1
    return f"{labels_for(given.get('language', '')).figure.format(number=number)} – {words}"


def _place(given: QueryDict, name: str, figure: str) -> None:
    here = re.compile(rf"<p>\s*\[picture {re.escape(escape(name))}\]\s*</p>", re.IGNORECASE)
    bodies = {field: clean(str(given[field])) for field in given if _BODY.fullmatch(field)}
    for field, body in bodies.items():
        if here.search(body):
            given[field] = here.sub(lambda _found: figure, body, count=1)
            return
    given["body"] = f"{bodies.get('body', '')}{figure}"
