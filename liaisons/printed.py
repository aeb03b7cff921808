"""What a letter looks like once it is printed: what no font can print and what was left out, in words for people.

The models import this module, so it knows them only by what it is handed.
"""

import html
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_stubs_ext import StrPromise

if TYPE_CHECKING:
    from liaisons.letter import Letter
    from liaisons.models import Rendition, Revision


def obstacles(revision: "Revision") -> list[str]:
    """Why it should not leave as it prints; nothing when it has not been printed."""
    printed = proofed(revision)
    if printed is not None and printed.blob_id is None:
        return warnings(revision)
    if gaps(revision):
        return [_("Some characters would leave as gaps. Replace them, or say on its page that it goes as it is.")]
    return []


def gaps(revision: "Revision") -> str:
    """The characters that would leave as gaps, and of which nobody has said that they may."""
    printed = proofed(revision)
    missing = "".join(notes["missing"] for notes in printed.warnings) if printed and printed.blob_id else ""
    if missing and revision.statement.events.filter(verb="as_it_is", revision__sha256=revision.sha256).exists():
        return ""
    return missing


def warnings(revision: "Revision") -> list[str]:
    """What the last printing of the revision showed; nothing when it has not been printed."""
    printed = proofed(revision)
    if printed is None:
        return []
    if printed.blob_id is None:
        return [_("The PDF cannot be made. %(why)s") % {"why": printed.error}]
    return [sentence for notes in printed.warnings for sentence in page_warnings(revision.letter, notes)]


def proofed(revision: "Revision") -> "Rendition | None":
    """The latest PDF of its text that was made or could not be; liaisons.renditions.proof() makes one.

    A text that was taken back is a new revision with the same words, and what was wrong with them still is.
    """
    texts = revision.statement.revisions.filter(sha256=revision.sha256)
    renditions = revision.renditions.model.objects.filter(revision__in=texts, kind="pdf")
    printed = renditions.defer("masthead").order_by("-pk")
    return next((one for one in printed if one.blob_id or one.error), None)


def page_warnings(letter: "Letter", notes: Mapping[str, Any]) -> list[str]:
    """Say what is wrong with a printed page; `notes` are those of liaisons.documents.rendered.Rendered."""
    kinds = {
        "refused": _("“%(what)s” is left out of the page: it shows only what is stored with it. Attach it as a file."),
        "broken": _("The picture “%(what)s” cannot be read and is left out: add it again, as PNG or JPEG."),
        "without_text": _("“%(what)s” has no text for people who cannot see it: say in a sentence what it shows."),
    }
    told = unprintable(letter, notes["missing"])
    return told + [sentence % {"what": what} for kind, sentence in kinds.items() for what in notes[kind]]


def unprintable(letter: "Letter", missing: str) -> list[str]:
    """Say where the characters stand that no font here has; those of no place stand in the head of the page."""
    where: dict[StrPromise, list[str]] = {}
    for character in missing:
        places = [place for place, text in places_of(letter).items() if character in text]
        for place in places or [gettext_lazy("head of the page")]:
            where.setdefault(place, []).append(f"“{character}” (U+{ord(character):04X})")
    return [
        _("No font here can print %(characters)s in the %(place)s: replace them, or a gap stands there.")
        % {"characters": _some(characters), "place": place}
        for place, characters in where.items()
    ]


def left_out(elsewhere: Iterable[str]) -> list[str]:
    """Say which pictures are not stored here and so not shown."""
    return [
        _("The picture at “%(address)s” is left out: only what is stored here is printed. Put it in as a file.")
        % {"address": address}
        for address in elsewhere
    ]


def places_of(letter: "Letter") -> dict[StrPromise, str]:
    """What stands where in a letter, as a reader sees it; the places complete “in the …”."""
    places: dict[StrPromise, str] = {
        gettext_lazy("title"): letter.title,
        gettext_lazy("abstract"): letter.abstract,
        gettext_lazy("body"): letter.body,
        gettext_lazy("place and date"): letter.venue_date,
        gettext_lazy("row of Questions"): letter.questions,
        gettext_lazy("deadline"): letter.deadline_text,
        gettext_lazy("list of addressees"): "\n".join(addressed.text for addressed in letter.addressees),
        gettext_lazy("list of contacts"): "\n".join(f"{one.name}\n{one.organization}" for one in letter.contacts),
        gettext_lazy("list of attachments"): "\n".join(file.title for file in letter.attachments),
        **{
            format_lazy("{} {}", gettext_lazy("annex"), number): f"{annex.title} {annex.body}"
            for number, annex in enumerate(letter.annexes, start=1)
        },
        **{format_lazy("{} {}", gettext_lazy("request"), asked.key): asked.text for asked in letter.requests},
    }
    return {place: _read(text) for place, text in places.items()}


def _read(text: str) -> str:
    """The text as a reader sees it: without tags, each block on its own line, spaces of every kind as spaces."""
    lines = re.sub(r"</?(?:p|h\d|li|ul|ol|t[dhr]|table|thead|tbody|caption|blockquote|br)\b[^>]*>", "\n", text)
    return html.unescape(re.sub(r"<[a-zA-Z/][^>]*>", "", lines)).replace("\u00a0", " ")


def _some(characters: list[str]) -> str:
    most = 5
    shown = ", ".join(characters[:most])
    more = len(characters) - most
    if more <= 0:
        return shown
    return ngettext("%(shown)s and %(more)d more", "%(shown)s and %(more)d more", more) % {"shown": shown, "more": more}
