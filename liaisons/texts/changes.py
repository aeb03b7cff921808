"""What differs between two letters, part by part: the marked places of their comparison, without what stayed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from lxml.html import HtmlElement

from liaisons.documents.comparison import lines, page_of
from liaisons.documents.difference import signed, words
from liaisons.documents.marks import CAME, SIGNS, WENT, accepted, as_elements, rejected
from liaisons.documents.page import Page, Section
from liaisons.documents.screen import without_styles
from liaisons.letter import Letter, Masthead, Sheet
from liaisons.models import Addressee, Request

_UNNAMED = Masthead(number="", group="", study_period="")


@dataclass(frozen=True)
class Change:
    """A part of the letter that is not the same, as HTML with <ins> and <del>."""

    label: str
    html: SafeString


def between(before: Letter, after: Letter) -> list[Change]:
    page = page_of(Sheet(after, _UNNAMED, before=before))
    return [Change(label, html) for label, html in _parts(page, before, after) if html]


def between_fields(labels: Mapping[str, str], before: Mapping[str, str], after: Mapping[str, str]) -> list[Change]:
    """The same of two fillings of a small form, in the order of the labels."""
    changed = ((label, lines(before[name].splitlines(), after[name].splitlines())) for name, label in labels.items())
    return [Change(label, html) for label, found in changed if (html := _paragraphs(found))]


def marked(text: str) -> SafeString:
    """Plain text with the signs of a comparison as HTML."""
    return mark_safe(as_elements(escape(text)))  # noqa: S308 – escaped before anything is put in


def _parts(page: Page, before: Letter, after: Letter) -> Iterator[tuple[str, SafeString]]:
    rows = {row.key: row.value for row in (page.questions, *page.origin, *page.destination)}
    yield _("Title"), _paragraphs([rows["title"]])
    yield _("Questions"), _paragraphs([rows["questions"]])
    yield _("Place and date"), _paragraphs([page.venue_date])
    yield _("Ref."), _paragraphs([rows.get("ref", "")])
    yield _("Source"), _paragraphs([rows["source"]])
    yield _("Language"), _paragraphs([signed(words(before.language, after.language))])
    for purpose in Addressee.Purpose:
        yield str(purpose.label).capitalize(), _paragraphs([rows.get(purpose.value, "")])
    yield _("Deadline"), _paragraphs([rows["deadline"]])
    contacts = (", ".join(filter(None, (*one.who, one.phone, one.email))) for one in page.contacts)
    yield _("Contacts"), _paragraphs(contacts)
    yield _("Abstract"), _paragraphs(page.abstract)
    yield _("Requests"), _paragraphs(lines(_asked(before), _asked(after)))
    yield _("Body"), _blocks(page.body.body)
    for annex in page.annexes:
        yield accepted(annex.heading) or rejected(annex.heading), _annex(annex)
    yield _("Attachments"), _paragraphs(page.attachments)


def _asked(letter: Letter) -> list[str]:
    return [f"{Request.Kind(asked.kind).label}: {asked.text}" for asked in letter.requests]


def _annex(annex: Section) -> SafeString:
    """One that came or went as a whole by its heading alone: who wants to read all of it has the whole comparison."""
    heading = _paragraphs([annex.heading])
    if not (accepted(annex.heading) and rejected(annex.heading)):
        return heading
    parts = [heading, _paragraphs(annex.abstract), _blocks(annex.body)]
    return mark_safe("".join(parts))  # noqa: S308 – each is safe


def _paragraphs(lines: Iterable[str]) -> SafeString:
    """Those of the lines that hold a change."""
    return format_html_join("\n", "<p>{}</p>", ((marked(line),) for line in lines if set(SIGNS) & set(line)))


def _blocks(body: HtmlElement) -> SafeString:
    """Those of the blocks that hold a change; a list or table is shown whole, or nobody would find the place."""
    for block in list(body):
        if not any(part.tag in ("ins", "del") or part.get("class") in (CAME, WENT) for part in block.iter()):
            body.remove(block)
    return without_styles(body)
