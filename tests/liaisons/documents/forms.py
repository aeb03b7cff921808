"""What each form of a letter says, from its first word to its last, without white space.

None of them holds the marks of lists: the PDF has them as labels, Word and browsers set them themselves.
"""

import re
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from tempfile import NamedTemporaryFile

from django.template.loader import render_to_string
from docx import Document
from docx.oxml.ns import qn
from lxml import html

from liaisons.documents.comparison import page_of
from liaisons.documents.pdf import write_pdf
from liaisons.documents.sanitize import plain
from liaisons.documents.screen import on_screen
from liaisons.documents.word import write_word
from liaisons.letter import Sheet
from liaisons.mail.text import letter_text
from tests.liaisons.documents.measure import run

FORMS = ("pdf", "word", "screen", "mail")
_LINE = re.compile(r'( *)(?:"(.*)"|([A-Za-z0-9]+).*)')


def squeezed(text: str) -> str:
    """Neither white space nor the mark that keeps the digits of a telephone number in order."""
    return re.sub(r"[\s\u200e]+", "", text)


def said(form: str, sheet: Sheet) -> str:
    return squeezed({"pdf": _pdf, "word": _word, "screen": _screen, "mail": _mail}[form](sheet))


def alternatives(form: str, sheet: Sheet) -> list[str]:
    """The words that stand for the pictures; those of the emblem left out."""
    if form == "pdf":
        content = write_pdf(sheet).content
        import pikepdf

        with pikepdf.open(BytesIO(content)) as document:
            figures = [item for item in document.objects if isinstance(item, pikepdf.Dictionary) and "/Alt" in item]
            return [str(figure.Alt) for figure in figures][1:]
    if form == "word":
        body = Document(BytesIO(write_word(sheet))).element.body
        return [drawing.get("descr") for drawing in body.iter(qn("wp:docPr"))][1:]
    if form == "screen":
        return [image.get("alt") for image in html.fromstring(_page(sheet)).iter("img")]
    return re.findall(r"\[Figure: (.*?)\]", plain(sheet.letter.body, 10_000))


def _pdf(sheet: Sheet) -> str:
    """By its tags. A table over several pages repeats its head, as it should: the repetition is left out."""
    with NamedTemporaryFile(suffix=".pdf") as file:
        file.write(write_pdf(sheet).content)
        file.flush()
        lines = run(b"", "pdfinfo", "-struct-text", file.name).splitlines()
    heads: set[str] = set()
    told = []
    for kinds, text in _tagged(lines):
        if "Lbl" in kinds:
            continue
        if "THead" in kinds:
            if text in heads and not told[-1].startswith("Table"):
                continue
            heads.add(text)
        told.append(_as_read(text))
    return "".join(told)


def _as_read(drawn: str) -> str:
    """A PDF holds Arabic as it is drawn, from left to right."""
    if not re.search("[\u0600-\u06ff]", drawn):
        return drawn
    return re.sub(r"[A-Za-z0-9][A-Za-z0-9./@+ -]*", _turned, drawn[::-1])


def _turned(run: re.Match[str]) -> str:
    """A word in Latin letters stands as it is read, and so does each number of a range."""
    if re.search("[A-Za-z]", run[0]):
        return run[0][::-1]
    return re.sub("[0-9]+", lambda number: number[0][::-1], run[0])


def _tagged(lines: list[str]) -> Iterator[tuple[list[str], str]]:
    """Each piece of text with the kinds of the elements around it; the head of a table is one piece."""
    around: list[tuple[int, str]] = []
    head = ""
    for line in lines:
        found = _LINE.fullmatch(line)
        if not found:
            continue
        depth = len(found[1])
        while around and around[-1][0] >= depth:
            if around.pop()[1] == "THead":
                yield ["THead"], head
                head = ""
        kinds = [kind for _, kind in around]
        if found[2] is None:
            around.append((depth, found[3]))
        elif "THead" in kinds:
            head += found[2]
        else:
            yield kinds, found[2]


def _word(sheet: Sheet) -> str:
    """The header of the first page, where a draft says so, and the body; the end rule is left out."""
    document = Document(BytesIO(write_word(sheet)))
    parts = (document.sections[0].first_page_header._element, document.element.body)
    return "".join(text.text or "" for part in parts for text in part.iter(qn("w:t"))).rstrip("_")


def _screen(sheet: Sheet) -> str:
    return str(html.fromstring(_page(sheet)).text_content())


def _page(sheet: Sheet) -> str:
    page = page_of(sheet)
    return render_to_string("liaisons/_letter.html", {"page": page, "sections": on_screen(page)})


def _mail(sheet: Sheet) -> str:
    """Abstract, body and what is enclosed; lines as long as they are, so that no table is set in lines."""
    parts = letter_text(sheet.letter)
    body = unescape(plain(sheet.letter.body, 10_000))
    around = {name: block.plain for name, block in parts.items()}
    return "\n".join([around["abstract"], body, around["annexes"], around["attachments"], around["contacts"]])
