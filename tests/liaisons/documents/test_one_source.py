"""PDF, Word, page and mail of a letter say the same, paragraph by paragraph.

Left out on purpose: on the page, the mark of a draft stands where the PDF has it and Word keeps it in the header; of
pictures all but the mail show the picture; the mail has neither the block and its rows (its own head says from whom,
to whom and about what) nor the text of annexes, which travel as files.
"""

import re
from dataclasses import dataclass
from dataclasses import replace as changed

import pytest
from lxml import html

from liaisons.documents.labels import labels_for
from liaisons.documents.page import Page
from liaisons.letter import Sheet
from tests.liaisons.documents import samples
from tests.liaisons.documents.forms import FORMS, alternatives, said, squeezed

BLOCKS = ("p", "h2", "h3", "h4", "li", "th", "td", "caption", "figcaption")


@dataclass(frozen=True)
class Paragraph:
    text: str
    number: str = ""  # of a copy for comment


def written(source: str, prefix: str | None = None) -> list[Paragraph]:
    """The paragraphs an author wrote, read from the source and not from what is made of it."""
    root = html.fragment_fromstring(source, create_parent="div")
    paragraphs: list[Paragraph] = []
    number = 0
    captioned = False
    for block in root.iter(*BLOCKS, "table"):
        in_table = block.tag != "table" and any(above.tag == "table" for above in block.iterancestors())
        if block.tag == "table" or not in_table:
            counts = not captioned and (block.tag == "table" or _own_text(block))
            captioned = block.tag == "p" and bool(re.match("Table .*–", str(block.text_content())))
            number += bool(counts)
        if block.tag == "table" or not _own_text(block):
            continue
        numbered = prefix is not None and not in_table
        paragraphs.append(Paragraph(squeezed(_own_text(block)), f"{prefix}{number}" if numbered else ""))
    return paragraphs


def _own_text(block: html.HtmlElement) -> str:
    """The text of a block without that of the blocks in it."""
    if block.tag == "table":
        return ""
    pieces = [block.text or ""]
    for child in block:
        if child.tag not in (*BLOCKS, "ul", "ol", "table", "figure", "blockquote"):
            pieces.append(str(child.text_content()))
        pieces.append(child.tail or "")
    return "".join(pieces).strip()


def rows(sheet: Sheet) -> list[str]:
    """All that stands above the body."""
    letter, masthead, labels = sheet.letter, sheet.masthead, labels_for(sheet.letter.language)
    page = Page(sheet)
    told = [page.draft, *page.organization, page.study_period, masthead.number, masthead.group, labels.original]
    told += [page.questions.label, letter.questions, letter.venue_date]
    for row in page.origin:
        told += [row.label, row.value]
    told.append(labels.statement)
    for row in page.destination:
        told += [row.label, row.value]
    for contact in letter.contacts:
        told += [labels.contact, contact.name, contact.organization, contact.country]
        told += [labels.phone, contact.phone] if contact.phone else []
        told += [labels.email, contact.email] if contact.email else []
    if letter.abstract:
        told += [labels.abstract, letter.abstract]
    if letter.requests:
        told += [labels.requested, *(request.text for request in letter.requests)]
    return told


def enclosed(sheet: Sheet) -> list[str]:
    letter, labels = sheet.letter, labels_for(sheet.letter.language)
    told = [annex.heading for annex in Page(sheet).annexes]
    if letter.attachments:
        told.append(labels.attachments.format(number=len(letter.attachments)))
        told += [f"{file.reference}: {file.title}" if file.reference else file.title for file in letter.attachments]
    return told


def paragraphs(sheet: Sheet) -> list[Paragraph]:
    """The whole letter, in the order in which PDF, Word and page say it."""
    draft, labels = bool(sheet.masthead.comments_until), labels_for(sheet.letter.language)
    told = [Paragraph(squeezed(text)) for text in rows(sheet)]
    told += written(sheet.letter.body, "" if draft else None)
    told += [Paragraph(squeezed(text)) for text in enclosed(sheet)]
    for at, annex in enumerate(sheet.letter.annexes, start=1):
        told.append(Paragraph(squeezed(Page(sheet).annexes[at - 1].heading)))
        if annex.abstract:
            told += [Paragraph(squeezed(labels.abstract)), Paragraph(squeezed(annex.abstract))]
        told += written(annex.body, f"A{at}." if draft else None)
    return [paragraph for paragraph in told if paragraph.text]


@pytest.mark.parametrize("name", samples.ALL)
@pytest.mark.parametrize("form", ["pdf", "word", "screen"])
def test_each_form_says_every_paragraph_in_order_and_nothing_else(form, name):
    sheet = samples.ALL[name]()
    left = said(form, sheet)
    for paragraph in paragraphs(sheet):
        words = paragraph.number + paragraph.text
        assert left.startswith(words), f"{form} says {left[: len(words) + 40]!r} where the letter has {words!r}"
        left = left.removeprefix(words)
    assert left == ""


@pytest.mark.parametrize("name", samples.ALL)
def test_mail_says_abstract_body_and_what_is_enclosed_in_order(name):
    sheet = samples.ALL[name]()
    letter = sheet.letter
    left = said("mail", sheet)
    heads = {squeezed(str(cell.text_content())) for cell in html.fromstring(f"<div>{letter.body}</div>").iter("th")}
    wanted = [squeezed(letter.abstract), *(paragraph.text for paragraph in written(letter.body))]
    wanted += [squeezed(annex.title) for annex in letter.annexes]
    wanted += [squeezed(file.title) for file in letter.attachments]
    wanted += [squeezed(text) for who in letter.contacts for text in (who.name, who.organization, who.email)]
    skipped = ""
    for words in wanted:
        if len(heads) > 3 and words in heads:
            continue  # a wide table is read row by row, with the title of its column before each cell
        before, found, left = left.partition(words)
        assert found, f"the mail does not say {words!r}"
        skipped += before
    # Between the paragraphs stand marks, titles of columns, texts of pictures and addresses, and no other words.
    for head in sorted(heads, key=len, reverse=True):
        skipped = skipped.replace(head, "")
    skipped = re.sub(r"\[Figure:.*?\]", "", skipped)
    known = "".join([*(annex.document for annex in letter.annexes), *(who.country for who in letter.contacts)])
    known += "".join(who.phone for who in letter.contacts)
    assert not re.sub(r"[\W\d_]", "", skipped.translate({ord(sign): "" for sign in known}))


@pytest.mark.parametrize("form", FORMS)
def test_pictures_have_the_same_words_everywhere(form):
    assert alternatives(form, samples.figures()) == [
        "Two platforms side by side",
        "An asset on its way",
        "Five layers, one above the other",
    ]


@pytest.mark.parametrize("form", FORMS)
def test_a_word_more_is_seen_in_every_form(form):
    sheet = samples.reply("fr")
    more = changed(sheet, letter=changed(sheet.letter, body=sheet.letter.body.replace("remercie", "remercie bien")))
    assert said(form, more) != said(form, sheet)
    assert said(form, more).replace("remerciebien", "remercie") == said(form, sheet)
